"""Optimal design: which further measurement makes an uncertain parameter best known.

With the covariance C of the parameters before, a datum with gradient g and standard uncertainty σ leaves
``C − C g gᵀ C/(σ² + gᵀ C g)``. The c-optimal datum has the smallest variance of the parameter; the D-optimal
one has the largest information, ``½ log₂(1 + gᵀ C g/σ²)`` bits (Atkinson, Donev and
Tobias, Optimum Experimental Designs, 2007).
"""

from typing import NamedTuple

import numpy as np


class Gain(NamedTuple):
    """Outcome of a further measurement.

    Attributes:
        error: Standard error of the parameter after it, in its unit.
        information: What it tells on all parameters together, bits.
    """

    error: float
    information: float


def gain(covariance: np.ndarray, gradient: np.ndarray, uncertainty: float, chosen: int) -> Gain:
    """The outcome of a measurement.

    Args:
        covariance: Covariance of the parameters before it, shape (n, n).
        gradient: Derivatives of the reading by the parameters, shape (n,).
        uncertainty: Standard uncertainty of the reading.
        chosen: Number of the parameter.
    """
    moved = covariance @ gradient
    spread = float(gradient @ moved)
    left = covariance[chosen, chosen] - moved[chosen] ** 2 / (uncertainty**2 + spread)
    return Gain(float(np.sqrt(max(left, 0.0))), 0.5 * float(np.log2(1 + spread / uncertainty**2)))
