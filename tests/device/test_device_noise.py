"""Noise of the voltage of a valve whose free layer fluctuates, and the files of `thermospin noise`."""

import csv

import numpy as np
import pytest
import pyvista as pv
from support import prepare_problem
from test_device_dynamics import FREE, STACK

from thermospin.constants import BOLTZMANN, MAGNETON_RATE
from thermospin.errors import InputError
from thermospin.micromagnetics.modes import eigenmodes
from thermospin.output import SilentProgress
from thermospin.runs.dynamics import Motion
from thermospin.runs.noise import reading_noise, run_noise
from thermospin.validation import load_config

FIELD, DAMPING, T = 0.2, 0.05, 300.0


def test_modes_of_a_layer(shared_directory, comm):
    """Kittel's mode of one moment in a field along z, ``γB/(1 + α²)``, and the next one above it."""
    moving = {"duration": "1 ps", "magnets": {"Free": FREE | {"demagnetisation": "none", "damping": DAMPING}}}
    moving |= {"field": [0, 0, FIELD], "noise": {"frequencies": ["1 GHz"], "modes": 2}}
    config = STACK | {"magnetisation": {"Free": [0.1, 0, 1]}, "dynamics": moving}
    (first, second), spectra = run_noise(load_config(config), comm, shared_directory, SilentProgress())
    rate = 2 * MAGNETON_RATE * FIELD / (1 + DAMPING**2)
    assert (first.frequency, first.decay) == pytest.approx((rate, DAMPING * rate), rel=1e-5)
    assert second.frequency > 2 * first.frequency
    assert spectra == {}, "without a torque nothing is read"
    if comm.rank == 0:
        with (shared_directory / "modes.csv").open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
        assert float(row["frequency"]) == pytest.approx(rate / (2 * np.pi), rel=1e-5)
        shape = pv.read(shared_directory / "modes" / "mode_01.vtu")
        assert np.hypot(*(np.linalg.norm(shape[part], axis=1) for part in ("real", "imaginary"))).max() > 0.5


def test_noise_has_frequencies(shared_directory, comm):
    with pytest.raises(InputError, match=r"^dynamics\.noise: missing"):
        run_noise(load_config(STACK), comm, shared_directory, SilentProgress())


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
    modes = eigenmodes(magnet, motion.m, 1)
    found = reading_noise(motion, motion.m, modes, frequencies, T)
    assert found["valve"] == pytest.approx(expected, rel=2e-3, abs=0)
    motion.free()
    problem.free()
