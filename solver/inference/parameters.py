"""Parameters of a fit, and what is known of them beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

LEAST_VARIANCE = 1e-6
"""Variance of a combination of correlated priors, in units of their own, below which it is rounding."""


@dataclass(frozen=True)
class Parameter:
    """A number that is fitted.

    Attributes:
        name: Its name.
        unit: Its unit.
        start: Where the fit begins.
        lower: Its lower bound.
        upper: Its upper bound.
        prior: Mean and standard uncertainty that are known beforehand; None where nothing is.
        size: Size of a parameter that may be 0; None of one to which relative changes suit.
    """

    name: str
    unit: str
    start: float
    lower: float = -np.inf
    upper: float = np.inf
    prior: tuple[float, float] | None = None
    size: float | None = None

    @property
    def scale(self) -> float:
        """A size by which it is divided in the optimiser."""
        sizes = (self.size, abs(self.start), self.prior[1] if self.prior else 0.0)
        return next((size for size in sizes if size), 1.0)


@dataclass(frozen=True)
class Priors:
    """Normal priors as residuals ``rows · values − means``, which are independent and of variance 1.

    Attributes:
        rows: Derivatives of the residuals by the parameters, shape (n_priors, n_parameters).
        means: The residuals' constant, shape (n_priors,).
    """

    rows: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, parameters: Sequence[Parameter], correlation: np.ndarray | None = None) -> Self:
        """Those of parameters.

        Args:
            parameters: The parameters.
            correlation: Correlations of their priors, shape (n_parameters, n_parameters); 0 without.
        """
        known = [i for i, parameter in enumerate(parameters) if parameter.prior]
        means, sizes = np.array([p.prior for p in parameters if p.prior]).reshape(-1, 2).T
        whole = np.eye(len(parameters)) if correlation is None else correlation
        variances, axes = np.linalg.eigh(whole[np.ix_(known, known)])
        root = axes / np.sqrt(np.maximum(variances, LEAST_VARIANCE)) @ axes.T / sizes
        rows = np.zeros((len(known), len(parameters)))
        rows[:, known] = root
        return cls(rows, root @ means)

    def residuals(self, values: np.ndarray) -> np.ndarray:
        """The residuals, shape (n_priors,).

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """
        found: np.ndarray = self.rows @ values - self.means
        return found

    def held(self, number: int, value: float) -> "Priors":
        """Those of the other parameters with one at a value.

        Args:
            number: Number of the one.
            value: Its value.
        """
        return Priors(np.delete(self.rows, number, axis=1), self.means - self.rows[:, number] * value)
