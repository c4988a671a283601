"""Fields at a given drive where coefficients follow the temperature: Newton's method with a line search."""

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.device import Drive
from thermospin.discretisation.constraints import Constraint
from thermospin.errors import ConvergenceError
from thermospin.fields import V
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.request import Request
from thermospin.materials.laws import RangeError
from thermospin.response import accuracy
from thermospin.response.nonlinear.equations import Equations
from thermospin.response.terminals import Terminals

RUNAWAY = "Newton's method does not converge, as in a thermal runaway"


class Newton:
    """Solves ``N(u) = b`` for the admissible fields of a scheme, with PETSc's SNES.

    SNES sees the fields in units in which all count alike. Values that terminals hold do not change; a
    terminal with a current at uniform potential moves as a whole, and its residual is spread evenly over it.

    Args:
        equations: The equations.
        linear: The linear solver of their Jacobian.
        scales: Weight of a unit of every unknown, W^½.
        terminals: The terminals.
        drive: The drive of the scheme.

    Attributes:
        history: Norms of the residual in the last solve, from the beginning on.
        trouble: Cause of failure of fields or a step that the last solve tried, if any.
    """

    def __init__(
        self,
        equations: Equations,
        linear: LinearSolver,
        scales: PETSc.Vec,
        terminals: Terminals,
        drive: Drive,
    ) -> None:
        self._equations, self._linear, self._scales = equations, linear, scales
        self._constraint: Constraint = terminals.constraint(drive)
        start = terminals.spaces.ranges[V].start
        self._moving = {name: terminals.by_name[name].dofs[V] + start for name in drive.equipotential}
        self._comm = terminals.spaces.comm
        self._loads: PETSc.Vec | None = None
        self._units: dict[str, PETSc.Vec] = {}
        self.history: list[float] = []
        self.trouble: Exception | None = None
        self._snes = PETSc.SNES().create(self._comm)
        self._snes.setFunction(self._residual, scales.duplicate())
        self._snes.setJacobian(self._linearise, linear.operator)
        self._snes.setType(PETSc.SNES.Type.NEWTONLS)
        self._snes.getLineSearch().setType("bt")
        ksp = self._snes.getKSP()
        ksp.setType(PETSc.KSP.Type.PYTHON)
        ksp.setPythonContext(_Steps(self))
        ksp.getPC().setType(PETSc.PC.Type.NONE)
        self._snes.setConvergenceTest(self._judge)
        self._goal = 0.0

    def free(self) -> None:
        """Free the solver (collective): PETSc and it refer to each other."""
        self._snes.destroy()

    def solve(self, start: PETSc.Vec, loads: PETSc.Vec) -> PETSc.Vec:
        """The fields for given loads (collective).

        Args:
            start: Fields to begin with; their fixed unknowns are kept.
            loads: The injected currents of uniform density, and by terminal of uniform potential.

        Raises:
            ConvergenceError: There is no convergence.
        """
        self._loads, self.trouble = loads, None
        scaled = start.duplicate()
        scaled.pointwiseMult(start, self._scales)
        self._goal, self.history = accuracy.NEWTON_FLOOR * self._size(start), []
        self._snes.setTolerances(max_it=accuracy.MAX_NEWTON_STEPS)
        self._snes.solve(None, scaled)
        if self._snes.getConvergedReason() < 0:
            raise ConvergenceError(self._reason())
        found = start.duplicate()
        found.pointwiseDivide(scaled, self._scales)
        return found

    def _judge(self, snes: PETSc.SNES, step: int, norms: tuple[float, float, float]) -> int:
        """Whether to go on after a step; PETSc calls it."""
        self.history.append(norms[2])
        if self.history[-1] <= max(accuracy.NEWTON_REDUCTION * self.history[0], self._goal):
            return PETSc.SNES.ConvergedReason.CONVERGED_FNORM_RELATIVE
        several = accuracy.NEWTON_STAGNATION
        if step >= several and self.history[-1] > self.history[-1 - several] / 2:
            return PETSc.SNES.ConvergedReason.DIVERGED_LOCAL_MIN
        return PETSc.SNES.ConvergedReason.ITERATING

    def _size(self, start: PETSc.Vec) -> float:
        """The norm of the terms that the residual consists of: ``|N'| |u|`` by the scaled unknowns."""
        sizes = start.duplicate()
        sizes.pointwiseMult(start, self._scales)
        return sizes.norm()

    def _reason(self) -> str:
        """Reason of failure: a law that ends, or else heating that outruns the cooling."""
        if isinstance(self.trouble, RangeError):
            return str(self.trouble)
        return RUNAWAY

    def _residual(self, _: PETSc.SNES, scaled: PETSc.Vec, residual: PETSc.Vec) -> None:
        """The residual in the admissible directions; PETSc calls it. It is infinite where a law ends."""
        try:
            found = self._evaluate(scaled)
        except RangeError as error:
            self.trouble = error
            residual.set(np.inf)
            return
        self._project(found)
        residual.pointwiseDivide(found, self._scales)

    def _evaluate(self, scaled: PETSc.Vec) -> PETSc.Vec:
        fields = scaled.duplicate()
        fields.pointwiseDivide(scaled, self._scales)
        found = self._equations.residual(fields)
        found.axpy(-1.0, self._loads)
        return found

    def _linearise(self, _: PETSc.SNES, scaled: PETSc.Vec, *__: PETSc.Mat) -> None:
        """Assemble the Jacobian; PETSc calls it."""
        fields = scaled.duplicate()
        fields.pointwiseDivide(scaled, self._scales)
        self.linearise(fields)

    def linearise(self, fields: PETSc.Vec) -> None:
        """Assemble the Jacobian at fields (collective).

        Args:
            fields: The fields.
        """
        self._equations.linearise(fields)
        self._units = {}

    def _project(self, residual: PETSc.Vec) -> None:
        """Take the part of a residual in the admissible directions (collective)."""
        sums = self._sums(residual)
        sizes = self._comm.allreduce(np.array([len(dofs) for dofs in self._moving.values()]), MPI.SUM)
        self._constraint.project(residual)
        with residual as array:
            for dofs, total, size in zip(self._moving.values(), sums, sizes, strict=True):
                array[dofs] = total / size

    def _sums(self, vector: PETSc.Vec) -> np.ndarray:
        """The sum of a vector over the unknowns V of every terminal that moves (collective)."""
        array = vector.array_r
        local = np.array([array[dofs].sum() for dofs in self._moving.values()])
        return self._comm.allreduce(local, MPI.SUM)

    def _unit(self, name: str) -> PETSc.Vec:
        """The change of the fields per volt at a terminal that moves (collective)."""
        if name not in self._units:
            unit = self._loads.duplicate()
            with unit as array:
                array[:] = 0.0
                array[self._moving[name]] = 1.0
            nothing = unit.duplicate()
            nothing.set(0.0)
            self._linear.solve(Request(nothing, unit, self._constraint, accuracy.STEP_TOLERANCE))
            self._units[name] = unit
        return self._units[name]

    def step(self, scaled: PETSc.Vec, step: PETSc.Vec) -> None:
        """Step that reduces a residual to 0 to first order, both in the units of SNES (collective).

        Args:
            scaled: The residual.
            step: The step, overwritten.
        """
        residual = scaled.duplicate()
        residual.pointwiseMult(scaled, self._scales)
        step.pointwiseMult(self.correct(residual, accuracy.STEP_TOLERANCE), self._scales)

    def correct(self, residual: PETSc.Vec, tolerance: float) -> PETSc.Vec:
        """Change of the fields that reduces a residual to 0 to first order (collective).

        Args:
            residual: The residual; the Jacobian is that of the last :meth:`linearise`.
            tolerance: Relative tolerance of the linear solve.
        """
        found = residual.duplicate()
        found.set(0.0)
        self._linear.solve(Request(residual, found, self._constraint, tolerance))
        missing = self._sums(self._linear.remainder)
        for name, volts in zip(self._moving, self._volts(missing), strict=True):
            found.axpy(volts, self._unit(name))
        return found

    def _volts(self, currents: np.ndarray) -> np.ndarray:
        """Shifts, V, of the terminals that move as a whole, for currents in A (collective)."""
        units = [self._unit(name) for name in self._moving]
        columns = [self._sums(self._equations.jacobian * unit) for unit in units]
        return np.linalg.solve(np.array(columns).T, currents) if units else currents


class _Steps:
    """Newton's linear solver, as PETSc calls it."""

    def __init__(self, newton: Newton) -> None:
        self._newton = newton

    def solve(self, ksp: PETSc.KSP, residual: PETSc.Vec, step: PETSc.Vec) -> None:
        """Solve for a step; a failure is left for SNES to see."""
        try:
            self._newton.step(residual, step)
            ksp.setConvergedReason(PETSc.KSP.ConvergedReason.CONVERGED_RTOL)
        except ConvergenceError as error:
            self._newton.trouble = error
            ksp.setConvergedReason(PETSc.KSP.ConvergedReason.DIVERGED_BREAKDOWN)
