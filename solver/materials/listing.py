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
from thermospin.section import one_of

_COLUMNS = {
    "conductivity": "σ",
    "polarisation": "P",
    "spin_diffusion_length": "λ",
    "seebeck": "S",
    "spin_seebeck": "S_s",
    "thermal_conductivity": "k",
}
_INTERFACE_COLUMNS = {
    "area_resistance": "2AR*",
    "conductance": "G",
    "asymmetry": "γ",
    "electronic_heat_conductance": "K_e",
    "phonon_heat_conductance": "K_ph",
    "kapitza_resistance": "1/K_ph",
}


def list_materials() -> RenderableType:
    """All materials and interfaces with the numbers of their references, and the references."""
    materials = Table(
        "material", *_COLUMNS.values(), title="Materials (the number of the source in brackets)"
    )
    interfaces = Table("interface", *_INTERFACE_COLUMNS.values(), title="Interfaces")
    numbers = {key: i for i, key in enumerate(_citations(), start=1)}
    for table, entries, columns in (
        (materials, library(), _COLUMNS),
        (interfaces, interface_library(), _INTERFACE_COLUMNS),
    ):
        for name, properties in entries.items():
            table.add_row(name, *(_cell(properties.get(column), numbers) for column in columns))
    sources = Table.grid(padding=(0, 1))
    for key, number in numbers.items():
        sources.add_row(f"\\[{number}]", _citations()[key])
    return Group(materials, interfaces, sources)


def show_material(name: str) -> RenderableType:
    """One material or interface: every value with its source and note.

    Raises:
        InputError: The library has neither.
    """
    entries = {**library(), **interface_library()}
    if name not in entries:
        raise InputError(one_of(name, entries, "material"))
    table = Table("property", "value", "source", "note", title=name)
    for key, entry in entries[name].items():
        table.add_row(key, str(entry.value), _citations()[entry.source], entry.note)
    return table


def _citations() -> Mapping[str, str]:
    return references() | interface_references()


def _cell(entry: SourcedValue | None, numbers: Mapping[str, int]) -> str:
    return "" if entry is None else f"{entry.value} \\[{numbers[entry.source]}]"
