"""Conjugate gradients, or GMRES where spins precess, on the admissible fields, to a true residual."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.constraints import Constraint
from thermospin.errors import ConvergenceError
from thermospin.fields import SPIN, V
from thermospin.linear.options import Options
from thermospin.linear.preconditioner import FieldPreconditioner, Fields
from thermospin.linear.reasons import NOT_A_NUMBER, not_converged, stopped, why
from thermospin.linear.request import MARGIN, MAX_CYCLES, Answer, Report, Request
from thermospin.linear.scaled import ProjectedPreconditioner, ScaledSystem
from thermospin.linear.simultaneous import SimultaneousSolver
from thermospin.linear.watch import Watch

GMRES = {"ksp_gmres_restart": "60", "ksp_gmres_breakdown_tolerance": "1e3"}
"""At a restart PETSc compares the residual with its estimate from the iterations before: rounding alone can
make more of a difference than it takes for a breakdown."""
UNIT = 5e-16
"""Rounding error of one equation, relative to its diagonal term: a few terms of its size are summed."""


class LinearSolver:
    """Solves the coupled system for one constraint after another with the same preconditioner.

    Args:
        matrix: The operator without boundary conditions.
        preconditioner: The preconditioner.
        max_iterations: Iterations allowed in one solve.
        options: The PETSc options of the problem.
        scales: For an operator that is not symmetric: weight of a unit of every unknown, W^½.
        tell: Gets the number of iterations and the part of the expected ones, 0 to 1, after each.
        together: Solves several requests at once, if there is a way.
        identify: Names the present state of the matrix; by default PETSc's number of it, which never returns.

    Attributes:
        iterations: Iterations of all solves so far.
        is_symmetric: Whether the operator is symmetric.
        remainder: The true residual ``b − A x`` of the last solve; at fixed unknowns it is the flow out of
            the device.
        identify: Names the present state of the matrix.
        operator: The operator that the Krylov method sees; one that is not symmetric is scaled, so that
            fields count alike.
    """

    def __init__(
        self,
        matrix: PETSc.Mat,
        preconditioner: FieldPreconditioner,
        max_iterations: int,
        options: Options,
        scales: PETSc.Vec | None = None,
        tell: Callable[[int, float], object] | None = None,
        together: SimultaneousSolver | None = None,
        identify: Callable[[], Hashable] | None = None,
    ) -> None:
        self._together, self.identify = together, identify or matrix.stateGet
        self.matrix, self._preconditioner, self._max_iterations = matrix, preconditioner, max_iterations
        self.is_symmetric, self._options = scales is None, options
        self._constraint: Constraint | None = None
        self.iterations = 0
        self._eliminates = scales is not None and preconditioner.is_factorised
        self._work, self.remainder, self._step, self._rest = (matrix.createVecLeft() for _ in range(4))
        self._diagonal: tuple[int | None, PETSc.Vec | None] = None, None
        self._ksp = PETSc.KSP().create(matrix.comm)
        self._ksp.setConvergenceHistory(length=max_iterations + 1, reset=True)
        if tell is not None:
            self._ksp.setMonitor(Watch(tell))
        self._ksp.getPC().setType(PETSc.PC.Type.PYTHON)
        projected = ProjectedPreconditioner(self)
        if scales is None:
            self.operator = matrix
            self._ksp.setType(PETSc.KSP.Type.CG)
            self._ksp.setNormType(PETSc.KSP.NormType.NATURAL)
            self._ksp.getPC().setPythonContext(projected)
        else:
            self._scaled = ScaledSystem(matrix, projected, scales)
            self.operator = PETSc.Mat().createPython(matrix.getSizes(), self._scaled, comm=matrix.comm)
            self._ksp.setType(PETSc.KSP.Type.GMRES)
            self._ksp.getPC().setPythonContext(self._scaled)
        self._ksp.setOperators(self.operator)
        self._ksp.setOptionsPrefix(options.defaults("", {} if scales is None else GMRES))
        self._ksp.setFromOptions()

    def free(self) -> None:
        """Free the solver at once, but not the preconditioner, which others may share (collective)."""
        self._ksp.destroy()
        if not self.is_symmetric:
            self.operator.destroy()

    def scale(self, scales: PETSc.Vec) -> None:
        """Take other scales of the unknowns of an operator that is not symmetric.

        Args:
            scales: Weight of a unit of every unknown, W^½.
        """
        scales.copy(self._scaled.scales)

    def precondition(self, residual: PETSc.Vec, correction: PETSc.Vec, transpose: bool = False) -> None:
        """Apply the preconditioner, projected onto the admissible fields (collective).

        Args:
            residual: The residual.
            correction: The result, overwritten.
            transpose: Whether to apply its transpose.
        """
        residual.copy(self._work)
        self._constraint.project(self._work)
        self._preconditioner.apply(self._work, correction, transpose)
        self._constraint.project(correction)

    def correct(self, residual: PETSc.Vec, correction: PETSc.Vec, transpose: bool = False) -> None:
        """Apply the preconditioner as the Krylov method does (collective).

        GMRES with factors sweeps over V and the other fields: each sees the residual that the corrections
        before it leave. Where the factor of V is exact, V is eliminated, and the iteration is that for its
        Schur complement, with half the steps (:mod:`.simultaneous`).

        Args:
            residual: The residual.
            correction: The result, overwritten.
            transpose: Whether to apply the transpose.
        """
        if not self._eliminates:
            self.precondition(residual, correction, transpose)
            return
        multiply = self.matrix.multTranspose if transpose else self.matrix.mult
        correction.set(0.0)
        self._rest.set(0.0)
        for part in range(2 * self._preconditioner.sweeps):
            if part:
                multiply(correction, self._rest)
            self._work.waxpy(-1.0, self._rest, residual)
            self._constraint.project(self._work)
            is_charge = (part % 2 == 0) != transpose
            self._preconditioner.apply(self._work, self._rest, transpose, _fields_of(is_charge))
            self._constraint.project(self._rest)
            correction.axpy(1.0, self._rest)

    @property
    def takes_signs(self) -> bool:
        """Whether requests may have signs of their own: then one solve serves several magnetic states."""
        return self._together is not None

    def answer(self, requests: Sequence[Request]) -> list[Answer]:
        """Solve several requests, at once where that is cheaper (collective).

        Args:
            requests: The requests, with the same fixed unknowns.

        Raises:
            ConvergenceError: Too many iterations, or another reason that PETSc gives.
        """
        if self._together is not None:
            return self._solve_together(requests)
        return [Answer(self.solve(request), self.remainder.copy()) for request in requests]

    def solve(self, request: Request) -> Report:
        """Solve a request, and leave the true residual in :attr:`remainder` (collective).

        Args:
            request: The request.

        Raises:
            ConvergenceError: Too many iterations, or another reason that PETSc gives.
        """
        if self._together is not None:
            (answer,) = self._solve_together([request])
            answer.remainder.copy(self.remainder)
            return answer.report
        self._constraint, x, transpose = request.constraint, request.x, request.transpose
        report, previous = Report(0, np.inf, np.inf, request.scale or 0.0), np.inf
        request.centre(x)
        self.evaluate(request.rhs, x, transpose)
        for _ in range(MAX_CYCLES):
            before = report.iterations
            with self._options.blamed():
                begun = self._cycle(x, request.tolerance, report, transpose)
            report.scale = report.scale or begun
            if not self.is_symmetric and report.iterations == before and np.isfinite(begun):
                break  # the start is good enough, and its remainder is measured
            request.centre(x)
            self.evaluate(request.rhs, x, transpose)
            self._measure(report)
            if not np.isfinite(report.norm):
                raise ConvergenceError(f"the linear solver stopped: {why(NOT_A_NUMBER)}")
            if report.is_final(request.tolerance, min(begun, previous)):
                break
            previous = report.norm
        return report

    def _solve_together(self, requests: Sequence[Request]) -> list[Answer]:
        """Solve requests at once."""
        answers = self._together.solve(requests)
        self.iterations += sum(answer.report.iterations for answer in answers)
        return answers

    def _measure(self, report: Report) -> None:
        """The norms of the remainder."""
        self.precondition(self.remainder, self._step)
        products = self._preconditioner.products(self.remainder, self._step)
        report.norm = max(sum(products.values()), 0.0) ** 0.5
        report.current_norm = (
            max(sum(value for fields, value in products.items() if set(fields) <= {V, *SPIN}), 0.0) ** 0.5
        )

    def evaluate(self, rhs: PETSc.Vec, x: PETSc.Vec, transpose: bool = False) -> None:
        """Put the true residual into :attr:`remainder` (collective).

        Args:
            rhs: b.
            x: The fields.
            transpose: Whether of ``Aᵀ``.
        """
        (self.matrix.multTranspose if transpose and not self.is_symmetric else self.matrix.mult)(
            x, self.remainder
        )
        self.remainder.aypx(-1.0, rhs)

    def rounding(self, x: PETSc.Vec, weights: PETSc.Vec) -> float:
        """Estimate of the rounding error of ``w · (b − A x)``, that of its terms (collective).

        Args:
            x: The fields.
            weights: w.
        """
        terms, state = x.duplicate(), self.matrix.stateGet()
        if self._diagonal[0] != state:
            self._diagonal = state, self.matrix.getDiagonal()
        terms.pointwiseMult(self._diagonal[1], x)
        terms.pointwiseMult(terms, weights)
        return UNIT * terms.norm()

    def _cycle(self, x: PETSc.Vec, tolerance: float, report: Report, transpose: bool) -> float:
        """Reduce the remainder, add the correction to ``x``; the norm it began with."""
        goal = MARGIN * tolerance
        left = self._max_iterations - report.iterations
        if self.is_symmetric:
            relative, absolute = (0.0, goal * report.scale) if report.scale else (goal, 0.0)
            self._ksp.setTolerances(rtol=relative, atol=absolute, divtol=1e12, max_it=left)
            self._ksp.solve(self.remainder, self._step)
            begun = self._history()[0]
        else:
            self._measure(report)
            begun = report.norm
            if begun <= goal * report.scale:
                return begun
            relative = min(goal * (report.scale or begun) / begun, 0.5)
            self._ksp.setTolerances(rtol=relative, atol=0.0, divtol=1e12, max_it=left)
            self._scaled.solve(self._ksp, self.remainder, self._step, transpose)
        x.axpy(1.0, self._step)
        report.iterations += self._ksp.getIterationNumber()
        self.iterations += self._ksp.getIterationNumber()
        first, last = self._history()
        reached = last / first * begun if first else 0.0
        self._check(reached / (report.scale or begun) if begun else 0.0)
        return begun

    def _history(self) -> tuple[float, float]:
        """The norms at the beginning and at the end of the last cycle; NaN if it never began."""
        history = self._ksp.getConvergenceHistory()
        return (history[0], history[-1]) if len(history) else (np.nan, np.nan)

    def _check(self, residual: float) -> None:
        reason = self._ksp.getConvergedReason()
        if reason == PETSc.KSP.ConvergedReason.DIVERGED_MAX_IT:
            raise ConvergenceError(not_converged(self._max_iterations, residual))
        if reason < 0:
            raise ConvergenceError(stopped(self._ksp.getIterationNumber(), residual, reason))


def _fields_of(is_charge: bool) -> Callable[[Fields], bool]:
    """Whether fields are V alone, or whether they are others."""
    return lambda fields: (fields == (V,)) == is_charge
