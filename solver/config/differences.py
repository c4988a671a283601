"""Central differences of the fourth order, for short and smooth formulas: twelve digits."""

import numpy as np

STEP = 1e-4
"""Step relative to the number: its fourth power, the error, is rounding."""
STENCIL = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}
"""Weights of the points, by steps from the middle."""


def stencil_points(value: float) -> list[float]:
    """Values of a number at the points of the difference.

    Args:
        value: The number, not 0.
    """
    return [value * (1 + step * STEP) for step in STENCIL]


def stencil_weights(value: float) -> np.ndarray:
    """Weights that make a derivative by a number of values at :func:`stencil_points`.

    Args:
        value: The number, not 0.
    """
    return np.array(list(STENCIL.values())) / (STEP * value)
