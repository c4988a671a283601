"""Estimates of the discretisation error of readings, from solutions of two polynomial degrees.

With the fields u of degree p and u' of degree p − 1 on the same mesh, and the adjoint z of a reading, the
step of the reading from one degree to the other is a sum over cells: with ``e = u − u'``, the operator A and
the heat f that the fields of lower orders make,

    J − J' = (z − z')·(A e − f(u) + f(u')) + z·(f(u) − f(u'))

(the dual-weighted residual; R. Becker, R. Rannacher, Acta Numerica 10, 1 (2001)). The error that is left is a
fraction of the step. At edges where fields go with the root of the distance, the error of degree p goes with
1/p², so that 1/(p²/(p − 1)² − 1) of the step to p is left (I. Babuška, M. Suri, SIAM Rev. 36, 578 (1994));
elsewhere much less is (:data:`.SMOOTH_FRACTION`). Every cell's part of the step is weighted so.
"""

import numpy as np

from thermospin.response.accuracy import ESTIMATE_CANCELLATION, ESTIMATE_SAFETY, SMOOTH_FRACTION


def fractions_left(degree: int, at_singular_edge: np.ndarray, higher: bool) -> np.ndarray:
    """The error over the step between two degrees, cell by cell.

    Args:
        degree: The higher degree p of the two, from 2.
        at_singular_edge: Whether a cell touches a singular edge, shape (n_cells,).
        higher: Whether the error is that of degree p; else that of p − 1, which has the step itself besides.

    Returns:
        Shape (n_cells,).
    """
    singular = 1.0 / ((degree / (degree - 1)) ** 2 - 1.0)
    left = np.where(at_singular_edge, singular, min(SMOOTH_FRACTION, singular))
    return left if higher else 1.0 + left


def bar_of_number(degree: int, higher: bool) -> float:
    """Error bar of a number without an adjoint, over the step between two degrees.

    All of its error may be that of singular edges.

    Args:
        degree: The higher degree of the two, from 2.
        higher: Whether the number is that of the higher degree.
    """
    return (ESTIMATE_SAFETY + ESTIMATE_CANCELLATION) * float(fractions_left(degree, np.True_, higher))


def error_bar(parts: np.ndarray) -> float:
    """The error bar of a reading.

    Args:
        parts: What adds up to its estimate.

    Returns:
        The bar, in the unit of the estimate.
    """
    return float(ESTIMATE_SAFETY * abs(parts.sum()) + ESTIMATE_CANCELLATION * np.abs(parts).sum())
