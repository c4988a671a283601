"""Samples of the posterior of a fit, with the model linear about its minimum, within the bounds.

The ensemble sampler of Goodman and Weare (Comm. App. Math. Comp. Sci. 5, 65 (2010)) by emcee.
"""

import numpy as np

from thermospin.errors import InputError
from thermospin.inference.least_squares import Fitted

WALKERS = 4
"""Walkers per parameter; there are at least :data:`LEAST`."""
LEAST = 16
BURN_IN = 0.3
"""Share of the steps that is thrown away."""
SEED = 0


def sample_posterior(fitted: Fitted, count: int) -> np.ndarray:
    """Draw samples of the parameters, shape (count, n_parameters).

    Args:
        fitted: The fit; its covariance is finite.
        count: Number of samples.

    Raises:
        InputError: emcee is not installed, or data and priors do not determine the parameters, or hardly so.
    """
    try:
        from emcee import EnsembleSampler
    except ImportError:
        raise InputError("'posterior' needs emcee; install thermospin[posterior]", key="fit.method") from None
    if not np.all(np.isfinite(fitted.errors)):
        message = (
            "a parameter is not determined and has no prior, so that nothing can be sampled; give a prior"
        )
        raise InputError(message, key="fit.method")
    rows = _whitening(fitted)
    lower, upper = (np.array([getattr(p, end) for p in fitted.parameters]) for end in ("lower", "upper"))

    def log_probability(points: np.ndarray) -> np.ndarray:
        away = (points - fitted.values) @ rows.T
        inside = np.all((points >= lower) & (points <= upper), axis=1)
        return np.where(inside, -0.5 * np.sum(away**2, axis=1), -np.inf)

    size = len(fitted.values)
    walkers = max(WALKERS * size, LEAST)
    random = np.random.default_rng(SEED)
    start = np.clip(
        fitted.values + 0.1 * fitted.errors * random.normal(size=(walkers, size)),
        lower + 1e-6 * fitted.errors,
        upper - 1e-6 * fitted.errors,
    )
    sampler = EnsembleSampler(walkers, size, log_probability, vectorize=True)
    sampler.random_state = np.random.RandomState(SEED).get_state()
    kept = -(-count // walkers)
    burnt = max(int(BURN_IN * kept), 100)
    sampler.run_mcmc(start, burnt + kept)
    return sampler.get_chain(discard=burnt, flat=True)[:count]


def _whitening(fitted: Fitted) -> np.ndarray:
    """A matrix that makes the covariance the identity, shape (n_parameters, n_parameters).

    Raises:
        InputError: Parameters go so closely together that the covariance is singular.
    """
    errors = fitted.errors
    try:
        root = np.linalg.cholesky(fitted.covariance / np.outer(errors, errors)) * errors[:, None]
        return np.linalg.inv(root)
    except np.linalg.LinAlgError:
        message = "a combination of the parameters is hardly determined (see 'fit.json' of 'least_squares'); "
        raise InputError(f"{message}give a prior, or fit fewer parameters", key="fit.method") from None
