"""Noise of a reading by the thermal fluctuations of the moving magnets (solver/physics.md §12)."""

from collections.abc import Sequence

import numpy as np

from thermospin.micromagnetics.body import unit
from thermospin.micromagnetics.fluctuations import SmallMotions, real_shapes
from thermospin.micromagnetics.modes import eigenmodes
from thermospin.runs.dynamics import Motion

TURN = 1e-3
"""Largest turn of m by which slopes of readings are found, rad."""


def reading_noise(
    motion: Motion, probe: str, frequencies: Sequence[float], temperature: float, count: int = 4
) -> np.ndarray:
    """One-sided spectrum of the voltage of a probe, V²/Hz, (f,) (collective).

    The magnets are where the motion is, which must be a stable equilibrium without the torque.

    Args:
        motion: The moving magnets, with a torque's drive, at which the probe is read.
        probe: Name of the probe.
        frequencies: Frequencies, Hz, not 0, (f,).
        temperature: K.
        count: Number of eigenmodes that are taken along.

    Raises:
        ConvergenceError: Modes are not found, or the device cannot be solved.
    """
    m, magnet = motion.m, motion.magnet
    modes = eigenmodes(magnet, m, count)
    motions = SmallMotions(magnet, m, real_shapes(magnet, m, modes))
    slopes = [reading_slope(motion, probe, m, shape) for shape in motions.shapes]
    return motions.noise(slopes, frequencies, temperature)


def reading_slope(motion: Motion, probe: str, m: np.ndarray, shape: np.ndarray) -> float:
    """Change of the voltage of a probe per unit of a small motion, V, by central differences (collective).

    Args:
        motion: The moving magnets, with a torque's drive.
        probe: Name of the probe.
        m: Magnetisation, (3, n).
        shape: Shape of the motion across m, (3, n).
    """
    step = TURN / motion.magnet.body.largest(np.abs(shape))
    found = []
    for sign in (1, -1):
        motion.torque.torque(unit(m + sign * step * shape))
        found.append(motion.torque.readings[probe])
    return (found[0] - found[1]) / (2 * step)
