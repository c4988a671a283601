"""The multigrid of a field: PyAMG's Ruge–Stüben coarsening, and a V-cycle that skips what it can."""

import numpy as np
import pyamg
from pyamg import amg_core
from scipy.sparse import csr_matrix, diags_array, tril, triu

PRECISION = np.float32
"""Precision of the preconditioner: half the memory to stream, as many iterations."""
MULTIGRID = {
    "strength": ("classical", {"theta": 0.03, "norm": "min"}),
    "CF": ("RS", {"second_pass": False}),
    "interpolation": "classical",
    "max_coarse": 200,
}
"""The fastest in all of what was tried on Slachter's device: θ = 0.25 takes a third more iterations, strength
by absolute value several times as many, a second pass fewer but dearer ones; smoothed aggregation (θ = 0.05)
is level with it."""


class Level:
    """A level of a multigrid but the coarsest.

    Args:
        matrix: Its matrix.
        interpolation: From the next coarser level.
    """

    def __init__(self, matrix: csr_matrix, interpolation: csr_matrix) -> None:
        self.matrix = matrix.astype(PRECISION)
        self.lower, self.upper = tril(self.matrix, format="csr"), triu(self.matrix, 1, format="csr")
        self.interpolation = interpolation.astype(PRECISION)
        self.restriction = self.interpolation.T.tocsr()

    def smoothed(self, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A forward Gauss–Seidel sweep from zero, and its residual: half a matrix each."""
        x, L = np.zeros_like(b), self.lower
        amg_core.gauss_seidel(L.indptr, L.indices, L.data, x, b, 0, len(b), 1)
        return x, -(self.upper @ x)

    def smooth(self, x: np.ndarray, b: np.ndarray) -> None:
        """A backward Gauss–Seidel sweep."""
        A = self.matrix
        amg_core.gauss_seidel(A.indptr, A.indices, A.data, x, b, len(b) - 1, -1, -1)


class Multigrid:
    """A V-cycle with one Gauss–Seidel sweep before and one, reversed, after the coarse correction.

    Args:
        matrix: The matrix of the finest level.
        lower: For a matrix of degree 2: the interpolation from degree 1, and the matrix of degree 1.
    """

    def __init__(self, matrix: csr_matrix, *lower: csr_matrix) -> None:
        self._levels = []
        if lower:
            interpolation, low_order = lower
            self._levels.append(Level(matrix, interpolation))
            matrix = low_order
        hierarchy = pyamg.ruge_stuben_solver(matrix, **MULTIGRID)
        self._levels += [Level(level.A.tocsr(), level.P.tocsr()) for level in hierarchy.levels[:-1]]
        self._coarse = np.linalg.inv(hierarchy.levels[-1].A.toarray()).astype(PRECISION)

    def __call__(self, b: np.ndarray, depth: int = 0) -> np.ndarray:
        """``M⁻¹ b``."""
        if depth == len(self._levels):
            return self._coarse @ b
        level = self._levels[depth]
        x, residual = level.smoothed(b)
        x += level.interpolation @ self(level.restriction @ residual, depth + 1)
        level.smooth(x, b)
        return x


def anchored(matrix: csr_matrix, fixed: np.ndarray) -> csr_matrix:
    """The matrix with the fixed unknowns decoupled from the rest."""
    keep = np.ones(matrix.shape[0])
    keep[fixed] = 0.0
    data = matrix.data * keep[matrix.indices] * np.repeat(keep, np.diff(matrix.indptr))
    result = csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    result = (result + diags_array((1 - keep) * matrix.diagonal().mean())).tocsr()
    result.eliminate_zeros()
    return result
