"""Output of a study of a network: tables on the terminal, CSV, JSON and figures."""

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.networks.study import Study
from thermospin.output.figures import INCH, TWO, looks, save_as
from thermospin.output.files import write_csv
from thermospin.output.place import together
from thermospin.output.scales import Scale, decimal_scale_for, number, scale_for
from thermospin.output.tables import new_table, plain_console

SHOWN_ANGLES = 7
"""Lines of the table over the angle on the terminal; the CSV has all."""
NARROW = 2.4
"""Narrowest panel of the figure over the angle, inches."""
SYMBOLS = {"ohm": "Ω", "^2": "²"}
ANGLE = "angle (deg)"
PANELS = {
    "current": r"\.current \(",
    "resistance": r"^resistance",
    "thermopower": r"^thermopower",
    "heat": r"\.heat \(",
    "torque": r"\.\|torque\|",
    "spin accumulation": r"\.\|s\|",
    "spin heat accumulation": r"\.\|tau\|",
}
"""Panels of the figure over the angle, and the columns that they hold."""


def write(study: Study) -> Path:
    """Write everything: results.json, then CSV and figures.

    Args:
        study: The study.

    Returns:
        The directory.

    Raises:
        InputError: It cannot be written.
    """
    directory = Path(study.config.output)
    with together(directory, study.data):
        _write_files(directory, study)
    return directory


def _write_files(directory: Path, study: Study) -> None:
    """Write the files beside results.json."""
    _write_table(directory / "points.csv", study.columns("points"))
    if study.config.sweep is not None:
        plot_angles(directory / "points.png", study)
    if study.dynamics:
        _write_table(directory / "switching.csv", study.columns("switching"))
        path = _shown(study).path
        header = ["time (s)", "m_x", "m_y", "m_z"]
        write_csv(directory / "trajectory.csv", header, np.column_stack([path.time, path.m]).tolist())
        plot_switching(directory / "switching.png", study)


def _write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    write_csv(path, list(columns), zip(*columns.values(), strict=True))


def show(study: Study) -> None:
    """Print the tables of a study.

    Args:
        study: The study.
    """
    console = plain_console()
    console.print(study.config.title or "circuit", style="bold", highlight=False, markup=False)
    points = study.columns("points")
    for title, names in _groups(study).items():
        console.print(_over_the_angle(points, title, names))
    if "thresholds" in study.data:
        console.print(_thresholds(study))
    if study.dynamics:
        console.print(_plain_table("switching", study.columns("switching")))


def _groups(study: Study) -> dict[str, list[str]]:
    """Columns of every table by its title, without given values and columns of zeros."""
    config, points = study.config, study.columns("points")
    names = [name for name in points if name != ANGLE and any(points[name])]
    groups = {"through the reservoirs": [name for name in names if re.search(r"\.(current|heat) \(", name)]}
    torques = {}
    groups["between the reservoirs"] = [name for name in names if "." not in name]
    for node in config.nodes:
        own = [name for name in names if name.startswith(f"{node}.")]
        fields = [name for name in own if re.search(r"\.\|?(V|rise|s|tau)[_| ]", name)]
        groups[f"node {node}"] = [] if node in config.reservoirs else fields
        torques[f"torque on {node}"] = [name for name in own if re.search(r"torque(_[xyz]|\|)", name)]
    return {title: group for title, group in (groups | torques).items() if group}


def _over_the_angle(points: Mapping[str, Sequence[float]], title: str, names: Sequence[str]):
    """Some lines of a group of columns; lines and columns exchanged where there is no angle."""
    scales = {name: _scale(name, points[name]) for name in names}
    table = new_table(title)
    if ANGLE not in points:
        table.add_column("")
        table.add_column("", justify="right")
        for name, scale in scales.items():
            table.add_row(_quantity(name), f"{number(points[name][0] / scale.factor)} {scale.unit}")
        return table
    table.add_column("θ", justify="right")
    for name, scale in scales.items():
        table.add_column(f"{_quantity(name)}\n{scale.unit}", justify="right")
    count = len(points[ANGLE])
    for i in sorted({round(k) for k in np.linspace(0, count - 1, min(SHOWN_ANGLES, count))}):
        cells = (_cell(points[name][i], points[name], scale) for name, scale in scales.items())
        table.add_row(f"{points[ANGLE][i]:g}°", *cells)
    return table


def _cell(value: float, column: Sequence[float], scale: Scale) -> str:
    """A value; rounding errors of a column show as 0."""
    return number(0.0 if abs(value) < 1e-12 * max(map(abs, column)) else value / scale.factor, 4)


