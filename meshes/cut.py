"""Cuts a mesh along interfaces: the nodes on them are doubled, so that fields jump there and only there.

A node gets a copy for every fan of cells around it that the interfaces leave connected. So the end of an
interface stays whole, a line where three regions meet gets as many copies as there are separate sides,
and an interface whose sides are joined somewhere else is cut up to there. Conductors, where V, s and τ live,
are cut on their own as well: an insulator that touches both sides joins them for heat, not for currents.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from thermospin.meshes.ordering import FACES, first_appearance
from thermospin.meshes.surfaces import face_labels
from thermospin.runtime.cache import digests, is_intact, keep_first, read_checked, write_checked

FORMAT = 3
"""Raised when the same interfaces would give another cut, so that kept ones are made again."""
CHECKSUMS = "checksums.json"
"""SHA-256 of the files of a cut."""

Pairs = Mapping[str, tuple[int, ...]]
"""Name of an interface to the region tags of its sides 1 and 2, and the tag of its surface if it has one."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A mesh whose nodes on interfaces are doubled.

    Attributes:
        cells: Nodes of the tetrahedra, in order of first appearance, shape (n_cells, 4).
        parent: Node of the mesh before the cut that each node comes from, shape (n_nodes,).
        interfaces: For every interface its facets, int32, shape (n, 4): cell on side 1, its face, cell on
            side 2, its face; face i is opposite to vertex i.
    """

    cells: np.ndarray
    parent: np.ndarray
    interfaces: dict[str, np.ndarray]


def tag_pairs(
    regions: Mapping[str, int],
    interfaces: Mapping[str, tuple[str, ...]],
    surfaces: Mapping[str, int] | None = None,
) -> Pairs:
    """Interfaces by the tags of their regions and surfaces.

    Args:
        regions: Tag of every region.
        interfaces: Name of an interface to the regions on its sides 1 and 2, and its surface if it has one.
        surfaces: Tag of every surface.
    """
    return {
        name: (regions[first], regions[second], *((surfaces or {})[part] for part in surface))
        for name, (first, second, *surface) in interfaces.items()
    }


def cut_mesh(
    cells: np.ndarray,
    cell_tags: np.ndarray,
    neighbours: np.ndarray,
    pairs: Pairs,
    labels: np.ndarray | None = None,
) -> Cut:
    """Double the nodes on the interfaces.

    Args:
        cells: Nodes of the tetrahedra, in order of first appearance, shape (n_cells, 4).
        cell_tags: Region tag of every cell, shape (n_cells,).
        neighbours: The cell across each face, -1 at the boundary, shape (n_cells, 4).
        pairs: The interfaces: all facets between a cell of side 1 and a cell of side 2, on their surface.
        labels: Surface of every face, as in :func:`find_interface_facets`.

    Raises:
        ValueError: The nodes are not in order of first appearance.
    """
    interfaces = find_interface_facets(cell_tags, neighbours, pairs, labels)
    facets = np.concatenate([np.empty((0, 4), dtype=np.int32), *interfaces.values()])
    if not len(facets):
        return Cut(cells, np.arange(int(cells.max()) + 1), interfaces)
    first = _first_positions(cells)
    on_interface = np.zeros(len(first), dtype=bool)
    on_interface[_face_nodes(cells, facets)] = True
    positions, fan = _fans(cells, neighbours, facets, on_interface)
    # Incidences come in order of position: the first of a fan is where its node appears first.
    _, start = np.unique(fan, return_index=True)
    whole = np.flatnonzero(~on_interface)
    order = np.argsort(np.concatenate([first[whole], positions[start]]))
    number = np.empty(len(order), dtype=cells.dtype)
    number[order] = np.arange(len(order))
    renumbered = np.empty(len(first), dtype=cells.dtype)
    renumbered[whole] = number[: len(whole)]
    new_cells = renumbered[cells]
    new_cells.reshape(-1)[positions] = number[len(whole) + fan]
    copied = cells.reshape(-1)[positions[start]]
    return Cut(new_cells, np.concatenate([whole, copied])[order], interfaces)


def cut_conductors(
    cells: np.ndarray,
    cell_tags: np.ndarray,
    neighbours: np.ndarray,
    pairs: Pairs,
    conducting: Collection[int],
    labels: np.ndarray | None = None,
) -> np.ndarray:
    """Nodes of the conductors, doubled where no conductor joins the sides of an interface.

    Args:
        cells: As for :func:`cut_mesh`.
        cell_tags: Likewise.
        neighbours: Likewise.
        pairs: Likewise.
        conducting: Tags of the conductors.
        labels: As for :func:`cut_mesh`.

    Returns:
        Nodes of every conducting cell, numbered by first appearance in the conductors, shape (n_cells, 4);
        -1 in insulators.
    """
    inside = np.flatnonzero(np.isin(cell_tags, list(conducting)))
    found = np.full(cells.shape, -1, dtype=np.int32)
    if not len(inside):
        return found
    place = np.full(len(cells) + 1, -1, dtype=np.int32)
    place[inside] = np.arange(len(inside))
    chosen = cells[inside]
    used, compact = np.unique(chosen, return_inverse=True)
    compact = compact.reshape(-1, 4)
    ordered = first_appearance(compact, len(used))[compact]
    kept = {name: tags for name, tags in pairs.items() if set(tags[:2]) <= set(conducting)}
    labels = None if labels is None else labels[inside]
    # Index -1, the boundary, finds the last entry of `place`: -1.
    found[inside] = cut_mesh(ordered, cell_tags[inside], place[neighbours[inside]], kept, labels).cells
    return found


def find_interface_facets(
    cell_tags: np.ndarray, neighbours: np.ndarray, pairs: Pairs, labels: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """The facets of every interface, as in :class:`Cut`.

    Args:
        cell_tags: Region tag of every cell, shape (n_cells,).
        neighbours: The cell across each face, -1 at the boundary, shape (n_cells, 4).
        pairs: The interfaces. One without a surface has no facet that is on any.
        labels: Tag of the surface that each face is on, 0 on none, shape (n_cells, 4); None without surfaces.
    """
    interfaces = {}
    for name, (first, second, *surface) in pairs.items():
        facets = _facets_between(cell_tags, neighbours, first, second)
        if labels is not None:
            facets = facets[labels[facets[:, 0], facets[:, 1]] == (surface[0] if surface else 0)]
        interfaces[name] = facets
    return interfaces


def joined_facets(cells: np.ndarray, facets: np.ndarray) -> np.ndarray:
    """Facets that no cut opens, since all their nodes lie on its rim, where the sides stay joined.

    Args:
        cells: Nodes of the tetrahedra after the cut, shape (n_cells, 4).
        facets: As in :class:`Cut`, shape (n, 4).

    Returns:
        Booleans, shape (n,).
    """
    here, there = _face_nodes(cells, facets[:, :2]), _face_nodes(cells, facets[:, 2:])
    return (here[:, :, None] == there[:, None]).any(axis=2).all(axis=1)


def _facets_between(cell_tags: np.ndarray, neighbours: np.ndarray, first: int, second: int) -> np.ndarray:
    inside = np.flatnonzero(cell_tags == first)
    across = neighbours[inside]
    rows, faces = np.nonzero((across >= 0) & (cell_tags[across] == second))
    cells, others = inside[rows], across[rows, faces]
    back = np.argmax(neighbours[others] == cells[:, None], axis=1)
    return np.column_stack([cells, faces, others, back]).astype(np.int32)


def _face_nodes(cells: np.ndarray, facets: np.ndarray) -> np.ndarray:
    """Nodes of the facets, seen from their first cell, shape (n, 3)."""
    return cells[facets[:, :1], FACES[facets[:, 1]]]


def _first_positions(cells: np.ndarray) -> np.ndarray:
    """Place where each node appears first in the cells, read row by row."""
    highest = np.maximum.accumulate(cells.reshape(-1))
    first = np.flatnonzero(np.diff(highest, prepend=-1))
    if len(first) != highest[-1] + 1:
        raise ValueError("the nodes are not in order of first appearance")
    return first


def _fans(
    cells: np.ndarray, neighbours: np.ndarray, facets: np.ndarray, on_interface: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sort the cells around nodes on interfaces into connected fans.

    Returns:
        Position in the cells, read row by row and ascending, of every mention of such a node, and the fan
        that it belongs to.
    """
    near = np.flatnonzero(on_interface[cells].any(axis=1))
    nodes = cells[near]
    touching = on_interface[nodes]
    mention = np.full(nodes.shape, -1)
    mention[touching] = np.arange(np.count_nonzero(touching))
    place = np.full(len(cells), -1)
    place[near] = np.arange(len(near))
    across = neighbours[near]
    for cell, face in (facets[:, :2].T, facets[:, 2:].T):
        across[place[cell], face] = -1
    # A neighbour through a face with such a node is near as well; every face is taken once.
    rows, faces = np.nonzero(across > near[:, None])
    others = place[across[rows, faces]]
    corners = FACES[faces]
    rows = rows[:, None]
    same = nodes[others][:, None, :] == nodes[rows, corners][:, :, None]
    joined = touching[rows, corners]
    ends = mention[rows, corners][joined], mention[others[:, None], same.argmax(axis=2)][joined]
    count = np.count_nonzero(touching)
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(count, count))
    positions = (4 * near[:, None] + np.arange(4))[touching]
    return positions, connected_components(graph, directed=False)[1]


