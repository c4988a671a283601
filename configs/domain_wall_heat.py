"""The wall of configs/domain_wall_heat.yaml, and the torque per volume that it feels.

    thermospin dynamics configs/domain_wall_heat.yaml --output OUTDIR
    python configs/domain_wall_heat.py OUTDIR

Draws OUTDIR/wall.png from the first picture of that run and prints the velocity of the wall by its torque,
beside that by the spins that heat drives, as if they were all absorbed (solver/physics.md §12).
"""

import argparse
from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib.figure import Figure

import thermospin as ts
from thermospin.constants import MAGNETON_RATE, TORQUE_PER_SPIN_CURRENT

FILE = Path(__file__).with_suffix(".yaml")
STRIP = "Strip"


def planes(picture: pv.DataSet, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Places along z, m, and the mean of a field in every plane, (n, c)."""
    places, number = np.unique(np.round(picture.points[:, 2], 13), return_inverse=True)
    values = np.asarray(picture[name]).reshape(len(number), -1)
    means = np.array([values[number == i].mean(axis=0) for i in range(len(places))])
    return places, means


def velocities(config: ts.Config, picture: pv.DataSet) -> tuple[float, float]:
    """Velocity of the wall, m/s: by the torque along x on the strip, and by the spins that heat drives.

    The moment along x of a wall changes by ``2 M_s`` per volume that the wall passes.
    """
    magnetisation = config.dynamics.magnets[STRIP].saturation_magnetisation
    rate, material = config.dynamics.g_factor * MAGNETON_RATE, config.material("Magnet")
    z, temperature = planes(picture, "T")
    _, torque = planes(picture, "torque")
    middle = slice(len(z) // 8, -len(z) // 8)
    gradient = np.polyfit(z[middle], temperature[middle, 0], 1)[0]
    spins = -material.conductivity * (1 - material.polarisation**2) * material.spin_seebeck / 2 * gradient
    by_torque = rate * np.trapezoid(torque[:, 0], z) / (2 * magnetisation)
    return by_torque, rate * TORQUE_PER_SPIN_CURRENT * spins / magnetisation


def draw(path: Path, picture: pv.DataSet) -> None:
    """Draw the magnetisation and the torque along the strip."""
    figure = Figure(figsize=(6, 6), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True)
    for axes, name, label in zip(panels, ("m", "torque"), ("m", "torque per volume (J/m³)"), strict=True):
        z, values = planes(picture, name)
        for component, text in zip(values.T, "xyz", strict=True):
            axes.plot(1e9 * z, component, label=text)
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    panels[1].set_xlabel("z (nm)")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Draw the wall of a run and print its velocities."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, metavar="OUTDIR", help="the output of thermospin dynamics")
    directory = parser.parse_args().directory
    picture = pv.read(directory / "dynamics" / "m_0000.vtu")
    draw(directory / "wall.png", picture)
    by_torque, by_spins = velocities(ts.load(FILE), picture)
    print(f"velocity by the torque {by_torque:.3f} m/s, by the spins that heat drives {by_spins:.3f} m/s")


if __name__ == "__main__":
    main()
