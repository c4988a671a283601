"""Films of a layout: the layers that are deposited, in the order of deposition."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from thermospin.section import Section, mistake, whole
from thermospin.units import Length, PositiveLength, quantity

Coverage = Literal["ballistic", "planar", "conformal"]
"""Coverage of the topography below a film."""


def _tag(value: Any) -> Any:
    """A layer number alone means datatype 0."""
    return (value, 0) if isinstance(value, int) and not isinstance(value, bool) else value


LayerTag = Annotated[
    tuple[whole(ge=0, le=2**31 - 1), whole(ge=0, le=2**31 - 1)],
    BeforeValidator(_tag, json_schema_input_type=int | tuple[int, int]),
]
"""A layer and its datatype, ``[10, 0]``, or a layer alone, which means datatype 0."""


class Film(Section):
    """A film; `layer`, `zmin`, `thickness`, `mesh_order` and `material` are keys of gdsfactory."""

    layer: LayerTag | None = None
    """Layer of the layout that outlines the film, `[10, 0]`; without it the film covers everything."""
    material: str = Field(min_length=1)
    """Material of the film."""
    thickness: PositiveLength
    """Thickness, m."""
    coverage: Coverage | None = None
    """Coverage of the topography below the film, in place of the layout's `coverage`."""
    zmin: Length | None = None
    """Height of the bottom of a flat film, m; without it the film lies on the films before it."""
    priority: whole(ge=-10_000, le=10_000) = 0
    """Priority: of films that overlap, the one with the highest fills the space; of equal ones the film that
    was deposited first."""
    mesh_order: whole(ge=-10_000, le=10_000) | None = None
    """gdsfactory's key in place of `priority`: the lowest fills the space."""
    sidewall_angle: quantity("deg", ge=-60, le=60) = 0.0
    """Angle of the side walls to the vertical, degrees; positive if the film is wider below. The walls become
    a staircase of up to four steps, none narrower than two tolerances. Negative angles need `zmin`."""
    width_to_z: quantity("", ge=0, le=1) = 0.0
    """Height at which a film with inclined side walls has the drawn width, 0 at its bottom, 1 at its top."""
    labels: LayerTag | None = None
    """Layer and text type of the labels of this film; default: every text type of `layer`. Where films share
    them, the labels are those of the film deposited last."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.sidewall_angle and self.layer is None:
            raise mistake("a film without layer covers everything and has no side walls", "sidewall_angle")
        if self.sidewall_angle < 0 and self.zmin is None:
            raise mistake(
                "side walls overhang; only a flat film with 'zmin' may: give it one, or a positive angle",
                "sidewall_angle",
            )
        if self.zmin is not None and self.coverage not in (None, "planar"):
            raise mistake(
                f"a film with 'zmin' is flat; remove zmin, and the film lies on what is below, or 'coverage: "
                f"{self.coverage}'",
                "coverage",
            )
        if self.mesh_order is not None and self.priority:
            raise mistake("give priority or mesh_order, not both", "mesh_order")
        return self

    @property
    def rank(self) -> int:
        """Priority where films overlap, the highest wins."""
        return self.priority if self.mesh_order is None else -self.mesh_order


def outlined(films: Mapping[str, Film]) -> dict[str, Film]:
    """The films that a layer outlines, by name.

    Args:
        films: The films.
    """
    return {name: film for name, film in films.items() if film.layer is not None}


def substrates(films: Mapping[str, Film]) -> list[str]:
    """Names of the films without outline before the first with one: they lie below z = 0.

    Args:
        films: The films in the order of deposition.
    """
    found = []
    for name, film in films.items():
        if film.layer is not None or film.zmin is not None:
            break
        found.append(name)
    return found if len(found) < len(films) else []
