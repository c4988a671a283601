"""Hints for quantities that cannot be read: the spelling that was meant."""

import difflib
import re
from collections.abc import Sequence

from thermospin.units.names import LONGEST, NUMBER, named_units, split_quantity, suits
from thermospin.units.uncertain import split_uncertain

_PREFIXES = ("", "f", "p", "n", "u", "m", "c", "k", "M", "G", "T")


def example(unit: str) -> str:
    """A quantity as a configuration writes it.

    Args:
        unit: Its SI unit; empty for a plain number.
    """
    return f"1 {unit}".strip() if unit else "0.5"


def remedy(text: str, unit: str) -> str:
    """The remedy for a text that is not a quantity.

    Args:
        text: The text.
        unit: The SI unit expected.
    """
    if len(text) > LONGEST:
        return f"write for example '{example(unit)}'"
    if split_uncertain(text):
        return "an uncertainty can stand in materials, interfaces, heating, temperature and parameters only"
    if match := re.fullmatch(r"\s*([-+]?[0-9]+),([0-9]+)([^,]*)", text):
        return f"numbers have a decimal point: '{match[1]}.{match[2]}{match[3].rstrip()}'"
    if re.match(r"\s*[-+]?[0-9.]+,[0-9]", text):
        return "numbers have a decimal point and no other separators"
    if match := re.match(rf"\s*({NUMBER})\s*(\S.{{0,40}})", text):
        if meant := _meant(match[2], unit):
            return f"did you mean '{match[1]} {meant}'?"
    return f"write for example '{example(unit)}'"


def hint(own: str, unit: str) -> str:
    """The end of a message about a unit of another dimension.

    Args:
        own: The unit that was written.
        unit: The SI unit expected.
    """
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
