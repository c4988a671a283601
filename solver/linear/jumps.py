"""Multigrid where the two sides of stiff interfaces are tied together: of the fields without jumps."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from thermospin.compat import PETSc
from thermospin.fields import Field
from thermospin.linear.merger import Merger
from thermospin.linear.options import SMOOTHER, Options

JUMP_SMOOTHER = SMOOTHER | {"ksp_chebyshev_eigenvalues": "0.8,4.4", "ksp_norm_type": "none"}
"""For jumps at stiff interfaces. ``D⁻¹A`` is 2 for a spring between two unknowns, times its value for the
mass matrix of triangles: 0.5 to 2 on P1, 0.4 to 2.1 on P2."""
JUMP_WEIGHT = 0.6
"""Keeps the spectrum of the jumps, which polarised conductances spread upwards, within the multigrid's."""


class Anchored(Protocol):
    """A multigrid in which unknowns can be fixed."""

    pc: PETSc.PC

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix some unknowns (collective).

        Args:
            dofs: Owned unknowns, local numbers, one array for every space.
        """


class MergedMultigrid:
    """A multigrid of the fields that do not jump at stiff interfaces, plus a smoother of the jumps.

    Springs see no field without jumps, so a jump and such a field share only the energy of the elements
    beside the interface, and the sum of the two preconditioners is as good as their product.

    Args:
        field: The field.
        block: The block with jumps, without boundary conditions.
        mergers: Mergers of the unknowns of every space, finest first.
        multigrid: Multigrid of the merged unknowns.
        options: The PETSc options of the problem.
    """

    def __init__(
        self,
        field: Field,
        block: PETSc.Mat,
        mergers: Sequence[Merger],
        multigrid: Anchored,
        options: Options,
    ) -> None:
        self._mergers, self._multigrid = mergers, multigrid
        sum_of_both = JumpCorrection(field, block, mergers[0], multigrid.pc, options)
        self._fix = sum_of_both.fix
        self.pc = PETSc.PC().createPython(sum_of_both, comm=block.comm)
        self.pc.setOperators(block)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix some unknowns (collective).

        Args:
            dofs: Owned unknowns, local numbers, one array for every space.
        """
        merged = [merger.images(part) for merger, part in zip(self._mergers, dofs, strict=True)]
        self._multigrid.anchor(merged)
        self._fix(merged[0])


class JumpCorrection:
    """The preconditioner of :class:`MergedMultigrid`, as PETSc calls it.

    Args:
        field: The field.
        block: The block with jumps.
        merger: Merger of the unknowns on both sides.
        multigrid: The preconditioner of the merged block.
        options: The PETSc options of the problem.
    """

    def __init__(
        self, field: Field, block: PETSc.Mat, merger: Merger, multigrid: PETSc.PC, options: Options
    ) -> None:
        self._injection, self._multigrid = merger.injection, multigrid
        self._residual, self._correction = (self._injection.createVecRight() for _ in range(2))
        first = block.getOwnershipRange()[0]
        self._copies = PETSc.IS().createGeneral((merger.copies + first).astype(PETSc.IntType), block.comm)
        self._jumps = PETSc.KSP().create(block.comm)
        self._jumps.setOperators(block.createSubMatrix(self._copies, self._copies))
        self._jumps.setOptionsPrefix(options.defaults(f"{field.symbol}_jumps_", JUMP_SMOOTHER))
        self._jumps.setFromOptions()
        self._at_copies = self._jumps.getOperators()[0].createVecRight()
        self._fixed = np.empty(0, dtype=np.int32)

    def fix(self, dofs: np.ndarray) -> None:
        """Leave some merged unknowns as they are.

        Args:
            dofs: Owned merged unknowns, local numbers.
        """
        self._fixed = dofs

    def apply(self, _: PETSc.PC, residual: PETSc.Vec, correction: PETSc.Vec) -> None:
        """``z = (P M⁻¹ Pᵀ + J) r`` (collective).

        Args:
            residual: r.
            correction: z, overwritten.
        """
        self._injection.multTranspose(residual, self._residual)
        self._release(self._residual)
        self._multigrid.apply(self._residual, self._correction)
        self._release(self._correction)
        self._injection.mult(self._correction, correction)
        here = residual.getSubVector(self._copies)
        self._jumps.solve(here, self._at_copies)
        residual.restoreSubVector(self._copies, here)
        correction.isaxpy(self._copies, JUMP_WEIGHT, self._at_copies)

    def _release(self, vector: PETSc.Vec) -> None:
        with vector as array:
            array[self._fixed] = 0.0
