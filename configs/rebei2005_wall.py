"""The wall of Rebei et al. 2005 between magnetisations at right angles, with the torque that it feels.

    python configs/rebei2005_wall.py OUTDIR

Solves the paper's bar with sides of 10 nm (its Figs. 9 to 11, θ = 90°) in three dimensions, and its
Eqs. 72, 73 and 75 in one, without a current: the accumulation of inhomogeneous magnetisation alone turns
the wall. The torque is ``λ M × M_c`` of Eq. 79, per volume ``(ħ/2|e|) (σ ω/D) m × s``
(solver/physics.md §§3, 4).
Draws OUTDIR/wall.png and prints the torque on either side per area: (−228.4, 147.4, 0) µJ/m² on the left and
(228.4, 0, −147.4) on the right, within 0.02 % of one dimension.
"""

import argparse
from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib.figure import Figure
from rebei2005 import BAR, bar, bar_overrides
from rebei2005_reference import boundary_value_solution

import thermospin as ts
from thermospin.constants import TORQUE_PER_SPIN_CURRENT

CASE = bar("wall", 90, 10)
Line = tuple[np.ndarray, np.ndarray]
"""Places, m, (k,), and vectors there, (k, 3)."""


def three_dimensions(config: ts.Config) -> pv.UnstructuredGrid:
    """Fields of the bar without a drive, and the volumes of its cells."""
    with ts.Problem.of(config) as problem:
        fields = problem.observe(problem.solve("rest", "only"), order=0)
    return fields.compute_cell_sizes(length=False, area=False)


def one_dimension(config: ts.Config) -> Line:
    """Places along the bar, m, and the torque per volume there, J/m³, (k, 3)."""
    material = config.material("Magnet")
    law = material.tensor_diffusion
    size = material.conductivity * law.precession_frequency / law.diffusion_constant * law.equilibrium
    curve = boundary_value_solution(CASE)
    torque = -TORQUE_PER_SPIN_CURRENT * size * np.cross(CASE.equilibrium(curve.x), curve.n)
    return 1e-9 * (curve.x + CASE.side), torque


def torques(cells: pv.UnstructuredGrid, line: Line) -> tuple[np.ndarray, np.ndarray]:
    """Torque on the left and on the right side per area, J/m², (2, 3): in three dimensions, and in one."""
    middle, volumes = 1e-9 * CASE.side, cells["Volume"][:, None]
    lengths = volumes / volumes.sum() * 2 * middle
    found = sides(cells.cell_centers().points[:, 2], cells["torque"] * lengths, middle)
    return found, sides(line[0], line[1] * np.gradient(line[0])[:, None], middle)


def sides(places: np.ndarray, parts: np.ndarray, middle: float) -> np.ndarray:
    """Sums of parts of the torque on the left and on the right, (2, 3)."""
    return np.array([parts[places < middle].sum(axis=0), parts[places >= middle].sum(axis=0)])


def draw(path: Path, cells: pv.UnstructuredGrid, line: Line) -> None:
    """Draw magnetisation and torque along the bar: marks in three dimensions, lines in one."""
    figure = Figure(figsize=(6, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    z, middle = cells.cell_centers().points[:, 2], line[0].mean()
    order = np.argsort(z)[:: max(len(z) // 300, 1)]
    for i, axis in enumerate("xyz"):
        above.plot(1e9 * (z[order] - middle), cells["m"][order, i], ".", ms=3, label=axis)
        below.plot(1e9 * (z[order] - middle), cells["torque"][order, i], ".", ms=3, color=f"C{i}")
        below.plot(1e9 * (line[0] - middle), line[1][:, i], lw=1, color=f"C{i}")
    above.set_ylabel("m")
    above.legend(frameon=False)
    below.set(xlabel="z (nm)", ylabel="torque per volume (J/m³)")
    for panel in (above, below):
        panel.grid(alpha=0.3)
    figure.savefig(path, dpi=150)


def vector(values: np.ndarray) -> str:
    """A vector in millionths."""
    return "(" + ", ".join(f"{1e6 * value:.1f}" for value in values) + ")"


def main() -> None:
    """Draw the wall and print the torque on its sides."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, metavar="OUTDIR", help="where the picture goes")
    directory = parser.parse_args().directory
    config = ts.load(BAR, *bar_overrides(CASE))
    cells, line = three_dimensions(config), one_dimension(config)
    directory.mkdir(parents=True, exist_ok=True)
    draw(directory / "wall.png", cells, line)
    found, known = torques(cells, line)
    for side, three, one in zip(("left", "right"), found, known, strict=True):
        print(f"torque on the {side}: {vector(three)} µJ/m² in three dimensions, {vector(one)} in one")
    print(f"largest difference: {abs(found - known).max() / abs(known).max():.2%}")


if __name__ == "__main__":
    main()
