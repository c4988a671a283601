"""Least squares with priors against closed forms, and what data determine, in words."""

import numpy as np
import pytest
from scipy.stats import chi2, norm

from thermospin.errors import ConvergenceError, InputError
from thermospin.inference.identifiability import directions, undetermined
from thermospin.inference.least_squares import Parameter, Prediction, fit
from thermospin.inference.posterior import sample_posterior

pytestmark = pytest.mark.serial

PLACES = np.linspace(1, 3, 12)


def line(parameters):
    """A straight line a + b x."""
    jacobian = np.column_stack([np.ones_like(PLACES), PLACES])
    return Prediction(jacobian @ parameters, jacobian)


def decay(parameters):
    """P² exp(−x/λ), as a series of nonlocal valves over their length."""
    polarisation, length = parameters
    decayed = np.exp(-PLACES / length)
    values = polarisation**2 * decayed
    return Prediction(values, np.column_stack([2 * polarisation * decayed, values * PLACES / length**2]))


def product(parameters):
    a, b = parameters
    return Prediction(a * b * PLACES, np.column_stack([b * PLACES, a * PLACES]))


def named(*starts, **options):
    return [Parameter(name, "", start, **options) for name, start in zip("ab", starts, strict=False)]


def test_a_straight_line_has_the_closed_form():
    random = np.random.default_rng(0)
    sizes = random.uniform(0.1, 0.3, len(PLACES))
    measured = 2 - 0.7 * PLACES + sizes * random.normal(size=len(PLACES))
    found = fit(line, named(1.0, 1.0), measured, sizes)
    rows = line(np.zeros(2)).jacobian / sizes[:, None]
    covariance = np.linalg.inv(rows.T @ rows)
    np.testing.assert_allclose(found.values, covariance @ rows.T @ (measured / sizes), rtol=1e-8)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-10)
    assert found.freedom == 10
    assert found.probability == pytest.approx(chi2.sf(found.chi2, 10))


def test_a_prior_is_a_datum_more():
    """Mean and variance of a normal prior and a normal datum: weights by the inverse variances."""

    def one(parameters):
        return Prediction(parameters.copy(), np.ones((1, 1)))

    found = fit(one, [Parameter("a", "", 5.0, prior=(4.0, 0.5))], np.array([6.0]), np.array([1.0]))
    assert found.values[0] == pytest.approx((4.0 / 0.25 + 6.0) / 5)
    assert found.errors[0] == pytest.approx(5**-0.5)
    assert found.chi2 == pytest.approx(0.4**2 / 0.25 + 1.6**2)


def test_errors_cover_the_truth():
    """Of 400 series with noise, 68 % have the truth within one standard error; χ² has its distribution."""
    truth, random = np.array([0.3, 0.8]), np.random.default_rng(1)
    sizes = 0.05 * decay(truth).values
    found = [
        fit(decay, named(0.2, 1.0), decay(truth).values + sizes * random.normal(size=len(PLACES)), sizes)
        for _ in range(400)
    ]
    away = np.array([(one.values - truth) / one.errors for one in found])
    within = np.mean(np.abs(away) < 1, axis=0)
    expected = norm.cdf(1) - norm.cdf(-1)
    assert np.all(np.abs(within - expected) < 4 * np.sqrt(expected * (1 - expected) / 400))
    assert np.mean([one.probability for one in found]) == pytest.approx(0.5, abs=4 / np.sqrt(12 * 400))


def test_only_the_product_is_fixed():
    found = fit(product, named(2.0, 3.0), 6 * PLACES, 0.05 * PLACES)
    assert found.errors.tolist() == [np.inf, np.inf]
    (told,) = undetermined(found)
    assert (
        told
        == f"only a · b is fixed by the data: {100 * 0.05 / 6 / 12**0.5:.2g} % along it, any value across"
    )
    assert [direction.error < 1 for direction in directions(found)] == [True, False]


def test_a_prior_determines_the_other_of_a_product():
    parameters = [Parameter("a", "", 2.0, prior=(2.0, 0.2)), Parameter("b", "", 3.0)]
    found = fit(product, parameters, 6 * PLACES, 0.005 * PLACES)
    assert found.errors == pytest.approx([0.2, 0.3], rel=1e-3)
    assert found.correlation[0, 1] == pytest.approx(-1, abs=1e-3)


def test_impossible_values_are_gone_around():
    """The model ends at a = 1.5, beyond the start of the steps but not beyond the minimum."""

    def limited(parameters):
        return None if parameters[0] > 1.5 else line(parameters)

    measured = 1.4 - 0.7 * PLACES
    found = fit(limited, named(-20.0, 1.0), measured, np.ones_like(PLACES))
    assert found.values == pytest.approx([1.4, -0.7], rel=1e-6)


def test_a_fit_that_runs_into_a_limit_is_told():
    def limited(parameters):
        return None if parameters[0] > 1.0 else line(parameters)

    with pytest.raises(ConvergenceError, match="give bounds, or a prior"):
        fit(limited, named(0.5, 1.0), 3 - 0.7 * PLACES, 1e-3 * np.ones_like(PLACES))


def reweighted(measured, sizes):
    """Huber's line by iteratively reweighted least squares: values, covariance and weights."""
    rows, values, weights = line(np.zeros(2)).jacobian / sizes[:, None], np.zeros(2), np.ones(len(sizes))
    for _ in range(200):
        covariance = np.linalg.inv(rows.T @ (weights[:, None] * rows))
        values = covariance @ rows.T @ (weights * measured / sizes)
        weights = 1 / np.maximum(np.abs(rows @ values - measured / sizes), 1)
    return values, covariance, weights


def with_outlier():
    """Data of the line 1.4 − 0.7 x, one of them off by 40 uncertainties, and their uncertainties."""
    measured, sizes = 1.4 - 0.7 * PLACES, 0.1 * np.ones(len(PLACES))
    measured[4] += 4
    return measured, sizes


def test_an_outlier_has_less_weight():
    measured, sizes = with_outlier()
    found = fit(line, named(1.0, 1.0), measured, sizes, "huber")
    values, covariance, weights = reweighted(measured, sizes)
    assert weights.min() < 0.1
    np.testing.assert_allclose(found.values, values, rtol=1e-4)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-4)
    assert found.chi2 == pytest.approx(np.sum(weights * found.residuals**2), rel=1e-4)
    assert found.probability is None


def test_impossible_values_are_gone_around_with_an_outlier():
    def limited(parameters):
        return None if parameters[0] > 2.5 else line(parameters)

    measured, sizes = with_outlier()
    found = fit(limited, named(-20.0, 1.0), measured, sizes, "huber")
    np.testing.assert_allclose(found.values, reweighted(measured, sizes)[0], rtol=1e-4)


def test_nothing_is_sampled_of_parameters_that_go_together():
    found = fit(line, named(1.0, 1.0), 2 - PLACES, np.ones(12))
    found.__dict__["covariance"] = np.array([[1, 1 + 1e-12], [1 + 1e-12, 1]])  # as rounding may leave it
    with pytest.raises(InputError, match="hardly determined.*give a prior"):
        sample_posterior(found, 100)


def test_samples_have_the_covariance():
    random = np.random.default_rng(3)
    found = fit(line, named(1.0, 1.0), 2 - PLACES + 0.1 * random.normal(size=12), 0.1 * np.ones(12))
    samples = sample_posterior(found, 20_000)
    assert samples.shape == (20_000, 2)
    assert np.all(np.abs(samples.mean(0) - found.values) < 0.1 * found.errors)
    np.testing.assert_allclose(np.cov(samples.T), found.covariance, rtol=0.15)
