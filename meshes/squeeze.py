"""Elements longer along x and y than along z: a mesh of the squeezed device is stretched."""

from dataclasses import replace

import numpy as np

from thermospin.meshes.record import RawMesh
from thermospin.meshes.shapes import Box, EllipticCylinder, Shape
from thermospin.meshes.solids import SolidsGeometry

Factors = tuple[float, float]
"""What x and y are divided by."""

SLENDER = 1e-10
"""Side of the cross-section to which a structured mesh is squeezed, m: far below any size, so that the size
depends on z only."""


def squeeze_factors(geometry: SolidsGeometry) -> Factors:
    """The factors with which isotropic elements come out with the shape asked for."""
    if geometry.columns is None:
        return geometry.lateral_aspect, geometry.lateral_aspect
    low, high = geometry.solids[0].box.min, geometry.solids[0].box.max
    return (high[0] - low[0]) / SLENDER, (high[1] - low[1]) / SLENDER


def squeezed(geometry: SolidsGeometry, factors: Factors) -> SolidsGeometry:
    """The solids with x and y divided by the factors."""
    if factors == (1, 1):
        return geometry
    solids = tuple(
        solid.model_copy(update={kind: _squeezed(getattr(solid, kind), factors)})
        for solid in geometry.solids
        for kind in ("box", "cylinder", "polygon")
        if getattr(solid, kind) is not None
    )
    return geometry.model_copy(update={"solids": solids})


def stretched(mesh: RawMesh, factors: Factors) -> RawMesh:
    """The mesh with x and y multiplied by the factors; a linear map inverts no tetrahedron."""
    return replace(mesh, points=mesh.points * np.array([*factors, 1.0]))


def _squeezed(shape: Shape, factors: Factors) -> Shape:
    def plane(x: float, y: float, *z: float) -> tuple[float, ...]:
        return (x / factors[0], y / factors[1], *z)

    if isinstance(shape, Box):
        changes = {"min": plane(*shape.min), "max": plane(*shape.max)}
    elif isinstance(shape, EllipticCylinder):
        changes = {"centre": plane(*shape.centre), "radii": plane(*shape.radii)}
    else:
        changes = {"points": tuple(plane(*point) for point in shape.points)}
    return shape.model_copy(update=changes)