def store_cut(
    directory: Path, pairs: Pairs, conducting: Collection[int] = (), surfaces: Collection[int] = ()
) -> Path:
    """Cut the mesh of a record, unless that is done already, and keep the result in the record.

    To be called on one rank, before the others read the mesh. The cut is written aside and renamed, so that a
    killed or doubled run leaves no broken one.

    Args:
        directory: The record.
        pairs: The interfaces.
        conducting: Tags of the conductors.
        surfaces: Tags of all surfaces that interfaces name, resistive or not.

    Returns:
        Where it is: ``cells, points, conductors`` (of :func:`cut_conductors`) and for every interface
        ``interface-<tag 1>-<tag 2>``, as ``.npy``, with checksums; without interfaces the record itself.

    Raises:
        OSError: It cannot be written.
    """
    kept = cut_directory(directory, pairs, conducting, surfaces)
    if kept == directory or _is_whole(kept):
        return kept
    names = ("cells", "cell_tags", "neighbours", "points")
    cells, tags, neighbours, points = (np.load(directory / f"{name}.npy") for name in names)
    labels = face_labels(directory, surfaces)
    cut = cut_mesh(cells, tags, neighbours, pairs, labels)
    aside = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=directory))
    try:
        np.save(aside / "cells.npy", cut.cells)
        np.save(aside / "points.npy", points[cut.parent])
        conductors = cut_conductors(cells, tags, neighbours, pairs, conducting, labels)
        np.save(aside / "conductors.npy", conductors)
        for name, sides in pairs.items():
            np.save(interface_file(aside, sides), cut.interfaces[name])
        write_checked(aside / CHECKSUMS, digests(aside))
        aside.chmod(0o755)
        keep_first(aside, kept, _is_whole)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return kept


def cut_directory(
    directory: Path, pairs: Pairs, conducting: Collection[int] = (), surfaces: Collection[int] = ()
) -> Path:
    """Directory in which :func:`store_cut` keeps the mesh of a record with these interfaces.

    Args:
        directory: The record.
        pairs: The interfaces.
        conducting: Tags of the conductors.
        surfaces: Tags of all surfaces that interfaces name, resistive or not.
    """
    if not pairs:
        return directory
    shapes = [np.load(directory / f"{name}.npy", mmap_mode="r").shape for name in ("cells", "points")]
    content = [FORMAT, sorted(map(list, pairs.values())), sorted(conducting), shapes]
    text = json.dumps([*content, sorted(surfaces)] if surfaces else content)
    return directory / f"cut-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def interface_file(directory: Path, tags: tuple[int, ...]) -> Path:
    """File with the facets of an interface.

    Args:
        directory: A directory of :func:`store_cut`.
        tags: Tags of the interface in :data:`Pairs`.
    """
    return directory / f"interface-{'-'.join(map(str, tags))}.npy"


def _is_whole(kept: Path) -> bool:
    """Whether a cut is there and undamaged."""
    files = read_checked(kept / CHECKSUMS)
    return bool(files) and is_intact(kept, files)
