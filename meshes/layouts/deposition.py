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
class Swelling:
    """The surroundings of a terrace, on whose side walls a conformal film lies.

    Attributes:
        film: Name of the film.
        height: Height of the terrace, m.
    """

    film: str
    height: float


@dataclass(frozen=True)
class _Claim:
    low: float
    high: float
    region: str
    rank: tuple[int, int]


@dataclass(frozen=True)
class Stack:
    """Films on places of the plane.

    Attributes:
        pieces: Parts of films with names of their own, in the order of the films.
        films: The films in the order of deposition.
        coverage: Coverage of the films that say nothing.
        start: Height on which the first film lies, m.
        swellings: Swellings of conformal films.
    """

    pieces: Sequence[Piece]
    films: Mapping[str, Film]
    coverage: Coverage
    start: float
    swellings: Sequence[Swelling] = ()

    def owner(self, name: str, covered: np.ndarray) -> np.ndarray:
        """Number of the piece of a film over every kind of place, -1 where there is none.

        Args:
            name: Name of the film.
            covered: Whether every piece and swelling covers every kind of place, shape (n_kinds, n_outlines).
        """
        mine = np.array([piece.film == name for piece in self.pieces])
        own = covered[:, : len(mine)] & mine
        return np.where(own.any(axis=1), own.argmax(axis=1), -1)

    def span(
        self, name: str, covered: np.ndarray, tops: np.ndarray, placed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest height of a film over every kind of place, m, each of shape (n_kinds,).

        Args:
            name: Name of the film.
            covered: Whether every piece and swelling covers every kind of place, shape (n_kinds, n_outlines).
            tops: Height of the top below it, m, shape (n_kinds,).
            placed: Whether the film is there.
        """
        film = self.films[name]
        if film.zmin is not None:
            low = np.full(len(tops), film.zmin)
            return low, low + film.thickness
        if (film.coverage or self.coverage) == "planar":
            return tops, np.full(len(tops), tops[placed].min(initial=np.inf) + film.thickness)
        walls = tops.copy()
        for number, swelling in enumerate(self.swellings, start=len(self.pieces)):
            if swelling.film == name:
                walls[covered[:, number]] = np.maximum(walls[covered[:, number]], swelling.height)
        return tops, walls + film.thickness


def deposit(covered: np.ndarray, stack: Stack) -> list[list[Slab]]:
    """The columns of films over kinds of places.

    A ballistic film lies on the top below it with its thickness, steps included. A planar film fills what is
    below up to its thickness above the lowest top that it covers. A conformal film reaches its thickness
    above the highest terrace whose swelling covers the place. A film with `zmin` is flat, and where films
    overlap the rank decides.

    Args:
        covered: Whether every piece and swelling covers every kind of place, shape (n_kinds, n_outlines).
        stack: The films.

    Returns:
        Slabs of every kind from bottom to top, disjoint.
    """
    claims: list[list[_Claim]] = [[] for _ in covered]
    tops = np.full(len(covered), -np.inf)
    for order, (name, film) in enumerate(stack.films.items()):
        owner = stack.owner(name, covered)
        placed = owner >= 0
        low, high = stack.span(name, covered, np.where(np.isinf(tops), stack.start, tops), placed)
        placed &= high > low
        for place in np.flatnonzero(placed).tolist():
            region, rank = stack.pieces[owner[place]].region, (film.rank, -order)
            claims[place].append(_Claim(float(low[place]), float(high[place]), region, rank))
        tops[placed] = np.maximum(tops, high)[placed]
    return [_column(column) for column in claims]


def top_of(column: list[Slab], start: float) -> float:
    """Height of the top of a column, m.

    Args:
        column: Its slabs.
        start: Height on which the first film lies, m.
    """
    return column[-1][1] if column else start


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


def check_hidden(columns: list[list[Slab]], covered: np.ndarray, pieces: Sequence[Piece]) -> None:
    """Make sure that every region fills some space.

    Args:
        columns: Slabs of every kind of place.
        covered: Whether every piece covers every kind of place, shape (n_kinds, n_pieces or more).
        pieces: The pieces.

    Raises:
        InputError: A region has no room left, or no outline.
    """
    seen = {region for column in columns for _, _, region in column}
    for index, piece in enumerate(pieces):
        if piece.region in seen:
            continue
        if not covered[:, index].any():
            raise InputError(
                f"region {piece.region} is narrower than the tolerance everywhere; lower "
                "geometry.tolerance, or change the crop if that leaves a sliver of it",
                key="geometry.tolerance",
            )
        raise InputError(
            f"region {piece.region} has no room: what lies there is as high already; make film {piece.film} "
            "thicker, or raise its priority",
            key=f"geometry.layers.{piece.film}",
        )


def gap(first: list[Slab], second: list[Slab], region: str) -> float:
    """Height between the slabs of a region in two columns side by side, m; negative where they overlap.

    Infinite if the region is not in both.

    Args:
        first: Slabs of one column.
        second: Slabs of the other.
        region: The region.
    """
    spans = [[(low, high) for low, high, name in column if name == region] for column in (first, second)]
    return min((max(a, c) - min(b, d) for a, b in spans[0] for c, d in spans[1]), default=np.inf)
