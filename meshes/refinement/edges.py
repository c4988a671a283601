"""Edges of tetrahedra and triangles: their keys, and the longest of each cell."""

from itertools import combinations

import numpy as np

SAME = 23
"""Number of last bits of a squared length that do not count, 2e-9 of it: places decide between such edges."""

MAX_NODES = 2**31
"""Most nodes of a mesh: a key holds two of their numbers."""


def corner_pairs(corners: int) -> np.ndarray:
    """The two corners of every edge of a simplex, shape (n_edges, 2).

    Args:
        corners: Number of corners.
    """
    return np.array(list(combinations(range(corners), 2)))


def edge_keys(nodes: np.ndarray) -> np.ndarray:
    """One number for every edge, whichever node comes first.

    Args:
        nodes: Corners of simplices, shape (n, k).

    Returns:
        Shape (n, k (k - 1) / 2), int64, in the order of :func:`corner_pairs`.
    """
    first, second = (nodes[:, corner].astype(np.int64) for corner in corner_pairs(nodes.shape[1]).T)
    return np.minimum(first, second) * MAX_NODES + np.maximum(first, second)


def longest_edges(points: np.ndarray, nodes: np.ndarray, aspect: float = 1.0) -> np.ndarray:
    """The longest edge of every simplex; of several, the one whose middle has the largest x, then y, then z.

    All edges of a mesh are in one order, which no numbers of nodes enter: cells agree on a common face.

    Args:
        points: Nodes, m, shape (n_points, 3).
        nodes: Corners of simplices, shape (n, k).
        aspect: Divides lengths along x and y.

    Returns:
        Number in the order of :func:`corner_pairs`, shape (n,).
    """
    start, end = (points[nodes[:, corner]] for corner in corner_pairs(nodes.shape[1]).T)
    squares = (((start - end) / (aspect, aspect, 1.0)) ** 2).sum(axis=2)
    # Bits of positive numbers are in the order of the numbers, on any machine.
    length = (squares.view(np.int64) + (1 << (SAME - 1))) >> SAME
    best = length == length.max(axis=1, keepdims=True)
    for middle in np.moveaxis(start + end, 2, 0):
        left = np.where(best, middle, -np.inf)
        best &= left == left.max(axis=1, keepdims=True)
    return best.argmax(axis=1)


class CutEdges:
    """The edges that are cut in the middle, and the nodes there.

    Args:
        points: Nodes of the coarse mesh, m, shape (n, 3).

    Attributes:
        points: Those nodes and all new ones, m.
        ends: Ends of the edge in whose middle each new node lies, shape (n_new, 2).
        at_last_cuts: Whether a node is an end of an edge that the last call of :meth:`cut` has cut.
    """

    def __init__(self, points: np.ndarray) -> None:
        self.points = points
        self.ends = np.empty((0, 2), dtype=np.int64)
        self.at_last_cuts = np.zeros(len(points), dtype=bool)
        self._keys = np.empty(0, dtype=np.int64)
        self._middles = np.empty(0, dtype=np.int64)

    def cut(self, keys: np.ndarray) -> np.ndarray:
        """Cut edges that are not cut yet, and find the node in the middle of each, shape (n,).

        Args:
            keys: Keys of the edges, shape (n,).
        """
        new = np.unique(keys[~self.are_cut(keys)])
        ends = np.column_stack(np.divmod(new, MAX_NODES))
        middles = len(self.points) + np.arange(len(new))
        # Half the sum is the same whichever end comes first.
        self.points = np.concatenate([self.points, (self.points[ends[:, 0]] + self.points[ends[:, 1]]) / 2])
        self.ends = np.concatenate([self.ends, ends])
        self.at_last_cuts = np.zeros(len(self.points), dtype=bool)
        self.at_last_cuts[ends] = True
        place = np.searchsorted(self._keys, new)
        self._keys = np.insert(self._keys, place, new)
        self._middles = np.insert(self._middles, place, middles)
        return self._middles[np.searchsorted(self._keys, keys)]

    def are_cut(self, keys: np.ndarray) -> np.ndarray:
        """Whether edges are cut, in the shape of their keys.

        Args:
            keys: Keys of the edges, of any shape.
        """
        if not len(self._keys):
            return np.zeros(keys.shape, dtype=bool)
        return self._keys[np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)] == keys
