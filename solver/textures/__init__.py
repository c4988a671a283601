"""Directions of magnets: unit vectors that may depend on the position."""

from thermospin.textures.texture import MagneticState, Texture

__all__ = ["MagneticState", "Texture"]
