"""Quantities with units at the edge of the program: strings such as ``15 nm`` in, SI floats out."""

import decimal
import difflib
import functools
import math
import operator
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from thermospin.errors import brief, cut
from thermospin.section import Written, evaluated


@functools.cache
def registry() -> Any:
    """The pint unit registry, made when first needed; it uses decimals, so ``15 nm`` is exactly 1.5e-8 m."""
    import pint

    return pint.UnitRegistry(non_int_type=decimal.Decimal)


LONGEST = 100
"""Characters of a quantity."""
_NUMBER = r"(?>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)"
_UNIT = r"(?:1\s*)?(?:[^\W\d_]|[°%‰/(])[^\W_]*(?:[\s*/^·⋅()°%‰⁻-][^\W_]*)*"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*({_UNIT})?\s*")
"""A number, and a unit of names and their exponents: no second number, comma or sum."""
_LONG_EXPONENT = re.compile(r"[0-9]{2}|[0-9]\s*(\^|\*\*)")
"""An exponent of two digits, or one that has an exponent."""
_PREFIXES = ("", "f", "p", "n", "u", "m", "c", "k", "M", "G", "T")


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
        raise ValueError(
            f"expected a quantity in {unit or '1'}, such as '{_example(unit)}', not {brief(value)}"
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


def _example(unit: str) -> str:
    return f"1 {unit}".strip() if unit else "0.5"


def split_quantity(text: str) -> tuple[decimal.Decimal, str] | None:
    """The number and the unit of a quantity as written, or None where it is not one.

    Args:
        text: The text, of at most :data:`LONGEST` characters.
    """
    match = _QUANTITY.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not match or (match[2] and _LONG_EXPONENT.search(match[2])):
        return None
    return decimal.Decimal(match[1]), (match[2] or "").strip()


@functools.lru_cache(maxsize=4096)
def _parse(text: str, unit: str) -> float:
    found = split_quantity(text) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"cannot read {brief(text)} as a quantity; {_remedy(text, unit)}")
    number, own = found
    if not own:
        return float(number)
    units = named_units(own)
    if units is None:
        raise ValueError(f"cannot read {brief(text)} as a quantity; {_remedy(text, unit)}")
    if not suits(units, unit):
        raise ValueError(
            f"wrong unit in {brief(text)}: expected {unit or 'a plain number'}{_hint(own, unit)}"
        )
    try:
        converted = registry().Quantity(number, units).to(unit or "dimensionless").magnitude
    except ArithmeticError:  # beyond the exponents of decimals
        return math.inf
    if converted and not float(converted):
        raise ValueError(f"{brief(text)} is too small to be told from 0; write 0 if you mean it")
    return float(converted)


@functools.lru_cache(maxsize=4096)
def named_units(text: str) -> Any:
    """The units that a text names, or None where it names none.

    Args:
        text: The text, such as ``uV/K``.
    """
    text = f"1{text}" if text.startswith("/") else text
    try:
        return registry().parse_units(text)
    except Exception:  # pint's parser raises all sorts
        return None


def suits(units: Any, expected: str) -> bool:
    """Whether units have the dimension that is expected, angles and cycles told from plain numbers.

    Args:
        units: Units of pint.
        expected: The SI unit; empty for plain numbers.
    """
    own, wanted = (registry().Quantity(1, of) for of in (units, expected or "dimensionless"))
    names = set(map(str, units._units))
    if own.dimensionality != wanted.dimensionality or any(name.startswith("delta_") for name in names):
        return False
    if len(names) > 1 and any(name in ("degree_Celsius", "degree_Fahrenheit") for name in names):
        return False
    bare = own.to_root_units().dimensionless and not own.to_root_units().units._units
    if not expected:
        return bare
    return not (bare and expected == "rad") and not (
        expected == "rad/s" and any("hertz" in name for name in names)
    )


def _remedy(text: str, unit: str) -> str:
    """The remedy for a text that is no quantity."""
    if len(text) > LONGEST:
        return f"write for example '{_example(unit)}'"
    if match := re.fullmatch(r"\s*([-+]?[0-9]+),([0-9]+)([^,]*)", text):
        return f"numbers have a decimal point: '{match[1]}.{match[2]}{match[3].rstrip()}'"
    if re.match(r"\s*[-+]?[0-9.]+,[0-9]", text):
        return "numbers have a decimal point and no other separators"
    if match := re.match(rf"\s*({_NUMBER})\s*(\S.{{0,40}})", text):
        if meant := _meant(match[2], unit):
            return f"did you mean '{match[1]} {meant}'?"
    return f"write for example '{_example(unit)}'"


def _hint(own: str, unit: str) -> str:
    """A hint for a unit of another dimension."""
    if unit == "rad/s" and "Hz" in own:
        return ", which is 2π times the frequency in Hz"
    meant = _meant(own, unit)
    return f"; did you mean '{meant}'?" if meant else ""


def _meant(own: str, unit: str) -> str | None:
    """The nearest spelling of a unit that has the dimension that is expected."""
    names = re.findall(r"[^\W\d_]+", unit)
    known = [
        prefix + name for name in (*names, *(["angstrom"] if "m" in names else [])) for prefix in _PREFIXES
    ]
    tries = ["".join(own.split()), re.sub(r"(?<=[^\W\d_])(-?[0-9])", r"^\1", own)]
    for name in dict.fromkeys(re.findall(r"[^\W\d_]+", own)):
        tries += [re.sub(rf"\b{re.escape(name)}(?![^\W\d_])", other, own) for other in _near(name, known)]
    for text in tries:
        if (
            text != own
            and split_quantity(f"1 {text}")
            and (units := named_units(text)) is not None
            and suits(units, unit)
        ):
            return text
    return None


def _near(name: str, known: Sequence[str]) -> list[str]:
    """Names that differ in capitals, in the order of their letters, or by a letter."""
    alike = [other for other in known if sorted(other.lower()) == sorted(name.lower())]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6) if len(name) > 1 else []
    return [*alike, *close, name.lower()]


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
                hint = f"; plain numbers are in {unit}" if unit and not isinstance(value, str) else ""
                raise ValueError(
                    f"must be {words} {limit:g} {unit}".rstrip() + f", not {cut(str(value))}{hint}"
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
