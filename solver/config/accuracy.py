"""The `accuracy:` section: the error bars to reach, and the readings that must have them."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from thermospin.section import Section, mistake, whole
from thermospin.units import quantity

SMALLEST_TARGET = 1e-6
"""Less than that is below what solutions of linear systems and their estimates are good for."""


class Accuracy(Section):
    """Meshes are refined where the error is made, until the error bars are small enough."""

    target: quantity("", gt=0, ge=SMALLEST_TARGET, le=1) = 0.02
    """Largest error bar of the mesh over the size of the reading."""
    signals: tuple[Literal["baseline", "spin"], ...] = ("baseline", "spin")
    """Signals that must reach it; without the configurations P and AP all readings must."""
    orders: tuple[whole(ge=1, le=8), ...] | None = None
    """Orders that must reach it; the first two by default, as far as they are solved."""
    schemes: tuple[str, ...] | None = None
    """Schemes that must; all by default."""
    probes: tuple[str, ...] | None = None
    """Probes that must; all by default."""
    max_unknowns: whole(ge=1) = 3_000_000
    """Largest number of unknowns; a mesh that would have more is not solved on."""
    max_meshes: whole(ge=1, le=50) = 12
    """Largest number of meshes."""


def _section(given: Any) -> Any:
    """The section of a number or `off`, which YAML reads as false."""
    if given is False or given == "off":
        return None
    if given is True or given == "on":
        return {}
    if isinstance(given, str | float | int):
        return {"target": given}
    if isinstance(given, list):
        raise mistake("must be a share such as '1 %', 'off', or a section with a 'target'")
    return given


GivenAccuracy = Annotated[
    Accuracy | None,
    BeforeValidator(_section, json_schema_input_type=Accuracy | float | str | bool | None),
]
"""The section, or its target alone, or `off`."""
