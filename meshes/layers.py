"""Named layers stacked along z, as templates take them."""

from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from thermospin.section import Section, mistake, whole
from thermospin.units import PositiveLength


class Layer(Section):
    """One layer of a stack."""

    name: str = Field(min_length=1)
    """Name of the region."""
    material: str = Field(min_length=1)
    """Material of the layer."""
    thickness: PositiveLength
    """Extent along z, m."""
    elements: whole(ge=1, le=1000) = 3
    """Fewest elements across the thickness, in place of `mesh.elements_across_film`."""


def _not_empty(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    if not layers:
        raise mistake("there is no layer; add one, such as {name: Cu, material: Cu, thickness: 10 nm}")
    return layers


Layers = Annotated[tuple[Layer, ...], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]
"""At least one layer, from bottom to top."""


def check_names(layers: Iterable[Layer], taken: Iterable[str] = ()) -> None:
    """Refuse a layer with the name of another region.

    Args:
        layers: The layers.
        taken: Names of the other regions.

    Raises:
        PydanticCustomError: A name is not unique; for a validator of the section that holds `layers`.
    """
    seen = set(taken)
    for index, layer in enumerate(layers):
        if layer.name in seen:
            raise mistake(
                f"another region is named '{layer.name}' already; give the layer a name of its own",
                "layers",
                index,
                "name",
            )
        seen.add(layer.name)


def heights(layers: Iterable[Layer], bottom: float) -> list[tuple[float, float]]:
    """Lowest and highest height of every layer, m.

    Args:
        layers: The layers, from bottom to top.
        bottom: Height where the first layer starts, m.
    """
    return list(pairwise(accumulate((layer.thickness for layer in layers), initial=bottom)))


def neighbours(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of regions that touch in a stack.

    Args:
        names: The regions from bottom to top.
    """
    return tuple(pairwise(names))
