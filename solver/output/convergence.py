"""The history of a device on finer and finer meshes: a table, a CSV file and a picture."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from thermospin.output.files import write_csv
from thermospin.output.plan import style_of
from thermospin.output.scales import bar_text, per_drive, reading_scale, rounded
from thermospin.output.tables import new_table, plain_console
from thermospin.output.words import named_reading

COLUMNS = ("scheme", "probe", "name", "order", "value", "bar", "allowed")


def print_history(results: Mapping[str, Any]) -> None:
    """Print the history of a run with a target for its accuracy; nothing of others.

    Args:
        results: The results of a run.
    """
    if "accuracy" in results:
        plain_console().print(history_table(results))


def history_table(results: Mapping[str, Any]) -> Table:
    """Rows are meshes, columns the readings that must be accurate, with their error bars.

    Args:
        results: The results of a run with a target for its accuracy.
    """
    history = results["accuracy"]
    table = new_table(f"accuracy: target {100 * history['target']:g} %, {history['end']}")
    table.add_column("unknowns", justify="right")
    table.add_column("time", justify="right")
    columns = list(zip(*(mesh["readings"] for mesh in history["meshes"]), strict=False))
    for readings in columns:
        first = readings[0]
        table.add_column(
            f"R{first['order']} {first['name']}\n{first['scheme']}, {first['probe']}", justify="right"
        )
    for i, mesh in enumerate(history["meshes"]):
        cells = (_cell(readings[i], readings[-1], _drive(results, readings[i])) for readings in columns)
        table.add_row(f"{mesh['unknowns']:,}", f"{mesh['seconds']:.1f} s", *cells)
    return table


def _cell(reading: Mapping[str, Any], last: Mapping[str, Any], drive: str) -> str:
    """A value and its bar, in the unit that suits the last one."""
    scale = reading_scale(max(abs(last["value"]), last["bar"]), last["order"], drive)
    bar = reading["bar"] / scale.factor
    return f"{rounded(reading['value'] / scale.factor, bar)} ± {bar_text(bar)} {scale.unit}"


def _drive(results: Mapping[str, Any], reading: Mapping[str, Any]) -> str:
    """Unit of the drive of a reading."""
    return results["schemes"][reading["scheme"]]["drive"]["unit"]


def write_history(directory: Path, results: Mapping[str, Any]) -> list[Path]:
    """Write ``convergence.csv`` and ``convergence.png``.

    Args:
        directory: Directory of the results.
        results: The results of a run with a target for its accuracy.

    Returns:
        The files written.

    Raises:
        InputError: They cannot be written.
    """
    from thermospin.output.curves import save_convergence

    meshes = results["accuracy"]["meshes"]
    header = ["unknowns", "cells", "seconds", *COLUMNS, "unit"]
    table, picture = directory / "convergence.csv", directory / "convergence.png"
    write_csv(table, header, _rows(results, meshes))
    unknowns = [mesh["unknowns"] for mesh in meshes]
    target, style = results["accuracy"]["target"], style_of(results)
    return [table, *save_convergence(picture, unknowns, relative_bars(results), target, style)]


def relative_bars(results: Mapping[str, Any]) -> dict[str, list[float]]:
    """Error bars over the size of the readings that must be accurate, one for every mesh.

    Args:
        results: The results of a run with a target for its accuracy.
    """
    meshes = results["accuracy"]["meshes"]
    return {
        f"{named_reading(first, _drive(results, first))}; {first['scheme']}, {first['probe']}": [
            mesh["readings"][i]["bar"] / (abs(mesh["readings"][i]["value"]) or np.inf) for mesh in meshes
        ]
        for i, first in enumerate(meshes[-1]["readings"])
    }


def _rows(results: Mapping[str, Any], meshes: list[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """One row for every mesh and reading, SI."""
    for mesh in meshes:
        for reading in mesh["readings"]:
            unit = per_drive("V", reading["order"], _drive(results, reading))
            yield [
                *(mesh[key] for key in ("unknowns", "cells", "seconds")),
                *(reading[key] for key in COLUMNS),
                unit,
            ]
