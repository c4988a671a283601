"""Hanle signal of one contact with spin and spin heat accumulation, and its parts: Vera-Marun's Fig. 2.

    python configs/veramarun2014_hanle.py OUTDIR

Draws the two Lorentzians of Physical Review Letters 112, 056602 (2014) for ``(P_L S)² = P_G² L0``, α = 2 and
R_tun ≫ r_s, separates them again by a fit, and fits a single Lorentzian, as if there were spin alone.
"""

import argparse
from math import sqrt
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from thermospin.hanle import ThreeTerminal, larmor_frequency
from thermospin.hanle_fit import fit_lorentzians
from thermospin.materials.material import LORENZ_NUMBER
from thermospin.output.files import write_csv

SPIN_RESISTANCE, TUNNEL = 25e-12, 1e-6
"""r_s and R_tun, Ω m²: the paper's semiconductor, and a contact far above it."""
POLARISATION, ALPHA = 0.3, 2.0
"""P_G = P_L, with S² = L0."""
RELAXATION_TIME = 100e-12
"""τ_s, s; the paper gives none, and it only sets the scale of the field."""
ANGLES = np.linspace(-10, 10, 401)
"""ω_L τ_s of the points."""


def main() -> None:
    """Compute, separate, print, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the table and the picture go")
    directory = parser.parse_args().directory
    thermal = sqrt(LORENZ_NUMBER), POLARISATION
    contact = ThreeTerminal.of_contact(TUNNEL, SPIN_RESISTANCE, POLARISATION, thermal, ALPHA, RELAXATION_TIME)
    field = ANGLES / RELAXATION_TIME / larmor_frequency(1.0)
    spin, heat = contact.parts(field)
    both, single = fit_lorentzians(field, spin + heat, 2), fit_lorentzians(field, spin + heat)
    print(f"spin heat over spin at B = 0: {contact.spin_heat / contact.spin:.4f}")
    for i, (name, time) in enumerate(
        {"spin": RELAXATION_TIME, "spin heat": RELAXATION_TIME / ALPHA**2}.items()
    ):
        found = both.values[f"relaxation_time_{i + 1}"]
        print(f"{name}: τ = {time * 1e12:.4g} ps, separated {found * 1e12:.4g} ps")
    print(f"one Lorentzian: τ = {single.values['relaxation_time'] * 1e12:.4g} ps")
    directory.mkdir(parents=True, exist_ok=True)
    header = ["B [T]", "spin [ohm m^2]", "spin heat [ohm m^2]", "signal [ohm m^2]"]
    table = np.column_stack([field, spin, heat, spin + heat])
    write_csv(directory / "veramarun2014_hanle.csv", header, table)
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    panel, height = figure.subplots(), contact.spin
    curves = {"signal": (spin + heat, "k-"), "spin": (spin, "b--"), "spin heat": (heat, "r:")}
    curves["one Lorentzian"] = (single.signal(field), "g-.")
    for label, (values, style) in curves.items():
        panel.plot(ANGLES, values / height, style, lw=1.3, label=label)
    panel.set(xlabel="ω$_L$ τ$_s$", ylabel="ΔV$_{Hanle}$ over that of spin at B = 0")
    panel.legend(frameon=False, fontsize=9)
    figure.savefig(directory / "veramarun2014_hanle.png", dpi=150)


if __name__ == "__main__":
    main()
