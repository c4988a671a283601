"""Coefficients of a device that are too far apart for floating-point numbers."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from thermospin.config import Config
from thermospin.device import Device

ELECTRICAL, THERMAL, INTERFACES = 10.0, 15.0, 12.0
"""Orders of magnitude that are refused: no solver tells currents that small from rounding."""
SUSPECT = 5.0
"""Orders of magnitude that are named where a solver fails."""
REACH = 1e-6
"""Distance over which a metal is compared with its interfaces, m."""


class Contrast(NamedTuple):
    """Two coefficients that differ by orders of magnitude.

    Attributes:
        orders: Their number.
        limit: Number of orders that is too large.
        message: Message to the user.
        at: Place where the smaller one is given: keys and list indices.
    """

    orders: float
    limit: float
    message: str
    at: tuple[str | int, ...]


def contrasts(config: Config, device: Device) -> Iterator[Contrast]:
    """The largest ratios of coefficients in a device.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device.
    """
    materials = {device.material_names[region]: material for region, material in device.materials.items()}
    conductors = {name: m.conductivity for name, m in materials.items() if m.is_conductor}
    heat = {name: m.thermal_conductivity for name, m in materials.items()}
    remedy = "treat {} as an insulator, with 'conductivity: 0'"
    yield from _extremes("conductivities", conductors, remedy, ELECTRICAL, "conductivity")
    remedy = "raise the thermal conductivity of {}"
    yield from _extremes("thermal conductivities", heat, remedy, THERMAL, "thermal_conductivity")
    if not conductors:
        return
    best = max(conductors, key=conductors.get)
    laws = {interface.entry: interface.law for interface in device.resistive_interfaces.values()}
    for i, entry in enumerate(config.interfaces):
        law = laws.get(i)
        if entry.between and law is not None and law.conductance > 0:
            orders = math.log10(conductors[best] / REACH / law.conductance)
            yield Contrast(
                orders,
                INTERFACES,
                f"the interface of {' and '.join(entry.between)} conducts {orders:.0f} orders of magnitude "
                f"less than {REACH * 1e6:g} µm of {best}; leave its conductance out if only heat crosses",
                ("interfaces", i, "conductance"),
            )


def _extremes(what: str, values: dict[str, float], remedy: str, limit: float, key: str) -> Iterator[Contrast]:
    """The largest ratio among materials."""
    if len(values) > 1:
        low, high = (choose(values, key=values.get) for choose in (min, max))
        orders = math.log10(values[high]) - math.log10(values[low])
        message = f"{what} differ by {orders:.0f} orders of magnitude ({high}, {low}); {remedy.format(low)}"
        yield Contrast(orders, limit, message, ("materials", low, key))


def check(config: Config, device: Device) -> None:
    """Refuse coefficients too far apart for floating-point numbers.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device.

    Raises:
        InputError: The first of them.
    """
    for contrast in contrasts(config, device):
        if contrast.orders > contrast.limit:
            raise config.mistake(contrast.message, *contrast.at)


def suspects(config: Config, device: Device) -> str:
    """The contrast that may be the cause of a solver's failure, as the end of a message; empty without any.

    Args:
        config: The configuration, whose entries the message names.
        device: Its device.
    """
    found = [contrast.message for contrast in contrasts(config, device) if contrast.orders > SUSPECT]
    return f" (perhaps because {found[0]})" if found else ""
