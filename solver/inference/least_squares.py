"""Weighted nonlinear least squares with priors, and the covariance of what is fitted.

The residuals are ``(model − value)/√(uncertainty² + mesh error²)`` and, of a parameter with a prior,
``(parameter − mean)/uncertainty``, of correlated priors of covariance C ``C^(-1/2) (parameters − means)``;
χ² is the sum of their squares. The covariance is the inverse of ``JᵀJ``, J the Jacobian of the residuals at
the minimum (Press et al., Numerical Recipes, 3rd ed., 15.4 and 15.5).

A robust loss ρ(z) of the squares z gives every residual the weight ρ'(z), as iteratively reweighted squares
do: residuals and rows of J are scaled by its root, also in χ² and the covariance. χ² has no probability then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import chi2 as chi2_distribution

from thermospin.errors import ConvergenceError
from thermospin.inference.parameters import Parameter, Priors

TOLERANCE = 1e-6
"""Relative change of the parameters at which a fit ends: smaller ones drown in the tolerance of a solver."""
MOST = 200
"""Evaluations of the model before a fit gives up."""
NEGLIGIBLE = 1e-3
"""Change of χ² that is none, where χ² is large relative to it."""
WEIGHTS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": np.ones_like,
    "soft_l1": lambda z: (1 + z) ** -0.5,
    "huber": lambda z: np.maximum(z, 1.0) ** -0.5,
    "cauchy": lambda z: 1 / (1 + z),
    "arctan": lambda z: 1 / (1 + z**2),
}
"""ρ'(z) of the losses of :func:`scipy.optimize.least_squares`."""
LOSSES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "soft_l1": lambda z: 2 * ((1 + z) ** 0.5 - 1),
    "huber": lambda z: np.where(z <= 1, z, 2 * np.sqrt(z) - 1),
    "cauchy": np.log1p,
    "arctan": np.arctan,
}
"""ρ(z) of the same."""
CUTOFF = 1e-12
"""Singular value over the largest one below which a combination of parameters is not determined at all."""


class Prediction(NamedTuple):
    """Values of the model.

    Attributes:
        values: The readings, shape (n_data,).
        jacobian: Their derivatives by the parameters, shape (n_data, n_parameters).
    """

    values: np.ndarray
    jacobian: np.ndarray


Model = Callable[[np.ndarray], Prediction | None]
"""Takes the parameters, shape (n_parameters,); gives None where they are not possible."""


