"""Field-diagonal blocks whose given unknowns are decoupled from the rest."""

import numpy as np

from thermospin.compat import PETSc


class AnchoredBlock:
    """A copy of a field-diagonal block in which the unknowns that are given are decoupled from the rest.

    Args:
        block: The block without boundary conditions.
    """

    def __init__(self, block: PETSc.Mat) -> None:
        self._block = block
        self.matrix = block.duplicate(copy=True)
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
