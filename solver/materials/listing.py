"""The library as tables for people."""

from rich.console import Group, RenderableType
from rich.table import Table

from thermospin.errors import InputError
from thermospin.materials.library import SourcedValue, library, references
from thermospin.section import one_of

_COLUMNS = {
    "conductivity": "σ",
    "polarisation": "P",
    "spin_diffusion_length": "λ",
    "seebeck": "S",
    "spin_seebeck": "S_s",
    "thermal_conductivity": "k",
}


def list_materials() -> RenderableType:
    """All materials with the numbers of their references, and the references."""
    numbers = {key: i for i, key in enumerate(references(), start=1)}
    table = Table("material", *_COLUMNS.values(), title="Materials (the number of the source in brackets)")
    for name, properties in library().items():
        cells = [_cell(properties.get(column), numbers) for column in _COLUMNS]
        table.add_row(name, *cells)
    sources = Table.grid(padding=(0, 1))
    for key, number in numbers.items():
        sources.add_row(f"\\[{number}]", references()[key])
    return Group(table, sources)


def show_material(name: str) -> RenderableType:
    """One material: every value with its source and note.

    Raises:
        InputError: The library has no such material.
    """
    if name not in library():
        raise InputError(one_of(name, library(), "material"))
    table = Table("property", "value", "source", "note", title=name)
    for key, entry in library()[name].items():
        table.add_row(key, str(entry.value), references()[entry.source], entry.note)
    return table


def _cell(entry: SourcedValue | None, numbers: dict[str, int]) -> str:
    return "" if entry is None else f"{entry.value} \\[{numbers[entry.source]}]"
