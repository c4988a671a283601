"""The thermal conductivity without an electric field, from that without a charge current."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from thermospin.materials.laws.law import Law
from thermospin.materials.laws.taylor import Taylor


@dataclass(frozen=True)
class ShortCircuit(Law):
    """``k(T) = k_oc(T) + T0 σ(T) S(T)²`` (solver/physics.md §2).

    Attributes:
        open_circuit: k_oc, W/(m K).
        conductivity: σ, S/m.
        seebeck: S, V/K.
        temperature: T0, K.
    """

    written_as: ClassVar[str] = "thermal_conductivity_open_circuit"

    open_circuit: Law | float
    conductivity: Law | float
    seebeck: Law | float
    temperature: float

    @property
    def number(self) -> float | None:
        """k, W/(m K), if nothing follows the temperature or the field."""
        if any(isinstance(part, Law) for part in self._parts):
            return None
        k, sigma, s = self._parts
        return k + self.temperature * sigma * s**2

    @property
    def follows_field(self) -> bool:
        """Whether it depends on the magnetic field."""
        return any(isinstance(part, Law) and part.follows_field for part in self._parts)

    def at_field(self, field: float) -> ShortCircuit:
        """The law of the temperature alone in a magnetic field.

        Args:
            field: B, T, along the axis of the spins.
        """
        k, sigma, s = (part.at_field(field) if isinstance(part, Law) else part for part in self._parts)
        return replace(self, open_circuit=k, conductivity=sigma, seebeck=s)

    @property
    def _parts(self) -> tuple[Law | float, ...]:
        return self.open_circuit, self.conductivity, self.seebeck

    def _series(self, temperature: Taylor) -> Taylor:
        k, sigma, s = (
            part.series(temperature) if isinstance(part, Law) else temperature.constant(part)
            for part in self._parts
        )
        return k + self.temperature * sigma * s * s
