"""The cost of a network, estimated before it is solved."""

import math
import time
from collections.abc import Callable

import numpy as np

from thermospin.errors import InputError
from thermospin.macrospin.dynamics import Macrospin, Torque, tangents
from thermospin.networks.config import CircuitConfig
from thermospin.networks.network import FIELDS, Network

LARGEST_WORK = 1e12
"""Angles times the cube of the unknowns: about an hour."""
CALLS_PER_PERIOD = 50
"""Torques that the integrator asks for in a period of the precession, at most."""
WORTH_TELLING = 10.0
"""Time of dynamics that is announced, s."""


def check_size(config: CircuitConfig) -> None:
    """Refuse a network that would take hours, before anything is solved.

    Args:
        config: The network.

    Raises:
        InputError: It is too large.
    """
    points = config.sweep.angle.points if config.sweep is not None else 1
    if points * (FIELDS * len(config.nodes)) ** 3 > LARGEST_WORK:
        raise InputError(
            f"{len(config.nodes)} nodes at {points} angles take more than an hour; give fewer of either",
            key="nodes",
            file=config.source,
        )


def precession_periods(
    layer: Macrospin, torque: Torque, factors: tuple[float, ...], duration: float
) -> float:
    """Upper bound of the periods of precession in all drives.

    Args:
        layer: The free layer.
        torque: Per area, J/m², as a function of m.
        factors: Multiples of the torque.
        duration: Of each, s.
    """
    field = np.linalg.norm(layer.magnetic_field) + layer.anisotropy_field + layer.plane_field
    plane = tangents(layer.easy_axis)
    around = [np.cos(a) * plane[0] + np.sin(a) * plane[1] for a in np.linspace(0, math.pi, 5)]
    directions = [(m + tilt * layer.easy_axis) / math.hypot(1, tilt) for m in around for tilt in (-1, 0, 1)]
    pushed = max(float(np.linalg.norm(layer.torque_field(torque(m)))) for m in directions)
    fields = sum(field + abs(factor) * pushed for factor in factors)
    return layer.gyromagnetic_ratio * fields * duration / (2 * math.pi)


def check_duration(network: Network, torque: Torque, note: Callable[[str], None]) -> None:
    """Estimate the time of the dynamics, and refuse one beyond the limit of the configuration.

    Args:
        network: The network.
        torque: On the free layer, per area, J/m².
        note: Takes a line for the user.

    Raises:
        InputError: There are too many periods.
    """
    dynamics, layer = network.config.dynamics, network.config.free_layer.macrospin
    periods = precession_periods(layer, torque, dynamics.drives, dynamics.duration)
    begun = time.perf_counter()
    for m in (layer.easy_axis, *tangents(layer.easy_axis)):
        layer.velocity(m, torque(m))
    seconds = periods * CALLS_PER_PERIOD * (time.perf_counter() - begun) / 3
    if periods > dynamics.max_periods:
        raise InputError(
            f"{dynamics.duration:g} s are up to {periods:.1e} periods of precession over all drives, which "
            f"take about {_spoken(seconds)}; shorten it, give fewer drives, or raise dynamics.max_periods",
            key="dynamics.duration",
            file=network.config.source,
        )
    if seconds > WORTH_TELLING:
        note(f"dynamics: up to {periods:.1e} periods of precession, at most about {_spoken(seconds)}")


def _spoken(seconds: float) -> str:
    for length, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds > 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} seconds"
