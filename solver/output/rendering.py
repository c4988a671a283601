"""Rendering parts of a device to pixels, without a screen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv
from vtkmodules.vtkCommonCore import vtkLogger

from thermospin.output.arrows import Arrows
from thermospin.output.grids import VALUE, has_values
from thermospin.output.quantities import Quantity
from thermospin.output.scales import Scale

_NO_FIELD = "#d5d8dc"
"""Colour of regions where the field does not exist."""
_OUTLINE = "#202428"
_LINE = 4
_ARROWS = {False: ("black", "white"), True: ("white", "black")}
"""Colour of arrows and of the rim around them, by whether they point away."""
_PIXELS = 1800
_MARGIN = 10
_FROM, _UP = (0.55, -1.0, 1.05), (0, 0, 1)
"""Direction from which devices are seen by default, and the upward direction of the picture."""
_SIGNED = "RdBu_r"
"""Colours of values of both signs."""
_SIZES = "viridis"
"""Colours of sizes on a logarithmic scale."""
_FAINTEST = 1e-6
"""Smallest part of the largest size that a logarithmic scale shows."""
_SHADING = {"ambient": 0.6, "diffuse": 0.45, "specular": 0.0}
_UNDERSHOOT = 1e-3
"""Values of the other sign up to this times the largest come of rounding, or of a polynomial's undershoot."""
_CELL_EDGE = 0.55
"""Brightness of the cells' edges relative to their region."""


@dataclass(frozen=True)
class Colours:
    """A scale from values to colours.

    Attributes:
        scale: Unit to display.
        limits: Ends of the scale, in the displayed unit.
        name: matplotlib name of the colour map.
        clipped: Whether values exceed the upper end.
        is_log: Whether it is logarithmic, of the size of the values.
    """

    scale: Scale
    limits: tuple[float, float]
    name: str
    clipped: bool
    is_log: bool = False

    def shown(self, values: np.ndarray) -> np.ndarray:
        """Values in the displayed unit; their sizes on a logarithmic scale.

        Args:
            values: The values, SI.
        """
        return np.abs(values) / self.scale.factor if self.is_log else values / self.scale.factor


def colours_for(
    quantity: Quantity,
    parts: Sequence[pv.DataSet],
    limits: tuple[float, float] | None,
    order: int,
    drive: str,
    colour_map: str | None = None,
    is_log: bool = False,
) -> Colours:
    """Choose unit, limits and colours: symmetric about zero, with white there, where values have both signs.

    Values in cells are unbounded at re-entrant corners, so their scale ends at the 99.8th percentile.

    Args:
        quantity: The field.
        parts: The parts to draw, with the array ``value``.
        limits: Ends of the scale in SI, or None to fit the values.
        order: Power of the drive whose coefficient is drawn, 0 for the field itself.
        drive: Unit of the drive, ``A`` or ``V``.
        colour_map: matplotlib name of the colours; by default those that suit the field.
        is_log: Whether the scale is logarithmic: of the sizes of the values, over six decades at most.
    """
    values = np.concatenate([part[VALUE][np.isfinite(part[VALUE])] for part in parts])
    low, high = limits or (_decades(values) if is_log else _range(values, quantity))
    scale = quantity.scale(max(abs(low), abs(high)), order, drive)
    clipped = limits is None and float(values.max()) > high
    own = _SIGNED if low == -high else _SIZES if is_log else quantity.colour_map
    return Colours(scale, (low / scale.factor, high / scale.factor), colour_map or own, clipped, is_log)


