"""Algebraic laws of lifts, of truncated series and of lock-in readings, for any numbers."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from thermospin.lift import Lift, SpinVector
from thermospin.materials.laws import Taylor
from thermospin.observables.lock_in import harmonic

pytestmark = pytest.mark.serial

NUMBERS = st.floats(-10, 10)
FACTORS = st.floats(0.1, 10)
ORDER = 4


def flat(pair):
    """A scalar part and a spin part as one array."""
    scalar, spin = pair
    return np.array([scalar, *(spin if isinstance(spin, SpinVector) else [spin])])


@st.composite
def directions(draw):
    vector = np.array([draw(NUMBERS) for _ in "xyz"])
    assume(np.linalg.norm(vector) > 0.1)
    return SpinVector(*(vector / np.linalg.norm(vector)))


@st.composite
def lifts(draw, m):
    """A lift that conducts, along a direction m or with a sign."""
    x = draw(FACTORS)
    lift = Lift(x, draw(st.floats(-0.9, 0.9)) * x, m)
    if not isinstance(m, SpinVector):
        return lift
    return lift._replace(across=draw(FACTORS), turning=draw(NUMBERS))


@st.composite
def of_one_material(draw):
    """Two lifts with one magnetisation, which commute, and a pair that they act on."""
    m = draw(st.sampled_from([1, -1]) | directions())
    spin = SpinVector(*(draw(NUMBERS) for _ in "xyz")) if isinstance(m, SpinVector) else draw(NUMBERS)
    return draw(lifts(m)), draw(lifts(m)), (draw(NUMBERS), spin)


@settings(deadline=None)
@given(of_one_material())
def test_product_of_lifts_acts_one_after_the_other(given_lifts):
    a, b, pair = given_lifts
    expected = flat(a(b(pair)))
    size = 1e-12 * (1 + np.abs(expected).max())
    np.testing.assert_allclose(flat(a.times(b)(pair)), expected, rtol=1e-11, atol=size)
    np.testing.assert_allclose(flat(b(a(pair))), expected, rtol=1e-11, atol=size)


@settings(deadline=None)
@given(of_one_material())
def test_inverse_of_a_lift_undoes_it(given_lifts):
    lift, _, pair = given_lifts
    assert flat(lift.inverse(lift(pair))) == pytest.approx(flat(pair), rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(of_one_material())
def test_parts_of_a_lift_add_up(given_lifts):
    lift, _, pair = given_lifts
    parts = flat(lift.isotropic(pair)) + flat(lift.magnetic(pair))
    assert parts == pytest.approx(flat(lift(pair)), rel=1e-11, abs=1e-11)


@st.composite
def series(draw):
    return Taylor(np.array([[draw(NUMBERS)] for _ in range(ORDER + 1)]))


@settings(deadline=None)
@given(series(), series(), series())
def test_series_are_a_commutative_ring(a, b, c):
    for found, expected in ((a * b, b * a), ((a * b) * c, a * (b * c)), (a * (b + c), a * b + a * c)):
        size = 1e-12 * (1e3 + np.abs(expected.coefficients).max())
        np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=0, atol=size)


@settings(deadline=None)
@given(series(), series())
def test_exponential_of_a_sum_is_a_product(a, b):
    a, b = a * 0.1, b * 0.1
    found, expected = (a + b).exp(), a.exp() * b.exp()
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-9, atol=1e-10)


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=8), FACTORS, st.integers(1, 4))
def test_harmonics_depend_on_powers_of_the_current(r, factor, k):
    """``R_n`` at a current c times as large is ``cⁿ R_n``."""
    scaled = [value * factor**n for n, value in enumerate(r, start=1)]
    size = sum(abs(value) for value in scaled)
    assert harmonic(r, factor, k) == pytest.approx(harmonic(scaled, 1.0, k), rel=1e-10, abs=1e-13 * size)
