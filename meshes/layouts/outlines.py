"""Outlines of films: polygons of a layer joined, cropped and told apart into connected pieces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.layouts.reading import Drawing, Tag, named
from thermospin.meshes.layouts.rings import within_ring
from thermospin.meshes.places import in_nm

PRECISION = 1e-4
"""Rounding of Boolean operations, in units of the decade of the tolerance."""


SLIT = 1e-6
"""Distance from a side at which its neighbourhood is looked at, relative to the polygon's extent."""


@dataclass(frozen=True)
class Scale:
    """The unit in which polygons are joined and cropped; coordinates are rounded to `PRECISION` of it.

    Attributes:
        unit: Its length, m: the power of ten at or below the tolerance.
    """

    unit: float

    @classmethod
    def of(cls, tolerance: float) -> "Scale":
        """The unit for a tolerance.

        Args:
            tolerance: The tolerance, m.
        """
        return cls(10.0 ** floor(log10(tolerance) + 1e-9))

    def combined(
        self, first: Iterable[np.ndarray], second: Iterable[np.ndarray], operation: str
    ) -> list[np.ndarray]:
        """Connected polygons of a Boolean operation; holes are reached by a slit of no width.

        Args:
            first: Polygons, m.
            second: Polygons, m.
            operation: ``or``, ``and`` or ``not``.
        """
        import gdstk

        operands = [[corners / self.unit for corners in group] for group in (first, second)]
        found = gdstk.boolean(*operands, operation, precision=PRECISION)
        return [np.array(polygon.points) * self.unit for polygon in found]

    def grown(self, polygons: Iterable[np.ndarray], distance: float) -> list[np.ndarray]:
        """Polygons grown on all sides, with sharp corners.

        Args:
            polygons: Corners of each, m.
            distance: How far, m.
        """
        import gdstk

        given = [corners / self.unit for corners in polygons]
        found = gdstk.offset(given, distance / self.unit, precision=PRECISION, use_union=True)
        return self.combined([np.array(polygon.points) * self.unit for polygon in found], [], "or")


@dataclass(frozen=True)
class Outline:
    """The outline of a film.

    Attributes:
        pieces: Connected polygons inside the crop, m.
        beyond: Connected polygons outside the crop, m.
        whole: Connected polygons without the crop, m.
    """

    pieces: list[np.ndarray]
    beyond: list[np.ndarray]
    whole: list[np.ndarray]


def box_ring(box: Sequence[float], margin: float = 0.0) -> np.ndarray:
    """Corners of a box, counter-clockwise, m, shape (4, 2).

    Args:
        box: x0, y0, x1, y1, m.
        margin: How far it is extended on all sides, m.
    """
    x0, y0, x1, y1 = np.array(box) + np.array([-1, -1, 1, 1]) * margin
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def bounds(drawing: Drawing, tags: Iterable[Tag]) -> tuple[float, float, float, float]:
    """Bounding box of layers, x0, y0, x1, y1, m.

    Args:
        drawing: The cell.
        tags: The layers.
    """
    corners = np.concatenate([polygon for tag in tags for polygon in drawing.polygons[tag]])
    return (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())


def outline(drawing: Drawing, tag: Tag, crop: Sequence[float] | None, scale: Scale, key: str) -> Outline:
    """The outline of a film.

    Args:
        drawing: The cell.
        tag: The film's layer.
        crop: Box that is kept, m; everything if None.
        scale: The unit.
        key: Where the configuration names the layer.

    Raises:
        InputError: The layer is empty, inside the crop as well, or a polygon crosses itself.
    """
    polygons = drawing.polygons.get(tag, ())
    if not polygons:
        known = ", ".join(map(named, drawing.polygons)) or "none"
        raise InputError(
            f"{drawing.file}: layer {named(tag)} of cell {drawing.cell} is empty; layers with polygons: "
            f"{known}",
            key=key,
        )
    for polygon in polygons:
        _check_simple(drawing, tag, polygon, key)
    whole = scale.combined(polygons, [], "or")
    if crop is None:
        return Outline(whole, [], whole)
    box = [box_ring(crop)]
    inside, beyond = (scale.combined(whole, box, operation) for operation in ("and", "not"))
    if not inside:
        raise InputError(
            f"{drawing.file}: layer {named(tag)} has no polygon within the crop; enlarge geometry.crop, or "
            "remove the film",
            key=key,
        )
    return Outline(inside, beyond, whole)


