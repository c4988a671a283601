"""A device in one injection scheme: the base of all its solves."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from thermospin.compat import PETSc
from thermospin.device import Drive
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.spin_source import SpinSource
from thermospin.discretisation.thermal_source import ThermalSource
from thermospin.linear.krylov import LinearSolver
from thermospin.response.accuracy import EXACT, Precision
from thermospin.response.adjoints import KnownAdjoints
from thermospin.response.correction import DualWeightedCorrection
from thermospin.response.linear_response import LinearResponse, Unit
from thermospin.response.solution import Solution, TerminalPair, combine
from thermospin.response.starts import Starts
from thermospin.response.terminals import Terminals
from thermospin.response.work import Work, finish


class Scheme:
    """A device in one injection scheme, in one magnetic configuration after another.

    Args:
        linear: The linear solver; its matrix is that of the magnetic configuration set by ``magnetise``.
        terminals: The terminals.
        heat: The heat source.
        drive: The drive of the scheme.
        probes: Pairs of terminals, plus and minus.
        thermal: Heat without a drive.
        tolerance: Relative tolerance on the true residual.
        spin_source: Source of spins without a drive, if any.
        adjoints: Adjoints of the probes that other schemes have found.
        adjoint_tolerance: Relative tolerance on the residuals of adjoints, if not the default.
        earlier: Solutions of the same drive, heat and sinks to start from; later ones are added.
        precision: How precise fields at given drives are.
    """

    def __init__(
        self,
        linear: LinearSolver,
        terminals: Terminals,
        heat: HeatSource,
        drive: Drive,
        probes: Mapping[str, TerminalPair],
        thermal: ThermalSource,
        tolerance: float,
        spin_source: SpinSource | None = None,
        adjoints: KnownAdjoints | None = None,
        adjoint_tolerance: float | None = None,
        earlier: Starts | None = None,
        precision: Precision = EXACT,
    ) -> None:
        self._linear_solver = linear
        self._terminals, self._heat, self._drive = terminals, heat, drive
        self._pairs, self._spin_source = list(dict.fromkeys(probes.values())), spin_source
        self._thermal, self._tolerance, self._precision = thermal, tolerance, precision
        self._response = LinearResponse(
            linear, terminals, drive, self._pairs, adjoints, adjoint_tolerance, earlier, precision
        )
        self.constraint = self._response.constraint
        self._correction: DualWeightedCorrection | None = DualWeightedCorrection(
            self._response, heat, terminals, drive, self._pairs
        )

    def reciprocal(self, probe: TerminalPair, driven: Solution) -> float | None:
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
        """Iterations spent on adjoints in the magnetic state of the matrix."""
        return self._response.adjoint_iterations + (self._correction.iterations if self._correction else 0)

    @property
    def drive(self) -> Drive:
        """The drive of the device."""
        return self._drive

    def find_adjoints(self, tolerance: float) -> dict[TerminalPair, PETSc.Vec]:
        """Adjoints of the probes in the magnetic state of the matrix, V/A and K/A (collective).

        Args:
            tolerance: Relative tolerance on their residuals.
        """
        return {pair: self._response.adjoint(pair, tolerance).vector for pair in self._pairs}

    def solve_transposed(self, load: PETSc.Vec, tolerance: float) -> PETSc.Vec:
        """Solution of ``Aᵀ w = ℓ`` in the magnetic state of the matrix, 0 at fixed unknowns (collective).

        Args:
            load: ℓ.
            tolerance: Relative tolerance on the residual.
        """
        request = self._response.transposed(load, None, tolerance)
        self._linear_solver.solve(request)
        return request.x

    def find_units(self) -> dict[str, Unit]:
        """Effects of 1 V at every equipotential terminal in the magnetic state of the matrix (collective)."""
        return self._response.unit_fields(self._tolerance)

    @property
    def _has_rest(self) -> bool:
        """Whether there are fields without a drive."""
        return self._thermal.is_present or self._spin_source is not None

    def _solve(self, *given: Any, **options: Any) -> Solution:
        """Solve for a right-hand side (collective); arguments as of :meth:`_solving`."""
        return finish(self._linear_solver, self._solving(*given, **options))

    def _solving(
        self,
        rhs: PETSc.Vec,
        drive: Drive | None,
        thermal: ThermalSource | None,
        units: Mapping[str, Solution],
        key: Hashable,
        tolerance: float,
        heat_error: float,
        value: float = 1.0,
        spin_source: SpinSource | None = None,
        keep_residual: bool = False,
        slot: int = 0,
    ) -> Work[Solution]:
        """Solve for a right-hand side, and give every equipotential terminal its share of the current.

        Args:
            rhs: Heat.
            drive: The drive; None if nothing is injected and all potentials are 0.
            thermal: Heat without a drive, with the temperatures of sinks; without it these are at T0.
            units: Fields per volt at the equipotential terminals.
            key: Which earlier solution to start from, and under which to keep this one.
            tolerance: Relative tolerance on the true residual.
            heat_error: Estimate of the error of the heat, W.
            value: The drive, A or V.
            spin_source: Source of spins, with their values at terminals that fix V; without it 0.
            keep_residual: Give the solution its residual vector, if no terminals share a current.
            slot: Number of the magnetic state among those that are solved side by side.
        """
        drive = drive or Drive("current", {}, {}, {}, 1.0)
        solution = yield from self._response.solving(
            rhs,
            *given(drive, value),
            thermal,
            key,
            tolerance,
            heat_error,
            spin_source,
            keep_residual=keep_residual,
            slot=slot,
        )
        return share(solution, units, drive, value)


def given(drive: Drive, value: float) -> tuple[dict[str, float], dict[str, float]]:
    """Currents of uniform density (A) and potentials (V) by terminal, at a value of the drive.

    Args:
        drive: The drive.
        value: Its value, A or V.
    """
    injected = {name: value * part for name, part in drive.uniform.items()}
    return injected, {name: value * volt for name, volt in drive.potentials.items()}


def share(solution: Solution, units: Mapping[str, Solution], drive: Drive, value: float) -> Solution:
    """Give every equipotential terminal its part of the current, at a drive in A or V.

    Args:
        solution: The fields with 0 V at these terminals.
        units: Fields per volt at each of them.
        drive: The drive.
        value: Its value, A or V.
    """
    if not units:
        return solution
    shares = np.array([value * drive.equipotential.get(name, 0.0) for name in units])
    missing = shares - [solution.currents[name] for name in units]
    conductance = np.array([[unit.currents[name] for unit in units.values()] for name in units])
    volts = np.linalg.solve(conductance, missing)
    return combine([(1.0, solution), *zip(volts, units.values(), strict=True)])
