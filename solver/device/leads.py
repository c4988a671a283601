"""Leads that continue beyond the mesh as fins in one dimension (solver/physics.md §6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from thermospin.config import Config
from thermospin.config.schemes import Scheme
from thermospin.meshes.terminals import Continuation, TerminalFace


@dataclass(frozen=True)
class Lead:
    """A lead between a terminal and its far end, which is at T0.

    Attributes:
        conductivity: σ, S/m; 0 of a thermal link.
        seebeck: S, V/K.
        heat_conductivity: κ = k − T0 σ S², W/(m K).
        length: L, m.
        thermal_length: ℓ, over which the temperature decays, m; infinite where no heat is lost on the way.
        joule_scale: ζ, the factor on Joule heat.
        follows_temperature: Whether the Peltier heat is that at the temperature of the terminal, not at T0.
    """

    conductivity: float
    seebeck: float
    heat_conductivity: float
    length: float
    thermal_length: float
    joule_scale: float
    follows_temperature: bool = False

    @classmethod
    def carrying(cls, seebeck: float, follows_temperature: bool) -> Self:
        """A lead that carries Peltier heat away, and has neither resistance nor heat conduction.

        Args:
            seebeck: S, V/K.
            follows_temperature: Whether the Peltier heat is that at the temperature of the terminal.
        """
        return cls(0.0, seebeck, 0.0, np.inf, np.inf, 0.0, follows_temperature)

    @property
    def carries_only(self) -> bool:
        """Whether it carries Peltier heat away and does nothing else."""
        return not self.heat_conductivity

    @property
    def resistance_area(self) -> float:
        """Resistance times area, Ω m²; 0 of a thermal link."""
        return self.length / self.conductivity if self.conductivity else 0.0

    @property
    def heat_transfer(self) -> float:
        """Heat that leaves through the terminal per area and kelvin, W/(m² K): ``κ/ℓ coth(L/ℓ)``."""
        if np.isinf(self.thermal_length):
            return self.heat_conductivity / self.length
        return self.heat_conductivity / self.thermal_length / np.tanh(self.length / self.thermal_length)

    @property
    def lost_heat(self) -> float:
        """Joule heat that leaves at the far end and on the way, for 1 A/m², W/m²."""
        return self.joule_scale * self.resistance_area - self.returned_heat

    @property
    def returned_heat(self) -> float:
        """Joule heat that enters through the terminal, for 1 A/m², W/m²: ``ζ ℓ tanh(L/2ℓ)/σ``."""
        if not self.conductivity:
            return 0.0
        if np.isinf(self.thermal_length):
            reach = self.length / 2
        else:
            reach = self.thermal_length * np.tanh(self.length / 2 / self.thermal_length)
        return self.joule_scale * reach / self.conductivity


def implied_leads(config: Config) -> dict[str, Lead]:
    """Leads of the same metal at terminals without a thermal condition through which given currents pass.

    They carry the Peltier heat of S at T0 away, and nothing else. `sink: false` says that there is none.

    Args:
        config: The configuration.
    """
    conserves = config.heating.model == "conserving"
    found = {name: _seebeck(config, end) for name, end in config.all_terminals.items() if end.is_free}
    ends = {name: seebeck for name, seebeck in found.items() if seebeck != 0}
    return {name: Lead.carrying(ends[name], conserves) for name in _carrying(config.schemes.values(), ends)}


def _seebeck(config: Config, terminal: TerminalFace) -> float | None:
    """S at T0 of a lead of the same metal, V/K; None where this is not one known number."""
    material = config.geometry.materials.get(terminal.region or "")
    if material is None:
        return None
    metal = config.material(material)
    if not metal.is_conductor:
        return 0.0
    return None if metal.anisotropic_seebeck_ratio else metal.seebeck


def _carrying(schemes: Iterable[Scheme], ends: Mapping[str, float | None]) -> list[str]:
    """Ends whose leads carry Peltier heat away: in every scheme all that its current passes, or none.

    What one of them brings would stay in the device if no other took it away.

    Args:
        schemes: The schemes.
        ends: Terminals without a thermal condition on metals of S ≠ 0, and S, V/K; None if it is not known.
    """
    barred = {name for name, seebeck in ends.items() if seebeck is None}
    passed = []
    for scheme in schemes:
        held = scheme.potentials
        is_given = len(held) == 1 and not any(held.values())
        if scheme.currents or not is_given:
            passed.append(ends.keys() & {*scheme.currents, *held})
        if not is_given:
            barred |= ends.keys() & held.keys()
    for _ in passed:
        barred.update(*(names for names in passed if names & barred))
    return [name for name in ends if name not in barred and any(name in names for names in passed)]


def find_leads(config: Config) -> dict[str, Lead]:
    """Leads that the configuration continues, by terminal.

    Args:
        config: The configuration.

    Raises:
        KeyError: There is no such material.
    """
    return {
        name: _lead(config, lead_material(config, terminal), terminal.continues)
        for name, terminal in config.all_terminals.items()
        if terminal.continues is not None
    }


def lead_material(config: Config, terminal: TerminalFace) -> str:
    """Name of the material of a lead, by default that of the region that its terminal lies on.

    Args:
        config: The configuration.
        terminal: The terminal.

    Raises:
        KeyError: Nothing tells it.
    """
    materials: Mapping[str | None, str] = config.geometry.materials
    return terminal.continues.material or materials[terminal.region]


def _lead(config: Config, material: str, given: Continuation) -> Lead:
    metal = config.material(material)
    return Lead(
        conductivity=metal.conductivity,
        seebeck=metal.seebeck,
        heat_conductivity=metal.thermal_conductivity
        - config.temperature * metal.conductivity * metal.seebeck**2,
        length=given.length,
        thermal_length=np.inf if given.thermal_length is None else given.thermal_length,
        joule_scale=config.heating.scale,
        follows_temperature=config.heating.model == "conserving",
    )
