"""A field on the regions of a device, in nanometres and in a unit to display."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv
from vtkmodules.vtkFiltersGeometry import vtkGeometryFilter

from thermospin.output.quantities import Quantity
from thermospin.output.sample import FieldSample

VALUE = "value"
"""Name of the array to draw: the scalar, or the length of the vector."""

_DECIMALS = 6
"""Coordinates are kept to this many decimals of a nanometre, so that faces meant to be flat are."""
_CREASE = 40.0
"""Faces that meet at a larger angle have an edge drawn between them, degrees."""


@dataclass(frozen=True)
class RegionGrids:
    """One field, region by region.

    Attributes:
        quantity: The field.
        grids: Region name to its tetrahedra, nm, with the array ``value`` in SI: regions do not share points,
            so that the field may jump between them.
    """

    quantity: Quantity
    grids: dict[str, pv.UnstructuredGrid]

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
    grids = {}
    for name in regions or sample.regions:
        chosen = sample.region == sample.regions[name]
        grid, used = tetrahedra(sample.points, sample.cells[chosen])
        if quantity.in_cells:
            values, target = sample.cell_data[quantity.name][chosen], grid.cell_data
        else:
            values, target = sample.point_data[quantity.name][used], grid.point_data
        values = np.asarray(values, dtype=float)
        if quantity.components == 1:
            target[VALUE] = values
        else:
            target[quantity.name] = values
            target[VALUE] = np.linalg.norm(values, axis=1)
        grids[name] = grid
    return RegionGrids(quantity, grids)


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
    """The outer faces of a grid; pyvista changes how to ask for them from release to release."""
    faces = vtkGeometryFilter()
    faces.SetInputData(grid)
    faces.Update()
    return pv.wrap(faces.GetOutput())


def edges(part: pv.PolyData, *, boundary_edges: bool, feature_edges: bool) -> pv.PolyData:
    """The lines around a surface, where it ends and where it has creases."""
    return part.extract_feature_edges(
        _CREASE,
        boundary_edges=boundary_edges,
        feature_edges=feature_edges,
        non_manifold_edges=False,
        manifold_edges=False,
        clear_data=True,
    )


def has_values(part: pv.DataSet) -> bool:
    """Whether the field exists anywhere on a part of the device."""
    return part.n_cells > 0 and bool(np.isfinite(part[VALUE]).any())
