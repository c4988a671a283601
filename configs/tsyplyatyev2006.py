"""Copper with clusters of cobalt in a magnetic field, beside the formulas of Tsyplyatyev et al.

    python configs/tsyplyatyev2006.py OUTDIR

Writes OUTDIR/tsyplyatyev2006.csv and .png: resistivity, thermopower and spin current per temperature gradient
against the field, as the law of the material gives them and as printed in Physical Review B 74, 132403
(2006); and the thermopower for clusters of several sizes.

The thermopower is the printed α (Eqs. 8 and 9). The rates of the paper's own Eq. 5, in a Boltzmann integral,
give twice that with the opposite sign, for electrons.
"""

import argparse
import itertools
import math
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.constants import e, k

from thermospin import Material, Nanoclusters
from thermospin.constants import BOHR_MAGNETON

ATOMS = 8.5e28
"""Atoms of copper, 1/m³."""
FRACTION = 0.01
"""Share of cobalt among all atoms."""
MOMENT = 1.7
"""μ_B per atom of cobalt."""
POTENTIAL, EXCHANGE = 0.3 * e / ATOMS, 0.05 * e / ATOMS
"""U and J s per atom of a cluster, J m³: 0.3 eV and 0.05 eV over the volume of an atom. Assumed, so that the
magnetoresistance is the paper's 10 %. There is no other scattering, as in the paper."""
SIZES = {100: "tab:red", 200: "tab:orange", 400: "tab:blue"}
"""Atoms of a cluster, and colours."""
TEMPERATURES = {2.0: "tab:blue", 10.0: "tab:green", 50.0: "tab:orange", 300.0: "tab:red"}
"""K, and colours."""
SIZE, TEMPERATURE = 100, 10.0
"""Fixed values in the other panels: spins of a cluster, and K."""
STRONG = 5.0
"""A field that polarises the clusters, T."""
FIELDS = np.geomspace(1e-3, 60, 49)
"""T."""
PANELS = {
    "resistivity": ("ρ (µΩ cm)", 1e-8),
    "thermopower": ("α (nV/K)", 1e-9),
    "spin_current": ("spin current per ∇T (A/(m K))", 1.0),
}
"""Label and unit of every panel."""


@dataclass(frozen=True)
class Point:
    """A metal in a field.

    Attributes:
        atoms: Atoms of a cluster.
        temperature: T, K.
        field: B, T.
        resistivity: ρ, Ω m.
        thermopower: α, V/K.
        spin_current: j_s per temperature gradient at no voltage, (j↑ − j↓)/∇T, A/(m K).
    """

    atoms: int
    temperature: float
    field: float
    resistivity: float
    thermopower: float
    spin_current: float


COLUMNS = [column.name for column in fields(Point)]


def metal(atoms: int) -> Nanoclusters:
    """Copper with a fixed amount of cobalt in clusters of so many atoms."""
    spin = MOMENT * atoms
    return Nanoclusters(
        potential=POTENTIAL * atoms,
        exchange=EXCHANGE * atoms / spin,
        cluster_density=FRACTION * ATOMS / atoms,
        spin=spin,
        fermi_velocity="1.57e6 m/s",
        density_of_states="5.6e46 /(J m^3)",
    )


def computed(atoms: int, temperature: float, field: float) -> Point:
    """The coefficients that the solver uses."""
    material = Material(nanoclusters=metal(atoms), spin_diffusion_length="50 nm", thermal_conductivity=100)
    numbers = material.at(temperature, field)
    spin_current = -numbers.thermoelectric.difference
    return Point(atoms, temperature, field, 1 / numbers.conductivity, numbers.seebeck, spin_current)


