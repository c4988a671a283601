"""The lift: matrix algebra of physics.md §2 on numbers, and its action on gradients."""

from itertools import product

import numpy as np
import pytest

from thermospin.lift import Lift, channel_products, dot

pytestmark = pytest.mark.serial

PAIRS = [(2.0, 0.5), (3.0, -1.1), (0.7, 0.0)]
SIGNS = [1, -1]


def matrix(lift):
    """The definition: ``[[X, pY], [pY, X]]``."""
    return np.array([[lift.X, lift.m * lift.Y], [lift.m * lift.Y, lift.X]])


@pytest.mark.parametrize(("pair", "p"), [*product(PAIRS, SIGNS)])
def test_action_is_that_of_the_matrix(pair, p):
    lift = Lift(*pair, p)
    vectors = np.array([[1.3, -0.2, 4.0], [0.4, 2.5, -1.0]])
    np.testing.assert_allclose(lift(tuple(vectors)), matrix(lift) @ vectors, rtol=1e-15)


@pytest.mark.parametrize(("pair", "p"), [*product(PAIRS, SIGNS)])
def test_action_is_channel_by_channel(pair, p):
    """Channel ``↑`` has the coefficient ``(X + Y)/2`` for p = +1; reversing the magnet exchanges the two."""
    lift = Lift(*pair, p)
    scalar, spin = 1.7, -0.6
    up, down = (pair[0] + p * pair[1]) / 2, (pair[0] - p * pair[1]) / 2
    total = up * (scalar + spin), down * (scalar - spin)
    np.testing.assert_allclose(lift((scalar, spin)), (total[0] + total[1], total[0] - total[1]), rtol=1e-14)


@pytest.mark.parametrize(("first", "second", "p"), [*product(PAIRS, PAIRS, SIGNS)])
def test_products(first, second, p):
    a, b = Lift(*first, p), Lift(*second, p)
    np.testing.assert_allclose(matrix(a.times(b)), matrix(a) @ matrix(b), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(matrix(a.times(b)), matrix(b.times(a)), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("pair", "p"), [*product(PAIRS, SIGNS)])
def test_inverse(pair, p):
    lift = Lift(*pair, p)
    np.testing.assert_allclose(matrix(lift.inverse), np.linalg.inv(matrix(lift)), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(matrix(lift.times(lift.inverse)), np.eye(2), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("pair", "p"), [*product(PAIRS, SIGNS)])
def test_isotropic_and_magnetic_parts_add_up(pair, p):
    lift = Lift(*pair, p)
    np.testing.assert_array_equal(matrix(lift.isotropic) + matrix(lift.magnetic), matrix(lift))
    np.testing.assert_array_equal(matrix(lift.isotropic), matrix(lift._replace(m=-p).isotropic))
    np.testing.assert_array_equal(matrix(lift.magnetic), -matrix(lift._replace(m=-p).magnetic))


def test_dot_adds_the_parts():
    first, second = np.array([[1, 2, 3], [0, 1, 0]]), np.array([[2, 0, 1], [5, 4, 1]])
    assert dot(first, second, np.dot) == 9


def test_products_of_channels():
    """Currents are sum and difference, forces mean and half the difference of the two channels."""
    (j_up, j_down), (e_up, e_down) = (3.0, -1.5), (0.4, 2.0)
    flux, force = (j_up + j_down, j_up - j_down), ((e_up + e_down) / 2, (e_up - e_down) / 2)
    both, difference = channel_products(flux, force, np.multiply)
    assert both == pytest.approx(j_up * e_up + j_down * e_down)
    assert difference == pytest.approx(j_up * e_up - j_down * e_down)
    assert both == pytest.approx(dot(flux, force, np.multiply))
