"""Demodulation in a lateral device with bars that are true (row 42 of the cases)."""

import numpy as np
import pytest
from lateral import device
from support import prepare_problem

from thermospin.validation import load_config


@pytest.fixture(scope="module")
def scheme(comm):
    """A scheme that heats, the pair of its nonlocal probe, and R1 … R8 of the expansion with their bars."""
    config = device(heating={"model": "joule", "scale": 3.2})
    problem = prepare_problem(config, comm)
    problem.magnetise(problem.states["P"])
    solver = problem.scheme("thermal")
    expansion, pair = solver.expand(8), load_config(config).probes["nonlocal"]
    return solver, pair, expansion.harmonics(pair), bars_of(expansion, pair)


def bars_of(expansion, pair):
    return np.array([order.uncertainty[pair] for order in expansion.orders])


@pytest.mark.parametrize(
    ("currents", "orders"),
    [
        ([1e-12, -1e-12], 2),
        ([0.5e-3, 1e-3], 2),
        ([k * 1e-6 for k in range(1, 9)], 8),
        ([1e-3, -1e-3, 2e-3], 3),
        ([2e-3], 1),
    ],
)
def test_row_42_bars_contain_the_expansion(scheme, currents, orders):
    solver, pair, expected, errors = scheme
    fitted = solver.demodulate(currents, orders)
    found, bars = fitted.harmonics(pair), bars_of(fitted, pair)
    assert np.all(abs(found - expected[:orders]) <= bars + errors[:orders])
    if orders > 1:
        assert bars[1] < 1e-2 * abs(expected[1])


def test_row_42_what_cannot_be_told_has_a_bar_that_says_so(scheme):
    """R4 at some microamperes is a part in 1e10 of the voltage of R2 in this device."""
    solver, pair, expected, _ = scheme
    fitted = solver.demodulate([k * 1e-6 for k in range(1, 9)], 8)
    assert abs(fitted.orders[3].reading(pair) - expected[3]) <= bars_of(fitted, pair)[3]
    assert bars_of(fitted, pair)[7] > abs(expected[7])
