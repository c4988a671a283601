"""Meshing of a Gmsh model, and the arrays taken out of it."""

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.films import Film
from thermospin.meshes.occ import NM
from thermospin.meshes.record import RawMesh
from thermospin.meshes.sides import flat_faces
from thermospin.meshes.terminals import TerminalFace, side_of

HXT, DELAUNAY = 10, 1
"""Gmsh's algorithms for volumes: the faster, and the one that copes better with faces that almost touch."""


def generate(algorithm: int = HXT) -> None:
    """Mesh the model's volumes with tetrahedra.

    Args:
        algorithm: Gmsh's number of the algorithm.

    Raises:
        InputError: Gmsh fails, as it does on slivers that the boolean operations leave.
    """
    if algorithm != HXT:
        gmsh.model.mesh.clear()
    gmsh.option.setNumber("Mesh.Algorithm3D", algorithm)
    gmsh.option.setNumber("Mesh.RandomSeed", 1)
    gmsh.option.setNumber("Mesh.LcIntegrationPrecision", 1e-5)
    gmsh.option.setNumber("Mesh.OptimizeThreshold", 0.2)
    try:
        gmsh.model.mesh.generate(3)
    except Exception as error:
        raise InputError(
            f"Gmsh could not mesh the geometry ({error}); where thin or curved solids almost touch, move "
            "them or ask for smaller elements (mesh.max_size)",
            key="geometry",
        ) from None


def terminal_faces(films: list[Film], terminals: dict[str, TerminalFace]) -> dict[str, list[int]]:
    """Surfaces of every terminal.

    Args:
        films: The volumes of every part.
        terminals: Terminals by name.

    Returns:
        Tags of the surfaces by terminal.

    Raises:
        InputError: A region is unknown, a terminal has no surface, or it lies against another region.
    """
    return {name: _faces(films, name, terminal) for name, terminal in terminals.items()}


def _faces(films: list[Film], name: str, terminal: TerminalFace) -> list[int]:
    key = f"terminals.{name}"
    if terminal.surface is not None:
        raise InputError("solids have no physical surfaces; pick the terminal by region and face", key=key)
    volumes = [volume for film in films if film.region == terminal.region for volume in film.volumes]
    if not volumes:
        known = ", ".join(dict.fromkeys(film.region for film in films))
        raise InputError(
            f"there is no region {terminal.region}; the regions are {known}", key=f"{key}.region"
        )
    if terminal.edges is not None:
        raise InputError("labels and edges pick terminals of 'mesh.columns' only; pick a face", key=key)
    axis, end = side_of(terminal.face)
    on_side = flat_faces(volumes, axis, end)
    outer = [face for face in on_side if len(gmsh.model.getAdjacencies(2, face)[0]) == 1]
    if not on_side:
        raise InputError(
            f"region {terminal.region} has no flat face at {terminal.face}; pick another", key=key
        )
    if not outer:
        raise InputError(
            f"the face {terminal.face} of {terminal.region} lies against another region; pick an outer face",
            key=key,
        )
    return outer


def extract(films: list[Film], faces: dict[str, list[int]]) -> RawMesh:
    """The mesh of the model in metres; regions and terminals are numbered in their order.

    Args:
        films: The volumes of every part.
        faces: Tags of the surfaces of every terminal.
    """
    names = list(dict.fromkeys(film.region for film in films))
    regions = {name: tag for tag, name in enumerate(names, start=1)}
    terminals = {name: tag for tag, name in enumerate(faces, start=len(regions) + 1)}
    volumes = [(volume, regions[film.region]) for film in films for volume in film.volumes]
    surfaces = [(surface, terminals[name]) for name, group in faces.items() for surface in group]
    cells, cell_tags = _elements(3, volumes)
    facets, facet_tags = _elements(2, surfaces)
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    position = np.zeros(int(tags.max()) + 1, np.int64)
    position[tags.astype(np.int64)] = np.arange(len(tags))
    points = coordinates.reshape(-1, 3) * NM
    return RawMesh(points, position[cells], cell_tags, position[facets], facet_tags, regions, terminals)


def _elements(dim: int, entities: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Node tags and region or terminal tags of the simplices of the entities, given with these tags."""
    nodes, tags = [np.empty((0, dim + 1), np.int64)], [np.empty(0, np.int32)]
    for entity, tag in sorted(entities):
        for _, block in zip(*gmsh.model.mesh.getElements(dim, entity)[::2], strict=True):
            nodes.append(block.reshape(-1, dim + 1).astype(np.int64))
            tags.append(np.full(len(nodes[-1]), tag, np.int32))
    return np.concatenate(nodes), np.concatenate(tags)
