"""Power series through solutions at given drives, with their error bars (solver/physics.md §7).

The polynomial has as many powers as there are points, so it passes through all of them. Its coefficients have
two errors. Truncation: higher powers of the response are taken for lower ones. One point more or less changes
a coefficient by the effect of its power alone, so the changes by the last two points, one for odd powers and
one for even ones, estimate it. Cancellation: coefficients are small differences of the readings, and the
errors of the readings count in full.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from thermospin.response.solution import Expansion, Solution, combine

DROPPED = 2
"""Points that are left out, one after another, to estimate the truncation."""


def further_drives(drives: Sequence[float], wanted: int) -> list[float]:
    """Drives between given ones and 0, in the middle of the widest gaps.

    Args:
        drives: The drives, A or V.
        wanted: Number of further ones.
    """
    found = sorted({0.0, *drives})
    added = []
    for _ in range(wanted):
        widest = int(np.argmax(np.diff(found)))
        added.append((found[widest] + found[widest + 1]) / 2)
        found.insert(widest + 1, added[-1])
    return added


def fit(points: Sequence[tuple[float, Solution]], orders: int, lowest: int = 1) -> Expansion:
    """The polynomial of as many powers as there are points, through all of them.

    Args:
        points: The drives, A or V, and the fields there.
        orders: The highest power to return.
        lowest: The lowest power of the fields; 0 instead where a point has no drive.
    """
    drives = np.array([drive for drive, _ in points])
    solutions = [solution for _, solution in points]
    weights = _weights(drives, 0 if 0.0 in drives else lowest, orders)
    fitted = {n: combine(zip(row, solutions, strict=True)) for n, row in weights.items()}
    for n, order in fitted.items():
        for pair, truncation in _truncation(points, n, lowest).items():
            order.uncertainty[pair] += truncation
    if 1 not in fitted:  # the lowest power is the second
        fitted[1] = combine((0.0, solution) for solution in solutions)
    orders_found = [fitted[n] for n in range(1, orders + 1) if n in fitted]
    return Expansion(orders_found, rest=fitted.get(0), weights=weights)


def _weights(drives: np.ndarray, first: int, highest: int) -> dict[int, np.ndarray]:
    """By power up to the highest, how much every drive counts: Lagrange's polynomials, without rounding."""
    exact = [Fraction(drive) for drive in drives.tolist()]
    columns = []
    for i, own in enumerate(exact):
        polynomial = [1 / own**first]
        for other in exact[:i] + exact[i + 1 :]:
            shifted, scaled = [Fraction(0), *polynomial], [*(-other * c for c in polynomial), Fraction(0)]
            polynomial = [(a + b) / (own - other) for a, b in zip(shifted, scaled, strict=True)]
        columns.append([float(coefficient) for coefficient in polynomial[: highest - first + 1]])
    return dict(enumerate(np.transpose(columns), start=first))


def _truncation(points: Sequence[tuple[float, Solution]], n: int, lowest: int) -> dict:
    """By probe, the changes of a coefficient by the points with the largest drives, or all of it."""
    kept = sorted(points, key=lambda point: abs(point[0]), reverse=True)
    pairs = list(kept[0][1].uncertainty)
    before, found = None, np.zeros(len(pairs))
    for dropped in range(DROPPED + 1):
        fewer = kept[dropped:]
        drives = np.array([drive for drive, _ in fewer])
        weights = _weights(drives, 0 if 0.0 in drives else lowest, n) if len(fewer) else {}
        value = np.zeros(len(pairs))
        if n in weights:
            readings = np.array([[solution.reading(pair) for pair in pairs] for _, solution in fewer])
            value = weights[n] @ readings
        if before is not None:
            found += np.abs(value - before)
        before = value
    return dict(zip(pairs, found.tolist(), strict=True))