@dataclass(frozen=True)
class Fitted:
    """The outcome of a fit.

    Attributes:
        parameters: The parameters.
        values: Their values, shape (n_parameters,).
        prediction: The model there.
        measured: The data, shape (n_data,).
        sizes: Uncertainties of the data and errors of the model together, shape (n_data,).
        priors: The priors of the parameters.
        evaluations: Number of evaluations of the model.
        loss: The loss, a key of :data:`WEIGHTS`.
    """

    parameters: Sequence[Parameter]
    values: np.ndarray
    prediction: Prediction
    measured: np.ndarray
    sizes: np.ndarray
    priors: Priors
    evaluations: int = 0
    loss: str = "linear"

    @cached_property
    def residuals(self) -> np.ndarray:
        """(model − value)/uncertainty of the data, shape (n_data,)."""
        return (self.prediction.values - self.measured) / self.sizes

    @cached_property
    def weighted(self) -> np.ndarray:
        """Jacobian of the residuals of the data times the roots of their weights, (n_data, n_parameters)."""
        return self.prediction.jacobian / self.sizes[:, None] * self._roots(self.residuals)[:, None]

    @cached_property
    def covariance(self) -> np.ndarray:
        """Covariance of the parameters; infinite variances where data and priors determine nothing."""
        scales = np.array([parameter.scale for parameter in self.parameters])
        whole = np.vstack([self.weighted, self._weighted_priors]) * scales
        _, singular, rotation = np.linalg.svd(whole, full_matrices=False)
        known = singular > CUTOFF * singular[0]
        inverse = rotation[known].T / singular[known]
        found = inverse @ inverse.T * np.outer(scales, scales)
        free = np.abs(rotation[~known]).max(axis=0, initial=0.0) > CUTOFF**0.5
        found[free, free] = np.inf
        return found

    @property
    def errors(self) -> np.ndarray:
        """Standard errors of the parameters, shape (n_parameters,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> np.ndarray:
        """Correlations of the parameters, shape (n_parameters, n_parameters); 0 with an undetermined one."""
        errors = self.errors
        with np.errstate(invalid="ignore"):
            found = np.nan_to_num(self.covariance / np.outer(errors, errors), nan=0.0)
        np.fill_diagonal(found, 1.0)
        return found

    @property
    def chi2(self) -> float:
        """χ², priors included, every square times its weight."""
        return float(sum(np.sum((self._roots(r) * r) ** 2) for r in (self.residuals, self._of_priors)))

    def misfit(self, values: np.ndarray, readings: np.ndarray) -> float:
        """Sum of ρ of all squares, priors included: −2 times the logarithm of the posterior up to a constant.

        Args:
            values: Values of the parameters, shape (n_parameters,).
            readings: Those of the model there, shape (n_data,).
        """
        away = (readings - self.measured) / self.sizes, self.priors.residuals(values)
        return float(sum(np.sum(LOSSES[self.loss](part**2)) for part in away))

    @property
    def freedom(self) -> int:
        """Degrees of freedom: data and priors less parameters."""
        return len(self.measured) + len(self.priors.means) - len(self.parameters)

    @property
    def probability(self) -> float | None:
        """Probability of χ² as large or larger if the model is right; None without freedom or for a loss."""
        if self.freedom <= 0 or self.loss != "linear":
            return None
        return float(chi2_distribution.sf(self.chi2, self.freedom))

    @property
    def step(self) -> np.ndarray:
        """Step to the minimum of the model that is linear about the values, shape (n_parameters,)."""
        scales = np.array([parameter.scale for parameter in self.parameters])
        rows = np.vstack([self.weighted, self._weighted_priors]) * scales
        away = [self._roots(part) * part for part in (self.residuals, self._of_priors)]
        found: np.ndarray = np.linalg.lstsq(rows, -np.concatenate(away), rcond=CUTOFF)[0]
        return found * scales

    @property
    def _weighted_priors(self) -> np.ndarray:
        """Jacobian of the residuals of the priors times the roots of their weights."""
        return self.priors.rows * self._roots(self._of_priors)[:, None]

    @property
    def _of_priors(self) -> np.ndarray:
        """Residuals of the priors, shape (n_priors,)."""
        return self.priors.residuals(self.values)

    def _roots(self, residuals: np.ndarray) -> np.ndarray:
        """Roots of the weights of residuals, in their shape."""
        return np.sqrt(WEIGHTS[self.loss](residuals**2))


def fit(
    model: Model,
    parameters: Sequence[Parameter],
    measured: np.ndarray,
    sizes: np.ndarray,
    loss: str = "linear",
    priors: Priors | None = None,
) -> Fitted:
    """Fit a model.

    Args:
        model: The model.
        parameters: The parameters.
        measured: The data, shape (n_data,).
        sizes: Uncertainties of the data and errors of the model together, shape (n_data,).
        loss: Of :func:`scipy.optimize.least_squares`; all but ``linear`` give less weight to outliers.
        priors: Priors of the parameters; by default their own, which are independent.

    Raises:
        ConvergenceError: The fit does not end, or begins or ends where the model is not possible.
    """
    priors = Priors.of(parameters) if priors is None else priors
    scales = np.array([parameter.scale for parameter in parameters])
    known: dict[bytes, Prediction | None] = {}
    refused = 0

    def predict(scaled: np.ndarray) -> Prediction | None:
        nonlocal refused
        key = scaled.tobytes()
        if key not in known:
            known[key] = model(scaled * scales)
            refused += known[key] is None
        return known[key]

    def residuals(scaled: np.ndarray) -> np.ndarray:
        found = predict(scaled)
        of_data = np.full(len(measured), np.inf) if found is None else (found.values - measured) / sizes
        return np.concatenate([of_data, priors.residuals(scaled * scales)])

    def jacobian(scaled: np.ndarray) -> np.ndarray:
        rows = predict(scaled).jacobian / sizes[:, None]
        return np.vstack([rows, priors.rows]) * scales

    start, lower, upper = (
        np.array([getattr(parameter, key) for parameter in parameters]) / scales
        for key in ("start", "lower", "upper")
    )
    if predict(start) is None:
        raise ConvergenceError("the start of the fit is not possible; give another")
    found = least_squares(
        residuals,
        start,
        jacobian,
        bounds=(lower, upper),
        loss=loss,
        xtol=TOLERANCE,
        ftol=TOLERANCE**2,
        gtol=TOLERANCE * max(1.0, float(np.linalg.norm(jacobian(start)))),
        max_nfev=MOST,
    )
    if not found.success:
        raise ConvergenceError(
            f"the fit has not ended after {MOST} evaluations; give bounds, priors, or a better start"
        )
    away = residuals(found.x)
    roots = np.sqrt(WEIGHTS[loss](away**2))
    free = jacobian(found.x)[:, found.active_mask == 0]
    if refused and _falls_further(roots * away, roots[:, None] * free):
        raise ConvergenceError(
            "the fit runs into values that are not possible for a material; give bounds, or a prior"
        )
    values = found.x * scales
    return Fitted(parameters, values, predict(found.x), measured, sizes, priors, len(known), loss)


def _falls_further(residuals: np.ndarray, jacobian: np.ndarray) -> bool:
    """Whether χ² is not at its minimum: a linear model has a smaller one."""
    step = np.linalg.lstsq(jacobian, residuals, rcond=CUTOFF)[0]
    return bool(np.sum((jacobian @ step) ** 2) > NEGLIGIBLE * max(1.0, float(np.sum(residuals**2))))
