"""The plan of a device of films: footprints in the plane, heights along z, and the region of every column."""

from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.shapes import Box, EllipticCylinder, ExtrudedPolygon, Shape
from thermospin.meshes.solids import Solid, SolidsGeometry

SAME = 1e-9
"""Heights this close are one, relative to the device's height."""

NOTHING = -1
"""Number of the region where there is none."""


@dataclass(frozen=True)
class FilmPlan:
    """A device of films.

    Attributes:
        solids: The solids.
        names: Names of the regions.
        outlines: The different outlines, corners in order, m, each of shape (n, 2).
        footprints: Numbers of the outlines of every solid: its own, and those of its holes.
        heights: The different heights of the solids' faces, m, ascending.
        levels: Numbers of the lowest and highest height of every solid, shape (n_solids, 2).
    """

    solids: tuple[Solid, ...]
    names: tuple[str, ...]
    outlines: tuple[np.ndarray, ...]
    footprints: tuple[tuple[int, ...], ...]
    heights: np.ndarray
    levels: np.ndarray

    def columns(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The kind of column at points of the plane, and the region of every kind and interval of heights.

        Args:
            points: Points off the outlines, m, shape (n, 2).

        Returns:
            Kind of every point, shape (n,); regions, `NOTHING` where there is none, shape
            (n_kinds, n_heights - 1).

        Raises:
            InputError: Solids of equal priority overlap, or a solid is hidden altogether.
        """
        inside = np.stack([_inside(outline, points) for outline in self.outlines], axis=1)
        covered = np.stack(
            [np.logical_xor.reduce(inside[:, list(rings)], axis=1) for rings in self.footprints], axis=1
        )
        kinds, kind = np.unique(covered, axis=0, return_inverse=True)
        owners = np.array([self._owners(covered) for covered in kinds])
        self._check_hidden(owners)
        region = np.array([self.names.index(solid.name) for solid in self.solids] + [NOTHING])
        return kind.ravel(), region[owners]

    def _owners(self, covered: np.ndarray) -> np.ndarray:
        """The solid that fills every interval of heights where the given solids lie over each other."""
        owner = np.full(len(self.heights) - 1, NOTHING)
        for interval in range(len(owner)):
            here = covered & (self.levels[:, 0] <= interval) & (interval < self.levels[:, 1])
            if here.any():
                owner[interval] = self._winner(np.flatnonzero(here))
        return owner

    def _winner(self, claimants: np.ndarray) -> int:
        """The solid of the highest priority."""
        best = max(self.solids[index].priority for index in claimants)
        first, *others = (index for index in claimants if self.solids[index].priority == best)
        for index in others:
            if self.solids[index].name != self.solids[first].name:
                raise InputError(
                    f"solids {self.solids[first].name} and {self.solids[index].name} overlap with the same "
                    f"priority {best}; give one a higher priority",
                    key=f"geometry.solids[{index}].priority",
                )
        return first

    def _check_hidden(self, owners: np.ndarray) -> None:
        seen = {self.solids[index].name for index in np.unique(owners[owners != NOTHING])}
        for index, solid in enumerate(self.solids):
            if solid.name not in seen:
                raise InputError(
                    f"solid {solid.name} is hidden by solids of higher priority; raise its priority",
                    key=f"geometry.solids[{index}].priority",
                )


def read_plan(geometry: SolidsGeometry, sides: int) -> FilmPlan:
    """The plan of solids that are boxes, cylinders or polygons along z.

    Args:
        geometry: The solids.
        sides: Sides of the polygon of an ellipse.

    Raises:
        InputError: A solid is none of these.
    """
    different: dict[bytes, int] = {}
    outlines, footprints, intervals = [], [], []
    for index, solid in enumerate(geometry.solids):
        if not isinstance(solid.shape, Box | EllipticCylinder | ExtrudedPolygon):
            raise InputError(
                f"solid {solid.name} is not a box, cylinder or polygon along z; remove mesh.columns",
                key=f"geometry.solids[{index}]",
            )
        rings = outlines_of(solid.shape, sides)
        footprints.append(tuple(different.setdefault(ring.tobytes(), len(different)) for ring in rings))
        outlines += rings
        intervals.append(_interval(solid.shape))
    heights, levels = _merged(np.array(intervals))
    return FilmPlan(
        geometry.solids,
        tuple(geometry.materials),
        tuple({ring.tobytes(): ring for ring in outlines}[key] for key in different),
        tuple(footprints),
        heights,
        levels,
    )


def outlines_of(shape: Shape, sides: int) -> list[np.ndarray]:
    """Footprint of a shape and its holes, corners in order, m; an ellipse becomes a polygon of its area.

    Args:
        shape: Box, cylinder or polygon along z.
        sides: Sides of the polygon of an ellipse.
    """
    if isinstance(shape, Box):
        (x0, y0, _), (x1, y1, _) = shape.min, shape.max
        return [np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])]
    if isinstance(shape, EllipticCylinder):
        angles = 2 * np.pi * np.arange(sides) / sides
        circle = np.column_stack([np.cos(angles), np.sin(angles)]) * polygon_radius(sides)
        return [np.array(shape.centre[:2]) + circle * np.array(shape.radii)]
    return list(shape.rings)


def polygon_radius(sides: int) -> float:
    """Distance of the corners of a regular polygon from its centre, relative to a circle of the same area.

    Args:
        sides: Number of sides.
    """
    return 1 / np.sqrt(np.sinc(2 / sides))


def _interval(shape: Shape) -> tuple[float, float]:
    """Lowest and highest height of a shape, m."""
    if isinstance(shape, Box):
        return shape.min[2], shape.max[2]
    if isinstance(shape, EllipticCylinder):
        return shape.centre[2], shape.centre[2] + shape.height
    return shape.z


def _merged(intervals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different heights of intervals, and the numbers of each interval's ends."""
    heights = np.unique(intervals)
    apart = np.diff(heights, prepend=-np.inf) > SAME * np.ptp(intervals)
    return heights[apart], (np.cumsum(apart) - 1)[np.searchsorted(heights, intervals)]


def _inside(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Whether points lie inside a polygon, by the parity of the sides to their right."""
    (x, y), (x0, y0) = points.T[:, :, None], corners.T
    x1, y1 = np.roll(corners, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return (((y0 > y) != (y1 > y)) & (x < crossing)).sum(axis=1) % 2 == 1
