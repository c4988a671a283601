"""Readers of the user's own meshes: file type to library, groups of cells, and a process of their own."""

from thermospin.meshes.readers.foreign import ForeignMesh, Other
from thermospin.meshes.readers.isolated import check_drawing, read_isolated
from thermospin.meshes.readers.types import companions, file_type

__all__ = ["ForeignMesh", "Other", "check_drawing", "companions", "file_type", "read_isolated"]
