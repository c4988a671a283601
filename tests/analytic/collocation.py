"""Linear boundary-value problems of one dimension, by collocation at Gauss points (numpy and scipy only).

Fields u (N components) and fluxes F obey ``F = −M(x) u' + g(x)`` and ``F' = −C(x) u + h(x)`` on stretches one
after the other. ``(u, F)`` at the nodes of an element are of order 8 in its length.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

STAGES = 4
_POWERS = np.arange(STAGES)
GAUSS, WEIGHTS = (leggauss(STAGES)[0] + 1) / 2, leggauss(STAGES)[1] / 2
"""Nodes and weights on (0, 1)."""
INTEGRALS = (GAUSS[:, None] ** (_POWERS + 1) / (_POWERS + 1)) @ np.linalg.inv(GAUSS[:, None] ** _POWERS)
"""Of the polynomials that are 1 at one node, from 0 to each node."""

Coefficient = Callable[[np.ndarray], np.ndarray]
"""Positions (k,) in m to values (k, N, N) or (k, N)."""


@dataclass(frozen=True)
class Stretch:
    """A piece with smooth coefficients.

    Attributes:
        nodes: Ends of its elements, m.
        conduction: M.
        relaxation: C.
        source: h; None for none.
        gained: g; None for none.
    """

    nodes: np.ndarray
    conduction: Coefficient
    relaxation: Coefficient
    source: Coefficient | None = None
    gained: Coefficient | None = None


@dataclass(frozen=True)
class Profile:
    """The solution on a stretch.

    Attributes:
        x: Nodes, m, (n,).
        u: Fields there, (n, N).
        flux: F there, (n, N).
        points: Gauss points, m, (n − 1, STAGES).
        lost: ``C u − h`` there, (n − 1, STAGES, N).
        inside: u and F there, (n − 1, STAGES, 2N).
    """

    x: np.ndarray
    u: np.ndarray
    flux: np.ndarray
    points: np.ndarray
    lost: np.ndarray
    inside: np.ndarray

    def integrate(self, values: np.ndarray) -> np.ndarray:
        """Integral along the stretch of values at the Gauss points, (n − 1, STAGES, …)."""
        return np.einsum("e,s,es...->...", np.diff(self.x), WEIGHTS, values)


def solve(
    stretches: Sequence[Stretch],
    ends: tuple[np.ndarray, np.ndarray, np.ndarray],
    joints: Sequence[tuple[np.ndarray, ...] | None] = (),
) -> list[Profile]:
    """The solution of all stretches together.

    Args:
        stretches: From left to right.
        ends: Matrices A, B (2N, 2N) and a vector c with ``A y(left) + B y(right) = c``, y being ``(u, F)``.
        joints: A, B and, unless it is 0, c of ``A y(left side) + B y(right side) = c`` between stretches;
            None for continuity.
    """
    size = len(ends[2])
    scale = _scale(stretches[0], size // 2)
    steps = [_step(stretch, scale) for stretch in stretches]
    counts = [len(stretch.nodes) for stretch in stretches]
    first = np.cumsum([0, *counts])
    blocks, right = [], []
    for (gain, shift, _, _), start in zip(steps, first, strict=False):
        for i, (matrix, vector) in enumerate(zip(gain, shift, strict=True)):
            blocks.append(((start + i, -matrix), (start + i + 1, np.eye(size))))
            right.append(vector)
    identity = np.eye(size), -np.eye(size)
    for joint, start in zip(joints or [None] * (len(stretches) - 1), first[1:-1], strict=True):
        left, other = identity if joint is None else (matrix * scale for matrix in joint[:2])
        blocks.append(((start - 1, left), (start, other)))
        right.append(np.zeros(size) if joint is None or len(joint) < 3 else joint[2])
    blocks.append(((0, ends[0] * scale), (first[-1] - 1, ends[1] * scale)))
    right.append(ends[2])
    y = _sparse_solve(blocks, np.array(right), size)
    return [
        _profile(stretch, step, y[start : start + count], scale)
        for stretch, step, start, count in zip(stretches, steps, first, counts, strict=False)
    ]


def _scale(stretch: Stretch, n: int) -> np.ndarray:
    """Unit of a flux in which fluxes and fields are of one size: M over the first element."""
    diagonal = np.diagonal(stretch.conduction(stretch.nodes[:1])[0])
    return np.concatenate([np.ones(n), abs(diagonal) / np.ptp(stretch.nodes)])


def _step(stretch: Stretch, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """``y_right = gain y_left + shift`` of every element, and the same for y at the Gauss points."""
    h = np.diff(stretch.nodes)
    points = stretch.nodes[:-1, None] + h[:, None] * GAUSS
    n, flat = len(scale) // 2, points.ravel()
    matrix = np.zeros((len(flat), 2 * n, 2 * n))
    resistance = np.linalg.inv(stretch.conduction(flat))
    matrix[:, :n, n:] = -resistance * scale[n:]
    matrix[:, n:, :n] = -stretch.relaxation(flat) / scale[n:, None]
    matrix = matrix.reshape(*points.shape, 2 * n, 2 * n)
    known = np.zeros((*points.shape, 2 * n, 2 * n + 1))
    known[..., : 2 * n] = matrix
    if stretch.source is not None:
        known[..., n:, -1] = (stretch.source(flat) / scale[n:]).reshape(*points.shape, n)
    if stretch.gained is not None:
        driven = np.einsum("kab,kb->ka", resistance, stretch.gained(flat))
        known[..., :n, -1] = driven.reshape(*points.shape, n)
    coupled = np.einsum("e,ij,eiab->eiajb", h, INTEGRALS, matrix).reshape(len(h), STAGES * 2 * n, -1)
    slopes = np.linalg.solve(np.eye(STAGES * 2 * n) - coupled, known.reshape(len(h), STAGES * 2 * n, -1))
    slopes = slopes.reshape(len(h), STAGES, 2 * n, -1) * h[:, None, None, None]
    inside = np.einsum("ij,ejab->eiab", INTEGRALS, slopes)
    inside[..., : 2 * n] += np.eye(2 * n)
    across = np.einsum("j,ejab->eab", WEIGHTS, slopes)
    across[..., : 2 * n] += np.eye(2 * n)
    return across[..., :-1], across[..., -1], inside, points


def _sparse_solve(blocks: list, right: np.ndarray, size: int) -> np.ndarray:
    """Solve for all y at once; each entry of ``blocks`` is a row of two blocks."""
    local = np.arange(size)
    rows, columns, values = [], [], []
    for i, row in enumerate(blocks):
        for column, block in row:
            rows.append(np.repeat(size * i + local, size))
            columns.append(np.tile(size * column + local, size))
            values.append(block.ravel())
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    matrix = coo_array(entries, shape=(right.size, right.size)).tocsc()
    factors, rhs = splu(matrix), right.ravel()
    y = factors.solve(rhs)
    y += factors.solve(rhs - matrix @ y)
    return y.reshape(-1, size)


def _profile(stretch: Stretch, step: tuple, y: np.ndarray, scale: np.ndarray) -> Profile:
    _, _, inside, points = step
    n = len(scale) // 2
    found = np.einsum("esab,eb->esa", inside[..., :-1], y[:-1]) + inside[..., -1]
    u, found = found[..., :n], found * scale
    flat = points.ravel()
    relaxation = stretch.relaxation(flat).reshape(*points.shape, n, n)
    lost = np.einsum("esab,esb->esa", relaxation, u)
    if stretch.source is not None:
        lost -= stretch.source(flat).reshape(lost.shape)
    return Profile(stretch.nodes, y[:, :n], y[:, n:] * scale[n:], points, lost, found)


def bounded(
    left: np.ndarray,
    right: np.ndarray,
    fed_left: Sequence[int] = (),
    fed_right: Sequence[int] = (),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``ends`` for given fields, or given fluxes along x.

    Args:
        left: Values at the left end, (N,).
        right: Values at the right end.
        fed_left: Components whose value is the flux; zero reflects.
        fed_right: The same at the right end.
    """
    n = len(left)
    rows = np.zeros((2, 2 * n, 2 * n))
    for side, fed in enumerate((fed_left, fed_right)):
        for i in range(n):
            rows[side, side * n + i, i + n * (i in fed)] = 1.0
    return rows[0], rows[1], np.concatenate([left, right])


def twisted(rotation: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``ends`` of a period: fields and fluxes on the right are those on the left, rotated."""
    n = len(rotation)
    return -np.kron(np.eye(2), rotation), np.eye(2 * n), np.zeros(2 * n)
