"""Figures with matplotlib: their looks and files; meshes with a legend, and their sections."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from thermospin.config.outputs import Style
from thermospin.output.files import replacing

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.linewidth": 0.8,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "lines.linewidth": 1.6,
}
INCH = 0.0254
"""Metres."""
TWO = 5.0
"""Width from which on there are two panels in a row, inches."""
LONG, SHORT = 5.6, 0.6
"""Longest and shortest side of a picture, inches."""


def save_mesh(
    path: Path, image: np.ndarray, nanometre: np.ndarray, legend: Mapping[str, str], title: str, style: Style
) -> list[Path]:
    """Save a rendered mesh with a legend and a ruler, pixel by pixel, since its lines are fine.

    Args:
        path: The file; its suffix is that of the format.
        image: Pixels, (height, width, 3).
        nanometre: Picture of a nanometre along x, y, z: pixels to the right and upwards, (3, 2).
        legend: Text to colour.
        title: Title of the figure.
        style: Its formats and the size of its text; the width follows the pixels.

    Returns:
        The files.
    """
    with rc_context(looks(style)):
        figure, panel = _frame(image)
        panel.imshow(image, aspect="auto", interpolation="antialiased")
        panel.set_axis_off()
        panel.set_title(title, loc="left")
        patches = [Patch(color=colour, label=text) for text, colour in legend.items()]
        panel.legend(handles=patches, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
        _ruler(panel, image, nanometre)
        files = _files(path, style)
        for file in files:
            save(figure, file, dpi=max(image.shape) / LONG)
    return files


def save_section(
    path: Path,
    parts: Mapping[str, Sequence[np.ndarray]],
    colours: Mapping[str, str],
    length: float,
    title: str,
    style: Style,
) -> list[Path]:
    """Save a cross-section of a mesh; heights are stretched to fill the picture.

    Args:
        path: The file; its suffix is that of the format.
        parts: Text to groups of polygons, distance along the line and height, nm, each (n, corners, 2).
        colours: Text to colour.
        length: Length of the line, nm.
        title: Title of the figure.
        style: Look of the figure.

    Returns:
        The files.
    """
    width = 8.4 if style.width is None else style.width / INCH
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, max(0.43 * width, 2.2)), layout="constrained")
        panel = figure.subplots()
        for text, groups in parts.items():
            for polygons in groups:
                faces = PolyCollection(
                    polygons, facecolors=colours[text], edgecolors="black", linewidths=0.15
                )
                panel.add_collection(faces)
        panel.set(xlim=(0, length), xlabel="along the line (nm)", ylabel="z (nm)")
        panel.autoscale_view(scalex=False)
        panel.set_title(title, loc="left")
        patches = [Patch(color=colour, label=text) for text, colour in colours.items()]
        beside = "outside right upper" if width > TWO else "outside lower left"
        figure.legend(handles=patches, loc=beside, frameon=False)
        return save_as(figure, path, style)


def _frame(image: np.ndarray) -> tuple[Figure, Axes]:
    """A figure with room for the pixels at their own proportions and a legend."""
    height, width = image.shape[:2]
    left, right, below, above = 0.75, 1.15, 0.6, 0.45
    across, up = (max(LONG * side / max(height, width), SHORT) for side in (width, height))
    total = (left + across + right, below + up + above)
    figure = Figure(figsize=total)
    return figure, figure.add_axes((left / total[0], below / total[1], across / total[0], up / total[1]))


def _ruler(panel, image: np.ndarray, nanometre: np.ndarray) -> None:
    """Lines of equal length along x, y, z below a picture in parallel projection, and their length."""
    length = _round_below(0.15 * max(image.shape) / np.linalg.norm(nanometre, axis=1).max())
    steps = length * nanometre * (1, -1)
    highest, leftmost = min(steps[:, 1].min(), 0.0), min(steps[:, 0].min(), 0.0)
    start = np.array([-leftmost, image.shape[0] + 0.04 * max(image.shape) - highest])
    beside = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
    panel.autoscale(False)
    for name, step in zip("xyz", steps, strict=True):
        panel.plot(*np.column_stack([start, start + step]), color="black", linewidth=1.2, clip_on=False)
        away = 9 * step / np.linalg.norm(step) * (1, -1)
        panel.annotate(name, start + step, away, ha="center", **beside)
    panel.annotate(f"{length:g} nm each", start + (steps[:, 0].max(), 0), (12, 0), **beside)


def _round_below(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= value)


def looks(style: Style) -> dict[str, Any]:
    """Settings of matplotlib for a style; text in PDF and SVG stays text.

    Args:
        style: The style.
    """
    size = {"font.size": style.font_size, "axes.titlesize": style.font_size}
    return STYLE | size | {"pdf.fonttype": 42, "svg.fonttype": "none"}


def save_as(figure: Figure, path: Path, style: Style) -> list[Path]:
    """Write a figure in every format of a style; nothing is cut off its margins where the width is given.

    Args:
        figure: The figure.
        path: The file; its suffix is that of the format.
        style: The style.

    Returns:
        The files.
    """
    written = _files(path, style)
    for file in written:
        if style.width is None:
            save(figure, file)
        else:
            with replacing(file) as aside:
                figure.savefig(aside, dpi=600)
    return written


def _files(path: Path, style: Style) -> list[Path]:
    """The files of a picture, one for every format of its style."""
    return [path.with_name(f"{path.stem}.{kind}") for kind in style.formats]


def save(figure: Figure, path: Path, dpi: float = 200) -> None:
    """Write a figure.

    Args:
        figure: The figure.
        path: The file.
        dpi: Pixels per inch.
    """
    with replacing(path) as aside:
        figure.savefig(aside, dpi=dpi, bbox_inches="tight", pad_inches=0.08)
