"""The `surroundings:` section: the substrate continues beyond the meshed box (solver/physics.md §6)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from thermospin.meshes.terminals import Side, TerminalFace
from thermospin.section import Section, mistake
from thermospin.units import Length


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


class Surroundings(Section):
    """The world around the meshed box."""

    half_space: Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
    """The region that continues beside and below, or regions on one another, from top to bottom."""
    centre: tuple[Length, Length, Length] | None = None
    """Place from which the heat spreads, m; default the centre of the top of the first region,
    of the whole device if `faces` leaves a mirror plane out."""
    faces: tuple[Side, ...] = ("xmin", "xmax", "ymin", "ymax", "zmin")
    """Sides of the regions at which they continue; `zmin` is that of the last region alone."""

    @model_validator(mode="after")
    def _continues_somewhere(self) -> "Surroundings":
        if not self.half_space:
            raise mistake("names no region; name that of the substrate", "half_space")
        if "zmin" not in self.faces:
            raise mistake("a half space continues below: add 'zmin'", "faces")
        if "zmax" in self.faces:
            raise mistake("a half space ends at its top: remove 'zmax'", "faces")
        return self

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """The faces at which regions continue, by name."""
        *above, lowest = self.half_space
        places = [(region, face) for region in above for face in self.faces if face != "zmin"]
        places += [(lowest, face) for face in self.faces]
        return {f"{region} {face}": TerminalFace(region=region, face=face) for region, face in places}
