"""The geometry `layout`: films outlined by the layers of a GDSII or OASIS file."""

from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from thermospin.meshes.layouts.device import Device, Recipe, make_device
from thermospin.meshes.layouts.reading import read_drawing
from thermospin.meshes.layouts.stack import Coverage, Film, LayerTag, outlined, substrates
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.template import NonNegativeLength
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section, mistake
from thermospin.units import Length, PositiveLength

FINENESS = 10
"""The smallest film's thickness over the tolerance, where none is given."""


class LayoutGeometry(Section):
    """Films outlined by the layers of a layout file, deposited one after another.

    Films without outline before the first with one are substrates and lie below z = 0. A label on a film's
    layer names the connected piece that it lies on; on an edge it names a terminal; outside the crop, on a
    lead, it names the terminal where the lead is cut. These terminals and the substrate's bottom are heat
    sinks; `terminals` may say otherwise: `{label: I+, sink: false}`.
    """

    layout: str = Field(min_length=1)
    """Path of the layout file (.gds, .oas)."""
    cell: str | None = None
    """Name of the cell; default: the only top cell."""
    layers: dict[str, Film] = Field(min_length=1)
    """The films by name, in the order of deposition."""
    coverage: Coverage = "ballistic"
    """Coverage of the topography below films. `ballistic`: evaporated from above, every film follows the top
    below it, steps included. `planar`: flat tops; the film fills what is below up to its thickness above the
    lowest top that it covers. `conformal`: as thick on the sides of steps as on their tops, with square
    corners."""
    crop: tuple[Length, Length, Length, Length] | None = None
    """Part of the layout that is kept: x0, y0, x1, y1, m; default: everything."""
    margin: NonNegativeLength = 0.0
    """Distance by which films without outline extend beyond the crop, or beyond all outlines, m."""
    tolerance: PositiveLength | None = None
    """Distance up to which vertices are joined, slivers closed and curves simplified, m; default: a tenth of
    the thinnest film with an outline."""
    ignore: tuple[LayerTag, ...] = ()
    """Layers of markers, fill and other devices that no film uses."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.crop is not None and not (self.crop[0] < self.crop[2] and self.crop[1] < self.crop[3]):
            raise mistake("must be [x0, y0, x1, y1] with x0 < x1 and y0 < y1", "crop")
        if not outlined(self.layers):
            raise mistake("no film has a layer; give one, such as 'layer: [1, 0]'", "layers")
        for name, film in self.layers.items():
            if film.thickness < self.resolution:
                raise mistake(
                    f"the film is thinner than the tolerance, {self.resolution * 1e9:g} nm; lower "
                    "geometry.tolerance",
                    "layers", name, "thickness",
                )  # fmt: skip
        return self

    @property
    def resolution(self) -> float:
        """The tolerance, m."""
        if self.tolerance is not None:
            return self.tolerance
        return min(film.thickness for film in outlined(self.layers).values()) / FINENESS

    @property
    def materials(self) -> dict[str, str]:
        """Material of every region."""
        return self.resolved.materials

    @property
    def interfaces(self) -> None:
        """No choice of interfaces to refine."""
        return None

    @property
    def resolved(self) -> SolidsGeometry:
        """The solids of the device."""
        return self.device.solids

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """The terminals that labels name, and the bottom of the substrate, all of them heat sinks."""
        found = dict(self.device.terminals)
        if below := substrates(self.layers):
            found.setdefault("substrate", TerminalFace(region=below[0], face="zmin", sink=True))
        return found

    @cached_property
    def device(self) -> Device:
        """The layout as a device.

        Raises:
            InputError: The file cannot be read, or makes no device.
        """
        recipe = Recipe(
            self.layers, self.coverage, self.crop, self.margin, self.resolution, frozenset(self.ignore)
        )
        return make_device(read_drawing(self.layout, self.cell), recipe)
