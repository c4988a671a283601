"""Electrical and heat conductivity mismatch of a tunnel contact, beside the closed forms.

    python configs/tunnel_contact.py OUTDIR

Solves configs/tunnel_contact.yaml for many tunnel resistances, and writes OUTDIR/tunnel_contact.csv and .png:
spin accumulation, spin heat accumulation and the voltage that a Hanle measurement would remove, against
Eqs. 11, 12 and 14 of Vera-Marun et al., Physical Review Letters 112, 056602 (2014).
"""

import argparse
import itertools
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyvista as pv
from matplotlib.figure import Figure
from mpi4py import MPI

import thermospin as ts
from thermospin import ChannelValues, InterfaceMaterial
from thermospin.constants import LORENZ_NUMBER

FILE = Path(__file__).with_suffix(".yaml")
CURRENT_DENSITY = 1e7
"""From F to N, A/m²."""
RATIOS = np.geomspace(1e-2, 1e3, 16)
"""R_tun/r_s."""
ALPHAS = {1.0: "tab:blue", 5.0: "tab:red"}
"""λ/λ_Q of the semiconductor and their colours: the paper's, without inelastic scattering and for Cu."""
PANELS = {"spin": ("Δμ/e (mV)", 1e-3), "spin_heat": ("ΔT$_s$ (K)", 1.0), "hanle": ("ΔV$_{Hanle}$ (µV)", 1e-6)}
"""Label and unit of every panel."""
DEVICE = ts.load(FILE)


@dataclass(frozen=True)
class Point:
    """A contact at :data:`CURRENT_DENSITY`.

    Attributes:
        ratio: R_tun/r_s.
        alpha: λ/λ_Q.
        step: ΔT0, temperature of N less that of F at the contact, K.
        spin: Δμ/e = 2 s at the contact, on the side of N, V.
        spin_heat: ΔT_s = 2 τ there, K.
        hanle: Voltage across the contact less what it would be without the two, V.
    """

    ratio: float
    alpha: float
    step: float
    spin: float
    spin_heat: float
    hanle: float


COLUMNS = [field.name for field in fields(Point)]


def contact(ratio: float, alpha: float) -> tuple[InterfaceMaterial, ChannelValues]:
    """The contact and the semiconductor of the configuration, with another tunnel resistance and λ_Q."""
    law, metal = ts.Device.of(DEVICE).resistive_interfaces["F|N"].law, DEVICE.material("Semiconductor")
    conductance = metal.conductivity / metal.spin_diffusion_length / ratio
    law = law.model_copy(update={"conductance": conductance})
    return law, replace(metal, spin_heat_ratio=alpha)


def solve(ratio: float, alpha: float) -> Point:
    """The contact as the three-dimensional solver finds it, to first order in the current."""
    law, _ = contact(ratio, alpha)
    overrides = [
        f"interfaces[0].conductance={law.conductance}",
        f"materials.Semiconductor.spin_heat_ratio={alpha}",
        "solver.estimate=false",
    ]
    config = ts.load(FILE, *overrides)
    current = CURRENT_DENSITY * config.geometry.width * config.geometry.depth
    with ts.Problem.of(config, MPI.COMM_SELF) as problem:
        fields = problem.observe(problem.solve("inject", "P"), drive=current)
    f, n = (at_contact(ts.in_regions(fields, region), config) for region in ("F", "N"))
    step = n["T"] - f["T"]
    lost = CURRENT_DENSITY / law.conductance + law.seebeck * step
    return Point(ratio, alpha, step, n["mu_s"], n["T_s"], f["V"] - n["V"] - lost)


def at_contact(fields: pv.UnstructuredGrid, config: ts.Config) -> dict[str, float]:
    """Means of the fields of a region over its points at the contact."""
    there = abs(fields.points[:, 2] - config.geometry.layers[0].thickness) < 1e-13
    return {name: float(fields[name][there].mean()) for name in ("V", "T", "mu_s", "T_s")}


def closed_form(ratio: float, alpha: float, step: float) -> Point:
    """Eqs. 11 and 12 together, and 6.

    The sign of the Seebeck term of Eq. 11 is not the printed one, but what Eqs. 1 to 5 give with S = −L/G.

    Args:
        ratio: R_tun/r_s.
        alpha: λ/λ_Q.
        step: ΔT0, K.
    """
    law, metal = contact(ratio, alpha)
    p_g, s, t0 = law.polarisation, law.seebeck, DEVICE.temperature
    p_l = law.thermoelectric.difference / law.thermoelectric.sum
    r_tun, k_el = 1 / law.conductance, law.electronic_heat(t0)
    r_s, r_heat = spin_resistance(metal), metal.spin_heat_length / metal.electronic_heat(t0).sum
    l0, p_k = k_el.sum * r_tun / t0, k_el.difference / k_el.sum
    electrical = r_s / (r_tun + (1 - p_g**2) * r_s)
    thermal = r_heat / (1 / k_el.sum + (1 - (p_l * s) ** 2 / l0) * r_heat) * s * t0 / k_el.sum / r_tun
    drives = [
        electrical * (2 * p_g * r_tun * CURRENT_DENSITY - (1 - p_g**2) * law.spin_seebeck * step),
        thermal * (2 * p_l * r_tun * CURRENT_DENSITY + 2 * (p_l - p_k * l0 / s**2) * s * step),
    ]
    crossed = 1 - p_l * p_g
    spin, spin_heat = np.linalg.solve([[1, electrical * crossed * s], [thermal * crossed, 1]], drives)
    return Point(ratio, alpha, step, spin, spin_heat, (p_g * spin + p_l * s * spin_heat) / 2)


