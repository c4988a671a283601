"""The results of a run as tables on the terminal, in the units that papers use."""

import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from thermospin.observables.lock_in import QUANTITIES, lock_in
from thermospin.output.readings import Reading, Value, of_probe, readings
from thermospin.output.scales import (
    Scale,
    bar_text,
    decimal_scale_for,
    duration,
    number,
    reading_scale,
    rounded,
    scale_for,
    significant,
)
from thermospin.runtime.console import adapt, shown

_PLAIN_WIDTH = 130
SOLVER_MATTERS = 0.1
"""Error bar of the solver over that of the discretisation, from which on it is shown."""


def print_table(results: Mapping[str, Any], console: Console | None = None) -> None:
    """Print the results of a run: readings, lock-in voltages, balances and maxima.

    Args:
        results: Content of ``results.json``.
        console: Where to print; standard output by default, at a fixed width when it is not a terminal.
    """
    console = console or plain_console()
    console.print(results.get("title") or "thermospin", style="bold", highlight=False, markup=False)
    for table in (*reading_tables(results), *summary_tables(results)):
        console.print(table)
    for warning in results.get("warnings", []):
        console.print(f"warning: {warning}", style="yellow", highlight=False, markup=False)


def reading_tables(results: Mapping[str, Any]) -> list[Table]:
    """Readings and signals, a table for every scheme and probe.

    Args:
        results: Content of ``results.json``.
    """
    grouped = groupby(readings(results), key=lambda read: (read.scheme, read.probe))
    return [_readings_table(f"{scheme}, probe {probe}", list(group)) for (scheme, probe), group in grouped]


def summary_tables(results: Mapping[str, Any]) -> list[Table]:
    """Lock-in voltages, balances and maxima, where there are any.

    Args:
        results: Content of ``results.json``.
    """
    found = _lock_in_table(results), _balances_table(results), _maxima_table(results)
    return [table for table in found if table.row_count]


def describe_cost(results: Mapping[str, Any]) -> str:
    """Time, its longest stages, and memory of a run, in one line.

    Args:
        results: Content of ``results.json``.
    """
    stages = sorted(results["timings"].items(), key=lambda item: -item[1])
    longest = ", ".join(f"{name} {duration(spent)}" for name, spent in stages[:3] if spent >= 1.0)
    total = duration(sum(spent for _, spent in stages))
    return (
        f"time {total}{f' ({longest})' if longest else ''}; memory {results['memory']['peak'] / 1e9:.2f} GB"
    )


def plain_console() -> Console:
    """Standard output; a fixed width when it is not a terminal, so that no table is folded in a file."""
    adapt(sys.stdout)
    console = Console()
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


class PlainTable(Table):
    """A table whose texts standard output can show."""

    def add_column(self, header: str = "", *args: Any, **options: Any) -> None:
        """Add a column.

        Args:
            header: Its title.
            args: Further arguments of rich.
            options: Options of rich.
        """
        super().add_column(shown(header), *args, **options)

    def add_row(self, *cells: str, **options: Any) -> None:
        """Add a row.

        Args:
            cells: Texts of the cells.
            options: Options of rich.
        """
        super().add_row(*map(shown, cells), **options)


def new_table(title: str) -> Table:
    """An empty table in the style of this program.

    Args:
        title: Its title.
    """
    style = {"title_justify": "left", "title_style": "bold", "box": box.SIMPLE_HEAD, "pad_edge": False}
    return PlainTable(title=shown(title), **style)


def _readings_table(title: str, group: list[Reading]) -> Table:
    """Rows are configurations and signals, columns the orders."""
    table = new_table(title)
    table.add_column("")
    orders = sorted({order for read in group for order in read.by_order})
    for order in orders:
        table.add_column(f"R{order}", justify="right")
    for read in group:
        family = [read] if read.name == "spin" else [other for other in group if other.name != "spin"]
        table.add_row(read.name, *(_reading_cell(read, family, order) for order in orders))
    return table


def _reading_cell(read: Reading, family: Iterable[Reading], order: int) -> str:
    """A value with its error bar, in the unit that suits the largest of its family.

    The bar is that of the discretisation and the solver together; the solver's is below where it matters, or
    where the other is not known.
    """
    read_value = read.by_order.get(order, Value(None))
    if read_value.shown is None:
        return "–"
    known = [other.by_order[order] for other in family if order in other.by_order]
    largest = max(significant(other.shown, other.bar) for other in known)
    scale = reading_scale(largest, order, read.drive)
    bars = read_value.shown_mesh, read_value.solver, read_value.bar, read_value.materials
    value, mesh, solver, bar, materials = (
        None if x is None else x / scale.factor for x in (read_value.shown, *bars)
    )
    text = rounded(value, bar)
    if mesh is not None:
        text += f" ± {bar_text(bar)}"
    matters = solver is not None and (mesh is None or solver > SOLVER_MATTERS * mesh)
    text += f" {scale.unit}" + (f"\n[dim]± {bar_text(solver)} solver[/dim]" if matters else "")
    return text + (f"\n± {number(materials, 2)} materials" if materials is not None else "")


