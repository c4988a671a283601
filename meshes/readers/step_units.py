"""The unit of length that a STEP file states.

OpenCASCADE converts lengths to millimetres, in which its tolerance is 0.1 nm; a copy of the file that states
millimetres keeps the numbers.
"""

import re
from pathlib import Path

PREFIXES = {
    "": 1.0,
    "KILO": 1e3,
    "DECI": 1e-1,
    "CENTI": 1e-2,
    "MILLI": 1e-3,
    "MICRO": 1e-6,
    "NANO": 1e-9,
    "PICO": 1e-12,
}
"""Prefixes of SI units in STEP, none among them, and their factors."""

_ENTITY = re.compile(r"#(\d+)\s*=\s*([^;]*)")
_CONTEXT = re.compile(r"GLOBAL_UNIT_ASSIGNED_CONTEXT\s*\(\s*\(([^()]*)\)")
_SI = re.compile(r"SI_UNIT\s*\(\s*(?:\$|\.(\w+)\.)\s*,\s*\.METRE\.\s*\)")
_CONVERSION = re.compile(r"CONVERSION_BASED_UNIT\s*\(\s*'[^']*'\s*,\s*#(\d+)\s*\)")
_MEASURE = re.compile(r"LENGTH_MEASURE\s*\(\s*([-+.\dEe]+)\s*\)\s*,\s*#(\d+)")


MILLIMETRE = "SI_UNIT(.MILLI.,.METRE.)"
"""The unit that OpenCASCADE takes as it is."""


def in_millimetres(file: str, copy: Path) -> None:
    """Write a copy of a STEP file whose lengths are the same numbers of millimetres.

    Args:
        file: The file; its units are those of SI.
        copy: The copy.
    """
    text = Path(file).read_text(encoding="latin-1")
    copy.write_text(_SI.sub(MILLIMETRE, text), encoding="latin-1")


def stated_units(file: str) -> set[float]:
    """The lengths in metres that parts of a STEP file take as their unit; empty where it states none.

    Args:
        file: The file.
    """
    text = Path(file).read_text(encoding="latin-1")
    wanted = {number for group in _CONTEXT.findall(text) for number in re.findall(r"#(\d+)", group)}
    if not wanted:
        return set()
    entities = {
        number: content for number, content in _ENTITY.findall(text) if "UNIT" in content or number in wanted
    }
    found = (_metres(number, entities) for number in wanted)
    return {length for length in found if length}


def _metres(number: str, entities: dict[str, str]) -> float | None:
    """Length of a unit, m; None for units of other quantities."""
    content = entities.get(number, "")
    if match := _SI.search(content):
        return PREFIXES.get(match[1] or "")
    if "LENGTH_UNIT" in content and (match := _CONVERSION.search(content)):
        if measure := _MEASURE.search(entities.get(match[1], "")):
            base = _metres(measure[2], entities)
            return base and float(measure[1]) * base
    return None
