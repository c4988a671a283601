"""The operator and the preconditioner as PETSc's Krylov methods see them: projected, and scaled for GMRES."""

import weakref
from typing import TYPE_CHECKING

from thermospin.compat import PETSc

if TYPE_CHECKING:
    from thermospin.linear.krylov import LinearSolver


class ProjectedPreconditioner:
    """The preconditioner of a linear solver, as PETSc calls it.

    PETSc keeps it alive, and the solver keeps PETSc's: it must not keep the solver.

    Args:
        solver: The linear solver.
    """

    def __init__(self, solver: "LinearSolver") -> None:
        self._solver = weakref.proxy(solver)

    def apply(
        self, _: PETSc.PC | None, residual: PETSc.Vec, correction: PETSc.Vec, transpose: bool = False
    ) -> None:
        """``z = P M⁻¹ P r``, or with ``M⁻ᵀ``; PETSc calls it.

        Args:
            residual: r.
            correction: z, overwritten.
            transpose: Whether to apply the transpose.
        """
        self._solver.correct(residual, correction, transpose)


class ScaledSystem:
    """The operator and its preconditioner for fields in units in which all of them count alike.

    GMRES minimises a sum of squares over all unknowns, in which kelvins would swamp the spin potentials.

    Args:
        matrix: The operator.
        preconditioner: Its preconditioner.
        scales: Weight of a unit of every unknown, W^½, as of :meth:`CoupledSystem.scales`.

    Attributes:
        scales: The diagonal of D.
    """

    def __init__(self, matrix: PETSc.Mat, preconditioner: ProjectedPreconditioner, scales: PETSc.Vec) -> None:
        self._matrix, self._preconditioner, self.scales = matrix, preconditioner, scales
        self._first, self._second = matrix.createVecLeft(), matrix.createVecLeft()

    def mult(self, _: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """``y = D⁻¹ A D⁻¹ x``; PETSc calls it.

        Args:
            x: Scaled fields.
            y: The product, overwritten.
        """
        self._first.pointwiseDivide(x, self.scales)
        self._matrix.mult(self._first, self._second)
        y.pointwiseDivide(self._second, self.scales)

    def multTranspose(self, _: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:  # noqa: N802
        """``y = D⁻¹ Aᵀ D⁻¹ x``; PETSc calls it.

        Args:
            x: Scaled fields.
            y: The product, overwritten.
        """
        self._first.pointwiseDivide(x, self.scales)
        self._matrix.multTranspose(self._first, self._second)
        y.pointwiseDivide(self._second, self.scales)

    def apply(self, _: PETSc.PC, residual: PETSc.Vec, correction: PETSc.Vec) -> None:
        """``z = D M⁻¹ D r``; PETSc calls it.

        Args:
            residual: r.
            correction: z, overwritten.
        """
        self._first.pointwiseMult(residual, self.scales)
        self._preconditioner.apply(None, self._first, self._second)
        correction.pointwiseMult(self._second, self.scales)

    def applyTranspose(self, _: PETSc.PC, residual: PETSc.Vec, correction: PETSc.Vec) -> None:  # noqa: N802
        """``z = D M⁻ᵀ D r``; PETSc calls it.

        Args:
            residual: r.
            correction: z, overwritten.
        """
        self._first.pointwiseMult(residual, self.scales)
        self._preconditioner.apply(None, self._first, self._second, True)
        correction.pointwiseMult(self._second, self.scales)

    def solve(self, ksp: PETSc.KSP, residual: PETSc.Vec, step: PETSc.Vec, transpose: bool) -> None:
        """Solve ``A z = r``, or with ``Aᵀ`` (collective).

        Args:
            ksp: PETSc's solver of the scaled system.
            residual: r.
            step: z, overwritten.
            transpose: Whether to solve with ``Aᵀ``.
        """
        scaled, found = residual.duplicate(), step.duplicate()
        scaled.pointwiseDivide(residual, self.scales)
        (ksp.solveTranspose if transpose else ksp.solve)(scaled, found)
        step.pointwiseDivide(found, self.scales)
