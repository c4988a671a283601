"""Curves with fewer corners: polylines between the junctions of an arrangement, within a tolerance.

All outlines that share a polyline follow the same one afterwards. The corners of a curve are moved outwards a
little so that the areas on both sides stay what they were.
"""

from collections.abc import Iterator

import numpy as np
from scipy.spatial import KDTree

from thermospin.meshes.layouts.arrangement import Arrangement, heal

CORRECTIONS = 3
"""Steps of Newton's method for the area, which is quadratic in the shift."""


def simplified(graph: Arrangement, tolerance: float, fixed: np.ndarray) -> Arrangement:
    """The arrangement with as few vertices as a tolerance allows, healed with it.

    Curves become coarse before they are healed: an edge that follows one vertex after another of a fine curve
    beside it would be drawn along far beyond the tolerance.

    Args:
        graph: The arrangement, with a tolerance far below this one.
        tolerance: Distance up to which lines and vertices move, m.
        fixed: Points at which vertices are kept, m, shape (n, 2).

    Raises:
        InputError: What comes of it cannot be healed.
    """
    points = graph.points.copy()
    number = {tuple(ends): row for row, ends in enumerate(graph.edges.tolist())}
    edges: list[tuple[int, int]] = []
    rows: list[int] = []
    for path in _polylines(graph, _vertices_at(graph, fixed)):
        kept = _kept(graph.points[path], tolerance)
        points[path[kept]] = _with_area(graph.points[path], kept)
        corners = path[kept].tolist()
        edges += zip(corners, corners[1:], strict=False)
        first, second = sorted(path[:2].tolist())
        rows += [number[first, second]] * (len(corners) - 1)
    return heal(Arrangement(points, np.array(edges), graph.member[rows], tolerance))


def _vertices_at(graph: Arrangement, points: np.ndarray) -> set[int]:
    """Vertices at points."""
    if not len(points):
        return set()
    near = KDTree(graph.points).query_ball_point(points, 2 * graph.tolerance)
    return {vertex for group in near for vertex in group}


def _polylines(graph: Arrangement, kept: set[int]) -> Iterator[np.ndarray]:
    """Vertices of every polyline, closed ones with the first repeated at the end.

    A closed one without junctions starts where the turn is sharpest.

    Args:
        graph: The arrangement.
        kept: Vertices that count as junctions.
    """
    around: dict[int, list[int]] = {}
    for row, ends in enumerate(graph.edges.tolist()):
        for vertex in ends:
            around.setdefault(vertex, []).append(row)
    junctions = kept | {v for v, rows in around.items() if not _goes_on(graph, rows)}
    free = dict.fromkeys(range(len(graph.edges)))
    for start in sorted(junctions):
        for row in around[start]:
            if row in free:
                yield np.array(_follow(graph, around, junctions, free, start, row))
    while free:
        row = next(iter(free))
        path = np.array(_follow(graph, around, junctions, free, int(graph.edges[row, 0]), row))
        yield _from_sharpest(graph.points, path)


def _goes_on(graph: Arrangement, rows: list[int]) -> bool:
    """Whether the edges at a vertex are two that belong to the same outlines."""
    return len(rows) == 2 and bool((graph.member[rows[0]] == graph.member[rows[1]]).all())


def _follow(
    graph: Arrangement,
    around: dict[int, list[int]],
    junctions: set[int],
    free: dict[int, None],
    start: int,
    row: int,
) -> list[int]:
    """The polyline that begins with an edge at a vertex; its edges are free no longer."""
    path = [start]
    while True:
        del free[row]
        path.append(int(graph.edges[row].sum()) - path[-1])
        if path[-1] in junctions or path[-1] == start:
            return path
        row = next(other for other in around[path[-1]] if other in free)


def _from_sharpest(points: np.ndarray, path: np.ndarray) -> np.ndarray:
    ring = path[:-1]
    before, after = points[ring] - points[np.roll(ring, 1)], points[np.roll(ring, -1)] - points[ring]
    cosine = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    ring = np.roll(ring, -int(np.argmin(cosine.round(6))))
    return np.append(ring, ring[0])


def _kept(corners: np.ndarray, tolerance: float) -> np.ndarray:
    """Numbers of the corners that Douglas and Peucker's rule keeps, the ends included."""
    last = len(corners) - 1
    kept = np.zeros(len(corners), dtype=bool)
    kept[[0, last]] = True
    waiting = [(0, last)]
    while waiting:
        first, end = waiting.pop()
        if end - first < 2:
            continue
        distance = _distances(corners[first + 1 : end], corners[first], corners[end])
        closed = first == 0 and end == last and (corners[0] == corners[last]).all()
        if closed or distance.max() > tolerance:
            middle = first + 1 + int(distance.argmax())
            kept[middle] = True
            waiting += [(first, middle), (middle, end)]
    found = np.flatnonzero(kept)
    return found if len(found) > 3 or not (corners[0] == corners[last]).all() else np.arange(len(corners))


def _distances(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Distances of points from a segment, m."""
    along = end - start
    square = float(along @ along)
    part = np.clip((points - start) @ along / square, 0, 1) if square else np.zeros(len(points))
    return np.linalg.norm(points - start - part[:, None] * along, axis=1)


def _with_area(corners: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The corners kept, those amid left-out ones shifted so that no area is lost or won.

    Args:
        corners: All corners of the polyline, m, shape (n, 2).
        kept: Numbers of those kept.
    """
    result = corners[kept].copy()
    gaps = np.diff(kept) > 1
    closed = bool((corners[0] == corners[-1]).all())
    inner = np.flatnonzero(gaps[:-1] & gaps[1:]) + 1
    for run in np.split(inner, np.flatnonzero(np.diff(inner) > 1) + 1) if len(inner) else []:
        first, last = int(run[0]) - 1, int(run[-1]) + 1
        original = corners[kept[first] : kept[last] + 1]
        for _ in range(CORRECTIONS):
            result[run] += _shift(original, result[first : last + 1])
    if closed:
        result[-1] = result[0]
    return result


def _shift(original: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Shifts of the inner corners, equally far across their neighbours' chord, that restore the area."""
    chord = corners[2:] - corners[:-2]
    lengths = np.linalg.norm(chord, axis=1)
    normal = np.column_stack([chord[:, 1], -chord[:, 0]]) / lengths[:, None]
    lost = _area(original) - _area(corners)
    return normal * (2 * lost / lengths.sum())


def _area(corners: np.ndarray) -> float:
    """Area between a polyline and its chord, positive where it bulges to the right, m²."""
    x, y = (corners - corners[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)
