"""The response of a device to its drive, as a power series (physics.md §7).

:meth:`SchemeSolver.expand` solves for the coefficients order by order; :meth:`SchemeSolver.demodulate`
solves at given drives and fits, as an experiment does. All solves share one matrix and one multigrid.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from thermospin.circuit import Circuit, Drive
from thermospin.compat import PETSc
from thermospin.errors import ConvergenceError
from thermospin.heat import HeatSource
from thermospin.linear import LinearSolver, Report
from thermospin.solution import Expansion, Solution, combine

MAX_FIXED_POINT = 60
FIXED_POINT_TOLERANCE = 1e-11
ROUNDING = 1e-16


class Voltmeters:
    """Pairs of terminals, watched while a solution is computed."""

    def __init__(self, circuit: Circuit, pairs: Sequence[tuple[str, str]]) -> None:
        self._circuit, self._pairs = circuit, pairs
        self.offset = 0.0

    def read(self, x: PETSc.Vec) -> np.ndarray:
        """The reading of every probe, V."""
        terminals = self._circuit.readings(x)
        return np.array([terminals[plus] - terminals[minus] for plus, minus in self._pairs])

    def noise(self, x: PETSc.Vec) -> float:
        """Rounding of the potentials at the terminals, V."""
        return ROUNDING * max(map(abs, self._circuit.readings(x).values()))

    def centre(self, x: PETSc.Vec) -> None:
        """Make the minus terminal of the probe with the smallest reading the reference."""
        if self._pairs:
            terminals = self._circuit.readings(x)
            _, reference = min(self._pairs, key=lambda pair: abs(terminals[pair[0]] - terminals[pair[1]]))
            self._circuit.raise_potential(x, -terminals[reference])
            self.offset += terminals[reference]


class SchemeSolver:
    """Solves a device in one injection scheme, for one magnetic configuration after another.

    Args:
        linear: The linear solver; its matrix is that of the configuration of the moment.
        circuit: The terminals.
        heat: The heat source.
        drive: The drive of the scheme.
        probes: Pairs of terminals, plus and minus.
        rises: Temperature rise of every sink, K.
    """

    def __init__(
        self,
        linear: LinearSolver,
        circuit: Circuit,
        heat: HeatSource,
        drive: Drive,
        probes: Mapping[str, tuple[str, str]],
        rises: Mapping[str, float],
    ) -> None:
        self._linear, self._circuit, self._heat = linear, circuit, heat
        self._drive, self._pairs, self._rises = drive, list(probes.values()), rises
        self.constraint = circuit.constraint(drive)
        self._earlier: dict[Hashable, Solution] = {}

    def expand(self, orders: int) -> Expansion:
        """The coefficients of the first ``orders`` powers of the drive.

        Order n has the heat of all pairs of lower orders that add up to n as its source.
        """
        units = self._equipotential_units()
        solutions: list[Solution] = []
        for n in range(1, orders + 1):
            rhs = self._linear.matrix.createVecLeft()
            for i in range(1, n // 2 + 1):
                factor = 1.0 if 2 * i == n else 2.0
                self._heat.add(rhs, solutions[i - 1].vector, solutions[n - i - 1].vector, factor)
            driven = self._drive if n == 1 else None
            solutions.append(self._solve(rhs, driven, {}, units, ("order", n)))
        return Expansion(solutions)

    def demodulate(self, drives: Sequence[float], orders: int) -> Expansion:
        """The same from solutions at given drives (A or V), through which a polynomial is fitted.

        The polynomial has as many powers as there are drives; a constant is added where a sink is not at T0.
        """
        points = list(drives) + ([0.0] if any(self._rises.values()) else [])
        solutions = [self.at(drive) for drive in points]
        first = 0 if any(self._rises.values()) else 1
        unit = max(map(abs, drives))
        powers = np.arange(first, first + len(points))
        weights = np.linalg.inv((np.array(points)[:, None] / unit) ** powers) / unit ** powers[:, None]
        fitted = [combine(zip(row, solutions, strict=True)) for row in weights[: orders + 1 - first]]
        return Expansion(fitted[1:], rest=fitted[0]) if first == 0 else Expansion(fitted)

    def at(self, drive: float) -> Solution:
        """The fields at a drive in A or V: the heat source is iterated to a fixed point.

        Raises:
            ConvergenceError: The heating does not settle.
        """
        units = self._equipotential_units()
        solution, before = self._earlier.get(("at", drive)), np.inf
        for _ in range(MAX_FIXED_POINT):
            rhs = self._linear.matrix.createVecLeft()
            if solution is not None:
                self._heat.add(rhs, solution.vector, solution.vector)
            solution = self._solve(rhs, self._drive, self._rises, units, ("at", drive), drive)
            now = np.array([solution.reading(pair) for pair in self._pairs] + [solution.generated])
            if np.all(np.abs(now - before) <= FIXED_POINT_TOLERANCE * np.abs(now)):
                return solution
            before = now
        raise ConvergenceError(
            f"the temperature does not settle at a drive of {drive:g}; lower solver.currents, or use "
            "'method: expansion'"
        )

    def reciprocal(self, probe: tuple[str, str]) -> float | None:
        """R1 with injector and probe exchanged, Ω; None where the scheme has no such experiment.

        Onsager: it equals R1. Reversing every magnet, as the exchange demands, changes nothing when all
        magnetisations are collinear.
        """
        if (
            self._drive.quantity != "current"
            or self._drive.equipotential
            or set(probe) & set(self._drive.held)
        ):
            return None
        rhs = self._linear.matrix.createVecLeft()
        exchanged = Drive("current", {probe[0]: 1.0, probe[1]: -1.0}, {}, {}, 1.0)
        ground = next(iter(self._drive.potentials))
        watched = [(name, ground) for name in self._drive.uniform]
        solution = self._solve(rhs, exchanged, {}, {}, ("reciprocal", probe), watched=watched)
        return sum(
            share * solution.reading(pair)
            for pair, share in zip(watched, self._drive.uniform.values(), strict=True)
        )

    def _equipotential_units(self) -> dict[str, Solution]:
        """For every equipotential terminal, the fields that 1 V there drives."""
        units = {}
        for name in self._drive.equipotential:
            unit = Drive("voltage", {}, {}, {name: 1.0}, 1.0)
            rhs = self._linear.matrix.createVecLeft()
            units[name] = self._solve(rhs, unit, {}, {}, ("unit", name))
        return units

    def _solve(
        self,
        rhs: PETSc.Vec,
        drive: Drive | None,
        rises: Mapping[str, float],
        units: Mapping[str, Solution],
        key: Hashable,
        value: float = 1.0,
        watched: Sequence[tuple[str, str]] | None = None,
    ) -> Solution:
        """Solve for a right-hand side, and give every equipotential terminal its share of the current.

        Args:
            rhs: Heat.
            drive: What is injected and held; None if nothing is injected and all potentials are 0.
            rises: Temperature rises of the sinks, K.
            units: Fields per volt at the equipotential terminals.
            key: Which earlier solution to start from, and under which to keep this one.
            value: The drive, A or V.
            watched: Pairs of terminals whose reading must be stable; by default the probes.
        """
        drive = drive or Drive("current", {}, {}, {}, 1.0)
        potentials = {name: value * volt for name, volt in drive.potentials.items()}
        injected = {name: value * share for name, share in drive.uniform.items()}
        solution = self._linear_solution(rhs, injected, potentials, rises, key, watched or self._pairs)
        if not units:
            return solution
        shares = np.array([value * drive.equipotential.get(name, 0.0) for name in units])
        missing = shares - [solution.currents[name] for name in units]
        conductance = np.array([[unit.currents[name] for unit in units.values()] for name in units])
        volts = np.linalg.solve(conductance, missing)
        return combine([(1.0, solution), *zip(volts, units.values(), strict=True)])

    def _linear_solution(self, rhs, injected, potentials, rises, key, watched) -> Solution:
        circuit, linear = self._circuit, self._linear
        generated = circuit.generated(rhs)
        circuit.inject(rhs, injected)
        meters = Voltmeters(circuit, watched)
        x = linear.matrix.createVecRight()
        circuit.hold(x, potentials)
        circuit.warm(x, rises)
        scale = linear.norm(rhs, x, self.constraint)
        report = Report(0, 0.0, np.zeros(len(watched)))
        if scale > 0.0:
            if key in self._earlier:
                self._earlier[key].vector.copy(x)
                meters.offset = self._earlier[key].offset
                circuit.hold(x, dict.fromkeys(self._drive.held, 0.0) | potentials, meters.offset)
                circuit.warm(x, dict.fromkeys(circuit.sinks, 0.0) | dict(rises))
            report = linear.solve(rhs, x, self.constraint, scale, meters)
        residual = linear.residual(rhs, x)
        leaving = circuit.currents_out(residual, self._drive.held)
        solution = Solution(
            vector=x,
            offset=meters.offset,
            terminals=circuit.readings(x),
            currents={name: injected.get(name, 0.0) - leaving.get(name, 0.0) for name in circuit.electrical},
            heat=circuit.heat_out(residual),
            generated=generated,
            uncertainty=report.changes,
            iterations=report.iterations,
            residual=report.residual,
        )
        self._earlier[key] = solution
        return solution
