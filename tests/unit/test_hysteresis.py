"""How magnets follow a field: sharp switching; Stoner and Wohlfarth's rotation against its energy itself."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from thermospin.macrospin.hysteresis import SharpSwitching, StonerWohlfarth, follow

pytestmark = pytest.mark.serial

X, Y, Z = np.eye(3)
UP = np.linspace(-0.1, 0.1, 201)
LOOP = np.concatenate([UP, UP[::-1]])
UPWARDS = slice(0, len(UP))


def tilted(degrees):
    """An easy axis at an angle to y, towards x."""
    angle = math.radians(degrees)
    return math.cos(angle) * Y + math.sin(angle) * X


def switches(path, fields):
    """Fields at the first point after every change of sign."""
    return fields[np.flatnonzero(np.diff(path.signs)) + 1]


# sharp switching


def test_sharp_magnet_has_switched_at_its_switching_field():
    path = follow(SharpSwitching(0.03), Y, Y, LOOP)
    assert switches(path, LOOP) == pytest.approx([0.03, -0.03], abs=1e-12)
    np.testing.assert_array_equal(path.directions, path.signs[:, None] * Y)


def test_exchange_bias_is_the_centre_of_the_loop():
    path = follow(SharpSwitching(0.02, exchange_bias=-0.05), Y, Y, LOOP)
    assert switches(path, LOOP) == pytest.approx([-0.03, -0.07], abs=1e-12)


def test_bias_beyond_the_switching_field_points_one_way_without_a_field():
    path = follow(SharpSwitching(0.02, exchange_bias=-0.05), X, Y, LOOP)
    np.testing.assert_array_equal(path.signs, 1)


def test_sharp_magnet_at_an_angle_needs_the_component_along_it():
    path = follow(SharpSwitching(0.03), tilted(60), Y, LOOP)
    assert switches(path, LOOP) == pytest.approx([0.06, -0.06], abs=1e-12)


def test_orientation_of_the_easy_axis_does_not_matter():
    for model in (SharpSwitching(0.03), StonerWohlfarth(0.08)):
        one, other = (follow(model, sign * tilted(20), Y, LOOP) for sign in (1, -1))
        np.testing.assert_array_equal(one.signs, other.signs)
        np.testing.assert_allclose(one.directions, other.directions, atol=1e-15)


def test_weak_fields_do_not_switch():
    path = follow(SharpSwitching(0.2), Y, Y, LOOP)
    np.testing.assert_array_equal(path.signs, -1)


def test_steps_on_the_switching_field_do_not_depend_on_rounding():
    for points in range(3, 60, 2):
        fields = np.linspace(-0.3, 0.3, points)
        loop = np.concatenate([fields, fields[::-1]])
        for field in fields[fields > 0]:
            path = follow(SharpSwitching(float(f"{field:.6g}") * (1 + 1e-15)), Y, Y, loop)
            np.testing.assert_array_equal(path.signs, -path.signs[np.arange(len(loop)) - len(fields)])


# Stoner and Wohlfarth


def relaxed(anisotropy, angle, fields):
    """Angle from B, by walking downhill from the state before in the energy, in fine steps of the field."""

    def energy(theta, b):
        return 0.5 * math.sin(theta - angle) ** 2 - b / anisotropy * math.cos(theta)

    theta, found, before = math.pi, [], fields[0]
    for field in fields:
        for b in np.linspace(before, field, 40)[1:] if field != before else [field]:
            theta = downhill(lambda t, b=b: energy(t, b), theta)
        before = field
        found.append(theta)
    return np.array(found)


def downhill(energy, theta, step=1e-3):
    """The minimum that one reaches without going up."""
    at = energy(theta)
    way = step if energy(theta + step) < energy(theta - step) else -step
    while (following := energy(theta + way)) < at:
        theta, at = theta + way, following
    return minimize_scalar(
        energy, bounds=(theta - step, theta + step), method="bounded", options={"xatol": 1e-10}
    ).x


@pytest.mark.parametrize("degrees", [5, 30, 45, 70, 88])
def test_rotation_follows_the_minimum_of_the_energy(degrees):
    anisotropy, fields = 0.06, LOOP[::10]
    path = follow(StonerWohlfarth(anisotropy), tilted(degrees), Y, fields)
    theta = relaxed(anisotropy, math.radians(degrees), fields)
    expected = np.outer(np.cos(theta), Y) + np.outer(np.sin(theta), X)
    np.testing.assert_allclose(path.directions, expected, atol=2e-6)
    assert len(switches(path, fields)) == 2


@pytest.mark.parametrize("degrees", [0, 1, 20, 45, 60, 89])
def test_rotation_switches_on_the_astroid(degrees):
    """Its cusps and its middle are known: B_K along the axis and across it, B_K/2 at 45°."""
    anisotropy, angle = 0.05, math.radians(degrees)
    expected = anisotropy * (math.cos(angle) ** (2 / 3) + math.sin(angle) ** (2 / 3)) ** (-3 / 2)
    if degrees in (0, 45):
        assert expected == pytest.approx(anisotropy * {0: 1, 45: 0.5}[degrees], rel=1e-14)
    near = expected * np.array([-3, 1 - 1e-7, 1 + 1e-7])
    path = follow(StonerWohlfarth(anisotropy), tilted(degrees), Y, near)
    np.testing.assert_array_equal(path.signs, [-1, -1, 1])


def test_hard_axis_has_no_hysteresis():
    """``m = B/B_K`` along B up to saturation, on the side of the easy axis as given."""
    path = follow(StonerWohlfarth(0.06), X, Y, LOOP)
    np.testing.assert_allclose(path.directions[:, 1], np.clip(LOOP / 0.06, -1, 1), atol=1e-12)
    inside = np.abs(LOOP) < 0.0599
    assert (path.directions[inside, 0] > 0).all()
    np.testing.assert_array_equal(path.directions[UPWARDS], path.directions[len(UP) :][::-1])


def test_torque_vanishes_and_length_is_one():
    for degrees in (0, 12, 45, 77, 90):
        for bias in (0.0, 0.013, -0.02):
            easy = tilted(degrees)
            m = follow(StonerWohlfarth(0.04, bias), easy, Y, LOOP).directions
            np.testing.assert_allclose(np.linalg.norm(m, axis=1), 1, rtol=1e-14)
            effective = LOOP[:, None] * Y + ((0.04 * m @ easy) - bias)[:, None] * easy
            assert np.abs(np.cross(m, effective)).max() < 1e-14


def test_three_dimensional_axes_stay_in_their_plane():
    easy, axis = np.array([1.0, 2.0, 2.0]) / 3, np.array([2.0, -1.0, 2.0]) / 3
    m = follow(StonerWohlfarth(0.06), easy, axis, LOOP).directions
    assert np.abs(m @ np.cross(easy, axis)).max() < 1e-15
    assert m[len(UP) - 1] @ axis > 0.9


def test_extreme_ratios_stay_finite():
    for anisotropy in (1e-9, 1e9):
        for degrees in (0, 1e-7, 45, 89.9999999, 90):
            m = follow(StonerWohlfarth(anisotropy), tilted(degrees), Y, LOOP).directions
            np.testing.assert_allclose(np.linalg.norm(m, axis=1), 1, rtol=1e-12)
