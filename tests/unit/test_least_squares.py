"""Least squares with priors against closed forms, and what data determine, in words."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import chi2, norm

from thermospin.errors import ConvergenceError, InputError
from thermospin.inference.identifiability import directions, undetermined
from thermospin.inference.least_squares import Prediction, fit
from thermospin.inference.parameters import Parameter, Priors
from thermospin.inference.posterior import sample_full_posterior, sample_posterior
from thermospin.inference.profile import profile

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


def test_the_outcome_of_one_fit_is_the_prior_of_the_next():
    """With its correlations: two fits one after the other are one fit to all data. So are their profiles."""
    random = np.random.default_rng(3)
    sizes = random.uniform(0.1, 0.3, len(PLACES))
    measured = 2 - 0.7 * PLACES + sizes * random.normal(size=len(PLACES))

    def part(rows, parameters, priors=None):
        def model(values):
            return Prediction(*(part[rows] for part in line(values)))

        found = fit(model, parameters, measured[rows], sizes[rows], priors=priors)
        return found, [p.rises for p in (profile(model, found, number) for number in (0, 1))]

    first, _ = part(slice(5), named(1.0, 1.0))
    known = [
        dataclasses.replace(p, prior=(value, error))
        for p, value, error in zip(first.parameters, first.values, first.errors, strict=True)
    ]
    second, rises = part(slice(5, None), known, Priors.of(known, first.correlation))
    whole, expected = part(slice(None), named(1.0, 1.0))
    assert abs(first.correlation[0, 1]) > 0.9
    np.testing.assert_allclose(second.values, whole.values, rtol=1e-6)
    np.testing.assert_allclose(second.covariance, whole.covariance, rtol=1e-6)
    np.testing.assert_allclose(rises, expected, rtol=1e-5)
    assert second.freedom == whole.freedom - 3  # the first fit used two of its five data


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
    samples = sample_posterior(found, 20_000).samples
    assert samples.shape == (20_000, 2)
    assert np.all(np.abs(samples.mean(0) - found.values) < 0.1 * found.errors)
    np.testing.assert_allclose(np.cov(samples.T), found.covariance, rtol=0.15)


def test_the_profile_of_a_line_is_a_parabola():
    found = fit(line, named(1.0, 1.0), 2 - PLACES, 0.3 * np.ones(12))
    along = profile(line, found, 1)
    np.testing.assert_allclose(along.rises, ((along.values + 1) / found.errors[1]) ** 2, atol=1e-8)
    assert along.interval == pytest.approx((-1 - found.errors[1], -1 + found.errors[1]), rel=1e-6)


def test_the_profile_of_a_decay():
    """The smallest χ² over the other parameter, which is linear in its square, in closed form."""
    sizes = 0.02 * np.exp(-PLACES)
    found = fit(decay, named(0.3, 0.8), 0.09 * np.exp(-PLACES / 0.8), sizes)
    along = profile(decay, found, 1)
    shape = np.exp(-PLACES / along.values[:, None]) / sizes
    data = 0.09 * np.exp(-PLACES / 0.8) / sizes
    expected = data @ data - (shape @ data) ** 2 / np.sum(shape**2, axis=1)
    np.testing.assert_allclose(along.rises, expected, atol=1e-6)
    lower, upper = along.interval
    assert upper - found.values[1] > 1.05 * (found.values[1] - lower)


def test_a_profile_that_finds_a_lower_minimum():
    """A step of the second reading, beyond the minimum of the first: χ² falls from 4 to 0.25 there."""

    def step(values):
        (a,) = values
        far = 1 / (1 + np.exp(-20 * (a - 2)))
        readings = np.array([0.3 * (a - 1), 2 * (1 - far)])
        return Prediction(readings, np.array([[0.3], [-40 * far * (1 - far)]]))

    found = fit(step, named(1.0), np.zeros(2), np.ones(2))
    along = profile(step, found, 0)
    where, drop = along.lower
    assert where == pytest.approx(1 + 0.5 * found.errors[0], rel=1e-6)
    assert drop == pytest.approx(4 - 0.25, rel=1e-3)
    assert along.interval[1] == pytest.approx(1 + found.errors[0] * 1.25**0.5, rel=2e-2)


def test_profiles_end_at_bounds_and_impossible_values():
    parameters = [Parameter("a", "", 1.0, lower=0.0, upper=1.1), Parameter("b", "", -1.0)]
    found = fit(line, parameters, 1 - PLACES, np.ones(12))
    along = profile(line, found, 0)
    assert along.values.max() <= 1.1
    assert along.interval[1] is None

    def limited(values):
        return None if values[1] > -1 + 1e-3 else line(values)

    beyond = profile(limited, found, 1)
    assert np.isinf(beyond.rises[beyond.values > -1 + 1e-3]).all()
    assert np.isfinite(beyond.rises[beyond.values <= -1]).all()


def test_no_profile_of_what_is_not_determined():
    found = fit(product, named(2.0, 3.0), 6 * PLACES, 0.05 * PLACES)
    with pytest.raises(InputError, match="'a' is not determined.*give a prior"):
        profile(product, found, 0)


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_losses_are_those_of_scipy(loss):
    """Twice the cost of scipy at the minimum; weights are derivatives of the losses."""
    measured, sizes = with_outlier()
    found = fit(line, named(1.0, 1.0), measured, sizes, loss)
    theirs = least_squares(lambda p: (line(p).values - measured) / sizes, found.values, loss=loss, max_nfev=1)
    assert found.misfit(found.values, found.prediction.values) == pytest.approx(2 * theirs.cost, rel=1e-12)


def test_samples_of_the_model_itself():
    """Mean and deviation of a skew posterior, by sums over a grid of it."""
    sizes = 0.02 * np.exp(-PLACES)
    data = 0.09 * np.exp(-PLACES / 0.8)
    parameters = [Parameter("a", "", 0.3, 0.05, 0.8), Parameter("b", "", 0.8, 0.3, 3.0)]
    found = fit(decay, parameters, data, sizes)
    drawn = sample_full_posterior(found, 4000, lambda values: decay(values).values)
    a, b = np.meshgrid(np.linspace(0.05, 0.8, 400), np.linspace(0.3, 3.0, 400))
    model = a[..., None] ** 2 * np.exp(-PLACES / b[..., None])
    weights = np.exp(-0.5 * np.sum(((model - data) / sizes) ** 2, axis=-1))
    for i, grid in enumerate((a, b)):
        mean = np.average(grid, weights=weights)
        deviation = np.average((grid - mean) ** 2, weights=weights) ** 0.5
        kurtosis = np.average((grid - mean) ** 4, weights=weights) / deviation**4
        standard = drawn.independent**-0.5
        assert drawn.samples[:, i].mean() == pytest.approx(mean, abs=4 * standard * deviation)
        spread = 4 * standard * ((kurtosis - 1) / 4) ** 0.5
        assert drawn.samples[:, i].std() == pytest.approx(deviation, rel=spread)
        assert spread < 0.5
    assert 100 < drawn.independent < 4000
    assert np.average(b, weights=weights) - 0.8 > 0.2 * found.errors[1]  # 0 of the linear model


def test_a_step_ends_at_the_minimum_of_a_linear_model():
    parameters = [Parameter("a", "", 1.0, prior=(3.0, 0.5)), Parameter("b", "", -1.0)]
    found = fit(line, parameters, 2 - PLACES, np.ones(12))
    away = np.array([0.3, -0.2])
    moved = dataclasses.replace(found, values=found.values + away, prediction=line(found.values + away))
    np.testing.assert_allclose(moved.step, -away, rtol=1e-6)
