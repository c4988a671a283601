"""A measured coefficient, interpolated between temperatures."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AfterValidator, BeforeValidator, model_validator
from scipy.interpolate import PchipInterpolator

from thermospin.errors import brief
from thermospin.materials.laws.law import CoefficientLaw, Listed, Temperature, TemperatureRange
from thermospin.materials.laws.taylor import Taylor
from thermospin.section import mistake
from thermospin.units import quantity


def _rows(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) < 2:
        raise mistake(f"expected at least two rows [temperature, value], not {brief(value)}")
    for i, row in enumerate(value):
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise mistake(f"expected [temperature, value], not {brief(row)}", i)
    return value


def _ascending(rows: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    for i in range(1, len(rows)):
        if rows[i][0] <= rows[i - 1][0]:
            raise mistake(
                f"{rows[i][0]:g} K does not follow {rows[i - 1][0]:g} K; sort the rows by temperature", i, 0
            )
    return rows


class Table(CoefficientLaw):
    """``X(T_i) = X_i``, and between them the cubic Hermite interpolant that is monotone where the rows are.

    The interpolant is PCHIP (F. N. Fritsch, J. Butland, SIAM J. Sci. Stat. Comput. 5, 300 (1984)): no
    interpolated value lies outside those of its two rows. The first derivative is continuous. The second
    jumps at the rows; there the derivative above the row is used, also in an expansion about that
    temperature. The law continues by a hundredth of its range beyond either end, and no further.
    """

    key: ClassVar[str] = "table"

    table: tuple[tuple[Temperature, float], ...]
    """Rows [T, value], by rising temperature: `[[250 K, 1.3 uV/K], [300 K, 1.6 uV/K], [350 K, 1.8 uV/K]]`."""
    range: TemperatureRange | None = None
    """[lowest, highest] temperature where it holds, K; by default, and at most, those of the table."""

    @classmethod
    def _quantities(cls, unit: str, bounds: dict[str, float]) -> dict[str, Any]:
        row = tuple[Temperature, quantity(unit, **bounds)]
        return {"table": Annotated[tuple[row, ...], BeforeValidator(_rows), AfterValidator(_ascending)]}

    @classmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient.
        """
        first, second = (f"{number} {unit}".strip() for number in (1, 2))
        return f"{{table: [[250 K, {first}], [350 K, {second}]]}}"

    @property
    def listed(self) -> list[Listed]:
        """The values of the rows, at temperatures that are places and no coefficients."""
        return [Listed(("table", i, 1), value, self.unit) for i, (_, value) in enumerate(self.table)]

    @property
    def limits(self) -> tuple[float, float]:
        """The temperatures between which it holds, K."""
        low, high = self.table[0][0], self.table[-1][0]
        return (low, high) if self.range is None else (max(low, self.range[0]), min(high, self.range[1]))

    @model_validator(mode="after")
    def _range_overlaps(self) -> Table:
        low, high = self.limits
        if low >= high:
            raise mistake(
                f"does not overlap the table, {self.table[0][0]:g} K to {self.table[-1][0]:g} K", "range"
            )
        return self

    @cached_property
    def _interpolant(self) -> PchipInterpolator:
        return PchipInterpolator(*np.transpose(self.table), extrapolate=True)

    def _series(self, temperature: Taylor) -> Taylor:
        values = temperature.value
        return Taylor.of_derivatives([self._interpolant(values, k) for k in range(temperature.order + 1)])
