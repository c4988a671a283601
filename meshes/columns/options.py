"""The `mesh.columns` section."""

from typing import Self

from pydantic import Field, model_validator

from thermospin.section import Section, mistake
from thermospin.units import PositiveLength

FINEST = 1e-8
"""Smallest distance of two steps relative to the coarse mesh: less drowns in the rounding of coordinates."""


class ColumnOptions(Section):
    """Columns of prisms, cut into tetrahedra, for devices made of films.

    A coarse mesh of the plane and coarse planes of constant z are graded geometrically towards the edges at
    which fields are singular, where films end on each other, and towards the interfaces of magnets. Ellipses
    are polygons of the same area.
    """

    levels: int = Field(2, ge=0, le=10)
    """Number of geometric steps towards an edge; one fewer where heat alone is singular."""
    factor: float = Field(0.25, gt=0, lt=0.5)
    """Ratio of the distances of two steps from the edge. For elements of degree 2, 0.2 to 0.3 is best."""
    base: PositiveLength = 15e-9
    """Largest distance of the coarse planes of constant z at such an edge, m. It grows by a half from plane
    to plane away from there. The coarse mesh of the plane follows the sizes of the outlines."""

    @model_validator(mode="after")
    def _steps_are_numbers(self) -> Self:
        if self.factor**self.levels < FINEST:
            raise mistake(
                f"the last step is {self.factor**self.levels:.1e} of the coarse mesh, less than {FINEST:g}; "
                "take fewer",
                "levels",
            )
        return self
