"""Quantities: texts and numbers in, SI floats out; types of pydantic with bounds; texts for people."""

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from thermospin.errors import brief, cut
from thermospin.section import Written, evaluated
from thermospin.units.hints import example, hint, remedy
from thermospin.units.names import LONGEST, named_units, registry, split_quantity, suits


def to_si(value: Any, unit: str) -> float:
    """Convert a number or a string with a unit to SI.

    Args:
        value: A plain number (taken as SI) or a string such as ``-3.8 uV/K``.
        unit: The SI unit expected, such as ``V/K``.

    Returns:
        The magnitude in ``unit``.

    Raises:
        ValueError: The text is not a quantity, its unit has another dimension, or the number is not finite.

    Examples:
        >>> to_si("-4 uV/K", "V/K")
        -4e-06
        >>> to_si("100 nm", "m")
        1e-07
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(
            f"expected a quantity in {unit or '1'}, such as '{example(unit)}', not {brief(value)}"
        )
    if isinstance(value, str):
        value = _parse(value, unit)
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, not {number}")
    return number


@functools.lru_cache(maxsize=4096)
def _parse(text: str, unit: str) -> float:
    found = split_quantity(text) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"cannot read {brief(text)} as a quantity; {remedy(text, unit)}")
    number, own = found
    if not own:
        return float(number)
    units = named_units(own)
    if units is None:
        raise ValueError(f"cannot read {brief(text)} as a quantity; {remedy(text, unit)}")
    if not suits(units, unit):
        raise ValueError(f"wrong unit in {brief(text)}: expected {unit or 'a plain number'}{hint(own, unit)}")
    try:
        converted = registry().Quantity(number, units).to(unit or "dimensionless").magnitude
    except ArithmeticError:  # beyond the exponents of decimals
        return math.inf
    if converted and not float(converted):
        raise ValueError(f"{brief(text)} is too small to be told from 0; write 0 if you mean it")
    return float(converted)


def is_plain(text: str) -> bool:
    """Whether a text is a number without a unit.

    Args:
        text: The text.
    """
    found = split_quantity(text) if len(text) <= LONGEST else None
    return found is not None and not found[1]


def has_unit(text: str, unit: str) -> bool:
    """Whether a text is a quantity with a unit of a given dimension.

    Args:
        text: The text.
        unit: A unit of that dimension.
    """
    try:
        _parse(text, unit)
    except ValueError:
        return False
    return not is_plain(text)


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
    found = [
        split_quantity(value) if isinstance(value, str) and len(value) <= LONGEST else None
        for value in values
    ]
    for value, parts in zip(values, found, strict=True):
        if parts is None or bool(parts[1]) != bool(found[0] and found[0][1]):
            raise ValueError(
                f"cannot read {brief(value)} as a quantity like {brief(values[0])}; give all a unit, or none"
            )
    unit = found[0][1] if found[0] else ""
    return [_finite(_parse(value, unit)) for value in values], unit


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, not {number}")
    return number


BOUNDS = {
    "gt": (operator.gt, "greater than"),
    "ge": (operator.ge, "at least"),
    "lt": (operator.lt, "less than"),
    "le": (operator.le, "at most"),
}
"""The bounds of a quantity: the relation, and in words."""


PLAIN_LIMIT = 1e-3
"""Size from which a length in a configuration must be written with its unit, m."""


def _with_unit(length: float) -> float | str:
    """A length as a configuration may hold it: with its unit where a plain number would be questioned."""
    return f"{length!r} m" if abs(length) >= PLAIN_LIMIT else length


def quantity(unit: str, *, smallest: float = 0.0, **bounds: float) -> Any:
    """A pydantic type: a number in SI or text with a unit.

    Args:
        unit: SI unit, empty for plain numbers.
        smallest: Smallest size of a number that is not 0.
        bounds: ``gt``, ``ge``, ``lt``, ``le``.
    """

    def convert(value: Any, info: ValidationInfo) -> float:
        value = evaluated(value, info, unit)
        number = to_si(value, unit)
        if 0 < abs(number) < smallest:
            raise ValueError(f"must be 0 or at least {smallest:g} {unit}".rstrip() + f", not {brief(value)}")
        plain = not isinstance(value, str) or is_plain(value)
        if unit == "m" and abs(number) >= PLAIN_LIMIT and isinstance(info.context, Written) and plain:
            raise ValueError(
                f"is {cut(str(value))} in nm? A plain number is in m, and {number:g} m is large for a "
                f"device: write the unit, such as '{cut(str(value))} nm' or '{cut(str(value))} m'"
            )
        for bound, limit in bounds.items():
            holds, words = BOUNDS[bound]
            if not holds(number, limit):
                plain_unit = f"; plain numbers are in {unit}" if unit and not isinstance(value, str) else ""
                raise ValueError(
                    f"must be {words} {limit:g} {unit}".rstrip() + f", not {cut(str(value))}{plain_unit}"
                )
        return number

    schema = {
        "anyOf": [{"type": "number"} | _json_bounds(bounds), {"type": "string"}],
        "description": f"number in {unit or '1'}, text with a unit, or a formula of parameters",
        "x-unit": unit,
    }
    types = [BeforeValidator(convert), WithJsonSchema(schema)]
    if unit == "m":
        types.append(PlainSerializer(_with_unit, when_used="json"))
    return Annotated[float, *types]


def _json_bounds(bounds: Mapping[str, float]) -> dict[str, float]:
    """Bounds in the words of JSON Schema."""
    words = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
    return {words[bound]: limit for bound, limit in bounds.items()}


def readable(number: float, unit: str) -> float | str:
    """A quantity as people write it, such as ``1 um``; a plain number where there is no unit.

    Args:
        number: The number in SI.
        unit: Its SI unit.
    """
    if not unit:
        return float(f"{number:.12g}")
    if unit[0] in "mVAST" and 0 < abs(number) < 1 and not unit[1:2].isalpha() and not unit.startswith("m^"):
        for factor, prefix in ((1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p")):
            if abs(number) >= factor * (1 - 1e-12):
                return f"{number / factor:.12g} {prefix}{unit}"
    return f"{number:.12g} {unit}" if abs(number) < 1e5 else f"{number:g} {unit}"


COLDEST, HOTTEST = 1e-6, 5000.0
"""Temperatures of a device, K."""
Length = quantity("m")
PositiveLength = quantity("m", gt=0)
Temperature = quantity("K", gt=0, ge=COLDEST, le=HOTTEST)


def rounded(number: float) -> str:
    """A large number with two digits, for people: ``160,000`` or ``3.6 million``.

    Args:
        number: The number, at least 0.
    """
    for size, word in ((1e12, None), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number:.1e}" if word is None else f"{float(f'{number / size:.2g}'):g} {word}"
    return f"{round(float(f'{number:.2g}')):,}"
