"""Field-diagonal blocks whose given unknowns are decoupled from the rest."""

import numpy as np

from thermospin.compat import PETSc


class AnchoredBlock:
    """A copy of a field-diagonal block in which the unknowns that are given are decoupled from the rest.

    The pattern of nonzeros stays the same, so that what is found out of it can be used again.

    Args:
        block: The block without boundary conditions.
        is_positive: Whether it is symmetric and positive definite.
    """

    def __init__(self, block: PETSc.Mat, is_positive: bool = True) -> None:
        self._block = block
        self.matrix = block.duplicate(copy=True)
        if is_positive:
            self.matrix.setOption(PETSc.Mat.Option.SPD, True)
        self.matrix.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        diagonal = block.getDiagonal()
        self._mean = diagonal.sum() / diagonal.getSize()

    def anchor(self, dofs: np.ndarray) -> None:
        """Decouple some unknowns, and only them (collective).

        Args:
            dofs: Owned unknowns, local numbers.
        """
        self._block.copy(self.matrix, structure=PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        first = self.matrix.getOwnershipRange()[0]
        self.matrix.zeroRowsColumns((dofs + first).astype(PETSc.IntType), diag=self._mean)
