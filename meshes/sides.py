"""Flat faces at the sides of a region, found from points on the surfaces.

Bounding boxes would not do: OpenCASCADE's are larger than their content, those of curved faces by far.
"""

from collections.abc import Iterable

import gmsh
import numpy as np

FLATNESS = 1e-6
"""Distance of a face from the side that it is taken for, relative to the extent of the region."""

BULGE = 1e-3
"""Distance by which a curved face may reach beyond the rims of all faces, relative to the same extent."""

UPRIGHT = 0.9
"""Cosine of the angle between normal and axis from which a face may turn round.

OpenCASCADE is not always right whether a point is within a face, so it is not asked about others."""

ALONG = np.linspace(0, 1, 13)
"""Parameters at which a curve, or a curved surface along both directions, is sampled."""


def flat_faces(volumes: Iterable[int], axis: int, end: int) -> list[int]:
    """The flat faces at one end of a set of volumes, sorted; empty where it ends in a curve or an edge.

    Args:
        volumes: Their tags.
        axis: 0, 1 or 2, the normal of the faces.
        end: 0 for the lowest coordinate, 1 for the highest.
    """
    faces = {abs(tag) for _, tag in gmsh.model.getBoundary([(3, v) for v in volumes], oriented=False)}
    spans = {face: _span(_rim(face)[:, axis]) for face in sorted(faces)}
    side = (max if end else min)(span[end] for span in spans.values())
    extent = max(high for _, high in spans.values()) - min(low for low, _ in spans.values())
    sign = 1 if end else -1
    for face in spans:
        tops = _turning(face, axis)[:, axis]
        if len(tops) and (sign * (tops - side)).max() > BULGE * extent:
            return []
    return [face for face, span in spans.items() if max(abs(x - side) for x in span) < FLATNESS * extent]


def _span(along: np.ndarray) -> tuple[float, float]:
    return float(along.min()), float(along.max())


def _rim(face: int) -> np.ndarray:
    """Points of the curves that bound a face."""
    curves = gmsh.model.getBoundary([(2, face)], combined=False, oriented=False)
    return np.concatenate([_on_curve(curve) for _, curve in curves])


def _on_curve(curve: int) -> np.ndarray:
    (low,), (high,) = gmsh.model.getParametrizationBounds(1, curve)
    return np.reshape(gmsh.model.getValue(1, curve, low + (high - low) * ALONG), (-1, 3))


def _turning(face: int, axis: int) -> np.ndarray:
    """Points within a curved face where it turns round along the axis, as on the top of a dome."""
    if gmsh.model.getType(2, face) == "Plane":
        return np.empty((0, 3))
    low, high = np.array(gmsh.model.getParametrizationBounds(2, face))
    grid = low + (high - low) * np.stack(np.meshgrid(ALONG, ALONG), axis=-1).reshape(-1, 2)
    normals = np.reshape(gmsh.model.getNormal(face, grid.ravel()), (-1, 3))
    kept = [
        uv
        for uv, normal in zip(grid, normals, strict=True)
        if abs(normal[axis]) > UPRIGHT and gmsh.model.isInside(2, face, uv, parametric=True)
    ]
    return np.reshape(gmsh.model.getValue(2, face, np.ravel(kept)), (-1, 3)) if kept else np.empty((0, 3))
