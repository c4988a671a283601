"""Several columns at once: dense matrices, and products of the blocks of an operator with them."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc


class Dense(NamedTuple):
    """A dense matrix and its entries on this rank, shape (n, k)."""

    matrix: PETSc.Mat
    entries: np.ndarray


class DenseColumns:
    """A dense matrix of some rows, for one number of columns after another, whose entries are NumPy's.

    Args:
        rows: Number of rows on this rank.
        comm: The communicator.
    """

    def __init__(self, rows: int, comm: PETSc.Comm) -> None:
        self._rows, self._comm = rows, comm
        self._known: Dense | None = None

    def of(self, number: int) -> Dense:
        """The matrix with some number of columns; that with another number is gone (collective).

        Args:
            number: Number of columns.
        """
        if self._known is not None and self._known.entries.shape[1] != number:
            self._known.matrix.destroy()
            self._known = None
        if self._known is None:
            entries = np.zeros((self._rows, number), order="F")
            sizes = (self._rows, None), (None, number)
            matrix = PETSc.Mat().createDense(sizes, array=entries, comm=self._comm)
            matrix.assemble()
            self._known = Dense(matrix, entries)
        return self._known


class BlockProducts:
    """Products of a block, and of its transpose, with several columns.

    Args:
        block: The block.
    """

    def __init__(self, block: PETSc.Mat) -> None:
        rows, columns = (size[0] for size in block.getSizes())
        self._block = block
        self._left, self._right = DenseColumns(rows, block.comm), DenseColumns(columns, block.comm)
        self._products: dict[bool, PETSc.Mat] = {}

    def of(self, columns: np.ndarray) -> np.ndarray:
        """``B X`` (collective).

        Args:
            columns: X on this rank, shape (n, k).
        """
        return self._product(columns, False)

    def of_transpose(self, columns: np.ndarray) -> np.ndarray:
        """``Bᵀ X`` (collective).

        Args:
            columns: X on this rank, shape (n, k).
        """
        return self._product(columns, True)

    def _product(self, columns: np.ndarray, transpose: bool) -> np.ndarray:
        number, known = columns.shape[1], self._products.get(transpose)
        if known is not None and known.getSize()[1] != number:
            known.destroy()
            known = None
        given, entries = (self._left if transpose else self._right).of(number)
        entries[:] = columns
        multiply = self._block.transposeMatMult if transpose else self._block.matMult
        self._products[transpose] = found = multiply(given, known)
        return found.getDenseArray(readonly=True)


class BlockOperator:
    """A symmetric operator in blocks, times several columns with their own signs of the odd blocks.

    Args:
        nest: The blocks.
        odd: Keys of blocks above the diagonal of which some rows change sign with the magnets.

    Attributes:
        rows: Range of the owned rows of every field.
    """

    def __init__(self, nest: PETSc.Mat, odd: Collection[tuple[int, int]]) -> None:
        numbers = range(nest.getNestSize()[0])
        blocks = {(i, j): nest.getNestSubMatrix(i, j) for i in numbers for j in numbers[i:]}
        self._blocks = {key: BlockProducts(block) for key, block in blocks.items() if block}
        self._odd = set(odd)
        ends = np.cumsum([0, *(blocks[i, i].getLocalSize()[0] for i in numbers)]).tolist()
        self.rows = [slice(*ends[i : i + 2]) for i in numbers]

    def multiply(
        self, x: np.ndarray, signs: Mapping[int, np.ndarray], rows: Collection[int], columns: Collection[int]
    ) -> np.ndarray:
        """Part of the product ``A X`` (collective).

        Args:
            x: X on this rank, shape (n, k).
            signs: Factors ±1 of the rows of odd blocks, by the number of their field, shape (n_field, k).
            rows: Numbers of the fields whose rows are wanted; others are 0.
            columns: Numbers of the fields whose values in X count.
        """
        found = np.zeros_like(x, order="F")
        for (i, j), block in self._blocks.items():
            factors = signs.get(i, 1.0) if (i, j) in self._odd else 1.0
            if i in rows and j in columns:
                found[self.rows[i]] += factors * block.of(x[self.rows[j]])
            if i != j and j in rows and i in columns:
                found[self.rows[j]] += block.of_transpose(factors * x[self.rows[i]])
        return found
