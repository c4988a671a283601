"""Errors of readings by uncertain numbers from draws of the numbers, as a check of linear propagation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from thermospin.config import Config
from thermospin.config.correlations import input_covariance
from thermospin.config.inputs import Input, uncertain_inputs, with_values
from thermospin.errors import InputError
from thermospin.output.stages import SilentProgress
from thermospin.response.solution import Expansion, TerminalPair
from thermospin.runs.moved_mesh import moved_mesh
from thermospin.runs.probes import SIGNALS
from thermospin.runs.problem import Problem

At = tuple[str, str, str, int]
"""Scheme, probe, configuration or signal, and order."""
SEED = 0
"""Seed of the draws: the same on all ranks, and in every run."""
MOST_REFUSED = 0.5
"""Share of the draws that may be impossible, such as a negative conductivity, and are drawn again."""
IMPOSSIBLE = "most draws are impossible, such as negative numbers; give smaller uncertainties"
"""Message of a sample that cannot be drawn."""


def sample(problem: Problem, draws: int, progress: SilentProgress) -> dict[str, Any]:
    """Draw the uncertain numbers, solve, and compare the readings (collective).

    The mesh is the same for all; it moves with the solids where lengths are drawn.

    Args:
        problem: The problem, with uncertain numbers.
        draws: Number of draws, at least 2.
        progress: Its stages.

    Returns:
        ``draws``; ``refused``, draws that were impossible and replaced; ``readings``, a list of ``scheme``,
        ``probe``, ``name``, ``order``, ``mean`` and ``deviation`` in their order.

    Raises:
        InputError: No number is uncertain, most draws are impossible, or the mesh cannot follow a length.
        ConvergenceError: The solver does not converge.
    """
    inputs, sizes = uncertain_inputs(problem.config)
    if not inputs:
        raise problem.config.error(
            "uncertainties", "nothing to draw; write a number as '-3.8 +/- 0.2 uV/K', or its uncertainty here"
        )
    moving = next((given.key for given in inputs if given.whole), "")
    found, refused = [], 0
    with progress.steps("draws", [1.0] * draws):
        covariance = input_covariance(problem.config, inputs, sizes)
        for config in _drawn(problem.config, inputs, covariance):
            if config is None:
                refused += 1
                if refused > MOST_REFUSED * max(draws, 10):
                    raise problem.config.error("uncertainties", IMPOSSIBLE)
                continue
            with (
                moved_mesh(problem, config, moving),
                Problem(config, problem.spaces.device, SilentProgress()) as drawn,
            ):
                found.append(readings_of(drawn))
            progress.step()
            if len(found) == draws:
                break
    keys = ("scheme", "probe", "name", "order")
    values = np.array([list(readings.values()) for readings in found])
    return {
        "draws": draws,
        "refused": refused,
        "readings": [
            dict(zip(keys, at, strict=True)) | {"mean": mean, "deviation": deviation}
            for at, mean, deviation in zip(
                found[0], values.mean(0).tolist(), values.std(0, ddof=1).tolist(), strict=True
            )
        ],
    }


def readings_of(problem: Problem) -> dict[At, float]:
    """All readings by scheme, probe, configuration or signal, and order, 0 for R0 (collective).

    Args:
        problem: The problem.
    """
    found = {}
    for scheme in problem.schemes:
        solver, expansions = problem.scheme(scheme), {}
        for name, state in problem.states.items():
            problem.magnetise(state)
            expansions[name] = problem.expand(solver)
        for probe, pair in problem.device.probes.items():
            named = {name: expansion.harmonics(pair) for name, expansion in expansions.items()}
            if {"P", "AP"} <= named.keys():
                named |= {s: p * named["P"] + ap * named["AP"] for s, (p, ap) in SIGNALS.items()}
            for name, values in named.items():
                found |= {(scheme, probe, name, n): float(r) for n, r in enumerate(values, start=1)}
            found |= {(scheme, probe, name, 0): r for name, r in _at_rest(expansions, pair).items()}
    return found


def _at_rest(expansions: Mapping[str, Expansion], pair: TerminalPair) -> dict[str, float]:
    """R0 by configuration or signal; empty of a device at its base temperature without a drive."""
    found = {name: expansion.rest.reading(pair) for name, expansion in expansions.items() if expansion.rest}
    if {"P", "AP"} <= found.keys():
        found |= {signal: p * found["P"] + ap * found["AP"] for signal, (p, ap) in SIGNALS.items()}
    return {name: float(value) for name, value in found.items()}


def _drawn(config: Config, inputs: Sequence[Input], covariance: np.ndarray) -> Iterator[Config | None]:
    """Configurations with numbers drawn from a normal distribution; None where one is not possible."""
    random, means = np.random.default_rng(SEED), np.array([given.value for given in inputs])
    sizes = np.sqrt(np.diag(covariance))
    weights, axes = np.linalg.eigh(covariance / np.outer(sizes, sizes))
    root = axes * np.sqrt(np.maximum(weights, 0.0)) @ axes.T  # of uncorrelated numbers it is 1
    while True:
        values = means + sizes * (root @ random.normal(size=len(means)))
        try:
            yield with_values(
                config, [(i.key, value, i.unit) for i, value in zip(inputs, values.tolist(), strict=True)]
            )
        except InputError:
            yield None
