"""Deposition: the column of films over every part of the plane."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
        level: Number of the level, from the bottom, in films whose side walls lean.
    """

    region: str
    film: str
    level: int = 0


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
        levels: Number of levels of films that have more than one.
    """

    pieces: Sequence[Piece]
    films: Mapping[str, Film]
    coverage: Coverage
    start: float
    swellings: Sequence[Swelling] = ()
    levels: Mapping[str, int] = field(default_factory=dict)

    def owners(self, name: str, covered: np.ndarray) -> np.ndarray:
        """Number of the piece of every level of a film over every kind of place, -1 where there is none.

        Args:
            name: Name of the film.
            covered: Whether every piece and swelling covers every kind of place, shape (n_kinds, n_outlines).

        Returns:
            Shape (n_levels, n_kinds), from the bottom.
        """
        found = []
        for level in range(self.levels.get(name, 1)):
            mine = np.array([(piece.film, piece.level) == (name, level) for piece in self.pieces])
            own = covered[:, : len(mine)] & mine
            found.append(np.where(own.any(axis=1), own.argmax(axis=1), -1))
        return np.array(found)

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
    overlap the rank decides. A film of several levels has equal shares of its thickness in all of them.

    Args:
        covered: Whether every piece and swelling covers every kind of place, shape (n_kinds, n_outlines).
        stack: The films.

    Returns:
        Slabs of every kind from bottom to top, disjoint.
    """
    claims: list[list[_Claim]] = [[] for _ in covered]
    tops = np.full(len(covered), -np.inf)
    for order, (name, film) in enumerate(stack.films.items()):
        owners = stack.owners(name, covered)
        placed = (owners >= 0).any(axis=0)
        span = stack.span(name, covered, np.where(np.isinf(tops), stack.start, tops), placed)
        for owner, (low, high) in zip(owners, _levels(*span, film.thickness, len(owners)), strict=True):
            here = (owner >= 0) & (high > low)
            for place in np.flatnonzero(here).tolist():
                region, rank = stack.pieces[owner[place]].region, (film.rank, -order)
                claims[place].append(_Claim(float(low[place]), float(high[place]), region, rank))
            tops[here] = np.maximum(tops, high)[here]
    return [_column(column) for column in claims]


def _levels(
    low: np.ndarray, high: np.ndarray, thickness: float, count: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Lowest and highest height of every level of a film, m, from the bottom."""
    for level in range(count):
        top = high - thickness * (count - 1 - level) / count
        yield low, top
        low = np.maximum(low, top)


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
            f"region {piece.region} has no room, because its place is already filled to that height; make "
            f"film {piece.film} thicker, or raise its priority",
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
