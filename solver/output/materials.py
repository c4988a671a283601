"""The library as tables for people."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml
from rich.console import Group, RenderableType
from rich.table import Table

from thermospin.errors import InputError
from thermospin.materials.library import (
    SourcedValue,
    interface_library,
    interface_references,
    library,
    references,
    sheet_library,
    sheet_references,
)
from thermospin.output.tables import PlainTable
from thermospin.section import one_of

_COLUMNS = {
    "conductivity": "σ",
    "polarisation": "P",
    "spin_diffusion_length": "λ",
    "seebeck": "S",
    "spin_seebeck": "S_s",
    "thermal_conductivity": "k",
    "thermal_conductivity_open_circuit": "k − T0 σ S²",
    "spin_relaxation_time": "τ_sf",
    "dephasing_length": "λ_φ",
    "precession_length": "λ_J",
}
_TURNING_COLUMNS = {
    "amr_ratio": "AMR",
    "anomalous_hall_angle": "ρ_AH/ρ0",
    "anomalous_nernst_ratio": "N_A",
    "spin_hall_angle": "θ",
}
"""Materials that turn currents have a table of their own; the rest of their numbers is that of their base."""
_INTERFACE_COLUMNS = {
    "area_resistance": "2AR*",
    "conductance": "G",
    "asymmetry": "γ",
    "electronic_heat_conductance": "K_e",
    "phonon_heat_conductance": "K_ph",
    "kapitza_resistance": "1/K_ph",
    "mixing_conductance": "Re G↑↓",
    "mixing_conductance_imaginary": "Im G↑↓",
    "mixing_thermopower": "η'",
}
_MAGNET_COLUMNS = {
    "mixing_conductance": "G_r",
    "mixing_conductance_imaginary": "G_i",
    "spin_conductance": "G_s",
    "phonon_heat_conductance": "K_ph",
}
_SHEET_COLUMNS = {
    "sheet_conductance": "Σ",
    "sheet_resistance": "1/Σ",
    "spin_diffusion_length": "λ",
    "seebeck": "S",
    "sheet_thermal_conductance": "K",
}


def list_materials() -> RenderableType:
    """All materials, interfaces and sheets with the numbers of their references, and the references."""
    return _listing(library(), interface_library(), sheet_library())


def find_materials(text: str) -> RenderableType:
    """Entries of the libraries by name or a part of it, in any case.

    Args:
        text: A name, such as ``Py``, or a part of names, such as ``cofe``.

    Returns:
        Every value with source and note of the material, interface or sheet of that name, or of the only one
        that fits; else a list of those that fit.

    Raises:
        InputError: The libraries have none.
    """
    entries = _everything()
    found = [name for name in entries if text.casefold() in name.casefold()]
    whole = [name for name in found if name.casefold() == text.casefold()] or found
    if not found:
        raise InputError(one_of(text, entries, "material"))
    if len(whole) > 1:
        return _listing(*(_part(known, found) for known in (library(), interface_library(), sheet_library())))
    others = [name for name in found if name not in whole]
    return Group(_details(whole[0]), f"See also: {', '.join(others)}") if others else _details(whole[0])


def _part(entries: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    return {name: entries[name] for name in names if name in entries}


def _everything() -> Mapping[str, Mapping[str, SourcedValue]]:
    """The entries of all libraries."""
    return {**library(), **interface_library(), **sheet_library()}


def _details(name: str) -> Table:
    """One material, interface or sheet: every value with its range, if one is known, source and note."""
    entries = _everything()[name]
    ranges = ["range"] if any(entry.range for entry in entries.values()) else []
    table = PlainTable("property", "value", *ranges, "source", "note", title=name)
    for key, entry in entries.items():
        spanned = [entry.range] if ranges else []
        table.add_row(key, _text(entry.value), *spanned, _citations()[entry.source], entry.note)
    return table


def _listing(
    materials: Mapping[str, Mapping[str, SourcedValue]],
    interfaces: Mapping[str, Mapping[str, SourcedValue]],
    sheets: Mapping[str, Mapping[str, SourcedValue]],
) -> Group:
    """Tables of materials, of interfaces and of sheets, where there are any, and their references."""
    entries = materials, interfaces, sheets
    used = [entry.source for own in entries for row in own.values() for entry in row.values()]
    numbers = {key: i for i, key in enumerate(filter(set(used).__contains__, _citations()), start=1)}
    straight, turning = _split(materials, _TURNING_COLUMNS)
    conducting, on_magnets = _split(interfaces, ["spin_conductance"])
    parts = (
        ("material", "Materials (the number of the source in brackets)", straight, _COLUMNS),
        ("material", "Materials that turn currents, for 'base'", turning, _TURNING_COLUMNS),
        ("interface", "Interfaces", conducting, _INTERFACE_COLUMNS),
        ("interface", "Interfaces with insulating magnets", on_magnets, _MAGNET_COLUMNS),
        ("sheet", "Sheets, per square", sheets, _SHEET_COLUMNS),
    )
    tables = []
    for kind, title, rows, columns in parts:
        if rows:
            tables.append(_table(kind, rows, columns, numbers))
            tables[-1].title = title
    sources = Table.grid(padding=(0, 1))
    for key, number in numbers.items():
        sources.add_row(f"\\[{number}]", _citations()[key])
    return Group(*tables, sources)


def _split[Entry](
    entries: Mapping[str, Mapping[str, Entry]], keys: Collection[str]
) -> tuple[dict[str, Mapping[str, Entry]], dict[str, Mapping[str, Entry]]]:
    """Entries without any of the keys, and those with one."""
    having = {name: own for name, own in entries.items() if any(key in own for key in keys)}
    return {name: own for name, own in entries.items() if name not in having}, having


def _table(
    kind: str,
    entries: Mapping[str, Mapping[str, SourcedValue]],
    columns: Mapping[str, str],
    numbers: Mapping[str, int],
) -> Table:
    """A row for each entry, with a column for each property that any of them has."""
    given = {key: symbol for key, symbol in columns.items() if any(key in own for own in entries.values())}
    table = PlainTable(kind, *given.values())
    for name, properties in entries.items():
        table.add_row(name, *(_cell(properties.get(key), numbers) for key in given))
    return table


def _citations() -> Mapping[str, str]:
    return references() | interface_references() | sheet_references()


def _text(value: Any) -> str:
    """A value as a configuration writes it."""
    return yaml.safe_dump(value, default_flow_style=True).strip() if isinstance(value, dict) else str(value)


def _cell(entry: SourcedValue | None, numbers: Mapping[str, int]) -> str:
    return "" if entry is None else f"{_text(entry.value)} \\[{numbers[entry.source]}]"
