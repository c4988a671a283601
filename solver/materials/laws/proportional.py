"""A coefficient proportional to the temperature, as the Seebeck coefficient of a metal is (Mott)."""

from typing import Any, ClassVar

from thermospin.materials.laws.law import CoefficientLaw, Temperature
from thermospin.materials.laws.taylor import Taylor
from thermospin.units import quantity


class Proportional(CoefficientLaw):
    """``X(T) = X_ref T/T_ref``."""

    key: ClassVar[str] = "proportional"

    proportional: float
    """X_ref, the value at the reference temperature."""
    reference: Temperature
    """T_ref, K."""

    @classmethod
    def _quantities(cls, unit: str, bounds: dict[str, float]) -> dict[str, Any]:
        return {"proportional": quantity(unit, **bounds)}

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient.
        """
        return f"{{proportional: {f'1 {unit}'.strip()}, reference: 300 K}}"

    def _series(self, temperature: Taylor) -> Taylor:
        return self.proportional / self.reference * temperature
