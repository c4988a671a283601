"""The user's own drawings: shapes that OpenCASCADE imports, to be meshed."""

from collections.abc import Iterable

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import NM, Part, fragment
from thermospin.meshes.scale import check_scale
from thermospin.meshes.tetrahedra import exact_bounds
from thermospin.readers import check_drawing, file_type
from thermospin.readers.types import SHAPES


def is_shape(geometry: FileGeometry) -> bool:
    """Whether the file holds a shape to be meshed, not a mesh."""
    return file_type(geometry.file) in SHAPES


def read_shape(geometry: FileGeometry) -> list[Part]:
    """Import the volumes of a STEP or BREP file into the model, made conforming, in nanometres.

    Raises:
        InputError: The file cannot be read, holds no volume, its volumes overlap, or names do not match.
    """
    occ = gmsh.model.occ
    check_drawing(geometry.file)
    try:
        shapes = occ.importShapes(geometry.file, format=SHAPES[file_type(geometry.file)])
    except Exception as error:
        raise InputError(f"cannot read {geometry.file}: {error}", key="geometry.file") from None
    volumes = [(dim, tag) for dim, tag in shapes if dim == 3]
    if not volumes:
        raise InputError(f"{geometry.file} holds no volume; export solids, not surfaces", key="geometry.file")
    occ.synchronize()
    names = [_label(tag) or f"volume{number}" for number, (_, tag) in enumerate(volumes, start=1)]
    check_names(geometry, names)
    scale = geometry.metres / NM
    with exact_bounds():
        bounds = np.array([gmsh.model.getBoundingBox(*volume) for volume in volumes]).reshape(-1, 2, 3)
    check_scale(geometry, float((bounds[:, 1].max(axis=0) - bounds[:, 0].min(axis=0)).max()))
    occ.dilate(volumes, 0, 0, 0, scale, scale, scale)
    fragments = fragment(volumes)
    if len({tag for group in fragments for tag in group}) < sum(len(group) for group in fragments):
        raise InputError(f"volumes of {geometry.file} overlap; cut them in the drawing", key="geometry.file")
    return [
        Part(name, tuple(tags), box) for name, tags, box in zip(names, fragments, bounds * scale, strict=True)
    ]


def _label(volume: int) -> str:
    """The last part of a volume's label (``Cu`` of ``Shapes/Cu``), empty for OpenCASCADE's own default."""
    label = gmsh.model.getEntityName(3, volume).split("/")[-1]
    return "" if label.startswith("Open CASCADE STEP translator") else label


def check_names(geometry: FileGeometry, names: Iterable[str]) -> None:
    """Make sure that every volume has a material, and that every region is in the file.

    Raises:
        InputError: One is missing.
    """
    names = list(dict.fromkeys(names))
    for name in geometry.regions:
        if name not in names:
            raise InputError(
                f"{geometry.file} has no volume {name}; it has {', '.join(names)}",
                key=f"geometry.regions.{name}",
            )
    for name in names:
        if name not in geometry.regions:
            raise InputError(
                f"volume {name} of {geometry.file} has no material; add it to regions",
                key=f"geometry.regions.{name}",
            )
