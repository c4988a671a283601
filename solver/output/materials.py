"""The library as tables for people."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table

from thermospin.errors import InputError
from thermospin.materials.library import (
    SourcedValue,
    interface_library,
    interface_references,
    library,
    references,
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
    "spin_relaxation_time": "τ_sf",
    "dephasing_length": "λ_φ",
    "precession_length": "λ_J",
}
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


def list_materials() -> RenderableType:
    """All materials and interfaces with the numbers of their references, and the references."""
    numbers = {key: i for i, key in enumerate(_citations(), start=1)}
    materials = _table("material", library(), _COLUMNS, numbers)
    materials.title = "Materials (the number of the source in brackets)"
    interfaces = _table("interface", interface_library(), _INTERFACE_COLUMNS, numbers)
    interfaces.title = "Interfaces"
    sources = Table.grid(padding=(0, 1))
    for key, number in numbers.items():
        sources.add_row(f"\\[{number}]", _citations()[key])
    return Group(materials, interfaces, sources)


def show_material(name: str) -> RenderableType:
    """One material or interface: every value with its source and note.

    Args:
        name: Its name.

    Raises:
        InputError: The library has neither.
    """
    entries = {**library(), **interface_library()}
    if name not in entries:
        raise InputError(one_of(name, entries, "material"))
    table = PlainTable("property", "value", "source", "note", title=name)
    for key, entry in entries[name].items():
        table.add_row(key, str(entry.value), _citations()[entry.source], entry.note)
    return table


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
    return references() | interface_references()


def _cell(entry: SourcedValue | None, numbers: Mapping[str, int]) -> str:
    return "" if entry is None else f"{entry.value} \\[{numbers[entry.source]}]"
