"""The shipped length series: the truth is within one standard error as often as it must be."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from thermospin.inference.least_squares import Prediction, fit
from thermospin.output import SilentProgress
from thermospin.runs.fit_model import FitModel
from thermospin.runs.fit_plan import FitPlan
from thermospin.validation import load_config

FILE = Path(__file__).parents[2] / "configs" / "fit_length_series.yaml"
TRUTH = np.array([400e-9, 0.3])
SEEDS = 50


@pytest.mark.slow
def test_the_truth_is_within_one_standard_error(comm):
    """In at least 60 % of 50 series with noise, by the device's own Jacobian at the truth."""
    plan = FitPlan.of(load_config(FILE))
    assert [p.name for p in plan.parameters] == [
        "materials.Cu.spin_diffusion_length",
        "materials.Py.polarisation",
    ]
    model = FitModel(plan, None, SilentProgress(), 1, comm)
    true = model.predict(TRUTH)
    model.clear()
    sizes = 0.05 * np.abs(true.values)

    def linear(values):
        return Prediction(true.values + true.jacobian @ (values - TRUTH), true.jacobian)

    parameters = [
        dataclasses.replace(p, start=value) for p, value in zip(plan.parameters, 1.2 * TRUTH, strict=True)
    ]
    within = np.zeros(2)
    for seed in range(SEEDS):
        noise = np.random.default_rng(seed).normal(size=len(sizes))
        found = fit(linear, parameters, true.values + sizes * noise, sizes)
        within += np.abs(found.values - TRUTH) < found.errors
    assert np.all(within >= 0.6 * SEEDS)
