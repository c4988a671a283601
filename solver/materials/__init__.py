"""Materials and interfaces: two-channel transport coefficients, and the library of published values."""

from thermospin.materials.channel_values import ChannelValues
from thermospin.materials.channels import ChannelPair
from thermospin.materials.interface import InterfaceMaterial
from thermospin.materials.library import (
    SourcedValue,
    interface_library,
    interface_references,
    library,
    library_material,
    material,
    material_library,
    references,
    sheet_library,
    sheet_references,
)
from thermospin.materials.material import Material

__all__ = [
    "ChannelPair",
    "ChannelValues",
    "InterfaceMaterial",
    "Material",
    "SourcedValue",
    "interface_library",
    "interface_references",
    "library",
    "library_material",
    "material",
    "material_library",
    "references",
    "sheet_library",
    "sheet_references",
]
