"""Eigenmodes of the moving magnets, and the noise that they make: a run of `thermospin noise` (§12)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.micromagnetics.body import unit
from thermospin.micromagnetics.fluctuations import SmallMotions, real_shapes
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.modes import Mode, eigenmodes
from thermospin.micromagnetics.relaxation import relax
from thermospin.output.noise import mode_rows, save_noise, tell_modes, write_modes, write_noise, write_shape
from thermospin.output.place import claim
from thermospin.runs.dynamics import Motion
from thermospin.runs.preparation import prepare
from thermospin.runtime.failures import on_root

TURN = 1e-3
"""Largest turn of m by which slopes of readings are found, rad."""
TORQUE = 1e-6
"""Largest torque that is left in equilibrium, T."""


def run_noise(
    config: Config, comm: MPI.Comm, directory: Path, progress: Any
) -> tuple[list[Mode], dict[str, np.ndarray]]:
    """Find the equilibrium, its eigenmodes and the noise of all probes, and write them (collective).

    Args:
        config: The configuration, with `dynamics.noise`.
        comm: Ranks that share the work.
        directory: Where tables, the picture and the shapes of the modes go.
        progress: Follows the stages.

    Returns:
        The modes, and by probe the one-sided spectrum of its voltage, V²/Hz, (f,).

    Raises:
        InputError: There is no such section.
        ConvergenceError: There are torques left, modes are not found, or the device cannot be solved.
    """
    if config.dynamics is None or config.dynamics.noise is None:
        raise config.error("dynamics.noise", "missing; add it, such as 'noise: {range: [100 MHz, 100 GHz]}'")
    on_root(comm, lambda: claim(directory, config.source))
    noise = config.dynamics.noise
    with progress:
        _, mesh = prepare(config, comm, progress)
        motion = Motion(config, mesh, progress)
        with progress.stage("relaxation"):
            m = relax(motion.magnet, motion.m, TORQUE)
        with progress.stage("eigenmodes"):
            modes = eigenmodes(motion.magnet, m, noise.modes)
        with progress.stage("readings"):
            spectra = reading_noise(motion, m, modes, noise.values, config.temperature)
        motion.free()
        _write_shapes(motion.magnet, m, modes, directory)

    def write() -> None:
        tell_modes(modes)
        write_modes(directory, mode_rows(modes))
        if spectra:
            write_noise(directory, noise.values, spectra)
            save_noise(directory, noise.values, spectra, modes, config.output.style)

    on_root(comm, write)
    return modes, spectra


def reading_noise(
    motion: Motion, m: np.ndarray, modes: Sequence[Mode], frequencies: Sequence[float], temperature: float
) -> dict[str, np.ndarray]:
    """One-sided spectrum of the voltage of every probe, V²/Hz, (f,); none without a torque (collective).

    Args:
        motion: The moving magnets; the probes are read at the amplitude of its torque's drive.
        m: A stable equilibrium without the torque, (3, n).
        modes: The eigenmodes about it that are taken along.
        frequencies: Frequencies, Hz, not 0, (f,).
        temperature: K.

    Raises:
        ConvergenceError: The device cannot be solved.
    """
    if motion.torque is None:
        return {}
    motions = SmallMotions(motion.magnet, m, real_shapes(motion.magnet, m, modes))
    slopes = [reading_slopes(motion, m, shape) for shape in motions.shapes]
    return {
        probe: motions.noise([slope[probe] for slope in slopes], frequencies, temperature)
        for probe in motion.torque.readings
    }


def reading_slopes(motion: Motion, m: np.ndarray, shape: np.ndarray) -> dict[str, float]:
    """Change of every probe per unit of a small motion, V, by central differences (collective).

    Args:
        motion: The moving magnets, with a torque's drive.
        m: Magnetisation, (3, n).
        shape: Shape of the motion across m, (3, n).
    """
    step = TURN / motion.magnet.body.largest(np.abs(shape))
    found = []
    for sign in (1, -1):
        motion.torque.torque(unit(m + sign * step * shape))
        found.append(motion.torque.readings)
    return {probe: (found[0][probe] - found[1][probe]) / (2 * step) for probe in found[0]}


def _write_shapes(magnet: Micromagnet, m: np.ndarray, modes: Sequence[Mode], directory: Path) -> None:
    """Write m and the shape of every mode for ParaView (collective)."""
    body = magnet.body
    points, cells = body.collected(body.points.T), body.collected_cells()
    for number, mode in enumerate(modes):
        scale = 1 / body.largest(np.abs(mode.shape))
        parts = {"m": m, "real": scale * mode.shape.real, "imaginary": scale * mode.shape.imag}
        gathered = {name: body.collected(values) for name, values in parts.items()}
        on_root(body.comm, lambda number=number, g=gathered: write_shape(directory, number, points, cells, g))
