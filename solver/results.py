"""What a run returns: numbers in the layout of results.json, and the solutions behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermospin.solution import Expansion, Solution


@dataclass(frozen=True)
class Results:
    """The results of a run.

    Attributes:
        data: The content of ``results.json``: plain types, SI.
        expansions: The fields, by scheme and configuration; empty where they were not kept.
    """

    data: dict[str, Any]
    expansions: Mapping[tuple[str, str], Expansion]

    def harmonics(self, scheme: str, configuration: str, probe: str) -> np.ndarray:
        """``R1, R2, …`` in V/Aⁿ (V/Vⁿ where a voltage drives the scheme).

        Raises:
            KeyError: No such scheme, configuration or probe.
        """
        return np.array(self.data["schemes"][scheme]["configurations"][configuration]["probes"][probe]["R"])

    def baseline(self, scheme: str, probe: str) -> np.ndarray:
        """``(R_P + R_AP)/2`` of every order, V/Aⁿ."""
        return np.array(self.data["schemes"][scheme]["signals"][probe]["baseline"])

    def spin_signal(self, scheme: str, probe: str) -> np.ndarray:
        """``R_P − R_AP`` of every order, V/Aⁿ."""
        return np.array(self.data["schemes"][scheme]["signals"][probe]["spin"])


def configuration_data(
    expansion: Expansion, probes: Mapping[str, tuple[str, str]], drive: float, conserving: bool
) -> dict[str, Any]:
    """The numbers of one scheme and configuration, per power of the drive.

    Args:
        expansion: The fields.
        probes: Pairs of terminals, plus and minus.
        drive: The drive at which balances are taken, A or V.
        conserving: Whether the heat sources conserve energy.
    """
    orders = expansion.orders
    data = {
        "probes": {
            name: {
                "R": expansion.harmonics(pair).tolist(),
                "uncertainty": [order.uncertainty[pair] for order in orders],
            }
            for name, pair in probes.items()
        },
        "terminals": {
            name: {
                "V": [order.potential(name) for order in orders],
                "current": [order.currents[name] for order in orders],
            }
            for name in orders[0].terminals
        },
        "sinks": {name: {"heat": [order.heat[name] for order in orders]} for name in orders[0].heat},
        "balances": balances(expansion, probes, drive, conserving),
        "iterations": [order.iterations for order in orders],
        "residuals": [order.residual for order in orders],
    }
    if expansion.rest:
        for name, probe in data["probes"].items():
            probe["R0"] = expansion.rest.reading(probes[name])
    return data


def balances(
    expansion: Expansion, probes: Mapping[str, tuple[str, str]], drive: float, conserving: bool
) -> dict[str, Any]:
    """How well charge, heat and energy balance (relative).

    Returns:
        ``charge``: sum of the currents at ``drive`` over their size. ``heat``: heat generated minus heat
        that leaves through the sinks, over the former, worst order. ``energy``: electrical power in minus
        heat out, likewise; with conserving heat sources only. Where coefficients follow the temperature
        and fields were solved at given drives, heat and energy are at the worst of these. ``power``,
        ``heat_out``: W per power of the drive.
        ``reciprocity``: by probe, R1 with injector and probe exchanged less R1, over the larger; 0 where
        both are 0, as where nothing of first order in the drive gets to the probe.
    """
    by_power = [expansion.rest, *expansion.orders]
    present = [n for n, solution in enumerate(by_power) if solution]
    power = [_electrical_power(by_power, n) for n in present]
    heat = [sum(by_power[n].heat.values()) for n in present]
    currents = expansion.at(drive).currents.values()
    found = {
        "charge": abs(sum(currents)) / sum(map(abs, currents)),
        "heat": max(_heat_mismatch(by_power[n]) for n in present),
        "power": power,
        "heat_out": heat,
    }
    if expansion.points:
        found["heat"] = max(_heat_mismatch(solution) for _, solution in expansion.points)
    if conserving and expansion.points:
        found["energy"] = max(_energy_mismatch(solution) for _, solution in expansion.points)
    elif conserving:
        found["energy"] = _mismatch(power, heat)
    if expansion.reciprocity:
        found["reciprocity"] = {
            name: _difference(expansion.orders[0].reading(probes[name]), value)
            for name, value in expansion.reciprocity.items()
        }
    return found


def _heat_mismatch(solution: Solution) -> float:
    """Heat generated minus heat that leaves, over what is generated or flows, whichever is larger."""
    leaving = solution.heat.values()
    size = max(abs(solution.generated), sum(map(abs, leaving)))
    return abs(solution.generated - sum(leaving)) / size if size else 0.0


def _energy_mismatch(solution: Solution) -> float:
    """Electrical power in minus heat out at one drive, over the power or the heat that flows."""
    power = sum(current * solution.potential(name) for name, current in solution.currents.items())
    leaving = solution.heat.values()
    size = max(abs(power), sum(map(abs, leaving)))
    return abs(power - sum(leaving)) / size if size else 0.0


def _electrical_power(by_power: list[Solution | None], n: int) -> float:
    """Electrical power of one order, W: ``Σ I_i V_(n−i)`` over all terminals."""
    pairs = [(by_power[i], by_power[n - i]) for i in range(n + 1)]
    return sum(a.currents[name] * b.potential(name) for a, b in pairs if a and b for name in a.currents)


def _difference(first: float, second: float) -> float:
    """The difference of two numbers over the larger one."""
    size = max(abs(first), abs(second))
    return abs(first - second) / size if size else 0.0


def _mismatch(given: list[float], taken: list[float]) -> float:
    """Largest relative difference of two lists, where the first is not zero."""
    return max((abs(a - b) / abs(a) for a, b in zip(given, taken, strict=True) if a != 0.0), default=0.0)


def signals(configurations: Mapping[str, Any]) -> dict[str, dict[str, list[float]]]:
    """Baseline ``(P + AP)/2`` and spin signal ``P − AP`` of every probe; empty without P and AP."""
    if not {"P", "AP"} <= configurations.keys():
        return {}
    found = {}
    for name in configurations["P"]["probes"]:
        p, ap = (np.array(configurations[key]["probes"][name]["R"]) for key in ("P", "AP"))
        found[name] = {"baseline": ((p + ap) / 2).tolist(), "spin": (p - ap).tolist()}
    return found
