"""The cells to refine, by indicators of the error in each."""

import numpy as np

ALIKE = 2**0.5
"""Ratio of indicators up to which they count as the same. In cells that are images of each other they differ
by what the solver leaves, which depends on the number of ranks."""


def mark_cells(indicators: np.ndarray, fraction: float) -> np.ndarray:
    """The smallest set of cells that holds a fraction of the error (Dörfler 1996).

    Indicators are rounded to powers of :data:`ALIKE`. Of cells with the same one, those with lower numbers
    come first.

    Args:
        indicators: Size of the error of every cell, any unit, non-negative, shape (n,).
        fraction: Share of their sum, 0 to 1.

    Returns:
        Booleans, shape (n,).

    Raises:
        ValueError: An indicator is negative or no number, or the fraction is no share.
    """
    if not (np.all(indicators >= 0) and np.all(np.isfinite(indicators))):
        raise ValueError("indicators must be finite and not negative")
    if not 0 <= fraction <= 1:
        raise ValueError(f"the fraction must be between 0 and 1, not {fraction}")
    indicators = _rounded(indicators)
    order = np.argsort(-indicators, kind="stable")
    held = np.cumsum(indicators[order])
    missing = fraction * held[-1] - np.concatenate([[0.0], held[:-1]]) if len(held) else held
    marked = np.zeros(len(indicators), dtype=bool)
    marked[order[(missing > 0) & (indicators[order] > 0)]] = True
    return marked


def _rounded(indicators: np.ndarray) -> np.ndarray:
    """Numbers rounded to powers of :data:`ALIKE`; zero stays zero."""
    positive = indicators > 0
    found = np.zeros(len(indicators))
    found[positive] = ALIKE ** np.round(np.log(indicators[positive]) / np.log(ALIKE))
    return found
