"""Quality of tetrahedra, and the description that `thermospin mesh` prints."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from thermospin.meshes.record import MeshRecord

EDGES = tuple(combinations(range(4), 2))
BINS = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True)
class Region:
    """Size of the mesh of one region.

    Attributes:
        cells: Number of tetrahedra.
        volume: Volume, m³.
        shortest_edge: Length of the shortest edge, m.
        longest_edge: Length of the longest edge, m.
    """

    cells: int
    volume: float
    shortest_edge: float
    longest_edge: float


@dataclass(frozen=True)
class Description:
    """Size and quality of a mesh.

    Attributes:
        cells: Number of tetrahedra.
        points: Number of nodes.
        quality: Summary of the cells' quality, see `summarise`.
        histogram: Number of cells in ten equal bins of quality from 0 to 1.
        worst_cell: Number of the worst cell.
        worst_place: Its centre, m.
        worst_region: Its region.
        regions: Each region.
        terminals: Area of every terminal, m².
    """

    cells: int
    points: int
    quality: dict[str, float]
    histogram: tuple[int, ...]
    worst_cell: int
    worst_place: tuple[float, float, float]
    worst_region: str
    regions: dict[str, Region]
    terminals: dict[str, float]


def cell_quality(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Three times the inscribed over the circumscribed radius: regular tetrahedron 1, flat tetrahedron 0.

    Args:
        points: Coordinates, shape (n_points, 3).
        cells: Nodes of the tetrahedra, shape (n, 4).

    Returns:
        Shape (n,).
    """
    a, b, c = (points[cells[:, i]] - points[cells[:, 0]] for i in (1, 2, 3))
    six_volumes = np.abs(np.einsum("ij,ij->i", a, np.cross(b, c)))
    areas = sum(np.linalg.norm(n, axis=1) for n in (np.cross(a, b), np.cross(b, c), np.cross(c, a)))
    areas += np.linalg.norm(np.cross(b - a, c - a), axis=1)
    la, lb, lc = (np.einsum("ij,ij->i", v, v)[:, None] for v in (a, b, c))
    circum = np.linalg.norm(la * np.cross(b, c) + lb * np.cross(c, a) + lc * np.cross(a, b), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(6 * six_volumes**2 / (areas * circum))


def cell_volumes(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Signed volume of every tetrahedron, m³, shape (n,).

    Args:
        points: Coordinates, m, shape (n_points, 3).
        cells: Nodes of the tetrahedra, shape (n, 4).
    """
    a, b, c = (points[cells[:, i]] - points[cells[:, 0]] for i in (1, 2, 3))
    return np.einsum("ij,ij->i", a, np.cross(b, c)) / 6


def facet_areas(points: np.ndarray, facets: np.ndarray) -> np.ndarray:
    """Area of every triangle, m², shape (n,).

    Args:
        points: Coordinates, m, shape (n_points, 3).
        facets: Nodes of the triangles, shape (n, 3).
    """
    a, b = (points[facets[:, i]] - points[facets[:, 0]] for i in (1, 2))
    return np.linalg.norm(np.cross(a, b), axis=1) / 2


def summarise(quality: np.ndarray) -> dict[str, float]:
    """Smallest, first-percentile and mean quality, as ``min``, ``percentile_1`` and ``mean``.

    Args:
        quality: Quality of every cell, shape (n,).
    """
    return {
        "min": float(quality.min()),
        "percentile_1": float(np.percentile(quality, 1)),
        "mean": float(quality.mean()),
    }


def describe(record: MeshRecord) -> Description:
    """Measure a mesh.

    Args:
        record: The mesh.
    """
    mesh = record.raw()
    quality = cell_quality(mesh.points, mesh.cells)
    volumes = np.abs(cell_volumes(mesh.points, mesh.cells))
    lengths = np.stack(
        [
            np.linalg.norm(mesh.points[mesh.cells[:, i]] - mesh.points[mesh.cells[:, j]], axis=1)
            for i, j in EDGES
        ]
    )
    areas = facet_areas(mesh.points, mesh.facets)
    regions = {}
    for name, tag in mesh.regions.items():
        mine = mesh.cell_tags == tag
        regions[name] = Region(
            int(mine.sum()),
            float(volumes[mine].sum()),
            float(lengths[:, mine].min()),
            float(lengths[:, mine].max()),
        )
    worst = int(quality.argmin())
    names = {tag: name for name, tag in mesh.regions.items()}
    return Description(
        cells=record.cells,
        points=record.points,
        quality=summarise(quality),
        histogram=tuple(int(n) for n in np.histogram(quality, BINS)[0]),
        worst_cell=worst,
        worst_place=tuple(float(x) for x in mesh.points[mesh.cells[worst]].mean(axis=0)),
        worst_region=names[int(mesh.cell_tags[worst])],
        regions=regions,
        terminals={name: float(areas[mesh.facet_tags == tag].sum()) for name, tag in mesh.terminals.items()},
    )
