"""The response of a device whose coefficients follow the temperature (solver/physics.md §7).

At a drive, Newton's method; its last step is a linear problem with the Jacobian, so the probes are read
through the adjoints of that, as accurately as in a linear problem.
"""

from collections.abc import Sequence

import numpy as np

from thermospin.compat import PETSc
from thermospin.device import Drive
from thermospin.discretisation.heat_source import HeatSource
from thermospin.errors import ConvergenceError
from thermospin.linear.krylov import LinearSolver
from thermospin.response import accuracy
from thermospin.response.fitting import fit
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.linear_response import LinearResponse
from thermospin.response.nonlinear.equations import Equations
from thermospin.response.nonlinear.newton import RUNAWAY, Newton
from thermospin.response.nonlinear.orders import OrderSources
from thermospin.response.nonlinear.stability import feedback
from thermospin.response.scheme import given, share
from thermospin.response.solution import Expansion, Solution
from thermospin.response.terminals import Terminals


class ResponsiveSolver(SchemeSolver):
    """Solves a device with coefficients that follow the temperature.

    Args:
        linear: The linear solver of the problem at T0.
        sources: The sources of the orders.
        tangent: The nonlinear equations, the linear solver of their Jacobian and the weight of a unit of
            every unknown, W^½; None if nothing is solved at a given drive.
        terminals: The terminals.
        heat: The heat source.
        drive: The drive of the scheme.
        others: Further arguments of :class:`.Scheme`.
    """

    def __init__(
        self,
        linear: LinearSolver,
        sources: OrderSources,
        tangent: tuple[Equations, LinearSolver, PETSc.Vec] | None,
        terminals: Terminals,
        heat: HeatSource,
        drive: Drive,
        *others,
    ) -> None:
        super().__init__(linear, terminals, heat, drive, *others)
        self._correction = None  # orders have other sources than heat
        self._sources = sources
        self.newton: Newton | None = None
        self._feedback = 0.0
        if tangent is not None:
            self._equations, solver, scales = tangent
            self.newton = Newton(self._equations, solver, scales, terminals, drive)
            self._start = LinearResponse(linear, terminals, drive, [])
            self._tangent = LinearResponse(solver, terminals, drive, self._pairs)

    def free(self) -> None:
        """Free the objects that PETSc keeps alive (collective)."""
        if self.newton is not None:
            self.newton.free()

    def at(self, drive: float) -> Solution:
        """The fields at a drive (collective).

        Args:
            drive: The drive, A or V.

        Raises:
            ConvergenceError: There is no steady state at that drive, or none was found.
        """
        fields = self._steady(drive)
        rhs = self._equations.jacobian * fields
        rhs.axpy(-1.0, self._equations.residual(fields))
        generated = self._equations.generated(fields) + self._thermal.region_power
        tolerance = accuracy.FITTED_REDUCTION * self._tolerance
        units = self._tangent.units(tolerance)
        injected, potentials = given(self._drive, drive)
        generated += self._terminals.heat_leads(rhs, injected)
        generated += self._terminals.carry_heat(rhs, injected, fields)
        solution = self._tangent.solve(
            rhs, injected, potentials, self._thermal, ("at", drive), tolerance, generated=generated
        )
        solution = self._terminals.count_leads(solution, injected)
        return share(solution, units, self._drive, drive)

    def _steady(self, drive: float) -> PETSc.Vec:
        """The fields, with the Jacobian there; the drive is raised in steps if that fails at once."""
        try:
            return self._stable(self._guess(drive), drive)
        except ConvergenceError as error:
            failure = error
        reached, step, fields = 0.0, 0.5, None
        while reached < 1.0:
            if step < max(accuracy.SMALLEST_STEP * reached, accuracy.FIRST_STEP):
                raise ConvergenceError(self._failure(drive, reached, min(reached + 2 * step, 1.0), failure))
            wanted = min(reached + step, 1.0)
            start = self._guess(wanted * drive) if fields is None else self._hold(fields, wanted * drive)
            try:
                fields = self._stable(start, wanted * drive)
                reached = wanted
            except ConvergenceError as error:
                failure, step = error, step / 2
        return fields

    def _stable(self, start: PETSc.Vec, drive: float) -> PETSc.Vec:
        """The fields by Newton's method, with the Jacobian there.

        Raises:
            ConvergenceError: There is no convergence, or only to an unstable state.
        """
        fields = self._warmed(self.newton.solve(start, self._loads(drive, start)), drive)
        self.newton.linearise(fields)
        found = feedback(self._equations, self.newton, fields)
        if found >= 1.0:
            raise ConvergenceError("the only state found is unstable, as in a thermal runaway")
        self._feedback = found
        return fields

    def _warmed(self, fields: PETSc.Vec, drive: float) -> PETSc.Vec:
        """The fields with the Peltier heat that leads bring at the temperature of their terminals.

        Raises:
            ConvergenceError: That heat does not settle.
        """
        injected, _ = given(self._drive, drive)
        names = [name for name in injected if self._terminals.by_name[name].follows_temperature]
        before = np.zeros(len(names))
        for _ in range(accuracy.MAX_FIXED_POINT):
            rises = np.array([self._terminals.warmth(name, fields) for name in names])
            if np.all(np.abs(rises - before) <= accuracy.CARRIED_TOLERANCE * np.abs(rises)):
                return fields
            fields, before = self.newton.solve(fields, self._loads(drive, fields)), rises
        raise ConvergenceError("the Peltier heat of the leads does not settle")

    def _failure(self, drive: float, reached: float, missed: float, failure: ConvergenceError) -> str:
        """Message when the drive cannot be raised.

        Fields that run away pass the end of a law sooner or later; it does not end the steady states then.
        """
        quantity, unit = self._drive.quantity, self._drive.unit
        last = f"the last good {quantity} is {reached * drive:.4g} {unit}" if reached else "none is good"
        remedy = "lower solver.currents" if quantity == "current" else "lower the voltage"
        reason = RUNAWAY if reached and self._feedback > accuracy.RUNAWAY_FEEDBACK else failure
        return (
            f"no steady state was found at {missed * drive:.4g} {unit}: {reason}; {last}; {remedy}, or cool "
            "the device better"
        )

    def _loads(self, drive: float, fields: PETSc.Vec) -> PETSc.Vec:
        """All injected currents at a drive, heat that does not depend on it, and that of warm leads."""
        loads = self._start.source()
        self._thermal.add_regions(loads)
        self._thermal.add_faces(loads)
        injected = {**self._drive.uniform, **self._drive.equipotential}
        self._terminals.inject(loads, {name: drive * part for name, part in injected.items()})
        currents, _ = given(self._drive, drive)
        self._terminals.heat_leads(loads, currents)
        self._terminals.carry_heat(loads, currents, fields)
        return loads

    def _add_source(self, rhs: PETSc.Vec, solutions: Sequence[Solution], _: Sequence[PETSc.Vec]) -> None:
        """Add the source of the next order, made by all lower ones."""
        if solutions:
            self._sources.add(rhs, [solution.vector for solution in solutions])

    def _guess(self, drive: float) -> PETSc.Vec:
        """The fields to begin with: linear response at T0."""
        units = self._start.units(accuracy.GUESS_TOLERANCE)
        injected, potentials = given(self._drive, drive)
        solution = self._start.solve(
            self._start.source(), injected, potentials, self._thermal, ("at", drive), accuracy.GUESS_TOLERANCE
        )
        return share(solution, units, self._drive, drive).vector.copy()

    def _hold(self, fields: PETSc.Vec, drive: float) -> PETSc.Vec:
        """Fields at another drive as those to begin with at this one."""
        start = fields.copy()
        self._terminals.hold(start, given(self._drive, drive)[1])
        return start

    _powers_beside = 0
    """No power: coefficients that follow the temperature add to all of them."""

    def _fitted(self, drives: Sequence[float], orders: int) -> Expansion:
        """Fit the fields."""
        points = [(drive, self.at(drive)) for drive in drives]
        expansion = fit(points, orders)
        expansion.points = points
        return expansion
