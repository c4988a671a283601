"""Terminals: faces of the device through which current, heat or a probe enters."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from thermospin.meshes.shapes import PlanePoint
from thermospin.section import Section, Truth, mistake
from thermospin.units import PositiveLength, Temperature, quantity

Side = Literal["xmin", "xmax", "ymin", "ymax", "zmin", "zmax"]
Edge = tuple[PlanePoint, PlanePoint]

RULE = ("region", "face", "edges", "label", "surface")
"""Keys that pick the faces of a terminal."""
RULES = (("region", "face"), ("region", "edges"), ("label",), ("surface",), ("region", "surface"))
"""Keys that go together."""
THERMAL = ("sink", "heat_transfer", "power", "power_density", "continues")
"""Keys that say which heat passes the faces of a terminal; without any, only a lead's Peltier heat does."""
TransferCoefficient = quantity("W/(m^2 K)", gt=0, le=1e16)
FacePower = quantity("W", ge=-1e3, le=1e3)
FacePowerDensity = quantity("W/m^2", ge=-1e18, le=1e18)


class Continuation(Section):
    """A lead of constant cross-section that continues beyond a terminal, as a fin in one dimension."""

    length: PositiveLength
    """Length from the terminal to the far end, which is at T0, m."""
    thermal_length: PositiveLength | None = None
    """Length over which the temperature decays, as heat is lost to what the lead lies on, m:
    ``√(k t d/k_d)`` for a film of thickness t on d of an insulator of k_d; without it, none is lost."""
    material: str | None = None
    """Material of the lead; default that of the region that the terminal lies on."""


class TerminalFace(Section):
    """A terminal, picked by rule (region and face, or region and edges), by physical name or by a label.

    By region and face, it is the outer faces of the region that lie on one side of the region's bounding box.
    """

    region: str | None = None
    """Region that the terminal belongs to."""
    face: Side | None = None
    """Side of the region's bounding box."""
    edges: tuple[Edge, ...] | None = None
    """Lines [[x0, y0], [x1, y1]] of the plane, m: the terminal is the upright outer faces of the region that
    stand on them; for `mesh.columns`."""
    label: str | None = None
    """Text of a label of the layout, on an edge of a film or on a lead beyond the crop."""
    surface: str | None = None
    """Physical name of a surface in the user's mesh, or name of a face in a STEP file; with `region` the
    terminal must lie on that region, whose metal a lead then has."""
    sink: Truth | Temperature | None = None
    """Whether the terminal holds the temperature T0, or the absolute temperature that it holds, K.

    Without any thermal condition the Peltier heat of a given current leaves, as through a lead of the same
    metal that conducts no heat; with `false` it stays at the end of the metal, as with a lead of S = 0."""
    heat_transfer: TransferCoefficient | None = None
    """Heat that leaves per area and per kelvin above `ambient`, W/(m² K)."""
    ambient: Temperature | None = None
    """Temperature of the surroundings that `heat_transfer` goes to, K; default T0."""
    power: FacePower | None = None
    """Heat that enters through the terminal, with uniform density, W."""
    power_density: FacePowerDensity | None = None
    """Heat that enters through the terminal per area, W/m²."""
    continues: Continuation | None = None
    """The lead continues: its resistance is in series, and heat leaves along it."""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self._given not in RULES:
            raise ValueError("give region and face, region and edges, label, surface, or region and surface")
        return self

    @model_validator(mode="after")
    def _one_thermal_condition(self) -> Self:
        given = [key for key in THERMAL if getattr(self, key) not in (None, False)]
        if len(given) > 1:
            raise mistake(f"goes with no '{given[0]}'; give one of {', '.join(THERMAL)}", given[1])
        if self.ambient is not None and self.heat_transfer is None:
            raise mistake("needs 'heat_transfer'; to hold this temperature, write it as 'sink'", "ambient")
        return self

    @property
    def is_free(self) -> bool:
        """Whether nothing is said about the heat that passes here, not even that none does."""
        return all(getattr(self, key) is None for key in THERMAL)

    @property
    def _given(self) -> tuple[str, ...]:
        return tuple(key for key in RULE if getattr(self, key) is not None)

    def placed(self, labelled: Mapping[str, "TerminalFace"]) -> "TerminalFace":
        """The terminal itself or, if a label picks it, on the faces that the geometry has for the label.

        Args:
            labelled: Terminals of the geometry, by label.

        Raises:
            KeyError: There is no such label.
        """
        if self.label is None:
            return self
        conditions = {key: getattr(self, key) for key in (*THERMAL, "ambient")}
        return labelled[self.label].model_copy(update=conditions)

    @property
    def rule(self) -> dict[str, Any]:
        """The keys that pick the faces, without conditions imposed there."""
        named = {"region"} if self.surface is not None else set()
        return self.model_dump(include=set(RULE) - named, exclude_none=True)


def side_of(face: Side) -> tuple[int, int]:
    """Axis (0, 1, 2) and end (0 lowest, 1 highest) of a side.

    Args:
        face: Name of the side, such as ``xmin``.
    """
    return "xyz".index(face[0]), ("min", "max").index(face[1:])
