"""Fields of a device at a drive: fixed points of the heat that they make (solver/physics.md §5)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from thermospin.compat import PETSc
from thermospin.errors import ConvergenceError
from thermospin.response import accuracy
from thermospin.response.fixed_point import Mixing
from thermospin.response.scheme import Scheme, given
from thermospin.response.solution import Solution, combine


class SteadyScheme(Scheme):
    """A device in one injection scheme, at given drives; arguments as of :class:`.Scheme`."""

    def at(self, drive: float) -> Solution:
        """The fields at a drive (collective).

        Args:
            drive: The drive, A or V.

        Raises:
            ConvergenceError: There is no steady state at that drive, or none was found.
        """
        linear = self.linear()
        return at_drive(drive, linear, self._heated(drive, linear))

    def linear(self) -> Solution:
        """The linear response, per A or V (collective)."""
        tolerance = self._precision.of_fields(self._tolerance)
        units = self._response.units(tolerance)
        return self._solve(self._response.source(), self._drive, None, units, ("linear",), tolerance, 0.0)

    def _heated(self, drive: float, linear: Solution) -> Solution:
        """The fields that heat, warm sinks and an equilibrium of the spins add to the linear response.

        The heat is that of the fields themselves: a fixed point. Apart from the linear response, of which it
        may be a small part, it is as accurate relative to itself as the tolerance says.

        Raises:
            ConvergenceError: There is no steady state at that drive, or none was found.
        """
        tolerance = self._precision.of_fields(self._tolerance)
        units = self._response.units(tolerance)

        def solve(tried: Solution) -> Solution:
            rhs, fields = self._response.source(), at_drive(drive, linear, tried)
            if self._spin_source is not None:
                self._spin_source.add(rhs)
            root = abs(self._heat.add(rhs, fields.vector, fields.vector)) ** 0.5
            injected, _ = given(self._drive, drive)
            self._terminals.heat_leads(rhs, injected)
            self._terminals.carry_heat(rhs, injected, fields.vector)
            error = self._heat.error((root, root), (fields.current_error, fields.current_error))
            error += accuracy.HEAT_ROUNDING * root**2
            solution = self._solve_heated(rhs, units, drive, tolerance, error)
            return self._terminals.count_leads(solution, injected)

        found = self._settled(solve, self._response.earlier(("at", drive)) or linear.scaled(0.0))
        if found is None:
            raise ConvergenceError(
                f"no steady state was found at {self._text(drive)}: the heat that the device makes does not "
                f"settle, as in a thermal runaway; {self._remedy}"
            )
        self._check_temperatures(at_drive(drive, linear, found), drive)
        return found

    def _settled(self, solve: Callable[[Solution], Solution], tried: Solution) -> Solution | None:
        """The fixed point of a solve, with its last changes in the uncertainty; None without any.

        Args:
            solve: From fields that make heat to those that the heat gives.
            tried: The first ones to try.
        """
        mixing = Mixing(self._terminals.spaces)
        for _ in range(accuracy.MAX_FIXED_POINT):
            found = solve(tried)
            readings, before = (
                np.array([*(part.reading(pair) for pair in self._pairs), part.generated])
                for part in (found, tried)
            )
            change, bars = np.abs(readings - before), np.array([*found.uncertainty.values(), 0.0])
            sizes = np.abs(readings)
            sizes[-1] += sum(map(abs, found.heat.values()))
            if np.all(change <= self._precision.settled * sizes + bars):
                uncertainty = dict(zip(self._pairs, (bars + change)[:-1].tolist(), strict=True))
                return replace(found, uncertainty=uncertainty)
            tried = mixing.next(tried, found)
        return None

    def _solve_heated(
        self, rhs: PETSc.Vec, units: Mapping[str, Solution], drive: float, tolerance: float, error: float
    ) -> Solution:
        """Solve for the fields that heat adds; an error names the drive."""
        try:
            return self._solve(
                rhs, None, self._thermal, units, ("at", drive), tolerance, error, 1.0, self._spin_source
            )
        except ConvergenceError as failure:
            raise ConvergenceError(f"at {self._text(drive)}: {failure}") from None

    def _check_temperatures(self, solution: Solution, drive: float) -> None:
        """Refuse fields with negative absolute temperatures, the equations' solutions beyond a runaway."""
        coldest = self._terminals.coldest(solution.vector)
        if coldest <= 0.0:
            reason = (
                "the device cannot conduct the heat of its drive away, as in a thermal runaway"
                if not self._heat.is_joule
                else "with 'heating: joule', Peltier cooling does not fall with the temperature"
            )
            raise ConvergenceError(
                f"no steady state at {self._text(drive)}: the only solution of the equations is as cold as "
                f"{coldest:.4g} K; {reason}; {self._remedy}"
            )

    def _text(self, drive: float) -> str:
        """A drive with its unit."""
        return f"{drive:.4g} {self._drive.unit}" if drive else "rest"

    @property
    def _remedy(self) -> str:
        """The remedy where there is no steady state."""
        lower = {
            "current": "solver.currents",
            "voltage": "the voltage",
            "temperature": "the sinks' temperatures",
        }
        return f"lower {lower[self._drive.quantity]}, or cool the device better"


def at_drive(drive: float, linear: Solution, heated: Solution) -> Solution:
    """The fields at a drive.

    Args:
        drive: The drive, A or V.
        linear: The linear response, per A or V.
        heated: The fields that heat, warm sinks and an equilibrium of the spins add to it.
    """
    return combine([(drive, linear), (1.0, heated)])
