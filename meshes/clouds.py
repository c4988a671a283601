"""Distances from surfaces and curves of the model, through patches that touch them at sample points."""

from collections.abc import Iterable
from dataclasses import dataclass

import gmsh
import numpy as np
from scipy.spatial import cKDTree

from thermospin.meshes.shapes import within

MOST = 2500
"""Most patches of one surface."""


@dataclass(frozen=True)
class Cloud:
    """Patches of surfaces or curves.

    Attributes:
        tree: Their centres, nm.
        directions: Normals of surfaces, tangents of curves, shape (n, 3).
        radii: Half the size of every patch, nm.
        of_curves: Whether they are pieces of curves.
    """

    tree: cKDTree
    directions: np.ndarray
    radii: np.ndarray
    of_curves: bool

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Distance of points from the nearest patch, nm, shape (n,).

        Args:
            points: Coordinates, nm, shape (n, 3).
        """
        _, nearest = self.tree.query(points)
        away = points - self.tree.data[nearest]
        straight = np.abs(np.einsum("ij,ij->i", away, self.directions[nearest]))
        aside = np.sqrt(np.maximum((away**2).sum(axis=1) - straight**2, 0))
        across, along = (aside, straight) if self.of_curves else (straight, aside)
        return np.hypot(across, np.maximum(along - self.radii[nearest], 0))


def cloud(dim: int, entities: Iterable[int], size: float) -> Cloud:
    """Patches of curves or surfaces.

    Args:
        dim: 1 for curves, 2 for surfaces.
        entities: Their tags.
        size: Size of the patches, nm; larger where they would be too many.
    """
    patches = [(_curve if dim == 1 else _surface)(tag, size) for tag in sorted(entities)]
    centres, directions, radii = (np.concatenate(arrays) for arrays in zip(*patches, strict=True))
    return Cloud(cKDTree(centres), directions, radii, dim == 1)


Patches = tuple[np.ndarray, np.ndarray, np.ndarray]


def _curve(tag: int, size: float) -> Patches:
    (low,), (high,) = gmsh.model.getParametrizationBounds(1, tag)
    length = gmsh.model.occ.getMass(1, tag)
    count = int(np.clip(np.ceil(length / size), 4, MOST))
    at = low + (high - low) * (np.arange(count) + 0.5) / count
    tangents = np.reshape(gmsh.model.getDerivative(1, tag, at), (-1, 3))
    tangents /= np.linalg.norm(tangents, axis=1)[:, None]
    return np.reshape(gmsh.model.getValue(1, tag, at), (-1, 3)), tangents, np.full(count, length / count / 2)


def _surface(tag: int, size: float) -> Patches:
    low, high = np.array(gmsh.model.getParametrizationBounds(2, tag))
    lengths = _lengths(tag, low, high)
    step = max(size, np.sqrt(lengths.prod() / MOST))
    counts = np.clip(np.ceil(lengths / step), 3, MOST).astype(int)
    axes = [(np.arange(count) + 0.5) / count for count in counts]
    grid = low + (high - low) * np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    if gmsh.model.getType(2, tag) == "Plane":
        inside = within(grid, _outline(tag))
        grid = grid[inside] if inside.any() else grid
    flat = grid.ravel()
    centres = np.reshape(gmsh.model.getValue(2, tag, flat), (-1, 3))
    normals = np.reshape(gmsh.model.getNormal(tag, flat), (-1, 3))
    return centres, normals, np.full(len(grid), np.linalg.norm(lengths / counts) / 2)


def _lengths(tag: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Lengths of the middle lines of a surface along its two parameters, nm."""
    part, found = np.linspace(0, 1, 9)[:, None], []
    for axis in range(2):
        line = np.tile((low + high) / 2, (9, 1))
        line[:, axis : axis + 1] = low[axis] + (high[axis] - low[axis]) * part
        points = np.reshape(gmsh.model.getValue(2, tag, line.ravel()), (-1, 3))
        found.append(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    return np.maximum(found, 1e-9)


def _outline(tag: int) -> np.ndarray:
    """The sides, in its parameters, of the polygons that bound a plane surface, shape (n, 2, 2)."""
    sides = []
    for _, curve in gmsh.model.getBoundary([(2, tag)], combined=False, oriented=False):
        (low,), (high,) = gmsh.model.getParametrizationBounds(1, curve)
        at = np.linspace(low, high, 2 if gmsh.model.getType(1, curve) == "Line" else 33)
        points = gmsh.model.getValue(1, curve, at)
        line = np.reshape(gmsh.model.getParametrization(2, tag, points), (-1, 2))
        sides.append(np.stack([line[:-1], line[1:]], axis=1))
    return np.concatenate(sides)
