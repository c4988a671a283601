"""Checks of a mesh from elsewhere: tetrahedra fill the device once, and neighbours share nodes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.ordering import FACES, facet_neighbours
from thermospin.meshes.places import in_nm
from thermospin.meshes.quality import cell_quality

FLAT = 1e-6
"""Quality below which a tetrahedron has no volume worth the name."""

SAMPLES = np.array([[1, 1, 1], [2.7, 0.15, 0.15], [0.15, 2.7, 0.15], [0.15, 0.15, 2.7]]) / 3
"""Where the outside of an exterior facet is looked at, barycentric coordinates."""

GAP, LEAST, MOST = 1e-6, 1e-4, 0.1
"""How far outside: a fraction of the device's extent, between two fractions of the facet's smallest height.

Coordinates in single precision leave gaps of a tenth of it; real gaps are wider.
"""


@dataclass(frozen=True, eq=False)
class Tetrahedra:
    """Tetrahedra with their regions.

    Attributes:
        points: Coordinates, m, shape (n_points, 3).
        cells: Nodes, shape (n, 4).
        tags: Region of every cell.
        names: Region of every tag.
        neighbours: Cell across each face, -1 outside, shape (n, 4).
    """

    points: np.ndarray
    cells: np.ndarray
    tags: np.ndarray
    names: Mapping[int, str]
    neighbours: np.ndarray

    def region(self, cell: int) -> str:
        """Region of a cell."""
        return self.names[int(self.tags[cell])]

    def centre(self, *cells: int) -> str:
        """The centre of the cells, as text."""
        return in_nm(self.points[self.cells[list(cells)]].mean(axis=(0, 1)))


def check_conformity(
    file: str, points: np.ndarray, cells: np.ndarray, tags: np.ndarray, regions: Mapping[str, int]
) -> Tetrahedra:
    """Make sure that tetrahedra fill space once and meet in whole faces.

    Args:
        file: Name of the file, for messages.
        points: Coordinates, m, shape (n_points, 3).
        cells: Nodes of the tetrahedra, shape (n, 4).
        tags: Region of every tetrahedron, shape (n,).
        regions: Tag of every region.

    Raises:
        InputError: Tetrahedra are there twice, overlap, or touch without common nodes; it names a place.
    """
    names = {tag: name for name, tag in regions.items()}
    _check_faces(file, points, cells)
    mesh = Tetrahedra(points, cells, tags, names, facet_neighbours(cells))
    _check_sides(file, mesh)
    _check_outside(file, mesh)
    return mesh


def _check_faces(file: str, points: np.ndarray, cells: np.ndarray) -> None:
    """Refuse equal tetrahedra, and faces of more than two."""
    for nodes, most, message in (
        (cells, 1, "two tetrahedra have the same nodes"),
        (cells[:, FACES].reshape(-1, 3), 2, "three tetrahedra share one face"),
    ):
        rows = np.sort(nodes, axis=1)
        rows = rows[np.lexsort(rows.T)]
        again = np.flatnonzero((rows[most:] == rows[:-most]).all(axis=1))
        if len(again):
            place = in_nm(points[rows[again[0]]].mean(axis=0))
            raise InputError(
                f"{file} does not fit together: {message}, at {place}; mend the mesh", key="geometry.file"
            )


def _check_sides(file: str, mesh: Tetrahedra) -> None:
    """Refuse two tetrahedra on the same side of their common face."""
    cells, faces = np.nonzero(mesh.neighbours > np.arange(len(mesh.cells))[:, None])
    others = mesh.neighbours[cells, faces]
    back = np.argmax(mesh.neighbours[others] == cells[:, None], axis=1)
    corners = mesh.points[mesh.cells[cells[:, None], FACES[faces]]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    heights = [
        np.einsum("ij,ij->i", mesh.points[mesh.cells[at, tip]] - corners[:, 0], normals)
        for at, tip in ((cells, faces), (others, back))
    ]
    flat = cell_quality(mesh.points, mesh.cells) < FLAT
    same = (heights[0] * heights[1] > 0) & ~flat[cells] & ~flat[others]
    if same.any():
        first, second = cells[same][0], others[same][0]
        raise InputError(
            f"{file} overlaps itself in {_regions(mesh, first, second)} at {mesh.centre(first, second)}: two "
            "tetrahedra lie on the same side of their common face; mend the mesh",
            key="geometry.file",
        )


def _regions(mesh: Tetrahedra, first: int, second: int) -> str:
    names = dict.fromkeys((mesh.region(first), mesh.region(second)))
    return f"region{'s' * (len(names) > 1)} {' and '.join(names)}"


def _check_outside(file: str, mesh: Tetrahedra) -> None:
    """Refuse tetrahedra just outside of a facet that belongs to one tetrahedron only.

    Where bodies overlap, the number of tetrahedra at a point goes from one to two across such a facet; where
    they touch without common nodes, one begins where the other ends.
    """
    owner, places = outside_points(mesh)
    find = _locator(mesh).FindCell
    found = np.fromiter((find(place) for place in places.tolist()), np.int64, len(places))
    hit = np.flatnonzero(found >= 0)
    if len(hit):
        first, second = int(owner[hit[0]]), int(found[hit[0]])
        raise InputError(
            f"{file}: {_regions(mesh, first, second)} touch or overlap at {in_nm(places[hit[0]])} without common "
            "nodes, so that nothing would flow across; make the mesh conform (in Gmsh fragment the volumes)",
            key="geometry.file",
        )


def outside_points(mesh: Tetrahedra) -> tuple[np.ndarray, np.ndarray]:
    """Points just outside of every exterior facet: the cells that they belong to, and the places, m."""
    owner, faces = np.nonzero(mesh.neighbours < 0)
    corners = mesh.points[mesh.cells[owner[:, None], FACES[faces]]]
    normals = outward_normals(corners, mesh.points[mesh.cells[owner, faces]])
    area = np.linalg.norm(normals, axis=1)
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    height = area / longest
    extent = np.ptp(mesh.points[np.unique(mesh.cells)], axis=0).max()
    step = np.clip(GAP * extent, LEAST * height, MOST * height)
    places = np.einsum("sk,nkx->nsx", SAMPLES, corners) + (normals * (step / area)[:, None])[:, None]
    return np.repeat(owner, len(SAMPLES)), places.reshape(-1, 3)


def outward_normals(corners: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Normals of triangles that point away from a point each; their lengths are twice the areas.

    Args:
        corners: Shape (n, 3, 3).
        inner: Points on the inner side, shape (n, 3).
    """
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inwards = np.einsum("ij,ij->i", normals, inner - corners[:, 0]) > 0
    return np.where(inwards[:, None], -normals, normals)


def _locator(mesh: Tetrahedra):
    """VTK's search tree of the tetrahedra; its library is heavy, so it is imported here."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import (
        VTK_TETRA,
        vtkCellArray,
        vtkStaticCellLocator,
        vtkUnstructuredGrid,
    )

    points, cells, grid = vtkPoints(), vtkCellArray(), vtkUnstructuredGrid()
    points.SetData(numpy_to_vtk(mesh.points, deep=True))
    offsets = np.arange(0, mesh.cells.size + 1, 4, dtype=np.int64)
    nodes = np.ascontiguousarray(mesh.cells.ravel(), dtype=np.int64)
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(nodes, deep=True))
    grid.SetPoints(points)
    grid.SetCells(VTK_TETRA, cells)
    locator = vtkStaticCellLocator()
    locator.SetDataSet(grid)
    locator.BuildLocator()
    return locator
