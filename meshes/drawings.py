"""The user's own drawings: shapes that OpenCASCADE imports, to be meshed."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import NM, Part, fragment
from thermospin.meshes.places import in_nm
from thermospin.meshes.readers import check_drawing, file_type
from thermospin.meshes.readers.step_units import PREFIXES, in_millimetres, stated_units
from thermospin.meshes.readers.types import SHAPES
from thermospin.meshes.scale import check_scale
from thermospin.meshes.squeeze import model_unit

MILLIMETRE = 1e-3
"""Unit to which OpenCASCADE converts STEP files, m."""

DEFAULT_NAME = "Open CASCADE STEP translator"
"""Beginning of the names that OpenCASCADE gives to what has none."""


@dataclass(frozen=True)
class Ruler:
    """Lengths of a drawing.

    Attributes:
        metres: Length of one unit of what OpenCASCADE hands over, m.
        stated: Unit that the file states, m; None where it states none.
        as_numbers: Whether the file is to be imported as if it stated millimetres.
    """

    metres: float
    stated: float | None
    as_numbers: bool = False

    @property
    def handed_over(self) -> float:
        """Number that OpenCASCADE hands over for 1 in the file."""
        return 1.0 if self.as_numbers or self.stated is None else self.stated / MILLIMETRE


@dataclass(frozen=True)
class Drawn:
    """A volume of a drawing.

    Attributes:
        names: What it may be called: its label, its colour such as ``#ff8000``, ``volume`` and its number.
        colour: Its colour, empty where it has none.
    """

    names: tuple[str, ...]
    colour: str

    def region(self, regions: Mapping[str, str]) -> str:
        """The first of its names that is a region; its first name where none is.

        Args:
            regions: Material of every region.
        """
        return next((name for name in self.names if name in regions), self.names[0])


def is_shape(geometry: FileGeometry) -> bool:
    """Whether the file holds a shape to be meshed, not a mesh.

    Args:
        geometry: The file.
    """
    return file_type(geometry.file) in SHAPES


def read_shape(geometry: FileGeometry) -> tuple[list[Part], float]:
    """Import the volumes of a STEP or BREP file into the model, made conforming.

    Where volumes overlap, the region of the highest priority has the space.

    Args:
        geometry: The file.

    Returns:
        The volumes, and the unit of the model in nanometres.

    Raises:
        InputError: The file cannot be read, holds no volume, its volumes overlap with the same priority, or
            names do not match.
    """
    check_drawing(geometry.file)
    ruler = read_ruler(geometry)
    with _importable(geometry, ruler) as file:
        corners = _corners(volumes := _import(geometry, file, 1.0))
        largest, smallest = np.ptp(corners.reshape(-1, 3), axis=0).max(), np.ptp(corners, axis=1).min()
        check_scale(geometry, float(largest) * ruler.metres, ruler.stated)
        drawn = [_drawn(number, tag) for number, (_, tag) in enumerate(volumes, start=1)]
        check_names(geometry, drawn)
        unit = model_unit(float(largest) * ruler.metres, float(smallest) * ruler.metres)
        gmsh.model.occ.remove(gmsh.model.occ.getEntities(), recursive=True)
        volumes = _import(geometry, file, ruler.metres / (NM * unit))
    bounds, regions = _corners(volumes), [volume.region(geometry.regions) for volume in drawn]
    owned = _share_out(geometry, regions, fragment(volumes), unit)
    return [
        Part(region, tuple(tags), box, colour=volume.colour)
        for region, volume, tags, box in zip(regions, drawn, owned, bounds, strict=True)
        if tags
    ], unit


def import_volumes(geometry: FileGeometry, ruler: Ruler, scale: float) -> list[tuple[int, int]]:
    """The volumes of a file as they are drawn, added to the model.

    Args:
        geometry: The file.
        ruler: Its lengths.
        scale: Factor from what OpenCASCADE hands over to the unit of the model.

    Returns:
        Dimension 3 and tag of every volume.

    Raises:
        InputError: The file cannot be read, or holds no volume.
    """
    with _importable(geometry, ruler) as file:
        return _import(geometry, file, scale)


def read_ruler(geometry: FileGeometry) -> Ruler:
    """The unit of a drawing: that of the configuration for the numbers in the file, else the one it states.

    Args:
        geometry: The file.

    Raises:
        InputError: The configuration has a unit, and the file several.
    """
    stated = stated_units(geometry.file) if SHAPES[file_type(geometry.file)] == "step" else set()
    if len(stated) > 1 and geometry.unit is not None:
        lengths = ", ".join(f"{length:g} m" for length in sorted(stated))
        raise InputError(
            f"parts of {geometry.file} have units of their own ({lengths}); remove geometry.unit",
            key="geometry.unit",
        )
    if not stated:
        return Ruler(geometry.metres, None)
    own = max(stated)
    if len(stated) == 1 and own in PREFIXES.values():
        return Ruler(geometry.metres if geometry.unit else own, own, own != MILLIMETRE)
    return Ruler(geometry.metres * MILLIMETRE / own if geometry.unit else MILLIMETRE, own)


@contextmanager
def _importable(geometry: FileGeometry, ruler: Ruler) -> Iterator[str]:
    """The file to import, perhaps a copy that is gone afterwards."""
    if not ruler.as_numbers:
        yield geometry.file
        return
    with tempfile.TemporaryDirectory(prefix="thermospin-read-") as directory:
        copy = Path(directory) / "drawing.step"
        in_millimetres(geometry.file, copy)
        yield str(copy)


def _import(geometry: FileGeometry, file: str, scale: float) -> list[tuple[int, int]]:
    """The volumes of a file, with its lengths multiplied by a scale; with 1 they keep names and colours."""
    gmsh.option.setNumber("Geometry.OCCScaling", scale)
    try:
        shapes = gmsh.model.occ.importShapes(file, format=SHAPES[file_type(geometry.file)])
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


def _drawn(number: int, volume: int) -> Drawn:
    """A volume, with the last part of its label (``Cu`` of ``Shapes/Cu``) unless that is a default."""
    label = gmsh.model.getEntityName(3, volume).split("/")[-1]
    red, green, blue, opacity = gmsh.model.getColor(3, volume)
    colour = f"#{red:02x}{green:02x}{blue:02x}" if opacity else ""
    numbered = f"volume{number}"
    if not label or label.startswith(DEFAULT_NAME):
        return Drawn((numbered, colour) if colour else (numbered,), colour)
    return Drawn((label, colour, numbered) if colour else (label, numbered), colour)


def check_names(geometry: FileGeometry, drawn: Sequence[Drawn]) -> None:
    """Make sure that every volume has a material and that every region is in the file.

    Args:
        geometry: The file, with the material of every region.
        drawn: The volumes.

    Raises:
        InputError: A material or a region is missing.
    """
    found = [volume.region(geometry.regions) for volume in drawn]
    for name in geometry.regions:
        if name not in found:
            known = dict.fromkeys(
                f"{volume.names[0]} ({volume.colour})" if volume.colour else volume.names[0]
                for volume in drawn
            )
            raise InputError(
                f"{geometry.file} has no volume {name}; it has {', '.join(known)}",
                key=f"geometry.regions.{name}",
            )
    for name in found:
        if name not in geometry.regions:
            raise InputError(
                f"volume {name} of {geometry.file} has no material; add it to regions",
                key=f"geometry.regions.{name}",
            )


def _share_out(
    geometry: FileGeometry, regions: Sequence[str], fragments: Sequence[Sequence[int]], unit: float
) -> list[list[int]]:
    """Fragments of every volume that its region has: all but those of regions of higher priority.

    Args:
        geometry: The file.
        regions: Region of every volume.
        fragments: Tags of the fragments of every volume; those of overlaps belong to several.
        unit: Unit of the model, nm.

    Raises:
        InputError: Different regions of the same priority overlap, or a region has no room left.
    """
    claims: dict[int, list[int]] = {}
    for index, tags in enumerate(fragments):
        for tag in tags:
            claims.setdefault(tag, []).append(index)
    owned: list[list[int]] = [[] for _ in regions]
    for tag, claimants in claims.items():
        best = max(geometry.priority.get(regions[index], 0) for index in claimants)
        winners = [index for index in claimants if geometry.priority.get(regions[index], 0) == best]
        names = list(dict.fromkeys(regions[index] for index in winners))
        if len(names) > 1:
            place = in_nm(np.array(gmsh.model.occ.getCenterOfMass(3, tag)) * unit * NM)
            raise InputError(
                f"volumes {names[0]} and {names[1]} of {geometry.file} overlap at {place} with the same "
                f"priority {best}; write geometry.priority: {{{names[0]}: {best + 1}}}, or cut them in the "
                "drawing",
                key="geometry.priority",
            )
        owned[winners[0]].append(tag)
    for name in regions:
        if not any(tags for region, tags in zip(regions, owned, strict=True) if region == name):
            raise InputError(
                f"volume {name} of {geometry.file} is hidden by others; raise its priority",
                key=f"geometry.priority.{name}",
            )
    return owned
