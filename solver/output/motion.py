"""Pictures of a magnetisation in time: averages of m, energies and voltages."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from thermospin.config.outputs import Style
from thermospin.output.figures import INCH, looks, save_as
from thermospin.output.scales import Scale, scale_for

PICTURE = "dynamics.png"
_AXES = {"mx": "$m_x$", "my": "$m_y$", "mz": "$m_z$"}


def save_motion(path: Path, rows: Sequence[Mapping[str, float]], style: Style) -> list[Path]:
    """Save the averages of m, the energies and the voltages of the probes over time.

    Args:
        path: The PNG.
        rows: The rows of the table, SI.
        style: Look of the figure.

    Returns:
        The files, one for every format.
    """
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    time = scale_for(float(columns["time"][-1]), "s")
    panels = list(_panels(columns))
    width = 6.4 if style.width is None else style.width / INCH
    with rc_context(looks(style)):
        figure = Figure(figsize=(width, 2.2 * len(panels) + 0.4), layout="constrained")
        grid = figure.subplots(len(panels), 1, squeeze=False, sharex=True).ravel()
        for panel, (label, scale, curves) in zip(grid, panels, strict=True):
            for name, values in curves.items():
                panel.plot(columns["time"] / time.factor, values / scale.factor, linewidth=1.2, label=name)
            panel.set_ylabel(f"{label} ({scale.unit})" if scale.unit else label)
            panel.grid(alpha=0.3, linewidth=0.6)
            panel.legend(frameon=False, fontsize="small")
        grid[-1].set_xlabel(f"time ({time.unit})")
        return save_as(figure, path, style)


def _panels(columns: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Scale, dict[str, np.ndarray]]]:
    """Label, unit and curves of every panel that there are numbers for."""
    yield "average magnetisation", Scale(1.0, ""), {text: columns[name] for name, text in _AXES.items()}
    for label, unit, start in (("energy", "J", "energy_"), ("voltage", "V", "V_")):
        curves = {
            name.removeprefix(start).replace("_", " "): values
            for name, values in columns.items()
            if name.startswith(start)
        }
        if curves:
            yield (
                label,
                scale_for(max(float(np.abs(values).max()) for values in curves.values()), unit),
                curves,
            )
