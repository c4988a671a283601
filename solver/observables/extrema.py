"""The largest values of polynomials anywhere on triangles and tetrahedra.

Candidates are the vertices and the points inside edges, faces and cells where the slope vanishes. Inside each
a polynomial of degree up to 3 has at most one maximum: on a line through two it would have a minimum between
them, and be of degree 4. Newton's method finds it from the best point of a lattice, at degree 2 in one step.
"""

from functools import cache
from itertools import combinations

import numpy as np

from thermospin.observables.polynomials import bernstein, coefficients, degree_of, exponents

_LATTICE = 6
"""Steps along an edge of the lattice of first guesses."""
_STEPS = 30
"""Steps of Newton's method; six suffice where a maximum is regular."""
_SHARE = 0.9
"""Largest share of the way to the nearest side: a step stays inside."""
_HALVINGS = 8
"""Number of times that a step that does not lead upwards is halved."""
_ROUNDING = 1e-15
"""Rounding of values of the size 1: a step must lead upwards by more."""


def largest(control: np.ndarray, size: int) -> float:
    """The largest value of polynomials anywhere on their triangles or tetrahedra; −∞ where there are none.

    Args:
        control: Bernstein–Bézier coefficients, shape (n, n_coefficients).
        size: Number of vertices, 3 or 4.
    """
    best = float(control[:, :size].max(initial=-np.inf))
    degree = degree_of(control.shape[1], size)
    if degree < 2:
        return best
    lattice = bernstein(_lattice(size), degree)
    control = _candidates(control, best)
    best = max(best, float((control @ lattice.T).max(initial=-np.inf)))
    control = _candidates(control, best)
    if not len(control):
        return best
    scale = float((control - best).max())
    return best + scale * _highest_inside((control - best) / scale, degree, size)


def _highest_inside(control: np.ndarray, degree: int, size: int) -> float:
    """The largest value inside edges, faces and cells, or 0 if it is negative."""
    highest = 0.0
    for number in range(2, size + 1):
        parts = np.concatenate([control[:, places] for places in _restrictions(degree, size, number)])
        parts = _candidates(parts, highest)
        if len(parts):
            tops = _stationary(parts, number) if degree == 2 else _climb(parts, degree, number)
            highest = max(highest, float(tops.max()))
    return highest


def longest(flux: np.ndarray) -> float:
    """The largest length of vectors whose components are polynomials on tetrahedra; −∞ where there are none.

    Args:
        flux: At the nodes, shape (n, n_nodes, n_components), without NaN.
    """
    squares = (flux**2).sum(axis=2)
    best = squares.max(initial=-np.inf)
    degree = degree_of(flux.shape[1])
    if degree > 1 and len(flux):  # the length of a linear vector is convex: it is largest at a vertex
        bounds = sum(np.abs(coefficients(part)).max(axis=1) ** 2 for part in np.moveaxis(flux, 2, 0))
        high = flux[bounds > best]
        nodes = exponents(2 * degree, 4) / (2 * degree)
        control = np.moveaxis([coefficients(part) for part in np.moveaxis(high, 2, 0)], 0, 2)
        values = np.einsum("pi,nik->npk", bernstein(nodes, degree), control)
        best = max(best, largest(coefficients((values**2).sum(axis=2)), 4))
    return float(np.sqrt(best)) if best >= 0 else -np.inf


def _candidates(control: np.ndarray, best: float) -> np.ndarray:
    """The polynomials that may be larger than a value: those with a larger coefficient."""
    return control[control.max(axis=1, initial=-np.inf) > best]


@cache
def _restrictions(degree: int, size: int, number: int) -> list[np.ndarray]:
    """Numbers of the coefficients on every edge, face or cell of ``number`` vertices."""
    alphas, inner = exponents(degree, size), exponents(degree, number)
    found = []
    for part in map(list, combinations(range(size), number)):
        whole = np.zeros((len(inner), size), dtype=int)
        whole[:, part] = inner
        found.append(_places(alphas, whole))
    return found


@cache
def _lattice(size: int) -> np.ndarray:
    """Barycentric coordinates of the points of a lattice, shape (n, size)."""
    steps = np.stack(np.meshgrid(*[np.arange(_LATTICE + 1)] * size), axis=-1).reshape(-1, size)
    return steps[steps.sum(axis=1) == _LATTICE] / _LATTICE


