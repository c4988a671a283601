"""Coordinates of a mesh whose solids move: every plane at which a face of a solid lies moves as a whole."""

from collections.abc import Sequence

import numpy as np

from thermospin.meshes.shapes import Box, EllipticCylinder, ExtrudedPolygon
from thermospin.meshes.solids import Solid

SAME = 1e-9
"""Difference of coordinates relative to the device, below which they are one."""
PlaneMap = tuple[np.ndarray, np.ndarray]
"""Coordinates along an axis before, in order, and after; between them the map is linear."""


def plane_maps(before: Sequence[Solid], after: Sequence[Solid]) -> list[PlaneMap]:
    """The maps of x, y and z, m.

    Args:
        before: The solids of the mesh.
        after: The same solids with other lengths.

    Raises:
        ValueError: The solids are others, or faces in one plane would move apart.
    """
    pairs = [_planes(solids) for solids in (before, after)]
    return [_plane_map(*axis) for axis in zip(*pairs, strict=True)]


def moved(points: np.ndarray, maps: Sequence[PlaneMap]) -> np.ndarray:
    """The coordinates of nodes after a move, shape (n, 3).

    Args:
        points: Coordinates before, m, shape (n, 3).
        maps: The maps of x, y and z.
    """
    return np.column_stack([np.interp(points[:, i], *maps[i]) for i in range(3)])


def _planes(solids: Sequence[Solid]) -> list[np.ndarray]:
    """Coordinates of the faces and corners of solids along x, y and z, in the order of the solids."""
    parts = [_of_shape(solid.shape) for solid in solids]
    return [np.concatenate([part[i] for part in parts]) for i in range(3)]


def _of_shape(shape: Box | EllipticCylinder | ExtrudedPolygon) -> list[np.ndarray]:
    match shape:
        case Box():
            return [np.array([shape.min[i], shape.max[i]]) for i in range(3)]
        case EllipticCylinder():
            x, y, z = shape.centre
            sides = [c + r * np.array([-1, 0, 1]) for c, r in zip((x, y), shape.radii, strict=True)]
            return [*sides, np.array([z, z + shape.height])]
    corners = np.concatenate(shape.rings)
    return [corners[:, 0], corners[:, 1], np.array(shape.z)]


def _plane_map(before: np.ndarray, after: np.ndarray) -> PlaneMap:
    """The map along an axis."""
    if before.shape != after.shape:
        raise ValueError("the solids are not the same ones")
    order = np.argsort(before, kind="stable")
    old, new = before[order], after[order]
    limit = SAME * max(np.ptp(old), np.ptp(new))
    first = np.concatenate([[True], np.diff(old) > limit])
    of_plane = new[first][np.cumsum(first) - 1]
    if np.abs(new - of_plane).max() > limit:
        raise ValueError("faces that lie in one plane would move apart")
    if np.any(np.diff(new[first]) <= limit):
        raise ValueError("faces would pass through one another")
    return old[first], new[first]
