"""Singular edges: edges of the plan along which bodies end on each other."""

from dataclasses import dataclass

import numpy as np

STRAIGHT = np.radians(30)
"""Turn up to which two sides count as one line: the polygon of an ellipse has no corners."""

VOID = 0
"""Medium where there is none, or none that carries the field."""


@dataclass(frozen=True)
class Media:
    """The medium of every kind of column in every interval of heights, `VOID` below and above.

    Attributes:
        conductors: For charge and spin: insulators are void, every magnet is a medium of its own.
        bodies: For heat.
        magnetic: Whether it is a magnet.

    All have the shape (n_kinds + 1, n_intervals + 2); the last kind is the outside of the device.
    """

    conductors: np.ndarray
    bodies: np.ndarray
    magnetic: np.ndarray


def read_media(
    regions: np.ndarray,
    names: tuple[str, ...],
    materials: dict[str, str],
    magnetic: frozenset[str],
    insulating: frozenset[str],
) -> Media:
    """The media of regions.

    Args:
        regions: Region of every kind of column and interval, -1 for none, shape (n_kinds, n_intervals).
        names: Names of the regions.
        materials: Material of every region.
        magnetic: Regions of ferromagnets.
        insulating: Regions without electrons.
    """
    labels = [name if name in magnetic else f"material {materials[name]}" for name in names]
    number = {label: index for index, label in enumerate(dict.fromkeys(labels), start=1)}
    body = np.array([number[label] for label in labels] + [VOID])
    conductor = np.array(
        [0 if n in insulating else number[la] for n, la in zip(names, labels, strict=True)] + [VOID]
    )
    magnet = np.array([name in magnetic for name in names] + [False])
    padded = np.pad(regions, ((0, 1), (1, 1)), constant_values=-1)
    return Media(conductor[padded], body[padded], magnet[padded])


def is_singular(media: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether a field is singular where the line between two kinds of columns crosses every height.

    Four quadrants meet there. The field is regular if they form two half-spaces, and by reflection if they
    fill half of the space or a quarter of it.

    Args:
        media: Medium of every kind and interval, shape (n_kinds, n_intervals + 2).
        first: Kind on one side of every line, shape (n,).
        second: Kind on the other side.

    Returns:
        Shape (n, n_heights).
    """
    a, b = media[first, :-1], media[second, :-1]
    c, d = media[first, 1:], media[second, 1:]
    layered = ((a == b) & (c == d)) | ((a == c) & (b == d))
    half = [(p == VOID) & (q == VOID) for p, q in ((a, b), (c, d), (a, c), (b, d))]
    return ~(layered | np.any(half, axis=0))


def is_magnetic_wall(media: Media, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether a magnet meets another conductor on the wall over every line in an interval, shape (n,).

    Args:
        media: The media.
        first: Kind of column on one side of every line, shape (n,).
        second: Kind on the other side.
    """
    return _spins_cross(media, (first, slice(None)), (second, slice(None))).any(axis=1)


def magnetic_heights(media: Media) -> np.ndarray:
    """Whether a magnet meets another conductor at every height, shape (n_heights,).

    Args:
        media: The media.
    """
    return _spins_cross(media, np.s_[:, :-1], np.s_[:, 1:]).any(axis=0)


def _spins_cross(media: Media, here: tuple, there: tuple) -> np.ndarray:
    a, b = media.conductors[here], media.conductors[there]
    return (a != b) & (a != VOID) & (b != VOID) & (media.magnetic[here] | media.magnetic[there])


def is_singular_corner(media: np.ndarray, angles: np.ndarray) -> bool:
    """Whether a field is singular along a vertical edge.

    Args:
        media: Media of the sectors round it, in order.
        angles: Angle of every sector; together 2π.
    """
    starts = np.flatnonzero(media != np.roll(media, 1))
    if len(starts) == 0:
        return False
    order = np.roll(np.arange(len(media)), -starts[0])
    merged = np.add.reduceat(angles[order], starts - starts[0])
    filled = [angle for angle, medium in zip(merged, media[starts], strict=True) if medium != VOID]
    if len(starts) == 2 and len(filled) == 2:
        return abs(filled[0] - np.pi) > STRAIGHT
    if len(starts) == len(filled) + 1 and sum(filled) < np.pi + STRAIGHT:
        return len(filled) > 2 or abs(filled[0] - filled[-1]) > STRAIGHT
    return True
