"""Heat carried by electrons, from the conductivity."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import PrivateAttr

from thermospin.constants import LORENZ_NUMBER
from thermospin.materials.laws.law import CoefficientLaw, Law
from thermospin.materials.laws.taylor import Taylor
from thermospin.units import quantity


class WiedemannFranz(CoefficientLaw):
    """``k_e(T) = r L0 σ(T) T``, with ``L0 = 2.443e-8 V²/K²``."""

    key: ClassVar[str] = "wiedemann_franz"

    wiedemann_franz: quantity("", gt=0, ge=1e-6, le=10)
    """r = L/L0, the Lorenz number of the metal over L0; 1 as a rule."""
    _conductivity: Law | float | None = PrivateAttr(default=None)

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient; not used.
        """
        return "{wiedemann_franz: 1}"

    @property
    def follows_field(self) -> bool:
        """Whether it depends on the magnetic field."""
        return isinstance(self._conductivity, Law) and self._conductivity.follows_field

    def given(self, conductivity: Law | float) -> WiedemannFranz:
        """The law of a material with a given conductivity.

        Args:
            conductivity: σ, S/m, or its law.
        """
        law = self.model_copy()
        law._conductivity = conductivity
        return law

    def at_field(self, field: float) -> WiedemannFranz:
        """The law of the temperature alone in a magnetic field.

        Args:
            field: B, T, along the axis of the spins.
        """
        sigma = self._conductivity
        return self.given(sigma.at_field(field)) if isinstance(sigma, Law) else self

    def _series(self, temperature: Taylor) -> Taylor:
        sigma = self._conductivity
        if sigma is None:
            raise ValueError("a Wiedemann–Franz law without its conductivity")
        sigma = sigma.series(temperature) if isinstance(sigma, Law) else sigma
        return self.wiedemann_franz * LORENZ_NUMBER * sigma * temperature


class WiedemannFranzAndPhonons(WiedemannFranz):
    """``k(T) = r L0 σ(T) T + k_ph``, with ``L0 = 2.443e-8 V²/K²``; the first term is k_e."""

    phonons: float = 0.0
    """k_ph, the constant part that phonons carry, W/(m K)."""

    @classmethod
    def _quantities(cls, unit: str, bounds: dict[str, float]) -> dict[str, Any]:
        return {"phonons": (quantity(unit, ge=0, le=bounds["le"]))}

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient; not used.
        """
        return "{wiedemann_franz: 1, phonons: 10 W/(m K)}"

    @property
    def electrons(self) -> WiedemannFranz:
        """The part that electrons carry."""
        law = WiedemannFranz(wiedemann_franz=self.wiedemann_franz, range=self.range)
        return law if self._conductivity is None else law.given(self._conductivity)

    def _series(self, temperature: Taylor) -> Taylor:
        return super()._series(temperature) + self.phonons
