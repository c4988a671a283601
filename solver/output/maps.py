"""Maps: pictures of a field in a plane or on the device, and profiles along a line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from thermospin.config.outputs import Map, Style
from thermospin.errors import InputError
from thermospin.fields import CONSTANTS
from thermospin.observables.sample import Case, FieldSample
from thermospin.output.grids import region_grids
from thermospin.output.panels import Panel, save_panels
from thermospin.output.profiles import Profile, line_panel
from thermospin.output.quantities import quantities
from thermospin.output.scales import quantity_text, superscript
from thermospin.output.subjects import Subject, image_panels


class MapDrawer:
    """Draws the maps of a run as the fields of its schemes and configurations come, and figures of several.

    Args:
        directory: Directory of the results; files go to ``maps/``.
        style: Look of the pictures.
        panels: Figures of several maps: name of the figure to names of maps.
    """

    def __init__(
        self, directory: Path, style: Style | None = None, panels: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._directory, self._style, self._wanted = directory / "maps", style or Style(), panels or {}
        self._subjects: dict[str, list[Subject]] = {}
        self._panels: dict[str, list[Panel]] = {}

    def draw(self, maps: Mapping[str, Map], case: Case) -> list[Path]:
        """Draw maps of one scheme and configuration; those of several configurations wait for the last.

        Args:
            maps: File name without suffix to map.
            case: The fields.

        Returns:
            The files written.

        Raises:
            InputError: A map shows nothing: its plane or line misses its regions, or there is no such field.
        """
        written = []
        for stem, wanted in maps.items():
            subjects = [*self._subjects.pop(stem, []), subject_of(wanted, case, self._style)]
            if len(subjects) < len(wanted.configurations):
                self._subjects[stem] = subjects
            else:
                written += self._save(stem, subjects)
        return written + self._figures()

    def _save(self, stem: str, subjects: Sequence[Subject]) -> list[Path]:
        """Draw one map of one or several configurations."""
        written = []
        if subjects[0].wanted.line is not None:
            for subject in subjects:
                end = f"_{subject.configuration}" if len(subjects) > 1 else ""
                written.append(subject.profile().write(self._directory / f"{stem}{end}.csv"))
            panels: list[Panel] = [_line(subjects)]
        else:
            panels = [*image_panels(subjects)]
        self._panels[stem] = panels
        return [*written, *save_panels(self._directory / f"{stem}.png", panels, self._style)]

    def _figures(self) -> list[Path]:
        """Draw the figures whose maps are all there."""
        written = []
        for name, stems in self._wanted.items():
            if name not in self._panels and all(stem in self._panels for stem in stems):
                panels = [panel for stem in stems for panel in self._panels[stem]]
                self._panels[name] = panels
                written += save_panels(self._directory / f"{name}.png", panels, self._style)
        return written


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
    return MapDrawer(directory, style).draw(maps, case)


def subject_of(wanted: Map, case: Case, style: Style) -> Subject:
    """The field of a map on its regions.

    Args:
        wanted: The map.
        case: The fields.
        style: Look of the picture.

    Raises:
        InputError: The field or the order does not exist.
    """
    sample, words = _sample(wanted, case)
    if wanted.field not in {*sample.point_data, *sample.cell_data}:
        raise InputError(f"there is no {wanted.field} in the fields of this run", key="output.maps")
    quantity = quantities(case.is_vector)[wanted.field]
    return Subject(
        wanted=wanted,
        regions=region_grids(sample, quantity, wanted.regions),
        scheme=case.scheme,
        configuration=case.configuration,
        order=wanted.order or 0,
        drive=case.drive,
        words=", ".join([quantity.label.capitalize(), *words]),
        style=style,
    )


def _sample(wanted: Map, case: Case) -> tuple[FieldSample, list[str]]:
    """The fields a map is about, and the drive in words, if it matters."""
    if wanted.field in CONSTANTS:
        return next(iter(case.orders.values())), []
    symbol = "I" if case.drive == "A" else "U"
    if wanted.order is not None:
        if wanted.order not in case.orders:
            solved = ", ".join(map(str, case.orders))
            raise InputError(
                f"a map asks for order {wanted.order}, which was not solved; choose from {solved}",
                key="output.maps",
            )
        if wanted.order == 0:
            return case.at(0.0), ["at rest"]
        return case.orders[wanted.order], [f"coefficient of {symbol}{superscript(wanted.order)}"]
    if case.drive != "A":
        raise InputError(
            f"scheme '{case.scheme}' is driven by a voltage; give the map an 'order', not a 'current'",
            key="output.maps",
        )
    return case.at(wanted.current), [f"{symbol} = {quantity_text(wanted.current, 'A')}"]


def _line(subjects: Sequence[Subject]) -> Panel:
    """The curves of all configurations in one plot."""
    first = subjects[0]
    named = len(subjects) > 1
    profiles: list[Profile] = [subject.profile(named) for subject in subjects]
    title = f"{first.words}\n{first.scheme}" + ("" if named else f", {first.configuration}")
    return line_panel(profiles, title, first.wanted.scale == "log")
