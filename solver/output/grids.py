"""A field on the regions of a device, in nanometres and in a unit to display."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv

from thermospin.output.quantities import Quantity
from thermospin.output.sample import FieldSample

VALUE = "value"
"""Name of the array to draw: the scalar, or the length of the vector."""

_DECIMALS = 6
"""Coordinates are kept to this many decimals of a nanometre, so that faces meant to be flat are."""


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
        used, cells = np.unique(sample.cells[chosen], return_inverse=True)
        points = np.round(sample.points[used] * 1e9, _DECIMALS)
        grid = pv.UnstructuredGrid({pv.CellType.TETRA: cells.reshape(-1, 4)}, points)
        if quantity.components == 1:
            grid.point_data[VALUE] = sample.point_data[quantity.name][used]
        else:
            vectors = np.asarray(sample.cell_data[quantity.name][chosen], dtype=float)
            grid.cell_data[quantity.name] = vectors
            grid.cell_data[VALUE] = np.linalg.norm(vectors, axis=1)
        grids[name] = grid
    return RegionGrids(quantity, grids)


def has_values(part: pv.DataSet) -> bool:
    """Whether the field exists anywhere on a part of the device."""
    return part.n_cells > 0 and bool(np.isfinite(part[VALUE]).any())
