"""Geometric grading of a plane mesh towards lines and points, level by level."""

from collections.abc import Mapping

import numpy as np

Cell = tuple[int, ...]
Edge = tuple[int, int]


def edge(a: int, b: int) -> Edge:
    """The edge between two nodes, lower number first.

    Args:
        a: Number of a node.
        b: Number of the other.
    """
    return (a, b) if a < b else (b, a)


class Grading:
    """A plane mesh in which every level cuts the cells at singular edges and nodes once more.

    An edge is cut near an end that is singular, at `factor` times its length; a singular edge only near an
    end that is a corner. So two cells agree on their common edge, and every level leaves a conforming mesh.

    Args:
        points: Nodes, m, shape (n, 2).
        triangles: Nodes of the triangles, shape (m, 3).
        lines: Levels of the singular edges.
        corners: Levels of the nodes that are singular by themselves; lines are graded along themselves there.
        factor: Ratio of the distances of two levels.

    Attributes:
        origins: The line that each piece of a line is a part of, where lines are cut.
    """

    def __init__(
        self,
        points: np.ndarray,
        triangles: np.ndarray,
        lines: Mapping[Edge, int],
        corners: Mapping[int, int],
        factor: float,
    ) -> None:
        self.points = list(points)
        self.lines = dict(lines)
        self.corners = dict(corners)
        self.factor = factor
        self.nodes = dict(corners)
        self.origins: dict[Edge, Edge] = {}
        self._cuts: dict[Edge, int] = {}
        for ends, level in lines.items():
            for node in ends:
                self.nodes[node] = max(level, self.nodes.get(node, 0))
        self.cells: list[tuple[Cell, int]] = []
        for parent, triangle in enumerate(triangles.tolist()):
            self.cells += [(cell, parent) for cell in self._with_one_line(tuple(triangle))]

    def refine(self, levels: int) -> None:
        """Cut all cells repeatedly.

        Args:
            levels: Number of levels.
        """
        for level in range(1, levels + 1):
            self.cells = [(cell, parent) for old, parent in self.cells for cell in self._cut(old, level)]

    def triangles(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Nodes, shape (n, 2), triangles, shape (m, 3), and the triangle that each is a part of."""
        cells = [((cell[0], *pair), parent) for cell, parent in self.cells for pair in _fan(cell)]
        return np.array(self.points), np.array([c for c, _ in cells]), np.array([p for _, p in cells])

    def _with_one_line(self, cell: Cell) -> list[Cell]:
        """A triangle cut from the centre of its inscribed circle if it has more than one singular edge."""
        a, b, c = cell
        sides = [(a, b), (b, c), (c, a)]
        if sum(edge(*side) in self.lines for side in sides) < 2:
            return [cell]
        x = np.array([self.points[node] for node in cell])
        opposite = np.linalg.norm(np.roll(x, -1, axis=0) - np.roll(x, -2, axis=0), axis=1)
        centre = self._add(opposite @ x / opposite.sum())
        return [(*side, centre) for side in sides]

    def _cut(self, cell: Cell, level: int) -> list[Cell]:
        """The parts of a cell."""
        n = len(cell)
        for i in range(n):
            if self.lines.get(edge(cell[i], cell[(i + 1) % n]), 0) >= level:
                turned = cell[i:] + cell[:i]
                return self._strip(turned, level) if n == 3 else self._strip_of_strip(turned)
        return self._tips(cell, level) if n == 3 else [cell]

    def _strip(self, cell: Cell, level: int) -> list[Cell]:
        """A triangle whose first side is singular: a strip along it, tips at its corners, and the rest."""
        a, b, c = cell
        start, end = self._corner_cut(a, b, level), self._corner_cut(b, a, level)
        rank, origin = self.lines[edge(a, b)], self.origins.get(edge(a, b), edge(a, b))
        for side in ((a, start), (start, end), (end, b)):
            if side[0] != side[1]:
                self.lines[edge(*side)], self.origins[edge(*side)] = rank, origin
        for cut in {start, end} - {a, b}:
            self.nodes[cut] = rank
        low, high = self._near(a, c), self._near(b, c)
        parts = [(start, end, high, low)]
        if start != a:
            parts.append((a, start, low))
        if end != b:
            parts.append((end, b, high))
        if not self._singular(c, level):
            return [*parts, (low, high, c)]
        top, tip = self._near(c, b), self._near(c, a)
        return [*parts, (low, high, top, tip), (tip, top, c)]

    def _strip_of_strip(self, cell: Cell) -> list[Cell]:
        """A strip whose first side is singular: a narrower strip and the rest."""
        a, b, c, d = cell
        high, low = self._near(b, c), self._near(a, d)
        return [(a, b, high, low), (low, high, c, d)]

    def _tips(self, cell: Cell, level: int) -> list[Cell]:
        """A triangle without singular side: tips at its singular corners, and the rest."""
        singular = [self._singular(node, level) for node in cell]
        if not any(singular):
            return [cell]
        turn = {1: singular.index(True), 2: (singular.index(False) + 1) % 3 if not all(singular) else 0, 3: 0}
        i = turn[sum(singular)]
        a, b, c = cell[i:] + cell[:i]
        a1, a2 = self._near(a, b), self._near(a, c)
        if sum(singular) == 1:
            return [(a, a1, a2), (a1, b, c, a2)]
        b1, b2 = self._near(b, a), self._near(b, c)
        parts = [(a, a1, a2), (b1, b, b2), (a1, b1, b2, a2)]
        if sum(singular) == 2:
            return [*parts, (a2, b2, c)]
        c1, c2 = self._near(c, b), self._near(c, a)
        return [*parts, (a2, b2, c1, c2), (c2, c1, c)]

    def _corner_cut(self, node: int, other: int, level: int) -> int:
        """Node where a singular edge is cut near a corner; the node itself if it is no corner."""
        if self.corners.get(node, 0) < level:
            return node
        return self._near(node, other)

    def _singular(self, node: int, level: int) -> bool:
        return self.nodes.get(node, 0) >= level

    def _near(self, node: int, other: int) -> int:
        """The node at `factor` times the length of an edge from one of its ends."""
        if (node, other) not in self._cuts:
            x, y = self.points[node], self.points[other]
            self._cuts[node, other] = self._add(x + self.factor * (y - x))
        return self._cuts[node, other]

    def _add(self, point: np.ndarray) -> int:
        self.points.append(point)
        return len(self.points) - 1


def _fan(cell: Cell) -> list[Edge]:
    """The sides of a convex cell that its first node is not on."""
    return list(zip(cell[1:-1], cell[2:], strict=True))
