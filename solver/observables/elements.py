"""The polynomials of the elements, evaluated anywhere in their tetrahedra."""

import numpy as np

VTK_ORDER = np.array([[0, 1], [1, 2], [0, 2], [0, 3], [1, 3], [2, 3]])
"""Ends of the edges in whose middle nodes 4 to 9 of VTK's quadratic tetrahedron are."""


def barycentric(corners: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Barycentric coordinates of places in tetrahedra, shape (n, 4).

    Args:
        corners: Coordinates of the vertices, shape (n, 4, 3).
        places: Coordinates of one place in each, shape (n, 3).
    """
    edges = corners[:, 1:] - corners[:, :1]
    others = np.linalg.solve(edges.transpose(0, 2, 1), (places - corners[:, 0])[:, :, None])[..., 0]
    return np.column_stack([1 - others.sum(axis=1), others])


def basis(weights: np.ndarray, n_nodes: int) -> np.ndarray:
    """The basis functions of an element, shape (n, n_nodes).

    Args:
        weights: Barycentric coordinates, shape (n, 4).
        n_nodes: 1 (constant), 4 (linear) or 10 (quadratic, in VTK's order).
    """
    if n_nodes == 1:
        return np.ones((len(weights), 1))
    if n_nodes == 4:
        return weights
    middles = 4 * weights[:, VTK_ORDER[:, 0]] * weights[:, VTK_ORDER[:, 1]]
    return np.hstack([weights * (2 * weights - 1), middles])


def evaluate(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fields at places in tetrahedra, shape (n, components).

    Args:
        values: At the nodes of the tetrahedra, shape (n, n_nodes, components).
        weights: Barycentric coordinates of the places, shape (n, 4).
    """
    return np.einsum("nk,nkc->nc", basis(weights, values.shape[1]), values)
