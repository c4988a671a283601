"""Macrospin dynamics against closed forms: damped precession, thresholds, switching times."""

from dataclasses import replace

import numpy as np
import pytest
from circuit_forms import damped_precession, kittel_frequency
from scipy.constants import physical_constants
from scipy.integrate import quad

from thermospin.macrospin.dynamics import (
    AngularTorque,
    Macrospin,
    critical_drive,
    integrate,
    switching_time,
)
from thermospin.networks import Network, load_circuit
from thermospin.networks.switching import free_torque, integrate_all, source_torque, thresholds

pytestmark = pytest.mark.serial

X, Y, Z = np.eye(3)
GAMMA = abs(physical_constants["electron gyromag. ratio"][0]) / (
    abs(physical_constants["electron g factor"][0]) / 2
)
FILM = Macrospin(
    saturation_magnetisation=1e6,
    thickness=2e-9,
    damping=0.02,
    magnetic_field=np.zeros(3),
    easy_axis=Z,
    anisotropy_field=0.05,
    hard_axis=X,
    plane_field=0.8,
)
PILLAR = replace(FILM, anisotropy_field=0.3, hard_axis=np.zeros(3), plane_field=0.0)
UNIT = FILM.saturation_magnetisation * FILM.thickness


def no_torque(m):
    """The torque of a layer that no current reaches."""
    return np.zeros(3)


def towards(p, field):
    """A torque that turns m towards p, with the strength of a field in T."""
    return lambda m: UNIT * field * (p - (m @ p) * m)


def direction(theta, phi=0.0):
    return np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])


@pytest.mark.parametrize("damping", [0.0, 0.01, 0.5])
def test_damped_precession(damping):
    layer = replace(PILLAR, anisotropy_field=0.0, magnetic_field=0.7 * Z, damping=damping)
    path = integrate(layer, no_torque, direction(2.9), 1e-9, tolerance=1e-10)
    np.testing.assert_allclose(path.m, damped_precession(path.time, 2.9, 0.7, damping, GAMMA), atol=2e-7)
    assert path.stretch < 1e-6


