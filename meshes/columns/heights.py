"""Planes of constant z: coarse ones, and those graded towards heights where fields are singular."""

from collections.abc import Callable

import numpy as np

GROWTH = 1.5
"""Ratio of the distances of neighbouring coarse planes."""


def planes(
    heights: np.ndarray,
    graded: np.ndarray,
    fewest: np.ndarray,
    base: float,
    factor: float,
    refinement: float = 1.0,
) -> np.ndarray:
    """The planes of a mesh.

    Args:
        heights: Heights that must be planes, ascending, m, shape (n,).
        graded: Levels of grading towards every height, shape (n,).
        fewest: Fewest intervals between two heights, shape (n - 1,).
        base: Largest distance of coarse planes at a graded height, m.
        factor: Ratio of the distances of two levels.
        refinement: Divides all distances of coarse planes.
    """
    found = [heights[:1]]
    for i, least in enumerate(fewest):
        low, high = heights[i : i + 2]
        levels = graded[i : i + 2]
        count = max(1, int((levels > 0).sum()))
        while True:
            coarse = _coarse(low, high, _distances(heights, graded, base, refinement), count)
            fine = _graded(coarse, levels, factor)
            if len(fine) > least:
                break
            count += 1
        found.append(fine[1:])
    return np.concatenate(found)


def _coarse(low: float, high: float, distances: Callable, fewest: int) -> np.ndarray:
    """Planes from one height to the next with given distances."""
    z = np.linspace(low, high, 1001)
    density = 1 / distances(z)
    number = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(z))])
    count = max(fewest, round(number[-1]))
    return np.concatenate([[low], np.interp(np.arange(1, count) / count, number / number[-1], z), [high]])


def _distances(
    heights: np.ndarray, graded: np.ndarray, base: float, refinement: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Distances of coarse planes: that of the thinner film at a graded height, and growing from there."""
    gaps = np.diff(heights, prepend=-np.inf, append=np.inf)
    places = np.flatnonzero(graded)
    smallest = np.minimum(base, np.minimum(gaps[places], gaps[places + 1]))

    def distances(z: np.ndarray) -> np.ndarray:
        growing = smallest + (GROWTH - 1) / GROWTH * abs(z[:, None] - heights[places])
        return growing.min(axis=1, initial=np.ptp(heights)) / refinement

    return distances


def _graded(coarse: np.ndarray, levels: np.ndarray, factor: float) -> np.ndarray:
    """Coarse planes from one height to the next with those of the levels at both ends."""
    first, last = coarse[1] - coarse[0], coarse[-1] - coarse[-2]
    up = coarse[0] + first * factor ** np.arange(levels[0], 0, -1)
    down = coarse[-1] - last * factor ** np.arange(1, levels[1] + 1)
    return np.concatenate([coarse[:1], up, coarse[1:-1], down, coarse[-1:]])
