"""Flat faces at the sides of a region, found from points on the surfaces.

Bounding boxes would not do: OpenCASCADE's are larger than what they hold, those of curved faces by far.
"""

from collections.abc import Iterable

import gmsh
import numpy as np

FLATNESS = 1e-6
"""How far a face may lie from the side that it is taken for, relative to the extent of the region."""

ALONG = np.linspace(0, 1, 13)
"""Where a curve, and a curved surface along both of its parameters, is looked at."""


def flat_faces(volumes: Iterable[int], axis: int, end: int) -> list[int]:
    """The flat faces at one end of a set of volumes, sorted; empty where it ends in a curve or an edge.

    Args:
        volumes: Their tags.
        axis: 0, 1 or 2, the normal of the faces.
        end: 0 for the lowest coordinate, 1 for the highest.
    """
    faces = {abs(tag) for _, tag in gmsh.model.getBoundary([(3, v) for v in volumes], oriented=False)}
    spans = {face: _span(face, axis) for face in sorted(faces)}
    extent = max(high for _, high in spans.values()) - min(low for low, _ in spans.values())
    side = (max if end else min)(span[end] for span in spans.values())
    return [face for face, span in spans.items() if max(abs(x - side) for x in span) < FLATNESS * extent]


def _span(face: int, axis: int) -> tuple[float, float]:
    """The lowest and highest coordinate among points of a face."""
    curves = gmsh.model.getBoundary([(2, face)], combined=False, oriented=False)
    points = [_on_curve(curve) for _, curve in curves]
    if gmsh.model.getType(2, face) != "Plane":
        points.append(_inside(face))
    along = np.concatenate(points)[:, axis]
    return float(along.min()), float(along.max())


def _on_curve(curve: int) -> np.ndarray:
    (low,), (high,) = gmsh.model.getParametrizationBounds(1, curve)
    return np.reshape(gmsh.model.getValue(1, curve, low + (high - low) * ALONG), (-1, 3))


def _inside(face: int) -> np.ndarray:
    """Points of a curved surface that are within its boundary."""
    low, high = np.array(gmsh.model.getParametrizationBounds(2, face))
    grid = low + (high - low) * np.stack(np.meshgrid(ALONG, ALONG), axis=-1).reshape(-1, 2)
    kept = [uv for uv in grid if gmsh.model.isInside(2, face, uv, parametric=True)]
    return np.reshape(gmsh.model.getValue(2, face, np.ravel(kept)), (-1, 3)) if kept else np.empty((0, 3))
