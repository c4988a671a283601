"""Results beside the numbers of a paper, which are a file that a configuration names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from thermospin.config.loading import load_section
from thermospin.errors import InputError
from thermospin.output.reference import Reference, ReferenceValue, Unavailable
from thermospin.output.scales import number
from thermospin.output.tables import new_table, plain_console

BAND = (0.5, 2.0)
"""Ratios of computed to paper within which a model whose dimensions are partly guessed agrees."""


def load_reference(file: Path) -> Reference:
    """The numbers of a paper.

    Args:
        file: A YAML file.

    Raises:
        InputError: The first mistake found, with file, key and remedy in one line.
    """
    if not file.is_file():
        raise InputError("no such file; give the numbers of the paper with --reference", file=str(file))
    return load_section(Reference, file, (), lambda data, path: None)


def compare_results(
    results: Mapping[str, Any], reference: Reference, console: Console | None = None
) -> dict[str, float]:
    """Print computed values beside those of a paper.

    Args:
        results: Content of ``results.json``.
        reference: The numbers of the paper.
        console: Where to print; standard output by default.

    Returns:
        Ratio of computed to paper for every quantity that the results hold.
    """
    table = new_table(reference.title)
    table.add_column("quantity")
    for heading in ("paper", "computed", "ratio"):
        table.add_column(heading, justify="right")
    table.add_column(f"within {BAND[0]:g}–{BAND[1]:g}")
    table.add_column("remark")
    ratios = {}
    for entry in reference.quantities:
        ratio = _add_row(table, entry, results)
        if ratio is not None:
            ratios[entry.name] = ratio
    (console or plain_console()).print(table)
    return ratios


def _add_row(table: Table, entry: ReferenceValue, results: Mapping[str, Any]) -> float | None:
    paper = f"{entry.value:g} {entry.unit}"
    try:
        computed = entry.computed(results)
    except Unavailable as reason:
        table.add_row(entry.name, paper, "–", "–", "–", f"{reason}; {entry.source}")
        return None
    ratio = computed / entry.value
    agrees = BAND[0] <= ratio <= BAND[1]
    words = "yes" if agrees else "no: opposite sign" if ratio < 0 else "no"
    shown = f"{computed:.4g} {entry.unit}"
    table.add_row(entry.name, paper, shown, number(ratio, 3), words, entry.source)
    return ratio
