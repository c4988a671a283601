"""Readings and keys of the configuration in words, for the labels of pictures."""

import re
from collections.abc import Mapping
from typing import Any

from thermospin.fields import output_fields
from thermospin.observables.lock_in import QUANTITIES

SIGNALS = {"spin": "spin signal (P − AP)"}
"""Signals whose name says too little, in words."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
_SECTIONS = {"geometry", "parameters", "solver", "mesh"}
"""Sections whose name says nothing beside that of a key."""
_PERSONS = re.compile(r"\b(seebeck|hall|nernst)\b")
_INDEX = re.compile(r"(\w+)\[(\d+)\]")


def reading_words(order: int, drive: str) -> str:
    """A coefficient of the voltage in words, with its symbol.

    Args:
        order: Power of the drive.
        drive: Unit of the drive, ``A`` or ``V``.

    Examples:
        >>> reading_words(1, "A")
        'resistance R₁'
        >>> reading_words(2, "A")
        'second-order voltage R₂'
    """
    if order == 0:
        kind = "voltage at rest"
    elif order == 1:
        kind = "resistance" if drive == "A" else "voltage ratio"
    else:
        kind = f"{_ORDINALS.get(order, f'{order}th')}-order voltage"
    return f"{kind} R{str(order).translate(_SUBSCRIPTS)}"


def named_reading(reading: Mapping[str, Any], drive: str) -> str:
    """A coefficient of a magnetic configuration, or its baseline or spin signal, in words.

    Args:
        reading: Its ``order`` and ``name``.
        drive: Unit of the drive, ``A`` or ``V``.
    """
    name = reading["name"]
    return f"{reading_words(reading['order'], drive)}, {SIGNALS.get(name, name)}"


def lock_in_words(name: str) -> str:
    """A quantity of the lock-in amplifier in words, with its symbol.

    Args:
        name: Its name in the results, ``R1``, ``R2`` or ``R2_peak``.
    """
    kinds = {
        "R1": "lock-in resistance",
        "R2": "lock-in second harmonic",
        "R2_peak": "second harmonic at peak",
    }
    return f"{kinds[name]} {QUANTITIES[name].symbol}"


def column_words(column: str) -> str:
    """A column of a field's table in words, with its unit.

    Args:
        column: Name of the field, of a component with its axis, and the unit, such as ``J_x [A/m²]``.

    Examples:
        >>> column_words("mu_s [eV/A]")
        'spin accumulation (eV/A)'
        >>> column_words("J_x [A/m²]")
        'current density along x (A/m²)'
    """
    name, _, unit = column.partition(" [")
    labels = {field.name: field.label for field in (*output_fields(True), *output_fields(False))}
    text = labels.get(name)
    if text is None:
        text = f"{labels.get(name[:-2], name[:-2])} along {name[-1]}"
    return f"{text} ({unit.removesuffix(']')})" if unit else text


def words(key: str) -> str:
    """A key of the configuration in words, such as ``polarisation of Py``.

    Args:
        key: The key, such as ``materials.Py.polarisation``.

    Examples:
        >>> words("materials.Py.polarisation")
        'polarisation of Py'
        >>> words("materials.Py.spin_seebeck")
        'spin Seebeck of Py'
    """
    parts = [_PERSONS.sub(lambda name: name[0].title(), part.replace("_", " ")) for part in key.split(".")]
    if parts[0] in ("materials", "terminals", "schemes") and len(parts) > 2:
        return f"{' '.join(parts[2:])} of {key.split('.')[1]}"
    if parts[0] == "magnetisation" and len(parts) == 2:
        return f"magnetisation of {key.split('.')[1]}"
    numbered = _INDEX.fullmatch(parts[0])
    if numbered and len(parts) > 1:
        return f"{' '.join(parts[1:])} of {numbered[1].removesuffix('s')} {int(numbered[2]) + 1}"
    if numbered and int(numbered[2]) < 3:
        return f"{numbered[1]} along {'xyz'[int(numbered[2])]}"
    return " ".join(parts[1:] if parts[0] in _SECTIONS and len(parts) > 1 else parts)
