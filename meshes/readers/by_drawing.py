"""Trial import of drawings by OpenCASCADE, in a process where a crash does no harm."""

from collections.abc import Mapping
from typing import Any

import gmsh

from thermospin.meshes.readers.foreign import UnreadableError
from thermospin.meshes.readers.types import SHAPES, file_type


def read(request: Mapping[str, Any]) -> None:
    """Import the shapes of a file once; they are meshed elsewhere.

    Args:
        request: See :mod:`thermospin.meshes.readers.isolated`.

    Raises:
        UnreadableError: It holds no volume.
    """
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    gmsh.option.setNumber("General.Terminal", 0)
    shapes = gmsh.model.occ.importShapes(request["link"], format=SHAPES[file_type(request["link"])])
    if not any(dim == 3 for dim, _ in shapes):
        raise UnreadableError("it holds no volume; export solids, not surfaces")
