"""Panels of figures: a rendered plane, a view of the device, curves along a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure, FigureBase

from thermospin.config.outputs import Style
from thermospin.output.figures import INCH, LONG, SHORT, looks, save_as
from thermospin.output.flows import Flow
from thermospin.output.mesh_picture import colours_of
from thermospin.output.rendering import Colours

_LEFT, _RIGHT, _BELOW, _ABOVE = 0.75, 1.15, 0.6, 0.45
"""Room around rendered pixels for numbers, colour bar and title, inches."""
_CURVES = ("#1f5f9f", "#c8532b", "#3f8f4f", "#7a4fa3", "#8a6d00", "#00838f")


class Panel(Protocol):
    """A part of a figure."""

    def size(self, width: float | None) -> tuple[float, float]:
        """Its width and height, inches.

        Args:
            width: The width that it must have, inches; None for what suits it.
        """

    def draw(self, figure: FigureBase, width: float | None) -> None:
        """Draw it.

        Args:
            figure: The figure, or the part of a figure, that it has.
            width: The width that it must have, inches; None for what suits it.
        """


@dataclass(frozen=True)
class ImagePanel:
    """Rendered pixels with a colour bar; those of a plane have axes.

    Attributes:
        image: Pixels, (height, width, 3).
        colours: The colours of the picture.
        title: Title.
        label: Field and symbol, in two lines, without the unit.
        box: Corners of a plane, nm, (2, 2); None without axes.
        axes: Names of the horizontal and the vertical axis.
        flow: Arrows or lines over the pixels.
    """

    image: np.ndarray
    colours: Colours
    title: str
    label: str
    box: np.ndarray | None = None
    axes: tuple[str, str] = ("x", "y")
    flow: Flow | None = None

    def size(self, width: float | None) -> tuple[float, float]:
        """Its width and height, inches, at the proportions of the pixels.

        Args:
            width: The width that it must have, inches; None for what suits it.
        """
        high, wide = self.image.shape[:2]
        if width is None:
            across = max(LONG * wide / max(high, wide), SHORT)
        else:
            across = max(width - _LEFT - _RIGHT, SHORT)
        return _LEFT + across + _RIGHT, _BELOW + max(across * high / wide, SHORT) + _ABOVE

    def draw(self, figure: FigureBase, width: float | None) -> None:
        """Draw it in the upper left corner of what it gets.

        Args:
            figure: The figure, or the part of a figure.
            width: The width that it must have, inches; None for what suits it.
        """
        total = np.array(_extent(figure))
        wide, high = self.size(width)
        place = (_LEFT, total[1] - high + _BELOW, wide - _LEFT - _RIGHT, high - _BELOW - _ABOVE)
        panel = figure.add_axes(tuple(np.array(place) / np.tile(total, 2)))
        extent = None if self.box is None else (*self.box[:, 0], *self.box[:, 1])
        panel.imshow(self.image, extent=extent, aspect="auto", interpolation="antialiased")
        if self.box is None:
            panel.set_axis_off()
        else:
            panel.set(xlabel=f"{self.axes[0]} (nm)", ylabel=f"{self.axes[1]} (nm)")
            panel.locator_params(axis="y", nbins=max(2, min(8, round(3 * place[3]))))
        if self.flow is not None:
            self.flow.draw(panel)
        panel.set_title(self.title, loc="left")
        self._colour_bar(figure, place, total)

    def _colour_bar(self, figure: FigureBase, place: Sequence[float], total: np.ndarray) -> None:
        """A bar along the right edge of the pixels, at least as high as its numbers need."""
        left, bottom, wide, high = place
        length = max(high, min(1.5, total[1]))
        foot = min(max(bottom + (high - length) / 2, 0.0), total[1] - length)
        bar = figure.add_axes((*(left + wide + 0.12, foot) / total, *(0.16, length) / total))
        scale = LogNorm if self.colours.is_log else Normalize
        figure.colorbar(
            ScalarMappable(scale(*self.colours.limits), self.colours.name),
            cax=bar,
            extend="max" if self.colours.clipped else "neither",
            label=f"{self.label} ({self.colours.scale.unit})",
        )


@dataclass(frozen=True)
class Piece:
    """A part of a line within one region; a field may jump between two parts.

    Attributes:
        region: Name of the region.
        place: Position along the line, nm, (n,).
        curves: Name of a curve to its values in the displayed unit, (n,), NaN where there are none.
    """

    region: str
    place: np.ndarray
    curves: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class LinePanel:
    """Values along a line, with its regions shaded and named; jumps are drawn as jumps.

    Attributes:
        pieces: The parts of the line.
        title: Title.
        labels: Labels of the horizontal and the vertical axis, with units.
        is_log: Whether the values are shown by their size on a logarithmic scale.
    """

    pieces: Sequence[Piece]
    title: str
    labels: tuple[str, str]
    is_log: bool = False

    def size(self, width: float | None) -> tuple[float, float]:
        """Its width and height, inches.

        Args:
            width: The width that it must have, inches; None for what suits it.
        """
        return width or LONG, 0.6 * (width or LONG)

    def draw(self, figure: FigureBase, width: float | None) -> None:
        """Draw it.

        Args:
            figure: The figure, or the part of a figure.
            width: The width that it must have, inches; None for what suits it.
        """
        panel = figure.subplots()
        names = list(dict.fromkeys(name for piece in self.pieces for name in piece.curves))
        colours = dict(zip(names, cycle(_CURVES)))
        seen: set[str] = set()
        for piece in self.pieces:
            for name, values in piece.curves.items():
                label = None if name in seen else name
                shown = np.abs(values) if self.is_log else values
                panel.plot(piece.place, shown, color=colours[name], label=label)
                seen.add(name)
        if len(names) > 1:
            panel.legend(frameon=False)
        _shade(panel, self.pieces)
        ends = np.concatenate([piece.place for piece in self.pieces])
        panel.set(xlim=(ends.min(), ends.max()), xlabel=self.labels[0], ylabel=self.labels[1])
        if self.is_log:
            panel.set_yscale("log")
        else:
            panel.ticklabel_format(axis="y", useOffset=False)
        panel.set_title(self.title, loc="left", pad=1.6 * rcParams["font.size"])


def _shade(panel: Axes, pieces: Sequence[Piece]) -> None:
    """Shade the regions along a line and write their names above them."""
    colours = colours_of(dict.fromkeys(piece.region for piece in pieces))
    beside = {"ha": "center", "va": "bottom", "fontsize": "small"}
    for low, high, region in dict.fromkeys((*piece.place[[0, -1]], piece.region) for piece in pieces):
        panel.axvspan(low, high, color=colours[region], alpha=0.15, linewidth=0)
        panel.text((low + high) / 2, 1.01, region, transform=panel.get_xaxis_transform(), **beside)


def panel_figure(panels: Sequence[Panel], style: Style, columns: int = 2) -> Figure:
    """A figure of some panels, row by row, with letters where there are several.

    Args:
        panels: The panels.
        style: Look of the figure.
        columns: Number of panels in a row.
    """
    across = min(columns, len(panels))
    width = None if style.width is None else style.width / INCH / across
    sizes = [panel.size(width) for panel in panels]
    rows = [sizes[i : i + across] for i in range(0, len(sizes), across)]
    wide = [max(row[i][0] for row in rows if i < len(row)) for i in range(across)]
    high = [max(height for _, height in row) for row in rows]
    with rc_context(looks(style)):
        layout = "constrained" if any(isinstance(panel, LinePanel) for panel in panels) else None
        figure = Figure(figsize=(sum(wide), sum(high)), layout=layout)
        if len(panels) == 1:
            panels[0].draw(figure, width)
            return figure
        parts = figure.subfigures(len(rows), across, squeeze=False, width_ratios=wide, height_ratios=high)
        for i, (panel, part) in enumerate(zip(panels, parts.flat, strict=False)):
            panel.draw(part, width)
            corner = _extent(part)
            part.text(0.05 / corner[0], 1 - 0.05 / corner[1], f"({_letter(i)})", va="top", weight="bold")
    return figure


def save_panels(path: Path, panels: Sequence[Panel], style: Style, columns: int = 2) -> list[Path]:
    """Save a figure of some panels in every format of its style.

    Args:
        path: The file; its suffix is that of the format.
        panels: The panels, row by row.
        style: Look of the figure.
        columns: Number of panels in a row.

    Returns:
        The files.
    """
    figure = panel_figure(panels, style, columns)
    with rc_context(looks(style)):
        return save_as(figure, path, style)


def _letter(i: int) -> str:
    """Letters of the i-th panel: a, b, …, z, aa, and so on."""
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)


def _extent(figure: FigureBase) -> tuple[float, float]:
    """Width and height of a figure or of a part of one, inches."""
    box, dpi = figure.bbox, figure.get_figure(root=True).dpi
    return box.width / dpi, box.height / dpi
