"""The user's own drawings: shapes that OpenCASCADE imports, to be meshed."""

from collections.abc import Iterable

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import NM, Part, fragment
from thermospin.meshes.readers import check_drawing, file_type
from thermospin.meshes.readers.types import SHAPES
from thermospin.meshes.scale import check_scale
from thermospin.meshes.squeeze import model_unit


def is_shape(geometry: FileGeometry) -> bool:
    """Whether the file holds a shape to be meshed, not a mesh.

    Args:
        geometry: The file.
    """
    return file_type(geometry.file) in SHAPES


def read_shape(geometry: FileGeometry) -> tuple[list[Part], float]:
    """Import the volumes of a STEP or BREP file into the model, made conforming.

    Args:
        geometry: The file.

    Returns:
        The volumes, and the unit of the model in nanometres.

    Raises:
        InputError: The file cannot be read, holds no volume, its volumes overlap, or names do not match.
    """
    occ = gmsh.model.occ
    check_drawing(geometry.file)
    corners = _corners(_import(geometry, 1.0))
    largest, smallest = np.ptp(corners.reshape(-1, 3), axis=0).max(), np.ptp(corners, axis=1).min()
    check_scale(geometry, float(largest))
    unit = model_unit(float(largest) * geometry.metres, float(smallest) * geometry.metres)
    occ.remove(occ.getEntities(), recursive=True)
    volumes = _import(geometry, geometry.metres / (NM * unit))
    names = [_label(tag) or f"volume{number}" for number, (_, tag) in enumerate(volumes, start=1)]
    check_names(geometry, names)
    bounds = _corners(volumes)
    fragments = fragment(volumes)
    if len({tag for group in fragments for tag in group}) < sum(len(group) for group in fragments):
        raise InputError(f"volumes of {geometry.file} overlap; cut them in the drawing", key="geometry.file")
    groups = zip(names, fragments, bounds, strict=True)
    return [Part(name, tuple(tags), box) for name, tags, box in groups], unit


def _import(geometry: FileGeometry, scale: float) -> list[tuple[int, int]]:
    """The volumes of a file, with its lengths multiplied by a scale."""
    gmsh.option.setNumber("Geometry.OCCScaling", scale)
    try:
        shapes = gmsh.model.occ.importShapes(geometry.file, format=SHAPES[file_type(geometry.file)])
    except Exception as error:
        raise InputError(f"cannot read {geometry.file}: {error}", key="geometry.file") from None
    finally:
        gmsh.option.setNumber("Geometry.OCCScaling", 1.0)
    volumes = [(dim, tag) for dim, tag in shapes if dim == 3]
    if not volumes:
        raise InputError(f"{geometry.file} holds no volume; export solids, not surfaces", key="geometry.file")
    gmsh.model.occ.synchronize()
    return volumes


def _corners(volumes: list[tuple[int, int]]) -> np.ndarray:
    """Lowest and highest corner of the bounding box of every volume, shape (n, 2, 3)."""
    return np.array([np.reshape(gmsh.model.occ.getBoundingBox(*volume), (2, 3)) for volume in volumes])


def _label(volume: int) -> str:
    """The last part of a volume's label (``Cu`` of ``Shapes/Cu``), empty for OpenCASCADE's own default."""
    label = gmsh.model.getEntityName(3, volume).split("/")[-1]
    return "" if label.startswith("Open CASCADE STEP translator") else label


def check_names(geometry: FileGeometry, names: Iterable[str]) -> None:
    """Make sure that every volume has a material and that every region is in the file.

    Args:
        geometry: The file, with the material of every region.
        names: Names of the volumes.

    Raises:
        InputError: A material or a region is missing.
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
