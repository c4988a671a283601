"""The `sheets:` section: faces that conduct along themselves, and what they are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from thermospin.errors import brief
from thermospin.materials.library import sheet_library
from thermospin.materials.sheet import SheetValues
from thermospin.meshes.terminals import Side
from thermospin.section import mistake, one_of

SAME = (("sheet_conductance", "sheet_resistance"), ("spin_heat_diffusion_length", "spin_heat_ratio"))
"""Pairs of keys that say the same thing."""


def _two_regions(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise mistake(f"expected two regions, [one, other], not {brief(value)}")
    return value


class Sheet(SheetValues):
    """A sheet on faces of a region, such as graphene on an oxide: charge, spin and heat flow along it.

    It is picked by region and face, or by the two regions between which it lies.
    """

    region: str | None = None
    """Region on which it lies."""
    face: Side | None = None
    """Side of the region's bounding box: all faces of the region there, bare or covered by others."""
    between: Annotated[tuple[str, str], BeforeValidator(_two_regions)] | None = None
    """Instead of region and face: the two regions between which it lies, on all their common faces."""
    library: str | None = Field(None, exclude=True)
    """Sheet of the library whose values are taken where none is given here."""

    @model_validator(mode="before")
    @classmethod
    def _over_the_library(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("library"), str):
            return data
        if data["library"] not in sheet_library():
            raise mistake(one_of(data["library"], sheet_library(), "sheet"), "library")
        inherited = {key: entry.value for key, entry in sheet_library()[data["library"]].items()}
        for same in SAME:
            if any(key in data for key in same):
                inherited = {key: value for key, value in inherited.items() if key not in same}
        return inherited | data

    @model_validator(mode="after")
    def _is_somewhere(self) -> Sheet:
        given = tuple(key for key in ("region", "face", "between") if getattr(self, key) is not None)
        if given not in (("region", "face"), ("between",)):
            raise mistake("give region and face, or between")
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that pick it."""
        return self.between or (self.region,)
