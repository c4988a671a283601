"""Subjects of maps: a field on some regions, and the pictures of it in a plane or on the device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv

from thermospin.config.outputs import Map, Style
from thermospin.errors import InputError
from thermospin.output.arrows import Arrows, arrows
from thermospin.output.flows import Flow, flow_in
from thermospin.output.grids import RegionGrids, edges, has_values, skin
from thermospin.output.panels import ImagePanel
from thermospin.output.profiles import Profile, sample_points
from thermospin.output.rendering import Colours, colours_for, device_image, plane_image

_STRETCH_BEYOND = 6.0
"""Pictures wider than this times their height are stretched upwards."""


@dataclass(frozen=True)
class Subject:
    """Subject of a map: a field on some regions.

    Attributes:
        wanted: The map as configured.
        regions: The field on its regions.
        scheme: The injection scheme.
        configuration: The magnetic configuration.
        order: Power of the drive whose coefficient is shown, 0 for the field itself.
        drive: Unit of the drive.
        words: The field and the drive in words.
        style: Look of the picture.
    """

    wanted: Map
    regions: RegionGrids
    scheme: str
    configuration: str
    order: int
    drive: str
    words: str
    style: Style

    def profile(self, named: bool = False) -> Profile:
        """The field along the line of the map.

        Args:
            named: Whether curves are named after the configuration.
        """
        name = self.configuration if named else ""
        assert self.wanted.line is not None
        return Profile(self.regions, self.wanted.line, self.order, self.drive, name)

    def colours(self, parts: Sequence[pv.DataSet]) -> Colours:
        """The colours of the drawn parts.

        Args:
            parts: The parts, with the array ``value``.
        """
        wanted, colour_map = self.wanted, self.style.colour_map
        is_log = wanted.scale == "log"
        quantity, limits = self.regions.quantity, wanted.limits
        return colours_for(quantity, parts, limits, self.order, self.drive, colour_map, is_log)

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
        return f"{self.words}\n{self.scheme}, {self.configuration}, {place}{arrows}"

    @property
    def label(self) -> str:
        """Field and symbol beside the colour bar."""
        quantity = self.regions.quantity
        symbol = quantity.size if self.wanted.scale == "log" else quantity.drawn
        return f"{quantity.label}\n{symbol}"

    def visible(self, parts: Mapping[str, pv.DataSet], where: str) -> list[pv.DataSet]:
        """The parts that can be seen.

        Args:
            parts: Region to part.
            where: The place in words.

        Raises:
            InputError: The field does not exist on any of them.
        """
        found = [part for part in parts.values() if part.n_cells]
        if not any(has_values(part) for part in found):
            regions = ", ".join(parts)
            raise InputError(f"there is no {self.wanted.field} on {where} in {regions}", key="output.maps")
        return found


def image_panels(subjects: Sequence[Subject]) -> list[ImagePanel]:
    """Pictures of one map in one or several configurations, with one scale.

    Args:
        subjects: The field in every configuration.

    Raises:
        InputError: The map shows nothing.
    """
    kind = Surface if subjects[0].wanted.surface else Slice
    pictures = [kind(subject) for subject in subjects]
    colours = subjects[0].colours([part for picture in pictures for part in picture.shown])
    return [picture.panel(colours) for picture in pictures]


class Slice:
    """The field in a plane normal to an axis.

    Args:
        subject: The field.

    Raises:
        InputError: The plane or the window misses the field.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        (name, metres), *_ = subject.wanted.slice.items()
        self._axis, self._height = "xyz".index(name), round(metres * 1e9, 6)
        self._where = f"{name} = {self._height:g} nm"
        origin = np.zeros(3)
        origin[self._axis] = self._height
        grids = subject.regions.grids
        cuts = {region: grid.slice(normal=name, origin=origin) for region, grid in grids.items()}
        drawn = {region: subject.regions.fields[region].on(cut) for region, cut in cuts.items()}
        subject.visible(drawn, f"the plane {self._where}")
        self._cuts = [cut for cut in cuts.values() if cut.n_cells]
        self._drawn = [part for part in drawn.values() if part.n_cells]
        self._plane = [i for i in range(3) if i != self._axis]
        self._box = self._picture_box()
        seen = {region: self._inside(part) for region, part in drawn.items() if part.n_cells}
        self.shown = subject.visible(seen, "the window")

    def _picture_box(self) -> np.ndarray:
        """Corners of the picture, nm, (2, 2): with some margin, or those of the window."""
        box = _box(self._cuts, self._plane)
        for column, number in enumerate(self._plane):
            if "xyz"[number] in self._subject.wanted.window:
                box[:, column] = np.array(self._subject.wanted.window["xyz"[number]]) * 1e9
        return box

    def _inside(self, part: pv.PolyData) -> pv.DataSet:
        """The polygons that have a point within the corners of the picture."""
        points = np.asarray(part.points)[:, self._plane]
        within = ((points >= self._box[0]) & (points <= self._box[1])).all(axis=1)
        return part.extract_points(within, adjacent_cells=True)

    def panel(self, colours: Colours) -> ImagePanel:
        """The picture.

        Args:
            colours: Its colours.
        """
        box, plane, subject = self._box, self._plane, self._subject
        stretch = np.ones(3)
        stretch[plane[1]] = max(1.0, np.ptp(box[:, 0]) / np.ptp(box[:, 1]) / _STRETCH_BEYOND)
        outlines = [edges(cut, boundary_edges=True, feature_edges=False).scale(stretch) for cut in self._cuts]
        size = float(np.ptp(box * stretch[plane], axis=0).max())
        pointing = subject.arrows([part.scale(stretch) for part in self.shown], size)
        drawn = [part.scale(stretch) for part in self._drawn]
        image = plane_image(drawn, outlines, colours, self._axis, box * stretch[plane], pointing)
        axes = ("xyz"[plane[0]], "xyz"[plane[1]])
        caption = subject.caption(self._where)
        return ImagePanel(image, colours, caption, subject.label, box, axes, self._flow())

    def _flow(self) -> Flow | None:
        """Directions of the current in the plane, if the map shows them."""
        if self._subject.wanted.flow is None:
            return None

        def vectors_at(places: np.ndarray) -> np.ndarray:
            points = np.insert(places, self._axis, self._height, axis=1)
            return sample_points(self._subject.regions, 1e-9 * points)[0][:, self._plane]

        return flow_in(self._subject.wanted.flow, self._box, vectors_at)


