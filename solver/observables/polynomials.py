"""Polynomials on tetrahedra and on their faces, exactly: means, extrema, slopes.

A polynomial of degree d is ``u = Σ c_α B_α`` with the Bernstein polynomials
``B_α = d!/(α₀! α₁! …) λ₀^α₀ λ₁^α₁ …`` of the barycentric coordinates λ. u lies between the smallest and the
largest of its Bernstein–Bézier coefficients c, their mean is its mean, and on a face or an edge it has those
whose exponents α are 0 at all other vertices. Coefficients come in the order of the element's nodes, α/d.
"""

from functools import cache
from math import factorial, prod

import numpy as np

from thermospin.compat import basix

_SIMPLICES = {2: basix.CellType.interval, 3: basix.CellType.triangle, 4: basix.CellType.tetrahedron}
_SPLITS = 6
"""Times that a triangle on which a polynomial changes its sign is cut into four to integrate its size."""


@cache
def exponents(degree: int, size: int) -> np.ndarray:
    """Exponents of the Bernstein polynomials in the order of the element's nodes, shape (n, size).

    Args:
        degree: Of the polynomials, 0 or more.
        size: Number of vertices: 2 (interval), 3 (triangle) or 4 (tetrahedron).
    """
    if degree == 0:
        return np.zeros((1, size), dtype=int)
    variant = basix.LagrangeVariant.equispaced
    points = basix.create_element(basix.ElementFamily.P, _SIMPLICES[size], degree, variant).points
    return np.rint(degree * np.column_stack([1 - points.sum(axis=1), points])).astype(int)


def degree_of(n_nodes: int, size: int = 4) -> int:
    """The degree of an element with some number of nodes.

    Args:
        n_nodes: Number of nodes.
        size: Number of vertices.

    Raises:
        ValueError: There is no such element up to degree 4.
    """
    for degree in range(5):
        if len(exponents(degree, size)) == n_nodes:
            return degree
    raise ValueError(f"no element has {n_nodes} nodes")


def bernstein(weights: np.ndarray, degree: int) -> np.ndarray:
    """Bernstein polynomials at places, shape (n, n_coefficients).

    Args:
        weights: Barycentric coordinates, shape (n, size).
        degree: Of the polynomials.
    """
    size = weights.shape[1]
    powers = np.cumprod([np.ones_like(weights), *[weights] * degree], axis=0)
    factors = [powers[alpha, :, i] for i, alpha in enumerate(exponents(degree, size).T)]
    return np.prod(factors, axis=0).T * _multinomials(degree, size)


@cache
def _multinomials(degree: int, size: int) -> np.ndarray:
    """Factors of the products of powers in the Bernstein polynomials."""
    counts = [prod(map(factorial, alpha)) for alpha in exponents(degree, size).tolist()]
    return factorial(degree) / np.array(counts)


@cache
def from_nodes(degree: int, size: int) -> np.ndarray:
    """Matrix from values at the nodes to coefficients.

    Args:
        degree: Of the polynomials, 0 or more.
        size: Number of vertices.
    """
    if degree == 0:
        return np.ones((1, 1))
    matrix = np.linalg.inv(bernstein(exponents(degree, size) / degree, degree))
    matrix[:size] = np.eye(size, len(matrix))
    return matrix


def coefficients(values: np.ndarray) -> np.ndarray:
    """Bernstein–Bézier coefficients of polynomials on tetrahedra, shape (n, n_nodes).

    Args:
        values: At the nodes of the element, shape (n, n_nodes).

    Raises:
        ValueError: There is no element with so many nodes.
    """
    return values @ from_nodes(degree_of(values.shape[1]), 4).T


def means(values: np.ndarray) -> np.ndarray:
    """Means of polynomials over tetrahedra, shape (…, n_components).

    Args:
        values: At the nodes of the element, shape (…, n_nodes, n_components).
    """
    weights = from_nodes(degree_of(values.shape[-2]), 4).mean(axis=0)
    return np.einsum("...pk,p->...k", values, weights)


