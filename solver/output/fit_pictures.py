"""Pictures of fits: data against the model with error bars, profiles, samples of parameters in pairs."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.config.outputs import Style
from thermospin.output.figures import INCH, TWO, looks, save_as
from thermospin.output.scales import reading_scale
from thermospin.output.words import SIGNALS, reading_words, words
from thermospin.units import common_unit

COLUMNS = 2
"""Panels side by side."""
BINS = 40
"""Bins of a histogram."""


def save_residuals(path: Path, data: Mapping[str, Any], style: Style) -> list[Path]:
    """Save measured readings and those of the model, a panel for every reading.

    Args:
        path: The PNG.
        data: The content of ``fit.json``.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    groups = [list(rows) for _, rows in groupby(sorted(data["residuals"], key=_reading), key=_reading)]
    width = 9.0 if style.width is None else style.width / INCH
    columns = COLUMNS if width > TWO else 1
    rows = math.ceil(len(groups) / columns)
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, 2.8 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for panel, group in zip(panels, groups, strict=False):
            _draw(panel, group)
        for panel in panels[len(groups) :]:
            panel.set_axis_off()
        panels[0].legend(fontsize="small", frameon=False)
        return save_as(figure, path, style)


def save_profiles(path: Path, data: Mapping[str, Any], style: Style) -> list[Path]:
    """Save the rise of χ² along every profile beside that of the linear model.

    Args:
        path: The PNG.
        data: The content of ``fit.json``.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    by_key, profiles = {parameter["key"]: parameter for parameter in data["parameters"]}, data["profiles"]
    width = 4.0 * len(profiles) if style.width is None else style.width / INCH
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, 3.0), layout="constrained")
        panels = figure.subplots(1, len(profiles), squeeze=False).ravel()
        for panel, found in zip(panels, profiles, strict=True):
            parameter = by_key[found["key"]]
            fine = np.linspace(found["values"][0], found["values"][-1], 101)
            rises = [np.nan if rise is None else rise for rise in found["rises"]]
            panel.plot(found["values"], rises, "o-", color="black", markersize=4, label="profile")
            linear = ((fine - parameter["value"]) / parameter["error"]) ** 2
            panel.plot(fine, linear, "--", color="tab:red", label="linear model")
            panel.axhline(1.0, color="grey", linewidth=0.8)
            panel.set_xlabel(_axis(parameter), fontsize="small")
            panel.set_ylabel("Δχ²", fontsize="small")
        panels[0].legend(fontsize="small", frameon=False)
        return save_as(figure, path, style)


def save_corner(path: Path, data: Mapping[str, Any], samples: np.ndarray, style: Style) -> list[Path]:
    """Save histograms of the samples of every parameter, and of every pair.

    Args:
        path: The PNG.
        data: The content of ``fit.json``.
        samples: The samples, shape (n_samples, n_parameters).
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    parameters, size = data["parameters"], samples.shape[1]
    width = 1.2 + 2.0 * size if style.width is None else style.width / INCH
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, width), layout="constrained")
        panels = figure.subplots(size, size, squeeze=False)
        for i in range(size):
            for j in range(size):
                panel = panels[i][j]
                if j > i:
                    panel.set_axis_off()
                elif i == j:
                    panel.hist(samples[:, i], bins=BINS, histtype="step", color="black")
                    panel.set_yticks([])
                else:
                    panel.hist2d(samples[:, j], samples[:, i], bins=BINS, cmap="Greys")
                panel.tick_params(labelsize="x-small")
                if i == size - 1:
                    panel.set_xlabel(_axis(parameters[j]), fontsize="small")
                if j == 0 < i:
                    panel.set_ylabel(_axis(parameters[i]), fontsize="small")
        return save_as(figure, path, style)


def _reading(row: Mapping[str, Any]) -> tuple[str, str, str, int, str]:
    return row["scheme"], row["probe"], row["name"], row["order"], row["drive"]


def _axis(parameter: Mapping[str, Any]) -> str:
    name = words(parameter["key"])
    return f"{name} ({parameter['unit']})" if parameter["unit"] else name


def _draw(panel: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw one reading over its swept key, or row after row."""
    scheme, probe, name, order, drive = _reading(rows[0])
    places, label = _places(rows)
    scale = reading_scale(max(abs(row["measured"]) for row in rows), order, drive)
    values, bars, models, mesh = (
        np.array([row[key] for row in rows]) / scale.factor
        for key in ("measured", "uncertainty", "model", "mesh")
    )
    panel.errorbar(places, values, bars, fmt="o", color="black", markersize=4, capsize=2, label="measured")
    panel.errorbar(places, models, mesh, fmt="x", color="tab:red", capsize=2, label="model, ± mesh")
    panel.margins(x=0.2, y=0.15)
    panel.set_title(f"{scheme}, probe {probe}: {SIGNALS.get(name, name)}", loc="left", fontsize="medium")
    panel.set_ylabel(f"{reading_words(order, drive)} ({scale.unit})", fontsize="small")
    panel.set_xlabel(label, fontsize="small")
    if not label:
        panel.set_xticks([])


def _places(rows: Sequence[Mapping[str, Any]]) -> tuple[list[float], str]:
    """Values of the only key that is swept, and its label; the numbers of the rows where there is none."""
    keys = {key for row in rows for key in row["swept"]}
    if len(keys) == 1:
        key = keys.pop()
        try:
            values, unit = common_unit([row["swept"][key] for row in rows])
        except (KeyError, ValueError):
            return list(map(float, range(len(rows)))), ""
        return values, f"{words(key)} ({unit})" if unit else words(key)
    return list(map(float, range(len(rows)))), ""
