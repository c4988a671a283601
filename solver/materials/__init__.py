"""Materials: two-channel transport coefficients, and the library of published values."""

from thermospin.materials.library import SourcedValue, library, library_material, references
from thermospin.materials.material import Material, Pair

__all__ = ["Material", "Pair", "SourcedValue", "library", "library_material", "references"]
