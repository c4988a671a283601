"""A coefficient that changes linearly with the temperature."""

from typing import Any, ClassVar

from thermospin.materials.laws.law import CoefficientLaw, Temperature
from thermospin.materials.laws.taylor import Taylor
from thermospin.units import quantity

TemperatureCoefficient = quantity("K^-1", ge=-1, le=1)


class Linear(CoefficientLaw):
    """``X(T) = X_ref [1 + α (T − T_ref)]``."""

    key: ClassVar[str] = "linear"

    linear: float
    """X_ref, the value at the reference temperature."""
    temperature_coefficient: TemperatureCoefficient
    """α, 1/K: the relative change per kelvin."""
    reference: Temperature
    """T_ref, K."""

    @classmethod
    def _quantities(cls, unit: str, bounds: dict[str, float]) -> dict[str, Any]:
        return {"linear": quantity(unit, **bounds)}

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient.
        """
        return f"{{linear: {f'1 {unit}'.strip()}, temperature_coefficient: 0.001 /K, reference: 300 K}}"

    @property
    def _constant(self) -> float | None:
        return self.linear if self.temperature_coefficient == 0 else None

    def _series(self, temperature: Taylor) -> Taylor:
        return self.linear * (1 + self.temperature_coefficient * (temperature - self.reference))
