"""Named magnetisation textures: domain walls, rotations, rings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Vector = Sequence[float]


def across(points: np.ndarray, axis: Vector, centre: float, width: float) -> np.ndarray:
    """Distance of points from a centre along an axis, in widths: (x·axis − centre)/width, shape (n,).

    Args:
        points: Coordinates (n, 3), m.
        axis: Unit vector.
        centre: Coordinate of the centre along the axis, m.
        width: Width, m.
    """
    return (points @ np.asarray(axis) - centre) / width


def wall(position: np.ndarray, before: Vector, through: Vector) -> np.ndarray:
    """A domain wall, m = −tanh(π ξ) · before + sech(π ξ) · through.

    The width is Lilley's, w = πΔ with m·before = −tanh((x − centre)/Δ): at the pace of the centre m would
    turn by 180° within it. It turns by 133° there.

    Args:
        position: ξ, the distance from the centre in widths, (n,).
        before: Unit vector far on the negative side; the opposite far on the positive side.
        through: Unit vector at the centre, perpendicular to it.

    Returns:
        Unit vectors, (n, 3).
    """
    return _turn(2 * np.arctan(np.exp(np.clip(np.pi * position, -700, 700))), before, through)


def rotation(position: np.ndarray, angles: tuple[float, float], plane: tuple[Vector, Vector]) -> np.ndarray:
    """A rotation between two angles, linear over the width and constant outside: m = cos α e₁ + sin α e₂.

    Args:
        position: Distance from the centre in widths, (n,); the angle changes from −1/2 to 1/2.
        angles: Angles before and after, rad.
        plane: Perpendicular unit vectors e₁ and e₂.

    Returns:
        Unit vectors, (n, 3).
    """
    return _turn(angles[0] + (angles[1] - angles[0]) * np.clip(position + 0.5, 0.0, 1.0), *plane)


def azimuthal_ring(points: np.ndarray, centre: Vector, axis: int, sense: int) -> np.ndarray:
    """A vortex, tangential to circles about an axis: m = ± axis × r, zero on the axis itself.

    Args:
        points: Coordinates (n, 3), m.
        centre: A point on the axis, m.
        axis: 0, 1 or 2, for x, y or z.
        sense: 1 for counter-clockwise seen from the tip of the axis, −1 for clockwise.

    Returns:
        Vectors, (n, 3), m.
    """
    u, v = _across(points, centre, axis)
    return _in_plane(-sense * v, sense * u, axis)


def square_ring(
    points: np.ndarray, centre: Vector, axis: int, sense: int, corner: float | None
) -> np.ndarray:
    """A square ring with sides along the coordinate axes, in each arm tangential and turning at the corners.

    Towards a diagonal the angle changes linearly with the distance to it along the arm, by 45° over the
    length `corner`, and as much again in the next arm; without `corner` over all of the arm.

    Args:
        points: Coordinates (n, 3), m.
        centre: A point on the axis, m.
        axis: 0, 1 or 2, for x, y or z.
        sense: 1 for counter-clockwise seen from the tip of the axis, −1 for clockwise.
        corner: Length of an arm before its corner, m, or None.

    Returns:
        Unit vectors, (n, 3); zero on the axis.
    """
    u, v = _across(points, centre, axis)
    # in the frame of its arm a point is at `out` from the centre and at `along` from the middle of the arm
    out = np.maximum(np.abs(u), np.abs(v))
    sideways = np.abs(v) > np.abs(u)
    arm = np.where(sideways, np.where(v > 0, 1, 3), np.where(u > 0, 0, 2))
    along = np.choose(arm, [v, -u, -v, u])
    length = out if corner is None else np.minimum(corner, out)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = np.clip(1 - (out - np.abs(along)) / length, 0.0, 1.0)
    angle = (arm + 1) * math.pi / 2 + np.sign(along) * near * math.pi / 4
    m = sense * np.where(out > 0, [np.cos(angle), np.sin(angle)], 0.0)
    return _in_plane(*m, axis)


def _turn(angle: np.ndarray, first: Vector, second: Vector) -> np.ndarray:
    """Cos α e₁ + sin α e₂."""
    return np.outer(np.cos(angle), first) + np.outer(np.sin(angle), second)


def _across(points: np.ndarray, centre: Vector, axis: int) -> np.ndarray:
    """The two coordinates across an axis, right-handed about it, from the centre, (2, n)."""
    return (points - np.asarray(centre)).T[[(axis + 1) % 3, (axis + 2) % 3]]


def _in_plane(u: np.ndarray, v: np.ndarray, axis: int) -> np.ndarray:
    """Vectors from their components across an axis."""
    vectors = np.zeros((len(u), 3))
    vectors[:, (axis + 1) % 3], vectors[:, (axis + 2) % 3] = u, v
    return vectors
