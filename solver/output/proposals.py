"""Proposals of measurements as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from thermospin.output.fits import label_of
from thermospin.output.scales import number
from thermospin.output.tables import new_table, plain_console

HEADER = ("scheme", "probe", "configuration or signal", "order", "swept", "value", "before", "after", "bits")
"""Columns of the CSV file."""
SHOWN = 12
"""Measurements that are shown, the best ones."""


def print_proposals(rows: Sequence[Mapping[str, Any]], key: str, unit: str, precision: float) -> None:
    """Print the best measurements.

    Args:
        rows: All of them, the best first.
        key: Key of the parameter.
        unit: Its unit.
        precision: Uncertainty of a measurement over the size of the reading.
    """
    before = rows[0]["before"] if rows else None
    known = f"{number(before, 3)} {unit}".strip()
    table = new_table(f"error of {key}, {known} now, after a measurement to {100 * precision:.3g} %")
    for column in ("measurement", f"error ({unit or '1'})", "of now", "information (bits)"):
        table.add_column(column, justify="left" if column == "measurement" else "right")
    for row in rows[:SHOWN]:
        share = f"{100 * row['after'] / row['before']:.0f} %"
        table.add_row(label_of(row), number(row["after"], 3), share, f"{row['information']:.2f}")
    plain_console().print(table)