def _thresholds(study: Study):
    """Slonczewski's estimate."""
    table = new_table("threshold of the free layer (ΔT at ΔV = 0 and at I = 0)")
    for heading in ("m along", "× sources", "ΔV", "current", "ΔT", "ΔT at I = 0"):
        table.add_column(heading, justify="right")
    for name, found in study.data["thresholds"].items():
        amounts = [
            ("voltage", "V"),
            ("current", "A" if study.config.area else "A/m²"),
            ("temperature_difference", "K"),
            ("open_temperature_difference", "K"),
        ]
        table.add_row(
            name.replace("_", " "),
            number(found["factor"], 4),
            *(_amount(found[key], unit) for key, unit in amounts),
        )
    return table


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    scale = (decimal_scale_for if unit == "A/m²" else scale_for)(abs(value), unit)
    return f"{number(value / scale.factor, 4)} {scale.unit}"


def _plain_table(title: str, columns: Mapping[str, Sequence[Any]]):
    table = new_table(title)
    shown = {name: values for name, values in columns.items() if name != "stretch"}
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right")
    for row in zip(*shown.values(), strict=True):
        table.add_row(*("–" if value is None else f"{value:.4g}" for value in row))
    return table


def _quantity(name: str) -> str:
    text = name.partition(" (")[0].replace("_conductance", " conductance")
    if not re.search(r"\.(current|heat)$", text):
        text = text.rpartition(".")[2]
    return text.replace("tau", "τ").replace("rise", "ϑ")


def _scale(name: str, values: Sequence[float]) -> Scale:
    """The unit that suits a column."""
    unit = name.partition(" (")[2].removesuffix(")")
    for text, symbol in SYMBOLS.items():
        unit = unit.replace(text, symbol)
    largest = max(abs(value) for value in values)
    return (decimal_scale_for if "²" in unit else scale_for)(largest, unit)


def plot_angles(path: Path, study: Study) -> list[Path]:
    """Draw all quantities over the angle, one panel each.

    Args:
        path: The image file.
        study: The study.

    Returns:
        The files, one for every format.
    """
    style = study.config.style
    points = study.columns("points")
    panels = {
        title: names
        for title, pattern in PANELS.items()
        if (names := [name for name in points if re.search(pattern, name)])
    }
    with rc_context(looks(style)):
        columns = min(3 if style.width is None else max(1, int(style.width / INCH / NARROW)), len(panels))
        rows = -(-len(panels) // columns)
        width = 3.6 * columns if style.width is None else style.width / INCH
        figure = Figure(figsize=(width, 2.8 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for panel, (title, names) in zip(grid, panels.items(), strict=False):
            scale = _scale(names[0], [value for name in names for value in points[name]])
            for name, dashes in zip(names, itertools.cycle(("-", "--", ":", "-."))):
                values = np.array(points[name]) / scale.factor
                panel.plot(points[ANGLE], values, dashes, label=name.partition(".")[0])
            panel.set(xlabel="angle θ (°)", ylabel=f"{title} ({scale.unit})")
            panel.set_xlim(points[ANGLE][0], points[ANGLE][-1])
            panel.grid(alpha=0.3, linewidth=0.6)
            if len(names) > 1:
                panel.legend(frameon=False, fontsize="small")
        for panel in grid[len(panels) :]:
            panel.set_axis_off()
        figure.suptitle(study.config.title, fontsize="large")
        return save_as(figure, path, style)


def plot_switching(path: Path, study: Study) -> list[Path]:
    """Draw a trajectory and, for several drives, the switching time over the drive.

    Args:
        path: The image file.
        study: The study.

    Returns:
        The files, one for every format.
    """
    shown, layer, style = _shown(study), study.config.free_layer.macrospin, study.config.style
    width = 8.4 if style.width is None else style.width / INCH
    shape = (1, 2) if width > TWO else (2, 1)
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, 3.2 * shape[0]), layout="constrained")
        left, right = figure.subplots(*shape)
        for axis, values in zip("xyz", shown.path.m.T, strict=True):
            left.plot(shown.path.time * 1e9, values, label=f"m$_{axis}$", linewidth=1.0)
        left.set(xlabel="time (ns)", ylabel=f"magnetisation m at {shown.factor:g} × the sources")
        left.legend(frameon=False, fontsize="small")
        switched = [(found.factor, found.time * 1e9) for found in study.dynamics if found.time]
        if switched:
            right.plot(*zip(*switched, strict=True), "o-", markersize=4)
        start = "+easy_axis" if layer.easy_axis @ shown.path.m[0] > 0 else "-easy_axis"
        threshold = study.data["thresholds"][start]["factor"]
        if threshold is not None:
            right.axvline(threshold, color="0.5", linestyle=":", linewidth=1.0)
        right.set(xlabel="multiple of the sources (dotted: threshold)", ylabel="switching time (ns)")
        right.set_ylim(bottom=0)
        return save_as(figure, path, style)


def _shown(study: Study):
    """The dynamics whose trajectory is written."""
    wanted = study.config.dynamics.trajectory
    if wanted is None:
        return study.dynamics[-1]
    return next(found for found in study.dynamics if found.factor == wanted)
