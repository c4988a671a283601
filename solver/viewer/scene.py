"""The picture of the viewer: a field on the outside of the regions, cut by a plane; and along a line."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib import rc_context

from thermospin.config.outputs import Line, Style
from thermospin.errors import InputError
from thermospin.fields import CONSTANTS
from thermospin.observables.sample import Case, FieldSample
from thermospin.output.figures import looks
from thermospin.output.grids import RegionGrids, edges, has_values, region_grids, skin
from thermospin.output.panels import panel_figure
from thermospin.output.profiles import Profile, line_panel
from thermospin.output.quantities import quantities
from thermospin.output.rendering import Colours, colours_for
from thermospin.output.scales import quantity_text, superscript
from thermospin.output.vtu import read_case
from thermospin.runs.results import Results

AXES = "xyz"


@dataclass(frozen=True)
class Choice:
    """Subject of the picture.

    Attributes:
        scheme: The injection scheme.
        configuration: The magnetic configuration.
        field: Name of the field.
        order: Power of the drive whose coefficient is shown; None for the field at the current of the run.
        normal: ``x``, ``y`` or ``z``, the normal of the plane that cuts the device; empty for none.
        place: Coordinate of the plane, nm.
        keeps_above: Whether the part at larger coordinates stays, or else that at smaller ones.
    """

    scheme: str
    configuration: str
    field: str
    order: int | None
    normal: str = ""
    place: float = 0.0
    keeps_above: bool = False


@dataclass(frozen=True)
class Picture:
    """Surfaces to draw.

    Attributes:
        parts: Outside and cut of every region, nm, with the array ``value``.
        outlines: Their edges.
        colours: The colours.
        title: The field, with its unit.
    """

    parts: list[pv.PolyData]
    outlines: list[pv.PolyData]
    colours: Colours
    title: str


class Scene:
    """The fields of a finished run, read from their files when they are first shown.

    Args:
        directory: Directory of the results.

    Raises:
        InputError: There are no results of a run, or no fields.
    """

    def __init__(self, directory: Path) -> None:
        self.results = Results.load(directory)
        self.directory = directory
        self.case = cache(self._read)
        self.regions = cache(self._regions)
        self.case(*self.keys[0])

    def _read(self, scheme: str, configuration: str) -> Case:
        return read_case(self.directory, self.results.data, scheme, configuration)

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """All schemes with all configurations."""
        schemes = self.results.data["schemes"]
        return [(scheme, name) for scheme, found in schemes.items() for name in found["configurations"]]

    @cached_property
    def current(self) -> float | None:
        """The current at which the run gives its fields, A, if it gives them at any."""
        current = self.results.data["config"].get("output", {}).get("current")
        return None if current is None else float(current)

    @cached_property
    def box(self) -> np.ndarray:
        """Smallest and largest coordinates, nm, (2, 3)."""
        points = 1e9 * next(iter(self.case(*self.keys[0]).orders.values())).points
        return np.array([points.min(axis=0), points.max(axis=0)])

    def fields(self, scheme: str, configuration: str) -> list[str]:
        """Names of the fields of a scheme and configuration.

        Args:
            scheme: The injection scheme.
            configuration: The magnetic configuration.
        """
        case = self.case(scheme, configuration)
        sample = next(iter(case.orders.values()))
        known = {*sample.point_data, *sample.cell_data}
        return [name for name in quantities(case.is_vector) if name in known]

    def orders(self, scheme: str, configuration: str) -> dict[str, int | None]:
        """Orders that can be shown: words to power of the drive, None at the current of the run.

        Args:
            scheme: The injection scheme.
            configuration: The magnetic configuration.
        """
        case = self.case(scheme, configuration)
        symbol = "I" if case.drive == "A" else "U"
        found: dict[str, int | None] = {}
        if self.current is not None and case.drive == "A":
            found[f"at {quantity_text(self.current, 'A')}"] = None
        for order in case.orders:
            found[f"coefficient of {symbol}{superscript(order)}" if order else "at rest"] = order
        return found

    def sample(self, choice: Choice) -> FieldSample:
        """The fields that a choice is about.

        Args:
            choice: The choice.
        """
        case = self.case(choice.scheme, choice.configuration)
        if choice.field in CONSTANTS:
            return next(iter(case.orders.values()))
        if choice.order is None:
            return case.at(self.current or 0.0)
        return case.at(0.0) if choice.order == 0 else case.orders[choice.order]

    def _regions(self, scheme: str, configuration: str, field: str, order: int | None) -> RegionGrids:
        choice = Choice(scheme, configuration, field, order)
        vector = self.case(scheme, configuration).is_vector
        return region_grids(self.sample(choice), quantities(vector)[field])

    def about(self, choice: Choice) -> str:
        """Scheme, configuration and order in words.

        Args:
            choice: The choice.
        """
        orders = self.orders(choice.scheme, choice.configuration)
        order = next(text for text, number in orders.items() if number == choice.order)
        return f"{choice.scheme}, {choice.configuration}, {order}"

    def of(self, choice: Choice) -> RegionGrids:
        """The field of a choice on its regions.

        Args:
            choice: The choice.
        """
        return self.regions(choice.scheme, choice.configuration, choice.field, choice.order)

    def picture(self, choice: Choice) -> Picture:
        """The surfaces to draw.

        Args:
            choice: The choice.

        Raises:
            InputError: The field does not exist on what the plane leaves.
        """
        regions = self.of(choice)
        skins = {name: skin(grid) for name, grid in self._cut(choice, regions)}
        parts = [regions.fields[name].on(part) for name, part in skins.items() if part.n_cells]
        if not any(map(has_values, parts)):
            raise InputError(
                f"there is no {choice.field} on this side of the plane; move it or choose a field"
            )
        drive = self.case(choice.scheme, choice.configuration).drive
        colours = colours_for(regions.quantity, parts, None, choice.order or 0, drive)
        outlines = [edges(part, boundary_edges=True, feature_edges=True) for part in skins.values()]
        return Picture(parts, outlines, colours, f"{choice.field} ({colours.scale.unit})")

    def _cut(self, choice: Choice, regions: RegionGrids) -> Iterator[tuple[str, pv.UnstructuredGrid]]:
        """Parts of the regions that the plane leaves."""
        for name, grid in regions.grids.items():
            if choice.normal:
                origin = np.zeros(3)
                origin[AXES.index(choice.normal)] = choice.place
                grid = grid.clip(choice.normal, origin=origin, invert=not choice.keeps_above)
            if grid.n_cells:
                yield name, grid

    def profile(self, choice: Choice, line: Line) -> str:
        """The field along a line, as a data URL of a drawing.

        Args:
            choice: The choice.
            line: The line.

        Raises:
            InputError: The field does not exist anywhere on the line.
        """
        drive = self.case(choice.scheme, choice.configuration).drive
        profile = Profile(self.of(choice), line, choice.order or 0, drive)
        profile.sampled()
        panel = line_panel([profile], self.about(choice))
        figure = panel_figure([panel], Style())
        drawn = io.BytesIO()
        with rc_context(looks(Style())):
            figure.savefig(drawn, format="svg")
        return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode('ascii')}"


def read_line(start: str, end: str) -> Line:
    """A line from the texts of its ends, such as ``0, -150, 6`` in nm.

    Args:
        start: First point.
        end: Last point.

    Raises:
        InputError: These are not two different points.
    """
    try:
        first, last = (tuple(1e-9 * float(part) for part in text.split(",")) for text in (start, end))
        return Line.model_validate({"start": first, "end": last})
    except ValueError:
        raise InputError("give two different points such as '0, -150, 6', in nm") from None
