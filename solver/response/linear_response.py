"""One linear solve of a scheme, and readings that are far more accurate than the fields.

A reading is a linear functional ``ℓ`` of the fields. With the adjoint ``Aᵀ z = ℓ``, which is the experiment
with injector and probe exchanged (and, where spins precess, the field and every magnet reversed), the error
of a reading is ``zᵀ r`` for the residual ``r``. Adding it leaves the product of two small errors: R1 may be a
millionth of the potentials and is still known to ten digits.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from thermospin.compat import PETSc
from thermospin.device import Drive
from thermospin.discretisation.spin_source import SpinSource
from thermospin.discretisation.thermal_source import ThermalSource
from thermospin.errors import ConvergenceError
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.request import Answer, Request
from thermospin.response import accuracy
from thermospin.response.adjoints import Adjoint, KnownAdjoints
from thermospin.response.solution import Solution, TerminalPair
from thermospin.response.starts import KEPT_STATES, Earlier, Starts
from thermospin.response.terminals import Terminals
from thermospin.response.work import Work, finish


class Unit(NamedTuple):
    """Effect of 1 V at an equipotential terminal.

    Attributes:
        fields: The fields, V and K.
        weights: The adjoint of the current there: its product with a residual is a current, A.
        solution: Readings and currents of the fields.
    """

    fields: PETSc.Vec
    weights: PETSc.Vec
    solution: Solution


class Units(NamedTuple):
    """Effects of 1 V at every equipotential terminal, in one state of the operator.

    Attributes:
        solutions: The fields by terminal.
        weights: The adjoint of the current out of each, and the potential subtracted from it, V.
    """

    solutions: dict[str, Solution]
    weights: dict[str, tuple[PETSc.Vec, float]]


class Reference:
    """The reference of the potential; it is best close to the terminal of the smallest reading.

    Args:
        terminals: The terminals.
        pairs: The probes.
        offset: Constant that has been added to V already, V.
    """

    def __init__(self, terminals: Terminals, pairs: Sequence[TerminalPair], offset: float = 0.0) -> None:
        self._terminals, self._pairs, self.offset = terminals, pairs, offset

    def centre(self, x: PETSc.Vec) -> None:
        """Make the minus terminal of the probe with the smallest reading the reference (collective).

        Args:
            x: The fields, changed in place.
        """
        if self._pairs:
            volts = self._terminals.readings(x)
            _, reference = min(self._pairs, key=lambda pair: abs(volts[pair[0]] - volts[pair[1]]))
            self._terminals.raise_potential(x, -volts[reference])
            self.offset += volts[reference]


class LinearResponse:
    """Solves the linear equations of a scheme, and reads its probes.

    Args:
        linear: The linear solver; its matrix is that of the magnetic configuration set by ``magnetise``.
        terminals: The terminals.
        drive: The drive of the scheme.
        pairs: The probes.
        known: Adjoints that other schemes have found.
        adjoint_tolerance: Relative tolerance on the residuals of adjoints, if not the default.
        earlier: Solutions of the same drive, heat and sinks to start from; later ones are added.
        precision: How precise fields at given drives are.
    """

    def __init__(
        self,
        linear: LinearSolver,
        terminals: Terminals,
        drive: Drive,
        pairs: Sequence[TerminalPair],
        known: KnownAdjoints | None = None,
        adjoint_tolerance: float | None = None,
        earlier: Starts | None = None,
        precision: accuracy.Precision = accuracy.EXACT,
    ) -> None:
        self._precision = precision
        self._linear, self._terminals, self._drive, self._pairs = linear, terminals, drive, pairs
        self._known = known
        self.constraint = terminals.constraint(drive)
        self._earlier = Starts() if earlier is None else earlier
        self._adjoint_tolerance = adjoint_tolerance or accuracy.ADJOINT_TOLERANCE
        self._adjoints = KnownAdjoints(linear.identify)
        for adjoints in filter(None, (self._adjoints, known)):
            self.make_room(adjoints)
        self._units: dict[Hashable, Units] = {}

    def identify(self) -> Hashable:
        """A name of the present state of the operator."""
        return self._linear.identify()

    def make_room(self, adjoints: KnownAdjoints) -> None:
        """Let adjoints be kept for all probes in all states that are solved side by side.

        Args:
            adjoints: The adjoints.
        """
        adjoints.make_room(len(self._pairs) * (KEPT_STATES if self._linear.takes_signs else 1))

    def _of_another_state(self, key: Hashable) -> Solution | None:
        """The last solution under a key in another state: its readings may be nearly alike."""
        last = self._earlier.beside((key, 0), self.identify())
        return last.solution if last else None

    def source(self) -> PETSc.Vec:
        """An empty right-hand side."""
        return self._linear.matrix.createVecLeft()

    def earlier(self, key: Hashable) -> Solution | None:
        """The last solution under a key, in the state of the operator if there is one; None without any.

        Args:
            key: The key.
        """
        last = self._earlier.find((key, 0), self.identify())
        return last.solution if last else None

    def adjoint(self, pair: TerminalPair, tolerance: float | None = None) -> Adjoint:
        """Adjoint of a probe in the magnetic state of the operator (collective).

        Args:
            pair: The probe.
            tolerance: Relative tolerance on its residual; that of the response without one.
        """
        return finish(self._linear, self.finding([pair], tolerance))[pair]

    def finding(
        self, pairs: Sequence[TerminalPair], tolerance: float | None = None
    ) -> Work[dict[TerminalPair, Adjoint]]:
        """Find the adjoints of probes in the magnetic state of the operator.

        Args:
            pairs: The probes.
            tolerance: Relative tolerance on their residuals; that of the response without one.
        """
        missing = self._missing(pairs, tolerance)
        if missing:
            self._keep(missing, (yield list(missing.values())))
        return self._kept(pairs)

    def _missing(
        self, pairs: Sequence[TerminalPair], tolerance: float | None = None
    ) -> dict[TerminalPair, Request]:
        """Requests for the adjoints that are not known well enough."""
        tolerance = self._adjoint_tolerance if tolerance is None else tolerance
        found = {}
        for pair in pairs:
            own = self._adjoints.get(pair)
            if own is None or own.report.residual > tolerance:
                known = (self._known.along(pair), self._known.last(pair)) if self._known else (None, None)
                start = known[0] or self._adjoints.last(pair) or known[1]
                found[pair] = self.transposed(self._exchanged_source(pair), start, tolerance)
        return found

    def _keep(self, requests: Mapping[TerminalPair, Request], answers: Sequence[Answer]) -> None:
        """Keep the adjoints that were missing."""
        for (pair, request), answer in zip(requests.items(), answers, strict=True):
            for known in filter(None, (self._adjoints, self._known)):
                known.keep(pair, self.adjoint_of(request, answer))

    def _kept(self, pairs: Sequence[TerminalPair]) -> dict[TerminalPair, Adjoint]:
        """The adjoints of probes that are known."""
        return {pair: found for pair in pairs if (found := self._adjoints.get(pair))}

    @property
    def adjoint_iterations(self) -> int:
        """Iterations spent on the adjoints that were needed so far in the magnetic state of the operator."""
        return self._adjoints.iterations

    def transposed(self, load: PETSc.Vec, start: Adjoint | None, tolerance: float) -> Request:
        """Request for the solution of ``Aᵀ z = ℓ``.

        Args:
            load: ℓ, the functional that reads the fields.
            start: The adjoint of a reading much like it, to begin with.
            tolerance: Relative tolerance on the residual.
        """
        return Request(
            load,
            self._moved(start.vector) if start else self.source(),
            self.constraint,
            tolerance,
            scale=start.report.scale if start else None,
            transpose=True,
        )

    def adjoint_of(self, request: Request, answer: Answer) -> Adjoint:
        """The adjoint that a request of :meth:`transposed` has found.

        Args:
            request: The request.
            answer: Its answer.
        """
        return Adjoint(request.x, answer.report, self._terminals.reading_per_watt(request.x))

    def _moved(self, adjoint: PETSc.Vec) -> PETSc.Vec:
        """A copy of an adjoint that vanishes at the fixed unknowns of this scheme (collective)."""
        vector = adjoint.copy()
        held = next(iter(self._drive.held), None)
        if held is not None:
            self._terminals.raise_potential(vector, -self._terminals.readings(vector)[held])
        self.constraint.project(vector)
        return vector

    def units(self, tolerance: float) -> dict[str, Solution]:
        """For every equipotential terminal, the fields that 1 V there drives (collective).

        Args:
            tolerance: Relative tolerance on the true residual, where they are not known yet.
        """
        return finish(self._linear, self.finding_units(tolerance))

    def finding_units(self, tolerance: float) -> Work[dict[str, Solution]]:
        """Find the fields of :meth:`units`.

        Args:
            tolerance: Relative tolerance on the true residual, where they are not known yet.
        """
        state = self.identify()
        if state not in self._units:
            found = {}
            for name in self._drive.equipotential:
                given = {}, {name: 1.0}, None, ("unit", name), tolerance
                found[name] = yield from self.solving(self.source(), *given)
            weights = {name: self._current_weights(name, unit) for name, unit in found.items()}
            self._units[state] = Units(found, weights)
            if len(self._units) > KEPT_STATES:
                self._units.pop(next(iter(self._units)))
        return self._units[state].solutions

    def unit_fields(self, tolerance: float) -> dict[str, Unit]:
        """The same as fields, beside the adjoints of the currents there (collective).

        Args:
            tolerance: Relative tolerance on the true residual, where they are not known yet.
        """
        found = {}
        for name, unit in self.units(tolerance).items():
            vectors = []
            for vector, offset in ((unit.vector, unit.offset), self._weights[name]):
                vectors.append(vector.copy())
                self._terminals.raise_potential(vectors[-1], offset)
            found[name] = Unit(*vectors, unit)
        return found

    @property
    def _weights(self) -> Mapping[str, tuple[PETSc.Vec, float]]:
        """Adjoints of the currents at equipotential terminals in the state of the operator, once known."""
        here = self._units.get(self.identify())
        return here.weights if here else {}

    def _current_weights(self, name: str, unit: Solution) -> tuple[PETSc.Vec, float]:
        """Adjoint of the current out of an equipotential terminal: times a residual it is that current.

        Returns:
            The adjoint and the potential that has been subtracted from it, V.
        """
        if self._linear.is_symmetric:
            return unit.vector, unit.offset
        z = self.source()
        self._terminals.hold(z, dict.fromkeys(self._drive.held, 0.0) | {name: 1.0})
        self._linear.solve(
            Request(self.source(), z, self.constraint, accuracy.ADJOINT_TOLERANCE, transpose=True)
        )
        return z, 0.0

    def exchanged(self, pair: TerminalPair, driven: Solution) -> float:
        """Reading of the injector of the scheme when 1 A flows through a probe, Ω (collective).

        Args:
            pair: The probe, on terminals that are not held.
            driven: The fields of 1 A through the injector, which are the adjoint of that reading.
        """
        z = self.adjoint(pair).vector
        volts = self._terminals.readings(z, {pair[0]: 1.0, pair[1]: -1.0})
        self._linear.evaluate(self._exchanged_source(pair), z, transpose=True)
        read = sum(share * volts[name] for name, share in self._drive.uniform.items())
        return read + driven.vector.dot(self._linear.remainder)

    def _grounded(self, averages: dict[str, float], offset: float) -> dict[str, float]:
        """Readings with a lead's far end at the potential of ground, and not the terminal."""
        held = [name for name in self._drive.uniform if name in self._drive.potentials]
        shift = averages[held[0]] + offset if held else 0.0
        return {name: volts - shift for name, volts in averages.items()}

    def _exchanged_source(self, pair: TerminalPair) -> PETSc.Vec:
        rhs = self.source()
        self._terminals.inject(rhs, {pair[0]: 1.0})
        self._terminals.inject(rhs, {pair[1]: -1.0})
        return rhs

    def _excess(
        self,
        errors: Mapping[TerminalPair, float],
        corrections: Mapping[TerminalPair, float],
        terminals: Mapping[str, float],
        other: Solution | None,
    ) -> float:
        """The largest estimated error of a reading over the allowed one."""
        excess, rounding = 0.0, _rounding(terminals)
        for pair, error in errors.items():
            reading = terminals[pair[0]] - terminals[pair[1]] + corrections[pair]
            allowed = self._precision.reading * abs(reading)
            if other and self._precision.difference is not None:
                allowed = min(allowed, self._precision.difference * abs(reading - other.reading(pair)))
            if max(allowed, rounding):
                excess = max(excess, error / max(allowed, rounding))
        return excess

    def solve(self, *given: Any, **options: Any) -> Solution:
        """Solve for a right-hand side (collective); arguments as of :meth:`solving`.

        Args:
            given: Arguments by place.
            options: Arguments by name.
        """
        return finish(self._linear, self.solving(*given, **options))

    def solving(
        self,
        rhs: PETSc.Vec,
        injected: Mapping[str, float],
        potentials: Mapping[str, float],
        thermal: ThermalSource | None,
        key: Hashable,
        tolerance: float,
        heat_error: float = 0.0,
        spin_source: SpinSource | None = None,
        generated: float | None = None,
        keep_residual: bool = False,
        slot: int = 0,
    ) -> Work[Solution]:
        """Solve for a right-hand side, and for the adjoints that are missing.

        Args:
            rhs: Heat; the injected currents are added to it.
            injected: Currents of uniform density by terminal, A.
            potentials: Potentials of held terminals, V; 0 at those that are not named.
            thermal: Heat without a drive, with the temperatures of sinks; without it these are at T0.
            key: Key of the earlier solution to start from, and of this one.
            tolerance: Relative tolerance on the true residual.
            heat_error: Estimate of the error of the heat, W.
            spin_source: Source of spins, with their values at terminals that fix V; without it 0.
            generated: The heat generated, W, where the right-hand side is more than heat.
            keep_residual: Give the solution its residual vector.
            slot: Number of the magnetic state among those that are solved side by side. A start is of the
                same slot, and of the same state if there is one.

        Raises:
            ConvergenceError: The solver does not converge, or rounding stops it too early.
        """
        terminals = self._terminals
        if thermal is not None:
            thermal.add_regions(rhs)
        generated = terminals.generated(rhs) if generated is None else generated
        if thermal is not None:
            thermal.add_faces(rhs)
        terminals.inject(rhs, injected)
        last = self._earlier.find((key, slot), self.identify())
        start, scale = last or (None, None)
        reference = Reference(terminals, self._pairs, start.offset if start else 0.0)
        x = start.vector.copy() if start else self.source()
        terminals.hold(x, dict.fromkeys(self._drive.held, 0.0) | dict(potentials), reference.offset)
        terminals.warm(x, dict.fromkeys(terminals.sinks, 0.0) | (thermal.rises if thermal else {}))
        if spin_source is not None:
            spin_source.hold(x, self.constraint.fixed)
        iterations, asked, missing = 0, tolerance, self._missing(self._pairs)
        for _ in range(accuracy.MAX_REFINEMENTS):
            request = Request(rhs, x, self.constraint, tolerance, scale, reference.centre)
            *found, (report, remainder) = yield [*missing.values(), request]
            self._keep(missing, found)
            missing, adjoints = {}, self._kept(self._pairs)
            iterations, scale = iterations + report.iterations, report.scale
            averages = terminals.readings(x, injected)
            corrections = {pair: a.vector.dot(remainder) for pair, a in adjoints.items()}
            errors = {pair: report.norm * a.report.norm for pair, a in adjoints.items()}
            excess = self._excess(errors, corrections, averages, self._of_another_state(key))
            if excess <= 1.0 or report.residual > tolerance:
                break
            tolerance /= 2.0 * excess
        if report.residual > max(accuracy.UNSOLVED, asked):
            raise ConvergenceError(
                f"rounding stops the linear solver at a relative residual of {report.residual:.1e}; "
                "conductivities, conductances of interfaces or drives differ by too many orders of magnitude"
            )
        averages = self._grounded(averages, reference.offset)
        leaving = terminals.currents_out(remainder, self._drive.held)
        total = sum(injected.values())
        for name, (weights, offset) in self._weights.items():
            leaving[name] = weights.dot(remainder) + offset * total
        roundings = {pair: self._linear.rounding(x, a.vector) for pair, a in adjoints.items()}
        rounding = _rounding(averages)
        if report.residual > max(asked, accuracy.STOPPED):
            rounding += accuracy.STOPPED_SAFETY * report.residual * max(map(abs, averages.values()))
        solution = Solution(
            vector=x,
            offset=reference.offset,
            terminals=averages,
            corrections=corrections,
            currents={
                name: injected.get(name, 0.0) - leaving.get(name, 0.0) for name in terminals.electrical
            },
            heat=terminals.heat_out(remainder, x, thermal, injected),
            generated=generated,
            given=thermal.region_power if thermal is not None else 0.0,
            uncertainty={
                pair: errors[pair] + adjoints[pair].per_watt * heat_error + rounding + roundings[pair]
                for pair in self._pairs
            },
            iterations=iterations,
            norm=report.norm,
            current_error=report.current_norm,
            scale=scale,
        )
        self._earlier.keep((key, slot), self.identify(), Earlier(solution, scale))
        return replace(solution, residual_vector=remainder) if keep_residual else solution


def _rounding(terminals: Mapping[str, float]) -> float:
    """Rounding of the potentials at the terminals, V."""
    return accuracy.READING_ROUNDING * max(map(abs, terminals.values()))
