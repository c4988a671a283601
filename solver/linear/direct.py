"""The exact inverse of the spin blocks, for spins that precess faster than they diffuse."""

from collections.abc import Sequence

import numpy as np

from thermospin.compat import PETSc
from thermospin.linear.options import set_options

OPTIONS = {"pc_type": "lu", "pc_factor_mat_solver_type": "mumps"}
"""PETSc options of the factorisation; ``-spins_<option>`` overrides them."""
FAST = 1.0
"""Precession between collisions, rad, from which accumulations are waves that multigrid cannot smooth."""


class DirectSpins:
    """All components of s together, by factorisation: for quasi-one-dimensional bars, where it is cheap.

    Args:
        blocks: The blocks of the components, row by row; None where there is none.
    """

    def __init__(self, blocks: Sequence[Sequence[PETSc.Mat | None]]) -> None:
        self._nest = PETSc.Mat().createNest(blocks, comm=blocks[0][0].comm)
        self._sizes = [row[i].getLocalSize()[0] for i, row in enumerate(blocks)]
        self.pc = PETSc.PC().create(self._nest.comm)
        set_options("spins_", OPTIONS)
        self.pc.setOptionsPrefix("spins_")
        self.pc.setOperators(self._nest)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix the given owned unknowns, one array for every component, and factorise (collective)."""
        matrix = self._nest.convert(PETSc.Mat.Type.AIJ, PETSc.Mat())
        starts = matrix.getOwnershipRange()[0] + np.cumsum([0, *self._sizes[:-1]])
        rows = np.concatenate([part + start for part, start in zip(dofs, starts, strict=True)])
        matrix.zeroRowsColumns(rows.astype(PETSc.IntType), diag=1.0)
        self.pc.setOperators(matrix)
        self.pc.setFromOptions()
        self.pc.setUp()
