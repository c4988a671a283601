"""The template `lateral_nonlocal`: a heated injector, a detector and a copper funnel."""

from functools import cached_property
from typing import Literal, Self

from pydantic import model_validator

from thermospin.meshes.shapes import Box, ExtrudedPolygon
from thermospin.meshes.solids import Solid, SolidsGeometry
from thermospin.meshes.template import NM, NonNegativeLength, Template, check_lengths, check_reach
from thermospin.meshes.terminals import TerminalFace
from thermospin.units import Length, PositiveLength


class LateralNonlocal(Template):
    """Lateral nonlocal device; the defaults are that of Slachter et al., Nature Physics 6, 879 (2010).

    The films lie on z = 0 above the substrate. FM1 extends along x above y = 0; contact 1 covers it from +x,
    contact 2 from −x. The funnel runs from FM1 along −y, its axis is x = 0. FM2 lies along +x.

    From the paper (Fig. 3 and Methods): FM1 1 µm × 300 nm and FM2 150 × 40 nm², 15 nm thick, 100 nm apart;
    copper on FM1 over 40 × 40 nm² and on FM2 over 30 × 40 nm²; Cu 60 nm (Methods: 65 nm) and Au 175 nm
    (Methods: 180 nm) thick, the titanium below the gold left out; heated area 150 × 150 nm²; contacts 1 and 2
    placed asymmetrically so that little current detours through the copper; contact 5 beyond the copper; ends
    of all contacts at T0.

    Assumed, as the paper does not say:

    * Contacts 1 and 2 cover the side of FM1 away from the copper (`contact_overlap`); the gap between them
      (`contact_gap`) is the heated area. Its centre is at x = `contact_offset`, off the funnel's axis: this
      is the asymmetry. At 2 mA the gap carries 5.6e11 A/m² on average (paper: 8e11), and about 8 % of the
      current detours through the copper (paper: 4 %).
    * The neck of the funnel is as wide as its contact on FM1; one end of FM2 reaches under its +x side.
    * Below FM2 the funnel widens within `funnel_length` to a lead that ends in contact 5.
    * Contacts 3 and 4 are the FM2/copper thermocouple: contact 3 is gold over the far end of FM2,
      contact 4 an arm of the copper lead to −x. So ordered, the spin signals have the paper's signs.
    * Copper and gold fill the step at the edge of the Permalloy and have flat tops.
    * The leads end `reach` from the origin; the substrate is an oxide on a perfect heat sink.
    """

    template: Literal["lateral_nonlocal"] = "lateral_nonlocal"
    """Name of the template."""
    injector_length: PositiveLength = 1000 * NM
    """Extent of FM1 along x, m."""
    injector_width: PositiveLength = 300 * NM
    """Extent of FM1 along y, m."""
    injector_thickness: PositiveLength = 15 * NM
    """Thickness of FM1, m."""
    detector_length: PositiveLength = 150 * NM
    """Extent of FM2 along x, m."""
    detector_width: PositiveLength = 40 * NM
    """Extent of FM2 along y, m."""
    detector_thickness: PositiveLength = 15 * NM
    """Thickness of FM2, m."""
    separation: PositiveLength = 100 * NM
    """Distance along y between FM1 and FM2, m."""
    contact_gap: PositiveLength = 150 * NM
    """Bare length of FM1 between contacts 1 and 2, m."""
    contact_offset: Length = -65 * NM
    """Position along x of the gap's centre, m."""
    contact_overlap: PositiveLength = 150 * NM
    """Width of FM1 that contacts 1 and 2 cover, from the edge away from the copper, m."""
    gold_thickness: PositiveLength = 175 * NM
    """Thickness of contacts 1, 2 and 3, m."""
    gold_width: PositiveLength = 500 * NM
    """Width of contacts 1 and 2 (along y), m."""
    detector_lead_width: PositiveLength = 50 * NM
    """Width of contact 3 (along y, from the lower side of FM2), m."""
    detector_lead_overlap: PositiveLength = 50 * NM
    """Length of FM2 that contact 3 covers, m."""
    copper_thickness: PositiveLength = 60 * NM
    """Thickness of the funnel, m."""
    neck_width: PositiveLength = 40 * NM
    """Width of the funnel's neck, and of its contact on FM1, m."""
    injector_overlap: PositiveLength = 40 * NM
    """Length of FM1 (along y) that the copper covers, m."""
    detector_overlap: PositiveLength = 30 * NM
    """Length of FM2 (along x) that the copper covers, m."""
    neck_extension: NonNegativeLength = 0.0
    """Length of neck beyond FM2, m."""
    funnel_length: PositiveLength = 200 * NM
    """Length over which the funnel widens from the neck to the lead, m."""
    lead_width: PositiveLength = 1000 * NM
    """Width of the copper leads to contacts 4 and 5, m."""
    reach: PositiveLength = 1500 * NM
    """Distance from the origin to the ends of the leads, m."""
    substrate_thickness: PositiveLength = 300 * NM
    """Thickness of the substrate, m."""
    substrate_margin: PositiveLength = 200 * NM
    """Distance by which the substrate extends beyond the ends of the leads, m."""
    magnet_material: str = "Py"
    """Material of FM1 and FM2."""
    channel_material: str = "Cu"
    """Material of the funnel."""
    contact_material: str = "Au"
    """Material of contacts 1, 2 and 3."""
    substrate_material: str = "SiO2_film"
    """Material of the substrate."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse dimensions with which parts that must be apart would touch."""
        free = self.detector_length - self.detector_overlap
        between = self.separation + self.detector_width
        bare = self.injector_width - self.injector_overlap
        limits = {
            "contact_overlap": (self.contact_overlap, bare, "the part of FM1 that the copper leaves bare"),
            "detector_overlap": (self.detector_overlap, self.neck_width, "the width of the funnel's neck"),
            "detector_lead_overlap": (self.detector_lead_overlap, free, "the part of FM2 beside the copper"),
            "detector_lead_width": (
                self.detector_lead_width,
                between,
                "the distance from FM2's lower side to FM1",
            ),
            "contact_gap": (
                self.contact_gap / 2 + abs(self.contact_offset),
                self.injector_length / 2,
                "half the length of FM1 (with contact_offset)",
            ),
        }
        check_lengths(limits)
        funnel = "separation + detector_width + neck_extension + funnel_length + lead_width"
        length = between + self.neck_extension + self.funnel_length + self.lead_width
        for needed, keys in (
            (self.injector_length / 2, "half of injector_length"),
            (self.lead_width / 2, "half of lead_width"),
            (length, funnel),
            (self._lead_start, "where contact 3 begins (neck_width, detector_length, detector_lead_overlap)"),
        ):
            check_reach("reach", self.reach, needed, keys)
        return self

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """The ends of the contacts and the bottom of the substrate, all of them heat sinks."""
        faces = {
            "contact1": ("Au1", "xmax"),
            "contact2": ("Au2", "xmin"),
            "contact3": ("Au3", "xmax"),
            "contact4": ("Cu", "xmin"),
            "contact5": ("Cu", "ymin"),
            "substrate": ("Substrate", "zmin"),
        }
        return {name: TerminalFace(region=r, face=f, sink=True) for name, (r, f) in faces.items()}

    @property
    def interfaces(self) -> tuple[tuple[str, str], ...]:
        """The interfaces where spins are injected and detected: with the funnel, not with the gold."""
        return (("Py1", "Cu"), ("Py2", "Cu"))

    @cached_property
    def resolved(self) -> SolidsGeometry:
        """The solids of the device."""
        return SolidsGeometry(solids=(*self._magnets(), self._funnel(), *self._gold(), self._substrate()))

    def _magnets(self) -> tuple[Solid, Solid]:
        half, left = self.injector_length / 2, self._detector_end
        injector = Box(min=(-half, 0.0, 0.0), max=(half, self.injector_width, self.injector_thickness))
        detector = Box(
            min=(left, self._detector_bottom, 0.0),
            max=(left + self.detector_length, -self.separation, self.detector_thickness),
        )
        return (
            Solid(name="Py1", material=self.magnet_material, priority=2, box=injector),
            Solid(name="Py2", material=self.magnet_material, priority=2, box=detector),
        )

    def _funnel(self) -> Solid:
        half_neck, half_lead = self.neck_width / 2, self.lead_width / 2
        neck_end = self._detector_bottom - self.neck_extension
        wide = neck_end - self.funnel_length
        outline = [
            (-half_neck, self.injector_overlap),
            (-half_neck, neck_end),
            (-half_lead, wide),
            (-self.reach, wide),
            (-self.reach, wide - self.lead_width),
            (-half_lead, wide - self.lead_width),
            (-half_lead, -self.reach),
            (half_lead, -self.reach),
            (half_lead, wide),
            (half_neck, neck_end),
            (half_neck, self.injector_overlap),
        ]
        shape = ExtrudedPolygon(points=tuple(outline), z=(0.0, self.copper_thickness))
        return Solid(name="Cu", material=self.channel_material, priority=1, polygon=shape)

    def _gold(self) -> tuple[Solid, Solid, Solid]:
        bottom = self.injector_width - self.contact_overlap
        top, height = bottom + self.gold_width, self.gold_thickness
        left = self.contact_offset - self.contact_gap / 2
        right = self.contact_offset + self.contact_gap / 2
        low = self._detector_bottom
        boxes = {
            "Au1": Box(min=(right, bottom, 0.0), max=(self.reach, top, height)),
            "Au2": Box(min=(-self.reach, bottom, 0.0), max=(left, top, height)),
            "Au3": Box(
                min=(self._lead_start, low, 0.0), max=(self.reach, low + self.detector_lead_width, height)
            ),
        }
        return tuple(
            Solid(name=name, material=self.contact_material, priority=1, box=box)
            for name, box in boxes.items()
        )

    def _substrate(self) -> Solid:
        half = self.reach + self.substrate_margin
        box = Box(min=(-half, -half, -self.substrate_thickness), max=(half, half, 0.0))
        return Solid(name="Substrate", material=self.substrate_material, box=box)

    @property
    def _detector_end(self) -> float:
        """Position along x of the end of FM2 below the copper, m."""
        return self.neck_width / 2 - self.detector_overlap

    @property
    def _lead_start(self) -> float:
        """Position along x where contact 3 begins, m."""
        return self._detector_end + self.detector_length - self.detector_lead_overlap

    @property
    def _detector_bottom(self) -> float:
        """Position along y of the lower side of FM2, m."""
        return -self.separation - self.detector_width
