"""Direction of a single-domain magnet while a magnetic field goes up and down (fields are in T).

The easy axis is oriented towards B: a magnet of sign + lies on its easy axis on the side to which positive
fields pull. Before the first point the field comes from strong negative values.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

REACHED = 1 - 1e-9
"""A field of this part of a switching field has reached it, whatever rounding does to the steps."""
TINY = 1e-12
"""A component of a unit vector below this is rounding."""


@dataclass(frozen=True)
class Path:
    """A magnet along the points of a loop.

    Attributes:
        signs: Side of the hard plane on which the magnetisation is, ±1, (n,).
        directions: The magnetisation, unit vectors, (n, 3).
    """

    signs: np.ndarray
    directions: np.ndarray


class Switching(Protocol):
    """A model of how a magnet follows the field."""

    def follow(self, along: np.ndarray, across: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
        """Signs, and components of the magnetisation along the easy axis and across it.

        Args:
            along: Component of B along the easy axis, T, (n,).
            across: Component across it, T, (n,).
            start: Sign before the first point.

        Returns:
            Signs (n,), and components (n, 2) of unit vectors.
        """


@dataclass(frozen=True)
class SharpSwitching:
    """A magnet on its easy axis that reverses abruptly where the field along the axis is strong enough.

    With the field at an angle ψ to the axis it reverses at ``B_s/cos ψ`` (Kondorsky).

    Attributes:
        switching_field: B_s, half the width of the loop, T.
        exchange_bias: Centre of the loop, T.
    """

    switching_field: float
    exchange_bias: float = 0.0

    def follow(self, along: np.ndarray, across: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Switching`.

        Args:
            along: Component of B along the easy axis, T, (n,).
            across: Component across it, T, (n,).
            start: Sign before the first point.
        """
        excess = along - self.exchange_bias
        signs = _signs(excess, np.abs(excess) >= REACHED * self.switching_field, start)
        return signs, np.stack([signs, np.zeros_like(along)], axis=1)


@dataclass(frozen=True)
class StonerWohlfarth:
    """A magnet that rotates as a whole: the local minimum of its energy, as long as there is one.

    Energy over ``M B_K`` with φ from the easy axis and ``b = B/B_K``:
    ``½ sin²φ − b_∥ cos φ − b_⊥ sin φ``. Inside the astroid ``|b_∥|^⅔ + |b_⊥|^⅔ = 1`` there is one minimum on
    each side of the hard plane and the magnet stays where it is; outside, only one on the side of ``b_∥``.

    Attributes:
        anisotropy_field: B_K = 2K/M, T.
        exchange_bias: Centre of the loop: it is subtracted from the field along the axis, T.
    """

    anisotropy_field: float
    exchange_bias: float = 0.0

    def follow(self, along: np.ndarray, across: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Switching`.

        Args:
            along: Component of B along the easy axis, T, (n,).
            across: Component across it, T, (n,).
            start: Sign before the first point.
        """
        parallel, perpendicular = (
            (along - self.exchange_bias) / self.anisotropy_field,
            across / self.anisotropy_field,
        )
        parallel = np.where(np.abs(parallel) < TINY, 0.0, parallel)
        astroid = np.cbrt(parallel) ** 2 + np.cbrt(perpendicular) ** 2
        signs = _signs(parallel, astroid >= REACHED, start)
        cases = zip(signs, parallel, perpendicular, strict=True)
        components = [_minimum(sign * p, q) for sign, p, q in cases]
        return signs, np.array(components).reshape(-1, 2) * np.stack([signs, np.ones(len(signs))], axis=1)


def follow(model: Switching, easy_axis: np.ndarray, axis: np.ndarray, fields: np.ndarray) -> Path:
    """Signs and directions of a magnet at the points of a loop.

    Args:
        model: How it follows the field.
        easy_axis: Unit vector, (3,); where it is perpendicular to B, as given decides which side is +.
        axis: Direction of B, unit vector, (3,).
        fields: B along the axis, T, (n,), in the order of the measurement.
    """
    easy, cosine = oriented(easy_axis, axis)
    across = axis - cosine * easy
    sine = np.linalg.norm(across)
    hard = across / sine if sine > TINY else np.zeros(3)
    bias = getattr(model, "exchange_bias", 0.0)
    start = -1 if cosine or bias > 0 else 1
    signs, components = model.follow(cosine * fields, sine * fields * (sine > TINY), start)
    return Path(signs, components @ np.stack([easy, hard]) + 0.0)


def oriented(easy_axis: np.ndarray, axis: np.ndarray) -> tuple[np.ndarray, float]:
    """The easy axis on the side of B, and the cosine of its angle to B, at least 0.

    Args:
        easy_axis: Unit vector, (3,).
        axis: Direction of B, unit vector, (3,).
    """
    cosine = float(np.dot(easy_axis, axis))
    if abs(cosine) < TINY:
        return np.asarray(easy_axis, dtype=float), 0.0
    return math.copysign(1.0, cosine) * np.asarray(easy_axis), min(abs(cosine), 1.0)


def _signs(towards: np.ndarray, decided: np.ndarray, start: int) -> np.ndarray:
    """The side to which the field pulls where it decides, else the side of the point before."""
    signs = np.where(decided, np.sign(towards), 0.0).astype(int)
    last = np.maximum.accumulate(np.where(signs != 0, np.arange(len(signs)), -1))
    return np.where(last >= 0, signs[last], start)


def _minimum(parallel: float, perpendicular: float) -> tuple[float, float]:
    """Cosine and sine of the angle of least energy on the side of the hard plane where the cosine is > 0.

    With ``u = tan φ`` the torque vanishes where ``u/√(1+u²) + b_∥ u = b_⊥``. For ``b_∥ > 0`` the left side
    grows with u everywhere; for ``b_∥ < 0`` as long as ``cos³φ > |b_∥|``, which holds up to the astroid.
    """
    from scipy.optimize import brentq

    if parallel == 0 and abs(perpendicular) >= REACHED:
        return 0.0, math.copysign(1.0, perpendicular)
    if parallel == 0:
        return math.sqrt(1 - perpendicular**2), perpendicular
    if parallel > 0:
        low, high = sorted((0.0, perpendicular / parallel))
    else:
        high = math.sqrt(abs(parallel) ** (-2 / 3) - 1)
        low = -high
    u = brentq(lambda u: u / math.hypot(1, u) + parallel * u - perpendicular, low, high, xtol=1e-15)
    return 1 / math.hypot(1, u), u / math.hypot(1, u)