def leading_order(ratio: float, alpha: float) -> Point:
    """Eq. 14: each accumulation without the other and without ΔT0, so only for R_tun ≫ r_s."""
    law, metal = contact(ratio, alpha)
    p_g, s = law.polarisation, law.seebeck
    p_l = law.thermoelectric.difference / law.thermoelectric.sum
    r_tun, r_s = 1 / law.conductance, spin_resistance(metal)
    spin = 2 * p_g * r_s * CURRENT_DENSITY * r_tun / (r_tun + (1 - p_g**2) * r_s)
    mismatch = r_tun / (r_tun + (1 - (p_l * s) ** 2 / LORENZ_NUMBER) * r_s / alpha)
    spin_heat = estimate(law, metal) * mismatch
    return Point(ratio, alpha, 0.0, spin, spin_heat, (p_g * spin + p_l * s * spin_heat) / 2)


def estimate(law: InterfaceMaterial, metal: ChannelValues) -> float:
    """``2 r_s S P_L j/(L0 α)``, K: ΔT_s without heat conductivity mismatch, the paper's estimate."""
    per_current = 2 * spin_resistance(metal) * law.thermoelectric.difference / law.conductance
    return per_current * CURRENT_DENSITY / LORENZ_NUMBER / metal.spin_heat_ratio


def spin_resistance(metal: ChannelValues) -> float:
    """``r_s = λ/σ``, Ω m²."""
    return metal.spin_diffusion_length / metal.conductivity


def curves(found: list[Point]) -> tuple[list[Point], list[Point]]:
    """Eqs. 11 and 12, with ΔT0 between the computed values, and Eq. 14."""
    ratios = np.geomspace(found[0].ratio, found[-1].ratio, 61)
    steps = np.interp(np.log(ratios), np.log([p.ratio for p in found]), [p.step for p in found])
    alpha = found[0].alpha
    exact = [closed_form(ratio, alpha, step) for ratio, step in zip(ratios, steps, strict=True)]
    return exact, [leading_order(ratio, alpha) for ratio in ratios]


def plot(path: Path, points: list[Point]) -> None:
    """Draw the points on the closed forms, one panel for each accumulation and one for the Hanle signal."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    for panel, (name, (label, unit)) in zip(figure.subplots(1, 3), PANELS.items(), strict=True):
        for alpha, colour in ALPHAS.items():
            found = [point for point in points if point.alpha == alpha]
            for style, curve in zip("-:", curves(found), strict=True):
                values = [getattr(point, name) / unit for point in curve]
                panel.loglog([point.ratio for point in curve], values, style, color=colour, lw=1.2)
            values = [getattr(point, name) / unit for point in found]
            marks = {"color": colour, "markersize": 4.5, "fillstyle": "none", "label": f"α = {alpha:g}"}
            panel.loglog([point.ratio for point in found], values, "o", **marks)
        panel.set(xlabel="R$_{tun}$/r$_s$", ylabel=label)
    panel.plot([], [], "k-", lw=1.2, label="Eqs. 11, 12")
    panel.plot([], [], "k:", lw=1.2, label="Eq. 14")
    panel.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=150)


def row(found: Point) -> list[float]:
    """A line of the table: what was computed, then Eqs. 11, 12 and 6, then Eq. 14."""
    exact, leading = (
        closed_form(found.ratio, found.alpha, found.step),
        leading_order(found.ratio, found.alpha),
    )
    forms = [getattr(form, name) for form in (exact, leading) for name in PANELS]
    return [*astuple(found), *forms]


def main() -> None:
    """Sweep, print and write the table, draw the picture, and print the paper's estimate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the table and the picture go")
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    header = [*COLUMNS, *(f"{name}_{form}" for form in ("closed", "eq14") for name in PANELS)]
    print(" ".join(f"{name:>16}" for name in header))
    points, rows = [], []
    for alpha, ratio in itertools.product(ALPHAS, RATIOS):
        points.append(solve(float(ratio), alpha))
        rows.append(row(points[-1]))
        print(" ".join(f"{value:16.4e}" for value in rows[-1]))
    pd.DataFrame(rows, columns=header).to_csv(directory / "tunnel_contact.csv", index=False)
    plot(directory / "tunnel_contact.png", points)
    matched = max((point for point in points if point.alpha == 1), key=lambda point: point.ratio)
    print(
        f"ΔT_s at {CURRENT_DENSITY:g} A/m² and α = 1: {matched.spin_heat:.4f} K computed at R_tun/r_s = "
        f"{matched.ratio:g}, 2 r_s S P_L j/L0 = {estimate(*contact(matched.ratio, 1.0)):.4f} K, paper ≈ 1 K"
    )


if __name__ == "__main__":
    main()
