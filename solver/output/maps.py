"""Maps: pictures of a field in a plane or on the device, and profiles along a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv

from thermospin.config.outputs import Map, Style
from thermospin.errors import InputError
from thermospin.fields import CONSTANTS
from thermospin.observables.sample import Case, FieldSample
from thermospin.output.arrows import Arrows, arrows
from thermospin.output.figures import save_plane, save_view
from thermospin.output.grids import RegionGrids, edges, has_values, region_grids, skin
from thermospin.output.profiles import draw_profile
from thermospin.output.quantities import quantities
from thermospin.output.rendering import Colours, colours_for, device_image, plane_image
from thermospin.output.scales import quantity_text, superscript

_STRETCH_BEYOND = 6.0
"""Pictures wider than this times their height are stretched upwards."""


@dataclass(frozen=True)
class Subject:
    """Subject of a map: a field on some regions.

    Attributes:
        stem: Path of its files without suffix.
        wanted: The map as configured.
        regions: The field on its regions.
        order: Power of the drive whose coefficient is shown, 0 for the field itself.
        drive: Unit of the drive.
        title: Title of the picture.
        style: Look of the picture.
    """

    stem: Path
    wanted: Map
    regions: RegionGrids
    order: int
    drive: str
    title: str
    style: Style

    def colours(self, parts: Sequence[pv.DataSet]) -> Colours:
        """The colours of the drawn parts.

        Args:
            parts: The parts, with the array ``value``.
        """
        return colours_for(
            self.regions.quantity, parts, self.wanted.limits, self.order, self.drive, self.style.colour_map
        )

    def arrows(self, parts: Sequence[pv.DataSet], extent: float) -> Arrows | None:
        """Arrows on the drawn parts, if the field is a vector in spin space; else None.

        Args:
            parts: The parts.
            extent: Longest side of the picture, nm.
        """
        quantity = self.regions.quantity
        return arrows(parts, quantity.name, extent) if quantity.in_spin_space else None

    def caption(self, place: str) -> str:
        """The title with the place of the picture, and how to read its arrows.

        Args:
            place: The place, as text.
        """
        arrows = "; white arrows point away" if self.regions.quantity.in_spin_space else ""
        return f"{self.title}, {place}{arrows}"


def draw_maps(directory: Path, maps: Mapping[str, Map], case: Case, style: Style | None = None) -> list[Path]:
    """Draw maps of one scheme and configuration.

    Args:
        directory: Directory of the results; files go to ``maps/``.
        maps: File name without suffix to map.
        case: The fields.
        style: Look of the pictures.

    Returns:
        The files written.

    Raises:
        InputError: A map shows nothing: its plane or line misses its regions, or the field does not exist.
    """
    written = []
    for stem, wanted in maps.items():
        sample, words = _sample(wanted, case)
        if wanted.field not in {*sample.point_data, *sample.cell_data}:
            raise InputError(f"there is no {wanted.field} in the fields of this run", key="output.maps")
        quantity = quantities(case.is_vector)[wanted.field]
        where = f"{case.scheme}, {case.configuration}"
        subject = Subject(
            stem=directory / "maps" / stem,
            wanted=wanted,
            regions=region_grids(sample, quantity, wanted.regions),
            order=wanted.order or 0,
            drive=case.drive,
            title=f"{', '.join([quantity.label.capitalize(), *words])}\n{where}",
            style=style or Style(),
        )
        written += _draw(subject)
    return written


def _sample(wanted: Map, case: Case) -> tuple[FieldSample, list[str]]:
    """The fields a map is about, and the drive in words, if it matters."""
    if wanted.field in CONSTANTS:
        return next(iter(case.orders.values())), []
    symbol = "I" if case.drive == "A" else "U"
    if wanted.order is not None:
        if wanted.order not in case.orders:
            raise InputError(f"a map asks for order {wanted.order}, which was not solved", key="output.maps")
        if wanted.order == 0:
            return case.at(0.0), ["at rest"]
        return case.orders[wanted.order], [f"coefficient of {symbol}{superscript(wanted.order)}"]
    if case.drive != "A":
        raise InputError(
            f"scheme '{case.scheme}' is driven by a voltage; give the map an 'order', not a 'current'",
            key="output.maps",
        )
    return case.at(wanted.current), [f"{symbol} = {quantity_text(wanted.current, 'A')}"]


def _draw(subject: Subject) -> list[Path]:
    line = subject.wanted.line
    if line is not None:
        return draw_profile(
            subject.stem, subject.regions, line, subject.order, subject.drive, subject.title, subject.style
        )
    return _draw_surface(subject) if subject.wanted.surface else _draw_slice(subject)


def _draw_slice(subject: Subject) -> list[Path]:
    """Draw the field in a plane normal to an axis."""
    (name, metres), *_ = subject.wanted.slice.items()
    axis, height = "xyz".index(name), round(metres * 1e9, 6)
    origin = np.zeros(3)
    origin[axis] = height
    cuts = {region: grid.slice(normal=name, origin=origin) for region, grid in subject.regions.grids.items()}
    drawn = {region: subject.regions.fields[region].on(cut) for region, cut in cuts.items()}
    _visible(drawn, subject, f"the plane {name} = {height:g} nm")
    parts = [cut for cut in cuts.values() if cut.n_cells]
    plane = [i for i in range(3) if i != axis]
    box = _box(parts, plane)
    for column, number in enumerate(plane):
        if "xyz"[number] in subject.wanted.window:
            box[:, column] = np.array(subject.wanted.window["xyz"[number]]) * 1e9
    stretch = np.ones(3)
    stretch[plane[1]] = max(1.0, np.ptp(box[:, 0]) / np.ptp(box[:, 1]) / _STRETCH_BEYOND)
    seen = {region: _inside(part, box, plane) for region, part in drawn.items() if part.n_cells}
    shown = _visible(seen, subject, "the window")
    colours = subject.colours(shown)
    outlines = [edges(part, boundary_edges=True, feature_edges=False).scale(stretch) for part in parts]
    whole = [part.scale(stretch) for part in drawn.values() if part.n_cells]
    size = float(np.ptp(box * stretch[plane], axis=0).max())
    pointing = subject.arrows([part.scale(stretch) for part in shown], size)
    image = plane_image(whole, outlines, colours, axis, box * stretch[plane], pointing)
    path = subject.stem.with_name(f"{subject.stem.name}.png")
    title = subject.caption(f"{name} = {height:g} nm")
    axes = ("xyz"[plane[0]], "xyz"[plane[1]])
    drawn_as = subject.regions.quantity.drawn
    return save_plane(path, image, colours, box, axes, title, drawn_as, subject.style)


def _box(parts: Sequence[pv.DataSet], plane: Sequence[int]) -> np.ndarray:
    """Corners of a picture with some margin, nm, (2, 2): lowest and highest along the axes of the plane."""
    corners = np.array([part.bounds for part in parts]).reshape(-1, 3, 2)[:, plane]
    box = np.array([corners[..., 0].min(axis=0), corners[..., 1].max(axis=0)])
    margin = np.maximum(0.02 * np.ptp(box, axis=0), 0.02 * np.ptp(box) / _STRETCH_BEYOND)
    return box + np.outer((-1, 1), margin)


def _inside(part: pv.PolyData, box: np.ndarray, plane: Sequence[int]) -> pv.DataSet:
    """The polygons that have a point within the corners of the picture."""
    points = np.asarray(part.points)[:, plane]
    within = ((points >= box[0]) & (points <= box[1])).all(axis=1)
    return part.extract_points(within, adjacent_cells=True)


def _draw_surface(subject: Subject) -> list[Path]:
    """Draw the field on the outside of the regions, seen from above."""
    skins = {region: skin(grid) for region, grid in subject.regions.grids.items()}
    drawn = {region: subject.regions.fields[region].on(part) for region, part in skins.items()}
    parts = _visible(drawn, subject, "the device")
    outlines = [edges(part, boundary_edges=True, feature_edges=True) for part in skins.values()]
    colours = subject.colours(parts)
    lengths = np.ptp(subject.regions.bounds, axis=0)
    size = " × ".join(f"{length:.4g}" for length in lengths)
    pointing = subject.arrows(parts, float(lengths.max()))
    image = device_image(parts, outlines, colours, pointing, subject.style.view)
    path = subject.stem.with_name(f"{subject.stem.name}.png")
    caption, drawn_as = subject.caption(f"{size} nm³"), subject.regions.quantity.drawn
    return save_view(path, image, colours, caption, drawn_as, subject.style)


def _visible(parts: Mapping[str, pv.PolyData], subject: Subject, where: str) -> list[pv.PolyData]:
    found = [part for part in parts.values() if part.n_cells]
    if not any(has_values(part) for part in found):
        regions = ", ".join(parts)
        raise InputError(f"there is no {subject.wanted.field} on {where} in {regions}", key="output.maps")
    return found
