"""Readers of the user's own meshes: file type to library, groups of cells, and a process of their own."""

from thermospin.meshes.readers.foreign import ForeignMesh, Other
from thermospin.meshes.readers.isolated import read_isolated
from thermospin.meshes.readers.types import check_header, companions, file_type

__all__ = ["ForeignMesh", "Other", "check_header", "companions", "file_type", "read_isolated"]
