"""Side walls that lean: a film in levels one above another, each with the outline at half its height.

The staircase has the volume of the film up to `k tan²(angle) thickness³ / (12 levels²)` for every
piece, where `k` sums the tangents of half the turns of its outline: 4 for a rectangle.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.layouts.outlines import Outline, Scale, box_ring
from thermospin.meshes.layouts.stack import Film
from thermospin.meshes.places import in_nm

MOST_LEVELS = 4
"""Most levels of a film."""

STEP = 2.0
"""Least width of a step, in tolerances."""


def shifts(film: Film, tolerance: float) -> list[float]:
    """Distances of the outlines of all levels from the drawn one, from bottom to top, positive outwards, m.

    Args:
        film: The film.
        tolerance: Distance up to which lines may move, m.
    """
    slope = np.tan(np.radians(film.sidewall_angle))
    width = abs(slope) * film.thickness
    count = min(MOST_LEVELS, max(1, round(width / (STEP * tolerance))))
    heights = film.thickness * (np.arange(count) + 0.5) / count
    return (slope * (film.width_to_z * film.thickness - heights)).tolist()


def level_rings(
    found: Outline,
    names: Mapping[int, str],
    film: str,
    moves: Sequence[float],
    crop: Sequence[float] | None,
    scale: Scale,
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Region, level and ring of every polygon of a film whose side walls lean.

    Args:
        found: The outline of the film.
        names: Region of connected pieces by their number; others have the name of the film.
        film: Name of the film.
        moves: Distance of every level's outline from the drawn one, m.
        crop: Box that is kept, m; everything if None. Where it cuts a film, the wall is upright.
        scale: Unit of Boolean operations.

    Raises:
        InputError: A piece is too narrow for its side walls, or pieces with different names grow together.
    """
    lost = set(range(len(found.pieces)))
    for level, move in enumerate(moves):
        polygons = scale.grown(found.whole, move)
        if crop is not None:
            polygons = scale.combined(polygons, [box_ring(crop)], "and")
        for polygon in polygons:
            numbers = [n for n, piece in enumerate(found.pieces) if _overlap(polygon, piece, scale)]
            regions = dict.fromkeys(names.get(number, film) for number in numbers)
            lost -= set(numbers)
            if len(regions) > 1:
                raise InputError(
                    f"regions {' and '.join(regions)} grow together at their side walls; draw them apart, or "
                    "lower width_to_z",
                    key=f"geometry.layers.{film}.sidewall_angle",
                )
            yield from ((region, level, polygon) for region in regions)
    if lost:
        place = in_nm(found.pieces[min(lost)].mean(axis=0))
        raise InputError(
            f"the piece at {place} is too narrow for side walls that lean so much; lower the angle, or draw "
            "the outline wider",
            key=f"geometry.layers.{film}.sidewall_angle",
        )


def _overlap(first: np.ndarray, second: np.ndarray, scale: Scale) -> bool:
    """Whether two polygons share an area."""
    apart = (first.max(axis=0) <= second.min(axis=0)) | (second.max(axis=0) <= first.min(axis=0))
    return not apart.any() and bool(scale.combined([first], [second], "and"))
