"""Figures with matplotlib of curves: along loops and sweeps, and on finer and finer meshes."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure

from thermospin.config.outputs import Style
from thermospin.output.figures import INCH, TWO, looks, save_as
from thermospin.output.scales import Scale
from thermospin.output.series import Axis, Series


def save_loop(
    path: Path,
    fields: Mapping[str, np.ndarray],
    panels: Sequence[tuple[str, Mapping[str, np.ndarray]]],
    title: str,
    style: Style,
) -> list[Path]:
    """Save the readings of a probe as B goes up and down, a panel for every quantity.

    Args:
        path: The PNG.
        fields: Branch, ``up`` or ``down``, to B in mT, (n,).
        panels: Label of the vertical axis, and branch to values in the displayed unit, (n,).
        title: Title of the figure.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    branch_styles = {"up": ("#1f5f9f", ">"), "down": ("#c0392b", "<")}
    with rc_context(looks(style)):
        figure, grid = _panels(len(panels), 2.6, style)
        for panel, (quantity, branches) in zip(grid, panels, strict=False):
            for name, values in branches.items():
                colour, marker = branch_styles[name]
                panel.plot(
                    fields[name],
                    values,
                    color=colour,
                    marker=marker,
                    markersize=3,
                    linewidth=1.1,
                    label=f"B {name}",
                )
            panel.set(xlabel="B (mT)", ylabel=quantity)
            panel.grid(alpha=0.3, linewidth=0.6)
            panel.ticklabel_format(axis="y", useOffset=False)
        figure.legend(*grid[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
        figure.suptitle(title, fontsize=style.font_size, x=0.01, ha="left")
        return save_as(figure, path, style)


def save_sweep(
    path: Path, axis: Axis, panels: Sequence[tuple[str, Scale, Sequence[Series]]], title: str, style: Style
) -> list[Path]:
    """Save the readings of a probe along a sweep with their error bars.

    Args:
        path: The PNG.
        axis: The axis of the sweep.
        panels: Label of the vertical axis, its unit, and the series.
        title: Title of the figure.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    with rc_context(looks(style)):
        figure, grid = _panels(len(panels), 2.9, style)
        for panel, (label, scale, found) in zip(grid, panels, strict=False):
            for one in found:
                bars = np.where(np.isnan(one.bars), 0.0, one.bars) / scale.factor
                panel.errorbar(
                    axis.values,
                    one.values / scale.factor,
                    bars,
                    marker="o",
                    markersize=3.5,
                    capsize=2,
                    label=one.name,
                )
            if axis.is_numeric:
                panel.set_xscale(axis.scale)
            panel.set(xlabel=axis.label, ylabel=label)
            panel.grid(alpha=0.3, linewidth=0.6)
            panel.ticklabel_format(axis="y", useOffset=False)
            panel.legend(frameon=False)
        figure.suptitle(title, fontsize=style.font_size)
        return save_as(figure, path, style)


def save_images(
    path: Path,
    axes: Sequence[Axis],
    panels: Sequence[tuple[str, Scale, Sequence[Series]]],
    title: str,
    style: Style,
) -> list[Path]:
    """Save the readings of a probe over the two axes of a sweep, an image for every series.

    Args:
        path: The PNG.
        axes: The axes of the sweep; the second is drawn to the right.
        panels: Label with the unit, the unit, and the series.
        title: Title of the figure.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    images = [(f"{one.name}, {label}", scale, one) for label, scale, found in panels for one in found]
    upward, right = axes
    shape = len(upward.values), len(right.values)
    with rc_context(looks(style)):
        figure, grid = _panels(len(images), 3.1, style)
        for panel, (label, scale, one) in zip(grid, images, strict=False):
            values = one.values.reshape(shape) / scale.factor
            is_signed = np.nanmin(values) < 0 < np.nanmax(values)
            largest = float(np.nanmax(np.abs(values)))
            limits = {"vmin": -largest, "vmax": largest, "cmap": "RdBu_r"} if is_signed else {}
            image = panel.pcolormesh(*(_edges(axis) for axis in (right, upward)), values, **limits)
            _place_ticks(panel.xaxis, right)
            _place_ticks(panel.yaxis, upward)
            panel.set(xlabel=right.label, ylabel=upward.label)
            figure.colorbar(image, ax=panel, label=label)
        figure.suptitle(title, fontsize=style.font_size)
        return save_as(figure, path, style)


def _edges(axis: Axis) -> np.ndarray:
    """Borders between the cells of an image: half-way between equally spaced or logarithmic values.

    Values of other spacing, and texts, get cells of one width.
    """
    count = len(axis.values)
    borders = np.arange(count + 1) - 0.5
    if not _is_even(axis):
        return borders
    values = np.log(axis.values) if axis.scale == "log" else np.asarray(axis.values, dtype=float)
    found = values[0] + borders * (values[-1] - values[0]) / (count - 1)
    return np.exp(found) if axis.scale == "log" else found


def _is_even(axis: Axis) -> bool:
    if not axis.is_numeric or len(axis.values) < 2:
        return False
    values = np.asarray(axis.values, dtype=float)
    if axis.scale == "log":
        values = np.log(values)
    steps = np.diff(values)
    return bool(np.allclose(steps, steps[0], rtol=1e-6, atol=0))


def _place_ticks(along: XAxis | YAxis, axis: Axis) -> None:
    if not _is_even(axis):
        names = [f"{value:g}" if axis.is_numeric else value for value in axis.values]
        along.set_ticks(np.arange(len(names)), names)
    elif axis.scale == "log":
        along.axes.set(**{f"{along.axis_name}scale": "log"})


def save_convergence(
    path: Path, unknowns: Sequence[int], curves: Mapping[str, Sequence[float]], target: float, style: Style
) -> list[Path]:
    """Save relative error bars on finer and finer meshes.

    Args:
        path: The PNG.
        unknowns: Numbers of unknowns of the meshes.
        curves: Name of a reading to its bars relative to its size, one for every mesh.
        target: The largest that is small enough.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    with rc_context(looks(style)):
        width = 5.6 if style.width is None else style.width / INCH
        figure = Figure(figsize=(width, 3.4), layout="constrained")
        panel = figure.subplots()
        for name, bars in curves.items():
            panel.loglog(unknowns, bars, marker="o", markersize=4, label=name)
        panel.axhline(target, color="0.4", linestyle="--", linewidth=0.9, label="target")
        panel.set(xlabel="unknowns", ylabel="error bar / reading")
        panel.legend(frameon=False, fontsize="small")
        panel.grid(alpha=0.3, linewidth=0.6, which="both")
        return save_as(figure, path, style)


def _panels(count: int, height: float, style: Style) -> tuple[Figure, list[Axes]]:
    """A figure with panels, each of a height in inches: two in a row where there is room for two."""
    width = (8.4 if count > 1 else 4.6) if style.width is None else style.width / INCH
    columns = 2 if width > TWO and count > 1 else 1
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(width, height * rows + 0.4), layout="constrained")
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for unused in grid[count:]:
        unused.set_axis_off()
    return figure, grid[:count]
