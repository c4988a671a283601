"""Interaction of two triangles with uniform charges: ``∬ 1/|x − y|``, mean over both.

Far apart by points of a rule of degree 2 on both. Near, the integral over one triangle has a closed form
(Wilton et al. 1984), and that over the other is by seven points, on its quarters where triangles touch. Which
is which depends on their numbers alone, so that the matrix is symmetric.
"""

import numpy as np
from scipy.spatial import cKDTree

NEAR = 2.0
"""Distance of centres, in units of the longest edge, within which the closed form is used."""
TOUCHING = 0.75
"""Distance of centres, in these units, within which triangles may touch."""
CHUNK = 4_000_000
"""Numbers that are worked on at a time."""
_INNER, _OUTER = (6 - 15**0.5) / 21, (6 + 15**0.5) / 21
RADON = np.array(
    [[1 / 3] * 3]
    + [np.roll([1 - 2 * a, a, a], shift).tolist() for a in (_INNER, _OUTER) for shift in range(3)]
)
"""Barycentric coordinates of the seven points of Radon's rule, of degree 5."""
RADON_WEIGHTS = np.array([9 / 40] + [(155 - 15**0.5) / 1200] * 3 + [(155 + 15**0.5) / 1200] * 3)
"""Their weights, with the sum 1."""
FAR = (np.full((3, 3), 1.0) + 3 * np.eye(3)) / 6
"""Barycentric coordinates of the three points of a rule of degree 2, of equal weights."""
_QUARTERS = np.array(
    [
        [[2, 0, 0], [1, 1, 0], [1, 0, 1]],
        [[1, 1, 0], [0, 2, 0], [0, 1, 1]],
        [[1, 0, 1], [0, 1, 1], [0, 0, 2]],
        [[1, 1, 0], [0, 1, 1], [1, 0, 1]],
    ]
)
FINE = np.concatenate([RADON @ quarter / 2 for quarter in _QUARTERS])
"""The seven points on the quarters of a triangle, (28, 3)."""
FINE_WEIGHTS = np.tile(RADON_WEIGHTS / 4, 4)
"""Their weights."""


class Triangles:
    """Triangles in space, and the mean of 1/r between them.

    Args:
        corners: m, (n, 3, 3).
    """

    def __init__(self, corners: np.ndarray) -> None:
        self._corners = corners
        self._centres = corners.mean(axis=1)
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
        self._longest = edges.max(axis=1)
        half = edges.sum(axis=1, keepdims=True) / 2
        self._own = 4 / 3 * (np.log(half / (half - edges)) / edges).sum(axis=1)  # Arcioni et al. 1997
        self._tree = cKDTree(self._centres)

    def rows(self, chosen: np.ndarray) -> np.ndarray:
        """Mean of ``1/|x − y|`` between some triangles and all, 1/m, (k, n).

        Args:
            chosen: Numbers of the triangles, (k,).
        """
        found = self._far(chosen)
        near = self._tree.query_ball_point(self._centres[chosen], NEAR * self._longest.max())
        row = np.repeat(np.arange(len(chosen)), [len(part) for part in near])
        first, second = chosen[row], np.concatenate(near).astype(int)
        lengths = np.maximum(self._longest[first], self._longest[second])
        gap = np.linalg.norm(self._centres[first] - self._centres[second], axis=1)
        kept = gap < NEAR * lengths
        close = gap[kept] < TOUCHING * lengths[kept]
        found[row[kept], second[kept]] = self._near(first[kept], second[kept], close)
        return found

    def _far(self, chosen: np.ndarray) -> np.ndarray:
        sources, targets = FAR @ self._corners, FAR @ self._corners[chosen]
        found = np.zeros((len(chosen), len(sources)))
        squares = (sources**2).sum(axis=2)
        for i in range(3):
            for j in range(3):
                distance = (targets[:, i] ** 2).sum(axis=1)[:, None] + squares[:, j]
                distance -= 2 * targets[:, i] @ sources[:, j].T
                np.maximum(distance, 1e-60, out=distance)
                found += 1 / np.sqrt(distance)
        return found / 9

    def _near(self, first: np.ndarray, second: np.ndarray, close: np.ndarray) -> np.ndarray:
        found = np.empty(len(first))
        for flag, points, weights in ((False, RADON, RADON_WEIGHTS), (True, FINE, FINE_WEIGHTS)):
            pairs = np.flatnonzero(close == flag)
            for part in np.array_split(pairs, 1 + 9 * len(points) * len(pairs) // CHUNK):
                inner = self._corners[np.minimum(first[part], second[part])]
                outer = self._corners[np.maximum(first[part], second[part])]
                found[part] = mean_potential(inner, points @ outer) @ weights
        return np.where(first == second, self._own[first], found)


def mean_potential(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Mean of ``1/|x − y|`` over x in a triangle, at points y, 1/m, (n, p) (Wilton et al. 1984, Eq. 5).

    Args:
        corners: Corners of the triangles, m, (n, 3, 3).
        points: Points of every triangle, m, (n, p, 3).
    """
    spans = corners[:, 1:] - corners[:, :1]
    doubled = np.cross(spans[:, 0], spans[:, 1])
    area = np.linalg.norm(doubled, axis=1)
    normal = doubled / area[:, None]
    away = corners[:, None] - points[:, :, None]
    distances = np.sqrt((away**2).sum(axis=3))
    height = np.abs(np.einsum("npx,nx->np", away[:, :, 0], normal))
    total = np.zeros(points.shape[:2])
    for i in range(3):
        j = (i + 1) % 3
        edge = corners[:, j] - corners[:, i]
        length = np.linalg.norm(edge, axis=1)
        outwards = np.cross(edge, normal) / length[:, None]
        beside = np.einsum("npx,nx->np", away[:, :, i], outwards)
        both = distances[:, :, i] + distances[:, :, j]
        span = length[:, None]
        total += beside * np.log((both + span) / np.maximum(both - span, 1e-14 * span))
    angle = np.einsum("npx,npx->np", away[:, :, 0], np.cross(away[:, :, 1], away[:, :, 2]))
    below = distances.prod(axis=2)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        below += np.einsum("npx,npx->np", away[:, :, i], away[:, :, j]) * distances[:, :, k]
    solid = 2 * np.arctan2(np.abs(angle), below)
    return 2 * (total - height * solid) / area[:, None]
