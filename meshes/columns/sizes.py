"""Sizes of the coarse triangles of the plane."""

import numpy as np

from thermospin.meshes.columns.base import SizeFunction

SLOPE = 0.5
"""Growth of the size with the distance from a line."""


def size_function(segments: np.ndarray, divisor: float) -> SizeFunction | None:
    """The size of triangles at a point: that of the features at the nearest lines, growing away from them.

    The size on a line is its length or the distance from the next line, whichever is less.

    Args:
        segments: Ends of the lines that carry something, m, shape (n, 2, 2).
        divisor: Divides all sizes.
    """
    if not len(segments):
        return None
    pieces, sizes = _pieces(segments)
    start, along = pieces[:, 0], pieces[:, 1] - pieces[:, 0]
    squares = (along**2).sum(axis=1)

    def size(point: np.ndarray) -> float:
        offset = point - start
        part = np.clip((offset * along).sum(axis=1) / squares, 0, 1)
        distance = np.hypot(*(offset - part[:, None] * along).T)
        return float((sizes + SLOPE * distance).min()) / divisor

    return size


def _pieces(segments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces of segments no longer than twice the size that features ask for there, and these sizes."""
    pieces, sizes = [], []
    for i, segment in enumerate(segments):
        length = np.linalg.norm(segment[1] - segment[0])
        others = np.delete(segments, i, axis=0)
        apart = others[_distances(segment, others) > 1e-6 * length]
        waiting = [segment]
        while waiting:
            piece = waiting.pop()
            size = min(length, _distances(piece, apart).min(initial=np.inf))
            if np.linalg.norm(piece[1] - piece[0]) > 2 * size:
                middle = piece.mean(axis=0)
                waiting += [np.array([piece[0], middle]), np.array([middle, piece[1]])]
            else:
                pieces.append(piece)
                sizes.append(size)
    return np.array(pieces), np.array(sizes)


def _distances(segment: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Distances of segments that do not cross from one of them: an end of one is nearest."""
    ends = [_from_points(end, others) for end in segment]
    back = [_from_points(others[:, i], np.broadcast_to(segment, others.shape)) for i in (0, 1)]
    return np.min([*ends, *back], axis=0)


def _from_points(points: np.ndarray, segments: np.ndarray) -> np.ndarray:
    start, along = segments[:, 0], segments[:, 1] - segments[:, 0]
    offset = points - start
    part = np.clip((offset * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    return np.hypot(*(offset - part[:, None] * along).T)
