"""Hatami's valve by finite elements versus the angle (Hatami et al. 2007, Eqs. 4 to 9)."""

from math import radians

import numpy as np
import pytest
from bars import NM, Bar, Layer
from scipy.spatial.transform import Rotation
from test_vector_elements import HOT, PER_AMPERE, components, vector_problem
from vector_forms import AngularValve

from thermospin.fields import TAU_VECTOR
from thermospin.macrospin.dynamics import AngularTorque, Macrospin, critical_drive, integrate, switching_time
from thermospin.runs.device_torque import device_torque
from thermospin.textures import Texture

ANGLES = [radians(angle) for angle in (20, 60, 90, 135, 170)]
NODES = {
    "Reservoir": {
        "conductivity": 1e9,
        "magnetic": True,
        "spin_diffusion_length": "5 nm",
        "thermal_conductivity": 9e3,
        "spin_heat_ratio": 1,
    },
    "Spacer": {
        "conductivity": 1e9,
        "spin_diffusion_length": "1 mm",
        "thermal_conductivity": 9e3,
        "spin_heat_ratio": 1,
    },
}
G, P, P_PRIME, ETA, ETA_PRIME = 1e12, 0.5, 0.3, 0.6, 0.13
TURN = Rotation.from_rotvec([0.3, 1.1, -0.7]).as_matrix()


class Valve:
    """Two like contacts between magnets without spins and a spacer without resistance (collective).

    Args:
        comm: The ranks.
        seebeck: S of the contacts, V/K.
        warming: Temperature of the right end less that of the left one, K.
        spin_heat: Whether the spacer's spins have temperatures of their own.
    """

    def __init__(self, comm, seebeck, warming, spin_heat=False):
        law = {
            "conductance": G,
            "polarisation": P,
            "seebeck": seebeck,
            "spin_seebeck": 2 * (P_PRIME - P) * seebeck / (1 - P**2),
            "mixing_conductance": ETA / 2 * G,
            "mixing_thermopower": ETA_PRIME,
        }
        names = ("F1", "Reservoir"), ("N", "Spacer"), ("F2", "Reservoir")
        self.rod = Bar(
            [Layer(*name, length * NM) for name, length in zip(names, (4, 2, 4), strict=True)],
            temperature=HOT,
            sinks=(0.0, warming),
            materials=NODES,
        )
        schemes = {"along": {"right": {"voltage": "1 V"}, "left": "ground"}}
        self.problem = vector_problem(
            self.rod, comm, {}, [("F1|N", law), ("N|F2", law)], spin_heat, schemes=schemes
        )
        self.exact = AngularValve(G, P, seebeck, P_PRIME, ETA, ETA_PRIME, HOT)

    def at(self, angle, voltage=0.0):
        """The fields with the right magnet turned by an angle from the left one."""
        left, right = TURN @ [0, 0, 1], TURN @ [np.sin(angle), 0, np.cos(angle)]
        self.problem.magnetise({"F1": Texture.along(left), "F2": Texture.along(right)})
        return self.problem.scheme("along").at(voltage)

    def torques(self, solution):
        """Of both magnets, j_s⊥ in A/m², (2, 3)."""
        found = self.problem.torques().of(solution)
        return np.array([found[name] for name in ("F1", "F2")]) / PER_AMPERE / self.rod.area


@pytest.mark.parametrize("drive", ["voltage", "warming"])
def test_hatami_valve(drive, comm):
    """Hatami et al. 2007, Eqs. 4, 6 and 7: current, heat and torque, right to left."""
    warming, voltage = (0.0, 1e-4) if drive == "voltage" else (10.0, 0.0)
    valve = Valve(comm, -20e-6, warming)
    for angle in ANGLES:
        solution = valve.at(angle, voltage)
        current = valve.exact.current(angle, voltage, warming)
        assert solution.currents["right"] / valve.rod.area == pytest.approx(current, rel=1e-3)
        heat = valve.exact.heat(angle, voltage, warming)
        assert solution.heat["left"] / valve.rod.area == pytest.approx(heat, rel=1e-3)
        size = valve.exact.torque(angle, voltage, warming)
        torques = valve.torques(solution)
        np.testing.assert_allclose(np.linalg.norm(torques, axis=1), abs(size), rtol=1e-3)
        # Spins come from the other magnet: the torque turns m towards it, or away from it.
        directions = valve_directions(angle)
        for m, other, torque in zip(directions, directions[::-1], torques, strict=True):
            across = other - m * (m @ other)
            across /= np.linalg.norm(across)
            np.testing.assert_allclose(abs(torque @ across), abs(size), rtol=1e-3)


def valve_directions(angle):
    """m of both magnets."""
    return TURN @ [0, 0, 1], TURN @ [np.sin(angle), 0, np.cos(angle)]


def test_hatami_thermopower(comm):
    """Hatami et al. 2007, Eq. 5: the voltage without current."""
    warm, driven = Valve(comm, -20e-6, 10.0), Valve(comm, -20e-6, 0.0)
    for angle in ANGLES:
        short, conducting = (
            valve.at(angle, voltage).currents["right"] for valve, voltage in ((warm, 0.0), (driven, 1.0))
        )
        assert -short / conducting == pytest.approx(warm.exact.open_voltage(angle, 10.0), rel=1e-3)


def test_hatami_spin_heat(comm):
    """Hatami et al. 2007, Eqs. 8 and 9, to leading order in S²/L0: torque without thermalisation, and T_s."""
    thermal, free = Valve(comm, -1e-6, 10.0), Valve(comm, -1e-6, 10.0, spin_heat=True)
    for angle in ANGLES:
        one, solution = thermal.torques(thermal.at(angle))[0], free.at(angle)
        ratio = one @ free.torques(solution)[0] / (one @ one)
        assert ratio - 1 == pytest.approx(free.exact.excess_torque(angle), rel=1e-3)
        _, tau = components(free.problem, solution, TAU_VECTOR, "N")
        size = 2 * np.linalg.norm(tau.mean(axis=0)) / 10.0
        assert size == pytest.approx(free.exact.spin_heat(angle), rel=1e-3)


def test_macrospin_under_the_torque_of_the_device(comm):
    """Threshold and switching time are those of Hatami et al. 2007, Eq. 7; the sign, of the torque at 90°."""
    valve, (fixed, across) = Valve(comm, -20e-6, 10.0), valve_directions(np.pi / 2)
    found = device_torque(
        valve.problem, "along", "F2", fixed, {"F1": Texture.along(fixed)}, valve.rod.area, points=16
    )
    sign = np.sign(found(across) @ fixed)

    def torque(m):
        cosine = m @ fixed
        per_sine = abs(valve.exact.torque(np.arccos(cosine), 0.0, 10.0)) / np.sqrt(1 - cosine**2)
        return sign * per_sine * abs(PER_AMPERE) * (fixed - cosine * m)

    known = AngularTorque.of(torque, fixed)
    free = Macrospin(1.4e6, 2e-9, 0.02, np.zeros(3), fixed, 0.3, across, 0.0)
    factors = [critical_drive(free, each, -fixed) for each in (found, known)]
    assert factors[0] == pytest.approx(factors[1], rel=1e-3)
    start = np.cos(0.03) * -fixed + np.sin(0.03) * across
    for excess in (1.5, 4.0):
        times = []
        for each in (found, known):
            factor = excess * factors[1]
            path = integrate(free, lambda m, each=each, factor=factor: factor * each(m), start, 20e-9)
            times.append(switching_time(free, path))
        assert times[1] is not None
        assert times[0] == pytest.approx(times[1], rel=1e-3)
