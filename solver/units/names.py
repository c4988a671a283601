"""Units and their names: the registry, texts of numbers with units, and what units measure."""

import decimal
import functools
import re
from typing import Any


@functools.cache
def registry() -> Any:
    """The pint unit registry, made when first needed; it uses decimals, so ``15 nm`` is exactly 1.5e-8 m."""
    import pint

    return pint.UnitRegistry(non_int_type=decimal.Decimal)


LONGEST = 100
"""Characters of a quantity."""
NUMBER = r"(?>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)"
"""A regular expression of a number."""
_UNIT = r"(?:1\s*)?(?:[^\W\d_]|[°%‰/(])[^\W_]*(?:[\s*/^·⋅()°%‰⁻-][^\W_]*)*"
_QUANTITY = re.compile(rf"\s*({NUMBER})\s*({_UNIT})?\s*")
"""A number, and a unit of names and their exponents: no second number, comma or sum."""
_LONG_EXPONENT = re.compile(r"[0-9]{2}|[0-9]\s*(\^|\*\*)")
"""An exponent of two digits, or one that has an exponent."""


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
