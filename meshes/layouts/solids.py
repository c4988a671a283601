"""Solids of a layout: the columns over the arrangement of outlines, as extruded polygons."""

from collections.abc import Callable, Mapping

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.layouts.arrangement import Arrangement
from thermospin.meshes.layouts.deposition import SAME, Slab, Stack, check_hidden, deposit, gap
from thermospin.meshes.layouts.rings import boundary, polygons
from thermospin.meshes.places import in_nm
from thermospin.meshes.shapes import ExtrudedPolygon
from thermospin.meshes.solids import Solid, SolidsGeometry


def build_solids(graph: Arrangement, stack: Stack) -> tuple[SolidsGeometry, list[str]]:
    """The solids of films deposited on each other; none overlap.

    Args:
        graph: The arrangement of the outlines of pieces, then swellings.
        stack: The films.

    Returns:
        The solids, and notes on films that break at steps.

    Raises:
        InputError: A film has no room, or hangs together in an edge only.
    """
    left, right = graph.sides()
    kinds, kind = np.unique(np.concatenate([left, right]), axis=0, return_inverse=True)
    left, right = kind.ravel().reshape(2, -1)
    columns = _merged(deposit(kinds, stack))
    check_hidden(columns, kinds, stack.pieces)
    notes = _breaks(graph, (left, right), kinds, columns, stack)
    materials = {piece.region: stack.films[piece.film].material for piece in stack.pieces}
    slabs = sorted({slab for column in columns for slab in column}, key=_order(materials))
    solids = []
    for slab in slabs:
        filled = np.array([slab in column for column in columns])
        for outer, *holes in polygons(graph.points, boundary(graph.edges, filled[left], filled[right])):
            shape = ExtrudedPolygon(points=_corners(outer), holes=tuple(map(_corners, holes)), z=slab[:2])
            solids.append(Solid(name=slab[2], material=materials[slab[2]], polygon=shape))
    return SolidsGeometry(solids=tuple(solids)), notes


def _order(materials: Mapping[str, str]) -> Callable[[Slab], tuple[int, float, float]]:
    """Sorts slabs by region, then by height."""
    number = {region: index for index, region in enumerate(materials)}
    return lambda slab: (number[slab[2]], slab[0], slab[1])


def _merged(columns: list[list[Slab]]) -> list[list[Slab]]:
    """The columns with heights that are the same up to rounding made equal."""
    ends = np.unique([z for column in columns for slab in column for z in slab[:2]])
    apart = np.diff(ends, prepend=-np.inf) > SAME * np.ptp(ends)
    heights = ends[apart][np.cumsum(apart) - 1]
    same = dict(zip(ends.tolist(), heights.tolist(), strict=True))
    return [[(same[low], same[high], region) for low, high, region in column] for column in columns]


def _breaks(
    graph: Arrangement,
    sides: tuple[np.ndarray, np.ndarray],
    kinds: np.ndarray,
    columns: list[list[Slab]],
    stack: Stack,
) -> list[str]:
    """Notes on films that break at steps, one a region; the thin rims of leaning side walls do not count.

    Raises:
        InputError: A film is exactly as thick as a step that it crosses.
    """
    film_of = {piece.region: piece.film for piece in stack.pieces}
    same = SAME * np.ptp([z for column in columns for slab in column for z in slab[:2]])
    pairs, edges = np.unique(np.sort(sides, axis=0), axis=1, return_index=True)
    whole = _whole(kinds, stack)
    notes: dict[str, str] = {}
    for (first, second), edge in zip(pairs.T.tolist(), edges.tolist(), strict=True):
        place = in_nm(graph.points[graph.edges[edge]].mean(axis=0))
        for region in dict.fromkeys(name for _, _, name in columns[first]):
            if not {first, second} <= whole[region]:
                continue
            height = gap(columns[first], columns[second], region)
            if abs(height) <= same:
                raise InputError(
                    f"film {film_of[region]} is exactly as thick as the step at {place}, and would hang "
                    "together in an edge only; make it thicker or thinner, or 'coverage: planar'",
                    key=f"geometry.layers.{film_of[region]}.thickness",
                )
            if 0 < height < np.inf:
                notes.setdefault(
                    region, f"{region} breaks at a step that is higher than its film, at {place}"
                )
    return list(notes.values())


def _whole(kinds: np.ndarray, stack: Stack) -> dict[str, set[int]]:
    """The kinds of places over which every region has its top level."""
    found: dict[str, set[int]] = {piece.region: set() for piece in stack.pieces}
    for index, piece in enumerate(stack.pieces):
        if piece.level == stack.levels.get(piece.film, 1) - 1:
            found[piece.region] |= set(np.flatnonzero(kinds[:, index]).tolist())
    return found


def _corners(ring: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple(map(tuple, ring.tolist()))
