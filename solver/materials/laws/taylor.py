"""Truncated Taylor series in the temperature: exact derivatives of sums, products and quotients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


class Taylor:
    """A quantity near a temperature, ``Σ_k c_k (T − T_0)^k``, for every T_0 of an array.

    Args:
        coefficients: c_k = (1/k!) d^k/dT^k, (order + 1, …).
    """

    __array_ufunc__ = None  # arrays leave the arithmetic to this class
    __slots__ = ("coefficients",)

    def __init__(self, coefficients: np.ndarray) -> None:
        self.coefficients = coefficients

    @classmethod
    def variable(cls, values: np.ndarray, order: int) -> Taylor:
        """The temperature itself as a series.

        Args:
            values: T, K, of any shape.
            order: The highest derivative kept.
        """
        values = np.asarray(values, dtype=float)
        coefficients = np.zeros((order + 1, *values.shape))
        coefficients[0] = values
        coefficients[1:2] = 1.0
        return cls(coefficients)

    @classmethod
    def of_derivatives(cls, derivatives: Sequence[np.ndarray]) -> Taylor:
        """Series from a value and its derivatives.

        Args:
            derivatives: The value and its derivatives, (order + 1, …).
        """
        return cls(np.array([part / math.factorial(k) for k, part in enumerate(derivatives)]))

    @property
    def order(self) -> int:
        """The highest derivative kept."""
        return len(self.coefficients) - 1

    @property
    def value(self) -> np.ndarray:
        """The quantity itself."""
        return self.coefficients[0]

    @property
    def derivatives(self) -> np.ndarray:
        """The value and the derivatives, (order + 1, …)."""
        return np.array([math.factorial(k) * part for k, part in enumerate(self.coefficients)])

    def constant(self, value: Any) -> Taylor:
        """A number as a series with the order and shape of this one.

        Args:
            value: The number.
        """
        coefficients = np.zeros_like(self.coefficients)
        coefficients[0] = value
        return Taylor(coefficients)

    def exp(self) -> Taylor:
        """``e' = e u'``."""
        u = self.coefficients
        e = np.zeros_like(u)
        e[0] = np.exp(u[0])
        for k in range(1, len(u)):
            e[k] = sum(j * u[j] * e[k - j] for j in range(1, k + 1)) / k
        return Taylor(e)

    def __add__(self, other: Any) -> Taylor:
        if not isinstance(other, Taylor):
            other = self.constant(other)
        return Taylor(self.coefficients + other.coefficients)

    def __neg__(self) -> Taylor:
        return Taylor(-self.coefficients)

    def __sub__(self, other: Any) -> Taylor:
        return self + (-other)

    def __rsub__(self, other: Any) -> Taylor:
        return -self + other

    def __mul__(self, other: Any) -> Taylor:
        if not isinstance(other, Taylor):
            return Taylor(self.coefficients * other)
        a, b = self.coefficients, other.coefficients
        return Taylor(np.array([sum(a[j] * b[k - j] for j in range(k + 1)) for k in range(len(a))]))

    def __truediv__(self, other: Any) -> Taylor:
        if not isinstance(other, Taylor):
            return Taylor(self.coefficients / other)
        a, b = self.coefficients, other.coefficients
        q = np.zeros_like(a)
        for k in range(len(a)):
            q[k] = (a[k] - sum(q[j] * b[k - j] for j in range(k))) / b[0]
        return Taylor(q)

    def __rtruediv__(self, other: Any) -> Taylor:
        return self.constant(other) / self

    def __pow__(self, exponent: int) -> Taylor:
        return math.prod([self] * exponent, start=self.constant(1.0))

    __radd__, __rmul__ = __add__, __mul__


def where(condition: np.ndarray, yes: Taylor, no: Taylor) -> Taylor:
    """One series where a condition holds, and another elsewhere.

    Args:
        condition: Truth values with the shape of the temperatures.
        yes: Series where it holds.
        no: Series elsewhere.
    """
    return Taylor(np.where(condition, yes.coefficients, no.coefficients))


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two numbers or series, at each temperature.

    Args:
        a: Number or series.
        b: Number or series.
    """
    if not isinstance(a, Taylor) and not isinstance(b, Taylor):
        return min(a, b)
    a = a if isinstance(a, Taylor) else b.constant(a)
    b = b if isinstance(b, Taylor) else a.constant(b)
    return where(a.value <= b.value, a, b)
