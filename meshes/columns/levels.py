"""Numbers of cuts of a mesh towards every line, corner and height."""

from dataclasses import dataclass

import numpy as np

from thermospin.meshes.columns.carriers import CURRENTS, HEAT, Carriers
from thermospin.meshes.columns.layout import Layout
from thermospin.meshes.columns.options import ColumnOptions


@dataclass(frozen=True)
class Levels:
    """Levels of grading.

    Attributes:
        lines: Levels of every edge of the layout, shape (k,).
        corners: Levels of the nodes that are singular by themselves; none that has no level.
        heights: Levels of every height.
    """

    lines: np.ndarray
    corners: dict[int, int]
    heights: np.ndarray


def find_levels(layout: Layout, carriers: Carriers, names: tuple[str, ...], options: ColumnOptions) -> Levels:
    """The levels that options ask for; where heat alone is singular one fewer, as it matters less.

    Args:
        layout: The plane.
        carriers: Its singular lines, corners and heights.
        names: Names of the regions.
        options: The options.
    """
    asked = np.array([options.outline_levels.get(name, options.levels) for name in names])
    outlines = find_outlines(layout, len(names))
    around = np.zeros((len(layout.points), len(names)), dtype=bool)
    for end in layout.edges.T:
        np.logical_or.at(around, end, outlines)
    nodes = np.fromiter(carriers.corners, dtype=np.int64, count=len(carriers.corners))
    ranks = np.fromiter(carriers.corners.values(), dtype=np.int64, count=len(nodes))
    levels = _by_rank(ranks, np.where(around[nodes], asked, 0).max(axis=1))
    flat = options.levels if options.height_levels is None else options.height_levels
    return Levels(
        _by_rank(carriers.lines, np.where(outlines, asked, 0).max(axis=1)),
        {node: level for node, level in zip(nodes.tolist(), levels.tolist(), strict=True) if level},
        _by_rank(carriers.heights, flat),
    )


def find_outlines(layout: Layout, n_regions: int) -> np.ndarray:
    """Whether every edge of a layout is on the outline of every region.

    A region ends there, from above, or, where none does, has other heights on the two sides.

    Args:
        layout: The plane.
        n_regions: Number of regions.

    Returns:
        Booleans, shape (k, n_regions).
    """
    there = layout.regions[:, None] == np.arange(n_regions)[:, None]
    there = np.concatenate([there, np.zeros_like(there[:1])])
    first, second = there[layout.sides[:, 0]], there[layout.sides[:, 1]]
    ends = first.any(axis=2) != second.any(axis=2)
    steps = (first != second).any(axis=2)
    return np.where(ends.any(axis=1, keepdims=True), ends, steps)


def _by_rank(ranks: np.ndarray, levels: np.ndarray | int) -> np.ndarray:
    """Levels of features that have a rank of `Carriers`."""
    return np.select([ranks == CURRENTS, ranks == HEAT], [levels, np.maximum(levels - 1, 0)], 0)
