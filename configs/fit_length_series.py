"""Synthetic data of fit_length_series.yaml: spin signals of a device with known numbers, and noise."""

from pathlib import Path

import numpy as np

import thermospin as ts

FOLDER = Path(__file__).parent
TRUTH = ("materials.Cu.spin_diffusion_length=400 nm", "materials.Py.polarisation=0.3")
LENGTHS = (200, 300, 450, 650, 900)
"""Distances of the contacts, nm."""
NOISE = 0.1
"""Standard uncertainty of a signal over its size."""
SEED = 5


def spin_signal(length: float) -> float:
    """R1 of P − AP with the estimated error of the mesh added, Ω.

    Args:
        length: Distance of the contacts, nm.
    """
    file, given = FOLDER / "fit_length_series.yaml", f"parameters.L={length} nm"
    signals = ts.run(ts.load(file, given, *TRUTH)).signals.set_index(["signal", "order"])
    return float(signals.corrected["spin", 1])


def main() -> None:
    """Write the table."""
    random = np.random.default_rng(SEED)
    lines = ["# Synthetic, by fit_length_series.py: λ of copper 400 nm, P of Permalloy 0.3."]
    lines.append("configuration or signal, order, L, value, uncertainty, unit")
    for length in LENGTHS:
        signal = 1e3 * spin_signal(length)
        size = NOISE * abs(signal)
        lines.append(f"spin, 1, {length} nm, {signal + size * random.normal():.4g}, {size:.2g}, mohm")
    (FOLDER / "fit_length_series.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
