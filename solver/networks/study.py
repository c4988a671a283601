"""A study of a network: its states over the sweep, its response, the thresholds, the dynamics."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from thermospin.config.directions import unit_vector
from thermospin.networks.config import CircuitConfig
from thermospin.networks.costs import check_size
from thermospin.networks.determined import check_fields, check_flows
from thermospin.networks.network import TAU, THETA, Network, NetworkState, S, V
from thermospin.networks.response import TwoTerminalResponse, two_terminal_response, two_terminals
from thermospin.networks.switching import Switching, integrate_all, source_columns, thresholds
from thermospin.output.place import new_run

SCHEMA = "circuit 1"
"""Layout of results.json."""


@dataclass(frozen=True)
class Point:
    """The network at one angle.

    Attributes:
        angle: θ of the magnet that turns, rad; None without a sweep.
        direction: Its direction, (3,), likewise.
        state: Under the sources of the configuration.
        response: Between the two reservoirs; None if there are more or fewer.
    """

    angle: float | None
    direction: np.ndarray | None
    state: NetworkState
    response: TwoTerminalResponse | None


@dataclass(frozen=True)
class Study:
    """Results of a study.

    Attributes:
        config: The network.
        points: The states, in the order of the sweep.
        dynamics: The trajectories, in the order of the drives.
        data: The content of ``results.json``: plain types, SI.
    """

    config: CircuitConfig
    points: list[Point]
    dynamics: list[Switching]
    data: dict[str, Any]

    def columns(self, group: str) -> dict[str, list[Any]]:
        """A table: column name with unit to values.

        Args:
            group: ``points`` or ``switching``.
        """
        return self.data.get(group, {})


def study(config: CircuitConfig, note: Callable[[str], None] = lambda line: None) -> Study:
    """Solve a network.

    Args:
        config: The network.
        note: Takes a line before work that takes long.

    Raises:
        InputError: Some field of it is not determined, at some angle of the sweep, some flow is lost in
            rounding, or it would take too long.
    """
    check_size(config)
    network = Network(config)
    check_fields(network)
    check_flows(network)
    points = _points(network)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "title": config.title,
        "run": new_run(config._source),
        "config": config.model_dump(mode="json", exclude_none=True),
        "points": _table([_row(network, point) for point in points]),
        "balances": {"charge": max(point.state.balance for point in points)},
    }
    dynamics = []
    if config.free_layer is not None:
        data["thresholds"] = {name: asdict(found) for name, found in thresholds(network).items()}
    if config.dynamics is not None:
        dynamics = integrate_all(network, note)
        data["switching"] = _table([_switching_row(network, found) for found in dynamics])
    return Study(config, points, dynamics, data)


def _points(network: Network) -> list[Point]:
    config, pair = network.config, two_terminals(network)
    if config.sweep is None:
        return [Point(None, None, network.solve(), pair and two_terminal_response(network, pair))]
    angle = config.sweep.angle
    phi = config.nodes[angle.node].magnetisation.phi
    points = []
    for theta in angle.angles:
        m = np.array(unit_vector(theta, phi))
        turned = {angle.node: m}
        check_fields(network, turned)
        between = two_terminal_response(network, pair, turned) if pair else None
        points.append(Point(float(theta), m, network.solve(turned), between))
    return points


def _table(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _row(network: Network, point: Point) -> dict[str, Any]:
    """One line of the table; every name has its unit."""
    config, state = network.config, point.state
    per = "" if config.area is not None else "/m^2"
    row = {} if point.angle is None else {"angle (deg)": float(np.degrees(point.angle))}
    for name in config.reservoirs:
        row[f"{name}.current (A{per})"] = state.current(name)
        row[f"{name}.heat (W{per})"] = state.heat(name)
    for name in config.nodes:
        fields = state.of(name)
        row |= {f"{name}.V (V)": fields[V], f"{name}.rise (K)": fields[THETA]}
        if name not in config.reservoirs:
            row |= _vector(f"{name}.s", "V", fields[S])
            if config.regime == "non-interacting":
                row |= _vector(f"{name}.tau", "K", fields[TAU])
    for name, torque in state.torques.items():
        row |= _vector(f"{name}.torque", f"J{per}", torque)
        if config.area is not None:
            row |= _vector(f"{name}.torque_per_area", "J/m^2", torque / network.area)
    if point.response is not None:
        row |= _response(point.response, bool(config.area))
    return {name: float(value) + 0.0 for name, value in row.items()}


def _vector(name: str, unit: str, values: np.ndarray) -> dict[str, float]:
    owner, _, symbol = name.partition(".")
    components = {f"{name}_{axis} ({unit})": value for axis, value in zip("xyz", values, strict=True)}
    return components | {f"{owner}.|{symbol}| ({unit})": np.linalg.norm(values)}


def _response(found: TwoTerminalResponse, has_area: bool) -> dict[str, float]:
    return {
        f"resistance ({'ohm' if has_area else 'ohm m^2'})": found.resistance,
        "thermopower (V/K)": found.seebeck,
        "peltier (V)": found.peltier,
        f"heat_conductance ({'W/K' if has_area else 'W/(m^2 K)'})": found.heat_conductance,
    }


def _switching_row(network: Network, found: Switching) -> dict[str, Any]:
    easy = network.config.free_layer.macrospin.easy_axis
    return {
        "factor": found.factor,
        **source_columns(network, found.factor),
        "switching_time (s)": found.time,
        "final_projection": float(found.path.m[-1] @ easy),
        "stretch": found.path.stretch,
    }
