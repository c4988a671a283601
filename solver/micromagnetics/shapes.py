"""Demagnetising factors of prisms and ellipsoids."""

from math import atan, log, pi, sqrt

import numpy as np
from scipy.special import elliprd


def prism_factors(lengths: np.ndarray) -> np.ndarray:
    """Magnetometric demagnetising factors of a prism along its edges, (3,) (Aharoni 1998, Eq. 1).

    Args:
        lengths: Its edges, of any unit, (3,).
    """
    x, y, z = np.asarray(lengths, dtype=float)
    return np.array([_along_third(y, z, x), _along_third(z, x, y), _along_third(x, y, z)])


def _along_third(two_a: float, two_b: float, two_c: float) -> float:
    """Factor along the third edge of a prism."""
    scale = (two_a * two_b * two_c) ** (1 / 3)
    a, b, c = two_a / scale, two_b / scale, two_c / scale
    ab, bc, ca, abc = (
        sqrt(a * a + b * b),
        sqrt(b * b + c * c),
        sqrt(c * c + a * a),
        sqrt(a * a + b * b + c * c),
    )
    total = (b * b - c * c) / (2 * b * c) * log((abc - a) / (abc + a))
    total += (a * a - c * c) / (2 * a * c) * log((abc - b) / (abc + b))
    total += b / (2 * c) * log((ab + a) / (ab - a)) + a / (2 * c) * log((ab + b) / (ab - b))
    total += c / (2 * a) * log((bc - b) / (bc + b)) + c / (2 * b) * log((ca - a) / (ca + a))
    total += 2 * atan(a * b / (c * abc))
    total += (a**3 + b**3 - 2 * c**3) / (3 * a * b * c)
    total += (a * a + b * b - 2 * c * c) / (3 * a * b * c) * abc
    total += c / (a * b) * (ca + bc)
    total -= (ab**3 + bc**3 + ca**3) / (3 * a * b * c)
    return total / pi


def ellipsoid_factors(axes: np.ndarray) -> np.ndarray:
    """Demagnetising factors of an ellipsoid along its axes, (3,) (Osborn 1945).

    Args:
        axes: Its axes, of any unit, (3,).
    """
    a, b, c = np.asarray(axes, dtype=float) / np.max(axes)
    volume = a * b * c / 3
    return volume * np.array(
        [elliprd(b * b, c * c, a * a), elliprd(c * c, a * a, b * b), elliprd(a * a, b * b, c * c)]
    )
