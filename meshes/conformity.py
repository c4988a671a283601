"""Checks of a mesh from elsewhere: tetrahedra fill the device once, and neighbours share nodes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.numbering import components
from thermospin.meshes.ordering import FACES, facet_neighbours
from thermospin.meshes.places import in_nm
from thermospin.meshes.quality import cell_quality

FLAT = 1e-6
"""Quality below which a tetrahedron has no volume worth the name."""

SAMPLES = np.array([[0.36, 0.33, 0.31], [0.9, 0.06, 0.04], [0.04, 0.9, 0.06], [0.06, 0.04, 0.9]])
"""Points at which the outside of an exterior facet is checked, barycentric; not on lines of symmetry."""

INSIDE = 1e-9
"""Barycentric coordinates of a point inside a tetrahedron are larger."""

GAP, LEAST, MOST = 1e-6, 1e-4, 0.1
"""Distance outside: a fraction of the device's extent, between two fractions of the facet's smallest height.

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
        """Name of the region of a cell.

        Args:
            cell: Its number.
        """
        return self.names[int(self.tags[cell])]

    def centre(self, *cells: int) -> str:
        """Centre of some cells together, as text.

        Args:
            cells: Their numbers.
        """
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
    _check_volumes(file, mesh)
    _check_sides(file, mesh)
    _check_outside(file, mesh)
    _check_bodies(file, mesh)
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
                f"{file} does not fit together: {message}, at {place}; repair the mesh", key="geometry.file"
            )


def _check_volumes(file: str, mesh: Tetrahedra) -> None:
    """Refuse a tetrahedron without volume: its matrix would be infinite, and it has no inside."""
    quality = cell_quality(mesh.points, mesh.cells)
    worst = int(quality.argmin())
    if quality[worst] < FLAT:
        raise InputError(
            f"{file}: a tetrahedron of region {mesh.region(worst)} at {mesh.centre(worst)} is flat; repair "
            "the mesh",
            key="geometry.file",
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
    same = heights[0] * heights[1] > 0
    if same.any():
        first, second = cells[same][0], others[same][0]
        raise InputError(
            f"{file}: {_parts(mesh, first, second)} overlap at {mesh.centre(first, second)}, where two "
            "tetrahedra lie on the same side of their common face; repair the mesh",
            key="geometry.file",
        )


def _parts(mesh: Tetrahedra, first: int, second: int) -> str:
    """The regions of two cells, as text."""
    here, there = mesh.region(first), mesh.region(second)
    return f"two parts of region {here}" if here == there else f"regions {here} and {there}"


def _check_outside(file: str, mesh: Tetrahedra) -> None:
    """Refuse tetrahedra just outside of a facet that belongs to one tetrahedron only.

    Where bodies overlap, the number of tetrahedra at a point goes from one to two across such a facet; where
    they touch without common nodes, one begins where the other ends.
    """
    owner, places = outside_points(mesh)
    found = _find(mesh, np.arange(len(mesh.cells)), places)
    hit = np.flatnonzero(found >= 0)
    if len(hit):
        raise _not_conforming(file, mesh, int(owner[hit[0]]), int(found[hit[0]]), places[hit[0]])


def _check_bodies(file: str, mesh: Tetrahedra) -> None:
    """Refuse bodies whose outsides coincide, so that one is not seen from the outside of the other."""
    cells, faces = np.nonzero(mesh.neighbours >= 0)
    body = components(np.column_stack([cells, mesh.neighbours[cells, faces]]), len(mesh.cells))
    if not body.any():
        return
    outer = np.flatnonzero((mesh.neighbours < 0).any(axis=1))
    centres = mesh.points[mesh.cells[outer]].mean(axis=1)
    for number in range(body.max() + 1):
        mine = np.flatnonzero(body == number)
        corners = mesh.points[mesh.cells[mine]].reshape(-1, 3)
        near = np.all((centres > corners.min(axis=0)) & (centres < corners.max(axis=0)), axis=1)
        near &= body[outer] > number
        found = _find(mesh, mine, centres[near])
        hit = np.flatnonzero(found >= 0)
        if len(hit):
            place = centres[near][hit[0]]
            raise _not_conforming(file, mesh, int(outer[near][hit[0]]), int(found[hit[0]]), place)


def _not_conforming(file: str, mesh: Tetrahedra, first: int, second: int, place: np.ndarray) -> InputError:
    return InputError(
        f"{file}: {_parts(mesh, first, second)} touch or overlap at {in_nm(place)} without common nodes, so "
        "that nothing would flow across; make the mesh conform (in Gmsh fragment the volumes)",
        key="geometry.file",
    )


def outside_points(mesh: Tetrahedra) -> tuple[np.ndarray, np.ndarray]:
    """Points just outside of every exterior facet.

    Args:
        mesh: The tetrahedra.

    Returns:
        Cell that each point belongs to, shape (n,), and the points, m, shape (n, 3).
    """
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


def _find(mesh: Tetrahedra, cells: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Cell that holds each place, -1 for none, by VTK's search tree; importing VTK takes long."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import (
        VTK_TETRA,
        vtkCellArray,
        vtkStaticCellLocator,
        vtkUnstructuredGrid,
    )

    if not len(places):
        return np.empty(0, np.int64)
    points, array, grid, locator = vtkPoints(), vtkCellArray(), vtkUnstructuredGrid(), vtkStaticCellLocator()
    used, nodes = np.unique(mesh.cells[cells], return_inverse=True)
    low, extent = mesh.points[used].min(axis=0), np.ptp(mesh.points[used], axis=0).max()
    points.SetData(numpy_to_vtk((mesh.points[used] - low) / extent, deep=True))
    offsets = np.arange(0, nodes.size + 1, 4, dtype=np.int64)
    nodes = np.ascontiguousarray(nodes.ravel(), dtype=np.int64)
    array.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(nodes, deep=True))
    grid.SetPoints(points)
    grid.SetCells(VTK_TETRA, array)
    locator.SetDataSet(grid)
    locator.BuildLocator()
    scaled = ((places - low) / extent).tolist()
    found = np.fromiter((locator.FindCell(place) for place in scaled), np.int64, len(places))
    hit = np.flatnonzero(found >= 0)
    found[hit] = np.where(_holds(mesh, cells[found[hit]], places[hit]), cells[found[hit]], -1)
    return found


def _holds(mesh: Tetrahedra, cells: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Whether each cell holds its place, not on its surface; VTK's own answer has a tolerance."""
    corners = mesh.points[mesh.cells[cells]]
    edges = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
    safe = abs(np.linalg.det(edges / np.abs(edges).max(axis=(1, 2))[:, None, None])) > INSIDE
    inner = np.full((len(cells), 3), -1.0)
    inner[safe] = np.linalg.solve(edges[safe], (places - corners[:, 0])[safe, :, None])[:, :, 0]
    return np.all(inner > INSIDE, axis=1) & (inner.sum(axis=1) < 1 - INSIDE)
