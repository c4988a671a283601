"""Nodes of a refined mesh on the curved walls of elliptic cylinders.

The triangles of a mesh on a wall follow its refinement as facets do; the new nodes among their corners are
then moved from the chord onto the wall.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from thermospin.meshes.ordering import FACES, facet_neighbours
from thermospin.meshes.quality import cell_volumes, facet_areas
from thermospin.meshes.record import RawMesh
from thermospin.meshes.shapes import EllipticCylinder

ON_WALL = 1e-6
"""Distance up to which a node counts as on a wall, relative to the radius."""

KEPT = 0.3
"""Least part of its volume that a cell keeps when its nodes are moved."""


def with_walls(mesh: RawMesh, cylinders: Sequence[EllipticCylinder]) -> RawMesh:
    """Add the triangles on curved walls to the facets; those of cylinder k get the tag -1 - k.

    Args:
        mesh: The mesh.
        cylinders: The cylinders. A wall that is flat in the mesh, with nodes off the ellipse, gets none.
    """
    triangles = _between_regions(mesh) if cylinders else np.empty((0, 3), dtype=np.int64)
    upright = np.ptp(mesh.points[triangles, 2], axis=1) > 0
    facets, tags = [mesh.facets], [mesh.facet_tags]
    for k, cylinder in enumerate(cylinders):
        mine = triangles[upright & _on_wall(mesh.points, cylinder)[triangles].all(axis=1)]
        facets.append(mine)
        tags.append(np.full(len(mine), -1 - k, dtype=np.int32))
    return replace(mesh, facets=np.concatenate(facets), facet_tags=np.concatenate(tags))


def onto_walls(mesh: RawMesh, first_new: int, cylinders: Sequence[EllipticCylinder]) -> RawMesh:
    """Move new nodes on curved walls onto them, and drop the triangles of :func:`with_walls`.

    A node stays where it is if a cell would lose most of its volume.

    Args:
        mesh: The mesh of :func:`with_walls`, refined.
        first_new: The lowest number of a new node.
        cylinders: The cylinders.
    """
    points = mesh.points.copy()
    for k, cylinder in enumerate(cylinders):
        nodes = np.unique(mesh.facets[mesh.facet_tags == -1 - k])
        nodes = nodes[nodes >= first_new]
        centre, radii = np.array(cylinder.centre[:2]), np.array(cylinder.radii)
        offset = (points[nodes, :2] - centre) / radii
        points[nodes, :2] = centre + offset / np.linalg.norm(offset, axis=1)[:, None] * radii
    real = mesh.facet_tags >= 0
    return replace(
        mesh,
        points=_without_flat_cells(mesh, points),
        facets=mesh.facets[real],
        facet_tags=mesh.facet_tags[real],
    )


def cells_at_walls(mesh: RawMesh, cylinders: Sequence[EllipticCylinder]) -> np.ndarray:
    """Whether a cell has an edge on a curved wall.

    Args:
        mesh: The mesh.
        cylinders: The cylinders.
    """
    walls = with_walls(mesh, cylinders)
    nodes = walls.facets[walls.facet_tags < 0]
    return np.isin(mesh.cells, nodes).sum(axis=1) > 1


def cut_off(mesh: RawMesh, cylinders: Sequence[EllipticCylinder]) -> float:
    """Part of the cross-section of cylinders that the flat triangles on their walls cut off.

    Args:
        mesh: The mesh.
        cylinders: The cylinders. A wall whose nodes are off the ellipse does not count: where it is a polygon
            of the ellipse's area, nothing is cut off.

    Returns:
        The mean of 1 - r² over the triangles, with the distance r from the axis relative to the radius; 0
        without walls.
    """
    walls = with_walls(mesh, cylinders)
    deficit = area = 0.0
    for k, cylinder in enumerate(cylinders):
        triangles = walls.facets[walls.facet_tags == -1 - k]
        as_circle = (mesh.points - cylinder.centre) / (*cylinder.radii, cylinder.height)
        # The middles of the sides integrate r² exactly.
        middles = (as_circle[triangles] + as_circle[np.roll(triangles, 1, axis=1)]) / 2
        weight = facet_areas(as_circle, triangles)
        deficit += float(weight @ (1 - (middles[:, :, :2] ** 2).sum(axis=2).mean(axis=1)))
        area += float(weight.sum())
    return deficit / area if area else 0.0


def _without_flat_cells(mesh: RawMesh, moved: np.ndarray) -> np.ndarray:
    """Nodes where they are moved to, or where they were if a cell would become flat."""
    near = np.flatnonzero((moved != mesh.points).any(axis=1)[mesh.cells].any(axis=1))
    cells = mesh.cells[near]
    volumes = cell_volumes(mesh.points, cells)
    while (flat := cell_volumes(moved, cells) / volumes < KEPT).any():
        back = np.unique(cells[flat])
        moved[back] = mesh.points[back]
    return moved


def _between_regions(mesh: RawMesh) -> np.ndarray:
    """Triangles between two regions and on the outside, shape (n, 3)."""
    neighbours = facet_neighbours(mesh.cells)
    across = np.where(neighbours >= 0, mesh.cell_tags[neighbours], -1)
    cell, face = np.nonzero(across < mesh.cell_tags[:, None])
    return mesh.cells[cell[:, None], FACES[face]]


def _on_wall(points: np.ndarray, cylinder: EllipticCylinder) -> np.ndarray:
    """Whether nodes lie on the wall of a cylinder, its rims included."""
    x, y, z = ((points - cylinder.centre) / (*cylinder.radii, cylinder.height)).T
    at_height = (z > -ON_WALL) & (z < 1 + ON_WALL)
    return at_height & (abs(np.hypot(x, y) - 1) < ON_WALL)
