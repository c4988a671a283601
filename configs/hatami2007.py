"""Thermal spin-transfer torque in spin valves: every interface of a table, and Eqs. 4 to 9 versus the angle.

    python configs/hatami2007.py OUTDIR

Prints Table I of M. Hatami et al., Phys. Rev. Lett. 99, 066603 (2007) with the polarisation P that follows,
and the temperature difference that acts on the magnets like 100 µV. Writes OUTDIR/hatami2007.csv and .png:
the circuit of configs/hatami2007_circuit.yaml in both regimes (points) on the closed forms (lines).
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from thermospin import Network, TwoTerminalResponse, hatami_table, load_circuit, two_terminal_response
from thermospin.constants import LORENZ_NUMBER

FILE = Path(__file__).with_name("hatami2007_circuit.yaml")
VOLTAGE = 1e-4
"""V; the paper: typical of switching at 1e7 A/cm²."""
PANELS = {
    "current": "I R$_P$/ΔV",
    "thermopower": "−ΔV/(S ΔT) at I = 0",
    "heat": "Q/Q$_P$ of ΔT",
    "torque": "j$_{s⊥}$/(G P ΔV/2)",
    "excess": "τ*/τ − 1 of ΔT",
    "spin_heat": "|T$_s$|/ΔT",
}
"""Labels of the panels: Eqs. 4 to 9 over their values for parallel magnets, if those are not 0."""


def print_table(temperature: float) -> None:
    """Table I with what follows from it."""
    print(f"{'interface':>13} {'S (µV/K)':>9} {'P (%)':>7} {'P_prime (%)':>12} {'P_S (%)':>8} {'ΔT (K)':>9}")
    for name, row in hatami_table().items():
        seebeck, p, prime = row.slope * temperature, row.polarisation, row.thermoelectric
        like = f"{p * VOLTAGE / (prime * seebeck):9.1f}" if prime and seebeck else f"{'–':>9}"
        percents = f"{p * 100:7.1f} {prime * 100:12.0f} {row.seebeck * 100:8.0f}"
        print(f"{name:>13} {seebeck * 1e6:9.2f} {percents} {like}")
    print("ΔT: temperature difference with the torque of ΔV = 100 µV between parallel magnets, P ΔV = P'S ΔT")


def circuits() -> dict[str, Network]:
    """The circuit of the configuration in both regimes."""
    return {
        regime: Network(load_circuit(FILE, [f"regime={regime}"]))
        for regime in ("thermalised", "non-interacting")
    }


def turned(network: Network, theta: float) -> TwoTerminalResponse:
    """The response with the right magnet turned by θ from the left one, which is along z."""
    right = np.array([np.sin(theta), 0.0, np.cos(theta)])
    return two_terminal_response(network, ("Left", "Right"), {"Right": right})


def solve(networks: dict[str, Network], theta: float) -> list[float]:
    """The quantities of :data:`PANELS` from the circuit."""
    own, free = (turned(network, theta) for network in networks.values())
    straight = turned(networks["thermalised"], 0.0)
    law = networks["thermalised"].joints[0].law
    torque = own.per_volt.absorbed["Right"]
    heated, interacting = (found.per_kelvin.absorbed["Right"] for found in (free, own))
    return [
        straight.resistance / own.resistance,
        own.seebeck * law.electrical.sum / law.thermoelectric.sum,
        own.per_kelvin.heat("Left") / straight.per_kelvin.heat("Left"),
        float(np.linalg.norm(torque)) / (law.electrical.difference / 2),
        float(heated @ interacting / (interacting @ interacting)) - 1,
        float(np.linalg.norm(free.per_kelvin.spin_heat_accumulation("Cu"))),
    ]


def closed_forms(network: Network, theta: float) -> list[float]:
    """Eqs. 4 to 9; 8 and 9 are for S² ≪ L0."""
    law = network.joints[0].law
    g, s = law.electrical.sum, law.thermoelectric.sum / law.electrical.sum
    p, prime = law.electrical.difference / g, law.thermoelectric.difference / law.thermoelectric.sum
    eta, eta_thermal = law.mixing.real / g, law.mixing_thermoelectric / law.thermoelectric.sum
    square = np.tan(theta / 2) ** 2
    share = square / (eta + square)
    return [
        1 - p**2 * share,
        (eta + (1 - p * prime) * square) / (eta + (1 - p**2) * square),
        1 - (prime * s) ** 2 / LORENZ_NUMBER * share,
        eta * np.sin(theta) / (eta * (1 + np.cos(theta)) + 1 - np.cos(theta)),
        p * (eta_thermal - eta) * share / (eta * prime),
        p * np.sqrt(square) / (np.cos(theta / 2) * (eta + square)),
    ]


def plot(path: Path, points: np.ndarray, lines: np.ndarray) -> None:
    """Draw the circuit on the closed forms, one panel for each equation."""
    figure = Figure(figsize=(10.5, 5.6), layout="constrained")
    for i, (panel, label) in enumerate(
        zip(figure.subplots(2, 3).ravel(), PANELS.values(), strict=True), start=1
    ):
        panel.plot(lines[:, 0], lines[:, i], "-", lw=1.2, label=f"Eq. {i + 3}")
        panel.plot(points[:, 0], points[:, i], "o", ms=4, fillstyle="none", label="circuit")
        panel.set(xlabel="θ (°)", ylabel=label)
        panel.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Print the table, solve, write the CSV and draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the table and the picture go")
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    networks = circuits()
    network = networks["thermalised"]
    print_table(network.config.temperature)
    angles, dense = np.linspace(3, 177, 30), np.linspace(0.5, 179.5, 359)
    points = np.array([[a, *solve(networks, np.radians(a))] for a in angles])
    lines = np.array([[a, *closed_forms(network, np.radians(a))] for a in dense])
    exact = np.array([closed_forms(network, np.radians(a)) for a in angles])
    plot(directory / "hatami2007.png", points, lines)
    header = ["angle (deg)", *PANELS, *(f"{name}_closed" for name in PANELS)]
    table = pd.DataFrame(np.column_stack([points, exact]), columns=header)
    table.to_csv(directory / "hatami2007.csv", index=False)
    errors = abs(points[:, 1:] - exact).max(axis=0) / abs(exact).max(axis=0)
    for equation, (name, error) in enumerate(zip(PANELS, errors, strict=True), start=4):
        print(f"Eq. {equation} ({name}): largest difference {error:.1e} of the largest value")
    for degrees in (0.0, 180.0):
        density = VOLTAGE / turned(network, np.radians(degrees)).resistance
        print(f"{VOLTAGE * 1e6:g} µV at {degrees:g}°: {density / 1e4:.3g} A/cm²")


if __name__ == "__main__":
    main()
