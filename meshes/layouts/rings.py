"""Rings of directed edges: the outlines of a part of the plane."""

import numpy as np


def rings(points: np.ndarray, edges: np.ndarray) -> list[np.ndarray]:
    """Simple rings of directed edges that have the part to bound on their left.

    A ring that meets itself in a vertex is cut in two there. Rings round the part run counter-clockwise,
    rings round its holes clockwise.

    Args:
        points: Vertices, m, shape (n, 2).
        edges: Start and end of every edge, shape (m, 2).

    Returns:
        Numbers of the vertices of every ring.
    """
    leaving: dict[int, list[int]] = {}
    for number, (start, _) in enumerate(edges.tolist()):
        leaving.setdefault(start, []).append(number)
    free = dict.fromkeys(range(len(edges)))
    found = []
    while free:
        number = next(iter(free))
        path = []
        while number in free:
            del free[number]
            path.append(number)
            number = _next(points, edges, number, [n for n in leaving[edges[number, 1]] if n in free])
        found += _simple(edges[path, 0].tolist())
    return [np.array(ring) for ring in found]


def _next(points: np.ndarray, edges: np.ndarray, number: int, choices: list[int]) -> int:
    """The edge that bounds the sector on the left of an edge at its end, -1 for none."""
    if len(choices) < 2:
        return choices[0] if choices else -1
    here = points[edges[number, 1]]
    back = _angle(points[edges[number, 0]] - here)
    return min(choices, key=lambda n: (back - _angle(points[edges[n, 1]] - here)) % (2 * np.pi))


def _angle(along: np.ndarray) -> float:
    return float(np.arctan2(along[1], along[0]))


def _simple(path: list[int]) -> list[list[int]]:
    """Rings without repeated vertices."""
    found: list[list[int]] = []
    open_: list[int] = []
    for vertex in path:
        if vertex in open_:
            at = open_.index(vertex)
            found.append(open_[at:])
            del open_[at:]
        open_.append(vertex)
    return [ring for ring in [*found, open_] if len(ring) > 2]


def signed_area(corners: np.ndarray) -> float:
    """Area within a ring, positive if it runs counter-clockwise, m².

    Args:
        corners: Corners in order, m, shape (n, 2).
    """
    x, y = (corners - corners[0]).T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def polygons(points: np.ndarray, edges: np.ndarray) -> list[list[np.ndarray]]:
    """Polygons that directed edges bound, each as its outer ring and the rings of its holes, m.

    Args:
        points: Vertices, m, shape (n, 2).
        edges: Start and end of every edge, the part to bound on the left, shape (m, 2).
    """
    found = [points[ring] for ring in rings(points, edges)]
    outer = [[ring] for ring in found if signed_area(ring) > 0]
    for hole in (ring for ring in found if signed_area(ring) < 0):
        holders = [group for group in outer if _holds(group[0], hole)]
        min(holders, key=lambda group: signed_area(group[0])).append(hole[::-1])
    return outer


def _holds(ring: np.ndarray, other: np.ndarray) -> bool:
    """Whether a ring surrounds another that does not cross it but may share vertices with it."""
    middles = (other + np.roll(other, -1, axis=0)) / 2
    inside = within_ring(ring, middles)
    return bool(inside.mean() > 0.5)


def within_ring(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Whether points lie inside a ring, shape (k,).

    Args:
        ring: Corners in order, m, shape (n, 2).
        points: Coordinates, m, shape (k, 2).
    """
    (x, y), (x0, y0) = points.T[:, :, None], ring.T
    x1, y1 = np.roll(ring, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return (((y0 > y) != (y1 > y)) & (x < crossing)).sum(axis=1) % 2 == 1


def boundary(edges: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Edges between filled and empty space, with the filled side on their left.

    Args:
        edges: Ends of the edges, shape (m, 2).
        left: Whether the left of every edge is filled.
        right: Whether the right is.

    Returns:
        Start and end of every edge, shape (k, 2).
    """
    forward, backward = left & ~right, right & ~left
    return np.concatenate([edges[forward], edges[backward][:, ::-1]])