def test_frequency_of_small_precession_in_an_easy_plane():
    layer = replace(FILM, damping=0.0)
    period = 2 * np.pi / kittel_frequency(GAMMA, 0.05, 0.8)
    path = integrate(layer, no_torque, direction(1e-3, np.pi / 2), period, tolerance=1e-11)
    np.testing.assert_allclose(path.m[-1], path.m[0], atol=1e-8)
    assert abs(path.m[len(path.m) // 2] @ Y + path.m[0] @ Y) < 1e-8


def test_energy_is_conserved_without_damping():
    layer = replace(FILM, damping=0.0, magnetic_field=np.array([0.01, -0.02, 0.03]))
    path = integrate(layer, no_torque, direction(1.0, 0.4), 1e-9, tolerance=1e-11)
    energy = -path.m @ layer.magnetic_field - 0.05 / 2 * path.m[:, 2] ** 2 + 0.8 / 2 * path.m[:, 0] ** 2
    assert np.ptp(energy) < 1e-7


@pytest.mark.parametrize("layer", [FILM, PILLAR, replace(FILM, magnetic_field=-0.01 * Z)])
@pytest.mark.parametrize("sign", [1, -1])
def test_threshold_is_slonczewskis(layer, sign):
    """``a = α M_s d (B_k ± B + B_d/2)`` for a torque against the direction of m."""
    expected = layer.damping * (
        layer.anisotropy_field + sign * layer.magnetic_field[2] + layer.plane_field / 2
    )
    found = critical_drive(layer, towards(-sign * Z, 1.0), sign * Z)
    assert found == pytest.approx(expected, rel=1e-6)


def test_no_threshold_where_m_is_not_at_rest_or_unstable():
    assert critical_drive(FILM, towards(X, 1.0), Z) is None
    assert critical_drive(FILM, no_torque, Z) is None
    assert critical_drive(replace(FILM, magnetic_field=0.01 * X), towards(Z, 1.0), Z) is None
    assert critical_drive(PILLAR, towards(-Z, 1.0), X) is None


def test_no_threshold_on_a_saddle():
    """A field beyond B_K against m takes it out through the easy plane, though on average it is stiff."""
    against = replace(FILM, magnetic_field=-0.06 * Z)
    assert against.damping_rate(Z) > 0
    assert critical_drive(against, towards(-Z, 1.0), Z) is None
    path = integrate(against, no_torque, direction(1e-3, np.pi / 2), 20e-9)
    assert path.m[-1] @ Z < -0.9
    assert critical_drive(against, towards(Z, 1.0), -Z) == pytest.approx(0.02 * (0.05 + 0.06 + 0.4), rel=1e-6)


@pytest.mark.parametrize("layer", [FILM, PILLAR], ids=["film", "pillar"])
@pytest.mark.parametrize("ratio", [0.9, 1.1])
def test_deviations_grow_above_the_threshold_only_and_at_the_rate_of_theory(layer, ratio):
    threshold = layer.damping * (layer.anisotropy_field + layer.plane_field / 2)
    rate = (ratio - 1) * threshold * GAMMA / (1 + layer.damping**2)
    stiffness = layer.anisotropy_field * (layer.anisotropy_field + layer.plane_field)
    torque = ratio * threshold
    period = 2 * np.pi / (GAMMA / (1 + layer.damping**2))
    period /= np.sqrt((1 + layer.damping**2) * (stiffness + torque**2) - ((ratio - 1) * threshold) ** 2)
    path = integrate(layer, towards(-Z, torque), direction(1e-4, np.pi / 2), 10 * period, tolerance=1e-12)
    growth = (path.m[-1] @ Y) / (path.m[0] @ Y)
    assert np.log(growth) == pytest.approx(rate * 10 * period, rel=1e-4)


def test_switching_time_of_a_uniaxial_layer():
    """``dθ/dt = γ/(1+α²) (a − α B_k cos θ) sin θ`` is integrated by quadrature."""
    layer, torque, start = PILLAR, 0.02, 0.05
    path = integrate(layer, towards(-Z, torque), direction(start), 20e-9)

    def slowness(theta):
        speed = (torque - layer.damping * layer.anisotropy_field * np.cos(theta)) * np.sin(theta)
        return (1 + layer.damping**2) / GAMMA / speed

    expected, _ = quad(slowness, start, np.pi / 2, epsrel=1e-10)
    assert switching_time(layer, path) == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_layer_below_its_threshold_does_not_switch():
    path = integrate(PILLAR, towards(-Z, 0.9 * 0.02 * 0.3), direction(0.05), 20e-9)
    assert switching_time(PILLAR, path) is None
    assert path.m[-1] @ Z > np.cos(0.05)


def test_table_of_angles_gives_the_torque_at_any_direction():
    p = direction(0.7, 0.3)

    def torque(m):
        cosine = m @ p
        return (p - cosine * m) / (2 + cosine) + 0.3 * np.cross(m, p) * (1 + cosine**2)

    table = AngularTorque.of(torque, p)
    for m in (direction(t, f) for t in (0.01, 0.7, 1.5, 3.1) for f in (0.0, 0.3, 2.0)):
        np.testing.assert_allclose(table(m), torque(m), atol=1e-7)


VALVE = """
temperature: 300 K
nodes:
  L: {magnetisation: [0, 0, 1], SOURCE}
  N: {}
  R: {magnetisation: [0, 0, 1], voltage: 0 V}
elements:
  - {between: [L, N], library: Cr/Co(001), conductance: 2e15 S/m^2}
  - {between: [N, R], library: Cr/Co(001), conductance: 2e15 S/m^2}
free_layer:
  node: R
  saturation_magnetisation: 1e6 A/m
  thickness: 2 nm
  damping: 0.02
  easy_axis: [0, 0, 1]
  anisotropy_field: 300 mT
dynamics: {initial: {theta: THETA}, duration: 30 ns, drives: DRIVES}
"""
SOURCES = {
    "voltage": "voltage: 100 uV",
    "current": "current_density: 1e11 A/m^2",
    "heat": "temperature: 310 K",
}


def circuit(tmp_path, source, theta="1 deg", drives="[1]"):
    file = tmp_path / "valve.yaml"
    text = VALVE.replace("SOURCE", SOURCES[source]).replace("THETA", theta).replace("DRIVES", drives)
    file.write_text(text)
    return load_circuit(file)


@pytest.mark.parametrize(
    "source", [pytest.param(name, marks=[] if name == "heat" else [pytest.mark.slow]) for name in SOURCES]
)
@pytest.mark.parametrize(("theta", "state"), [("1 deg", "+easy_axis"), ("179 deg", "-easy_axis")])
def test_a_circuit_switches_its_free_layer_above_the_threshold_only(tmp_path, source, theta, state):
    factor = thresholds(Network(circuit(tmp_path, source)))[state].factor
    drives = str([0.95 * factor, 2.0 * factor])
    below, above = integrate_all(Network(circuit(tmp_path, source, theta, drives)))
    assert below.time is None
    assert above.time is not None


def test_critical_voltage_and_temperature_difference_of_a_circuit(tmp_path):
    """The slope of Hatami et al. 2007, Eq. 7 at θ = 0, (ħ/2e) G U/4, against the damping."""
    network = Network(circuit(tmp_path, "voltage"))
    law = network.joints[0].law
    conductance, p = law.electrical.sum, law.electrical.difference / law.electrical.sum
    thermoelectric = law.thermoelectric.difference / conductance
    hbar, e = (physical_constants[name][0] for name in ("reduced Planck constant", "elementary charge"))
    needed = 0.02 * 0.3 * 1e6 * 2e-9 / (hbar / (2 * e) * conductance / 4)
    found = thresholds(network)["+easy_axis"]
    assert abs(found.voltage) == pytest.approx(needed / abs(p), rel=1e-6, abs=0)
    assert abs(found.temperature_difference) == pytest.approx(needed / abs(thermoelectric), rel=1e-6, abs=0)
    assert found.factor == pytest.approx(found.voltage / 1e-4, rel=1e-9, abs=0)
    assert found.current == pytest.approx(conductance / 2 * found.voltage, rel=1e-9, abs=0)


def test_tabulated_torque_of_a_circuit(tmp_path):
    network = Network(circuit(tmp_path, "current"))
    exact, table = source_torque(network, "R"), free_torque(network)
    for theta, phi in ((0.01, 0.2), (1.0, 3.0), (2.5, 1.0), (3.13, 0.0)):
        m = direction(theta, phi)
        np.testing.assert_allclose(table(m), exact(m), atol=1e-8 * np.linalg.norm(exact(direction(1.0))))
