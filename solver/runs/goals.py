"""The readings whose error bars must become small, and where their errors are made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config.accuracy import Accuracy
from thermospin.response.solution import Expansion, TerminalPair
from thermospin.runs.probes import SIGNALS

FLOORS = {"baseline": 1e-6, "spin": 1e-4}
"""Shares of the largest signal of that kind at a terminal: error bars below them are small enough for a
reading that vanishes by symmetry. A baseline may be a small difference of large potentials; a
reversed magnet changes the potentials by as much as a spin signal."""
VANISHING = 1e-8
"""Share of the largest potential at a terminal, where error bars of signals that vanish everywhere are small
enough."""
FIRST_ORDERS = (1, 2)
"""Orders that count where none are named: those that experiments read."""


@dataclass(frozen=True)
class Goal:
    """A reading, or a signal made of readings, and its error bar.

    Attributes:
        scheme: The injection scheme.
        probe: The pair of terminals.
        name: A signal or, without P and AP, a magnetic configuration.
        order: The power n of the drive.
        weights: Magnetic configuration to its weight.
        value: The corrected reading, V per power of the drive.
        bar: Error bar of its mesh, likewise.
        allowed: The largest bar that is small enough.
    """

    scheme: str
    probe: str
    name: str
    order: int
    weights: Mapping[str, float]
    value: float
    bar: float
    allowed: float

    @property
    def is_met(self) -> bool:
        """Whether the error bar is small enough."""
        return self.bar <= self.allowed

    @property
    def data(self) -> dict[str, Any]:
        """The goal as plain data."""
        keys = ("scheme", "probe", "name", "order", "value", "bar", "allowed")
        return {key: getattr(self, key) for key in keys}

    @property
    def excess(self) -> float:
        """The error bar over the largest that is small enough."""
        return self.bar / self.allowed if self.allowed else np.inf if self.bar else 0.0


def find_goals(data: Mapping[str, Any], accuracy: Accuracy) -> list[Goal]:
    """The goals of a run.

    Args:
        data: Content of ``results.json``.
        accuracy: The readings that are asked for, and how accurate they must be.
    """
    return [
        goal
        for scheme, solved in data["schemes"].items()
        if accuracy.schemes is None or scheme in accuracy.schemes
        for goal in _of_scheme(scheme, solved, accuracy)
    ]


def _of_scheme(scheme: str, solved: Mapping[str, Any], accuracy: Accuracy) -> Iterator[Goal]:
    """The goals of a scheme; an order without an estimate, as of thermal drives, is none."""
    for probe, name, weights, values, bars in _readings(solved, accuracy):
        for order in accuracy.orders or FIRST_ORDERS:
            bar = bars[order - 1] if order <= len(bars) else None
            if bar is None or (accuracy.probes is not None and probe not in accuracy.probes):
                continue
            floor = FLOORS["spin" if name == "spin" else "baseline"] * _largest(solved, weights, order)
            sizes = {case: abs(weight) for case, weight in weights.items()}
            floor = max(floor, VANISHING * _largest(solved, sizes, order))
            value = values[order - 1]
            allowed = max(accuracy.target * abs(value), floor)
            yield Goal(scheme, probe, name, order, weights, value, bar, allowed)


def _readings(solved: Mapping[str, Any], accuracy: Accuracy) -> Iterator[tuple[str, str, Any, Any, Any]]:
    """Probe, name and weights of signals or, without them, of all readings; values and bars by order."""
    for probe, found in solved["signals"].items():
        for name in accuracy.signals:
            weights = dict(zip(("P", "AP"), SIGNALS[name], strict=True))
            corrected, bars = found["corrected"][name], found["error"][name]["corrected"]
            yield probe, name, weights, corrected, bars
    if not solved["signals"]:
        for name, case in solved["configurations"].items():
            for probe, read in case["probes"].items():
                yield probe, name, {name: 1.0}, read["corrected"], read["error"]["corrected"]


def _largest(solved: Mapping[str, Any], weights: Mapping[str, float], order: int) -> float:
    """The largest signal of a kind at a terminal, V per power of the drive."""
    cases = solved["configurations"]
    terminals = next(iter(cases.values()))["terminals"]
    return max(
        abs(sum(weight * cases[key]["terminals"][name]["V"][order - 1] for key, weight in weights.items()))
        for name in terminals
    )


def too_flat(goals: Sequence[Goal], cut_off: float) -> bool:
    """Whether curved walls, flat in the mesh, take half of what a goal that is not met allows.

    Args:
        goals: The goals.
        cut_off: Part of the cross-section that they cut off.
    """
    return any(2 * cut_off * abs(goal.value) > goal.allowed for goal in goals if not goal.is_met)


def errors_of(
    goals: Sequence[Goal],
    probes: Mapping[str, TerminalPair],
    expansions: Mapping[tuple[str, str], Expansion],
    comm: MPI.Comm,
) -> np.ndarray:
    """The errors of the goals that are not met, cell by cell (collective).

    Args:
        goals: The goals.
        probes: Probe to its terminals, plus and minus.
        expansions: The solutions by scheme and configuration, with the densities of their errors.
        comm: Ranks that share the cells.

    Returns:
        Shape (n_missed, n_cells), of owned cells. The sizes of every goal add up to one: one that is far from
        being met, as a small signal is, would else take all cells, and the others stay as they are.
    """
    found = []
    for goal in goals:
        if goal.is_met:
            continue
        errors = sum(
            weight * expansions[goal.scheme, name].densities[probes[goal.probe]][goal.order]
            for name, weight in goal.weights.items()
        )
        found.append(errors / (comm.allreduce(np.abs(errors).sum()) or 1.0))
    return np.array(found)
