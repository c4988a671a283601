"""Named solids that overlap by priority."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, create_model, model_validator

from thermospin.meshes.shapes import Box, EllipticCylinder, ExtrudedPolygon, Shape
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section, mistake, whole
from thermospin.units import PositiveLength, quantity

Columns = whole(ge=1, le=10_000)


class Solid(Section):
    """A shape filled with a material. Solids that share a name form one region."""

    name: str = Field(min_length=1)
    """Name of the region."""
    material: str = Field(min_length=1)
    """Material of the region."""
    priority: whole(ge=-10_000, le=10_000) = 0
    """Priority: of solids that overlap, the one with the highest fills the space."""
    box: Box | None = None
    """The shape; exactly one of box, cylinder, polygon."""
    cylinder: EllipticCylinder | None = None
    """See `box`."""
    polygon: ExtrudedPolygon | None = None
    """See `box`."""
    max_size: PositiveLength | None = None
    """Largest element size in this solid, m; `mesh.region_max_size` replaces it."""
    elements_along_z: whole(ge=1, le=1000) | None = None
    """Fewest elements along z, in place of `mesh.elements_across_film` across the smallest extent."""

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if sum(shape is not None for shape in (self.box, self.cylinder, self.polygon)) != 1:
            raise ValueError(f"solid {self.name}: give exactly one of the keys box, cylinder, polygon")
        return self

    @property
    def shape(self) -> Shape:
        """The shape given."""
        return self.box or self.cylinder or self.polygon


SolidEntry = create_model(
    "SolidEntry", __base__=Solid, name=(str, Field("", description="Name of the region; by default the key."))
)
"""A solid as a mapping of solids holds it."""


def _listed(value: Any) -> Any:
    """The solids of a mapping as a list; the key names the region unless the entry does."""
    if not isinstance(value, dict):
        return value
    return [{"name": key} | entry if isinstance(entry, dict) else entry for key, entry in value.items()]


Solids = Annotated[
    tuple[Solid, ...],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=tuple[Solid, ...] | dict[str, SolidEntry]),
]
"""Solids as a list, or as a mapping by name."""


class SolidsGeometry(Section):
    """A device made of solids."""

    solids: Solids
    """The solids, in any order: a list, or a mapping from the name of the region."""
    lateral_aspect: quantity("", ge=1, le=20) = 1.0
    """Length of elements along x and y over that along z, where sizes are those asked for."""
    columns: tuple[Columns, Columns] | None = None
    """Elements along x and y of a structured mesh, for boxes stacked along z on one cross-section. Sizes
    and refinement then apply along z only."""

    @model_validator(mode="after")
    def _one_material_per_region(self) -> Self:
        first: dict[str, str] = {}
        for index, solid in enumerate(self.solids):
            if first.setdefault(solid.name, solid.material) != solid.material:
                raise mistake(
                    f"solids named {solid.name} have different materials: a region has one material",
                    "solids",
                    index,
                    "material",
                )
        return self

    @model_validator(mode="after")
    def _columns_need_a_stack(self) -> Self:
        if self.columns is None:
            return self
        boxes = [solid.box for solid in self.solids]
        if None in boxes or len({(box.min[:2], box.max[:2]) for box in boxes}) > 1:
            raise mistake("all solids must be boxes of the same x and y; remove columns", "columns")
        for index, solid in enumerate(self.solids):
            if solid.elements_along_z is None:
                raise mistake("missing; columns need it", "solids", index, "elements_along_z")
        return self

    @property
    def materials(self) -> dict[str, str]:
        """Material of every region, in the order of the solids."""
        return {solid.name: solid.material for solid in self.solids}

    @property
    def cylinders(self) -> list[EllipticCylinder]:
        """The cylinders among the solids."""
        return [solid.cylinder for solid in self.solids if solid.cylinder]

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
