"""The numbers of a scheme and configuration in the layout of results.json, and the laws that they obey."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from thermospin.errors import ConvergenceError
from thermospin.response import accuracy
from thermospin.response.solution import HEATING_VOLTAGE, Expansion, Solution
from thermospin.runs.probes import probe_data


def configuration_data(
    expansion: Expansion,
    probes: Mapping[str, tuple[str, str]],
    drive: float | None,
    conserving: bool,
    images: int = 1,
) -> dict[str, Any]:
    """The numbers of one scheme and configuration, per power of the drive.

    Args:
        expansion: The fields.
        probes: Pairs of terminals, plus and minus.
        drive: The drive at which charge balances, A or V; None where none was given.
        conserving: Whether the heat sources conserve energy.
        images: Mirror images that make the whole device, whose currents and heat are given.
    """
    orders = expansion.orders
    data = {"probes": {name: probe_data(expansion, pair) for name, pair in probes.items()}}
    data |= flows_data(expansion, images)
    data |= {
        "balances": balances(expansion, probes, drive, conserving),
        "iterations": [order.iterations for order in orders],
        "residuals": [order.residual for order in orders],
    }
    if expansion.unestimated:
        data["unestimated"] = expansion.unestimated
    for key in ("power", "heat_out"):
        data["balances"][key] = [images * watts for watts in data["balances"][key]]
    return data


def flows_data(expansion: Expansion, images: int = 1) -> dict[str, Any]:
    """Potentials and currents of terminals and heat of sinks, per power of the drive.

    Args:
        expansion: The fields.
        images: Mirror images that make the whole device, whose currents and heat are given.
    """
    orders, some = expansion.orders, next(iter(expansion.by_power.values()))
    terminals: dict[str, Any] = {
        name: {
            "V": [order.potential(name) for order in orders],
            "current": [images * order.currents[name] for order in orders],
        }
        for name in some.terminals
    }
    sinks: dict[str, Any] = {
        name: {"heat": [images * order.heat[name] for order in orders]} for name in some.heat
    }
    if expansion.rest:
        for name, terminal in terminals.items():
            terminal |= {
                "V0": expansion.rest.potential(name),
                "current0": images * expansion.rest.currents[name],
            }
        for name, sink in sinks.items():
            sink["heat0"] = images * expansion.rest.heat[name]
    return {"terminals": terminals, "sinks": sinks}


def balances(
    expansion: Expansion, probes: Mapping[str, tuple[str, str]], drive: float | None, conserving: bool
) -> dict[str, Any]:
    """Relative errors of the balances of charge, heat and energy; None where nothing flows.

    Args:
        expansion: The fields.
        probes: Pairs of terminals, plus and minus.
        drive: The drive at which charge balances, A or V; None where none was given.
        conserving: Whether the heat sources conserve energy.

    Returns:
        ``charge``: sum of the currents at ``drive`` over their size; without it, at one that heats the device
        little, since at 1 A the rounding of high orders may exceed all currents. ``heat``: heat generated
        minus heat that leaves through the sinks, over what is generated or flows, worst order. ``energy``:
        electrical power and heat given in regions minus heat out, likewise; with conserving heat sources
        only. Where fields were solved at given drives, heat and energy are at the worst of these. An order in
        which hardly anything flows counts relative to the others (:data:`.NEGLIGIBLE_FLOW`). ``power``,
        ``heat_out``: W per power of the drive. ``reciprocity``: by probe, R1 with injector and probe
        exchanged less R1, over the larger; None where both are within the uncertainty of 0.
    """
    by_power = [expansion.rest, *expansion.orders]
    present = [n for n, solution in enumerate(by_power) if solution]
    power = [_electrical_power(by_power, n) for n in present]
    heat = [sum(by_power[n].heat.values()) for n in present]
    unit = by_power[1].heating_drive if len(by_power) > 1 else 1.0
    if expansion.points:
        flows = [_flow(solution, _power(solution)) for _, solution in expansion.points]
    else:
        flows = [_flow(by_power[n], watts).scaled(unit**n) for n, watts in zip(present, power, strict=True)]
        if len(by_power) > 1:  # of the second order, which need not have been asked for
            flows.append(Flow(0.0, 0.0, 0.0, abs(_power(by_power[1])) * unit**2))
    hardly = accuracy.FLOW_ROUNDING * max(max(flow.flowing, flow.power) for flow in flows) / HEATING_VOLTAGE
    found = {
        "charge": _imbalance(expansion.at(unit if drive is None else drive).currents.values(), hardly),
        "heat": _worst(flows, "heat"),
    }
    found |= {"power": power, "heat_out": heat}
    if conserving:
        found["energy"] = _worst(flows, "energy")
    if expansion.reciprocity:
        found["reciprocity"] = {
            name: _difference(expansion.orders[0], pair, expansion.reciprocity[pair])
            for name, pair in probes.items()
            if pair in expansion.reciprocity
        }
    return found


class Flow(NamedTuple):
    """Power that flows in one order, or at one drive, W.

    Attributes:
        heat: Heat generated minus heat that leaves.
        energy: Electrical power and heat given in regions, minus heat that leaves.
        flowing: Heat that is generated or flows, whichever is larger.
        power: Electrical power.
    """

    heat: float
    energy: float
    flowing: float
    power: float

    def scaled(self, factor: float) -> "Flow":
        """The same at another drive.

        Args:
            factor: Ratio of the powers at both drives.
        """
        return Flow(*(factor * value for value in self))


def _flow(solution: Solution, power: float) -> Flow:
    """Power that flows in one order or at one drive."""
    leaving = solution.heat.values()
    return Flow(
        abs(solution.generated - sum(leaving)),
        abs(power + solution.given - sum(leaving)),
        max(abs(solution.generated), sum(map(abs, leaving))),
        abs(power),
    )


def _worst(flows: Sequence[Flow], name: str) -> float | None:
    """The largest mismatch of a kind relative to the flow; None where only rounding flows."""
    total = max(max(flow.flowing, flow.power) for flow in flows)
    if (
        max(max(flow.flowing, flow.power * (name == "energy")) for flow in flows)
        <= accuracy.FLOW_ROUNDING * total
    ):
        return None
    return max(
        getattr(flow, name) / max(flow.flowing, flow.power, accuracy.NEGLIGIBLE_FLOW * total)
        for flow in flows
    )


def _power(solution: Solution) -> float:
    """Electrical power of fields with themselves, W."""
    return sum(current * solution.potential(name) for name, current in solution.currents.items())


def _imbalance(currents: Collection[float], hardly: float) -> float | None:
    """The sum of currents over their size; None where they are hardly any, A."""
    size = sum(map(abs, currents))
    return abs(sum(currents)) / size if size > hardly else None


def check_balances(found: Mapping[str, Any], tolerance: float, where: str) -> None:
    """Refuse numbers that are not finite, or break a conservation law.

    Args:
        found: The numbers of a scheme and configuration (:func:`configuration_data`).
        tolerance: Tolerance of the solver.
        where: Scheme and configuration, for the message.

    Raises:
        ConvergenceError: A number is not finite, or a law is broken.
    """
    if not _is_finite([found[key] for key in ("probes", "terminals", "sinks", "balances")]):
        raise ConvergenceError(
            f"{where}: some numbers are infinite or undefined; coefficients or drives may be too large or "
            "too small for floating-point numbers"
        )
    limit = max(accuracy.BALANCE_LIMIT, accuracy.BALANCE_SAFETY * tolerance)
    for name in ("charge", "heat", "energy"):
        value = found["balances"].get(name)
        if value is not None and value > limit:
            raise ConvergenceError(
                f"{where}: {name} does not balance (relative error {value:.2g}, allowed {limit:g}), so no "
                "number of this run can be trusted; coefficients may differ too much for the solver, or "
                "solver.tolerance may be too large"
            )


def _is_finite(data: Any) -> bool:
    """Whether all numbers in plain data are finite."""
    match data:
        case dict():
            return all(map(_is_finite, data.values()))
        case list() | tuple():
            return all(map(_is_finite, data))
        case float():
            return math.isfinite(data)
    return True


def _electrical_power(by_power: list[Solution | None], n: int) -> float:
    """Electrical power of one order, W: ``Σ I_i V_(n−i)`` over all terminals."""
    pairs = [(by_power[i], by_power[n - i]) for i in range(n + 1)]
    return sum(a.currents[name] * b.potential(name) for a, b in pairs if a and b for name in a.currents)


def _difference(first: Solution, probe: tuple[str, str], exchanged: float) -> float | None:
    """The difference of a reading and that of the exchanged experiment, over the larger one."""
    reading = first.reading(probe)
    size = max(abs(reading), abs(exchanged))
    return abs(reading - exchanged) / size if size > first.uncertainty.get(probe, 0.0) else None
