"""A field on the regions of a device, in nanometres and in a unit to display."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyvista as pv
from vtkmodules.vtkFiltersGeometry import vtkGeometryFilter

from thermospin.observables.elements import barycentric, evaluate
from thermospin.observables.sample import FieldSample
from thermospin.output.quantities import Quantity

VALUE = "value"
"""Name of the array to draw: the scalar, or the length of the vector."""
CELL = "cell"
"""Name of the array that says of which tetrahedron of its region a piece is."""

_DECIMALS = 6
"""Coordinates are kept to this many decimals of a nanometre, so that faces meant to be flat are."""
_CREASE = 40.0
"""Faces that meet at a larger angle have an edge drawn between them, degrees."""


@dataclass(frozen=True)
class RegionField:
    """A field in the tetrahedra of a region: the polynomials that were solved for.

    Attributes:
        name: Name of the field.
        corners: Vertices of the tetrahedra, nm, (n, 4, 3).
        values: At the nodes of every tetrahedron, SI, (n, n_nodes, components).
    """

    name: str
    corners: np.ndarray
    values: np.ndarray

    @property
    def bends(self) -> bool:
        """Whether the field, or the number drawn of it, is not linear between its points."""
        return self.values.shape[1] > 4 or (self.values.shape[1] == 4 and self.values.shape[2] > 1)

    def at(self, places: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Values at places in some tetrahedra, SI, (n, components).

        Args:
            places: Coordinates, nm, (n, 3).
            cells: Number of the tetrahedron of every place, (n,).
        """
        return evaluate(self.values[cells], barycentric(self.corners[cells], places))

    def on(self, part: pv.PolyData) -> pv.PolyData:
        """A cut or a skin of the region's tetrahedra with the field at its points.

        Where the field is not linear, polygons become triangles, every triangle four, and no two share
        points.

        Args:
            part: The cut or skin, with the numbers of its tetrahedra.
        """
        if not self.bends or not part.n_cells:
            return part
        triangles = part.triangulate()
        corners = np.asarray(triangles.points, dtype=float)[triangles.regular_faces]
        cells = np.tile(np.asarray(triangles.cell_data[CELL], dtype=int), 4)
        places = _quarters(corners)
        faces = np.arange(3 * len(places)).reshape(-1, 3)
        drawn = pv.PolyData.from_regular_faces(places.reshape(-1, 3), faces)
        values = self.at(drawn.points, np.repeat(cells, 3))
        if values.shape[1] > 1:
            drawn.point_data[self.name] = values
        drawn.point_data[VALUE] = np.linalg.norm(values, axis=1) if values.shape[1] > 1 else values[:, 0]
        return drawn


def _quarters(corners: np.ndarray) -> np.ndarray:
    """Triangles, (n, 3, 3), each cut into four between the middles of its edges, (4 n, 3, 3)."""
    a, b, c = corners.transpose(1, 0, 2)
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    parts = (a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)
    return np.concatenate([np.stack(part, axis=1) for part in parts])


@dataclass(frozen=True)
class RegionGrids:
    """One field, region by region.

    Attributes:
        quantity: The field.
        grids: Region name to its tetrahedra, nm, with the array ``value`` in SI, at their vertices or its
            means, and their numbers ``cell``: regions do not share points, so that the field may jump between
            them.
        fields: Region name to the field anywhere in its tetrahedra.
    """

    quantity: Quantity
    grids: dict[str, pv.UnstructuredGrid]
    fields: dict[str, RegionField] = field(default_factory=dict)

    @property
    def bounds(self) -> np.ndarray:
        """Smallest and largest coordinates, nm, (2, 3)."""
        boxes = np.array([grid.bounds for grid in self.grids.values()]).reshape(-1, 3, 2)
        return np.array([boxes[..., 0].min(axis=0), boxes[..., 1].max(axis=0)])


def region_grids(sample: FieldSample, quantity: Quantity, regions: Sequence[str] = ()) -> RegionGrids:
    """Split a sample into its regions.

    Args:
        sample: The fields.
        quantity: The field to keep.
        regions: The regions to keep; all when empty.
    """
    grids, fields = {}, {}
    for name in regions or sample.regions:
        chosen = sample.region == sample.regions[name]
        grid, used = tetrahedra(sample.points, sample.vertices[chosen])
        if quantity.in_cells:
            values, target = sample.cell_data[quantity.name][chosen], grid.cell_data
            nodal = sample.flux(quantity.name)[chosen]
        else:
            values, target = sample.point_data[quantity.name][used], grid.point_data
            nodal = sample.point_data[quantity.name][sample.cells[chosen]]
        values = np.asarray(values, dtype=float)
        if quantity.components == 1:
            target[VALUE] = values
        else:
            target[quantity.name] = values
            target[VALUE] = np.linalg.norm(values, axis=1)
        grid.cell_data[CELL] = np.arange(grid.n_cells)
        corners = 1e9 * np.asarray(sample.points)[sample.vertices[chosen]]
        nodal = np.asarray(nodal, dtype=float).reshape(*nodal.shape[:2], quantity.components)
        fields[name] = RegionField(quantity.name, corners, nodal)
        grids[name] = grid
    return RegionGrids(quantity, grids, fields)


def tetrahedra(points: np.ndarray, cells: np.ndarray) -> tuple[pv.UnstructuredGrid, np.ndarray]:
    """Some tetrahedra of a mesh, with the points that they use.

    Args:
        points: Coordinates, m, (n_points, 3).
        cells: Points of the tetrahedra, (n_cells, 4).

    Returns:
        The grid, nm, and the numbers of its points.
    """
    used, compact = np.unique(cells, return_inverse=True)
    places = np.round(points[used] * 1e9, _DECIMALS)
    return pv.UnstructuredGrid({pv.CellType.TETRA: compact.reshape(-1, 4)}, places), used


def skin(grid: pv.UnstructuredGrid) -> pv.PolyData:
    """Outer faces of a grid, by VTK itself: pyvista changes its own call from release to release.

    Args:
        grid: The grid.
    """
    faces = vtkGeometryFilter()
    faces.SetInputData(grid)
    faces.Update()
    return pv.wrap(faces.GetOutput())


def edges(part: pv.PolyData, *, boundary_edges: bool, feature_edges: bool) -> pv.PolyData:
    """Lines around a surface.

    Args:
        part: The surface.
        boundary_edges: Whether to include those where it ends.
        feature_edges: Whether to include its creases.
    """
    return part.extract_feature_edges(
        _CREASE,
        boundary_edges=boundary_edges,
        feature_edges=feature_edges,
        non_manifold_edges=False,
        manifold_edges=False,
        clear_data=True,
    )


def has_values(part: pv.DataSet) -> bool:
    """Whether the field exists anywhere on a part of the device.

    Args:
        part: The part, with the array ``value``.
    """
    return part.n_cells > 0 and bool(np.isfinite(part[VALUE]).any())
