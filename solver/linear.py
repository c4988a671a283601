"""Conjugate gradients on the admissible fields, refined until the readings are stable."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from thermospin.compat import PETSc
from thermospin.constraints import Constraint
from thermospin.errors import ConvergenceError
from thermospin.multigrid import FieldMultigrid

MAX_CYCLES = 8
REFINEMENT = 1e-3
"""Reduction of the residual in every cycle after the first."""
PREDICTED = 10 * REFINEMENT
"""What one more cycle would change, relative to what the last one did."""
READING_TOLERANCE = 1e-11
DIFFERENCE_TOLERANCE = 1e-9
"""Tolerances on a reading relative to itself, and to what the solve changed it by (P − AP)."""
STAGNATION = 0.5
"""Rounding has been reached when a cycle reduces the true residual by less."""


class Meter(Protocol):
    """What watches a solution: the numbers that must become stable."""

    def read(self, x: PETSc.Vec) -> np.ndarray:
        """The readings, V."""

    def noise(self, x: PETSc.Vec) -> float:
        """Smallest change of a reading that means anything, V."""

    def centre(self, x: PETSc.Vec) -> None:
        """Move the reference potential to where the smallest reading is taken, in place."""


@dataclass
class Report:
    """How a linear solve went.

    Attributes:
        iterations: Conjugate-gradient iterations, all cycles together.
        residual: True residual over right-hand side, both in the norm of the preconditioner, in which the
            rows of every field have the same unit.
        changes: How much the last cycle changed the readings: their uncertainty from the solver, V.
    """

    iterations: int
    residual: float
    changes: np.ndarray


class LinearSolver:
    """Solves the coupled system for one constraint after another with the same preconditioner.

    Args:
        matrix: The operator without boundary conditions.
        multigrid: The preconditioner.
        tolerance: Relative tolerance on the true residual.
        max_iterations: Iterations allowed in one solve.
    """

    def __init__(
        self, matrix: PETSc.Mat, multigrid: FieldMultigrid, tolerance: float, max_iterations: int
    ) -> None:
        self.matrix, self._multigrid = matrix, multigrid
        self._tolerance, self._max_iterations = tolerance, max_iterations
        self._constraint: Constraint | None = None
        self._work, self._residual, self._step = (matrix.createVecLeft() for _ in range(3))
        self._ksp = PETSc.KSP().create(matrix.comm)
        self._ksp.setOperators(matrix)
        self._ksp.setType(PETSc.KSP.Type.CG)
        self._ksp.setNormType(PETSc.KSP.NormType.NATURAL)
        self._ksp.getPC().setType(PETSc.PC.Type.PYTHON)
        self._ksp.getPC().setPythonContext(self)
        self._ksp.setFromOptions()

    def apply(self, _: PETSc.PC | None, residual: PETSc.Vec, correction: PETSc.Vec) -> None:
        """The preconditioner, projected onto the admissible fields; PETSc calls it."""
        residual.copy(self._work)
        self._constraint.project(self._work)
        self._multigrid.apply(self._work, correction)
        self._constraint.project(correction)

    def residual(self, rhs: PETSc.Vec, x: PETSc.Vec) -> PETSc.Vec:
        """The true residual ``b − A x``; at fixed unknowns it is what flows out there."""
        self.matrix.mult(x, self._residual)
        self._residual.aypx(-1.0, rhs)
        return self._residual

    def norm(self, rhs: PETSc.Vec, x: PETSc.Vec, constraint: Constraint) -> float:
        """``(r M⁻¹ r)^½`` of the residual, on the admissible fields."""
        self._constraint = constraint
        residual = self.residual(rhs, x)
        self.apply(None, residual, self._step)
        return max(residual.dot(self._step), 0.0) ** 0.5

    def solve(
        self, rhs: PETSc.Vec, x: PETSc.Vec, constraint: Constraint, scale: float, meter: Meter
    ) -> Report:
        """Solve ``A x = b`` for the unknowns that are not fixed.

        Args:
            rhs: Right-hand side.
            x: Start, overwritten by the solution; its fixed unknowns are kept, but for the reference of V.
            constraint: The fixed unknowns.
            scale: Norm of the right-hand side that the tolerance refers to.
            meter: The readings that must become stable.

        Raises:
            ConvergenceError: Too many iterations, or the system is not positive definite.
        """
        start = before = meter.read(x)
        report, stable, previous = Report(0, np.inf, np.full(len(start), np.inf)), False, np.inf
        for _ in range(MAX_CYCLES):
            meter.centre(x)
            norm = self.norm(rhs, x, constraint)
            report.residual = norm / scale
            converged = norm <= self._tolerance * scale
            if converged and (stable or norm > STAGNATION * previous or norm == 0.0):
                return report
            self._cycle(x, REFINEMENT if converged else self._tolerance * scale / norm, report)
            now = meter.read(x)
            report.changes = np.abs(now - before)
            allowed = np.minimum(READING_TOLERANCE * np.abs(now), DIFFERENCE_TOLERANCE * np.abs(now - start))
            stable = converged and np.all(PREDICTED * report.changes <= np.maximum(allowed, meter.noise(x)))
            before, previous = now, norm
        return report

    def _cycle(self, x: PETSc.Vec, reduction: float, report: Report) -> None:
        """Reduce the residual that :meth:`norm` left behind, and add the correction to ``x``."""
        left = self._max_iterations - report.iterations
        self._ksp.setTolerances(rtol=min(reduction, 0.5), atol=0.0, divtol=1e12, max_it=left)
        self._ksp.solve(self._residual, self._step)
        x.axpy(1.0, self._step)
        report.iterations += self._ksp.getIterationNumber()
        reason = self._ksp.getConvergedReason()
        if reason == PETSc.KSP.ConvergedReason.DIVERGED_MAX_IT:
            raise ConvergenceError(
                f"no convergence in {self._max_iterations} iterations of the linear solver (relative "
                f"residual {report.residual:.1e} before the last ones); improve the worst elements of the "
                "mesh (thermospin mesh FILE shows them), or raise solver.max_iterations"
            )
        if reason < 0:
            raise ConvergenceError(
                f"the linear solver stopped (PETSc reason {reason}): the system is not positive definite; "
                "check materials (|P| < 1, k > T0 σ S²) and solver.petsc"
            )