def _places(given: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Numbers of the wanted rows among the given ones."""
    places = {tuple(row): i for i, row in enumerate(given.tolist())}
    return np.array([places[tuple(row)] for row in wanted.tolist()])


def _climb(control: np.ndarray, degree: int, size: int) -> np.ndarray:
    """Values of polynomials at the tops that Newton's method reaches inside their simplices, shape (n,).

    Args:
        control: Coefficients of the size 1, shape (n, n_coefficients).
        degree: Of the polynomials, 2 or more.
        size: Number of vertices.
    """
    inner = _lattice(size)[_lattice(size).min(axis=1) > 0]
    values = control @ bernstein(inner, degree).T
    place, best = inner[values.argmax(axis=1)], values.max(axis=1)
    moving = np.arange(len(control))
    for _ in range(_STEPS):
        step, rise = _uphill(control[moving], place[moving], degree)
        step, moving = step[rise > _ROUNDING], moving[rise > _ROUNDING]
        moved, places, found = _follow(control[moving], place[moving], step, best[moving], degree)
        moving = moving[moved]
        if not len(moving):
            break
        place[moving], best[moving] = places[moved], found[moved]
    return best


def _follow(
    control: np.ndarray, place: np.ndarray, step: np.ndarray, best: np.ndarray, degree: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether polynomials are higher along a step, halved as long as they are not; places; values."""
    room = np.where(step < 0, place / np.where(step < 0, -step, 1.0), np.inf).min(axis=1)
    length, places, found = np.minimum(1.0, _SHARE * room), place.copy(), best.copy()
    for _ in range(_HALVINGS):
        (still,) = np.nonzero(found <= best + _ROUNDING)
        if not len(still):
            break
        places[still] = place[still] + length[still, None] * step[still]
        found[still] = np.einsum("nk,nk->n", bernstein(places[still], degree), control[still])
        length /= 2
    return found > best + _ROUNDING, places, found


def _uphill(control: np.ndarray, place: np.ndarray, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Steps of Newton's method, turned round where they lead downhill.

    Returns:
        The steps, each adds up to 0, shape (n, size), and the rises that the slopes promise, shape (n,).
    """
    slopes, curvatures, axes = _along_axes(control, place, degree)
    step = np.einsum("nj,njk->nk", slopes / _bounded(np.abs(curvatures)), axes)
    return step, (slopes**2 / _bounded(np.abs(curvatures))).sum(axis=1)


def _stationary(control: np.ndarray, size: int) -> np.ndarray:
    """Values of quadratic polynomials where their slope vanishes inside; −∞ where it does not, shape (n,)."""
    centre = np.full((len(control), size), 1 / size)
    slopes, curvatures, axes = _along_axes(control, centre, 2)
    steps = -slopes * np.sign(curvatures) / _bounded(np.abs(curvatures))
    place = centre + np.einsum("nj,njk->nk", steps, axes)
    values = np.einsum("nk,nk->n", bernstein(place, 2), control)
    return np.where(place.min(axis=1) > 0, values, -np.inf)


def _bounded(curvatures: np.ndarray) -> np.ndarray:
    """Sizes of curvatures, none so small beside the largest that its axis means nothing."""
    return np.maximum(curvatures, 1e-10 * curvatures.max(axis=1, keepdims=True) + 1e-300)


def _along_axes(
    control: np.ndarray, place: np.ndarray, degree: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and second derivatives along the principal axes, shape (n, size − 1), and the axes.

    Returns:
        The axes in barycentric coordinates, shape (n, size − 1, size).
    """
    size = place.shape[1]
    first, second = _derivatives(degree, size)
    gradient = degree * np.einsum("nk,nik->ni", bernstein(place, degree - 1), control[:, first])
    weights = degree * (degree - 1) * bernstein(place, degree - 2)
    hessian = np.einsum("nk,nijk->nij", weights, control[:, second])
    to_free = np.vstack([-np.ones(size - 1), np.eye(size - 1)])
    curvatures, vectors = np.linalg.eigh(to_free.T @ hessian @ to_free)
    axes = np.swapaxes(vectors, 1, 2) @ to_free.T
    return np.einsum("njk,nk->nj", axes, gradient), curvatures, axes


@cache
def _derivatives(degree: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the coefficients of first derivatives, (size, n), and of second ones, (size, size, m)."""
    unit = np.eye(size, dtype=int)
    first = [_places(exponents(degree, size), exponents(degree - 1, size) + i) for i in unit]
    again = [_places(exponents(degree - 1, size), exponents(degree - 2, size) + i) for i in unit]
    return np.array(first), np.array([[row[column] for column in again] for row in first])
