"""Files of `thermospin alternating`: readings over the frequency, and fields."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.config.outputs import Style
from thermospin.observables.sample import Case
from thermospin.output.figures import INCH, looks, save_as
from thermospin.output.files import replacing, write_csv
from thermospin.output.scales import Scale, scale_for
from thermospin.output.vtu import encoded, grid_of_order

ALTERNATING = "alternating"
"""Stem of the table and the picture, and folder of the fields."""
PHASES = "in_phase", "ahead"
"""Ends of the names of fields: in phase with the drive, and a quarter of a period ahead of it."""


def write_alternating(directory: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the readings at every frequency.

    Args:
        directory: Directory of the results.
        rows: The rows.
    """
    if rows:
        write_csv(directory / f"{ALTERNATING}.csv", list(rows[0]), [list(row.values()) for row in rows])


def write_phases(directory: Path, cases: Sequence[Case], number: int) -> None:
    """Write the fields at a frequency for ParaView.

    Args:
        directory: Directory of the results.
        cases: The fields in phase, and those ahead, of one scheme and configuration.
        number: Number of the frequency.
    """
    for case, phase in zip(cases, PHASES, strict=True):
        folder = directory / ALTERNATING / case.scheme / case.configuration
        with replacing(folder / f"f{number:04d}_{phase}.vtu") as aside:
            aside.write_bytes(encoded(grid_of_order(case, 1)))


def save_alternating(directory: Path, rows: Sequence[Mapping[str, Any]], style: Style) -> None:
    """Draw amplitude and phase of the readings over the frequency.

    Args:
        directory: Directory of the results.
        rows: The rows.
        style: Look of the figure.
    """
    curves: dict[str, list[tuple[float, complex]]] = {}
    for row in rows:
        name = ", ".join(row[key] for key in ("probe", "scheme", "configuration"))
        curves.setdefault(name, []).append((row["frequency"], complex(row["real"], row["imaginary"])))
    if not curves:
        return
    units = {row["unit"] for row in rows}
    largest = max(abs(value) for curve in curves.values() for _, value in curve)
    scale = scale_for(largest, units.pop()) if len(units) == 1 else Scale(1.0, "")
    width = 6.4 if style.width is None else style.width / INCH
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, 5.0), layout="constrained")
        amplitude, phase = figure.subplots(2, 1, sharex=True)
        for name, curve in curves.items():
            frequencies, values = (
                np.array(part) for part in zip(*sorted(curve, key=lambda at: at[0]), strict=True)
            )
            amplitude.plot(frequencies, np.abs(values) / scale.factor, ".-", label=name)
            phase.plot(frequencies, np.degrees(np.angle(values)), ".-")
        amplitude.set(ylabel=f"amplitude ({scale.unit})" if scale.unit else "amplitude", xscale="log")
        phase.set(ylabel="phase (°)", xlabel="frequency (Hz)")
        amplitude.legend(frameon=False, fontsize="small")
        for panel in (amplitude, phase):
            panel.grid(alpha=0.3, linewidth=0.6)
        save_as(figure, directory / f"{ALTERNATING}.png", style)
