"""Noise of the voltage of a valve whose free layer fluctuates."""

import numpy as np
import pytest
from support import prepare_problem
from test_device_dynamics import FREE, STACK

from thermospin.constants import BOLTZMANN
from thermospin.output import SilentProgress
from thermospin.runs.dynamics import Motion
from thermospin.runs.noise import reading_noise
from thermospin.validation import load_config

FIELD, DAMPING, T = 0.2, 0.05, 300.0


@pytest.mark.slow
def test_noise_of_a_valve(comm):
    """``(∂V/∂m_x)²`` times the spectrum of m_x of one moment in a field along z, at and beside resonance."""
    free = FREE | {"demagnetisation": "none", "damping": DAMPING}
    moving = STACK["dynamics"] | {"magnets": {"Free": free}, "field": ["0 T", "0 T", FIELD]}
    config = STACK | {"magnetisation": {"Fixed": [1, 0, 0], "Free": [0, 0, 1]}, "dynamics": moving}
    problem = prepare_problem(config, comm)
    motion = Motion(load_config(config), problem.spaces.device, SilentProgress())
    magnet, voltages = motion.magnet, []
    for turn in (0.01, -0.01):
        m = np.array([np.sin(turn), 0.0, np.cos(turn)])[:, None] * np.ones(magnet.body.n_owned)
        motion.torque.torque(m)
        voltages.append(motion.torque.readings["valve"])
    slope, moment = (voltages[0] - voltages[1]) / 0.02, magnet.body.sum(magnet.moments)
    frequencies = np.array([1e9, 5.6e9, 2e10])
    expected = []
    for omega in 2 * np.pi * frequencies:
        turning = 1j * omega / magnet.rate * np.array([[DAMPING, -1], [1, DAMPING]])
        response = np.linalg.inv(FIELD * np.eye(2) + turning)[0, 0] / moment
        expected.append(-4 * BOLTZMANN * T / omega * response.imag * slope**2)
    found = reading_noise(motion, "valve", frequencies, T, count=1)
    assert found == pytest.approx(expected, rel=2e-3, abs=0)
    motion.free()
    problem.free()
