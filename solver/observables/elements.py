"""The polynomials of the elements anywhere in their tetrahedra, and their nodes in VTK's order."""

from functools import cache

import numpy as np

from thermospin.observables.polynomials import bernstein, degree_of, exponents, from_nodes

_EDGES = (0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)
"""Vertices of VTK's edges; the nodes on each go from the first to the second."""
_FACES = (0, 1, 3), (1, 2, 3), (0, 2, 3), (0, 1, 2)


@cache
def vtk_exponents(degree: int) -> np.ndarray:
    """Barycentric coordinates of the nodes in VTK's order, times the degree: shape (n_nodes, 4).

    Args:
        degree: Of the element, 0 to 3.
    """
    unit = np.eye(4, dtype=int)
    if degree == 0:
        return np.zeros((1, 4), dtype=int)
    on_edges = [(degree - k) * unit[a] + k * unit[b] for a, b in _EDGES for k in range(1, degree)]
    on_faces = [unit[list(face)].sum(axis=0) for face in _FACES] if degree == 3 else []
    return np.array([*(degree * unit), *on_edges, *on_faces])


@cache
def vtk_order(degree: int) -> np.ndarray:
    """Numbers of the element's nodes in VTK's order.

    Args:
        degree: Of the element, 0 to 3.
    """
    places = {tuple(alpha): i for i, alpha in enumerate(exponents(degree, 4).tolist())}
    return np.array([places[tuple(alpha)] for alpha in vtk_exponents(degree).tolist()])


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
        n_nodes: 1 (constant), 4 (linear), 10 (quadratic) or 20 (cubic, either in VTK's order).
    """
    degree = degree_of(n_nodes)
    return bernstein(weights, degree) @ from_nodes(degree, 4)[:, vtk_order(degree)]


def evaluate(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fields at places in tetrahedra, shape (n, components).

    Args:
        values: At the nodes of the tetrahedra, shape (n, n_nodes, components).
        weights: Barycentric coordinates of the places, shape (n, 4).
    """
    return np.einsum("nk,nkc->nc", basis(weights, values.shape[1]), values)
