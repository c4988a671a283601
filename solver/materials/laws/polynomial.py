"""A polynomial in the temperature."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from thermospin.errors import brief
from thermospin.materials.laws.law import CoefficientLaw, Listed, Temperature
from thermospin.materials.laws.taylor import Taylor
from thermospin.section import evaluated, mistake
from thermospin.units import to_si

HIGHEST_POWER = 9


class Polynomial(CoefficientLaw):
    """``X(T) = c0 + c1 (T − T_ref) + c2 (T − T_ref)² + …``."""

    key: ClassVar[str] = "polynomial"

    polynomial: tuple[float, ...]
    """c0, c1, …, with the unit of the coefficient over 1, K, K², …: `[1.6 uV/K, 5 nV/K^2]`."""
    reference: Temperature
    """T_ref, K."""

    @classmethod
    def _quantities(cls, unit: str, bounds: dict[str, float]) -> dict[str, Any]:
        def convert(value: Any, info: ValidationInfo) -> tuple[float, ...]:
            if not isinstance(value, list | tuple) or not 1 <= len(value) <= HIGHEST_POWER + 1:
                raise mistake(
                    f"expected a list of up to {HIGHEST_POWER + 1} coefficients, [c0, c1, …], "
                    f"not {brief(value)}"
                )
            return tuple(_coefficient(part, unit, power, info) for power, part in enumerate(value))

        number = {"anyOf": [{"type": "number"}, {"type": "string"}]}
        schema = {"type": "array", "items": number, "minItems": 1, "maxItems": HIGHEST_POWER + 1}
        return {"polynomial": Annotated[tuple[float, ...], BeforeValidator(convert), WithJsonSchema(schema)]}

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient.
        """
        return f"{{polynomial: [{f'1 {unit}'.strip()}, 0.001 {_over(unit, 1)}], reference: 300 K}}"

    @property
    def listed(self) -> list[Listed]:
        """The coefficients c0, c1 and so on."""
        return [Listed(("polynomial", i), c, _over(self.unit, i)) for i, c in enumerate(self.polynomial)]

    @property
    def _constant(self) -> float | None:
        return None if any(self.polynomial[1:]) else self.polynomial[0]

    def _series(self, temperature: Taylor) -> Taylor:
        step, total = temperature - self.reference, temperature.constant(0.0)
        for coefficient in reversed(self.polynomial):
            total = total * step + coefficient
        return total


def _over(unit: str, power: int) -> str:
    """The unit of a coefficient of the polynomial."""
    if not unit:
        return f"K^-{power}" if power else ""
    return f"{unit}/K^{power}" if power > 1 else f"{unit}/K" if power else unit


def _coefficient(value: Any, unit: str, power: int, info: ValidationInfo) -> float:
    try:
        expected = _over(unit, power)
        return to_si(evaluated(value, info, expected), expected)
    except ValueError as error:
        raise mistake(str(error), power) from None
