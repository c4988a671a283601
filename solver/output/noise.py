"""Files of `thermospin noise`: eigenmodes of moving magnets, and spectra of voltages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.config.outputs import Style
from thermospin.output.figures import INCH, looks, save_as
from thermospin.output.files import write_csv
from thermospin.output.vectors import write_vectors
from thermospin.runtime.console import say

NOISE, MODES = "noise", "modes"
"""Stems of the tables; also of the picture, and of the folder of shapes."""


class Mode(Protocol):
    """Frequency and decay rate of an eigenmode."""

    @property
    def frequency(self) -> float:
        """ω, rad/s."""

    @property
    def decay(self) -> float:
        """κ, 1/s."""


def mode_rows(modes: Sequence[Mode]) -> list[dict[str, float]]:
    """Number, frequency in Hz and decay rate in 1/s of every mode.

    Args:
        modes: The modes.
    """
    return [
        {"mode": i, "frequency": mode.frequency / (2 * np.pi), "decay": mode.decay}
        for i, mode in enumerate(modes)
    ]


def tell_modes(modes: Sequence[Mode]) -> None:
    """Print the modes.

    Args:
        modes: The modes.
    """
    say("mode  frequency (GHz)  decay rate (1/ns)")
    for row in mode_rows(modes):
        say(f"{row['mode']:4d}  {1e-9 * row['frequency']:15.4f}  {1e-9 * row['decay']:17.4f}")


def write_modes(directory: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Write the table of the modes.

    Args:
        directory: Directory of the results.
        rows: The rows.
    """
    write_csv(directory / f"{MODES}.csv", list(rows[0]), [list(row.values()) for row in rows])


def write_shape(
    directory: Path, number: int, points: np.ndarray, cells: np.ndarray, fields: Mapping[str, np.ndarray]
) -> None:
    """Write the shape of a mode for ParaView.

    Args:
        directory: Directory of the results.
        number: Number of the mode.
        points: Nodes of the magnets, m, (3, n).
        cells: Nodes of every tetrahedron, (k, 4).
        fields: Vectors by name, (3, n).
    """
    arrays = {name: values.T for name, values in fields.items()}
    write_vectors(directory / MODES / f"mode_{number:02d}.vtu", points.T, cells, arrays)


def write_noise(directory: Path, frequencies: Sequence[float], spectra: Mapping[str, np.ndarray]) -> None:
    """Write the table of the spectra.

    Args:
        directory: Directory of the results.
        frequencies: Frequencies, Hz, (f,).
        spectra: Spectrum by probe, V²/Hz, (f,).
    """
    header = ["frequency", *(f"S_{probe}" for probe in spectra)]
    columns = np.column_stack([frequencies, *spectra.values()])
    write_csv(directory / f"{NOISE}.csv", header, columns.tolist())


def save_noise(
    directory: Path,
    frequencies: Sequence[float],
    spectra: Mapping[str, np.ndarray],
    modes: Sequence[Mode],
    style: Style,
) -> None:
    """Draw the amplitudes of the spectra; lines mark the frequencies of the modes.

    Args:
        directory: Directory of the results.
        frequencies: Frequencies, Hz, (f,).
        spectra: Spectrum by probe, V²/Hz, (f,).
        modes: The modes.
        style: Look of the figure.
    """
    width = 6.4 if style.width is None else style.width / INCH
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, 4.0), layout="constrained")
        panel = figure.subplots()
        for probe, spectrum in spectra.items():
            panel.plot(frequencies, np.sqrt(spectrum), label=probe)
        for row in mode_rows(modes):
            if frequencies[0] <= row["frequency"] <= frequencies[-1]:
                panel.axvline(row["frequency"], color="grey", linewidth=0.6, linestyle=":")
        panel.set(xscale="log", yscale="log", xlabel="frequency (Hz)", ylabel="noise (V/√Hz)")
        panel.grid(alpha=0.3, linewidth=0.6)
        panel.legend(frameon=False, fontsize="small")
        save_as(figure, directory / f"{NOISE}.png", style)
