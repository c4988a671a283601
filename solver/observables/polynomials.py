"""Polynomials of degree 1 and 2 on tetrahedra and on their faces, exactly: means, extrema, slopes.

With barycentric coordinates λ a polynomial is ``u = λᵀ B λ``. The symmetric matrix B holds its
Bernstein–Bézier coefficients: u lies between the smallest and the largest of them, and on a face or an edge
it is the part of B that belongs to the vertices there.
"""

from itertools import combinations

import numpy as np

from thermospin.compat import basix

EDGES = np.array(basix.topology(basix.CellType.tetrahedron)[1])
"""The vertices at the ends of the edges in whose middle nodes 4 to 9 of the quadratic element are, (6, 2)."""


def forms(values: np.ndarray) -> np.ndarray:
    """The matrices B of polynomials, shape (n, 4, 4).

    Args:
        values: Values at the nodes of the element, the four vertices first: shape (n, 4) or (n, 10).

    Raises:
        ValueError: The element is of another degree.
    """
    corners, (a, b) = values[:, :4], EDGES.T
    if values.shape[1] not in (4, 4 + len(EDGES)):
        raise ValueError(f"an element with {values.shape[1]} nodes is of neither degree 1 nor 2")
    found = (corners[:, :, None] + corners[:, None]) / 2
    if values.shape[1] > 4:
        found[:, a, b] = 2 * values[:, 4:] - found[:, a, b]
        found[:, b, a] = found[:, a, b]
    return found


def on_faces(form: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """The polynomials on one face of every cell, shape (n, 3, 3).

    Args:
        form: B, shape (n, 4, 4).
        vertices: The vertices of the faces, local numbers, shape (n, 3).
    """
    return form[np.arange(len(form))[:, None, None], vertices[:, :, None], vertices[:, None]]


def face_means(form: np.ndarray) -> np.ndarray:
    """Means of polynomials over triangles, shape (n,).

    Args:
        form: B, shape (n, 3, 3).
    """
    return (form.sum(axis=(1, 2)) + np.trace(form, axis1=1, axis2=2)) / 12


def face_slopes(form: np.ndarray, vertices: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Means of the gradients over one face of every cell, shape (n, 3).

    Args:
        form: B of the cells, shape (n, 4, 4).
        vertices: The vertices of the faces, local numbers, shape (n, 3).
        gradients: Gradients of the barycentric coordinates, 1/m, shape (n, 4, 3).
    """
    rows = form[np.arange(len(form))[:, None], vertices].mean(axis=1)
    return 2 * np.einsum("ni,nik->nk", rows, gradients)


def largest(form: np.ndarray) -> float:
    """The largest value of polynomials anywhere on their triangles or tetrahedra; −∞ where there are none.

    Candidates are the vertices and the points inside edges, faces and cells where the slope vanishes.

    Args:
        form: B, shape (n, m, m) with m = 3 or 4.
    """
    best = float(np.diagonal(form, axis1=1, axis2=2).max(initial=-np.inf))
    form = form[form.max(axis=(1, 2), initial=-np.inf) > best] - best
    if not len(form):
        return best
    scale = np.abs(form).max(axis=(1, 2), keepdims=True)
    above = max(
        float((_stationary(form[:, part][:, :, part] / scale) * scale[:, 0, 0]).max())
        for size in range(2, form.shape[1] + 1)
        for part in map(list, combinations(range(form.shape[1]), size))
    )
    return best + max(above, 0.0)


def _stationary(form: np.ndarray) -> np.ndarray:
    """Values, shape (n,), where ``B λ`` has equal components; outside the simplex, at a point inside it."""
    n, size = form.shape[:2]
    system = np.zeros((n, size + 1, size + 1))
    system[:, :size, :size] = form
    system[:, :size, size], system[:, size, :size] = -1.0, 1.0
    point = np.clip(np.linalg.pinv(system)[:, :size, size], 0.0, None)
    total = point.sum(axis=1, keepdims=True)
    point = np.where(total > 0, point / np.where(total > 0, total, 1.0), 1 / size)
    return np.einsum("ni,nij,nj->n", point, form, point)


def linear_fit(points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values at points of a cell to values at its vertices: the best linear function, shape (4, n_points).

    Its mean is that of the values.

    Args:
        points: Quadrature points in the reference cell, shape (n_points, 3).
        weights: Their weights, shape (n_points,).
    """
    hats = np.column_stack([1 - points.sum(axis=1), points])
    return np.linalg.solve(hats.T @ (weights[:, None] * hats), hats.T * weights)


def mean_magnitudes(values: np.ndarray) -> np.ndarray:
    """Means of ``|u|`` over triangles on which u is linear, shape (n,).

    Args:
        values: u at the vertices, shape (n, 3).
    """
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
