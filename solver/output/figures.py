"""Figures with matplotlib of rendered pixels, with axes, colour bar or legend."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from thermospin.config.outputs import Style
from thermospin.output.files import replacing
from thermospin.output.rendering import Colours

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
_LONG, _SHORT = 5.6, 0.6
"""Longest and shortest side of a picture, inches."""


def save_plane(
    path: Path,
    image: np.ndarray,
    colours: Colours,
    box: np.ndarray,
    axes: tuple[str, str],
    title: str,
    label: str,
    style: Style,
) -> list[Path]:
    """Save a rendered plane with axes in nanometres and a colour bar.

    Args:
        path: The file; its suffix is that of the format.
        image: Pixels, (height, width, 3).
        colours: The colours of the picture.
        box: Corners of the picture, nm, (2, 2).
        axes: Names of the horizontal and the vertical axis.
        title: Title of the figure.
        label: Symbol of the field.
        style: Look of the picture.

    Returns:
        The files, one for every format.
    """
    with rc_context(looks(style)):
        figure, panel = _frame(image, style.width)
        panel.imshow(image, extent=(*box[:, 0], *box[:, 1]), aspect="auto", interpolation="antialiased")
        panel.set_xlabel(f"{axes[0]} (nm)")
        panel.set_ylabel(f"{axes[1]} (nm)")
        panel.locator_params(axis="y", nbins=max(2, min(8, round(3 * panel.bbox.height / figure.dpi))))
        panel.set_title(title, loc="left")
        _colour_bar(figure, panel, colours, label)
        return save_as(figure, path, style)


def save_view(
    path: Path, image: np.ndarray, colours: Colours, title: str, label: str, style: Style
) -> list[Path]:
    """Save a rendered view of the device with a colour bar.

    Args:
        path: The file; its suffix is that of the format.
        image: Pixels, (height, width, 3).
        colours: The colours of the picture.
        title: Title of the figure.
        label: Symbol of the field.
        style: Look of the picture.

    Returns:
        The files, one for every format.
    """
    with rc_context(looks(style)):
        figure, panel = _frame(image, style.width)
        panel.imshow(image, aspect="auto", interpolation="antialiased")
        panel.set_axis_off()
        panel.set_title(title, loc="left")
        _colour_bar(figure, panel, colours, label)
        return save_as(figure, path, style)


def save_mesh(
    path: Path, image: np.ndarray, nanometre: np.ndarray, legend: Mapping[str, str], title: str
) -> None:
    """Save a rendered mesh with a legend and a ruler, pixel by pixel, since its lines are fine.

    Args:
        path: The PNG.
        image: Pixels, (height, width, 3).
        nanometre: Picture of a nanometre along x, y, z: pixels to the right and upwards, (3, 2).
        legend: Text to colour.
        title: Title of the figure.
    """
    with rc_context(STYLE):
        figure, panel = _frame(image)
        panel.imshow(image, aspect="auto", interpolation="antialiased")
        panel.set_axis_off()
        panel.set_title(title, loc="left")
        patches = [Patch(color=colour, label=text) for text, colour in legend.items()]
        panel.legend(handles=patches, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
        _ruler(panel, image, nanometre)
        save(figure, path, dpi=max(image.shape) / _LONG)


def save_section(
    path: Path,
    parts: Mapping[str, Sequence[np.ndarray]],
    colours: Mapping[str, str],
    length: float,
    title: str,
) -> None:
    """Save a cross-section of a mesh; heights are stretched to fill the picture.

    Args:
        path: The PNG.
        parts: Text to groups of polygons, distance along the line and height, nm, each (n, corners, 2).
        colours: Text to colour.
        length: Length of the line, nm.
        title: Title of the figure.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(8.4, 3.6), layout="constrained")
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
        figure.legend(handles=patches, loc="outside right upper", frameon=False)
        save(figure, path)


def _frame(image: np.ndarray, total_width: float | None = None):
    """A figure with room for the pixels at their own proportions, a colour bar and labels.

    Args:
        image: Pixels, (height, width, 3).
        total_width: Width of the figure, m; by default what suits the pixels.
    """
    height, width = image.shape[:2]
    left, right, below, above = 0.75, 1.15, 0.6, 0.45
    if total_width is None:
        across = max(_LONG * width / max(height, width), _SHORT)
    else:
        across = max(total_width / INCH - left - right, _SHORT)
    up = max(across * height / width, _SHORT)
    total = (left + across + right, below + up + above)
    figure = Figure(figsize=total)
    place = (left / total[0], below / total[1], across / total[0], up / total[1])
    return figure, figure.add_axes(place)


def _colour_bar(figure: Figure, panel, colours: Colours, label: str) -> None:
    """A bar along the right edge of a panel, at least as high as its numbers need."""
    wide, high = figure.get_size_inches()
    box = panel.get_position()
    length = max(box.height, min(1.5 / high, 1.0))
    bottom = max(box.y0 + (box.height - length) / 2, 0.0)
    bar = figure.add_axes((box.x1 + 0.12 / wide, bottom, 0.16 / wide, length))
    figure.colorbar(
        ScalarMappable(Normalize(*colours.limits), colours.name),
        cax=bar,
        extend="max" if colours.clipped else "neither",
        label=f"{label} ({colours.scale.unit})",
    )


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
    written = [path.with_name(f"{path.stem}.{kind}") for kind in style.formats]
    for file in written:
        if style.width is None:
            save(figure, file)
        else:
            with replacing(file) as aside:
                figure.savefig(aside, dpi=600)
    return written


def save(figure: Figure, path: Path, dpi: float = 200) -> None:
    """Write a figure.

    Args:
        figure: The figure.
        path: The file.
        dpi: Pixels per inch.
    """
    with replacing(path) as aside:
        figure.savefig(aside, dpi=dpi, bbox_inches="tight", pad_inches=0.08)
