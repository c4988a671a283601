"""Coefficients of a device that are too far apart for floating-point numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from thermospin.section import mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thermospin.config.root import Config

ELECTRICAL, THERMAL, INTERFACES = 10.0, 15.0, 12.0
"""Orders of magnitude that are refused: no solver tells currents that small from rounding."""
SUSPECT = 5.0
"""Orders of magnitude that are named where a solver fails."""
REACH = 1e-6
"""Distance over which a metal is compared with its interfaces, m."""


class Contrast(NamedTuple):
    """Two coefficients that differ by orders of magnitude.

    Attributes:
        orders: How many.
        limit: How many are too many.
        message: What to say.
        at: Where the smaller one is given.
    """

    orders: float
    limit: float
    message: str
    at: tuple[str | int, ...]


def contrasts(config: Config) -> Iterator[Contrast]:
    """The largest ratios of coefficients in a device."""
    names = dict.fromkeys(config.geometry.materials.values())
    materials = {name: config.material(name) for name in names}
    conductors = {name: m.conductivity for name, m in materials.items() if m.is_conductor}
    heat = {name: m.thermal_conductivity for name, m in materials.items()}
    remedy = "treat {} as an insulator, with 'conductivity: 0'"
    yield from _extremes("conductivities", conductors, remedy, ELECTRICAL, "conductivity")
    remedy = "raise the thermal conductivity of {}"
    yield from _extremes("thermal conductivities", heat, remedy, THERMAL, "thermal_conductivity")
    if not conductors:
        return
    best = max(conductors, key=conductors.get)
    for i, entry in enumerate(config.interfaces):
        laws = (c.law for c in config.contacts.values() if entry.between and _is_of(c, entry, config))
        law = next(laws, None)
        if law is not None and law.conductance > 0:
            orders = math.log10(conductors[best] / REACH / law.conductance)
            yield Contrast(
                orders,
                INTERFACES,
                f"the interface of {' and '.join(entry.between)} conducts {orders:.0f} orders of magnitude "
                f"less than {REACH * 1e6:g} µm of {best}; leave its conductance out if only heat crosses",
                ("interfaces", i, "conductance"),
            )


def _is_of(contact, entry, config: Config) -> bool:
    """Whether a resistive interface is one of an entry."""
    sides = {contact.first, contact.second}
    sides |= {config.geometry.materials[region] for region in sides}
    return set(entry.between) <= sides


def _extremes(what: str, values: dict[str, float], remedy: str, limit: float, key: str) -> Iterator[Contrast]:
    """The largest ratio among materials."""
    if len(values) > 1:
        low, high = (choose(values, key=values.get) for choose in (min, max))
        orders = math.log10(values[high]) - math.log10(values[low])
        message = f"{what} differ by {orders:.0f} orders of magnitude ({high}, {low}); {remedy.format(low)}"
        yield Contrast(orders, limit, message, ("materials", low, key))


def check(config: Config) -> None:
    """Refuse coefficients too far apart for floating-point numbers.

    Raises:
        PydanticCustomError: The first of them.
    """
    for contrast in contrasts(config):
        if contrast.orders > contrast.limit:
            raise mistake(contrast.message, *contrast.at)


def suspects(config: Config) -> str:
    """The contrast that may be why a solver fails, as the end of a message; empty without any."""
    found = [contrast.message for contrast in contrasts(config) if contrast.orders > SUSPECT]
    return f" (perhaps because {found[0]})" if found else ""
