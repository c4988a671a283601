"""Products of a distributed block with several columns: against those of single vectors."""

import numpy as np
import pytest

from thermospin.compat import PETSc
from thermospin.linear.columns import BlockProducts


@pytest.fixture
def block(comm):
    """Two diagonals of a matrix with 7 rows and 5 columns on every rank."""
    matrix = PETSc.Mat().createAIJ(((7, None), (5, None)), nnz=4, comm=comm)
    for row in range(*matrix.getOwnershipRange()):
        for column in (row, 3 * row + 1):
            matrix.setValue(row, column % matrix.getSize()[1], 1.0 + row + column, addv=True)
    matrix.assemble()
    return matrix


@pytest.mark.parametrize("transpose", [False, True])
def test_products_are_those_of_vectors(block, transpose):
    """One number of columns after another, also where entries of the block have changed in between."""
    products = BlockProducts(block)
    multiply = products.of_transpose if transpose else products.of
    given, expected = (block.createVecLeft(), block.createVecRight())[:: 1 if transpose else -1]
    for number in (3, 3, 1, 2, 3):
        columns = np.sin(np.arange(given.local_size * number, dtype=float)).reshape(-1, number)
        found = multiply(columns).copy()
        for column, result in zip(columns.T, found.T, strict=True):
            given.array_w = column
            (block.multTranspose if transpose else block.mult)(given, expected)
            np.testing.assert_allclose(result, expected.array_r, rtol=1e-14, atol=1e-12)
        block.scale(2.0)
