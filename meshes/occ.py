"""Solids to volumes with OpenCASCADE, in nanometres (its tolerances suit numbers near one)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.shapes import Box, EllipticCylinder, Shape
from thermospin.meshes.solids import Solid, SolidsGeometry
from thermospin.runtime.failures import renew_signal_handlers

NM = 1e-9
"""One unit of the model in metres."""


@contextmanager
def model() -> Iterator[None]:
    """A Gmsh model that is silent, single-threaded and reproducible, and gone afterwards."""
    ours = not gmsh.isInitialized()
    if ours:
        gmsh.initialize(readConfigFiles=False, interruptible=False)
        renew_signal_handlers()
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("General.NumThreads", 1)
        gmsh.model.add("thermospin")
        yield
    finally:
        gmsh.model.remove()
        if ours:
            gmsh.finalize()
            renew_signal_handlers()


def _all(points: np.ndarray) -> np.ndarray:
    return np.ones(len(points), dtype=bool)


@dataclass(frozen=True)
class Part:
    """The part of a solid that solids of higher priority leave.

    Attributes:
        region: Name of the region.
        volumes: Tags of the volumes.
        bounds: Bounding box of the whole solid, rows lowest and highest corner, nm.
        max_size: Largest element size that the solid asks for, nm.
        elements_along_z: Fewest elements along z that the solid asks for.
        holds: Tells which points of its bounding box, nm, shape (n, 3), are in it; for shapes of files all of
            them, as OpenCASCADE takes tens of milliseconds a point.
        colour: Colour in the drawing, such as ``#ff8000``; empty where it has none.
    """

    region: str
    volumes: tuple[int, ...]
    bounds: np.ndarray
    max_size: float = inf
    elements_along_z: int | None = None
    holds: Callable[[np.ndarray], np.ndarray] = _all
    colour: str = ""


def build(geometry: SolidsGeometry) -> list[Part]:
    """Fragment the solids and give each fragment to the solid of the highest priority that holds it.

    Args:
        geometry: The solids.

    Raises:
        InputError: Solids of equal priority overlap, or a solid is hidden altogether.
    """
    solids = geometry.solids
    tags = [(3, _add(solid.shape)) for solid in solids]
    claims: dict[int, list[int]] = {}
    for index, fragments in enumerate(fragment(tags)):
        for volume in fragments:
            claims.setdefault(volume, []).append(index)
    owners = {volume: _owner(solids, claimants) for volume, claimants in claims.items()}
    for index, solid in enumerate(solids):
        inside = [owners[volume] for volume, claimants in claims.items() if index in claimants]
        if all(solids[owner].name != solid.name for owner in inside):
            raise InputError(
                f"solid {solid.name} is hidden by solids of higher priority; raise its priority",
                key=f"geometry.solids[{index}].priority",
            )
    owned = [[volume for volume, owner in owners.items() if owner == index] for index in range(len(solids))]
    return [_part(solids, index, volumes) for index, volumes in enumerate(owned) if volumes]


def _part(solids: tuple[Solid, ...], index: int, volumes: list[int]) -> Part:
    solid = solids[index]
    largest = solid.max_size / NM if solid.max_size else inf
    above = [other.shape for other in solids if other.priority > solid.priority]

    def holds(points: np.ndarray) -> np.ndarray:
        held = solid.shape.contains(points * NM)
        for shape in above:
            held[held] = ~shape.contains(points[held] * NM)
        return held

    return Part(solid.name, tuple(volumes), extent(solid.shape), largest, solid.elements_along_z, holds)


def fragment(volumes: list[tuple[int, int]]) -> list[list[int]]:
    """Make volumes conforming.

    Args:
        volumes: Dimension 3 and tag of every volume.

    Returns:
        Tags of the fragments of every volume.
    """
    if len(volumes) == 1:
        return [[volumes[0][1]]]
    _, fragments = gmsh.model.occ.fragment(volumes[:1], volumes[1:])
    return [[tag for dim, tag in group if dim == 3] for group in fragments]


def extent(shape: Shape) -> np.ndarray:
    """Bounding box of a shape, rows lowest and highest corner, nm, shape (2, 3).

    Args:
        shape: The shape.
    """
    if isinstance(shape, Box):
        corners = [shape.min, shape.max]
    elif isinstance(shape, EllipticCylinder):
        (x, y, z), (a, b) = shape.centre, shape.radii
        corners = [(x - a, y - b, z), (x + a, y + b, z + shape.height)]
    else:
        x, y = zip(*shape.points, strict=True)
        corners = [(min(x), min(y), shape.z[0]), (max(x), max(y), shape.z[1])]
    return np.array(corners) / NM


def _add(shape: Shape) -> int:
    """Add a shape to the model; returns the tag of its volume."""
    occ = gmsh.model.occ
    low, high = extent(shape)
    if isinstance(shape, Box):
        return occ.addBox(*low, *(high - low))
    if isinstance(shape, EllipticCylinder):
        centre, (a, b) = np.array(shape.centre) / NM, np.array(shape.radii) / NM
        major = [1, 0, 0] if a >= b else [0, 1, 0]
        disk = occ.addDisk(*centre, max(a, b), min(a, b), xAxis=major, zAxis=[0, 0, 1])
        return _extrude(disk, shape.height / NM)
    loops = [_loop(ring / NM, low[2]) for ring in shape.rings]
    return _extrude(occ.addPlaneSurface(loops), high[2] - low[2])


def _loop(corners: np.ndarray, z: float) -> int:
    """Add a closed polygon at a height; returns the tag of its loop."""
    occ = gmsh.model.occ
    points = [occ.addPoint(x, y, z) for x, y in corners]
    return occ.addCurveLoop([occ.addLine(a, b) for a, b in zip(points, points[1:] + points[:1], strict=True)])


def _extrude(surface: int, height: float) -> int:
    """Extrude a surface along z; returns the tag of the volume."""
    return next(tag for dim, tag in gmsh.model.occ.extrude([(2, surface)], 0, 0, height) if dim == 3)


def _owner(solids: tuple[Solid, ...], claimants: list[int]) -> int:
    """The solid of the highest priority among those that contain a fragment."""
    best = max(solids[index].priority for index in claimants)
    winners = [index for index in claimants if solids[index].priority == best]
    if len({solids[index].name for index in winners}) > 1:
        first, second = (solids[index].name for index in winners[:2])
        raise InputError(
            f"solids {first} and {second} overlap with the same priority {best}; give one a higher priority",
            key=f"geometry.solids[{winners[1]}].priority",
        )
    return winners[0]
