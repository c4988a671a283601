"""Types of files that are read, the library that reads each, and how such a file begins."""

import re
from collections.abc import Sequence
from pathlib import Path

from thermospin.errors import InputError

MESHES = {
    ".msh": "gmsh",
    ".med": "gmsh",
    ".unv": "gmsh",
    ".bdf": "gmsh",
    ".nas": "gmsh",
    ".mesh": "gmsh",
    ".vtu": "vtk",
    ".vtk": "vtk",
    ".inp": "meshio",
    ".xdmf": "meshio",
    ".xmf": "meshio",
}
"""Library that reads a mesh, by the ending of the file's name."""

SHAPES = {".step": "step", ".stp": "step", ".brep": "brep"}
"""OpenCASCADE's name of a drawing's format, by the ending of the file's name."""

WITH_ARRAYS = (".vtu", ".vtk", ".xdmf", ".xmf")
"""Types whose regions are the values of an array on the cells."""

BEGINNINGS = {
    ".msh": (rb"\s*\$(MeshFormat|Comments)\b", "is not a Gmsh mesh (its first line is not $MeshFormat)"),
    ".med": (rb"\x89HDF", "is not a MED file (these are HDF5)"),
    ".unv": (rb"\s*-1\s", "is not a UNV file (its first line is not -1)"),
    ".mesh": (
        rb"\s*(#[^\n]*\s+)*MeshVersionFormatted",
        "is not a Medit mesh (MeshVersionFormatted is missing)",
    ),
    ".step": (rb"(?s).*?ISO-10303-21", "is not a STEP file (ISO-10303-21 is not in its head)"),
    ".stp": (rb"(?s).*?ISO-10303-21", "is not a STEP file (ISO-10303-21 is not in its head)"),
    ".brep": (rb"(?s).*?(DBRep_DrawableShape|CASCADE Topology)", "is not a BREP file (its head is missing)"),
}
"""Beginning of a file, and the complaint about one that begins otherwise.

Gmsh guesses the format of what it does not recognise, and runs it as a script.
"""

HEAD = 1024
"""Bytes of a file that are looked at."""


def file_type(file: str) -> str:
    """The ending of a file's name, in lower case.

    Args:
        file: The file.

    Raises:
        InputError: No reader knows the ending; the message lists those that can be read.
    """
    suffix = Path(file).suffix.lower()
    if suffix not in MESHES and suffix not in SHAPES:
        known = ", ".join((*MESHES, *SHAPES))
        raise InputError(
            f"cannot read {file}: its type ({suffix or 'no ending'}) is not known; give one of {known}",
            key="geometry.file",
        )
    return suffix


def reader_of(suffix: str) -> str:
    """The module that reads a type of file, without its ``by_``.

    Args:
        suffix: Ending of the file's name, in lower case.
    """
    return MESHES.get(suffix, "drawing")


def check_header(file: str) -> None:
    """Make sure that a file is of the type that its name says.

    Args:
        file: The file.

    Raises:
        InputError: The file cannot be read, or begins otherwise.
    """
    suffix = file_type(file)
    try:
        with Path(file).open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}", key="geometry.file") from None
    pattern, wrong = BEGINNINGS.get(suffix, (rb"", ""))
    if not re.match(pattern, head):
        raise InputError(f"{file} {wrong}; export the mesh again", key="geometry.file")


def companions(file: str) -> Sequence[Path]:
    """The files of numbers that an XDMF file refers to; they belong to the mesh.

    Args:
        file: The file.
    """
    path = Path(file)
    if path.suffix.lower() not in (".xdmf", ".xmf"):
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    names = re.findall(r">\s*([^<>:\n]+?\.(?:h5|hdf5|bin))\s*(?::[^<]*)?<", text)
    return [path.parent / name for name in dict.fromkeys(names) if (path.parent / name).is_file()]
