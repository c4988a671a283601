"""A conductivity whose inverse changes linearly with the temperature, as that of metals does."""

from typing import ClassVar

from thermospin.materials.laws.law import CoefficientLaw, Temperature
from thermospin.materials.laws.linear import TemperatureCoefficient
from thermospin.materials.laws.taylor import Taylor
from thermospin.units import quantity


class Resistivity(CoefficientLaw):
    """``σ(T) = 1/{ρ_ref [1 + α (T − T_ref)]}``."""

    key: ClassVar[str] = "resistivity"

    resistivity: quantity("ohm m", ge=1e-10, le=1e3)
    """ρ_ref, the resistivity at the reference temperature, Ω m."""
    temperature_coefficient: TemperatureCoefficient
    """α of the resistivity, 1/K; 0.0039 /K in pure copper at 20 °C."""
    reference: Temperature
    """T_ref, K."""

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient; not used.
        """
        return "{resistivity: 2.0e-8 ohm m, temperature_coefficient: 0.0039 /K, reference: 300 K}"

    @property
    def _constant(self) -> float | None:
        return 1 / self.resistivity if self.temperature_coefficient == 0 else None

    def _series(self, temperature: Taylor) -> Taylor:
        return 1 / (self.resistivity * (1 + self.temperature_coefficient * (temperature - self.reference)))
