"""Switching of the free layer of a network: Slonczewski's estimate, and macrospin dynamics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermospin.macrospin.dynamics import (
    AngularTorque,
    Macrospin,
    Torque,
    Trajectory,
    critical_drive,
    integrate,
    switching_time,
)
from thermospin.networks.costs import check_duration
from thermospin.networks.determined import check_fields
from thermospin.networks.network import THETA, Network, V
from thermospin.networks.response import TwoTerminalResponse, two_terminal_response, two_terminals

COLLINEAR = 1e-9
"""Largest sine of the angle between the axes of collinear magnets."""


@dataclass(frozen=True)
class Threshold:
    """Threshold at which a collinear state of the free layer becomes unstable, to first order in the sources.

    Attributes:
        factor: Factor by which all sources must be multiplied; None where no factor does.
        voltage: ΔV between the two reservoirs at ΔT = 0, V; None without two reservoirs, as those below.
        current: The current at that voltage, A (A/m² per area).
        temperature_difference: ΔT at ΔV = 0, K.
        open_temperature_difference: ΔT at I = 0, K.
    """

    factor: float | None
    voltage: float | None = None
    current: float | None = None
    temperature_difference: float | None = None
    open_temperature_difference: float | None = None


def source_torque(network: Network, node: str) -> Torque:
    """Torque per area on a magnet, J/m², as a function of its direction, under the sources of the network.

    Args:
        network: The network.
        node: Name of the magnet.
    """
    return lambda m: network.solve({node: m}).torques[node] / network.area


def thresholds(network: Network) -> dict[str, Threshold]:
    """Thresholds of the free layer along and against its easy axis.

    Args:
        network: The network.

    Returns:
        By ``+easy_axis`` and ``-easy_axis``.
    """
    free = network.config.free_layer
    layer = free.macrospin
    return {
        name: _threshold(network, layer, sign * layer.easy_axis)
        for name, sign in (("+easy_axis", 1), ("-easy_axis", -1))
    }


def _threshold(network: Network, layer: Macrospin, m: np.ndarray) -> Threshold:
    node, pair = network.config.free_layer.node, two_terminals(network)
    check_fields(network, {node: m})
    factor = critical_drive(layer, source_torque(network, node), m)
    if pair is None:
        return Threshold(factor)

    def between(m: np.ndarray) -> TwoTerminalResponse:
        return two_terminal_response(network, pair, {node: m})

    def critical(torque: Callable[[TwoTerminalResponse], np.ndarray]) -> float | None:
        return critical_drive(layer, lambda m: torque(between(m)) / network.area, m)

    voltage = critical(lambda found: found.torque(node, volts=1.0))
    return Threshold(
        factor=factor,
        voltage=voltage,
        current=None if voltage is None else voltage / between(m).resistance,
        temperature_difference=critical(lambda found: found.torque(node, kelvins=1.0)),
        open_temperature_difference=critical(lambda found: found.open_circuit_torque(node)),
    )


def free_torque(network: Network) -> Torque:
    """Torque per area on the free layer, J/m², as a function of its direction.

    Where the other magnets are collinear it is a table over one angle.

    Args:
        network: The network.
    """
    node = network.config.free_layer.node
    torque = source_torque(network, node)
    others = [m for name, m in network.config.magnets.items() if name != node]
    reference = others[0] if others else network.config.free_layer.easy_axis.vector
    if all(np.linalg.norm(np.cross(m, reference)) < COLLINEAR for m in others):
        return AngularTorque.of(torque, reference)
    return torque


@dataclass(frozen=True)
class Switching:
    """The dynamics under one multiple of the sources.

    Attributes:
        factor: The multiple.
        path: How m moved.
        time: When it switched, s; None if it did not.
    """

    factor: float
    path: Trajectory
    time: float | None


def integrate_all(network: Network, note: Callable[[str], None] = lambda line: None) -> list[Switching]:
    """Integrate the dynamics for every multiple of the sources that is asked for.

    Args:
        network: The network.
        note: Takes a line before work that takes long.

    Raises:
        InputError: There are too many periods of precession.
        ConvergenceError: The integrator gave up.
    """
    dynamics, layer = network.config.dynamics, network.config.free_layer.macrospin
    torque = free_torque(network)
    check_duration(network, torque, note)
    found = []
    for factor in dynamics.drives:
        path = integrate(
            layer, lambda m, factor=factor: factor * torque(m), dynamics.initial.vector, dynamics.duration
        )
        found.append(Switching(factor, path, switching_time(layer, path)))
    return found


def source_columns(network: Network, factor: float) -> dict[str, Any]:
    """Voltages, currents and temperature rises that are given and not 0, by column name with unit.

    Args:
        network: The network.
        factor: Factor of all sources.
    """
    per = "" if network.config.area is not None else "/m^2"
    columns = {}
    for i, name in enumerate(network.nodes):
        fields, current = network.sources.fields[i], network.sources.currents[i]
        columns[f"{name}.voltage (V)"] = fields[V]
        columns[f"{name}.current (A{per})"] = current
        columns[f"{name}.rise (K)"] = fields[THETA]
    return {column: float(factor * value) for column, value in columns.items() if value}
