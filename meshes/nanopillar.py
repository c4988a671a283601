"""The template `nanopillar`: a pillar of layers between crossed leads."""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from thermospin.meshes.layers import Layer, Layers, check_names, heights, neighbours
from thermospin.meshes.shapes import Box, EllipticCylinder
from thermospin.meshes.solids import Solid, SolidsGeometry
from thermospin.meshes.template import NM, NonNegativeLength, Template, check_lengths
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section, mistake
from thermospin.units import PositiveLength, quantity

ROUNDING = 1e-9
"""Relative difference of lengths that are the same."""

SPIN_VALVE = tuple(
    Layer(name=name, material=material, thickness=15 * NM)
    for name, material in (("Py1", "Py"), ("Cu", "Cu"), ("Py2", "Py"))
)
"""The layers when none are given."""

ROUND = 10
"""Elements along the smaller side of the pillar, so that an ellipse stays round."""


class Thermocouple(Section):
    """An arm of another metal on the side of a lead, which reads the lead's temperature there.

    It leaves the lead at right angles, as thick as the lead, and its end is cold. In open circuit that is at
    (S_arm − S_lead) ΔT above an end of the lead that carries no current, ΔT that of the junction. Currents
    spread into an idle branch of a lead over its width divided by π, heat farther: put the arm between.
    """

    material: str = Field("Constantan", min_length=1)
    """Material of the arm."""
    lead: Literal["bottom", "top"] = "bottom"
    """The lead it touches."""
    width: PositiveLength = 100 * NM
    """Width of the arm, m."""
    offset: quantity("m") = 500 * NM
    """Distance along the lead from the pillar's axis to the middle of the arm, m; positive towards the end
    that measures the voltage."""


