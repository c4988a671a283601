"""Columns of prisms over a plane mesh, cut into tetrahedra."""

import numpy as np

CUTS = np.array([(0, 1, 2, 5), (0, 1, 4, 5), (0, 3, 4, 5)])
"""Corners of the tetrahedra of a prism: 0 to 2 at the bottom in the order of their numbers, 3 to 5 above."""


def tetrahedra(
    points: np.ndarray, triangles: np.ndarray, planes: np.ndarray, filled: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The tetrahedra of columns.

    The diagonal of every upright face rises from its lower-numbered side, seen from both its prisms.

    Args:
        points: Nodes of the plane, m, shape (n, 2).
        triangles: Their triangles, shape (m, 3).
        planes: Heights, ascending, m, shape (k,).
        filled: Whether anything is over every triangle in every interval, shape (m, k - 1).

    Returns:
        Nodes, m, shape (n k, 3); tetrahedra of positive volume, shape (c, 4); the triangle and the interval
        of each, shape (c,).
    """
    nodes = np.column_stack([np.tile(points, (len(planes), 1)), np.repeat(planes, len(points))])
    triangle, interval = np.nonzero(filled)
    bottom = np.sort(triangles, axis=1)[triangle] + len(points) * interval[:, None]
    prisms = np.hstack([bottom, bottom + len(points)])
    cells = prisms[:, CUTS].reshape(-1, 4)
    a, b, c = (nodes[cells[:, i]] - nodes[cells[:, 0]] for i in (1, 2, 3))
    turned = np.einsum("ij,ij->i", a, np.cross(b, c)) < 0
    cells[turned] = cells[turned][:, [0, 1, 3, 2]]
    return nodes, cells, np.repeat(triangle, len(CUTS)), np.repeat(interval, len(CUTS))
