"""A spin valve as a circuit against Hatami et al. 2007, Eqs. 4 to 9 (solver/physics.md §8.8)."""

import numpy as np
import pytest
from circuit_forms import SymmetricValve

from thermospin.config.directions import Angles
from thermospin.networks import Network, load_circuit
from thermospin.networks.library import hatami_table
from thermospin.networks.network import TAU, S
from thermospin.networks.response import two_terminal_response

pytestmark = pytest.mark.serial

ANGLES = np.radians([3.0, 30.0, 61.0, 90.0, 117.0, 150.0, 177.0])
BIASES = [(1e-4, 0.0), (0.0, 10.0), (1e-4, 10.0), (-3e-5, 4.0)]
VALVES = {
    "like copper on cobalt": SymmetricValve(),
    "strong thermopower": SymmetricValve(seebeck=60e-6, thermoelectric=-0.5, mixing=3.0),
    "large polarisation of the thermopower": SymmetricValve(polarisation=-0.3, thermoelectric=-1.9),
}


@pytest.fixture(params=VALVES.values(), ids=VALVES.keys())
def valve(request):
    return request.param


def network(valve, bias, regime="thermalised"):
    return Network(load_circuit(valve.circuit(*bias, regime)))


def unit_vector(theta, phi):
    """The unit vector of two angles, (3,)."""
    return np.array(Angles(theta=theta, phi=phi).vector)


def turned(theta, phi=0.0):
    return {"R": unit_vector(theta, phi)}


@pytest.mark.parametrize("bias", BIASES)
def test_current_and_heat_of_eqs_4_and_6(valve, bias):
    circuit = network(valve, bias)
    for theta in ANGLES:
        state = circuit.solve(turned(theta))
        assert state.current("L") == pytest.approx(valve.current(theta, *bias), rel=1e-11, abs=0)
        assert state.heat("L") == pytest.approx(valve.heat(theta, *bias), rel=1e-11, abs=0)


def test_angular_magnetothermopower_of_eq_5(valve):
    circuit = network(valve, (0.0, 0.0))
    for theta in ANGLES:
        found = two_terminal_response(circuit, ("L", "R"), turned(theta))
        assert found.seebeck == pytest.approx(valve.thermopower(theta), rel=1e-11, abs=0)


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("phi", [0.0, 1.1])
def test_torque_of_eq_7_in_the_plane_of_both_magnets(valve, bias, phi):
    circuit = network(valve, bias)
    for theta in ANGLES:
        state = circuit.solve(turned(theta, phi))
        expected, left, right = valve.absorbed(theta, *bias), unit_vector(0, 0), unit_vector(theta, phi)
        towards_right = right - (right @ left) * left
        towards_left = left - (left @ right) * right
        for name, direction, sign in (("L", towards_right, -1), ("R", towards_left, 1)):
            along = direction / np.linalg.norm(direction)
            np.testing.assert_allclose(
                state.absorbed[name], sign * expected * along, atol=1e-10 * abs(expected)
            )


@pytest.mark.parametrize("valve", [SymmetricValve(seebeck=1e-6), SymmetricValve(seebeck=-1e-6, mixing=3.0)])
def test_torque_and_spin_heat_without_inelastic_scattering_of_eqs_8_and_9(valve):
    """They hold for S² ≪ L0; here S²/L0 is 4e-5."""
    free, thermalised = (network(valve, (0.0, 1.0), regime) for regime in ("non-interacting", "thermalised"))
    for theta in ANGLES:
        own, other = free.solve(turned(theta)), thermalised.solve(turned(theta))
        ratio = own.absorbed["R"] @ other.absorbed["R"] / np.sum(other.absorbed["R"] ** 2)
        expected = valve.torque_excess(theta)
        assert ratio - 1 == pytest.approx(expected, rel=1e-3, abs=0)
        heat = 2 * np.linalg.norm(own.of("N")[TAU])
        assert heat == pytest.approx(valve.spin_heat_accumulation(theta), rel=1e-3, abs=0)
        assert heat == pytest.approx(
            valve.mixing * valve.thermoelectric / abs(valve.mixing_thermopower - valve.mixing)
            / np.sin(theta / 2) * abs(ratio - 1),
            rel=2e-3, abs=0,
        )  # fmt: skip