def _box(parts: Sequence[pv.DataSet], plane: Sequence[int]) -> np.ndarray:
    """Corners of a picture with some margin, nm, (2, 2): lowest and highest along the axes of the plane."""
    corners = np.array([part.bounds for part in parts]).reshape(-1, 3, 2)[:, plane]
    box = np.array([corners[..., 0].min(axis=0), corners[..., 1].max(axis=0)])
    margin = np.maximum(0.02 * np.ptp(box, axis=0), 0.02 * np.ptp(box) / _STRETCH_BEYOND)
    return box + np.outer((-1, 1), margin)


class Surface:
    """The field on the outside of the regions, seen from above.

    Args:
        subject: The field.

    Raises:
        InputError: The field does not exist there.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._skins = {region: skin(grid) for region, grid in subject.regions.grids.items()}
        drawn = {region: subject.regions.fields[region].on(part) for region, part in self._skins.items()}
        self.shown = subject.visible(drawn, "the device")

    def panel(self, colours: Colours) -> ImagePanel:
        """The picture.

        Args:
            colours: Its colours.
        """
        subject = self._subject
        skins = self._skins.values()
        outlines = [edges(part, boundary_edges=True, feature_edges=True) for part in skins]
        lengths = np.ptp(subject.regions.bounds, axis=0)
        pointing = subject.arrows(self.shown, float(lengths.max()))
        image = device_image(self.shown, outlines, colours, pointing, subject.style.view)
        size = " × ".join(f"{length:.4g}" for length in lengths)
        return ImagePanel(image, colours, subject.caption(f"{size} nm³"), subject.label)
