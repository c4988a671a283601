"""The arrangement of outlines: a plane graph whose edges cross nowhere and whose vertices keep a distance.

Outlines are chains of edges modulo 2: a doubled edge cancels itself, and a point lies inside where a ray from
it crosses an odd number of edges. So a sliver whose sides have been joined is gone, and what lies on which
side of an edge needs no tolerance.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from thermospin.errors import InputError
from thermospin.meshes.places import in_nm

ROUNDS = 60
"""Most repetitions of joining, splitting and crossing."""

BESIDE = 1e-2
"""Distance from an edge at which its sides are looked at, in tolerances."""

BLOCK = 256
"""Points that are compared with all edges at once."""


@dataclass(frozen=True)
class Arrangement:
    """A plane graph.

    Attributes:
        points: Vertices, m, shape (n, 2).
        edges: Ends of the edges, the lower number first, shape (m, 2).
        member: Whether an edge belongs to each outline, shape (m, n_outlines).
        tolerance: Least distance between vertices, and of a vertex from an edge, m.
    """

    points: np.ndarray
    edges: np.ndarray
    member: np.ndarray
    tolerance: float

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether the left and the right of every edge lie inside each outline, shape (m, n_outlines)."""
        left, places = np.empty(self.member.shape, dtype=bool), self._beside()
        for start in range(0, len(self.edges), BLOCK):
            rows = slice(start, start + BLOCK)
            left[rows] = self.inside(places[rows])
        return left, left ^ self.member

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Whether points off the edges lie inside each outline, shape (n, n_outlines).

        Args:
            points: Coordinates, m, shape (n, 2).
        """
        (x0, y0), (x1, y1) = (self.points[self.edges[:, i]].T for i in (0, 1))
        x, y = points.T[:, :, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
        return (crossed.astype(np.float32) @ self.member.astype(np.float32)) % 2 == 1

    def _beside(self) -> np.ndarray:
        start, end = (self.points[self.edges[:, i]] for i in (0, 1))
        along = (end - start) / np.linalg.norm(end - start, axis=1)[:, None]
        normal = np.column_stack([-along[:, 1], along[:, 0]])
        return (start + end) / 2 + BESIDE * self.tolerance * normal


def arrange(outlines: list[list[np.ndarray]], tolerance: float) -> Arrangement:
    """The arrangement of outlines, healed.

    Vertices closer than the tolerance become one, the one that is listed first; a vertex closer than that to
    an edge lies on it afterwards.

    Args:
        outlines: Rings of every outline, each the corners in order, m, shape (n, 2).
        tolerance: The distance, m.

    Raises:
        InputError: The graph does not settle.
    """
    rings = [(ring, index) for index, group in enumerate(outlines) for ring in group]
    points = np.concatenate([np.empty((0, 2)), *(ring for ring, _ in rings)])
    ends, member, first = [], [], 0
    for ring, index in rings:
        numbers = first + np.arange(len(ring))
        ends.append(np.column_stack([numbers, np.roll(numbers, -1)]))
        member.append(np.tile(np.arange(len(outlines)) == index, (len(ring), 1)))
        first += len(ring)
    edges = np.concatenate([np.empty((0, 2), int), *ends])
    table = np.concatenate([np.empty((0, len(outlines)), bool), *member])
    return heal(Arrangement(points, edges, table, tolerance))


def heal(graph: Arrangement) -> Arrangement:
    """The graph with close vertices joined, and edges split at vertices on them and where they cross.

    Args:
        graph: A graph whose edges may cross.

    Raises:
        InputError: It does not settle.
    """
    graph = _compact(graph.points, graph.edges, graph.member, graph.tolerance)
    for _ in range(ROUNDS):
        graph = _joined(graph)
        hits = _touching(graph)
        if not len(hits[0]):
            graph, hits = _crossing(graph)
        if not len(hits[0]):
            return graph
        graph = _split(graph, *hits)
    place = in_nm(graph.points[graph.edges[hits[0][0], 0]])
    raise InputError(
        f"outlines near {place} cannot be healed; choose another tolerance, or draw them apart",
        key="geometry.tolerance",
    )


def _joined(graph: Arrangement) -> Arrangement:
    """Close vertices joined, equal edges added modulo 2, and edges that belong to nothing left out."""
    pairs = KDTree(graph.points).query_pairs(graph.tolerance, output_type="ndarray")
    target = np.arange(len(graph.points))
    for first, second in sorted(map(tuple, np.sort(pairs, axis=1).tolist())):
        if target[first] == first and target[second] == second:
            target[second] = first
    edges = np.sort(target[graph.edges], axis=1)
    kept = edges[:, 0] != edges[:, 1]
    edges, number = np.unique(edges[kept], axis=0, return_inverse=True)
    member = np.zeros((len(edges), graph.member.shape[1]), dtype=bool)
    np.logical_xor.at(member, number.ravel(), graph.member[kept])
    used = member.any(axis=1)
    return _compact(graph.points, edges[used], member[used], graph.tolerance)


def _compact(points: np.ndarray, edges: np.ndarray, member: np.ndarray, tolerance: float) -> Arrangement:
    """A graph of the vertices that edges use."""
    used, edges = np.unique(edges, return_inverse=True)
    return Arrangement(points[used], edges.reshape(-1, 2), member, tolerance)


def _touching(graph: Arrangement) -> tuple[np.ndarray, np.ndarray]:
    """Edges and the vertices that lie on them without being their ends."""
    start, end = (graph.points[graph.edges[:, i]] for i in (0, 1))
    along = end - start
    edge, vertex = _near(graph.points, (start + end) / 2, _half(along) + graph.tolerance)
    other = (graph.edges[edge] != vertex[:, None]).all(axis=1)
    edge, vertex = edge[other], vertex[other]
    offset = graph.points[vertex] - start[edge]
    part = np.clip((offset * along[edge]).sum(axis=1) / (along[edge] ** 2).sum(axis=1), 0, 1)
    close = np.linalg.norm(offset - part[:, None] * along[edge], axis=1) < graph.tolerance
    return edge[close], vertex[close]


def _crossing(graph: Arrangement) -> tuple[Arrangement, tuple[np.ndarray, np.ndarray]]:
    """The graph with the points where edges cross, and the edges and vertices to split there."""
    start, end = (graph.points[graph.edges[:, i]] for i in (0, 1))
    along, middle = end - start, (start + end) / 2
    a, b = _near(middle, middle, 2 * _half(along))
    rank = np.empty(len(along), dtype=int)
    rank[np.argsort(_half(along), kind="stable")] = np.arange(len(along))
    first = rank[b] < rank[a]  # the longer edge finds the shorter
    apart = (graph.edges[a][:, :, None] != graph.edges[b][:, None]).all(axis=(1, 2)) & first
    a, b = a[apart], b[apart]
    u, v, w = along[a], along[b], start[b] - start[a]
    with np.errstate(divide="ignore", invalid="ignore"):
        s, t = _cross(w, v) / _cross(u, v), _cross(w, u) / _cross(u, v)
    met = (s > 0) & (s < 1) & (t > 0) & (t < 1)
    a, b, s = a[met], b[met], s[met]
    numbers = len(graph.points) + np.arange(len(a))
    points = np.concatenate([graph.points, start[a] + s[:, None] * along[a]])
    larger = Arrangement(points, graph.edges, graph.member, graph.tolerance)
    return larger, (np.concatenate([a, b]), np.concatenate([numbers, numbers]))


def _half(along: np.ndarray) -> np.ndarray:
    """Half the lengths of edges, a little more than less, m, shape (m,)."""
    return np.linalg.norm(along, axis=1) * (0.5 + 1e-9)


def _near(points: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of centres and of the points within the radius of each, pair by pair."""
    groups = KDTree(points).query_ball_point(centres, radii)
    counts = [len(group) for group in groups]
    found = np.concatenate([np.empty(0, int), *(np.array(group, int) for group in groups)])
    return np.repeat(np.arange(len(centres)), counts), found


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]


def _split(graph: Arrangement, edges: np.ndarray, vertices: np.ndarray) -> Arrangement:
    """The graph with edges split at vertices, in the order along each edge."""
    start, end = (graph.points[graph.edges[edges, i]] for i in (0, 1))
    part = ((graph.points[vertices] - start) * (end - start)).sum(axis=1)
    order = np.lexsort([part, edges])
    parts: dict[int, list[int]] = {}
    for edge, vertex in zip(edges[order].tolist(), vertices[order].tolist(), strict=True):
        parts.setdefault(edge, []).append(vertex)
    ends: list[tuple[int, int]] = []
    source: list[int] = []
    for edge, (first, last) in enumerate(graph.edges.tolist()):
        path = [first, *parts.get(edge, ()), last]
        ends += zip(path, path[1:], strict=False)
        source += [edge] * (len(path) - 1)
    return Arrangement(graph.points, np.array(ends), graph.member[source], graph.tolerance)
