"""Measured readings from a CSV file, each with its uncertainty and the values of swept keys."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from thermospin.config.document import read_text
from thermospin.errors import InputError, brief
from thermospin.section import one_of
from thermospin.units import to_si
from thermospin.units.uncertain import split_uncertain

ALIASES = {
    "configuration": "name",
    "signal": "name",
    "configuration or signal": "name",
    "probe": "probe",
    "scheme": "scheme",
    "order": "order",
    "value": "value",
    "unit": "unit",
    "uncertainty": "uncertainty",
}
"""Columns by what they hold; every other column is a key that is swept."""
NEEDED = ("name", "order", "value")


@dataclass(frozen=True)
class Datum:
    """One measured reading.

    Attributes:
        scheme: The injection scheme; empty for the only one.
        probe: The probe; likewise.
        name: A magnetic configuration, ``baseline`` or ``spin``.
        order: Power n of the drive; 0 of the voltage without one.
        value: The reading, V/Aⁿ or V/Vⁿ.
        uncertainty: Its standard uncertainty, likewise.
        line: Line of the file.
        file: The file.
        swept: Values of swept keys, as they were written.
        drive: Unit of the drive, ``A`` or ``V``.
    """

    scheme: str
    probe: str
    name: str
    order: int
    value: float
    uncertainty: float
    line: int = 0
    file: str = ""
    swept: Mapping[str, str] = field(default_factory=dict)
    drive: str = "A"

    def error(self, message: str) -> InputError:
        """An error about this datum.

        Args:
            message: The mistake and its remedy.
        """
        return InputError(message, file=f"{self.file}:{self.line}")


def read_measured(path: Path, drives: Mapping[str, str] | None = None) -> list[Datum]:
    """Read measured readings.

    Args:
        path: The file; ``#`` begins a comment.
        drives: Unit of the drive by scheme, ``A`` or ``V``; A by default.

    Raises:
        InputError: The file cannot be read, or a line has a mistake; it names the line.
    """
    lines = list(_lines(path))
    if len(lines) < 2:
        raise InputError(
            "no data; write a line of column names, then a line for every reading", file=str(path)
        )
    (number, header), *rows = lines
    columns = [ALIASES.get(name.lower(), name) for name in header]
    where = f"{path}:{number}"
    for name in NEEDED:
        if name not in columns:
            shown = "configuration or signal" if name == "name" else name
            raise InputError(f"there is no column '{shown}'; add it", file=where)
    if again := next((name for name in columns if not name or columns.count(name) > 1), None):
        raise InputError(f"the column {brief(again)} has no name or stands there twice", file=where)
    return [_datum(columns, row, line, path, drives or {}) for line, row in rows]


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line with its number, without comments and empty lines."""
    text = read_text(path, "table of readings")
    for number, line in enumerate(text.splitlines(), start=1):
        content_of = line.split("#")[0].strip()
        if content_of:
            yield number, [cell.strip() for cell in next(csv.reader([content_of], skipinitialspace=True))]


def _datum(
    columns: Sequence[str], row: Sequence[str], line: int, path: Path, drives: Mapping[str, str]
) -> Datum:
    where = f"{path}:{line}"
    if len(row) != len(columns):
        raise InputError(f"{len(row)} cells for {len(columns)} columns", file=where)
    cells = dict(zip(columns, row, strict=True))
    order = cells["order"]
    if not order.isdecimal() or int(order) > 8:
        raise InputError(f"order: must be a whole number from 0 to 8, not {brief(order)}", file=where)
    drive = drives.get(cells.get("scheme", ""), next(iter(drives.values()), "A"))
    unit = ["V", f"V/{drive}", f"V/{drive}^{order}"][min(int(order), 2)]
    value, error = split_uncertain(cells["value"]) or (cells["value"], cells.get("uncertainty", ""))
    if not error:
        raise InputError("uncertainty: missing; every reading needs one", file=where)
    own = cells.get("unit", "")
    number = _number(value, own, unit, "value", where)
    size = _number(error, own, unit, "uncertainty", where)
    if size <= 0:
        raise InputError(f"uncertainty: must be greater than 0, not {brief(error)}", file=where)
    swept = {key: cells[key] for key in columns if key not in ALIASES.values() and cells[key]}
    return Datum(
        cells.get("scheme", ""),
        cells.get("probe", ""),
        cells["name"],
        int(order),
        number,
        size,
        line,
        str(path),
        swept,
        drive,
    )


def _number(text: str, own: str, unit: str, column: str, where: str) -> float:
    """A number of a cell in SI; its unit stands in the cell, in the column of units, or is the SI unit."""
    try:
        if not math.isfinite(float(text)):
            raise InputError(f"{column}: must be a finite number, not {text}", file=where)
        text = f"{text} {own}".strip()
    except ValueError:
        pass
    try:
        return to_si(text, unit)
    except ValueError as error:
        raise InputError(f"{column}: {error}", file=where) from None


def placed(
    datum: Datum, schemes: Sequence[str], probes: Sequence[str], names: Sequence[str], orders: int
) -> Datum:
    """A datum with the names of its scheme and probe, which the device must have.

    Args:
        datum: The datum.
        schemes: The schemes of the device.
        probes: Its probes.
        names: Its magnetic configurations and signals.
        orders: Highest order that is solved.

    Raises:
        InputError: It has none of that name; the error names the line.
    """
    chosen = []
    for name, known, kind in ((datum.scheme, schemes, "scheme"), (datum.probe, probes, "probe")):
        if not name and len(known) != 1:
            raise datum.error(f"{kind}: missing; name one of {', '.join(known)}")
        if name and name not in known:
            raise datum.error(one_of(name, known, kind))
        chosen.append(name or known[0])
    if datum.name not in names:
        raise datum.error(one_of(datum.name, names, "configuration or signal"))
    if datum.order > orders:
        raise datum.error(f"order: {datum.order} is not solved for; set solver.orders: {datum.order}")
    return replace(datum, scheme=chosen[0], probe=chosen[1])
