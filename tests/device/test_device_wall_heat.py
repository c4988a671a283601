"""A domain wall in a temperature gradient: the shipped example, its direction and its velocity."""

import numpy as np
import pytest
from scripts import CONFIGS

from thermospin.constants import TORQUE_PER_SPIN_CURRENT
from thermospin.output import SilentProgress
from thermospin.runs.dynamics import Motion
from thermospin.runs.preparation import prepare
from thermospin.validation import load_config

MAGNETISATION, AREA, LENGTH = 8e5, 36e-18, 80e-9


def velocity(spin_seebeck, comm):
    """Velocity of the wall along z by the torque on the strip, and by the spin current that heat drives, m/s.

    The moment along x of a wall between +x below and −x above is ``M_s A (2q − …)``.
    """
    config = load_config(CONFIGS / "domain_wall_heat.yaml", [f"materials.Magnet.spin_seebeck={spin_seebeck}"])
    motion = Motion(config, prepare(config, comm, SilentProgress())[1], SilentProgress())
    torque = motion.torque.torque(motion.m)
    found = motion.magnet.rate * motion.magnet.body.sum(torque[0]) / (2 * MAGNETISATION * AREA)
    material = config.material("Magnet")
    heat = abs(next(iter(motion.torque._scheme.at(0.0).heat.values())))
    gradient = (
        heat / AREA / (material.thermal_conductivity - 300 * material.conductivity * material.seebeck**2)
    )
    spins = -material.conductivity * (1 - material.polarisation**2) * spin_seebeck / 2 * gradient
    volume = motion.magnet.body.sum(motion.magnet.moments) / MAGNETISATION
    assert volume == pytest.approx(AREA * LENGTH, rel=1e-9)
    motion.free()
    return found, -motion.magnet.rate * TORQUE_PER_SPIN_CURRENT * spins / MAGNETISATION


def test_wall_moves_with_the_spins_that_heat_drives(comm):
    """``v = γ ħ/(2e) j_s/M_s`` but for spins that relax along m; it reverses with S_s."""
    (found, expected), (reversed_one, _) = (velocity(value, comm) for value in (-3.8e-6, 3.8e-6))
    assert np.abs(found / expected) == pytest.approx(1, rel=0.02)
    assert found < 0, "towards the cold end"
    assert reversed_one == pytest.approx(-found, rel=1e-3)


def places(sinks, comm):
    """How far the wall has moved along z after 1 ps and 2 ps, m, between sinks at two temperatures, K."""
    changes = [f"terminals.{name}.sink={value} K" for name, value in zip(("cold", "hot"), sinks, strict=True)]
    changes += ["dynamics.tolerance=1e-3", "dynamics.longest_step=0.5 ps"]
    config = load_config(CONFIGS / "domain_wall_heat.yaml", changes)
    motion = Motion(config, prepare(config, comm, SilentProgress())[1], SilentProgress())
    motion.begin()
    found, start = [], motion.magnet.average(motion.m)[0]
    for time in (1e-12, 2e-12):
        list(motion.steps(time))
        found.append((motion.magnet.average(motion.m)[0] - start) * LENGTH / 2)
    motion.free()
    return np.array(found)


def test_velocity_is_even_and_linear_in_the_gradient(comm):
    """In time, the wall moves as the torque says at the start, and twice as far in twice the gradient."""
    once, twice = places((280, 320), comm), places((260, 340), comm)
    assert once[1] == pytest.approx(2 * once[0], rel=2e-3)
    assert once[1] / 2e-12 == pytest.approx(-0.27, rel=0.04)
    assert twice == pytest.approx(2 * once, rel=2e-3)
