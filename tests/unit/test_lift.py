"""The lift: matrix algebra of solver/physics.md §2 on numbers, and its action on gradients."""

from itertools import product

import numpy as np
import pytest

from thermospin.lift import Lift, SpinVector, channel_products, dot

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


# Vector spin: 4x4 matrices on (scalar, x, y, z).

DIRECTIONS = [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.48, -0.6, 0.64), (-6 / 7, 2 / 7, 3 / 7)]
ACROSS = [(None, None), (0.4, None), (None, -0.9), (1.7, 0.6), (0.0, None)]


def cross_matrix(m):
    """The matrix of ``m ×``."""
    return np.array([[0, -m[2], m[1]], [m[2], 0, -m[0]], [-m[1], m[0], 0]])


def full_matrix(x, y, m, across=None, turning=None):
    """solver/physics.md §2, and a part that turns about m."""
    m, across, turning = np.array(m), x if across is None else across, turning or 0.0
    along = np.outer(m, m)
    found = np.zeros((4, 4))
    found[0, 0], found[0, 1:], found[1:, 0] = x, y * m, y * m
    found[1:, 1:] = x * along + across * (np.eye(3) - along) + turning * cross_matrix(m)
    return found


def columns(lift):
    """Images of unit vectors under a lift."""
    found = [lift((unit[0], SpinVector(*unit[1:]))) for unit in np.eye(4)]
    return np.array([[scalar, *spin] for scalar, spin in found]).T


def every(*pairs):
    return pytest.mark.parametrize(
        ("m", "parts", *(f"pair{i}" for i in range(len(pairs)))), [*product(DIRECTIONS, ACROSS, *pairs)]
    )


def vector_lift(pair, m, parts):
    return Lift(*pair, SpinVector(*m), *parts)


@every(PAIRS)
def test_vector_action_is_that_of_the_matrix(m, parts, pair0):
    lift = vector_lift(pair0, m, parts)
    np.testing.assert_allclose(columns(lift), full_matrix(*pair0, m, *parts), rtol=0, atol=1e-15)


@every(PAIRS)
def test_vector_action_on_gradients(m, parts, pair0):
    """Every component is a vector in space; the matrix acts on the components."""
    values = np.random.default_rng(1).standard_normal((4, 3))
    scalar, spin = vector_lift(pair0, m, parts)((values[0], SpinVector(*values[1:])))
    np.testing.assert_allclose([scalar, *spin], full_matrix(*pair0, m, *parts) @ values, rtol=0, atol=2e-14)


@every(PAIRS)
def test_vector_inverse(m, parts, pair0):
    """Where nothing crosses m, nothing does in the inverse either: it is a pseudo-inverse."""
    known = np.linalg.pinv(full_matrix(*pair0, m, *parts), rcond=1e-12)
    zero = 0.0 in parts
    given = tuple(np.array([part]) if zero and part is not None else part for part in parts)
    inverse = vector_lift(pair0, m, given).inverse
    inverse = inverse._replace(across=float(np.squeeze(inverse.across)))
    np.testing.assert_allclose(columns(inverse), known, rtol=0, atol=1e-14)


@every(PAIRS, PAIRS)
def test_vector_products(m, parts, pair0, pair1):
    for others in ACROSS:
        a, b = vector_lift(pair0, m, parts), vector_lift(pair1, m, others)
        expected = full_matrix(*pair0, m, *parts) @ full_matrix(*pair1, m, *others)
        np.testing.assert_allclose(columns(a.times(b)), expected, rtol=0, atol=2e-14)
        np.testing.assert_allclose(columns(b.times(a)), expected, rtol=0, atol=2e-14)


@every(PAIRS)
def test_vector_parts(m, parts, pair0):
    lift = vector_lift(pair0, m, parts)
    whole = full_matrix(*pair0, m, *parts)
    np.testing.assert_allclose(columns(lift.isotropic), pair0[0] * np.eye(4), rtol=0, atol=1e-15)
    np.testing.assert_allclose(columns(lift.isotropic) + columns(lift.magnetic), whole, rtol=0, atol=2e-15)
    np.testing.assert_allclose(columns(lift.symmetric), (whole + whole.T) / 2, rtol=0, atol=1e-15)
    np.testing.assert_allclose(columns(lift.scaled(-2.5)), -2.5 * whole, rtol=0, atol=1e-14)
    raised = whole + 0.3 * np.eye(4)
    np.testing.assert_allclose(columns(lift.plus(0.3)), raised, rtol=0, atol=2e-15)


@every(PAIRS)
def test_damped_has_the_singular_values(m, parts, pair0):
    """The symmetric positive lift that a preconditioner takes instead: as large in every direction."""
    lift = vector_lift(pair0, m, parts)
    damped, whole = columns(lift.damped), full_matrix(*pair0, m, *parts)
    np.testing.assert_allclose(damped, damped.T, rtol=0, atol=1e-15)
    np.testing.assert_allclose(damped @ damped, whole.T @ whole, rtol=0, atol=5e-14)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("p", SIGNS)
def test_vector_along_z_is_collinear(pair, p):
    whole = columns(Lift(*pair, SpinVector(0.0, 0.0, float(p))))
    np.testing.assert_array_equal(whole[np.ix_([0, 3], [0, 3])], matrix(Lift(*pair, p)))
    np.testing.assert_array_equal(whole[1:3], pair[0] * np.eye(4)[1:3])


@pytest.mark.parametrize("m", DIRECTIONS)
def test_products_of_channels_are_those_of_spinors(m):
    """``Tr(A B)/2`` and ``Tr(σ (A B + B A))/4`` for ``A = a + a·σ``; the products symmetrised in the two."""
    sigma = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    random = np.random.default_rng(2)
    a, b = random.standard_normal((2, 4))
    lift = Lift(2.0, 0.5, SpinVector(*m))
    (ja, sa), (jb, sb) = ((v[0], SpinVector(*v[1:])) for v in (a, b))
    spinors = [v[0] * np.eye(2) + np.tensordot(v[1:], sigma, 1) for v in (a, full_matrix(2.0, 0.5, m) @ b)]
    anti = (spinors[0] @ spinors[1] + spinors[1] @ spinors[0]) / 2
    both, difference = channel_products((ja, sa), lift((jb, sb)), np.multiply)
    assert both == pytest.approx(np.trace(anti).real / 2)
    np.testing.assert_allclose(difference, [np.trace(s @ anti).real / 2 for s in sigma], rtol=1e-12)


def test_spin_vectors():
    a, b = np.array([1.3, -0.4, 2.0]), np.array([0.2, 5.0, -1.0])
    x, y = SpinVector(*a), SpinVector(*b)
    assert isinstance(x + y, SpinVector)
    for found, known in (
        (x + y, a + b),
        (x - y, a - b),
        (-x, -a),
        (2 * x, 2 * a),
        (x / 4, a / 4),
        (0 + x, a),
        (x.cross(y), np.cross(a, b)),
    ):
        np.testing.assert_allclose(found, known, rtol=1e-15)
    assert x.dot(y) == pytest.approx(a @ b)
    with pytest.raises(TypeError):
        x + 1
