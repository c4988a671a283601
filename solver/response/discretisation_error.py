"""Estimates of the discretisation error of readings, from solutions of two polynomial degrees.

The error that is left is a fraction of the step from one degree to the next (:mod:`.degree_steps`). At edges
where fields go with r^λ, the error of degree p goes with p^−4λ (I. Babuška, M. Suri, SIAM Rev. 36, 578
(1994)): ``1/((p/(p − 1))^4λ − 1)`` of the step to p is left. λ is read from how much the fields bend there.
Elsewhere errors fall faster, the faster the less fields bend.
"""

import numpy as np

from thermospin.response.accuracy import (
    CORRECTED_CANCELLATION,
    CORRECTED_SAFETY,
    ESTIMATE_CANCELLATION,
    ESTIMATE_SAFETY,
    SINGULAR_BENDING,
    SMALLEST_EXPONENT,
    SMOOTH_BENDING,
)


def fractions_left(degree: int, bending: np.ndarray, at_singular_edge: np.ndarray) -> np.ndarray:
    """The error of a degree over the step to it from the degree below.

    Args:
        degree: The degree p, from 2.
        bending: How much fields bend (:class:`.Bending`), any shape.
        at_singular_edge: Whether at a singular edge, the same shape.

    Returns:
        The same shape.
    """
    ratio = degree / (degree - 1)
    exponents = np.maximum(-np.log2(0.5 + SINGULAR_BENDING * bending), SMALLEST_EXPONENT)
    singular = 1.0 / (ratio ** (4.0 * exponents) - 1.0)
    return np.where(at_singular_edge, singular, np.minimum(SMOOTH_BENDING * bending, singular))


def bar_of_number(degree: int, higher: bool) -> float:
    """Error bar of a number without an adjoint, over the step between two degrees.

    All of its error may be that of edges where fields go with the root of the distance.

    Args:
        degree: The higher degree of the two, from 2.
        higher: Whether the number is that of the higher degree.
    """
    left = 1.0 / ((degree / (degree - 1)) ** 2 - 1.0)
    return (ESTIMATE_SAFETY + ESTIMATE_CANCELLATION) * (left if higher else 1.0 + left)


def error_bar(parts: np.ndarray) -> float:
    """The error bar of a reading as it is solved.

    Args:
        parts: What adds up to its estimate.

    Returns:
        The bar, in the unit of the estimate.
    """
    return _bar(parts, ESTIMATE_SAFETY, ESTIMATE_CANCELLATION)


def corrected_bar(parts: np.ndarray) -> float:
    """The error bar of a reading with its estimate added.

    Args:
        parts: What adds up to its estimate.

    Returns:
        The bar, in the unit of the estimate.
    """
    return _bar(parts, CORRECTED_SAFETY, CORRECTED_CANCELLATION)


def _bar(parts: np.ndarray, safety: float, cancellation: float) -> float:
    """An error bar from the sum of the parts and from their sizes."""
    return float(safety * abs(parts.sum()) + cancellation * np.abs(parts).sum())
