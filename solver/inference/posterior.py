"""Samples of the posterior of a fit within the bounds, with the model itself or linear about the minimum.

The ensemble sampler of Goodman and Weare (Comm. App. Math. Comp. Sci. 5, 65 (2010)) by emcee.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from thermospin.errors import InputError
from thermospin.inference.least_squares import Fitted

WALKERS = 4
"""Walkers per parameter of a linear model; there are at least :data:`LEAST`."""
LEAST = 16
BURN_IN = 0.3
"""Share of the steps of a linear model that is thrown away."""
BURN_IN_OF_FULL = 0.1
"""The same of the model itself, whose walkers begin in the posterior of the linear one."""
SEED = 0


@dataclass(frozen=True)
class Posterior:
    """Samples of the parameters.

    Attributes:
        samples: The samples, shape (n_samples, n_parameters).
        independent: About how many of them are independent.
    """

    samples: np.ndarray
    independent: float


class Chain(NamedTuple):
    """Walkers and steps.

    Attributes:
        walkers: Number of walkers.
        burnt: Steps that are thrown away.
        kept: Steps that are kept.
    """

    walkers: int
    burnt: int
    kept: int

    @property
    def evaluations(self) -> int:
        """Evaluations of the model."""
        return self.walkers * (1 + self.burnt + self.kept)

    @classmethod
    def of_full(cls, parameters: int, count: int) -> "Chain":
        """That of a model which is solved for every sample.

        Args:
            parameters: Number of parameters.
            count: Number of samples.
        """
        walkers = 2 * parameters + 2
        kept = -(-count // walkers)
        return cls(walkers, max(int(BURN_IN_OF_FULL * kept), 10), kept)


def sample_posterior(fitted: Fitted, count: int) -> Posterior:
    """Draw samples with the model linear about its minimum.

    Args:
        fitted: The fit; its covariance is finite.
        count: Number of samples.

    Raises:
        InputError: emcee is not installed, or data and priors do not determine the parameters, or hardly so.
    """
    rows = _whitening(fitted)
    lower, upper = _bounds(fitted)

    def log_probability(points: np.ndarray) -> np.ndarray:
        away = (points - fitted.values) @ rows.T
        inside = np.all((points >= lower) & (points <= upper), axis=1)
        return np.where(inside, -0.5 * np.sum(away**2, axis=1), -np.inf)

    walkers = max(WALKERS * len(fitted.values), LEAST)
    kept = -(-count // walkers)
    chain = Chain(walkers, max(int(BURN_IN * kept), 100), kept)
    size = walkers, len(fitted.values)
    start = fitted.values + 0.1 * fitted.errors * np.random.default_rng(SEED).normal(size=size)
    return _sampled(log_probability, _inside(fitted, start), chain, count)


def sample_full_posterior(
    fitted: Fitted, count: int, readings: Callable[[np.ndarray], np.ndarray | None]
) -> Posterior:
    """Draw samples with the model itself (collective if the model is: ranks draw the same).

    Args:
        fitted: The fit; its covariance is finite.
        count: Number of samples.
        readings: The model: takes parameters, gives readings, (n_data,), or None where they are not possible.

    Raises:
        InputError: emcee is not installed, or data and priors do not determine the parameters, or hardly so.
    """
    root = np.linalg.inv(_whitening(fitted))
    lower, upper = _bounds(fitted)

    def log_probability(values: np.ndarray) -> float:
        if np.any((values < lower) | (values > upper)):
            return -np.inf
        found = readings(values)
        return -np.inf if found is None else -0.5 * fitted.misfit(values, found)

    chain = Chain.of_full(len(fitted.values), count)
    draws = np.random.default_rng(SEED).normal(size=(chain.walkers, len(fitted.values)))
    start = _inside(fitted, fitted.values + draws @ root.T)
    return _sampled(lambda points: np.array([log_probability(p) for p in points]), start, chain, count)


def _sampled(
    log_probability: Callable[[np.ndarray], Any], start: np.ndarray, chain: Chain, count: int
) -> Posterior:
    """Samples of a probability whose logarithm takes points, shape (n, n_parameters)."""
    try:
        from emcee import EnsembleSampler
    except ImportError:
        raise InputError("'posterior' needs emcee; install thermospin[posterior]", key="fit.method") from None
    sampler = EnsembleSampler(*start.shape, log_probability, vectorize=True)
    sampler.random_state = np.random.RandomState(SEED).get_state()
    sampler.run_mcmc(start, chain.burnt + chain.kept)
    samples = sampler.get_chain(discard=chain.burnt, flat=True)[:count]
    steps = float(np.max(sampler.get_autocorr_time(discard=chain.burnt, tol=0)))
    return Posterior(samples, len(samples) / max(steps, 1.0) if np.isfinite(steps) else float("nan"))


def _bounds(fitted: Fitted) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds of the parameters, shape (n_parameters,) each."""
    lower, upper = (np.array([getattr(p, end) for p in fitted.parameters]) for end in ("lower", "upper"))
    return lower, upper


def _inside(fitted: Fitted, points: np.ndarray) -> np.ndarray:
    """Points moved into the bounds."""
    lower, upper = _bounds(fitted)
    return np.clip(points, lower + 1e-6 * fitted.errors, upper - 1e-6 * fitted.errors)


def _whitening(fitted: Fitted) -> np.ndarray:
    """A matrix that makes the covariance the identity, shape (n_parameters, n_parameters).

    Raises:
        InputError: A parameter is not determined, or parameters go so closely together that the covariance is
            singular.
    """
    errors = fitted.errors
    if not np.all(np.isfinite(errors)):
        message = (
            "a parameter is not determined and has no prior, so that nothing can be sampled; give a prior"
        )
        raise InputError(message, key="fit.method")
    try:
        root = np.linalg.cholesky(fitted.covariance / np.outer(errors, errors)) * errors[:, None]
        return np.linalg.inv(root)
    except np.linalg.LinAlgError:
        message = "a combination of the parameters is hardly determined (see 'fit.json' of 'least_squares'); "
        raise InputError(f"{message}give a prior, or fit fewer parameters", key="fit.method") from None
