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


@dataclass(frozen=True)
class Carriers:
    """What fields are singular at.

    Attributes:
        lines: Numbers of the edges of the layout that carry a singularity.
        corners: Nodes at which they end, turn or meet, and those of vertical singular edges.
        heights: Whether each height carries one.
    """

    lines: np.ndarray
    corners: frozenset[int]
    heights: np.ndarray


def find_carriers(layout: Layout, media: Media) -> Carriers:
    """Find the lines, corners and heights of a layout with singular fields or interfaces of magnets."""
    singular = is_singular(media.conductors, *layout.sides.T)
    import os
    if os.environ.get("HEAT"): singular |= is_singular(media.bodies, *layout.sides.T)
    lines = np.flatnonzero(singular.any(axis=1) | is_magnetic_wall(media, *layout.sides.T))
    heights = singular.any(axis=0) | magnetic_heights(media)
    corners = _ends_and_turns(layout.points, layout.edges[lines]) | _vertical(layout, media)
    return Carriers(lines, frozenset(corners), heights)


def _ends_and_turns(points: np.ndarray, lines: np.ndarray) -> set[int]:
    """Nodes where lines do not go straight on."""
    others: dict[int, list[int]] = {}
    for a, b in lines.tolist():
        others.setdefault(a, []).append(b)
        others.setdefault(b, []).append(a)
    return {node for node, ends in others.items() if len(ends) != 2 or _turns(points[node], points[ends])}


def _turns(here: np.ndarray, ends: np.ndarray) -> bool:
    (ux, uy), (vx, vy) = here - ends[0], ends[1] - here
    return abs(np.arctan2(ux * vy - uy * vx, ux * vx + uy * vy)) > STRAIGHT


def _vertical(layout: Layout, media: Media) -> set[int]:
    """Nodes over which fields are singular along a vertical edge."""
    nodes = np.unique(layout.edges)
    around: dict[int, list[tuple[float, float, int]]] = {int(node): [] for node in nodes}
    for triangle, kind in zip(layout.triangles.tolist(), layout.kind.tolist(), strict=True):
        for i, node in enumerate(triangle):
            if node in around:
                ends = layout.points[[triangle[(i + 1) % 3], triangle[(i + 2) % 3]]] - layout.points[node]
                start, stop = np.arctan2(ends[:, 1], ends[:, 0])
                around[node].append((start, (stop - start) % (2 * np.pi), kind))
    return {node for node, sectors in around.items() if _is_vertical(sectors, media)}


def _is_vertical(sectors: list[tuple[float, float, int]], media: Media) -> bool:
    outside = len(media.bodies) - 1
    ring: list[tuple[float, int]] = []
    for (start, angle, kind), following in zip(sorted(sectors), [*sorted(sectors)[1:], sorted(sectors)[0]], strict=True):
        gap = (following[0] - start - angle) % (2 * np.pi)
        ring.append((angle, kind))
        if 1e-6 < gap < 2 * np.pi - 1e-6:
            ring.append((gap, outside))
    if len(sectors) == 1:
        ring = [(sectors[0][1], sectors[0][2]), (2 * np.pi - sectors[0][1], outside)]
    angles, kinds = np.array([a for a, _ in ring]), [k for _, k in ring]
    columns = np.hstack([media.conductors[kinds], media.bodies[kinds]])
    return any(is_singular_corner(column, angles) for column in np.unique(columns, axis=1).T)