def printed(atoms: int, temperature: float, field: float) -> Point:
    """R(B), Eq. 9 and e times Eq. 8."""
    clusters = metal(atoms)
    up, down, flip = clusters.relaxation_times
    prefactor = clusters.fermi_velocity**2 * clusters.density_of_states
    x = BOHR_MAGNETON * field / k / temperature
    y = clusters.spin * x
    aligned, f = 1 / math.tanh(y) - 1 / y, x**2 * math.exp(-x) / math.expm1(-x) ** 2
    contrast = ((up - down) / (up + down) * aligned) ** 2
    resistivity = 3 / (e**2 * prefactor) * (up + down) / (4 * up * down) * (1 - contrast)
    thermopower = -k / e * down * up / flip / (down - up) * contrast / (1 - contrast) * f
    channels = (1 + contrast) / (1 - contrast) ** 2 / (up + down) ** 2
    spin_current = -2 * k * prefactor / 3 * (up * down) ** 2 * f / flip * aligned * channels
    return Point(atoms, temperature, field, resistivity, thermopower, e * spin_current)


def plot(path: Path) -> None:
    """Draw the law as points on the printed formulas."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    *panels, sizes = figure.subplots(2, 2).flat
    for panel, (name, (label, unit)) in zip(panels, PANELS.items(), strict=True):
        for temperature, colour in TEMPERATURES.items():
            draw(panel, SIZE, temperature, name, unit, colour, f"{temperature:g} K")
        panel.set(xlabel="B (T)", ylabel=label, xscale="log", title=f"{SIZE} atoms")
    for atoms, colour in SIZES.items():
        draw(sizes, atoms, TEMPERATURE, "thermopower", 1e-9, colour, f"{atoms} atoms")
    sizes.set(xlabel="B (T)", ylabel="α (nV/K)", xscale="log", title=f"{TEMPERATURE:g} K")
    for panel in (panels[0], sizes):
        panel.plot([], [], "k-", lw=1.2, label="printed")
        panel.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=150)


def draw(panel, atoms: int, temperature: float, name: str, unit: float, colour: str, label: str) -> None:
    """One curve and the points on it."""
    points, lines = (
        [getattr(form(atoms, temperature, field), name) / unit for field in FIELDS]
        for form in (computed, printed)
    )
    panel.plot(FIELDS, lines, "-", color=colour, lw=1.2)
    panel.plot(FIELDS[::2], points[::2], "o", color=colour, ms=4, fillstyle="none", label=label)


def main() -> None:
    """Write the table, draw the picture, and print the magnitudes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the table and the picture go")
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    cases = list(itertools.product(SIZES, TEMPERATURES, FIELDS))
    rows = [[*astuple(computed(*case)), *astuple(printed(*case))[3:]] for case in cases]
    header = [*COLUMNS, *(f"{name}_printed" for name in COLUMNS[3:])]
    pd.DataFrame(rows, columns=header).to_csv(directory / "tsyplyatyev2006.csv", index=False)
    plot(directory / "tsyplyatyev2006.png")
    found, expected = np.array(rows)[:, 3:6], np.array(rows)[:, 6:]
    worst = np.abs(found / expected - 1).max()
    print(f"largest relative difference from the printed formulas, which cancel in weak fields: {worst:.1e}")
    print(f"{'atoms':>6} {'τ↑ (fs)':>8} {'τ↓ (fs)':>8} {'τ_s (ps)':>9} {'ρ(0)':>8} {'Δ':>8} {'α (nV/K)':>9}")
    for atoms in SIZES:
        up, down, flip = metal(atoms).relaxation_times
        zero, most = computed(atoms, TEMPERATURE, 0.0), computed(atoms, TEMPERATURE, STRONG)
        change = most.resistivity / zero.resistivity - 1
        print(
            f"{atoms:6d} {up * 1e15:8.2f} {down * 1e15:8.2f} {flip * 1e12:9.2f} "
            f"{zero.resistivity * 1e8:8.2f} {change:8.1%} {most.thermopower * 1e9:9.2f}"
        )
    print(f"ρ in µΩ cm; Δ and α at {TEMPERATURE:g} K and {STRONG:g} T, N α nearly the same for all sizes")


if __name__ == "__main__":
    main()
