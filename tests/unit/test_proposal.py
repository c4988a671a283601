"""Outcomes of further measurements against the information matrix that they add to."""

import numpy as np
import pytest

from thermospin.inference.proposal import gain

pytestmark = pytest.mark.serial


def test_information_adds_up():
    """The inverse covariance grows by g gᵀ/σ², and the information is half the change of ln det."""
    random = np.random.default_rng(0)
    root = random.normal(size=(3, 3))
    before, gradient, uncertainty = root @ root.T, random.normal(size=3), 0.3
    after = np.linalg.inv(np.linalg.inv(before) + np.outer(gradient, gradient) / uncertainty**2)
    for chosen in range(3):
        found = gain(before, gradient, uncertainty, chosen)
        assert found.error == pytest.approx(np.sqrt(after[chosen, chosen]))
        bits = 0.5 * np.log2(np.linalg.det(before) / np.linalg.det(after))
        assert found.information == pytest.approx(bits)


def test_a_reading_that_depends_on_nothing_tells_nothing():
    assert gain(np.diag([4.0, 1.0]), np.zeros(2), 0.1, 0) == (2.0, 0.0)
