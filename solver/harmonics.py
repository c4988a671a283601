"""The response of a device to its drive, as a power series (physics.md §7).

:meth:`SchemeSolver.expand` solves for the coefficients order by order; :meth:`SchemeSolver.demodulate`
solves at given drives and fits, as an experiment does. All solves share one matrix and one multigrid.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from thermospin.adjoints import KnownAdjoints
from thermospin.circuit import Circuit, Drive
from thermospin.compat import PETSc
from thermospin.equilibrium import Equilibrium
from thermospin.errors import ConvergenceError
from thermospin.fitting import fit, further_drives
from thermospin.fixed_point import Mixing
from thermospin.heat import HeatSource
from thermospin.influence import Influences
from thermospin.linear.krylov import LinearSolver
from thermospin.response import ROUNDING, LinearResponse
from thermospin.solution import HEATING_VOLTAGE, Expansion, Pair, Solution, combine

MAX_FIXED_POINT = 60
FIXED_POINT_TOLERANCE = 1e-11
SOURCE_REDUCTION = 0.1
"""Fields that produce the heat of higher orders are solved so much more accurately."""
HEAT_ROUNDING = 5e-15
"""Of the heat of two orders, relative to the root of the product of what either makes with itself."""
FITTED_REDUCTION = 1e-3
"""So are fields at a drive, of which a fit takes small differences."""


class SchemeSolver:
    """Solves a device in one injection scheme, for one magnetic configuration after another.

    Args:
        linear: The linear solver; its matrix is that of the configuration of the moment.
        circuit: The terminals.
        heat: The heat source.
        drive: The drive of the scheme.
        probes: Pairs of terminals, plus and minus.
        rises: Temperature rise of every sink, K.
        tolerance: Relative tolerance on the true residual.
        equilibrium: What spins relax to without a drive, if anything.
        adjoints: Adjoints of the probes that other schemes have found.
    """

    def __init__(
        self,
        linear: LinearSolver,
        circuit: Circuit,
        heat: HeatSource,
        drive: Drive,
        probes: Mapping[str, Pair],
        rises: Mapping[str, float],
        tolerance: float,
        equilibrium: Equilibrium | None = None,
        adjoints: KnownAdjoints | None = None,
    ) -> None:
        self._circuit, self._heat, self._drive = circuit, heat, drive
        self._pairs, self._equilibrium = list(dict.fromkeys(probes.values())), equilibrium
        self._rises, self._tolerance = rises, tolerance
        self._response = LinearResponse(linear, circuit, drive, self._pairs, adjoints)
        self.constraint = self._response.constraint
        self._influences: Influences | None = Influences(self._response, heat, self._pairs)

    def expand(self, orders: int) -> Expansion:
        """The coefficients of the first ``orders`` powers of the drive.

        Order n has the heat of all pairs of lower orders that add up to n as its source. Where there are
        fields without a drive, it has the heat that they make with order n itself too.
        """
        rest = self.at(0.0) if self._has_rest else None
        if self._drive.quantity == "temperature":
            return Expansion([], rest)
        units = self._response.units(FITTED_REDUCTION * self._tolerance)
        corrects = orders > 2 and rest is None and self._is_corrected(units)
        influences = self._influences if corrects else None
        solutions: list[Solution] = []
        squares: list[PETSc.Vec] = []
        roots: list[float] = []
        errors: list[float] = []
        for n in range(1, orders + 1):
            rhs = self._response.source()
            self._add_source(rhs, solutions, squares)
            errors.append(self._heat_error(solutions, roots, influences is not None))
            driven = self._drive if n == 1 else None
            tolerance = self._tolerance * _reduction(n, orders, influences is not None)
            given = rhs, driven, {}, units, ("order", n), tolerance, errors[-1]
            solution = self._beside(rest, *given) if rest else self._solve(*given)
            corrected = influences and n > 1
            solutions.append(influences.correct(solution, errors[-2]) if corrected else solution)
            if n < orders:
                if influences:
                    (influences.keep if n > 1 else influences.begin)(solution)
                squares.append(self._heat.square(solution.vector))
                roots.append(abs(self._circuit.generated(squares[-1])) ** 0.5)
        _add_rounding(solutions)
        return Expansion(solutions, rest)

    @property
    def _has_rest(self) -> bool:
        """Whether there are fields without a drive."""
        return any(self._rises.values()) or self._equilibrium is not None

    def _beside(self, rest: Solution, rhs: PETSc.Vec, *others: Any) -> Solution:
        """Solve for an order whose heat with the fields at rest depends on the order itself.

        Args:
            rest: The fields without a drive.
            rhs: The other heat.
            others: Further arguments of :meth:`_solve`; the last is the error of that heat, W.
        """
        *given, error = others
        root = abs(self._circuit.generated(self._heat.square(rest.vector))) ** 0.5

        def solve(tried: Solution) -> Solution:
            heat = rhs.copy()
            self._heat.add(heat, rest.vector, tried.vector, 2.0)
            own = abs(self._circuit.generated(self._heat.square(tried.vector))) ** 0.5
            errors = rest.current_error, tried.current_error
            return self._solve(heat, *given, error + 2.0 * self._heat.error((root, own), errors))

        found = self._settled(solve, rest.scaled(0.0))
        if found is None:
            raise ConvergenceError(
                "the heat of an order with the fields at rest does not settle: the warm sinks drive currents "
                "close to a thermal runaway; bring the temperatures of the sinks together"
            )
        return found

    def _settled(self, solve: Callable[[Solution], Solution], tried: Solution) -> Solution | None:
        """The fixed point of a solve, with what is left of its changes in the uncertainty; None without any.

        Args:
            solve: From fields that make heat to those that the heat gives.
            tried: The first ones to try.
        """
        mixing = Mixing(self._circuit.spaces)
        for _ in range(MAX_FIXED_POINT):
            found = solve(tried)
            readings, before = (
                np.array([*(part.reading(pair) for pair in self._pairs), part.generated])
                for part in (found, tried)
            )
            change, bars = np.abs(readings - before), np.array([*found.uncertainty.values(), 0.0])
            sizes = np.abs(readings)
            sizes[-1] += sum(map(abs, found.heat.values()))
            if np.all(change <= FIXED_POINT_TOLERANCE * sizes + bars):
                uncertainty = dict(zip(self._pairs, (bars + change)[:-1].tolist(), strict=True))
                return replace(found, uncertainty=uncertainty)
            tried = mixing.next(tried, found)
        return None

    def _is_corrected(self, units: Mapping[str, Solution]) -> bool:
        """Whether all that is measured of an order is corrected for the residual of the order before."""
        readings_only = self._drive.quantity == "current" and not units
        return bool(self._influences and self._pairs) and readings_only

    def _heat_error(self, solutions: Sequence[Solution], roots: Sequence[float], corrected: bool) -> float:
        """Estimate of the error of the heat of the next order, W.

        Args:
            solutions: The lower orders.
            roots: Square roots of the heat of each with itself, W^½.
            corrected: Whether readings are corrected for what is wrong with the last of them.
        """
        error = 0.0
        for i, j, factor in _pairs(len(solutions) + 1):
            first, second = solutions[i].current_error, solutions[j].current_error
            if corrected and i == 0 and self._heat.is_joule:
                first, second = first if j else 0.0, 0.0
            error += factor * self._heat.error((roots[i], roots[j]), (first, second))
            error += HEAT_ROUNDING * factor * roots[i] * roots[j]
        return error

    def _add_source(
        self, rhs: PETSc.Vec, solutions: Sequence[Solution], squares: Sequence[PETSc.Vec]
    ) -> None:
        """Add what lower orders, all of them, are the source of in the next one.

        Args:
            rhs: A right-hand side.
            solutions: The lower orders.
            squares: The heat of each with itself.
        """
        for i, j, factor in _pairs(len(solutions) + 1):
            if i == j:
                rhs.axpy(factor, squares[i])
            else:
                self._heat.add(rhs, solutions[i].vector, solutions[j].vector, factor)

    def demodulate(self, drives: Sequence[float], orders: int) -> Expansion:
        """The same from solutions at given drives (A or V), through which a polynomial is fitted.

        Where that leaves no more powers than orders, it is solved at a drive or two more between them, which
        tell how much the powers that are left out count.
        """
        if self._drive.quantity == "temperature":
            return self.expand(0)
        missing = orders + len(("odd", "even")) - self._powers_beside - len(drives)
        drives = [*drives, *further_drives(drives, max(missing, 0) if orders > 1 else 0)]
        return self._fitted([*drives, *([0.0] if self._has_rest else [])], orders)

    _powers_beside = 1
    """Powers that are known without a fit: the first."""

    def _fitted(self, drives: Sequence[float], orders: int) -> Expansion:
        """Fit what heat adds to the linear response, which is known apart from it."""
        heated = [(drive, self._heated(drive)) for drive in drives]
        expansion, linear = fit(heated, orders, lowest=2), self._linear()
        expansion.orders[0] = combine([(1.0, linear), (1.0, expansion.orders[0])])
        expansion.points = [(drive, _sum(drive, linear, part)) for drive, part in heated]
        return expansion

    def at(self, drive: float) -> Solution:
        """The fields at a drive in A or V (collective).

        Raises:
            ConvergenceError: There is no steady state at that drive, or none was found.
        """
        return _sum(drive, self._linear(), self._heated(drive))

    def _linear(self) -> Solution:
        """The linear response, per A or V."""
        tolerance = FITTED_REDUCTION * self._tolerance
        units = self._response.units(tolerance)
        return self._solve(self._response.source(), self._drive, {}, units, ("linear",), tolerance, 0.0)

    def _heated(self, drive: float) -> Solution:
        """What heat, warm sinks and an equilibrium of the spins add to the linear response at a drive.

        The heat is that of the fields themselves: a fixed point. Apart from the linear response, of which it
        may be a small part, it is as accurate relative to itself as the tolerance says.

        Raises:
            ConvergenceError: There is no steady state at that drive, or none was found.
        """
        tolerance = FITTED_REDUCTION * self._tolerance
        units, linear = self._response.units(tolerance), self._linear()

        def solve(tried: Solution) -> Solution:
            rhs, fields = self._response.source(), _sum(drive, linear, tried)
            if self._equilibrium is not None:
                self._equilibrium.add(rhs)
            root = abs(self._heat.add(rhs, fields.vector, fields.vector)) ** 0.5
            error = self._heat.error((root, root), (fields.current_error, fields.current_error))
            return self._solve_heated(rhs, units, drive, tolerance, error + HEAT_ROUNDING * root**2)

        found = self._settled(solve, self._response.earlier(("at", drive)) or linear.scaled(0.0))
        if found is None:
            raise ConvergenceError(
                f"no steady state was found at {self._text(drive)}: the heat that the device makes does not "
                f"settle, as in a thermal runaway; {self._remedy}"
            )
        self._check_temperatures(_sum(drive, linear, found), drive)
        return found

    def _solve_heated(
        self, rhs: PETSc.Vec, units: Mapping[str, Solution], drive: float, tolerance: float, error: float
    ) -> Solution:
        """Solve for what heat adds; an error says at which drive."""
        try:
            return self._solve(
                rhs, None, self._rises, units, ("at", drive), tolerance, error, 1.0, self._equilibrium
            )
        except ConvergenceError as failure:
            raise ConvergenceError(f"at {self._text(drive)}: {failure}") from None

    def _check_temperatures(self, solution: Solution, drive: float) -> None:
        """Refuse fields with negative absolute temperatures: what equations have beyond a runaway."""
        coldest = self._circuit.coldest(solution.vector)
        if coldest <= 0.0:
            reason = (
                "heating or Peltier cooling outruns what the device conducts, a thermal runaway"
                if not self._heat.is_joule
                else "with 'heating: joule', Peltier cooling is that at the base temperature, without end"
            )
            raise ConvergenceError(
                f"no steady state at {self._text(drive)}: the equations have only one that is as cold as "
                f"{coldest:.4g} K; {reason}; {self._remedy}"
            )

    def _text(self, drive: float) -> str:
        """A drive with its unit."""
        return f"{drive:.4g} {self._drive.unit}" if drive else "rest"

    @property
    def _remedy(self) -> str:
        """What to do where there is no steady state."""
        lower = {
            "current": "solver.currents",
            "voltage": "the voltage",
            "temperature": "the sinks' temperatures",
        }
        return f"lower {lower[self._drive.quantity]}, or cool the device better"

    def reciprocal(self, probe: Pair, driven: Solution) -> float | None:
        """R1 with injector and probe exchanged, Ω; None where the scheme has no such experiment.

        Onsager: it equals R1. Reversing every magnet, as the exchange demands, changes nothing when all
        magnetisations are collinear.

        Args:
            probe: The probe.
            driven: The first order of the scheme.
        """
        if (
            self._drive.quantity != "current"
            or self._drive.equipotential
            or set(probe) & set(self._drive.held)
        ):
            return None
        return self._response.exchanged(probe, driven)

    @property
    def adjoint_iterations(self) -> int:
        """Iterations spent on the adjoints of the probes in the configuration of the moment."""
        spent = sum(self._response.adjoint(pair).report.iterations for pair in self._pairs)
        return spent + (self._influences.iterations if self._influences else 0)

    def _solve(
        self,
        rhs: PETSc.Vec,
        drive: Drive | None,
        rises: Mapping[str, float],
        units: Mapping[str, Solution],
        key: Hashable,
        tolerance: float,
        heat_error: float,
        value: float = 1.0,
        equilibrium: Equilibrium | None = None,
    ) -> Solution:
        """Solve for a right-hand side, and give every equipotential terminal its share of the current.

        Args:
            rhs: Heat.
            drive: What is injected and held; None if nothing is injected and all potentials are 0.
            rises: Temperature rises of the sinks, K.
            units: Fields per volt at the equipotential terminals.
            key: Which earlier solution to start from, and under which to keep this one.
            tolerance: Relative tolerance on the true residual.
            heat_error: Estimate of the error of the heat, W.
            value: The drive, A or V.
            equilibrium: What spins relax to at terminals that fix V; they are 0 there without it.
        """
        drive = drive or Drive("current", {}, {}, {}, 1.0)
        solution = self._response.solve(
            rhs, *given(drive, value), rises, key, tolerance, heat_error, equilibrium
        )
        return share(solution, units, drive, value)


def given(drive: Drive, value: float) -> tuple[dict[str, float], dict[str, float]]:
    """Currents of uniform density (A) and potentials (V) by terminal, at a drive in A or V."""
    injected = {name: value * part for name, part in drive.uniform.items()}
    return injected, {name: value * volt for name, volt in drive.potentials.items()}


def share(solution: Solution, units: Mapping[str, Solution], drive: Drive, value: float) -> Solution:
    """Give every equipotential terminal its part of the current, at a drive in A or V.

    Args:
        solution: The fields with 0 V at these terminals.
        units: Fields per volt at each of them.
        drive: What is injected.
        value: The drive.
    """
    if not units:
        return solution
    shares = np.array([value * drive.equipotential.get(name, 0.0) for name in units])
    missing = shares - [solution.currents[name] for name in units]
    conductance = np.array([[unit.currents[name] for unit in units.values()] for name in units])
    volts = np.linalg.solve(conductance, missing)
    return combine([(1.0, solution), *zip(volts, units.values(), strict=True)])


def _sum(drive: float, linear: Solution, heated: Solution) -> Solution:
    """The fields at a drive."""
    return combine([(drive, linear), (1.0, heated)])


def _add_rounding(orders: Sequence[Solution]) -> None:
    """Add to the uncertainties of higher orders what rounding of all orders together leaves.

    At the drive where all orders are of the same magnitude, none is known better than the potentials there.
    """
    drive = orders[0].heating_drive
    for n, order in enumerate(orders[1:], start=2):
        for pair in order.uncertainty:
            order.uncertainty[pair] += ROUNDING * HEATING_VOLTAGE / drive**n


def _pairs(n: int) -> Iterator[tuple[int, int, float]]:
    """Pairs of orders that add up to order n, counted from 0, and how often each occurs."""
    for i in range(1, n // 2 + 1):
        yield i - 1, n - i - 1, 1.0 if 2 * i == n else 2.0


def _reduction(n: int, orders: int, corrected: bool) -> float:
    """Tolerance for order n relative to that for the last order.

    R3 is the heat of the first order's currents and the small thermoelectric currents of the second, and
    small itself: both need more digits than R2 and R4 do, the second fewer if readings are corrected for it.
    The balance of energy in order 3, and all of it that no adjoint corrects, asks for what is left.
    """
    if n == orders:
        return 1.0
    digits = {1: 2, 2: 3 if corrected else 4}.get(n, 1) if orders > 2 else 1
    return SOURCE_REDUCTION**digits
