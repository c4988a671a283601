"""The `interfaces:` section: regions or materials on both sides, and the law between them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from thermospin.errors import brief
from thermospin.materials.interface import SAME, InterfaceValues
from thermospin.materials.library import interface_library
from thermospin.section import Truth, mistake, one_of


def _two_names(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise mistake(f"expected two regions or materials, [side 1, side 2], not {brief(value)}")
    return value


class Interface(InterfaceValues):
    """An interface between two regions, between all regions of two materials, or at a physical surface."""

    between: Annotated[tuple[str, str], BeforeValidator(_two_names)] | None = None
    """Sides 1 and 2, each a region or a material; the more regions are named, the more an entry counts."""
    surface: str | None = None
    """Instead of between: a physical surface of your own mesh, which counts more than any region. What else
    its regions share is as the other entries say."""
    library: str | None = Field(None, exclude=True)
    """Interface of the library whose values are taken where none is given here."""
    transparent: Truth = False
    """True to except a pair from an entry that names materials: no interface there."""
    magnet: str | None = None
    """Side whose magnetisation gives the sign, a region or a material; needed between two magnets."""

    @model_validator(mode="before")
    @classmethod
    def _over_the_library(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("library"), str):
            return data
        if data["library"] not in interface_library():
            raise mistake(one_of(data["library"], interface_library(), "interface"), "library")
        inherited = {key: entry.value for key, entry in interface_library()[data["library"]].items()}
        for same in SAME:
            if any(key in data for key in same):
                inherited = {key: value for key, value in inherited.items() if key not in same}
        return inherited | data

    @model_validator(mode="after")
    def _is_somewhere(self) -> Interface:
        if self.between is None and self.surface is None:
            raise mistake("missing; give two regions or materials, or a surface of your mesh", "between")
        if None not in (self.between, self.surface):
            raise mistake("give this or between, not both", "surface")
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Interface:
        given = [key for key in InterfaceValues.model_fields if getattr(self, key) is not None]
        given += [key for key in ("magnet", "library") if getattr(self, key) is not None]
        if self.transparent and given:
            raise mistake("a transparent interface has no values; remove this or 'transparent'", given[-1])
        material = self.material
        if material.kind == "spins" and not material.phonon_heat_conductance:
            raise mistake(
                "missing; heat crosses to an insulating magnet too: add it, or kapitza_resistance",
                "phonon_heat_conductance",
            )
        if not (self.transparent or material.is_conducting or material.phonon_heat_conductance):
            raise mistake(
                "nothing crosses this interface; give library, area_resistance, conductance, "
                "kapitza_resistance, phonon_heat_conductance or 'transparent: true'"
            )
        return self
