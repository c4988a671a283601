"""Uncertain numbers: texts such as ``-3.8 +/- 0.2 uV/K`` become values and standard uncertainties."""

from collections.abc import Mapping
from typing import Any

from thermospin.errors import InputError
from thermospin.section import Section, dotted
from thermospin.units import quantity
from thermospin.units.uncertain import split_uncertain

SECTION = "uncertainties"
"""Key of the section that holds the uncertainties."""
UNCERTAIN = ("materials", "interfaces", "sheets", "heating", "parameters", "temperature")
"""Sections in which numbers may be uncertain."""


class Correlation(Section):
    """The correlation of two uncertain numbers."""

    between: tuple[str, str]
    """Keys of the two numbers."""
    value: quantity("", ge=-1, le=1)
    """Their covariance over the product of their uncertainties."""


def with_uncertainties(data: Mapping[str, Any], file: str) -> Mapping[str, Any]:
    """Put values in place of uncertain numbers, and their uncertainties in a section of their own.

    Args:
        data: The document.
        file: Its file, for messages.

    Raises:
        InputError: An uncertainty is given twice.
    """
    found: dict[str, str] = {}
    certain = {key: _certain(part, (key,), found) if key in UNCERTAIN else part for key, part in data.items()}
    if not found:
        return data
    given = data.get(SECTION, {})
    if not isinstance(given, Mapping):
        return certain
    for key in found.keys() & given.keys():
        raise InputError(f"{key} has an uncertainty already; keep one", key=f"{SECTION}.{key}", file=file)
    return {**certain, SECTION: {**given, **found}}


def _certain(part: Any, place: tuple[str | int, ...], found: dict[str, str]) -> Any:
    """A part of a document without uncertainties, which go to ``found`` by their keys."""
    if isinstance(part, Mapping):
        return {key: _certain(inside, (*place, str(key)), found) for key, inside in part.items()}
    if isinstance(part, list):
        return [_certain(inside, (*place, i), found) for i, inside in enumerate(part)]
    both = split_uncertain(part) if isinstance(part, str) else None
    if both is None:
        return part
    value, found[dotted(place)] = both
    return value
