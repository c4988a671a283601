"""Errors of readings by uncertain numbers of the materials: linear propagation with all correlations."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np

from thermospin.config.correlations import input_covariance
from thermospin.config.inputs import uncertain_inputs
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.runs.probes import SIGNALS
from thermospin.runs.problem import Problem
from thermospin.runs.reading_rows import input_sensitivity
from thermospin.runs.sensitivity import Case, with_signals


class InputErrors:
    """Errors of the readings of a problem, one scheme and configuration after another.

    Args:
        problem: The problem, some of whose numbers are uncertain.

    Raises:
        InputError: The mesh cannot follow an uncertain length.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._inputs, self._sizes = uncertain_inputs(problem.config)
        self._covariance = input_covariance(problem.config, self._inputs, self._sizes)
        self._found = input_sensitivity(problem, self._inputs)
        self._cases: dict[str, dict[str, Mapping[str, Case]]] = {}

    @classmethod
    def of(cls, problem: Problem) -> Self | None:
        """Those of a problem; None where no number is uncertain, or nothing is read.

        Args:
            problem: The problem.
        """
        uncertain = problem.config.uncertainties and problem.device.probes
        return cls(problem) if uncertain and uncertain_inputs(problem.config)[0] else None

    def add(self, scheme: str, name: str, solver: SchemeSolver, expansion: Expansion) -> None:
        """Take in a solution, in the magnetic state of the problem (collective).

        Args:
            scheme: The scheme.
            name: The magnetic configuration.
            solver: The solver of the scheme.
            expansion: The solution.
        """
        numerics = self._problem.device.numerics
        if numerics.method == "demodulate":  # its orders are fitted, those here solve their equations
            expansion = solver.expand(numerics.orders)
        self._cases.setdefault(scheme, {})[name] = self._found.of_case(scheme, name, solver, expansion)

    def write(self, results: dict[str, Any]) -> None:
        """Write the errors beside those of mesh and solver, and the covariance of all readings.

        Args:
            results: Content of ``results.json``; ``inputs`` is added.
        """
        readings, rows = [], []
        for scheme, probe, name, derivatives in self._named():
            errors = np.sqrt(np.diag(self._propagated(derivatives))).tolist()
            _errors_of(results["schemes"][scheme], probe, name)["materials"] = errors
            for n, row in enumerate(derivatives, start=1):
                readings.append({"scheme": scheme, "probe": probe, "name": name, "order": n})
                rows.append(row)
        for scheme, probe, name, derivatives in self._at_rest(results):
            errors = _errors_of(results["schemes"][scheme], probe, name, "error_R0")
            errors["materials"] = float(np.sqrt(self._propagated(derivatives[None])[0, 0]))
            readings.append({"scheme": scheme, "probe": probe, "name": name, "order": 0})
            rows.append(derivatives)
        results["inputs"] = {
            "numbers": [
                {"key": given.key, "value": given.value, "unit": given.unit, "uncertainty": size}
                for given, size in zip(self._inputs, self._sizes, strict=True)
            ],
            "readings": readings,
            "derivatives": np.array(rows).tolist(),
            "covariance": self._propagated(np.array(rows)).tolist(),
        }

    def _propagated(self, derivatives: np.ndarray) -> np.ndarray:
        """Covariance of readings with derivatives by the inputs, (n_readings, n_inputs)."""
        found: np.ndarray = derivatives @ self._covariance @ derivatives.T
        np.fill_diagonal(found, np.maximum(np.diag(found), 0.0))  # rounding of numbers that go together
        return found

    def _named(self) -> Iterator[tuple[str, str, str, np.ndarray]]:
        """Scheme, probe, name and derivatives by the inputs, (n_orders, n_inputs), of all readings."""
        for scheme, cases in self._cases.items():
            for probe in self._problem.device.probes:
                of_probe = with_signals({name: case[probe] for name, case in cases.items()})
                for name, (_, derivatives) in of_probe.items():
                    yield scheme, probe, name, derivatives

    def _at_rest(self, results: dict[str, Any]) -> Iterator[tuple[str, str, str, np.ndarray]]:
        """Scheme, probe, name and derivatives by the inputs, (n_inputs,), of every R0."""
        for scheme, probe, name, _ in self._named():
            try:
                _errors_of(results["schemes"][scheme], probe, name, "error_R0")
            except KeyError:
                continue
            yield scheme, probe, name, self._found.at_rest(scheme, name, probe)


def _errors_of(scheme: dict[str, Any], probe: str, name: str, key: str = "error") -> dict[str, Any]:
    """The errors of a reading in the results of a scheme."""
    if name in SIGNALS:
        return scheme["signals"][probe][key][name]
    return scheme["configurations"][name]["probes"][probe][key]
