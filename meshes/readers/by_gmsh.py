"""Meshes that Gmsh reads: its own, MED, UNV, Nastran, Medit."""

import re
from collections.abc import Mapping
from typing import Any

import gmsh
import numpy as np

from thermospin.meshes.readers.foreign import ForeignMesh, Groups, Other, UnreadableError
from thermospin.meshes.readers.straight import GMSH_EDGES, notes
from thermospin.meshes.readers.types import HEAD

SIMPLEX = {2: 2, 3: 4}
"""Gmsh's number of the triangle and the tetrahedron."""

SECOND_ORDER = {2: 9, 3: 11}
"""Gmsh's number of the triangle of six nodes and the tetrahedron of ten."""

NAMED_BY_NUMBER = (".bdf", ".nas", ".mesh")
"""Types in which a property or reference number stands for a group."""


def read(request: Mapping[str, Any]) -> ForeignMesh:
    """Read a mesh.

    Args:
        request: See :mod:`thermospin.meshes.readers.isolated`.

    Raises:
        UnreadableError: Gmsh reports an error.
    """
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.logger.start()
    try:
        gmsh.merge(request["link"])
    finally:
        errors = [line for line in gmsh.logger.get() if line.startswith("Error")]
    if errors:
        raise UnreadableError(errors[0].removeprefix("Error: "))
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    position = np.full(int(tags.max(initial=0)) + 1, -1, np.int64)
    position[tags.astype(np.int64)] = np.arange(len(tags))
    prefix = {3: "volume", 2: "surface"}
    if request["link"].endswith(NAMED_BY_NUMBER):
        prefix = {3: "", 2: ""}
    tetrahedra, volumes, others = _groups(3, prefix[3], position)
    triangles, surfaces, more = _groups(2, prefix[2], position)
    points, curved = coordinates.reshape(-1, 3), position[_nodes(SECOND_ORDER[3])]
    inner = _inner_nodes(position) if _says_where(request["link"]) else np.empty(0, np.int64)
    return ForeignMesh(
        points,
        tetrahedra,
        triangles,
        volumes,
        surfaces,
        others + more,
        np.intersect1d(inner, tetrahedra) if len(curved) else inner,
        notes(points, curved, GMSH_EDGES),
    )


def _nodes(kind: int, entity: int = -1) -> np.ndarray:
    """Tags of the nodes of the elements of a kind, of one entity or of all, shape (n, nodes each)."""
    count = gmsh.model.mesh.getElementProperties(kind)[3]
    return gmsh.model.mesh.getElementsByType(kind, entity)[1].reshape(-1, count).astype(np.int64)


def _groups(dim: int, prefix: str, position: np.ndarray) -> tuple[np.ndarray, Groups, list[Other]]:
    """The simplices of a dimension by their corners, their groups, and the cells that are none.

    A group without a name is called by its number. Without any group, every entity is one.
    """
    entities = [tag for _, tag in gmsh.model.getEntities(dim)]
    tagged = gmsh.model.getPhysicalGroups(dim)
    named = {tag: gmsh.model.getPhysicalName(dim, tag).strip("\0 ") or str(tag) for _, tag in tagged}
    within = {name: list(gmsh.model.getEntitiesForPhysicalGroup(dim, tag)) for tag, name in named.items()}
    if not gmsh.model.getPhysicalGroups():
        within = {f"{prefix}{tag}": [tag] for tag in entities}
    places = {tag: [name for name, tags in within.items() if tag in tags] for tag in entities}
    nodes, members, others, count = [np.empty((0, dim + 1), np.int64)], {}, [], 0
    for tag in entities:
        kinds, elements, _ = gmsh.model.mesh.getElements(dim, tag)
        for kind, numbers in zip(kinds, elements, strict=True):
            if kind not in (SIMPLEX[dim], SECOND_ORDER[dim]):
                label = gmsh.model.mesh.getElementProperties(kind)[0].lower()
                others += [Other(dim, name, label, len(numbers)) for name in places[tag] or [""]]
        found = [_nodes(kind[dim], tag)[:, : dim + 1] for kind in (SIMPLEX, SECOND_ORDER)]
        nodes.append(_once_per_group(position[np.concatenate(found)], len(places[tag])))
        members[tag] = np.arange(count, count + len(nodes[-1]))
        count += len(nodes[-1])
    groups = {
        name: np.concatenate([np.empty(0, np.int64), *(members[tag] for tag in tags if tag in members)])
        for name, tags in within.items()
    }
    return np.concatenate(nodes), {name: cells for name, cells in groups.items() if len(cells)}, others


def _once_per_group(cells: np.ndarray, groups: int) -> np.ndarray:
    """The cells of an entity, each once: format 2.2 repeats an entity's cells for each of its groups."""
    if groups < 2:
        return cells
    _, first, count = np.unique(np.sort(cells, axis=1), axis=0, return_index=True, return_counts=True)
    return cells[np.sort(first)] if np.all(count == groups) else cells


def _says_where(file: str) -> bool:
    """Whether the file says of every node if it is inside a volume: Gmsh's format 4 does."""
    if not file.endswith(".msh"):
        return False
    with open(file, "rb") as stream:
        found = re.search(rb"\$MeshFormat\s+(\d+)", stream.read(HEAD))
    return found is not None and int(found[1]) >= 4


def _inner_nodes(position: np.ndarray) -> np.ndarray:
    """The nodes that the file places inside volumes."""
    found = [gmsh.model.mesh.getNodes(3, tag)[0] for _, tag in gmsh.model.getEntities(3)]
    return position[np.concatenate([np.empty(0, np.uint64), *found]).astype(np.int64)]
