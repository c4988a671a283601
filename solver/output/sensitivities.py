"""Sensitivities of readings: a table, CSV and JSON files, and bar charts, the largest first."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.table import Table

from thermospin.config.outputs import Style
from thermospin.output.files import write_csv, write_json
from thermospin.output.scales import number, per_drive, reading_scale
from thermospin.output.tables import new_table, plain_console
from thermospin.output.words import named_reading, words

SHOWN = 6
"""Parameters per reading in tables, those with the largest sensitivities."""
DRAWN = 10
"""Parameters per reading in bar charts."""
SMALLEST = 1e-3
"""Relative sensitivity below which a parameter is left out of tables and charts."""

Reading = Mapping[str, Any]


def print_sensitivities(data: Mapping[str, Any]) -> None:
    """Print the largest sensitivities of every reading, a table for every scheme and probe.

    Args:
        data: The content of ``sensitivity.json``.
    """
    console = plain_console()
    for title, readings in _by_probe(data):
        console.print(_table(title, readings, data["parameters"]))
    if "sampling" in data:
        console.print(_sampling_table(data))


def write_sensitivities(directory: Path, data: Mapping[str, Any], style: Style) -> None:
    """Write ``sensitivity.json``, ``sensitivity.csv`` and a bar chart for every scheme and probe.

    Args:
        directory: The directory; made when missing.
        data: The content of the JSON file.
        style: Look of the charts.

    Raises:
        InputError: The directory cannot be written.
    """
    from thermospin.output.bar_charts import save_bar_charts

    write_json(directory / "sensitivity.json", data)
    header = ["scheme", "probe", "configuration or signal", "order", "value", "unit"]
    header += ["parameter", "parameter value", "parameter unit", "derivative", "relative"]
    write_csv(directory / "sensitivity.csv", header, _rows(data))
    for title, readings in _by_probe(data):
        scheme, probe = readings[0]["scheme"], readings[0]["probe"]
        charts = [
            (
                named_reading(reading, reading["unit"]),
                [(words(p["key"]), share) for p, _, share in largest(reading, data["parameters"], DRAWN)],
            )
            for reading in _told(readings)
        ]
        path, label = directory / f"sensitivity_{scheme}_{probe}.png", "relative sensitivity d ln R / d ln p"
        save_bar_charts(path, charts, title, label, style)


def largest(
    reading: Reading, parameters: Sequence[Mapping[str, Any]], most: int
) -> list[tuple[Mapping[str, Any], float, float]]:
    """Parameters on which a reading depends most, with derivative and relative sensitivity.

    Args:
        reading: The reading.
        parameters: All parameters.
        most: Number of them at most.
    """
    if reading["relative"] is None:
        return []
    rows = zip(parameters, reading["derivatives"], reading["relative"], strict=True)
    ranked = sorted(rows, key=lambda row: -abs(row[2]))
    return [row for row in ranked[:most] if abs(row[2]) >= SMALLEST]


def _by_probe(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Reading]]]:
    """The readings of every scheme and probe, with a title."""
    for (scheme, probe), group in groupby(data["readings"], key=lambda r: (r["scheme"], r["probe"])):
        yield f"{scheme}, probe {probe}", list(group)


def _told(readings: Sequence[Reading]) -> list[Reading]:
    """The readings that are shown: baseline and spin signal, or all configurations where there are none."""
    signals = [reading for reading in readings if reading["name"] in ("baseline", "spin")]
    return sorted(signals or readings, key=lambda reading: reading["order"])


def _name(reading: Reading) -> str:
    return f"R{reading['order']} {reading['name']}"


def _table(title: str, readings: Sequence[Reading], parameters: Sequence[Mapping[str, Any]]) -> Table:
    """Rows are readings, and below each the parameters on which it depends most."""
    table = new_table(f"sensitivities: {title}")
    for column in ("reading", "value", "parameter", "its value", "d ln R/d ln p", "dR/dp"):
        table.add_column(column, justify="left" if column in ("reading", "parameter") else "right")
    for reading in _told(readings):
        scale = reading_scale(abs(reading["value"]), reading["order"], reading["unit"])
        value = f"{number(reading['value'] / scale.factor, 5)} {scale.unit}"
        for i, (p, derivative, share) in enumerate(largest(reading, parameters, SHOWN)):
            per = f"{scale.unit} per {p['unit'] or '1'}"
            table.add_row(
                *((_name(reading), value) if i == 0 else ("", "")),
                p["key"],
                f"{p['value']:.5g} {p['unit']}".strip(),
                f"{share:+.3f}",
                f"{derivative / scale.factor:+.4g} {per}",
            )
    return table


def _sampling_table(data: Mapping[str, Any]) -> Table:
    """Errors by linear propagation and by draws, side by side."""
    sampling = data["sampling"]
    table = new_table(f"errors by uncertain numbers, linear and of {sampling['draws']} draws")
    for column in ("scheme", "probe", "reading", "linear", "drawn", "mean"):
        table.add_column(column, justify="left" if column in ("scheme", "probe", "reading") else "right")
    units = {reading["scheme"]: reading["unit"] for reading in data["readings"]}
    for read in _told(sampling["readings"]):
        scale = reading_scale(abs(read["mean"]), read["order"], units[read["scheme"]])
        texts = [number(read[key] / scale.factor, 3) for key in ("linear", "deviation", "mean")]
        table.add_row(read["scheme"], read["probe"], _name(read), *(f"{text} {scale.unit}" for text in texts))
    return table


def _rows(data: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Rows of the CSV file, all in SI."""
    for reading in data["readings"]:
        unit = per_drive("V", reading["order"], reading["unit"])
        own = [reading[key] for key in ("scheme", "probe", "name", "order", "value")]
        relative = reading["relative"] or [None] * len(data["parameters"])
        for parameter, *numbers in zip(data["parameters"], reading["derivatives"], relative, strict=True):
            yield [*own, unit, *(parameter[key] for key in ("key", "value", "unit")), *numbers]
