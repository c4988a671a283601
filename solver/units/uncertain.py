"""Texts of quantities with a standard uncertainty: ``-3.8 +/- 0.2 uV/K``, ``-3.8(2) uV/K``."""

import re

from thermospin.units.names import LONGEST, split_quantity

_SIGN = re.compile(r"\s*(?:\+/-|±)\s*")
_BRACKETED = re.compile(r"\((?P<pair>[^()]*)\)(?P<unit>.*)")
_SHORT = re.compile(
    r"(?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\([0-9]+(?:\.[0-9]*)?\)(?:[eE][-+]?[0-9]{1,3})?)"
    r"(?P<unit>[^()]*|\s+.*)"
)


def split_uncertain(text: str) -> tuple[str, str] | None:
    """A quantity and its standard uncertainty as texts; None where there is no uncertainty.

    Args:
        text: The text, such as ``-3.8 +/- 0.2 uV/K``, ``(-3.8 ± 0.2) uV/K`` or ``-3.8(2) uV/K``.
    """
    if len(text) > LONGEST:
        return None
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if match := _SHORT.fullmatch(text):
        from uncertainties import ufloat_fromstr

        found = ufloat_fromstr(match["number"])
        return _with_unit(repr(found.n), match["unit"]), _with_unit(repr(found.s), match["unit"])
    unit = ""
    if match := _BRACKETED.fullmatch(text):
        text, unit = match["pair"].strip(), match["unit"]
    parts = _SIGN.split(text)
    if len(parts) != 2 or not all(parts):
        return None
    value, error = parts
    return (
        _with_unit(value, unit or _unit(value) or _unit(error)),
        _with_unit(error, unit or _unit(error) or _unit(value)),
    )


def _unit(text: str) -> str:
    """The unit of a quantity; empty where there is none, or no quantity."""
    found = split_quantity(text)
    return found[1] if found else ""


def _with_unit(text: str, unit: str) -> str:
    """A number with a unit, unless it has one."""
    return text if _unit(text) else f"{text} {unit.strip()}".strip()
