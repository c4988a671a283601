"""Make the synthetic data of fit_hanle.yaml: R1 of its device in fields, with noise.

    python configs/fit_hanle.py

The device is solved in three dimensions with τ_sf = 65 ps, λ = 650 nm and P = 0.12; fit_hanle.csv is written
beside this file.
"""

from pathlib import Path

import numpy as np

import thermospin as ts

FOLDER = Path(__file__).parent
FIELDS = np.linspace(-0.8, 0.8, 17)
NOISE = 2e-5
"""Standard deviation of a reading, Ω."""


def main() -> None:
    """Solve at all fields, add noise, and write."""
    config = ts.load(
        FOLDER / "fit_hanle.yaml",
        f"sweep=[{{key: 'magnetic_field[2]', values: {FIELDS.tolist()}}}]",
        "mesh={interface_size: 100 nm, max_size: 250 nm, elements_across_film: 1, film_aspect: 10}",
        "solver.estimate=false",
    )
    table = ts.sweep(config).readings
    random = np.random.default_rng(0)
    lines = [
        "# Synthetic: tau = 65 ps, lambda = 650 nm, P = 0.12 and noise of 0.02 mohm; made by fit_hanle.py",
        "configuration, order, value, uncertainty, unit, magnetic_field[2]",
    ]
    for name in ("P", "AP"):
        rows = table[table.configuration == name]
        for field, value in zip(rows["magnetic_field[2]"], rows["value"], strict=True):
            read = 1e3 * (float(value) + NOISE * random.normal())
            lines.append(f"{name}, 1, {read:.4f}, {1e3 * NOISE:g}, mohm, {float(field):g} T")
    (FOLDER / "fit_hanle.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