def test_the_approximation_of_eq_8_is_of_first_order_in_seebeck_squared():
    errors = []
    for seebeck in (1e-6, 1e-5):
        valve = SymmetricValve(seebeck=seebeck)
        torques = [
            np.linalg.norm(network(valve, (0.0, 1.0), regime).solve(turned(1.0)).absorbed["R"])
            for regime in ("non-interacting", "thermalised")
        ]
        errors.append(abs(torques[0] / torques[1] - 1 - valve.torque_excess(1.0)))
    assert errors[1] / errors[0] == pytest.approx(100, rel=0.05)


def test_half_metal_has_a_torque_that_does_not_depend_on_interactions():
    """The two regimes agree where η = η' = 2, P' = 1 and P → 1 (Hatami et al. 2007); P = 1 is not allowed."""
    valve = SymmetricValve(polarisation=0.999, thermoelectric=1.0, mixing=2.0, mixing_thermopower=2.0)
    own, other = (
        network(valve, (0.0, 1.0), regime).solve(turned(1.3)).absorbed["R"]
        for regime in ("non-interacting", "thermalised")
    )
    np.testing.assert_allclose(own, other, rtol=1e-3)


def test_antiparallel_magnets_are_the_two_channel_resistor_network():
    """Channel by channel: G↑ and G↓ in series in both."""
    valve = SymmetricValve()
    up, down = (valve.conductance * (1 + sign * valve.polarisation) / 2 for sign in (1, -1))
    found = two_terminal_response(network(valve, (0.0, 0.0)), ("L", "R"), turned(np.pi)).resistance
    assert 1 / found == pytest.approx(2 / (1 / up + 1 / down), rel=1e-12, abs=0)


def test_a_voltage_of_100_microvolts_drives_ten_million_amperes_per_square_centimetre():
    """The paper's correspondence, with Table I's P and the resistance of Co/Cu interfaces of the library."""
    interface = {"library": "Cu/Co(001)", "area_resistance": "1.02 fohm m^2"}
    circuit = {
        "nodes": {
            "L": {"magnetisation": [0, 0, 1], "voltage": "100 uV"},
            "N": {},
            "R": {"magnetisation": [0, 0, -1], "voltage": 0},
        },
        "elements": [{"between": [*pair], **interface} for pair in (("L", "N"), ("N", "R"))],
    }
    current = Network(load_circuit(circuit)).solve().current("L") / 1e4
    assert current == pytest.approx(1e7, rel=0.05)
    p = hatami_table()["Cu/Co(001)"].polarisation
    conductance = 2 / (1.02e-15 * (1 - p**2))
    assert current == pytest.approx(conductance / 2 * (1 - p**2) * 1e-4 / 1e4, rel=1e-12)


def test_thermopower_replaces_voltage_in_the_torque():
    """Equal P ΔV and P'S ΔT give equal torques: 1 µV/K and 100 K act like 100 µV (Hatami et al. 2007)."""
    valve = SymmetricValve(polarisation=0.5, thermoelectric=0.5, seebeck=2e-6)
    electrical, thermal = (
        network(valve, bias).solve(turned(2.0)).absorbed["R"] for bias in ((1e-4 / 0.5, 0.0), (0.0, 100.0))
    )
    np.testing.assert_allclose(electrical, thermal, rtol=1e-12)


def test_spin_accumulation_bisects_the_magnets(valve):
    for theta in ANGLES:
        s = network(valve, (1e-4, 0.0)).solve(turned(theta)).of("N")[S]
        assert abs(s @ (unit_vector(0, 0) + unit_vector(theta, 0))) < 1e-12 * np.linalg.norm(s)