def _decades(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest size of values."""
    sizes = np.abs(values)
    high = float(sizes.max()) or 1.0
    low = float(sizes[sizes >= _FAINTEST * high].min(initial=high))
    return (low, high) if high > low else (high / 10, high)


def _range(values: np.ndarray, quantity: Quantity) -> tuple[float, float]:
    extent = float(np.abs(values).max()) or 1.0
    if quantity.diverging or (values.min() < -_UNDERSHOOT * extent and values.max() > _UNDERSHOOT * extent):
        return -extent, extent
    low = 0.0 if quantity.components == 3 else float(values.min())
    high = float(np.percentile(values, 99.8)) if quantity.in_cells else float(values.max())
    return (low, high) if high > low else (low, low + (abs(low) or 1.0) * 1e-6)


def plane_image(
    parts: Sequence[pv.PolyData],
    outlines: Sequence[pv.PolyData],
    colours: Colours,
    axis: int,
    box: np.ndarray,
    arrows: Arrows | None = None,
) -> np.ndarray:
    """Render flat parts seen along an axis.

    Args:
        parts: Polygons in a plane normal to the axis, nm.
        outlines: Lines over them.
        colours: The colours.
        axis: 0, 1 or 2; x and z are seen from their positive end, y from its negative end.
        box: The corners of the picture in the plane, nm, (2, 2).
        arrows: Arrows in front of the parts.

    Returns:
        Pixels, (height, width, 3).
    """
    size = box[1] - box[0]
    pixels = np.maximum(np.round(_PIXELS * size / size.max()), 60).astype(int)
    plotter = _plotter(*pixels.tolist())
    add_parts(plotter, parts, colours, lighting=False)
    for outline in outlines:
        plotter.add_mesh(outline, color=_OUTLINE, line_width=_LINE)
    centre = np.insert(box.mean(axis=0), axis, parts[0].center[axis])
    towards = np.zeros(3)
    towards[axis] = -1.0 if axis == 1 else 1.0
    _add_arrows(plotter, arrows, towards)
    up = (0, 1, 0) if axis == 2 else (0, 0, 1)
    plotter.camera_position = [(centre + towards * 10 * size.max()).tolist(), centre.tolist(), up]
    plotter.enable_parallel_projection()
    plotter.camera.parallel_scale = size[1] / 2
    plotter.renderer.ResetCameraClippingRange()
    return _pixels(plotter)


def device_image(
    parts: Sequence[pv.PolyData],
    outlines: Sequence[pv.PolyData],
    colours: Colours,
    arrows: Arrows | None = None,
    view: Sequence[float] = _FROM,
) -> np.ndarray:
    """Render surfaces in parallel projection, with the axes in a corner; unlit, so that colours are values.

    Args:
        parts: Surfaces, nm.
        outlines: Their edges.
        colours: The colours.
        arrows: Arrows in front of the surfaces.
        view: Direction from which they are seen.

    Returns:
        Pixels, (height, width, 3), with little empty margin.
    """
    plotter = _plotter(_PIXELS, _PIXELS)
    add_parts(plotter, parts, colours, lighting=False)
    for outline in outlines:
        plotter.add_mesh(outline, color=_OUTLINE, line_width=_LINE)
    _add_arrows(plotter, arrows, np.array(view) / np.linalg.norm(view))
    _look(plotter, view)
    plotter.add_axes(line_width=4, viewport=(0, 0, 0.16, 0.16))
    return _cropped(_pixels(plotter))


def mesh_image(
    parts: Sequence[pv.PolyData], outlines: Sequence[pv.PolyData], colours: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Render surfaces with the edges of their cells, in the projection of :func:`device_image`.

    Args:
        parts: Surfaces, nm.
        outlines: Their own edges.
        colours: Colour of every surface; its cells have edges of a darker shade.

    Returns:
        Pixels, (height, width, 3), with little empty margin; and where a nanometre along x, y, z leads in
        the picture, pixels to the right and upwards, (3, 2).
    """
    plotter = _plotter(_PIXELS, _PIXELS)
    for part, outline, colour in zip(parts, outlines, colours, strict=True):
        darker = tuple(_CELL_EDGE * channel for channel in pv.Color(colour).float_rgb)
        plotter.add_mesh(part, color=colour, show_edges=True, edge_color=darker, line_width=1, **_SHADING)
        plotter.add_mesh(outline, color=_OUTLINE, line_width=_LINE / 2)
    _look(plotter, _FROM)
    towards = np.array(_FROM) / np.linalg.norm(_FROM)
    right = np.cross(_UP, towards) / np.linalg.norm(np.cross(_UP, towards))
    nanometre = np.column_stack([right, np.cross(towards, right)])
    nanometre *= _PIXELS / (2 * plotter.camera.parallel_scale)
    return _cropped(_pixels(plotter)), nanometre


def _look(plotter: pv.Plotter, view: Sequence[float]) -> None:
    plotter.enable_parallel_projection()
    plotter.view_vector(view, viewup=_UP)
    plotter.reset_camera()


def _plotter(width: int, height: int) -> pv.Plotter:
    """A window off screen; VTK's warning that there is no screen is not worth a line."""
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
    plotter = pv.Plotter(off_screen=True, window_size=[width, height])
    plotter.set_background("white")
    plotter.enable_anti_aliasing("ssaa")
    return plotter


def add_parts(plotter: pv.Plotter, parts: Sequence[pv.DataSet], colours: Colours, **shading) -> None:
    """Add surfaces in the colours of their values; grey where the field does not exist.

    Args:
        plotter: The window.
        parts: The surfaces, with the array ``value``.
        colours: The colours.
        shading: Options of pyvista for all of them.
    """
    for part in parts:
        if not has_values(part):
            plotter.add_mesh(part, color=_NO_FIELD, **shading)
            continue
        shown = part.copy(deep=False)
        shown[VALUE] = colours.shown(part[VALUE])
        plotter.add_mesh(
            shown,
            scalars=VALUE,
            cmap=colours.name,
            clim=colours.limits,
            log_scale=colours.is_log,
            nan_color=_NO_FIELD,
            show_scalar_bar=False,
            **shading,
        )


def _add_arrows(plotter: pv.Plotter, arrows: Arrows | None, towards: np.ndarray) -> None:
    """Draw arrows flat, with a rim behind each, so that they are seen on any colour."""
    glyphs = {} if arrows is None else arrows.glyphs(towards)
    for points_away, glyph in glyphs.items():
        colour, rim = _ARROWS[points_away]
        plotter.add_mesh(glyph, color=rim, style="wireframe", line_width=_LINE, lighting=False)
        plotter.add_mesh(glyph.translate(arrows.length * towards), color=colour, lighting=False)


def _pixels(plotter: pv.Plotter) -> np.ndarray:
    try:
        return np.asarray(plotter.screenshot(return_img=True))
    finally:
        plotter.close()


def _cropped(image: np.ndarray) -> np.ndarray:
    drawn = (image < 250).any(axis=2)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not rows.size:
        return image
    top, left = max(rows[0] - _MARGIN, 0), max(columns[0] - _MARGIN, 0)
    return image[top : rows[-1] + 1 + _MARGIN, left : columns[-1] + 1 + _MARGIN]
