"""The shipped length series: the truth is within one standard error as often as it must be."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import chebyshev

from thermospin.inference.least_squares import Prediction, fit
from thermospin.output import SilentProgress
from thermospin.runs.fit_model import FitModel
from thermospin.runs.fit_plan import FitPlan
from thermospin.validation import load_config

FILE = Path(__file__).parents[2] / "configs" / "fit_length_series.yaml"
TRUTH = np.array([400e-9, 0.3])
SEEDS = 400
"""So many that chance does not decide: of 50, where 68 % is expected, it gives less than 60 % once in ten."""
RANGE = np.log([1.5, 1.3])
"""Half the range of ln λ and ln P, in which the device is solved: several standard errors."""
POINTS = 4, 3
"""Chebyshev points of either."""


class Interpolated:
    """The readings of the devices as polynomials of ln λ and ln P through solutions at Chebyshev points.

    Args:
        model: The devices.
    """

    def __init__(self, model):
        x, y = (part.ravel() for part in np.meshgrid(*map(chebyshev.chebpts1, POINTS), indexing="ij"))
        places = TRUTH * np.exp(np.column_stack([x, y]) * RANGE)
        solved = [model.readings(values) for values in places]
        self._signs = np.sign(solved[0])
        rows = chebyshev.chebvander2d(x, y, [n - 1 for n in POINTS])
        series = np.linalg.solve(rows, np.log(np.abs(solved)))
        self._series = series.reshape(*POINTS, -1)

    def __call__(self, values):
        """Readings and their derivatives, at λ and P."""
        at = np.log(values / TRUTH) / RANGE
        readings = self._signs * np.exp(chebyshev.chebval2d(*at, self._series))
        slopes = [chebyshev.chebval2d(*at, chebyshev.chebder(self._series, axis=i)) for i in (0, 1)]
        return Prediction(readings, readings[:, None] * np.transpose(slopes) / RANGE / values)


@pytest.mark.slow
def test_the_truth_is_within_one_standard_error(comm):
    """In at least 60 % of series with noise. Readings between solved points are interpolated."""
    plan = FitPlan.of(load_config(FILE))
    assert [p.name for p in plan.parameters] == [
        "materials.Cu.spin_diffusion_length",
        "materials.Py.polarisation",
    ]
    model = FitModel(plan, None, SilentProgress(), 1, comm)
    interpolated = Interpolated(model)
    solved, found = (at(TRUTH * [1.25, 0.9]) for at in (model.predict, interpolated))
    np.testing.assert_allclose(found.values, solved.values, rtol=2e-3)
    np.testing.assert_allclose(found.jacobian, solved.jacobian, rtol=2e-2)
    model.clear()
    true = interpolated(TRUTH).values
    sizes = 0.05 * np.abs(true)
    parameters = [
        dataclasses.replace(p, start=value) for p, value in zip(plan.parameters, 1.2 * TRUTH, strict=True)
    ]
    within = np.zeros(2)
    for seed in range(SEEDS):
        noise = np.random.default_rng(seed).normal(size=len(sizes))
        found = fit(interpolated, parameters, true + sizes * noise, sizes)
        within += np.abs(found.values - TRUTH) < found.errors
    assert np.all(within >= 0.6 * SEEDS)
