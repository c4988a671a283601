"""Shapes of solids: box, elliptic cylinder, extruded polygon (SI metres)."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from thermospin.section import Section, mistake
from thermospin.units import Length, PositiveLength

Point = tuple[Length, Length, Length]
PlanePoint = tuple[Length, Length]

SLENDEREST = 20.0
"""Largest ratio of the radii of an ellipse."""

TOUCHING = 1e-6
"""Distance of a corner from a side, relative to the extent of the polygon, below which they touch."""


class Box(Section):
    """A box with edges along the axes."""

    min: Point
    """Lowest corner (x, y, z), m."""
    max: Point
    """Highest corner, m."""

    @model_validator(mode="after")
    def _extends(self) -> Self:
        for axis, low, high in zip("xyz", self.min, self.max, strict=True):
            if high <= low:
                raise ValueError(f"the box has no extent along {axis}; max must exceed min")
        return self

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether points are in the box, shape (n,).

        Args:
            points: Coordinates, m, shape (n, 3).
        """
        return np.all((points >= self.min) & (points <= self.max), axis=1)


class EllipticCylinder(Section):
    """A cylinder along z with an elliptic cross-section."""

    centre: Point
    """Centre of the bottom face, m."""
    radii: tuple[PositiveLength, PositiveLength]
    """Semi-axes along x and y, m."""
    height: PositiveLength
    """Extent along z, m."""

    @model_validator(mode="after")
    def _is_round(self) -> Self:
        if max(self.radii) > SLENDEREST * min(self.radii):
            raise mistake(
                f"one radius is more than {SLENDEREST:g} times the other, and the tips of such an ellipse "
                "cannot be meshed; check the lengths, or use a box or a polygon",
                "radii",
            )
        return self

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether points are in the cylinder, shape (n,).

        Args:
            points: Coordinates, m, shape (n, 3).
        """
        x, y, z = (points - self.centre).T
        return (np.hypot(x / self.radii[0], y / self.radii[1]) <= 1) & (z >= 0) & (z <= self.height)


class ExtrudedPolygon(Section):
    """A polygon in the xy plane extruded along z."""

    points: tuple[PlanePoint, ...] = Field(min_length=3)
    """Corners (x, y) in order, without repeating the first, m."""
    holes: tuple[Annotated[tuple[PlanePoint, ...], Field(min_length=3)], ...] = ()
    """Corners of every hole, likewise, m."""
    z: tuple[Length, Length]
    """Lowest and highest height, m."""

    @model_validator(mode="after")
    def _extends(self) -> Self:
        if self.z[1] <= self.z[0]:
            raise mistake("the polygon has no extent along z; z must be [lowest, highest]", "z")
        if len(set(self.points)) < len(self.points):
            raise mistake("the polygon repeats a corner; list every corner once", "points")
        if _crosses_itself(self.points):
            raise mistake("the polygon crosses itself; list its corners in order round the outline", "points")
        corner = _touching_corner(np.array(self.points))
        if corner is not None:
            x, y = (1e9 * self.points[corner][i] for i in range(2))
            raise mistake(
                f"the polygon touches itself; its corner at ({x:g}, {y:g}) nm lies on another side; move "
                "it, or make two solids",
                "points",
                corner,
            )
        return self

    @property
    def rings(self) -> tuple[np.ndarray, ...]:
        """Corners of the outline and of every hole, m, each of shape (n, 2)."""
        return tuple(np.array(ring) for ring in (self.points, *self.holes))

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether points are in the prism, shape (n,).

        Args:
            points: Coordinates, m, shape (n, 3).
        """
        inside = within(points[:, :2], np.concatenate([sides(ring) for ring in self.rings]))
        return inside & (points[:, 2] >= self.z[0]) & (points[:, 2] <= self.z[1])


def sides(ring: np.ndarray) -> np.ndarray:
    """The ends of the sides of a polygon, shape (n, 2, 2).

    Args:
        ring: Corners in order, shape (n, 2).
    """
    return np.stack([ring, np.roll(ring, -1, axis=0)], axis=1)


def within(points: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Whether points of a plane lie inside a polygon: a ray from them crosses an odd number of sides.

    Args:
        points: Shape (n, 2).
        sides: The ends of every side, in any order, shape (m, 2, 2).
    """
    inside = np.zeros(len(points), dtype=bool)
    x, y = points.T
    for (x0, y0), (x1, y1) in sides:
        if y0 != y1:
            inside ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside


Shape = Box | EllipticCylinder | ExtrudedPolygon


def _touching_corner(points: np.ndarray) -> int | None:
    """The first corner that lies on a side it does not belong to, as in spikes and pinched outlines.

    Args:
        points: The corners in order, m, shape (n, 2).
    """
    start, along = points, np.roll(points, -1, axis=0) - points
    reach = TOUCHING * float(np.ptp(points, axis=0).max())
    for corner, point in enumerate(points):
        part = np.clip(((point - start) * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
        distances = np.linalg.norm(start + part[:, None] * along - point, axis=1)
        distances[[corner, corner - 1]] = np.inf
        if distances.min() <= reach:
            return corner
    return None


def _crosses_itself(points: tuple[PlanePoint, ...]) -> bool:
    """Whether two sides that are not neighbours cross."""
    start = np.array(points)
    end = np.roll(start, -1, axis=0)
    along = end - start

    def turns(ends: np.ndarray) -> np.ndarray:
        offset = ends[None] - start[:, None]
        return along[:, None, 0] * offset[:, :, 1] - along[:, None, 1] * offset[:, :, 0]

    parted = turns(start) * turns(end) < 0
    return bool((parted & parted.T).any())
