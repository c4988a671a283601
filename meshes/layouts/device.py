"""From a drawing and a list of films to a device: solids and terminals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.layouts.arrangement import Arrangement, arrange
from thermospin.meshes.layouts.curves import simplified
from thermospin.meshes.layouts.deposition import Piece, Stack, Swelling
from thermospin.meshes.layouts.labels import End, Names, read_labels
from thermospin.meshes.layouts.outlines import Outline, Scale, bounds, box_ring, outline, segment_distances
from thermospin.meshes.layouts.reading import Drawing, Tag, named
from thermospin.meshes.layouts.sidewalls import level_rings, shifts
from thermospin.meshes.layouts.solids import build_solids
from thermospin.meshes.layouts.stack import Coverage, Film, outlined, substrates
from thermospin.meshes.layouts.terraces import swell
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

FINE = 1e-3
"""Tolerance before curves are simplified, relative to the tolerance."""

DIAGONAL = 2**0.5
"""Distance of the corners of outlines a distance of 1 apart, where they turn by a right angle."""

PARALLEL = 0.7
"""Cosine of the angle up to which an edge runs along another."""


@dataclass(frozen=True)
class Recipe:
    """Rules by which a drawing becomes films; lengths in m.

    Attributes:
        films: The films in the order of deposition.
        coverage: Coverage of the films that have none of their own.
        crop: Box that is kept; everything if None.
        margin: Distance by which films without outline extend beyond it.
        tolerance: Distance up to which lines and vertices may move.
        ignored: Layers that no film needs to use.
    """

    films: Mapping[str, Film]
    coverage: Coverage
    crop: tuple[float, float, float, float] | None
    margin: float
    tolerance: float
    ignored: frozenset[Tag]


@dataclass(frozen=True)
class Device:
    """A layout as a device.

    Attributes:
        solids: The solids.
        terminals: The terminals that labels name.
        films: The film of every region.
        notes: Notes on films that break at steps.
    """

    solids: SolidsGeometry
    terminals: Mapping[str, TerminalFace]
    films: Mapping[str, str]
    notes: tuple[str, ...]


def make_device(drawing: Drawing, recipe: Recipe) -> Device:
    """The device that films make of a drawing.

    Args:
        drawing: The cell.
        recipe: The films.

    Raises:
        InputError: A layer, a label or the crop does not fit, or a film has no room.
    """
    scale = Scale.of(recipe.tolerance)
    outlines = {
        name: outline(drawing, film.layer, recipe.crop, scale, f"geometry.layers.{name}.layer")
        for name, film in outlined(recipe.films).items()
    }
    _check_unused(drawing, recipe)
    names = read_labels(drawing, recipe.films, outlines, recipe.crop, recipe.tolerance)
    moves = {
        name: shifts(film, recipe.tolerance) for name, film in recipe.films.items() if film.sidewall_angle
    }
    levels = {name: len(of_film) for name, of_film in moves.items()}
    rings = _pieces(drawing, recipe, outlines, names, moves)
    pieces = list(rings)
    corners = np.concatenate([np.empty((0, 2)), *(end.sides.reshape(-1, 2) for end in names.ends)])
    start = -sum(recipe.films[name].thickness for name in substrates(recipe.films))
    stack = Stack(pieces, recipe.films, recipe.coverage, start, levels=levels)
    swellings = _swellings(stack, rings, recipe.tolerance)
    graph = _arranged([*rings.values(), *swellings.values()], recipe.tolerance, corners)
    solids, notes = build_solids(graph, replace(stack, swellings=list(swellings)))
    reach = {name: DIAGONAL * max(map(abs, of_film)) for name, of_film in moves.items()}
    terminals = _terminals(drawing, graph, pieces, names.ends, reach)
    return Device(solids, terminals, {piece.region: piece.film for piece in pieces}, tuple(notes))


def _arranged(outlines: list[list[np.ndarray]], tolerance: float, fixed: np.ndarray) -> Arrangement:
    """The arrangement of outlines with curves simplified and healed."""
    return simplified(arrange(outlines, FINE * tolerance), tolerance, fixed)


def _swellings(
    stack: Stack, rings: Mapping[Piece, list[np.ndarray]], tolerance: float
) -> dict[Swelling, list[np.ndarray]]:
    """Parts of conformal films on side walls, film by film; each depends on those below it."""
    found: dict[Swelling, list[np.ndarray]] = {}
    below: dict[str, Film] = {}
    for name, film in stack.films.items():
        if (film.coverage or stack.coverage) == "conformal" and film.zmin is None and below:
            pieces = [piece for piece in rings if piece.film in below]
            outlines = [*(rings[piece] for piece in pieces), *found.values()]
            graph = _arranged(outlines, tolerance, np.empty((0, 2)))
            lower = replace(stack, pieces=pieces, films=below, swellings=list(found))
            found |= swell(graph, lower, name, film.thickness, Scale.of(tolerance))
        below = below | {name: film}
    return found


def _check_unused(drawing: Drawing, recipe: Recipe) -> None:
    """Refuse layers that no film uses and that nobody ignores."""
    films = recipe.films.values()
    used = {film.layer for film in films} | recipe.ignored
    for tag, polygons in drawing.polygons.items():
        if tag not in used:
            raise InputError(
                f"{drawing.file}: layer {named(tag)} holds {len(polygons)} polygons and no film uses it; "
                f"add a film, or '{list(tag)}' to geometry.ignore",
                key="geometry.layers",
            )
    texts = used | {film.labels for film in films}
    numbers = {tag[0] for tag in used if tag}
    for label in drawing.labels:
        if label.tag not in texts and label.tag[0] not in numbers:
            raise InputError(
                f"{drawing.file}: label '{label.text}' is on layer {named(label.tag)}, which no film uses; "
                f"give a film 'labels: {list(label.tag)}', or add it to geometry.ignore",
                key="geometry.layers",
            )


def _pieces(
    drawing: Drawing,
    recipe: Recipe,
    outlines: Mapping[str, Outline],
    names: Names,
    moves: Mapping[str, Sequence[float]],
) -> dict[Piece, list[np.ndarray]]:
    """The rings of every piece, in the order of the films."""
    tags = {film.layer for film in outlined(recipe.films).values()}
    box = recipe.crop or bounds(drawing, tags)
    rings: dict[Piece, list[np.ndarray]] = {}
    for film in recipe.films:
        if film not in outlines:
            rings[Piece(film, film)] = [box_ring(box, recipe.margin)]
            continue
        found, regions = outlines[film], names.pieces[film]
        parts = ((regions.get(number, film), 0, polygon) for number, polygon in enumerate(found.pieces))
        if film in moves:
            scale = Scale.of(recipe.tolerance)
            parts = level_rings(found, regions, film, moves[film], recipe.crop, scale)
        for region, level, polygon in parts:
            rings.setdefault(Piece(region, film, level), []).append(polygon)
    owners: dict[str, str] = {}
    for piece in rings:
        owner = owners.setdefault(piece.region, piece.film)
        if owner != piece.film:
            raise InputError(
                f"{drawing.file}: a label of film {piece.film} names a region '{piece.region}', and so does "
                f"film {owner}; change one",
                key=f"geometry.layers.{piece.film}",
            )
    return rings


def _terminals(
    drawing: Drawing,
    graph: Arrangement,
    pieces: list[Piece],
    ends: tuple[End, ...],
    reach: Mapping[str, float],
) -> dict[str, TerminalFace]:
    """Terminals by the edges of the arrangement on which their faces stand, all of them heat sinks.

    Args:
        drawing: The cell.
        graph: The arrangement.
        pieces: Its outlines.
        ends: Places of the terminals.
        reach: How far the levels of films whose side walls lean end from the drawn outline, m.
    """
    found: dict[str, dict[str, list[list[list[float]]]]] = {}
    for end in ends:
        regions = found.setdefault(end.text, {})
        near = _along(graph, end.sides, graph.tolerance + reach.get(end.film, 0.0))
        for region in dict.fromkeys(piece.region for piece in pieces if piece.film == end.film):
            mine = [index for index, piece in enumerate(pieces) if piece.region == region]
            lines = graph.points[graph.edges[near & graph.member[:, mine].any(axis=1)]].tolist()
            if lines:
                regions.setdefault(region, []).extend(lines)
    for text, regions in found.items():
        if not regions:
            raise InputError(
                f"{drawing.file}: terminal label '{text}' lies on no edge that is longer than the tolerance, "
                f"{graph.tolerance * 1e9:g} nm; move it, or lower geometry.tolerance",
                key="geometry.tolerance",
            )
        if len(regions) > 1:
            raise InputError(
                f"{drawing.file}: terminal label '{text}' lies on several regions ({', '.join(regions)})"
                "; give every region a label of its own",
                key="geometry.layers",
            )
    return {
        text: TerminalFace(region=region, edges=lines, sink=True)
        for text, regions in found.items()
        for region, lines in regions.items()
    }


def _along(graph: Arrangement, sides: np.ndarray, reach: float) -> np.ndarray:
    """Whether every edge runs along one of some segments, within reach of it, shape (n_edges,)."""
    distance = segment_distances(graph.points, sides[:, 0], sides[:, 1])
    near = (distance[graph.edges] < reach).all(axis=1)
    ways, others = (
        ends / np.linalg.norm(ends, axis=1, keepdims=True)
        for ends in (np.diff(graph.points[graph.edges], axis=1)[:, 0], np.diff(sides, axis=1)[:, 0])
    )
    return (near & (abs(ways @ others.T) > PARALLEL)).any(axis=1)
