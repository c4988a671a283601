"""Named solids that overlap by priority."""

from typing import Self

from pydantic import Field, model_validator

from thermospin.meshes.shapes import Box, EllipticCylinder, ExtrudedPolygon, Shape
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section


class Solid(Section):
    """A shape filled with a material. Solids that share a name form one region."""

    name: str = Field(min_length=1)
    """Name of the region."""
    material: str = Field(min_length=1)
    """Material of the region."""
    priority: int = 0
    """Where solids overlap, the highest priority fills the space."""
    box: Box | None = None
    """The shape; exactly one of box, cylinder, polygon."""
    cylinder: EllipticCylinder | None = None
    """See `box`."""
    polygon: ExtrudedPolygon | None = None
    """See `box`."""

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if sum(shape is not None for shape in (self.box, self.cylinder, self.polygon)) != 1:
            raise ValueError(f"solid {self.name}: give exactly one of the keys box, cylinder, polygon")
        return self

    @property
    def shape(self) -> Shape:
        """The shape given."""
        return self.box or self.cylinder or self.polygon


class SolidsGeometry(Section):
    """A device made of solids."""

    solids: tuple[Solid, ...] = Field(min_length=1)
    """The solids, in any order."""

    @model_validator(mode="after")
    def _one_material_per_region(self) -> Self:
        for solid in self.solids:
            if self.materials[solid.name] != solid.material:
                raise ValueError(
                    f"solids named {solid.name} have different materials: a region has one material"
                )
        return self

    @property
    def materials(self) -> dict[str, str]:
        """Material of every region, in the order of the solids."""
        return {solid.name: solid.material for solid in self.solids}

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """Solids come without terminals of their own."""
        return {}

    @property
    def interfaces(self) -> None:
        """No choice of interfaces to refine."""
        return None

    @property
    def resolved(self) -> Self:
        """The solids themselves."""
        return self
