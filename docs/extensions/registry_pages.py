"""Pages of the reference that are made from registries: output fields, materials, messages."""

import re
from pathlib import Path

import yaml
from markdown import code, page, table

from thermospin.fields import OutputField, output_fields
from thermospin.materials.library import interface_library, interface_references, library, references


def fields_page() -> str:
    """The page of the fields of the output."""
    text = """
The fields that a run writes, in this order. Electric potentials are those that a voltmeter reads: `J = −σ
(∇V + S ∇T)`. `mu_up = V + s` and `mu_down = V − s` are the chemical potentials of the two spins over e, and
`mu_s = mu_up − mu_down` is the spin accumulation, in eV. Spin up is the channel of magnetic moments along
the magnetisation of a magnet with sign +1; without vector spin the axis is the same everywhere. `J_s = J_up
− J_down`. Files of order n hold the coefficients of the n-th power of the drive, in the unit below per Aⁿ
or Vⁿ; `T` is then the rise. Fluxes are means in the cells. `torque` acts on
the magnetisation: ħ/2e times the spins that a cell takes up across it, per volume; spins that an interface
takes up count in the cell of the magnet beside it.
"""
    collinear = _fields(output_fields(vector=False))
    vector = _fields(output_fields(vector=True))
    return page("Output fields", text, "## One axis for all spins", collinear, "## Vector spin", vector)


def _fields(fields: tuple[OutputField, ...]) -> str:
    rows = [
        [
            code(field.name),
            field.label
            + (", with spin heat" if field.of_spin_heat else "")
            + (", of magnets" if field.of_magnets else ""),
            field.unit,
            "vector" if field.components == 3 else "scalar",
            "cells" if field.in_cells else "points",
            "mean at interfaces" if field.at_interfaces else "",
        ]
        for field in fields
    ]
    return table(["name", "quantity", "unit", "kind", "at", "also"], rows)


def materials_page() -> str:
    """The page of the libraries of materials and interfaces."""
    parts = []
    for title, entries, sources in (
        ("Materials", library(), references()),
        ("Interfaces", interface_library(), interface_references()),
    ):
        rows = [
            [code(name), code(key), value.value, value.range, f"{sources[value.source]}. {value.note or ''}"]
            for name, values in entries.items()
            for key, value in values.items()
        ]
        parts += [f"## {title}", table(["name", "key", "value", "range", "source"], rows)]
    text = "`thermospin materials` prints the same, `thermospin materials cofe` what fits a part of a name."
    return page("Library of materials and interfaces", text, *parts)


def messages_page(tests: Path) -> str:
    """The page of mistakes and their messages.

    Args:
        tests: Folder of the files that list mistakes for the tests.
    """
    text = """
A mistake ends a command with one line, `file: key: what is wrong; what to do`, and exit code 2. These are
the mistakes that the tests make, in a device of their own, with the words that the message must have.
"""
    rows = []
    for path in sorted(tests.glob("bad_*.yaml")):
        for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if isinstance(entry, dict) and {"key", "says"} <= entry.keys():
                rows.append([name, code(entry["key"]), code(_words(entry["says"]))])
    return page("Messages", text, table(["mistake", "key", "message"], rows))


def _words(says: str | list[str]) -> str:
    return re.sub(r"\s+", " ", " … ".join([says] if isinstance(says, str) else says)).replace("`", "'")
