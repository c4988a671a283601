"""Charts of horizontal bars, one panel above the other."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.config.outputs import Style
from thermospin.output.figures import INCH, TWO, looks, save_as

_SIGNS = {True: "#1f5f9f", False: "#c8532b"}
_COLUMNS = 2


def save_bar_charts(
    path: Path,
    charts: Sequence[tuple[str, Sequence[tuple[str, float]]]],
    title: str,
    label: str,
    style: Style,
) -> list[Path]:
    """Save bars by name, a panel for every chart, two in a row; negative ones have another colour.

    Args:
        path: The PNG.
        charts: Title of every panel, and its names and values from top to bottom.
        title: Title of the figure.
        label: Label of the horizontal axes.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    width = 10.0 if style.width is None else style.width / INCH
    columns = _COLUMNS if width > TWO else 1
    rows = math.ceil(len(charts) / columns)
    bars = max((len(values) for _, values in charts), default=1)
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, rows * (0.9 + 0.22 * bars)), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for panel, (name, values) in zip(panels, charts, strict=False):
            numbers = [value for _, value in values]
            panel.barh(range(len(values)), numbers, color=[_SIGNS[value > 0] for value in numbers])
            panel.set_yticks(range(len(values)), [key for key, _ in values], fontsize="small")
            panel.invert_yaxis()
            panel.axvline(0.0, color="black", linewidth=0.8)
            panel.grid(axis="x", alpha=0.3, linewidth=0.6)
            panel.set_title(name, loc="left", fontsize="medium")
            panel.set_xlabel(label, fontsize="small")
        for panel in panels[len(charts) :]:
            panel.set_axis_off()
        figure.suptitle(title, fontsize=style.font_size, x=0.01, ha="left")
        return save_as(figure, path, style)