def _check_simple(drawing: Drawing, tag: Tag, polygon: np.ndarray, key: str) -> None:
    place = crossing(polygon)
    if place is not None:
        raise InputError(
            f"{drawing.file}: a polygon of layer {named(tag)} crosses itself at {in_nm(place)}; draw its "
            "corners in order round the outline",
            key=key,
        )


def crossing(polygon: np.ndarray) -> np.ndarray | None:
    """A point where two sides of a polygon cross, m, shape (2,); None if there is none.

    Args:
        polygon: Corners in order, m, shape (n, 2).
    """
    start, end = polygon, np.roll(polygon, -1, axis=0)
    along = end - start

    def turns(points: np.ndarray) -> np.ndarray:
        offset = points[None] - start[:, None]
        return along[:, None, 0] * offset[:, :, 1] - along[:, None, 1] * offset[:, :, 0]

    parted = turns(start) * turns(end) < 0
    first, second = np.nonzero(parted & parted.T)
    if not len(first):
        return None
    u, v, w = along[first[0]], along[second[0]], start[second[0]] - start[first[0]]
    part = (w[0] * v[1] - w[1] * v[0]) / (u[0] * v[1] - u[1] * v[0])
    return start[first[0]] + part * u


def holder(polygons: Sequence[np.ndarray], point: Sequence[float], tolerance: float) -> int | None:
    """Number of the polygon that holds a point or has it on its outline; None for none.

    Args:
        polygons: Corners of each, m.
        point: Coordinates, m.
        tolerance: How far it may lie from the outline, m.
    """
    for number, polygon in enumerate(polygons):
        if within_ring(polygon, np.array([point]))[0] or nearest_side(polygon, point)[1] <= tolerance:
            return number
    return None


def nearest_side(polygon: np.ndarray, point: Sequence[float]) -> tuple[np.ndarray, float]:
    """The side of a polygon that is nearest to a point, m, shape (2, 2), and its distance, m.

    Sides of slits are none: the polygon lies on both sides of them.

    Args:
        polygon: Corners, m, shape (n, 2).
        point: Coordinates, m.
    """
    start, end = polygon, np.roll(polygon, -1, axis=0)
    distances = segment_distances(np.array([point]), start, end)[0]
    size = float(np.ptp(polygon, axis=0).max())
    for number in np.argsort(distances, kind="stable").tolist():
        side = np.array([start[number], end[number]])
        if not within_ring(polygon, _beside(side, point, SLIT * size)).all():
            break
    return side, float(distances[number])


def _beside(side: np.ndarray, point: Sequence[float], distance: float) -> np.ndarray:
    """Points on both sides of a segment, next to where it is nearest to a point, m, shape (2, 2)."""
    along = side[1] - side[0]
    length = max(float(np.linalg.norm(along)), np.finfo(float).tiny)
    part = np.clip((np.array(point) - side[0]) @ along / length**2, 0.01, 0.99)
    normal = np.array([-along[1], along[0]]) / length
    return side[0] + part * along + distance * np.array([normal, -normal])


def segment_distances(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Distances of points from segments, m, shape (n_points, n_segments).

    Args:
        points: Coordinates, m, shape (n_points, 2).
        start: Starts of the segments, m, shape (n_segments, 2).
        end: Their ends.
    """
    along = end - start
    squares = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    offset = points[:, None] - start
    part = np.clip((offset * along).sum(axis=2) / squares, 0, 1)
    return np.linalg.norm(offset - part[:, :, None] * along, axis=2)
