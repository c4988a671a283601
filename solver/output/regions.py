"""Parts of the grids of fields: what lies in some regions of the device."""

import numpy as np
import pyvista as pv

from thermospin.errors import InputError
from thermospin.section import one_of


def in_regions(grid: pv.UnstructuredGrid, *regions: str) -> pv.UnstructuredGrid:
    """The part of a grid that lies in some regions, with its own points at their faces.

    Args:
        grid: Fields, as :meth:`thermospin.Results.fields` gives them.
        regions: Names of the regions.

    Raises:
        InputError: There is no such region.
    """
    names, tags = ([*grid.field_data[key]] for key in ("region_names", "region_tags"))
    for region in regions:
        if region not in names:
            raise InputError(one_of(region, names, "region"))
    wanted = [tag for name, tag in zip(names, tags, strict=True) if name in regions]
    inside = np.flatnonzero(np.isin(grid.cell_data["region"], wanted))
    part: pv.UnstructuredGrid = grid.extract_cells(inside.tolist())
    return part
