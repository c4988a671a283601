"""Readings with derivatives by inputs and, where they are estimated, error bars of the mesh."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from thermospin.config.numbers import Place
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.runs.probes import SIGNALS, probe_data, signals
from thermospin.runs.problem import Problem
from thermospin.runs.sensitivity import Case, ProblemSensitivity, with_signals

At = tuple[str, str, str, int]
"""Scheme, probe, configuration or signal, and order."""


class ReadingRow(NamedTuple):
    """A reading.

    Attributes:
        value: The reading, V per power of the drive.
        mesh: Its error bar of the mesh; None where it is not estimated.
        derivatives: Its derivatives by the inputs.
    """

    value: float
    mesh: float | None
    derivatives: list[float]


def reading_rows(problem: Problem, shares: Sequence[Mapping[Place, float]]) -> dict[At, ReadingRow]:
    """All readings of a problem (collective).

    Args:
        problem: The problem.
        shares: Of every input, the derivatives of the numbers that follow it.

    Raises:
        InputError: A lead or the surroundings depend on one of the numbers.
        ConvergenceError: The solver does not converge.
    """
    found = InputSensitivity(problem, shares)
    rows: dict[At, ReadingRow] = {}
    for scheme in problem.schemes:
        solver = problem.scheme(scheme)
        cases, expansions = {}, {}
        for name, state in problem.states.items():
            problem.magnetise(state)
            expansions[name] = solver.expand(problem.device.numerics.orders)
            cases[name] = found.of_case(solver, expansions[name])
            if problem.device.numerics.estimate:
                problem.estimate(scheme, solver, expansions[name])
        bars = _mesh_bars(problem, expansions)
        for probe in problem.device.probes:
            named = with_signals({name: case[probe] for name, case in cases.items()})
            for name, (values, derivatives) in named.items():
                for n, value in enumerate(values, start=1):
                    at = scheme, probe, name, n
                    rows[at] = ReadingRow(float(value), bars[probe][name][n - 1], derivatives[n - 1].tolist())
    return rows


class InputSensitivity:
    """Derivatives of readings by inputs that several numbers follow.

    Args:
        problem: The problem.
        shares: Of every input, the derivatives of the numbers that follow it.

    Raises:
        InputError: A lead or the surroundings depend on one of the numbers.
    """

    def __init__(self, problem: Problem, shares: Sequence[Mapping[Place, float]]) -> None:
        self._found = ProblemSensitivity(problem, {place for share in shares for place in share})
        if self._found.left_out:
            message = (
                "a lead or the surroundings depend on it; give it without an uncertainty, and do not fit it"
            )
            raise problem.config.error(self._found.left_out[0], message)
        places = [change.number.place for change in self._found.changes]
        self._shares = np.array([[share.get(place, 0.0) for share in shares] for place in places])

    def of_case(self, solver: SchemeSolver, expansion: Expansion) -> dict[str, Case]:
        """Readings and their derivatives by probe, in the magnetic state of the operator (collective).

        Args:
            solver: The solver of the scheme.
            expansion: Its solution.
        """
        found = self._found.of_case(solver, expansion)
        return {probe: (values, by @ self._shares) for probe, (values, by) in found.items()}


def _mesh_bars(problem: Problem, expansions: Mapping[str, Expansion]) -> dict[str, dict[str, list]]:
    """Error bars of the mesh by probe, and configuration or signal, of all orders."""
    probes = problem.device.probes
    cases = {
        name: {"probes": {probe: probe_data(expansion, pair) for probe, pair in probes.items()}}
        for name, expansion in expansions.items()
    }
    found = {
        probe: {name: case["probes"][probe]["error"]["mesh"] for name, case in cases.items()}
        for probe in probes
    }
    for probe, signal in signals(cases).items():
        found[probe] |= {name: signal["error"][name]["mesh"] for name in SIGNALS}
    return found
