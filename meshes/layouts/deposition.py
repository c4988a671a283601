"""Deposition: the column of films over every part of the plane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.layouts.stack import Coverage, Film

SAME = 1e-9
"""Heights this close are one, relative to the height of the stack."""

Slab = tuple[float, float, str]
"""Lowest and highest height, m, and the region in between."""


@dataclass(frozen=True)
class Piece:
    """A part of a film with a name of its own.

    Attributes:
        region: Name of the region.
        film: Name of the film.
    """

    region: str
    film: str


@dataclass(frozen=True)
class _Claim:
    low: float
    high: float
    region: str
    rank: tuple[int, int]


def deposit(
    covered: np.ndarray, pieces: Sequence[Piece], films: Mapping[str, Film], coverage: Coverage, start: float
) -> list[list[Slab]]:
    """The columns of films over kinds of places.

    A ballistic film lies on the top below it with its thickness, steps included. A planar film fills what is
    below up to its thickness above the lowest top that it covers. A film with `zmin` is flat, and where films
    overlap the rank decides.

    Args:
        covered: Whether every piece covers every kind of place, shape (n_kinds, n_pieces).
        pieces: The pieces, in the order of the films.
        films: The films in the order of deposition.
        coverage: Coverage of the films that say nothing.
        start: Height on which the first film lies, m.

    Returns:
        Slabs of every kind from bottom to top, disjoint.

    Raises:
        InputError: A film has no room left.
    """
    claims: list[list[_Claim]] = [[] for _ in covered]
    for order, (name, film) in enumerate(films.items()):
        mine = [index for index, piece in enumerate(pieces) if piece.film == name]
        places = np.flatnonzero(covered[:, mine].any(axis=1))
        tops = {place: max((claim.high for claim in claims[place]), default=start) for place in places}
        for place, (low, high) in _spans(film, film.coverage or coverage, tops).items():
            region = next(pieces[index].region for index in mine if covered[place, index])
            if high > low:
                claims[place].append(_Claim(low, high, region, (film.rank, -order)))
    columns = [_column(column) for column in claims]
    _check_hidden(columns, pieces)
    return columns


def _spans(film: Film, coverage: Coverage, tops: Mapping[int, float]) -> dict[int, tuple[float, float]]:
    """Lowest and highest height of a film over every place, m.

    Args:
        film: The film.
        coverage: Its coverage.
        tops: Height of the top below it, m.
    """
    if film.zmin is not None:
        return dict.fromkeys(tops, (film.zmin, film.zmin + film.thickness))
    if coverage == "planar":
        level = min(tops.values(), default=0.0) + film.thickness
        return {place: (top, level) for place, top in tops.items()}
    return {place: (top, top + film.thickness) for place, top in tops.items()}


def _column(claims: list[_Claim]) -> list[Slab]:
    """Disjoint slabs from the claims of films."""
    if not claims:
        return []
    ends = np.unique([(claim.low, claim.high) for claim in claims])
    ends = ends[np.diff(ends, prepend=-np.inf) > SAME * np.ptp(ends)]
    slabs: list[Slab] = []
    for low, high in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        middle = (low + high) / 2
        here = [claim for claim in claims if claim.low < middle < claim.high]
        if not here:
            continue
        region = max(here, key=lambda claim: claim.rank).region
        if slabs and slabs[-1][1:] == (low, region):
            slabs[-1] = (slabs[-1][0], high, region)
        else:
            slabs.append((low, high, region))
    return slabs


def _check_hidden(columns: list[list[Slab]], pieces: Sequence[Piece]) -> None:
    """Refuse a region that fills no space."""
    seen = {region for column in columns for _, _, region in column}
    for piece in pieces:
        if piece.region not in seen:
            raise InputError(
                f"region {piece.region} has no room: what lies there is as high already; make film "
                f"{piece.film} thicker, or raise its priority",
                key=f"geometry.layers.{piece.film}",
            )


def check_pinched(first: list[Slab], second: list[Slab]) -> str | None:
    """The region that meets itself in an edge only, where two columns stand side by side; None for none.

    Args:
        first: Slabs of one column.
        second: Slabs of the other.
    """
    for low, high, region in first:
        others = [(a, b) for a, b, name in second if name == region]
        reach = SAME * max((high - low, *(b - a for a, b in others)))
        if any(min(high, b) - max(low, a) > reach for a, b in others):
            continue
        if any(abs(high - a) <= reach or abs(b - low) <= reach for a, b in others):
            return region
    return None
