"""Places of the matrices of cells in the matrix of a mesh."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

Assembly = Callable[[np.ndarray], np.ndarray]
"""Takes a coefficient in every cell to the values of all entries."""


class Entries:
    """The entries of a matrix to which cells add: the upper triangle, then those below the diagonal.

    Sorting the contributions of the cells by entry is most of the work of assembly, and is done once. A
    coefficient that is constant in every cell then becomes a matrix by one sparse product.

    Args:
        unknowns: Unknowns of every cell, shape (n_cells, k).
        size: The number of unknowns.
        upper: Rows and columns of the upper triangle of a cell's matrix, two arrays of shape (m,).

    Attributes:
        rows: The unknown of every entry's row, shape (n,).
        columns: The unknown of its column, shape (n,).
    """

    def __init__(self, unknowns: np.ndarray, size: int, upper: tuple[np.ndarray, np.ndarray]) -> None:
        self._unknowns, self._upper = unknowns, upper
        first, second = (unknowns[:, part].ravel() for part in upper)
        row, column = np.minimum(first, second), np.maximum(first, second)
        order = _sorting(column, size)
        order = order[_sorting(row[order], size)]
        row, column = row[order], column[order]
        is_new = np.ones(len(row), dtype=bool)
        is_new[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
        self._entry = np.empty_like(order)
        self._entry[order] = np.cumsum(is_new, dtype=order.dtype) - 1
        row, column = row[is_new], column[is_new]
        below = np.flatnonzero(row != column)
        self.rows, self.columns = np.append(row, column[below]), np.append(column, row[below])
        self._n_upper, self._below = len(row), below

    def assembly(self, local: np.ndarray) -> Assembly:
        """Function from a coefficient in every cell to the values of all entries.

        Args:
            local: The upper triangles of the cells' matrices per unit coefficient, shape (n_cells, m).
        """
        upper = self._matrix(local)

        def assemble(coefficient: np.ndarray) -> np.ndarray:
            values = upper @ coefficient
            return np.append(values, values[self._below])

        return assemble

    def antisymmetric(self, local: np.ndarray) -> np.ndarray:
        """Values of all entries, of cells whose matrices are antisymmetric.

        Args:
            local: The upper triangles of the cells' matrices, shape (n_cells, m).
        """
        first, second = (self._unknowns[:, part] for part in self._upper)
        values = self._matrix(np.where(first > second, -local, local)) @ np.ones(len(local))
        return np.append(values, -values[self._below])

    def _matrix(self, local: np.ndarray) -> csc_matrix:
        """The matrix from a number per cell to the values of the entries in the upper triangle."""
        starts = np.arange(len(local) + 1, dtype=np.int32) * np.int32(local.shape[1])
        return csc_matrix((local.ravel(), self._entry, starts), shape=(self._n_upper, len(local)))


def _sorting(keys: np.ndarray, size: int) -> np.ndarray:
    """Permutation that sorts numbers below ``size`` and keeps the order of equal ones, in linear time.

    It is the transposition of a sparse matrix with one entry per row.
    """
    rows = np.arange(len(keys) + 1, dtype=np.int32)
    one_each = csr_matrix((np.ones(len(keys), dtype=np.int8), keys, rows), shape=(len(keys), size))
    return one_each.tocsc().indices
