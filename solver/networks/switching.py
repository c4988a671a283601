"""When the free layer of a circuit switches: Slonczewski's estimate, and macrospin dynamics."""

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
from thermospin.networks.response import Response, response, two_terminals

COLLINEAR = 1e-9
"""Largest sine of the angle between the axes of collinear magnets."""


@dataclass(frozen=True)
class Threshold:
    """What makes a collinear state of the free layer unstable, to first order in the sources.

    Attributes:
        factor: By what all sources of the circuit must be multiplied; None where they cannot.
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
    """The torque per area on a magnet as a function of its direction, under the sources of the circuit."""
    return lambda m: network.solve({node: m}).torques[node] / network.area


def thresholds(network: Network) -> dict[str, Threshold]:
    """The thresholds of the free layer, along and against its easy axis."""
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

    def critical(torque: Callable[[Response], np.ndarray]) -> float | None:
        return critical_drive(layer, lambda m: torque(response(network, pair, {node: m})) / network.area, m)

    voltage = critical(lambda found: found.torque(node, volts=1.0))
    return Threshold(
        factor=factor,
        voltage=voltage,
        current=None if voltage is None else voltage / response(network, pair, {node: m}).resistance,
        temperature_difference=critical(lambda found: found.torque(node, kelvins=1.0)),
        open_temperature_difference=critical(lambda found: found.open_circuit_torque(node)),
    )


def free_torque(network: Network) -> Torque:
    """The torque per area on the free layer; a table over one angle where the other magnets are collinear."""
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
        network: The circuit.
        note: Takes a line about what takes long.

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
    """Voltages, currents and temperature rises that are given and not 0, times a factor, by column name."""
    per = "" if network.config.area is not None else "/m^2"
    columns = {}
    for i, name in enumerate(network.nodes):
        fields, current = network.sources.fields[i], network.sources.currents[i]
        columns[f"{name}.voltage (V)"] = fields[V]
        columns[f"{name}.current (A{per})"] = current
        columns[f"{name}.rise (K)"] = fields[THETA]
    return {column: float(factor * value) for column, value in columns.items() if value}