class Nanopillar(Template):
    """A pillar of layers on a bottom lead along x, below a top lead along y, in a planar insulator.

    The pillar's axis is x = y = 0 and the substrate's surface is z = 0. The insulator fills everything beside
    the bottom lead and the pillar up to the top lead, as far as the leads reach. A current through the pillar
    enters by one end of each lead, and the other two ends measure the voltage: four terminals, so the leads'
    own resistance drops out.

    The defaults are of the size usual in experiments: 150 × 80 nm², 15 nm each of Py, Cu and Py, Pt 60 nm
    below, Au 130 nm above. They describe no particular device: widths and reaches of leads, the substrate and
    the insulator (SiO2 for the amorphous oxide or cross-linked resist of experiments) are assumed.
    """

    template: Literal["nanopillar"] = "nanopillar"
    """Name of the template."""
    shape: Literal["elliptic", "rectangular"] = "elliptic"
    """Cross-section of the pillar."""
    length: PositiveLength = 150 * NM
    """Extent of the pillar along x, m."""
    width: PositiveLength = 80 * NM
    """Extent of the pillar along y, m."""
    layers: Layers = SPIN_VALVE
    """The layers of the pillar, from bottom to top."""
    bottom_width: PositiveLength = 300 * NM
    """Width of the bottom lead (along y), m."""
    bottom_thickness: PositiveLength = 60 * NM
    """Thickness of the bottom lead, m."""
    bottom_reach: PositiveLength = 1000 * NM
    """Distance from the pillar's axis to the ends of the bottom lead, m."""
    top_width: PositiveLength = 300 * NM
    """Width of the top lead (along x), m."""
    top_thickness: PositiveLength = 130 * NM
    """Thickness of the top lead, m."""
    top_reach: PositiveLength = 1000 * NM
    """Distance from the pillar's axis to the ends of the top lead, m."""
    substrate_thickness: PositiveLength = 300 * NM
    """Thickness of the substrate, m."""
    substrate_margin: NonNegativeLength = 200 * NM
    """Distance by which the substrate extends beyond the ends of the leads, m."""
    bottom_material: str = "Pt"
    """Material of the bottom lead."""
    top_material: str = "Au"
    """Material of the top lead."""
    insulator_material: str = "SiO2"
    """Material around the pillar and the bottom lead."""
    substrate_material: str = "SiO2"
    """Material of the substrate."""
    thermocouple: Thermocouple | None = None
    """An arm that reads the temperature of a lead; default none."""
    lateral_aspect: quantity("", ge=1, le=20) = 4.0
    """Length of elements along x and y over that along z. The sizes under `mesh` are those along
    z, across the layers; lateral sizes matter at the rim of the pillar only."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse layers named alike, and a pillar or a lead that sticks out."""
        check_names(self.layers, taken=("BottomLead", "TopLead", "Thermocouple", "Insulator", "Substrate"))
        limits = {
            "length": (self.length, self.top_width, "the width of the top lead (top_width)"),
            "width": (self.width, self.bottom_width, "the width of the bottom lead (bottom_width)"),
            "top_width": (
                self.top_width,
                2 * self.bottom_reach,
                "the length of the bottom lead (2 bottom_reach)",
            ),
            "bottom_width": (
                self.bottom_width,
                2 * self.top_reach,
                "the length of the top lead (2 top_reach)",
            ),
        }
        check_lengths(limits)
        return self

    @model_validator(mode="after")
    def _thermocouple_fits(self) -> Self:
        """Refuse an arm beyond the end of its lead."""
        if self.thermocouple is None:
            return self
        lead, far = self.thermocouple.lead, abs(self.thermocouple.offset) + self.thermocouple.width / 2
        reach = self.bottom_reach if lead == "bottom" else self.top_reach
        if far > (1 - ROUNDING) * reach:
            raise mistake(
                f"too far out: the arm ends {far / NM:g} nm from the axis, which must be less than "
                f"{reach / NM:g} nm, the reach of the lead ({lead}_reach)",
                "thermocouple",
                "offset",
            )
        return self

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """The ends of the leads and of the thermocouple and the bottom of the substrate, all heat sinks."""
        faces = {
            "bottom_current": ("BottomLead", "xmin"),
            "bottom_voltage": ("BottomLead", "xmax"),
            "top_current": ("TopLead", "ymin"),
            "top_voltage": ("TopLead", "ymax"),
        }
        if self.thermocouple is not None:
            faces["thermocouple"] = ("Thermocouple", "ymax" if self.thermocouple.lead == "bottom" else "xmax")
        faces["substrate"] = ("Substrate", "zmin")
        return {name: TerminalFace(region=r, face=f, sink=True) for name, (r, f) in faces.items()}

    @property
    def interfaces(self) -> tuple[tuple[str, str], ...]:
        """All faces between layers, and those of the pillar with the leads."""
        return neighbours(("BottomLead", *(layer.name for layer in self.layers), "TopLead"))

    @cached_property
    def resolved(self) -> SolidsGeometry:
        """The solids of the device."""
        solids = (
            *self._pillar(),
            *self._leads(),
            *self._thermocouple(),
            self._insulator(),
            self._substrate(),
        )
        return SolidsGeometry(solids=solids, lateral_aspect=self.lateral_aspect)

    def _pillar(self) -> list[Solid]:
        a, b = self.length / 2, self.width / 2
        size = 2 * min(a, b) / (ROUND * self.lateral_aspect)
        solids = []
        for layer, (low, high) in zip(self.layers, self._heights, strict=True):
            if self.shape == "elliptic":
                body = {"cylinder": EllipticCylinder(centre=(0.0, 0.0, low), radii=(a, b), height=high - low)}
            else:
                body = {"box": Box(min=(-a, -b, low), max=(a, b, high))}
            about = {"name": layer.name, "material": layer.material, "elements_along_z": layer.elements}
            solids.append(Solid(**about, priority=2, max_size=size, **body))
        return solids

    def _leads(self) -> tuple[Solid, Solid]:
        x, y, top = self.bottom_reach, self.bottom_width / 2, self._pillar_top
        below = Box(min=(-x, -y, 0.0), max=(x, y, self.bottom_thickness))
        x, y = self.top_width / 2, self.top_reach
        above = Box(min=(-x, -y, top), max=(x, y, top + self.top_thickness))
        return (
            self._lead("BottomLead", self.bottom_material, below, self.bottom_width),
            self._lead("TopLead", self.top_material, above, self.top_width),
        )

    def _lead(self, name: str, material: str, box: Box, width: float) -> Solid:
        size = width / (4 * self.lateral_aspect)
        return Solid(name=name, material=material, priority=1, box=box, max_size=size, elements_along_z=3)

    def _thermocouple(self) -> list[Solid]:
        """The arm, from the side of its lead to where the other lead ends."""
        if self.thermocouple is None:
            return []
        half, middle, top = self.thermocouple.width / 2, self.thermocouple.offset, self._pillar_top
        low, high = middle - half, middle + half
        if self.thermocouple.lead == "bottom":
            box = Box(
                min=(low, self.bottom_width / 2, 0.0), max=(high, self.top_reach, self.bottom_thickness)
            )
        else:
            box = Box(
                min=(self.top_width / 2, low, top), max=(self.bottom_reach, high, top + self.top_thickness)
            )
        return [self._lead("Thermocouple", self.thermocouple.material, box, self.thermocouple.width)]

    def _insulator(self) -> Solid:
        """The insulator; not cut into layers, as its cuts could come too close to those of the pillar."""
        x, y, top = self.bottom_reach, self.top_reach, self._pillar_top
        box = Box(min=(-x, -y, 0.0), max=(x, y, top))
        return Solid(
            name="Insulator",
            material=self.insulator_material,
            box=box,
            max_size=top / 3,
            elements_along_z=1,
        )

    def _substrate(self) -> Solid:
        x, y = self.bottom_reach + self.substrate_margin, self.top_reach + self.substrate_margin
        box = Box(min=(-x, -y, -self.substrate_thickness), max=(x, y, 0.0))
        return Solid(name="Substrate", material=self.substrate_material, box=box)

    @property
    def _heights(self) -> list[tuple[float, float]]:
        """Lowest and highest height of every layer, m."""
        return heights(self.layers, self.bottom_thickness)

    @property
    def _pillar_top(self) -> float:
        """Height of the upper end of the pillar, m."""
        return self._heights[-1][1]
