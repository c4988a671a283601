"""Charts of horizontal bars, one panel above the other."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.output.figures import STYLE, save

_SIGNS = {True: "#1f5f9f", False: "#c8532b"}
_COLUMNS = 2


def save_bar_charts(
    path: Path, charts: Sequence[tuple[str, Sequence[tuple[str, float]]]], title: str, label: str
) -> None:
    """Save bars by name, a panel for every chart, two in a row; negative ones have another colour.

    Args:
        path: The PNG.
        charts: Title of every panel, and its names and values from top to bottom.
        title: Title of the figure.
        label: Label of the horizontal axes.
    """
    rows = math.ceil(len(charts) / _COLUMNS)
    bars = max((len(values) for _, values in charts), default=1)
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, rows * (0.9 + 0.22 * bars)), layout="constrained")
        panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for panel, (name, values) in zip(panels, charts, strict=False):
            numbers = [value for _, value in values]
            panel.barh(range(len(values)), numbers, color=[_SIGNS[value > 0] for value in numbers])
            panel.set_yticks(range(len(values)), [key for key, _ in values], fontsize=8)
            panel.invert_yaxis()
            panel.axvline(0.0, color="black", linewidth=0.8)
            panel.grid(axis="x", alpha=0.3, linewidth=0.6)
            panel.set_title(name, loc="left", fontsize=9)
            panel.set_xlabel(label, fontsize=8)
        for panel in panels[len(charts) :]:
            panel.set_axis_off()
        figure.suptitle(title, fontsize=10, x=0.01, ha="left")
        save(figure, path)
