"""The response of a device to its drive, as a power series (solver/physics.md §7).

:meth:`SchemeSolver.expand` solves for the coefficients order by order; :meth:`SchemeSolver.demodulate`
solves at given drives and fits, as an experiment does. All solves share one matrix and one multigrid.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from thermospin.compat import PETSc
from thermospin.errors import ConvergenceError
from thermospin.linear.request import Signs
from thermospin.response import accuracy
from thermospin.response.fitting import fit, further_drives
from thermospin.response.solution import HEATING_VOLTAGE, Expansion, Solution, combine
from thermospin.response.steady import SteadyScheme, at_drive
from thermospin.response.terminals import HEATED_BY_CURRENTS
from thermospin.response.work import Work, finish, finish_together


class SchemeSolver(SteadyScheme):
    """Solves a device in one injection scheme for its harmonics; arguments as of :class:`.Scheme`."""

    def expand(self, orders: int) -> Expansion:
        """Coefficients of the first powers of the drive (collective).

        Args:
            orders: The highest power.
        """
        return finish(self._linear_solver, self.expanding(orders))

    def expand_together(
        self, orders: int, count: int, enter: Callable[[int], None], signs: Callable[[int], Signs]
    ) -> list[Expansion]:
        """The same in several magnetic states, which share every solve (collective).

        Args:
            orders: The highest power.
            count: Number of states.
            enter: Sets a state, by its number.
            signs: Of a state, by its number, the signs of its operator relative to the present one.
        """
        works = [self.expanding(orders, slot) for slot in range(count)]
        return finish_together(self._linear_solver, works, enter, signs)

    def expanding(self, orders: int, slot: int = 0) -> Work[Expansion]:
        """Find the coefficients of the first powers of the drive.

        Order n has the heat of all pairs of lower orders that add up to n as its source. Where there are
        fields without a drive, it has the heat that they make with order n itself too.

        Args:
            orders: The highest power.
            slot: Number of the magnetic state among those that are solved side by side.
        """
        rest = self.at(0.0) if self._has_rest else None
        if self._drive.quantity == "temperature":
            return Expansion([], rest)
        units = yield from self._response.finding_units(accuracy.FITTED_REDUCTION * self._tolerance)
        corrects = orders > 2 and rest is None and self._is_corrected(units)
        correction = self._correction if corrects else None
        before: Solution | None = None
        solutions: list[Solution] = []
        squares: list[PETSc.Vec] = []
        roots: list[float] = []
        errors: list[float] = []
        for n in range(1, orders + 1):
            rhs = self._response.source()
            self._add_source(rhs, solutions, squares)
            self._add_lead_heat(rhs, n, solutions[-1] if solutions else rest)
            errors.append(self._heat_error(solutions, roots, correction is not None))
            driven = self._drive if n == 1 else None
            tolerance = self._tolerance * _reduction(n, orders, correction is not None)
            given = rhs, driven, None, units, ("order", n), tolerance, errors[-1]
            if rest:
                solution = self._beside(rest, *given)
            else:
                kept = correction is not None and n < orders
                solution = yield from self._solving(*given, keep_residual=kept, slot=slot)
            if n == HEATED_BY_CURRENTS:
                solution = self._terminals.count_leads(solution, self._drive.uniform)
            read = correction.correct(solution, before, errors[-2]) if correction and before else solution
            solutions.append(replace(read, residual_vector=None))
            before = solution
            if n < orders:
                if correction and n == 1:
                    yield from correction.begin(solution)
                squares.append(self._heat.square(solution.vector))
                roots.append(abs(self._terminals.generated(squares[-1])) ** 0.5)
        _add_rounding(solutions)
        return Expansion(solutions, rest)

    def _add_lead_heat(self, rhs: PETSc.Vec, power: int, before: Solution | None) -> None:
        """Add the heat of an order that enters from leads.

        Args:
            rhs: A right-hand side.
            power: The power of the drive.
            before: The order before, whose temperatures the currents meet.
        """
        if power == HEATED_BY_CURRENTS:
            self._terminals.heat_leads(rhs, self._drive.uniform)
        if before is not None:
            self._terminals.carry_heat(rhs, self._drive.uniform, before.vector)

    def _beside(self, rest: Solution, rhs: PETSc.Vec, *others: Any) -> Solution:
        """Solve for an order whose heat with the fields at rest depends on the order itself.

        Args:
            rest: The fields without a drive.
            rhs: The other heat.
            others: Further arguments of :meth:`_solve`; the last is the error of that heat, W.
        """
        *given, error = others
        root = abs(self._terminals.generated(self._heat.square(rest.vector))) ** 0.5

        def solve(tried: Solution) -> Solution:
            heat = rhs.copy()
            self._heat.add(heat, rest.vector, tried.vector, 2.0)
            own = abs(self._terminals.generated(self._heat.square(tried.vector))) ** 0.5
            errors = rest.current_error, tried.current_error
            return self._solve(heat, *given, error + 2.0 * self._heat.error((root, own), errors))

        found = self._settled(solve, rest.scaled(0.0))
        if found is None:
            raise ConvergenceError(
                "the heat of an order with the fields at rest does not settle, because the sinks bring the "
                "device close to a thermal runaway; bring their temperatures together"
            )
        return found

    def _is_corrected(self, units: Mapping[str, Solution]) -> bool:
        """Whether all that is measured of an order is corrected for the residual of the order before."""
        readings_only = self._drive.quantity == "current" and not units
        return bool(self._correction and self._pairs) and readings_only

    def _heat_error(self, solutions: Sequence[Solution], roots: Sequence[float], corrected: bool) -> float:
        """Estimate of the error of the heat of the next order, W.

        Args:
            solutions: The lower orders.
            roots: Square roots of the heat of each with itself, W^½.
            corrected: Whether readings are corrected for the errors of the last of them.
        """
        error = 0.0
        for i, j, factor in _pairs(len(solutions) + 1):
            first, second = solutions[i].current_error, solutions[j].current_error
            if corrected and i == 0 and self._heat.is_joule:
                first, second = first if j else 0.0, 0.0
            error += factor * self._heat.error((roots[i], roots[j]), (first, second))
            error += accuracy.HEAT_ROUNDING * factor * roots[i] * roots[j]
        return error

    def _add_source(
        self, rhs: PETSc.Vec, solutions: Sequence[Solution], squares: Sequence[PETSc.Vec]
    ) -> None:
        """Add the source of the next order, made by all lower ones.

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
        """Coefficients of the powers of the drive, fitted to solutions at given drives (collective).

        Where that leaves no more powers than orders, one or two more drives between them are solved, which
        tell how much the powers that are left out count.

        Args:
            drives: The drives, A or V.
            orders: The highest power.
        """
        if self._drive.quantity == "temperature":
            return self.expand(0)
        missing = orders + len(("odd", "even")) - self._powers_beside - len(drives)
        drives = [*drives, *further_drives(drives, max(missing, 0) if orders > 1 else 0)]
        return self._fitted([*drives, *([0.0] if self._has_rest else [])], orders)

    @property
    def _powers_beside(self) -> int:
        """Powers that are known without a fit: the first, unless heat adds to it as well.

        Fields at rest make heat with the first order.
        """
        return 0 if self._has_rest else 1

    def _fitted(self, drives: Sequence[float], orders: int) -> Expansion:
        """Fit the part of the response that heat adds; the linear part is known apart from it."""
        linear = self.linear()
        heated = [(drive, self._heated(drive, linear)) for drive in drives]
        expansion = fit(heated, orders, lowest=2)
        expansion.orders[0] = combine([(1.0, linear), (1.0, expansion.orders[0])])
        expansion.points = [(drive, at_drive(drive, linear, part)) for drive, part in heated]
        return expansion


def _add_rounding(orders: Sequence[Solution]) -> None:
    """Add the rounding of all orders together to the uncertainties of higher orders.

    At the drive where all orders are of the same magnitude, none is known better than the potentials there.
    """
    drive = orders[0].heating_drive
    for n, order in enumerate(orders[1:], start=2):
        for pair in order.uncertainty:
            order.uncertainty[pair] += accuracy.READING_ROUNDING * HEATING_VOLTAGE / drive**n


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
    return accuracy.SOURCE_REDUCTION**digits
