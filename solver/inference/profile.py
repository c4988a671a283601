"""Profile likelihood: the smallest misfit at values of one parameter, the others fitted again.

Where the model is linear it is ``((p − p̂)/σ)²``. The interval in which it is less than 1 has the probability
of one standard deviation (Venzon and Moolgavkar, Applied Statistics 37, 87 (1988)).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from thermospin.errors import ConvergenceError, InputError
from thermospin.inference.least_squares import Fitted, Model, Prediction, fit

STEPS = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0)
"""Values of the parameter, in its standard errors from the minimum."""

NOTICEABLE = 1e-2
"""Fall of the misfit from which on another minimum is lower, and not the same one found better."""


@dataclass(frozen=True)
class Profile:
    """The profile of a parameter.

    Attributes:
        values: Its values, shape (n,), in their order; the minimum is among them.
        rises: Misfit over that of the fit, shape (n,); negative where another minimum is lower, ∞ where the
            value is not possible.
    """

    values: np.ndarray
    rises: np.ndarray

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """Ends, below and above the lowest value, at which the misfit rises by 1; None where it does not."""
        best = int(np.argmin(self.rises))
        roots = np.sqrt(self.rises - self.rises[best])
        lower = _crossing(roots[best::-1], self.values[best::-1])
        return lower, _crossing(roots[best:], self.values[best:])

    @property
    def lower(self) -> tuple[float, float] | None:
        """Value at which the misfit is lower than that of the fit, and by how much; None where it is not."""
        best = int(np.argmin(self.rises))
        drop = float(-self.rises[best])
        return (float(self.values[best]), drop) if drop > NOTICEABLE else None


def profile(model: Model, fitted: Fitted, number: int) -> Profile:
    """Find the profile of a parameter.

    Args:
        model: The model.
        fitted: The fit.
        number: Number of the parameter.

    Raises:
        InputError: Data and priors do not determine the parameter.
    """
    parameter, error = fitted.parameters[number], float(fitted.errors[number])
    if not np.isfinite(error):
        message = f"'{parameter.name}' is not determined, so that its profile is flat; give a prior"
        raise InputError(message, key="fit.profile")
    least = fitted.misfit(fitted.values, fitted.prediction.values)
    found = {float(fitted.values[number]): 0.0}
    for value in (float(fitted.values[number]) + step * error for step in STEPS):
        if parameter.lower < value < parameter.upper:
            found[value] = _least_misfit(model, fitted, number, value) - least
    values = np.array(sorted(found))
    return Profile(values, np.array([found[value] for value in values.tolist()]))


def _least_misfit(model: Model, fitted: Fitted, number: int, value: float) -> float:
    """The smallest misfit with a parameter held at a value; ∞ where there is none."""
    others = [i for i in range(len(fitted.values)) if i != number]
    start = _expected(fitted, number, value)

    def whole(free: Sequence[float] | np.ndarray) -> np.ndarray:
        values = start.copy()
        values[others] = free
        return values

    def held(free: np.ndarray) -> Prediction | None:
        found = model(whole(free))
        return found and Prediction(found.values, found.jacobian[:, others])

    try:
        if not others:
            found = model(start)
            return np.inf if found is None else fitted.misfit(start, found.values)
        free = [replace(fitted.parameters[i], start=float(start[i])) for i in others]
        priors = fitted.priors.held(number, value)
        best = fit(held, free, fitted.measured, fitted.sizes, fitted.loss, priors)
    except ConvergenceError:
        return np.inf
    return fitted.misfit(whole(best.values), best.prediction.values)


def _expected(fitted: Fitted, number: int, value: float) -> np.ndarray:
    """Minimum of a linear model with a parameter held at a value, within the bounds."""
    moved = fitted.covariance[:, number] / fitted.covariance[number, number] * (value - fitted.values[number])
    found = fitted.values + np.nan_to_num(moved)
    for i, p in enumerate(fitted.parameters):
        inside = 1e-6 * p.scale
        found[i] = np.clip(found[i], p.lower + inside, p.upper - inside)
    found[number] = value
    return found


def _crossing(roots: np.ndarray, values: np.ndarray) -> float | None:
    """Value at which roots, the first of which is 0, first come to 1; None where they do not."""
    beyond = np.flatnonzero(roots >= 1)
    if not beyond.size:
        return None
    i = int(beyond[0])
    share = (1 - roots[i - 1]) / (roots[i] - roots[i - 1]) if np.isfinite(roots[i]) else 0.0
    return float(values[i - 1] + share * (values[i] - values[i - 1]))
