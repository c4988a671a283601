"""Quantities with units at the edge of the program: strings such as ``15 nm`` in, SI floats out."""

import decimal
import functools
import math
import operator
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema


@functools.cache
def registry():
    """The pint unit registry, made when first needed; it uses decimals, so ``15 nm`` is exactly 1.5e-8 m."""
    import pint

    return pint.UnitRegistry(non_int_type=decimal.Decimal)


_QUANTITY = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*([^\d\s]\D*(\d\D+)*\d?)?")
"""A number and a unit with exponents of one digit: nothing that takes long to evaluate."""


def to_si(value: Any, unit: str) -> float:
    """Convert a number or a string with a unit to SI.

    Args:
        value: A plain number (taken as SI) or a string such as ``-3.8 uV/K``.
        unit: The SI unit expected, such as ``V/K``.

    Returns:
        The magnitude in ``unit``.

    Raises:
        ValueError: The text is not a quantity, its unit has another dimension, or the number is not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected a quantity in {unit}, such as '1 {unit}', not {value!r}")
    if isinstance(value, str):
        value = _parse(value, unit)
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, not {number}")
    return number


def _parse(text: str, unit: str) -> float:
    import pint

    try:
        if not _QUANTITY.fullmatch(text):
            raise ValueError(text)
        quantity = registry().Quantity(text)
        if quantity.unitless and unit and quantity.units == registry().dimensionless:
            return float(quantity.magnitude)
        return float(quantity.to(unit or "dimensionless").magnitude)
    except pint.DimensionalityError:
        raise ValueError(f"wrong unit in '{text}': expected {unit or 'a plain number'}") from None
    except Exception:
        example = f"1 {unit}".strip()
        raise ValueError(f"cannot read '{text}' as a quantity; write for example '{example}'") from None


def common_unit(values: Sequence[Any]) -> tuple[list[float], str]:
    """Quantities of one dimension as numbers in the unit of the first.

    Args:
        values: Plain numbers, or texts such as ``15 nm``.

    Returns:
        The numbers, and the unit as it was written; an empty text for plain numbers.

    Raises:
        ValueError: One is not a quantity, has another dimension, or only some have a unit.
    """
    if not any(isinstance(value, str) for value in values):
        return [to_si(value, "") for value in values], ""
    found = [_QUANTITY.fullmatch(value) if isinstance(value, str) else None for value in values]
    units = [match and (match[3] or "").strip() for match in found]
    for value, unit in zip(values, units, strict=True):
        if unit is None or bool(unit) != bool(units[0]):
            raise ValueError(
                f"cannot read {value!r} as a quantity like {values[0]!r}; give all a unit, or none"
            )
    unit = units[0]
    return [_parse(value, unit) for value in values], unit


BOUNDS = {
    "gt": (operator.gt, "greater than"),
    "ge": (operator.ge, "at least"),
    "lt": (operator.lt, "less than"),
    "le": (operator.le, "at most"),
}
"""The bounds of a quantity: what must hold, and in words."""


PLAIN_LIMIT = 1e-3
"""Size from which a length in a configuration must be written with its unit, m."""

WRITTEN = "written by a user"
"""Context of the validation of what users write, in which plain numbers may be meant in nm."""


def has_unit(value: Any) -> bool:
    """Whether a quantity was written with a unit."""
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return bool(match and match[3])


def _with_unit(length: float) -> float | str:
    """A length as a configuration may hold it: with its unit where a plain number would be questioned."""
    return f"{length!r} m" if abs(length) >= PLAIN_LIMIT else length


def quantity(unit: str, **bounds: float) -> Any:
    """A pydantic type: a number in SI or text with a unit, within bounds (``gt``, ``ge``, ``lt``, ``le``)."""

    def convert(value: Any, info: ValidationInfo) -> float:
        number = to_si(value, unit)
        if unit == "m" and abs(number) >= PLAIN_LIMIT and info.context is WRITTEN and not has_unit(value):
            raise ValueError(
                f"is {value} in nm? A plain number is in m, and {number:g} m is large for a device: "
                f"write the unit, such as '{value} nm' or '{value} m'"
            )
        for bound, limit in bounds.items():
            holds, words = BOUNDS[bound]
            if not holds(number, limit):
                hint = f"; plain numbers are in {unit}" if unit and not isinstance(value, str) else ""
                raise ValueError(f"must be {words} {limit:g} {unit}".rstrip() + f", not {value}{hint}")
        return number

    schema = {
        "anyOf": [{"type": "number"}, {"type": "string"}],
        "description": f"number in {unit or '1'}, or text with a unit",
    }
    types = [BeforeValidator(convert), WithJsonSchema(schema)]
    if unit == "m":
        types.append(PlainSerializer(_with_unit, when_used="json"))
    return Annotated[float, *types]


Length = quantity("m")
PositiveLength = quantity("m", gt=0)
Temperature = quantity("K", gt=0)


def rounded(number: float) -> str:
    """A large number with two digits, for people: ``160,000`` or ``3.6 million``."""
    for size, word in ((1e12, None), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number:.1e}" if word is None else f"{float(f'{number / size:.2g}'):g} {word}"
    return f"{round(float(f'{number:.2g}')):,}"
