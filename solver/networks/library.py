"""Published interfaces for networks: Table I of Hatami et al., and the library of interfaces of devices."""

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

import yaml

from thermospin.materials.interface import OF_INSULATING_MAGNETS
from thermospin.materials.library import interface_library


class Printed(NamedTuple):
    """A row of Hatami's table.

    Attributes:
        slope: S/T, V/K².
        thermoelectric: P', the polarisation of G S.
        seebeck: P_S = (S↑ − S↓)/(S↑ + S↓).
        mixing: η, or None between normal metals.
        mixing_thermopower: η', likewise.
    """

    slope: float
    thermoelectric: float
    seebeck: float
    mixing: float | None
    mixing_thermopower: float | None

    @property
    def polarisation(self) -> float:
        """P, from ``P_S = (P' − P)/(1 − P'P)``."""
        return (self.thermoelectric - self.seebeck) / (1 - self.thermoelectric * self.seebeck)

    @property
    def values(self) -> dict[str, float]:
        """The row as an element of a network writes it."""
        values = {"seebeck_slope": self.slope}
        if self.mixing is not None:
            values |= {
                "polarisation": self.polarisation,
                "thermoelectric_polarisation": self.thermoelectric,
                "relative_mixing_conductance": self.mixing,
                "mixing_thermopower": self.mixing_thermopower,
            }
        return values


@functools.cache
def _document() -> dict[str, Any]:
    text = resources.files("thermospin.networks").joinpath("hatami2007.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@functools.cache
def hatami_table() -> Mapping[str, Printed]:
    """Hatami's table, by names such as ``Cu/Co(001)*``; the star is a dirty interface.

    Examples:
        >>> print(f"{hatami_table()['Cu/Co(001)'].polarisation:.2f}")
        0.76
    """
    return {
        name: Printed(row["slope"] * 1e-9, row["P'"] / 100, row["P_S"] / 100, row.get("eta"), row.get("eta'"))
        for name, row in _document()["interfaces"].items()
    }


@functools.cache
def element_library() -> Mapping[str, Mapping[str, Any]]:
    """All interfaces that an element can name, with their values as an element writes them.

    Those of insulating magnets are none: no current crosses them.
    """
    devices = {
        name: {key: entry.value for key, entry in properties.items()}
        for name, properties in interface_library().items()
        if not set(OF_INSULATING_MAGNETS) & properties.keys()
    }
    return devices | {name: row.values for name, row in hatami_table().items()}
