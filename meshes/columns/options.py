"""The `mesh.columns` section."""

from pydantic import Field

from thermospin.section import Section
from thermospin.units import PositiveLength


class ColumnOptions(Section):
    """Columns of prisms, cut into tetrahedra, for devices made of films.

    A coarse mesh of the plane and coarse planes of constant z are graded geometrically towards all edges
    where fields are singular, and towards the interfaces of magnets.
    """

    levels: int = Field(2, ge=0, le=10)
    """Number of geometric steps towards an edge."""
    factor: float = Field(0.12, gt=0, lt=0.5)
    """Ratio of the distances of two steps from the edge."""
    base: PositiveLength = 15e-9
    """Largest distance of the coarse planes of constant z at such an edge; it doubles away from there, m."""
