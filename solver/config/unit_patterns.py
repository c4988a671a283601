"""Patterns of texts that may be a quantity of one dimension, for the JSON Schema that editors check with.

A text is refused only if it is a number with a unit of the wrong dimension. A unit is known here if it is a
power of an SI unit with a prefix, a product or ratio of two, or one of :data:`TRIPLES`. Formulas and other
units pass, and the program judges.
"""

import functools
import itertools
from collections.abc import Iterable, Sequence

from thermospin.units.names import named_units

BASES = ("m", "s", "A", "K", "V", "W", "T", "S", "J", "eV", "Hz", "ohm")
ANGLES = ("rad", "deg")
"""Angles count as a dimension of their own: a plain number is none."""
LARGEST_POWER = 3
Factor = tuple[str, int]
"""A base and its power."""
TRIPLES: tuple[tuple[Factor, ...], ...] = (
    (("W", 1), ("m", -1), ("K", -1)),
    (("W", 1), ("m", -2), ("K", -1)),
    (("m", 2), ("K", 1), ("W", -1)),
)
"""Units of configurations that are products of three."""

_NUMBER = r"[-+\u2212]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_PREFIX = "[fpnumckMGT\u00b5\u03bc]?"
_TIMES = r"(?:\s*[*\u00b7\u22c5]\s*|\s+)"
_OVER = r"\s*/\s*"
_SUPERSCRIPTS = {1: "\u00b9", 2: "\u00b2", 3: "\u00b3"}
_SPELLINGS = {"ohm": "(?:ohm|\u2126|\u03a9)"}


def right_quantity(unit: str) -> str:
    """A regular expression, as JSON Schema has them, of quantities of one dimension.

    Args:
        unit: SI unit, empty for plain numbers.
    """
    return _of_units(_right(unit))


def known_quantity() -> str:
    """A regular expression of quantities of any dimension that is known here."""
    return _of_units(_any_unit())


def _of_units(units: str) -> str:
    return rf"^\s*{_NUMBER}\s*(?:{units})?\s*$"


def _right(unit: str) -> str:
    """Units of the right dimension, in every notation."""
    if unit in ANGLES:
        return _factor(_one_of(ANGLES), 1)
    if unit == "":
        return "%|\u2030"
    forms = [form for product in products().get(_dimension(unit), ()) for form in _notations(product)]
    if unit == "rad/s":
        forms = [form for form in forms if "Hz" not in form] + [f"{_factor(_one_of(ANGLES), 1)}{_OVER}s"]
    return "|".join(dict.fromkeys(forms))


@functools.cache
def products() -> dict[tuple[int, ...], list[tuple[Factor, ...]]]:
    """The products that are known, by dimension."""
    powers = [power for power in range(-LARGEST_POWER, LARGEST_POWER + 1) if power]
    factors = list(itertools.product(BASES, powers))
    found: dict[tuple[int, ...], list[tuple[Factor, ...]]] = {}
    for product in ((f,) for f in factors), itertools.combinations_with_replacement(factors, 2), TRIPLES:
        for one in product:
            found.setdefault(_dimension_of(one), []).append(one)
    return found


def _dimension_of(product: Iterable[Factor]) -> tuple[int, ...]:
    vectors = [tuple(power * part for part in _vector(base)) for base, power in product]
    return tuple(map(sum, zip(*vectors, strict=True)))


@functools.cache
def _vector(unit: str) -> tuple[int, ...]:
    return _dimension(unit)


def _dimension(unit: str) -> tuple[int, ...]:
    """Powers of mass, length, time, current and temperature."""
    names = ("[mass]", "[length]", "[time]", "[current]", "[temperature]")
    powers = named_units(unit).dimensionality if unit else {}
    return tuple(int(powers.get(name, 0)) for name in names)


def _notations(product: Sequence[Factor]) -> Iterable[str]:
    """Ways to write a product: with powers, or with a stroke before the denominator."""
    for order in itertools.permutations(product):
        yield _TIMES.join(_factor(*factor) for factor in order)
    above = [factor for factor in product if factor[1] > 0]
    below = [(base, -power) for base, power in product if power < 0]
    if not below:
        return
    for upper in itertools.permutations(above):
        for lower in itertools.permutations(below):
            first = _TIMES.join(_factor(*factor) for factor in upper) or "1?"
            each = [_factor(*factor) for factor in lower]
            yield first + "".join(_OVER + factor for factor in each)
            if len(each) > 1:
                yield rf"{first}{_OVER}\({_TIMES.join(each)}\)"


def _any_unit() -> str:
    """Every product that is known."""
    signed, above = (_factor(_one_of((*BASES, *ANGLES)), power) for power in (None, 0))
    pairs = [
        f"{signed}(?:{_TIMES}{signed})?",
        f"(?:{above}|1?){_OVER}{above}",
        f"1?{_OVER}{above}{_OVER}{above}",
        rf"1?{_OVER}\({above}{_TIMES}{above}\)",
    ]
    return "|".join([*pairs, *(form for product in TRIPLES for form in _notations(product))])


def _factor(base: str, power: int | None) -> str:
    """A factor with its prefix; power 0 stands for any positive one, None for any."""
    name = _PREFIX + _SPELLINGS.get(base, base)
    if power is None:
        return name + r"(?:(?:\^|\*\*)-?[123]|\u207b?[\u00b9\u00b2\u00b3])?"
    if power == 0:
        return name + r"(?:(?:\^|\*\*)[123]|[\u00b9\u00b2\u00b3])?"
    sign, size = ("-", -power) if power < 0 else ("", power)
    above = "\u207b" if power < 0 else ""
    suffix = rf"(?:(?:\^|\*\*){sign}{size}|{above}{_SUPERSCRIPTS[size]})"
    return name + (f"{suffix}?" if power == 1 else suffix)


def _one_of(bases: Iterable[str]) -> str:
    return f"(?:{'|'.join(_SPELLINGS.get(base, base) for base in bases)})"