def _lock_in_table(results: Mapping[str, Any]) -> Table:
    """Readings of a lock-in amplifier, V rms, and the quantities plotted from them."""
    current = (results.get("config", {}).get("lock_in") or {}).get("rms_current")
    table = new_table("lock-in readings" + (f" at {1e3 * current:g} mA rms" if current else ""))
    rows = [
        (
            f"{scheme}, {probe}, {configuration}",
            harmonics,
            _lock_in_bars(found["configurations"].get(configuration, {}), probe, current),
        )
        for scheme, found in results["schemes"].items()
        for probe, cases in (found.get("lock_in") or {}).items()
        for configuration, harmonics in cases.items()
    ]
    names = [name for name in QUANTITIES if any(name in harmonics for _, harmonics, _ in rows)]
    table.add_column("")
    for name in names:
        table.add_column(QUANTITIES[name].symbol, justify="right")
    for label, harmonics, bars in rows:
        cells = (_lock_in_cell(harmonics.get(name), bars.get(name), QUANTITIES[name].order) for name in names)
        table.add_row(label, *cells)
    return table


def _lock_in_bars(case: Mapping[str, Any], probe: str, current: float | None) -> dict[str, float]:
    """Error bars of what a lock-in shows, in which those of all coefficients add up; none if unknown."""
    read = case.get("probes", {}).get(probe)
    bars = [value.bar for order, value in of_probe(read).items() if order] if read else []
    return lock_in(bars, current) if current and bars and None not in bars else {}


def _balances_table(results: Mapping[str, Any]) -> Table:
    """Relative errors of conservation laws, and the worst one of reciprocity."""
    table = new_table("balances")
    rows = [
        (f"{scheme}, {configuration}", _relative_errors(case["balances"]))
        for scheme, found in results["schemes"].items()
        for configuration, case in found["configurations"].items()
        if case.get("balances")
    ]
    names = list(dict.fromkeys(name for _, balances in rows for name in balances))
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    for label, balances in rows:
        table.add_row(label, *(_balance(balances.get(name)) for name in names))
    return table


def _relative_errors(balances: Mapping[str, Any]) -> dict[str, float | None]:
    """The numbers among the balances; of the probes' reciprocities the largest."""
    worst = {
        name: max((v for v in value.values() if v is not None), default=None)
        if isinstance(value, Mapping)
        else value
        for name, value in balances.items()
    }
    return {name: value for name, value in worst.items() if not isinstance(value, list)}


def _maxima_table(results: Mapping[str, Any]) -> Table:
    """Per scheme and region, the largest over all configurations."""
    current = results.get("config", {}).get("output", {}).get("current")
    if any(found.get("drive", {}).get("unit", "A") != "A" for found in results["schemes"].values()):
        current = None  # the table is not at this current
    table = new_table("maxima" + (f" at {1e3 * current:g} mA" if current else ""))
    table.add_column("region")
    rows: dict[str, list[str]] = {}
    for scheme, found in results["schemes"].items():
        cases = list(found["configurations"].values())
        regions = list(dict.fromkeys(region for case in cases for region in case.get("regions", {})))
        for heading, key, scale_of, unit in (
            ("ΔT", "max_temperature_rise", scale_for, "K"),
            ("|J|", "max_current_density", decimal_scale_for, "A/m²"),
        ):
            found_values = {region: _largest(cases, region, key) for region in regions}
            largest = max((abs(pair[0]) for pair in found_values.values() if pair), default=None)
            if largest is None:
                continue
            scale = scale_of(largest, unit)
            table.add_column(f"{scheme}\n{heading} ({scale.unit})", justify="right")
            column = len(table.columns) - 2
            for region, pair in found_values.items():
                row = rows.setdefault(region, [])
                row += [""] * (column - len(row))
                row.append(_scaled(pair, scale))
    for region, row in rows.items():
        table.add_row(escape(region), *row)
    return table


def _largest(cases: Iterable[Mapping[str, Any]], region: str, key: str) -> tuple[float, float | None] | None:
    """The largest value of all configurations and its error bar of the mesh; None without values."""
    pairs = [
        (value, ((case.get("mesh_bars") or {}).get("regions", {}).get(region) or {}).get(key))
        for case in cases
        if (value := case.get("regions", {}).get(region, {}).get(key)) is not None
    ]
    return max(pairs, key=lambda pair: pair[0], default=None)


def _scaled(pair: tuple[float, float | None] | None, scale: Scale) -> str:
    if pair is None:
        return number(None)
    value, bar = (None if part is None else part / scale.factor for part in pair)
    return f"{rounded(value, bar, 4)} ± {bar_text(bar)}" if bar else number(value, 4)


def _lock_in_cell(value: float | None, bar: float | None, order: int) -> str:
    """A value of unit V/A^order with a prefix."""
    if value is None:
        return "–"
    largest = significant(value, bar)
    scale = reading_scale(largest, order, "A") if order else scale_for(largest, "V")
    text = rounded(value / scale.factor, None if bar is None else bar / scale.factor)
    return f"{text} {scale.unit}"


def _balance(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, int | float) else "–"
