"""Derivatives of readings from two more solutions for every input, on the same mesh or on the mesh moved."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from thermospin.config import Config
from thermospin.config.inputs import TEMPERATURE, Input, find_input, used_parameters, with_value
from thermospin.config.numbers import Number, material_numbers, with_number
from thermospin.output.stages import SilentProgress
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.runs.moved_mesh import moved_mesh
from thermospin.runs.problem import Problem
from thermospin.runs.sampling import At, readings_of

STEP = 1e-3
"""Step relative to the input: its square, the error, is 1e-6."""


class DifferenceSensitivity:
    """Derivatives of readings by inputs from two more solutions for each.

    Args:
        problem: The problem.
        inputs: The inputs.

    Raises:
        InputError: The mesh cannot follow a length.
        ConvergenceError: The solver does not converge with another value.
    """

    def __init__(self, problem: Problem, inputs: Sequence[Input]) -> None:
        self._pairs, self._orders = problem.device.probes, problem.device.numerics.orders
        ends = [[_readings_at(problem, given, sign * STEP) for sign in (1, -1)] for given in inputs]
        self._by = {
            at: [
                (plus[at] - minus[at]) / (2 * STEP * given.value)
                for given, (plus, minus) in zip(inputs, ends, strict=True)
            ]
            for at in (ends[0][0] if ends else {})
        }

    def derivatives(self, scheme: str, name: str, probe: str) -> np.ndarray:
        """Derivatives of the readings of a probe, shape (n_orders, n_inputs).

        Args:
            scheme: The scheme.
            name: The magnetic configuration, or a signal.
            probe: The probe.
        """
        if not self._by:
            return np.zeros((self._orders, 0))
        return np.array([self._by[scheme, probe, name, n] for n in range(1, self._orders + 1)])

    def at_rest(self, scheme: str, name: str, probe: str) -> np.ndarray:
        """Derivatives of R0, shape (n_inputs,).

        Args:
            scheme: The scheme.
            name: The magnetic configuration, or a signal.
            probe: The probe.
        """
        return np.array(self._by.get((scheme, probe, name, 0), []))

    def of_case(
        self, scheme: str, name: str, solver: SchemeSolver, expansion: Expansion
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Readings and their derivatives by probe.

        Args:
            scheme: The scheme.
            name: The magnetic configuration.
            solver: The solver of the scheme.
            expansion: Its solution.
        """
        return {
            probe: (np.asarray(expansion.harmonics(pair)), self.derivatives(scheme, name, probe))
            for probe, pair in self._pairs.items()
        }


def sensitivities_by_differences(problem: Problem, progress: SilentProgress) -> dict[str, Any]:
    """The content of ``sensitivity.json`` for devices without adjoints, R0 included (collective).

    Args:
        problem: The problem.
        progress: Its notes.
    """
    config = problem.config
    inputs = [
        *map(as_input, material_numbers(config)),
        *used_lengths(config),
        find_input(config, TEMPERATURE),
    ]
    progress.note(f"derivatives by differences: two more solutions for each of {len(inputs)} numbers")
    values = np.array([given.value for given in inputs])
    found, readings = DifferenceSensitivity(problem, inputs), []
    for (scheme, probe, name, order), value in readings_of(problem).items():
        by = found.at_rest(scheme, name, probe)
        if order:
            by = found.derivatives(scheme, name, probe)[order - 1]
        readings.append(
            {
                **{"scheme": scheme, "probe": probe, "unit": problem.device.drives[scheme].unit},
                **{"name": name, "order": order, "value": value, "derivatives": by.tolist()},
                "relative": (by * values / value).tolist() if value else None,
            }
        )
    numbers = [{"key": given.key, "value": given.value, "unit": given.unit} for given in inputs]
    return {"parameters": numbers, "readings": readings}


def as_input(number: Number) -> Input:
    """A number of a material, of an interface, or T0, as an input.

    Args:
        number: The number.
    """
    return Input(number.key, number.value, number.unit, {number.place: 1.0})


def used_lengths(config: Config) -> list[Input]:
    """The parameters that lengths or T0 follow: their derivatives are differences in every device.

    Args:
        config: The configuration.
    """
    return [given for given in used_parameters(config) if given.whole]


def _readings_at(problem: Problem, given: Input, step: float) -> dict[At, float]:
    """Readings with another value of an input, by a step relative to it (collective)."""
    config = problem.config
    solver = config.solver.model_copy(update={"estimate": False})
    changed = _changed(config, given, step).model_copy(
        update={"schemes": config.schemes, "probes": config.probes, "solver": solver}
    )
    with moved_mesh(problem, changed, given.key):
        with Problem(changed, problem.spaces.device, SilentProgress()) as other:
            return readings_of(other)


def _changed(config: Config, given: Input, step: float) -> Config:
    """The configuration with another value of an input: of the numbers that follow it, or read again."""
    if given.whole:
        return with_value(config, given.key, given.value * (1 + step), given.unit)
    numbers = {number.place: number.value for number in material_numbers(config)}
    numbers[(TEMPERATURE,)] = config.temperature
    moved = [(place, numbers[place] + share * step * given.value) for place, share in given.shares.items()]
    return reduce(lambda other, both: with_number(other, *both), moved, config)
