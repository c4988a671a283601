"""Finer options of graded columns, chosen from the places of the error."""

from dataclasses import dataclass
from math import floor, log

import numpy as np

from thermospin.meshes.columns.options import FINEST, MOST_LEVELS, MOST_SIDES, ColumnOptions
from thermospin.meshes.columns.sites import read_sites
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.refinement.marking import mark_cells

STEP = 1.5
"""Ratio of coarse sizes before and after."""


@dataclass(frozen=True)
class ErrorShares:
    """The error in the parts of a mesh of columns; every cell is in one of them.

    Attributes:
        outlines: Cells that touch a singular line, by the region on whose outline it is.
        heights: Other cells that touch a height where fields are singular.
        tall: Other cells that are higher than wide.
        wide: All others. Without singular lines nothing tells how wide cells should be; half of the error is
            that of tall cells then.
    """

    outlines: dict[str, float]
    heights: float
    tall: float
    wide: float


def error_shares(record: MeshRecord, errors: np.ndarray) -> ErrorShares:
    """Sum up an error over the parts of a mesh of columns.

    Args:
        record: The mesh.
        errors: Errors of readings, cell by cell, in shares of what is allowed, shape (n_readings, n_cells) or
            (n_cells,). That of a cell at the outlines of several regions is divided among them.

    Returns:
        Sizes of what the parts make of every reading's error, summed over the readings. In a part errors of
        both signs cancel, as they do in the reading.
    """
    errors = np.atleast_2d(errors)
    at_outlines, at_heights = read_sites(record)
    count = at_outlines.sum(axis=1)
    lines = np.abs(errors / np.maximum(count, 1) @ at_outlines).sum(axis=0)
    corners = record.array("points")[record.array("cells")]
    height = np.ptp(corners[:, :, 2], axis=1)
    sides = corners[:, :, None, :2] - corners[:, None, :, :2]
    width = np.sqrt((sides**2).sum(axis=3).max(axis=(1, 2)))
    rest = (count == 0) & ~at_heights
    tall = (height > width) if count.any() else 0.5
    heights, upright, flat = (
        float(np.abs(errors @ cells).sum())
        for cells in ((count == 0) & at_heights, rest * tall, rest * (1.0 - tall))
    )
    return ErrorShares(dict(zip(record.regions, lines.tolist(), strict=True)), heights, upright, flat)


def refined_options(
    options: ColumnOptions, record: MeshRecord, errors: np.ndarray, fraction: float = 0.6
) -> ColumnOptions:
    """The options of a finer mesh: the fewest changes in whose parts of the mesh a fraction of the error is.

    Cells at singular lines get one level more at the outlines that the lines are on, those at singular
    heights one level more at all heights, tall cells planes closer to each other, wide ones smaller triangles
    and ellipses more sides. The factor stays: with it only the first step would be another.

    Args:
        options: The options of the mesh.
        record: The mesh.
        errors: As for :func:`error_shares`.
        fraction: Share of the error, 0 to 1.

    Returns:
        The options; unchanged where levels alone would help and are at their limit.

    Raises:
        ValueError: An error is no number.
    """
    shares = error_shares(record, errors)
    parts = np.array([*shares.outlines.values(), shares.heights, shares.tall, shares.wide])
    *lines, heights, tall, wide = mark_cells(parts, fraction).tolist()
    most = min(MOST_LEVELS, floor(log(FINEST) / log(options.factor)))
    finer = {
        name: min(options.outline_levels.get(name, options.levels) + 1, most)
        for name, take in zip(shares.outlines, lines, strict=True)
        if take
    }
    changes = {"outline_levels": options.outline_levels | finer}
    if heights:
        levels = options.levels if options.height_levels is None else options.height_levels
        changes["height_levels"] = min(levels + 1, most)
    if tall:
        changes["height_refinement"] = options.height_refinement * STEP
    if wide:
        changes["plane_refinement"] = options.plane_refinement * STEP
        changes["sides"] = min(4 * round(options.sides * STEP / 4), MOST_SIDES)
    return options.model_copy(update=changes)