def on_faces(control: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """The coefficients of polynomials on one face of every tetrahedron, shape (n, n_coefficients of a face).

    Args:
        control: Coefficients, shape (n, n_coefficients).
        vertices: The vertices of the faces, local numbers, shape (n, 3).
    """
    degree = degree_of(control.shape[1])
    return np.take_along_axis(control, _numbers(degree, _lifted(exponents(degree, 3), vertices)), axis=1)


def face_means(control: np.ndarray) -> np.ndarray:
    """Means of polynomials over triangles, shape (n,).

    Args:
        control: Coefficients, shape (n, n_coefficients).
    """
    return control.mean(axis=1)


def face_moments(control: np.ndarray) -> np.ndarray:
    """Means over triangles of polynomials times each barycentric coordinate, shape (n, 3).

    ``B_α λ_i = (α_i + 1)/(d + 1) B_{α + e_i}``, and every Bernstein polynomial has the same mean.

    Args:
        control: Coefficients, shape (n, n_coefficients).
    """
    degree = degree_of(control.shape[1], 3)
    alphas = exponents(degree, 3)
    return control @ ((alphas + 1) / (degree + 1)) / len(exponents(degree + 1, 3))


def face_slopes(control: np.ndarray, vertices: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Means of the gradients over one face of every tetrahedron, shape (n, 3).

    Args:
        control: Coefficients in the tetrahedra, shape (n, n_coefficients).
        vertices: The vertices of the faces, local numbers, shape (n, 3).
        gradients: Gradients of the barycentric coordinates, 1/m, shape (n, 4, 3).
    """
    degree = degree_of(control.shape[1])
    lower = _lifted(exponents(degree - 1, 3), vertices)
    numbers = _numbers(degree, lower[:, :, None] + np.eye(4, dtype=int))
    along = control[np.arange(len(control))[:, None, None], numbers].mean(axis=1)
    return degree * np.einsum("ni,nik->nk", along, gradients)


def _lifted(alphas: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Exponents on faces, (m, 3), as those in the tetrahedra, (n, m, 4)."""
    return np.einsum("mi,nij->nmj", alphas, np.eye(4, dtype=int)[vertices])


def _numbers(degree: int, alphas: np.ndarray) -> np.ndarray:
    """Numbers of the coefficients with some exponents, the last axis."""
    table = np.zeros((degree + 1,) * 4, dtype=int)
    table[tuple(exponents(degree, 4).T)] = np.arange(len(exponents(degree, 4)))
    return table[tuple(np.moveaxis(alphas, -1, 0))]


def polynomial_fit(degree: int, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values at points of a cell to values at the nodes of the best polynomial, shape (n_nodes, n_points).

    Its mean is that of the values.

    Args:
        degree: Of the polynomial, 1 or more.
        points: Quadrature points in the reference cell, shape (n_points, 3).
        weights: Their weights, shape (n_points,).
    """
    basis = bernstein(np.column_stack([1 - points.sum(axis=1), points]), degree)
    fitted = np.linalg.solve(basis.T @ (weights[:, None] * basis), basis.T * weights)
    return bernstein(exponents(degree, 4) / degree, degree) @ fitted


def mean_magnitudes(control: np.ndarray, splits: int = _SPLITS) -> np.ndarray:
    """Means of ``|u|`` over triangles, shape (n,): exact up to degree 1, to 1e-4 above where u changes sign.

    Args:
        control: Coefficients, shape (n, n_coefficients).
        splits: Times that a triangle may be cut into four.
    """
    found = np.abs(control.mean(axis=1))
    mixed = (control.min(axis=1, initial=0.0) < 0) & (control.max(axis=1, initial=0.0) > 0)
    if not mixed.any():
        return found
    if control.shape[1] > 3 and splits:
        pieces = np.einsum("qij,nj->nqi", _quarters(degree_of(control.shape[1], 3)), control[mixed])
        parts = mean_magnitudes(pieces.reshape(-1, control.shape[1]), splits - 1)
        found[mixed] = parts.reshape(-1, 4).mean(axis=1)
    else:
        found[mixed] = _mean_magnitudes_of_linear(control[mixed, :3])
    return found


@cache
def _quarters(degree: int) -> np.ndarray:
    """Matrices from the coefficients on a triangle to those on the four between the middles of its edges."""
    a, b, c = np.eye(3)
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    parts = (a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)
    nodes = exponents(degree, 3) / degree
    return np.array([from_nodes(degree, 3) @ bernstein(nodes @ np.array(part), degree) for part in parts])


def _mean_magnitudes_of_linear(values: np.ndarray) -> np.ndarray:
    """Means of ``|u|`` over triangles on which u is linear, shape (n,), from its values at the vertices."""
    low, middle, high = np.sort(values, axis=1).T
    # Where the signs differ, one vertex is alone with its sign: its triangle counts with the other sign.
    alone = np.where(middle < 0, high, low)
    others = np.where(middle < 0, low, high), middle
    mixed = (low < 0) & (high > 0)
    steps = [np.where(mixed, alone - other, 1.0) for other in others]
    steps = [np.where(step == 0, 1.0, step) for step in steps]
    part = np.where(mixed, alone**3 / (3 * steps[0] * steps[1]), 0.0)
    mean = values.mean(axis=1)
    return np.where(mixed, np.abs(mean - 2 * part), np.abs(mean))
