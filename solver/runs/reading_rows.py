"""Readings with derivatives by inputs and, where they are estimated, error bars of the mesh."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from thermospin.config.inputs import Input
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.runs.differences import DifferenceSensitivity
from thermospin.runs.probes import SIGNALS, probe_data, signals
from thermospin.runs.problem import Problem
from thermospin.runs.sampling import At
from thermospin.runs.sensitivity import Case, ProblemSensitivity, with_signals
from thermospin.validation.sensitivity import has_adjoints


class ReadingRow(NamedTuple):
    """A reading.

    Attributes:
        value: The reading, V per power of the drive.
        correction: Its estimated error of the mesh; None where it is not estimated.
        mesh: Error bar of the reading with the correction added; None likewise.
        derivatives: Its derivatives by the inputs.
    """

    value: float
    correction: float | None
    mesh: float | None
    derivatives: list[float]


def reading_rows(problem: Problem, inputs: Sequence[Input]) -> dict[At, ReadingRow]:
    """All readings of a problem (collective).

    Args:
        problem: The problem.
        inputs: The inputs.

    Raises:
        InputError: The mesh cannot follow a length.
        ConvergenceError: The solver does not converge.
    """
    found = input_sensitivity(problem, inputs)
    rows: dict[At, ReadingRow] = {}
    for scheme in problem.schemes:
        solver = problem.scheme(scheme)
        cases, expansions = {}, {}
        for name, state in problem.states.items():
            problem.magnetise(state)
            expansions[name] = problem.expand(solver)
            cases[name] = found.of_case(scheme, name, solver, expansions[name])
            if problem.device.numerics.estimate:
                problem.estimate(scheme, solver, expansions[name])
        rows |= _at_rest(problem, scheme, expansions, found)
        errors = _mesh_errors(problem, expansions)
        for probe in problem.device.probes:
            named = with_signals({name: case[probe] for name, case in cases.items()})
            for name, (values, derivatives) in named.items():
                for n, value in enumerate(values, start=1):
                    correction, bar = (part[n - 1] for part in errors[probe][name])
                    by = derivatives[n - 1].tolist()
                    rows[scheme, probe, name, n] = ReadingRow(float(value), correction, bar, by)
    return rows


def _at_rest(
    problem: Problem, scheme: str, expansions: Mapping[str, Expansion], found: "InputSensitivity"
) -> dict[At, ReadingRow]:
    """R0 of all probes; empty of a device at its base temperature without a drive."""
    rows: dict[At, ReadingRow] = {}
    if not all(expansion.rest for expansion in expansions.values()):
        return rows
    for probe, pair in problem.device.probes.items():
        cases = {
            name: {"probes": {probe: probe_data(expansion, pair)}} for name, expansion in expansions.items()
        }
        read = {name: case["probes"][probe] for name, case in cases.items()}
        values = {
            name: (part["R0"], part["correction_R0"], part["error_R0"]["corrected"])
            for name, part in read.items()
        }
        for signal in signals(cases, problem.spaces.device.cut_off).values():
            corrections, errors = signal["correction_R0"], signal["error_R0"]
            values |= {
                name: (signal[f"{name}_R0"], corrections[name], errors[name]["corrected"]) for name in SIGNALS
            }
        for name, (value, correction, bar) in values.items():
            derivatives = found.at_rest(scheme, name, probe).tolist()
            rows[scheme, probe, name, 0] = ReadingRow(float(value), correction, bar, derivatives)
    return rows


class InputSensitivity(Protocol):
    """Derivatives of readings by inputs."""

    def of_case(self, scheme: str, name: str, solver: SchemeSolver, expansion: Expansion) -> dict[str, Case]:
        """Readings and their derivatives by probe, in the magnetic state of the operator (collective).

        Args:
            scheme: The scheme.
            name: The magnetic configuration.
            solver: The solver of the scheme.
            expansion: Its solution.
        """

    def at_rest(self, scheme: str, name: str, probe: str) -> np.ndarray:
        """Derivatives of R0, shape (n_inputs,).

        Args:
            scheme: The scheme.
            name: The magnetic configuration, or a signal.
            probe: The probe.
        """


def input_sensitivity(problem: Problem, inputs: Sequence[Input]) -> InputSensitivity:
    """Derivatives of the readings of a problem: by adjoints, or by differences where these do not hold.

    Args:
        problem: The problem.
        inputs: The inputs.

    Raises:
        InputError: The mesh cannot follow a length.
        ConvergenceError: The solver does not converge with another value.
    """
    kind = AdjointSensitivity if has_adjoints(problem.device) else DifferenceSensitivity
    return kind(problem, inputs)


class AdjointSensitivity:
    """Derivatives of readings by inputs: by adjoints of numbers that follow them, by differences of lengths.

    Args:
        problem: The problem.
        inputs: The inputs.

    Raises:
        InputError: The mesh cannot follow a length.
    """

    def __init__(self, problem: Problem, inputs: Sequence[Input]) -> None:
        self._orders = problem.device.numerics.orders
        self._is_fitted = problem.device.numerics.method == "demodulate"
        self._found = ProblemSensitivity(problem, {place for given in inputs for place in given.shares})
        left_out = {number.place for number in self._found.left_out}
        self._whole = [i for i, given in enumerate(inputs) if given.whole or left_out & given.shares.keys()]
        self._differences = DifferenceSensitivity(problem, [inputs[i] for i in self._whole])
        places = [change.number.place for change in self._found.changes]
        self._count = len(inputs)
        self._shares = np.array([[given.shares.get(place, 0.0) for given in inputs] for place in places])

    def of_case(self, scheme: str, name: str, solver: SchemeSolver, expansion: Expansion) -> dict[str, Case]:
        """Readings and their derivatives by probe, in the magnetic state of the operator (collective).

        Args:
            scheme: The scheme.
            name: The magnetic configuration.
            solver: The solver of the scheme.
            expansion: Its solution.
        """
        if self._is_fitted:  # its orders are fitted, those here solve their equations
            expansion = solver.expand(self._orders)
        found = self._found.of_case(solver, expansion)
        cases = {}
        for probe, (values, by) in found.items():
            derivatives = by @ self._shares if self._shares.size else np.zeros((len(values), self._count))
            derivatives[:, self._whole] = self._differences.derivatives(scheme, name, probe)
            cases[probe] = values, derivatives
        return cases

    def at_rest(self, scheme: str, name: str, probe: str) -> np.ndarray:
        """Zeros: a device that has adjoints is at its base temperature without a drive.

        Args:
            scheme: The scheme.
            name: The magnetic configuration, or a signal.
            probe: The probe.
        """
        return np.zeros(self._count)


def _mesh_errors(
    problem: Problem, expansions: Mapping[str, Expansion]
) -> dict[str, dict[str, tuple[list, list]]]:
    """By probe, and configuration or signal, the corrections of all orders and the bars that they leave."""
    probes = problem.device.probes
    cases = {
        name: {"probes": {probe: probe_data(expansion, pair) for probe, pair in probes.items()}}
        for name, expansion in expansions.items()
    }
    reads = {probe: {name: case["probes"][probe] for name, case in cases.items()} for probe in probes}
    found = {
        probe: {name: (read["correction"], read["error"]["corrected"]) for name, read in named.items()}
        for probe, named in reads.items()
    }
    for probe, signal in signals(cases, problem.spaces.device.cut_off).items():
        corrections, errors = signal["correction"], signal["error"]
        found[probe] |= {name: (corrections[name], errors[name]["corrected"]) for name in SIGNALS}
    return found
