"""A mesh of the plane and the columns on it."""

from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.columns.base import SizeFunction, triangulate
from thermospin.meshes.columns.plan import FilmPlan

FLAT = 1e-6
"""Least height of a triangle relative to its longest side."""


@dataclass(frozen=True)
class Layout:
    """A mesh of the plane and the columns on it.

    Attributes:
        points: Nodes, m, shape (n, 2).
        triangles: Their triangles, counter-clockwise, shape (m, 3).
        kind: Kind of column of every triangle.
        regions: Region of every kind in every interval of heights.
        edges: Nodes of the edges between different kinds, ascending, shape (k, 2).
        sides: Kinds on both sides of these edges; the number of kinds stands for the outside.
    """

    points: np.ndarray
    triangles: np.ndarray
    kind: np.ndarray
    regions: np.ndarray
    edges: np.ndarray
    sides: np.ndarray


def lay_out(plan: FilmPlan, size: SizeFunction | None = None) -> Layout:
    """Mesh the plan in the plane.

    Args:
        plan: The plan.
        size: Size of the triangles at a point, m; as large as the outlines allow if None.

    Raises:
        InputError: The outlines cannot be meshed or almost touch, solids of equal priority overlap, or one is
            hidden.
    """
    points, triangles = triangulate(plan.outlines, size)
    _check_flat(points, triangles)
    kind, regions = plan.columns(points[triangles].mean(axis=1))
    ends = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges, number = np.unique(ends, axis=0, return_inverse=True)
    sides = np.full((len(edges), 2), len(regions))
    owner = np.repeat(kind, 3)
    sides[number, 0] = owner
    first = np.zeros(len(edges), dtype=np.int64)
    first[number] = np.arange(len(number))
    later = np.arange(len(number)) != first[number]
    sides[number[later], 1] = owner[later]
    different = sides[:, 0] != sides[:, 1]
    return Layout(points, triangles, kind, regions, edges[different], sides[different])


def _check_flat(points: np.ndarray, triangles: np.ndarray) -> None:
    """Refuse a triangle that is far lower than long."""
    corners = points[triangles]
    (ux, uy), (vx, vy) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    height = (ux * vy - uy * vx) / longest**2
    worst = int(height.argmin())
    if height[worst] < FLAT:
        x, y = corners[worst].mean(axis=0) * 1e9
        raise InputError(
            f"outlines almost touch at ({x:.6g}, {y:.6g}) nm; let them meet, or move them apart",
            key="geometry",
        )
