"""Labels of a layout: names of regions where they lie inside an outline, of terminals where on its edge.

A label outside the crop names the terminal where the lead that it lies on is cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.layouts.outlines import (
    Outline,
    box_ring,
    holder,
    nearest_side,
    segment_distances,
)
from thermospin.meshes.layouts.reading import Drawing, Label, named
from thermospin.meshes.layouts.stack import Film
from thermospin.meshes.places import in_nm


@dataclass(frozen=True)
class End:
    """The place of a terminal.

    Attributes:
        text: Its name.
        film: The film that ends there.
        sides: Segments of the plane on which its faces stand, m, shape (k, 2, 2).
    """

    text: str
    film: str
    sides: np.ndarray


@dataclass(frozen=True)
class Names:
    """The names that labels give.

    Attributes:
        pieces: Name of connected pieces of every film, by their number.
        ends: Terminals.
    """

    pieces: Mapping[str, Mapping[int, str]]
    ends: tuple[End, ...]


def read_labels(
    drawing: Drawing,
    films: Mapping[str, Film],
    outlines: Mapping[str, Outline],
    crop: Sequence[float] | None,
    tolerance: float,
) -> Names:
    """The names that labels give to pieces and terminals.

    Args:
        drawing: The cell.
        films: The films.
        outlines: Outlines of the films that have one.
        crop: Box that is kept, m; everything if None.
        tolerance: Distance from an edge up to which a label lies on it, m.

    Raises:
        InputError: A label lies outside all outlines, a piece has two names, or the crop cuts a terminal.
    """
    pieces: dict[str, dict[int, str]] = {name: {} for name in films}
    ends: list[End] = []
    beyond: dict[tuple[str, int], str] = {}
    for label in drawing.labels:
        film = _film(label, films)
        if film is None:
            continue
        found = outlines[film]
        if crop is not None and not _in_box(label.position, crop, tolerance):
            number = holder(found.beyond, label.position, tolerance)
            sides = [] if number is None else on_box(found.beyond[number], crop, tolerance)
            if len(sides):
                _check_alone(drawing, beyond.setdefault((film, number), label.text), label, film)
                ends.append(End(label.text, film, sides))
            continue
        number = holder(found.pieces, label.position, tolerance)
        if number is None:
            raise InputError(
                f"{drawing.file}: label '{label.text}' at {in_nm(np.array(label.position))} lies outside all "
                f"polygons of layer {named(films[film].layer)}; move it onto one",
                key=f"geometry.layers.{film}",
            )
        side, distance = nearest_side(found.pieces[number], label.position)
        if distance <= tolerance:
            _check_whole(drawing, label, film, found, side, tolerance)
            ends.append(End(label.text, film, side[None]))
            continue
        _check_only(drawing, pieces[film].setdefault(number, label.text), label, film)
    return Names(pieces, tuple(ends))


def _film(label: Label, films: Mapping[str, Film]) -> str | None:
    """The film that a label belongs to: the last whose layer it is on."""
    found = None
    for name, film in films.items():
        if film.layer is None:
            continue
        if label.tag == film.labels or (film.labels is None and label.tag[0] == film.layer[0]):
            found = name
    return found


def _in_box(position: Sequence[float], box: Sequence[float], tolerance: float) -> bool:
    (x, y), (x0, y0, x1, y1) = position, box
    return x0 - tolerance <= x <= x1 + tolerance and y0 - tolerance <= y <= y1 + tolerance


def _check_only(drawing: Drawing, other: str, label: Label, film: str) -> None:
    """Refuse two names of a piece."""
    if other != label.text:
        raise InputError(
            f"{drawing.file}: labels '{other}' and '{label.text}' lie on the same piece of film {film}; "
            "keep one, and put those of terminals on its edge",
            key=f"geometry.layers.{film}",
        )


def _check_alone(drawing: Drawing, other: str, label: Label, film: str) -> None:
    """Refuse two terminals on a lead that the crop cuts off."""
    if other != label.text:
        raise InputError(
            f"{drawing.file}: labels '{other}' and '{label.text}' lie on the same piece of film {film} "
            "beyond the crop, so that one terminal would have two names; enlarge the crop",
            key="geometry.crop",
        )


def on_box(polygon: np.ndarray, box: Sequence[float], tolerance: float) -> np.ndarray:
    """Sides of a polygon that lie on a side of a box, m, shape (k, 2, 2).

    Args:
        polygon: Corners, m, shape (n, 2).
        box: x0, y0, x1, y1, m.
        tolerance: How far corners may lie from the side, m.
    """
    sides = np.stack([polygon, np.roll(polygon, -1, axis=0)], axis=1)
    ring = box_ring(box)
    distance = segment_distances(sides.reshape(-1, 2), ring, np.roll(ring, -1, axis=0)).reshape(-1, 2, 4)
    near = (distance < tolerance).all(axis=1).any(axis=1)
    return sides[near & (np.linalg.norm(sides[:, 1] - sides[:, 0], axis=1) > tolerance)]


def _check_whole(
    drawing: Drawing, label: Label, film: str, found: Outline, side: np.ndarray, tolerance: float
) -> None:
    """Refuse a terminal of which the crop leaves a part."""
    whole = holder(found.whole, label.position, tolerance)
    if whole is None:
        return
    uncut, distance = nearest_side(found.whole[whole], label.position)
    longer = np.linalg.norm(uncut[1] - uncut[0]) - np.linalg.norm(side[1] - side[0])
    if distance <= tolerance and longer > tolerance:
        raise InputError(
            f"{drawing.file}: the crop cuts terminal '{label.text}' at {in_nm(np.array(label.position))}, on "
            f"film {film}; enlarge it, or crop the lead before the terminal",
            key="geometry.crop",
        )
