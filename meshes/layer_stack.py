"""The template `layer_stack`: a bar of layers along z, in which every field depends on z only."""

from functools import cached_property
from typing import Literal, Self

from pydantic import model_validator

from thermospin.meshes.layers import Layers, check_names, heights, neighbours
from thermospin.meshes.shapes import Box
from thermospin.meshes.solids import Columns, Solid, SolidsGeometry
from thermospin.meshes.template import NM, Template
from thermospin.meshes.terminals import TerminalFace
from thermospin.units import PositiveLength


class LayerStack(Template):
    """A bar of layers, from z = 0 upwards: the test bed for closed forms in one dimension.

    The mesh is structured: planes of constant z, each with the same few nodes. The distance of the planes is
    `mesh.interface_size` at the faces between layers, grows by `mesh.growth_rate` and is `mesh.max_size` at
    most; `mesh.refinement` divides it.
    """

    template: Literal["layer_stack"] = "layer_stack"
    """Name of the template."""
    layers: Layers
    """The layers, from bottom to top."""
    width: PositiveLength = 10 * NM
    """Extent along x, m."""
    depth: PositiveLength = 10 * NM
    """Extent along y, m."""
    columns: tuple[Columns, Columns] = (2, 2)
    """Elements along x and y."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        check_names(self.layers)
        return self

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """The two ends of the stack, both of them heat sinks."""
        return {
            "bottom": TerminalFace(region=self.layers[0].name, face="zmin", sink=True),
            "top": TerminalFace(region=self.layers[-1].name, face="zmax", sink=True),
        }

    @property
    def interfaces(self) -> tuple[tuple[str, str], ...]:
        """All faces between layers."""
        return neighbours(layer.name for layer in self.layers)

    @cached_property
    def resolved(self) -> SolidsGeometry:
        """The solids of the stack."""
        solids = tuple(
            Solid(
                name=layer.name,
                material=layer.material,
                box=Box(min=(0.0, 0.0, low), max=(self.width, self.depth, high)),
                elements_along_z=layer.elements,
            )
            for layer, (low, high) in zip(self.layers, heights(self.layers, 0.0), strict=True)
        )
        return SolidsGeometry(solids=solids, columns=self.columns)
