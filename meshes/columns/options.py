"""The `mesh.columns` section."""

from typing import Self

from pydantic import Field, model_validator

from thermospin.section import Section, mistake, whole
from thermospin.units import PositiveLength, quantity

FINEST = 1e-8
"""Smallest distance of two steps relative to the coarse mesh: less drowns in the rounding of coordinates."""


MOST_LEVELS = 10
"""Largest number of geometric steps."""

MOST_SIDES = 1024
"""Most sides of the polygon of an ellipse."""

LevelCount = whole(ge=0, le=MOST_LEVELS)
"""Number of geometric steps."""


class ColumnOptions(Section):
    """Columns of prisms, cut into tetrahedra, for devices made of films.

    A coarse mesh of the plane and coarse planes of constant z are graded geometrically towards the edges at
    which fields are singular, where films end on each other, and towards the interfaces of magnets. Ellipses
    are polygons of the same area.
    """

    levels: LevelCount = 2
    """Number of geometric steps towards an edge; one fewer where heat alone is singular."""
    outline_levels: dict[str, LevelCount] = Field(default_factory=dict)
    """Number of steps towards the outlines of named regions in the plane, in place of `levels`; the highest
    where regions share a line."""
    height_levels: LevelCount | None = None
    """Number of steps along z towards the faces of films; default `levels`."""
    factor: float = Field(0.25, gt=0, lt=0.5)
    """Ratio of the distances of two steps from the edge. For elements of degree 2, 0.2 to 0.3 is best."""
    base: PositiveLength = 15e-9
    """Largest distance of the coarse planes of constant z at such an edge, m. It grows by a half from plane
    to plane away from there. The coarse mesh of the plane follows the sizes of the outlines."""
    plane_refinement: quantity("", gt=0, ge=1e-3, le=32) = 1.0
    """Divides the sizes of the coarse mesh of the plane."""
    height_refinement: quantity("", gt=0, ge=1e-3, le=32) = 1.0
    """Divides the distances of the coarse planes of constant z."""
    sides: whole(ge=16, le=MOST_SIDES, multiple_of=4) = 32
    """Sides of the polygon of an ellipse."""

    @model_validator(mode="after")
    def _steps_are_numbers(self) -> Self:
        asked = {("levels",): self.levels, ("height_levels",): self.height_levels or 0}
        asked |= {("outline_levels", name): levels for name, levels in self.outline_levels.items()}
        for key, levels in asked.items():
            if self.factor**levels < FINEST:
                raise mistake(
                    f"the last step is {self.factor**levels:.1e} of the coarse mesh, less than {FINEST:g}; "
                    "take fewer",
                    *key,
                )
        return self
