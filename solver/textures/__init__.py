"""Directions of magnets: unit vectors that may depend on the position."""

from thermospin.textures.texture import Texture

__all__ = ["Texture"]
