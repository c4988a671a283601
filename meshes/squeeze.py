"""The device as Gmsh gets it: squeezed where elements are longer along x and y, and scaled if tiny or huge.

The mesh of the changed device is changed back; a linear map inverts no tetrahedron.
"""

import math
from dataclasses import replace

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.occ import NM, extent
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.record import RawMesh
from thermospin.meshes.shapes import Box, EllipticCylinder, Shape
from thermospin.meshes.solids import SolidsGeometry

Factors = tuple[float, float, float]
"""Divisors of x, y and z."""

SLENDER = 1e-10
"""Side of the cross-section to which a structured mesh is squeezed, m: far below any size, so that the size
depends on z only."""

LARGEST = 50_000 * NM
"""Largest extent with which OpenCASCADE and Gmsh cope in nanometres: their tolerances are absolute."""
SMALLEST = 0.05 * NM
"""Smallest extent with which they cope."""
RATIO = 1e6
"""The largest extent over the smallest, up to which both fit."""


def squeeze_factors(geometry: SolidsGeometry) -> Factors:
    """Factors with which isotropic elements come out with the shape asked for.

    Args:
        geometry: The solids.

    Raises:
        InputError: A solid is too thin to be resolved beside the device.
    """
    sizes = np.array([np.ptp(extent(solid.shape), axis=0) for solid in geometry.solids]) * NM
    corners = np.concatenate([extent(solid.shape) for solid in geometry.solids]) * NM
    if geometry.columns is None:
        aspect = np.array([geometry.lateral_aspect, geometry.lateral_aspect, 1.0])
        reach = corners / aspect
        largest = float(max(np.ptp(reach, axis=0).max(), np.abs(reach).max()))
        thin = (sizes / aspect).min(axis=1)
        _check_thin(geometry, thin, largest)
        unit = model_unit(largest, float(thin.min()))
        return aspect[0] * unit, aspect[1] * unit, unit
    length, thin = float(np.ptp(corners[:, 2])), sizes[:, 2]
    _check_thin(geometry, thin, length)
    side = min(SLENDER, float(thin.min()) / 10)
    return sizes[0, 0] / side, sizes[0, 1] / side, model_unit(length, side)


def model_unit(largest: float, smallest: float) -> float:
    """The factor, a power of ten and mostly 1, by which lengths are divided for Gmsh.

    Args:
        largest: The largest extent of the device, m.
        smallest: The smallest extent of a part of it, m.
    """
    if largest > LARGEST:
        return 10.0 ** math.ceil(math.log10(largest / LARGEST))
    if smallest < SMALLEST:
        return 10.0 ** -min(
            math.ceil(math.log10(SMALLEST / smallest)), math.floor(math.log10(LARGEST / largest))
        )
    return 1.0


def scaled(options: MeshOptions, unit: float) -> MeshOptions:
    """The options with sizes divided by a factor.

    Args:
        options: The options.
        unit: The factor.
    """
    if unit == 1:
        return options
    edge = options.edge_size
    changes = {
        "interface_size": options.interface_size / unit,
        "edge_size": edge and edge / unit,
        "max_size": options.max_size / unit,
        "region_max_size": {name: size / unit for name, size in options.region_max_size.items()},
    }
    return options.model_copy(update=changes)


def _check_thin(geometry: SolidsGeometry, thin: np.ndarray, largest: float) -> None:
    """Refuse a solid whose smallest extent is nothing beside the device."""
    index = int(thin.argmin())
    if thin[index] * RATIO < largest:
        raise InputError(
            f"solid {geometry.solids[index].name} is {thin[index]:.3g} m thin, more than a million "
            f"times less than the device reaches ({largest:.3g} m), and cannot be meshed; check its lengths",
            key=f"geometry.solids[{index}]",
        )


def squeezed(geometry: SolidsGeometry, factors: Factors) -> SolidsGeometry:
    """The solids with their lengths divided by the factors.

    Args:
        geometry: The solids.
        factors: The divisors.
    """
    if factors == (1, 1, 1):
        return geometry
    unit = factors[2]
    solids = tuple(
        solid.model_copy(
            update={
                kind: _squeezed(getattr(solid, kind), factors),
                "max_size": solid.max_size and solid.max_size / unit,
            }
        )
        for solid in geometry.solids
        for kind in ("box", "cylinder", "polygon")
        if getattr(solid, kind) is not None
    )
    return geometry.model_copy(update={"solids": solids})


def stretched(mesh: RawMesh, factors: Factors) -> RawMesh:
    """The mesh with its coordinates multiplied by the factors.

    Args:
        mesh: The mesh.
        factors: The factors.
    """
    return replace(mesh, points=mesh.points * np.array(factors))


def _squeezed(shape: Shape, factors: Factors) -> Shape:
    def divided(*lengths: float) -> tuple[float, ...]:
        return tuple(length / factor for length, factor in zip(lengths, factors, strict=False))

    if isinstance(shape, Box):
        changes = {"min": divided(*shape.min), "max": divided(*shape.max)}
    elif isinstance(shape, EllipticCylinder):
        changes = {
            "centre": divided(*shape.centre),
            "radii": divided(*shape.radii),
            "height": shape.height / factors[2],
        }
    else:
        changes = {
            "points": tuple(divided(*point) for point in shape.points),
            "holes": tuple(tuple(divided(*point) for point in ring) for ring in shape.holes),
            "z": tuple(z / factors[2] for z in shape.z),
        }
    return shape.model_copy(update=changes)
