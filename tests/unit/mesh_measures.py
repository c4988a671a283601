"""Measures of a mesh for tests: lengths in nm, areas in nm², volumes in nm³."""

import re

import numpy as np

from thermospin.meshes.quality import cell_volumes, facet_areas
from thermospin.meshes.record import MeshRecord

NM = 1e-9
TOLERANCE = 1e-3
"""How far a node may lie from the plane that it is counted to, nm."""


def cells_of(record: MeshRecord, region: str) -> np.ndarray:
    """Nodes of the tetrahedra of a region."""
    mesh = record.raw()
    return mesh.cells[mesh.cell_tags == record.regions[region]]


def volume(record: MeshRecord, region: str) -> float:
    """Volume of a region."""
    return float(abs(cell_volumes(record.raw().points / NM, cells_of(record, region))).sum())


def terminal_area(record: MeshRecord, terminal: str) -> float:
    """Area of a terminal."""
    mesh = record.raw()
    return float(
        facet_areas(mesh.points / NM, mesh.facets[mesh.facet_tags == mesh.terminals[terminal]]).sum()
    )


def faces_of(record: MeshRecord, region: str) -> set[tuple[int, ...]]:
    """The triangles of a region's tetrahedra."""
    cells = cells_of(record, region)
    return {tuple(face) for i in range(4) for face in np.sort(np.delete(cells, i, axis=1)).tolist()}


def shared_area(record: MeshRecord, first: str, second: str) -> float:
    """Area of the triangles that belong to two regions; 0 where the mesh does not conform."""
    common = sorted(faces_of(record, first) & faces_of(record, second))
    return float(facet_areas(record.array("points") / NM, np.array(common).reshape(-1, 3)).sum())


def elements_across(record: MeshRecord, region: str) -> int:
    """Fewest tetrahedra on a way through a region from its lowest to its highest nodes."""
    cells = cells_of(record, region)
    z = record.array("points")[:, 2] / NM
    reached = z < z[cells].min() + TOLERANCE
    at_top = z > z[cells].max() - TOLERANCE
    for steps in range(1, 1000):
        reached[cells[reached[cells].any(axis=1)]] = True
        if np.any(reached[cells] & at_top[cells]):
            return steps
    raise AssertionError(f"region {region} does not reach from its bottom to its top")


def physical_names(record: MeshRecord) -> dict[int, set[str]]:
    """Names of the physical groups in mesh.msh by dimension."""
    header = record.file.read_bytes().split(b"$EndPhysicalNames")[0].decode()
    names: dict[int, set[str]] = {2: set(), 3: set()}
    for dim, name in re.findall(r'^(\d) \d+ "(.*)"$', header, re.MULTILINE):
        names[int(dim)].add(name)
    return names
