"""Fields by factorisation: where multigrid is slow, and where a factor is cheap."""

from collections.abc import Sequence

import numpy as np

from thermospin.compat import PETSc
from thermospin.linear.anchored import AnchoredBlock
from thermospin.linear.columns import DenseColumns
from thermospin.linear.options import Options

FACTORISED = 30_000
"""Unknowns of a vector spin up to which all fields are factorised. In a cube, where factors fill most, 30,000
need 0.4 GB."""
LARGEST = 1_500_000
"""Unknowns of a field up to which its factor is tried on stretched cells, where multigrid fails."""
FAST = 1.0
"""Precession between collisions, rad, from which accumulations are waves that multigrid cannot smooth."""
MUMPS = {"pc_factor_mat_solver_type": "mumps"}


class Factors:
    """Some fields together, by factorisation.

    Args:
        name: Name in PETSc options (``<name>_<option>``).
        blocks: The blocks of the fields, row by row; None where there is none.
        is_symmetric: Whether they are symmetric, and positive definite.
        options: The PETSc options of the problem.
    """

    def __init__(
        self, name: str, blocks: Sequence[Sequence[PETSc.Mat | None]], is_symmetric: bool, options: Options
    ) -> None:
        self._sizes = [row[i].getLocalSize()[0] for i, row in enumerate(blocks)]
        self._block = AnchoredBlock(_joined(blocks), is_symmetric)
        self.pc = PETSc.PC().create(self._block.matrix.comm)
        kind = {"pc_type": "cholesky" if is_symmetric else "lu"}
        self.pc.setOptionsPrefix(options.defaults(f"{name}_", kind | MUMPS))
        self.pc.setOperators(self._block.matrix)
        self.pc.setFromOptions()
        self._columns = [DenseColumns(sum(self._sizes), self.pc.comm) for _ in range(2)]

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix some unknowns, and factorise (collective); the order of elimination is found once.

        Args:
            dofs: Owned unknowns, local numbers, one array for every field.
        """
        starts = np.cumsum([0, *self._sizes[:-1]])
        self._block.anchor(np.concatenate([part + start for part, start in zip(dofs, starts, strict=True)]))
        self.pc.setUp()

    def solve_columns(self, columns: np.ndarray) -> np.ndarray:
        """``A⁻¹ X``, overwritten by the next solve (collective).

        Args:
            columns: X on this rank, shape (n, k).
        """
        given, found = (dense.of(columns.shape[1]) for dense in self._columns)
        given.entries[:] = columns
        self.pc.matApply(given.matrix, found.matrix)
        return found.entries


def _joined(blocks: Sequence[Sequence[PETSc.Mat | None]]) -> PETSc.Mat:
    """Blocks as one matrix."""
    if len(blocks) == 1:
        return blocks[0][0]
    return PETSc.Mat().createNest(blocks, comm=blocks[0][0].comm).convert(PETSc.Mat.Type.AIJ, PETSc.Mat())
