"""Output of a run: the directory, the fields for ParaView, and the maps."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from thermospin.config.numerics import DriveCurrent
from thermospin.errors import cut
from thermospin.fields import CONSTANTS, CURRENTS, OUTPUT_NAMES
from thermospin.section import Name, Section, Truth, mistake, one_of, whole
from thermospin.units import quantity

Coordinate = quantity("m", ge=-1, le=1)
Point = tuple[Coordinate, Coordinate, Coordinate]
Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Limit = quantity("", ge=-1e100, le=1e100)
FieldName = Literal[*OUTPUT_NAMES]


def _one_axis(value: Any) -> Any:
    if isinstance(value, dict) and len(value) != 1:
        raise mistake("give one axis and its coordinate, such as {z: 10 nm}")
    return value


def _without_controls(value: Any) -> Any:
    if isinstance(value, str) and any(ord(character) < 32 for character in value):
        raise mistake("a directory name must not contain control characters; remove them")
    return value


DirectoryName = BeforeValidator(_without_controls)
"""Checks the name of a directory or a file."""


def _colour_map(name: str) -> str:
    from matplotlib import colormaps  # large, and few files name one

    if name not in colormaps:
        raise mistake(
            f"matplotlib has no colour map '{cut(name)}'; give one such as viridis, cividis or RdBu_r"
        )
    return name


class Line(Section):
    """A straight line along which a profile is taken."""

    start: Point
    """First point, m."""
    end: Point
    """Last point, m."""
    points: whole(ge=2, le=100_000) = 201
    """Number of samples."""

    @model_validator(mode="after")
    def _has_length(self) -> "Line":
        if self.start == self.end:
            raise mistake("must differ from start", "end")
        return self


class Map(Section):
    """A picture of a field, or its profile along a line; of a vector in spin space, with arrows."""

    field: FieldName
    """The field to show."""
    name: Name | None = None
    """Stem of the file names; made from the field and the place by default."""
    scheme: str | None = None
    """Injection scheme; the first by default."""
    configuration: str | Annotated[tuple[str, ...], Field(min_length=2)] | None = None
    """Magnetic configuration; the first by default. Several, such as `[P, AP]`, are drawn together: curves in
    one plot, pictures as panels with one scale."""
    order: whole(ge=0, le=8) | None = None
    """Show the coefficient of Iⁿ, or with 0 the fields at rest, where there are any …"""
    current: DriveCurrent | None = None
    """… or the field at this current, A: the sum of all orders, unless it was solved for."""
    slice: Annotated[dict[Literal["x", "y", "z"], Coordinate], BeforeValidator(_one_axis)] | None = None
    """A plane normal to one axis: axis and coordinate, m."""
    window: dict[Literal["x", "y", "z"], tuple[Coordinate, Coordinate]] = {}
    """Show only this part of a slice: an axis in the plane and its two ends, m."""
    surface: Truth = False
    """The outer surface of the device."""
    line: Line | None = None
    """A line profile, written as CSV and plotted."""
    regions: tuple[str, ...] = ()
    """Show these regions only; all by default."""
    flow: Literal["arrows", "lines"] | None = None
    """Show directions of a current in a slice, as arrows or streamlines."""
    scale: Literal["linear", "log"] = "linear"
    """Scale of the colours, or of the values along a line; `log` shows their size."""
    limits: tuple[Limit, Limit] | None = None
    """Ends of the colour scale, in the unit of the field."""

    @model_validator(mode="after")
    def _one_of_each(self) -> "Map":
        given = (self.order is not None) + (self.current is not None)
        if self.field in CONSTANTS and given:
            raise mistake(f"'{self.field}' does not depend on the drive; remove 'order' and 'current'")
        if self.field not in CONSTANTS and given != 1:
            raise mistake("give either 'order' or 'current'")
        if (self.slice is not None) + self.surface + (self.line is not None) != 1:
            raise mistake(
                "the place is missing; give one of 'slice: {z: 10 nm}', 'surface: true', 'line: "
                "{start: …, end: …}'"
            )
        if self.flow is not None and (self.slice is None or self.field not in CURRENTS):
            raise mistake(f"needs a 'slice' of one of {', '.join(CURRENTS)}", "flow")
        if self.scale == "log" and self.limits is not None and self.limits[0] <= 0:
            raise mistake("must be positive on a logarithmic scale", "limits")
        for axis, (low, high) in self.window.items():
            if self.slice is None or axis in self.slice:
                raise mistake("give axes in the plane of a slice", "window", axis)
            if low >= high:
                raise mistake("must be [low, high] with low < high", "window", axis)
        if self.limits is not None and self.limits[0] >= self.limits[1]:
            raise mistake("must be [low, high] with low < high", "limits")
        return self

    @property
    def configurations(self) -> tuple[str, ...]:
        """The magnetic configurations that it names."""
        if self.configuration is None:
            return ()
        return (self.configuration,) if isinstance(self.configuration, str) else self.configuration


class Style(Section):
    """Look of the pictures."""

    formats: Annotated[tuple[Literal["png", "pdf", "svg"], ...], Field(min_length=1)] = ("png",)
    """Kinds of files; in PDF and SVG text and curves stay sharp at any size."""
    width: quantity("m", ge=0.03, le=0.5) | None = None
    """Width of a picture, m, such as `86 mm` for a column; by default what suits its content."""
    font_size: Annotated[float, Field(ge=4, le=24)] = 10.0
    """Size of the text, points."""
    colour_map: Annotated[str, AfterValidator(_colour_map)] | None = None
    """matplotlib's name of the colours of fields; by default those that suit the field."""
    view: tuple[Number, Number, Number] = (0.55, -1.0, 1.05)
    """Direction from which a device is seen."""

    @field_validator("view")
    @classmethod
    def _looks_somewhere(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if value[0] == 0 and value[1] == 0:
            raise mistake("must not be along z; give a direction such as [0.5, -1, 1]")
        return value


class Output(Section):
    """Directory of the results, and the fields and maps to write."""

    directory: Annotated[Path, DirectoryName] = Path("results/run")
    """Directory of the results; `results/<name of the file>` by default, `-o` overrides."""
    current: DriveCurrent | None = None
    """Current at which maxima are given, and maps that say neither order nor current, A."""
    fields: Truth = True
    """Write fields for ParaView, per order and configuration."""
    maps: tuple[Map, ...] = ()
    """Pictures and profiles."""
    panels: dict[Name, Annotated[tuple[str, ...], Field(min_length=1, max_length=26)]] = {}
    """Figures of several maps with letters: name of the figure to `name`s of maps, in rows of two."""
    style: Style = Style()
    """Look of the pictures."""
    reference: Annotated[Path, DirectoryName] | None = None
    """YAML file with the numbers of a paper, beside which `thermospin compare` sets the results."""

    @model_validator(mode="after")
    def _panels_are_maps(self) -> "Output":
        names = [item.name for item in self.maps if item.name]
        for figure, wanted in self.panels.items():
            if figure in names:
                raise mistake(f"'{figure}' is the name of a map; give another", "panels", figure)
            for name in wanted:
                if name not in names:
                    raise mistake(one_of(name, names, "named map"), "panels", figure)
        return self
