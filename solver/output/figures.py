"""Figures with matplotlib: rendered pixels with axes, colour bar or legend, and profiles."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from thermospin.output.files import replacing
from thermospin.output.rendering import Colours

_STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.linewidth": 0.8,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "lines.linewidth": 1.6,
}
_CURVES = ("#1f5f9f", "#c8532b", "#3f8f4f")
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
) -> None:
    """Save a rendered plane with axes in nanometres and a colour bar.

    Args:
        path: The PNG.
        image: Pixels, (height, width, 3).
        colours: The colours of the picture.
        box: Corners of the picture, nm, (2, 2).
        axes: Names of the horizontal and the vertical axis.
        title: Title of the figure.
        label: Symbol of the field.
    """
    with rc_context(_STYLE):
        figure, panel = _frame(image)
        panel.imshow(image, extent=(*box[:, 0], *box[:, 1]), aspect="auto", interpolation="antialiased")
        panel.set_xlabel(f"{axes[0]} (nm)")
        panel.set_ylabel(f"{axes[1]} (nm)")
        panel.locator_params(axis="y", nbins=max(2, min(8, round(3 * panel.bbox.height / figure.dpi))))
        panel.set_title(title, loc="left")
        _colour_bar(figure, panel, colours, label)
        _save(figure, path)


def save_view(path: Path, image: np.ndarray, colours: Colours, title: str, label: str) -> None:
    """Save a rendered view of the device with a colour bar.

    Args:
        path: The PNG.
        image: Pixels, (height, width, 3).
        colours: The colours of the picture.
        title: Title of the figure.
        label: Symbol of the field.
    """
    with rc_context(_STYLE):
        figure, panel = _frame(image)
        panel.imshow(image, aspect="auto", interpolation="antialiased")
        panel.set_axis_off()
        panel.set_title(title, loc="left")
        _colour_bar(figure, panel, colours, label)
        _save(figure, path)


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
    with rc_context(_STYLE):
        figure, panel = _frame(image)
        panel.imshow(image, aspect="auto", interpolation="antialiased")
        panel.set_axis_off()
        panel.set_title(title, loc="left")
        patches = [Patch(color=colour, label=text) for text, colour in legend.items()]
        panel.legend(handles=patches, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
        _ruler(panel, image, nanometre)
        _save(figure, path, dpi=max(image.shape) / _LONG)


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
    with rc_context(_STYLE):
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
        _save(figure, path)


def save_loop(
    path: Path,
    fields: Mapping[str, np.ndarray],
    panels: Sequence[tuple[str, Mapping[str, np.ndarray]]],
    title: str,
) -> None:
    """Save the readings of a probe as B goes up and down, a panel for every quantity, two in a row.

    Args:
        path: The PNG.
        fields: Branch, ``up`` or ``down``, to B in mT, (n,).
        panels: Label of the vertical axis, and branch to values in the displayed unit, (n,).
        title: Title of the figure.
    """
    style = {"up": ("#1f5f9f", ">"), "down": ("#c0392b", "<")}
    rows = math.ceil(len(panels) / 2)
    with rc_context(_STYLE):
        figure = Figure(figsize=(8.4, 2.6 * rows + 0.4), layout="constrained")
        grid = figure.subplots(rows, 2, squeeze=False)
        for panel, (quantity, branches) in zip(grid.flat, panels, strict=False):
            for name, values in branches.items():
                colour, marker = style[name]
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
        for unused in list(grid.flat)[len(panels) :]:
            unused.set_axis_off()
        figure.legend(
            *grid.flat[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, fontsize=9
        )
        figure.suptitle(title, fontsize=10, x=0.01, ha="left")
        _save(figure, path)


def save_profile(
    path: Path, distance: np.ndarray, curves: Mapping[str, np.ndarray], title: str, label: str
) -> None:
    """Save a plot of values along a line.

    Args:
        path: The PNG.
        distance: Distance from the start, nm, (n,).
        curves: Name of a curve to its values in the displayed unit, (n,), NaN where there are none; a single
            one needs no legend.
        title: Title of the figure.
        label: Label of the vertical axis, with the unit.
    """
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.6, 3.4), layout="constrained")
        panel = figure.subplots()
        for (name, values), colour in zip(curves.items(), _CURVES, strict=False):
            panel.plot(distance, values, color=colour, label=name)
        if len(curves) > 1:
            panel.legend(frameon=False)
        panel.set_xlim(distance[0], distance[-1])
        panel.set_xlabel("distance (nm)")
        panel.set_ylabel(label)
        panel.grid(alpha=0.3, linewidth=0.6)
        panel.ticklabel_format(axis="y", useOffset=False)
        panel.set_title(title, loc="left")
        _save(figure, path)


def save_sweep(
    path: Path,
    axis: tuple[str, Sequence[float] | Sequence[str], str],
    panels: Sequence[tuple[str, Mapping[str, Sequence[float]]]],
    title: str,
) -> None:
    """Save the readings of a probe along a sweep, a panel for every label, two in a row.

    Args:
        path: The PNG.
        axis: Label of the horizontal axis; its values, numbers or names; its scale, ``linear`` or ``log``.
        panels: Label of the vertical axis, and curves by name, NaN where there is no value.
        title: Title of the figure.
    """
    label, values, scale = axis
    rows = math.ceil(len(panels) / 2)
    with rc_context(_STYLE):
        figure = Figure(figsize=(8.4, 2.9 * rows), layout="constrained")
        grid = figure.subplots(rows, 2, squeeze=False)
        for panel, (quantity, curves) in zip(grid.flat, panels, strict=False):
            for name, curve in curves.items():
                panel.plot(values, curve, marker="o", markersize=3.5, label=name)
            panel.set_xscale(scale)
            panel.set(xlabel=label, ylabel=quantity)
            panel.grid(alpha=0.3, linewidth=0.6)
            panel.ticklabel_format(axis="y", useOffset=False)
            panel.legend(frameon=False, fontsize=9)
        for unused in list(grid.flat)[len(panels) :]:
            unused.set_axis_off()
        figure.suptitle(title, fontsize=10)
        _save(figure, path)


def save_convergence(
    path: Path, unknowns: Sequence[int], curves: Mapping[str, Sequence[float]], target: float
) -> None:
    """Save relative error bars on finer and finer meshes.

    Args:
        path: The PNG.
        unknowns: Numbers of unknowns of the meshes.
        curves: Name of a reading to its bars relative to its size, one for every mesh.
        target: The largest that is small enough.
    """
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.6, 3.4), layout="constrained")
        panel = figure.subplots()
        for name, bars in curves.items():
            panel.loglog(unknowns, bars, marker="o", markersize=4, label=name)
        panel.axhline(target, color="0.4", linestyle="--", linewidth=0.9, label="target")
        panel.set(xlabel="unknowns", ylabel="error bar / reading")
        panel.legend(frameon=False, fontsize=8)
        panel.grid(alpha=0.3, linewidth=0.6, which="both")
        _save(figure, path)


def _frame(image: np.ndarray):
    """A figure with room for the pixels at their own proportions, a colour bar and labels."""
    height, width = image.shape[:2]
    across = max(_LONG * width / max(height, width), _SHORT)
    up = max(_LONG * height / max(height, width), _SHORT)
    left, right, below, above = 0.75, 1.15, 0.6, 0.45
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


def _save(figure: Figure, path: Path, dpi: float = 200) -> None:
    with replacing(path) as aside:
        figure.savefig(aside, dpi=dpi, bbox_inches="tight", pad_inches=0.08)
