"""The lines, corners and heights of a plan towards which a mesh is graded."""

from dataclasses import dataclass

import numpy as np

from thermospin.meshes.columns.edges import (
    STRAIGHT,
    Media,
    is_magnetic_wall,
    is_singular,
    is_singular_corner,
    magnetic_heights,
)
from thermospin.meshes.columns.layout import Layout

ROUNDING = 1e-6
"""Angle below which there is no gap between two triangles."""

CURRENTS, HEAT = 2, 1
"""Rank of features with singular charge and spin currents, and of those with singular heat only."""


@dataclass(frozen=True)
class Carriers:
    """Features towards which fields are singular, by rank: `CURRENTS`, `HEAT` or 0 for none.

    Attributes:
        lines: Rank of every edge of the layout, shape (k,).
        corners: Rank of the nodes where lines end, turn or meet, and of those below vertical singular edges.
        heights: Rank of every height.
    """

    lines: np.ndarray
    corners: dict[int, int]
    heights: np.ndarray


def find_carriers(layout: Layout, media: Media) -> Carriers:
    """Find the lines, corners and heights of a layout with singular fields or interfaces of magnets.

    Args:
        layout: The mesh of the plane and its columns.
        media: The medium of every column and interval of heights.
    """
    currents, heat = (is_singular(field, *layout.sides.T) for field in (media.conductors, media.bodies))
    walls = is_magnetic_wall(media, *layout.sides.T)
    lines = np.where(currents.any(axis=1) | walls, CURRENTS, np.where(heat.any(axis=1), HEAT, 0))
    floors = currents.any(axis=0) | magnetic_heights(media)
    heights = np.where(floors, CURRENTS, np.where(heat.any(axis=0), HEAT, 0))
    corners = _vertical(layout, media)
    for node, rank in _ends_and_turns(layout, lines).items():
        corners[node] = max(rank, corners.get(node, 0))
    return Carriers(lines, corners, heights)


def _ends_and_turns(layout: Layout, ranks: np.ndarray) -> dict[int, int]:
    """Rank of the nodes where lines do not go straight on as they are."""
    others: dict[int, list[tuple[int, int]]] = {}
    for (a, b), rank in zip(layout.edges[ranks > 0].tolist(), ranks[ranks > 0].tolist(), strict=True):
        others.setdefault(a, []).append((b, rank))
        others.setdefault(b, []).append((a, rank))
    found = {}
    for node, lines in others.items():
        ends, levels = zip(*lines, strict=True)
        if len(ends) != 2 or levels[0] != levels[1] or _turns(layout.points[node], layout.points[list(ends)]):
            found[node] = max(levels)
    return found


def _turns(here: np.ndarray, ends: np.ndarray) -> bool:
    (ux, uy), (vx, vy) = here - ends[0], ends[1] - here
    return abs(np.arctan2(ux * vy - uy * vx, ux * vx + uy * vy)) > STRAIGHT


def _vertical(layout: Layout, media: Media) -> dict[int, int]:
    """Rank of the nodes over which fields are singular along a vertical edge."""
    around: dict[int, list[tuple[float, float, int]]] = {
        node: [] for node in np.unique(layout.edges).tolist()
    }
    for triangle, kind in zip(layout.triangles.tolist(), layout.kind.tolist(), strict=True):
        for i, node in enumerate(triangle):
            if node in around:
                ends = layout.points[[triangle[(i + 1) % 3], triangle[(i + 2) % 3]]] - layout.points[node]
                start, stop = np.arctan2(ends[:, 1], ends[:, 0])
                around[node].append((start, (stop - start) % (2 * np.pi), kind))
    found = {node: _rank(*_ring(sectors, len(media.bodies) - 1), media) for node, sectors in around.items()}
    return {node: rank for node, rank in found.items() if rank}


def _ring(sectors: list[tuple[float, float, int]], outside: int) -> tuple[np.ndarray, np.ndarray]:
    """Angles and kinds of all sectors round a node, in order, those of the outside included.

    Args:
        sectors: Start, angle and kind of the sector of every triangle.
        outside: Kind of the outside.
    """
    ring = []
    sectors = sorted(sectors)
    for (start, angle, kind), (after, _, _) in zip(sectors, sectors[1:] + sectors[:1], strict=True):
        gap = (after - start - angle) % (2 * np.pi)
        ring.append((angle, kind))
        if ROUNDING < gap < 2 * np.pi - ROUNDING:
            ring.append((gap, outside))
    angles, kinds = zip(*ring, strict=True)
    return np.array(angles), np.array(kinds)


def _rank(angles: np.ndarray, kinds: np.ndarray, media: Media) -> int:
    """Rank of a vertical edge."""
    for field, rank in ((media.conductors, CURRENTS), (media.bodies, HEAT)):
        if any(is_singular_corner(column, angles) for column in np.unique(field[kinds], axis=1).T):
            return rank
    return 0
