"""Second-order cells made straight: their corners are kept, the nodes on their edges are left out."""

import numpy as np

VTK_EDGES = ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3))
"""Corners beside nodes 4 to 9 of a second-order tetrahedron of VTK, Abaqus and XDMF."""

GMSH_EDGES = ((0, 1), (1, 2), (2, 0), (0, 3), (2, 3), (1, 3))
"""The same in Gmsh."""

STRAIGHT = 1e-6
"""Distance from a chord, relative to its length, up to which an edge is straight."""


def notes(points: np.ndarray, cells: np.ndarray, edges: tuple[tuple[int, int], ...]) -> list[str]:
    """Note about second-order tetrahedra that were made straight; none where there are none.

    Args:
        points: Coordinates in the unit of the file, shape (n_points, 3).
        cells: Nodes of these tetrahedra, shape (n, 10).
        edges: Corners beside nodes 4 to 9.
    """
    if not len(cells):
        return []
    start, end = (points[cells[:, corners]] for corners in np.array(edges).T)
    chord, offset = end - start, points[cells[:, 4:]] - start
    squares = np.maximum((chord**2).sum(axis=2), np.finfo(float).tiny)
    part = (offset * chord).sum(axis=2) / squares
    away = np.linalg.norm(offset - part[:, :, None] * chord, axis=2)
    text = f"{len(cells)} second-order tetrahedra were made straight"
    if (away > STRAIGHT * np.sqrt(squares)).any():
        return [
            f"{text}: edges move by up to {away.max():.3g} (unit of the file); mesh curves finer to keep them"
        ]
    return [f"{text}; none was curved"]
