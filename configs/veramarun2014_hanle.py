"""Hanle signal of one contact with spin and spin heat accumulation, and its parts: Vera-Marun's Fig. 2.

    python configs/veramarun2014_hanle.py OUTDIR [--solve]

Draws the two Lorentzians of Physical Review Letters 112, 056602 (2014) for ``(P_L S)² = P_G² L0``, α = 2 and
R_tun ≫ r_s, separates them again by a fit, and fits a single Lorentzian, as if there were spin alone. With
--solve it also solves configs/veramarun2014_hanle.yaml as it is, without spin heat, and with a contact that
injects no spins but spin heat alone, and compares with the Lorentzians of that film.
"""

import argparse
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import thermospin as ts
from thermospin import ThreeTerminal, fit_lorentzians, larmor_frequency
from thermospin.constants import LORENZ_NUMBER

SPIN_RESISTANCE, TUNNEL = 25e-12, 1e-6
"""r_s and R_tun, Ω m²: the paper's semiconductor, and a contact far above it."""
POLARISATION, ALPHA = 0.3, 2.0
"""P_G = P_L, with S² = L0."""
RELAXATION_TIME = 100e-12
"""τ_s, s; the paper gives none, and it only sets the scale of the field."""
ANGLES = np.linspace(-10, 10, 401)
"""ω_L τ_s of the points."""


FILE = Path(__file__).with_suffix(".yaml")
STYLES = {"signal": "ko", "spin": "bs", "spin heat": "r^"}


def film() -> tuple[ThreeTerminal, dict[str, list[str]]]:
    """The closed form of the configuration, Ω m², and the changes to it that leave one part.

    In a film of thickness d spin resistances are ``λ²/(σ d)`` and ``λ_Q²/(k_e d)``: their ratio, in units of
    ``L0 T0``, is 1/α² and not 1/α.
    """
    config = ts.load(FILE)
    law, metal = ts.Device.of(config).resistive_interfaces["F|N"].law, config.material("Semiconductor")
    low, high = (config.geometry.resolved.solids[0].box.min[2], config.geometry.resolved.solids[0].box.max[2])
    b = law.thermoelectric.difference / law.conductance
    square, tau = metal.spin_heat_ratio**2, metal.spin_relaxation_time
    resistance = metal.spin_diffusion_length**2 / (metal.conductivity * (high - low))
    thermal = law.seebeck, b / law.seebeck
    form = ThreeTerminal.of_contact(1 / law.conductance, resistance, law.polarisation, thermal, square, tau)
    unpolarised = ["interfaces[0].polarisation=0", f"interfaces[0].spin_seebeck={2 * b}"]
    changes = {"signal": [], "spin": ["solver.spin_heat=false"], "spin heat": unpolarised}
    return replace(form, heat_relaxation_time=tau / square), changes


def solve(directory: Path, panel: Axes) -> None:
    """Sweep the field over the film, print deviations from the closed form, write and draw the points."""
    form, changes = film()
    geometry = ts.load(FILE).geometry
    rows: list[np.ndarray] = []
    for name, overrides in changes.items():
        swept = ts.sweep(FILE, *overrides, output=directory / name.replace(" ", "_"), quiet=False).readings
        swept = swept[(swept["configuration"] == "P") & (swept["order"] == 1)]
        read, field = swept["value"].to_numpy(), swept["magnetic_field[2]"].to_numpy()
        # The last field quenches both accumulations.
        found, field = geometry.width * geometry.depth * (read - read[-1])[:-1], field[:-1]
        spin, heat = form.parts(field)
        expected = {"signal": spin + heat, "spin": spin, "spin heat": heat}[name]
        deviation = abs(found - expected).max() / expected.max()
        print(f"{name}: at most {deviation:.1e} of its height off the closed form")
        rows += [found, expected] if rows else [field, found, expected]
        angles = larmor_frequency(field) * form.relaxation_time
        panel.plot(angles, found / form.spin, STYLES[name], fillstyle="none", markersize=4.5)
    header = [f"{name}{what} [ohm m^2]" for name in changes for what in ("", ", closed form")]
    table = pd.DataFrame(np.column_stack(rows), columns=["B [T]", *header])
    table.to_csv(directory / "veramarun2014_hanle_film.csv", index=False)


def main() -> None:
    """Compute, separate, print, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the table and the picture go")
    parser.add_argument("--solve", action="store_true", help="compare with the three-dimensional solver")
    given = parser.parse_args()
    directory = given.directory
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
    parts = {"spin": spin, "spin heat": heat, "signal": spin + heat}
    table = pd.DataFrame({"B [T]": field} | {f"{name} [ohm m^2]": part for name, part in parts.items()})
    table.to_csv(directory / "veramarun2014_hanle.csv", index=False)
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    panel, height = figure.subplots(), contact.spin
    curves = {"signal": (spin + heat, "k-"), "spin": (spin, "b--"), "spin heat": (heat, "r:")}
    curves["one Lorentzian"] = (single.signal(field), "g-.")
    for label, (values, style) in curves.items():
        panel.plot(ANGLES, values / height, style, lw=1.3, label=label)
    if given.solve:
        solve(directory, panel)
    panel.set(xlabel="ω$_L$ τ$_s$", ylabel="ΔV$_{Hanle}$ over that of spin at B = 0")
    panel.legend(frameon=False, fontsize=9)
    figure.savefig(directory / "veramarun2014_hanle.png", dpi=150)


if __name__ == "__main__":
    main()
