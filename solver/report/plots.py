"""Interactive plots of sweeps, loops and the history of the meshes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from thermospin.output.convergence import relative_bars
from thermospin.output.loops import loop_panels
from thermospin.output.scales import Scale
from thermospin.output.series import Axis, Series, axes_of
from thermospin.output.sweeps import by_probe, reading_panels
from thermospin.output.words import column_words

COLOURS = ("#1f5f9f", "#c8532b", "#3f8f4f", "#7a4fa3", "#8a6d00", "#00838f")
_BRANCHES = {"up": ("#1f5f9f", "triangle-right"), "down": ("#c0392b", "triangle-left")}


def loop_figures(results: Mapping[str, Any]) -> Iterator[go.Figure]:
    """Readings as B goes up and down.

    Args:
        results: The results of a loop.
    """
    fields = {name: 1e3 * np.array(branch["B"]) for name, branch in results["loop"]["branches"].items()}
    for scheme, found in results["schemes"].items():
        for probe, branches in found["loops"].items():
            for label, curves in loop_panels(branches, found["drive"]["unit"]):
                traces = [
                    _curve(fields[name], values, f"B {name}", *_BRANCHES[name])
                    for name, values in curves.items()
                ]
                yield _plot(traces, f"{scheme}, probe {probe}", "B (mT)", label)


def sweep_figures(results: Mapping[str, Any]) -> Iterator[go.Figure]:
    """Readings along the axis of a sweep, or over its two axes.

    Args:
        results: The results of a sweep.
    """
    axes = axes_of(results)
    for (scheme, probe), found in by_probe(results).items():
        for label, scale, group in reading_panels(found):
            title = f"{scheme}, probe {probe}"
            if len(axes) == 1:
                yield _series_plot(axes[0], group, scale, title, label)
            elif len(axes) == 2:
                yield from (_image(axes, one, scale, f"{title}, {one.name}", label) for one in group)


def history_figure(results: Mapping[str, Any]) -> go.Figure:
    """Relative error bars on finer and finer meshes.

    Args:
        results: The results of a run with a target for its accuracy.
    """
    unknowns = [mesh["unknowns"] for mesh in results["accuracy"]["meshes"]]
    curves = enumerate(relative_bars(results).items())
    traces = [_curve(unknowns, np.array(bars), name, COLOURS[i % len(COLOURS)]) for i, (name, bars) in curves]
    figure = _plot(traces, "", "unknowns", "error bar / reading")
    figure.add_hline(results["accuracy"]["target"], line={"dash": "dash", "color": "#666"})
    return figure.update_xaxes(type="log").update_yaxes(type="log")


def _series_plot(axis: Axis, group: Sequence[Series], scale: Scale, title: str, label: str) -> go.Figure:
    traces = []
    for i, one in enumerate(group):
        trace = _curve(axis.values, one.values / scale.factor, one.name, COLOURS[i % len(COLOURS)])
        bars = np.where(np.isnan(one.bars), 0.0, one.bars) / scale.factor
        traces.append(trace.update(error_y={"array": bars, "thickness": 1}))
    return _plot(traces, title, axis.label, label).update_xaxes(type=axis.scale if axis.is_numeric else None)


def _image(axes: Sequence[Axis], one: Series, scale: Scale, title: str, label: str) -> go.Figure:
    """A reading over two axes; colours are symmetric about zero where it has both signs."""
    upward, right = axes
    values = one.values.reshape(len(upward.values), len(right.values)) / scale.factor
    signed = np.nanmin(values) < 0 < np.nanmax(values)
    colours = {"colorscale": "RdBu_r", "zmid": 0.0} if signed else {"colorscale": "Viridis"}
    trace = go.Heatmap(
        x=right.values, y=upward.values, z=values, colorbar={"title": {"text": label}}, **colours
    )
    figure = _plot([trace], title, right.label, upward.label)
    return figure.update_xaxes(type=_kind(right)).update_yaxes(type=_kind(upward))


def _kind(axis: Axis) -> str:
    return axis.scale if axis.is_numeric else "category"


def _curve(
    x: Sequence[Any] | np.ndarray, y: np.ndarray, name: str, colour: str, symbol: str = "circle"
) -> go.Scatter:
    style = {"line": {"color": colour}, "marker": {"symbol": symbol, "size": 6}}
    return go.Scatter(x=x, y=y, name=name, mode="lines+markers", **style)


def _plot(traces: Sequence[Any], title: str, x: str, y: str) -> go.Figure:
    layout = go.Layout(
        title={"text": title, "font": {"size": 15}},
        xaxis={"title": {"text": x}},
        yaxis={"title": {"text": y}, "exponentformat": "power"},
        height=380,
        margin={"l": 70, "r": 20, "t": 45 if title else 15, "b": 55},
        template="plotly_white",
        showlegend=True,
    )
    return go.Figure(list(traces), layout)


def profile_figure(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> go.Figure:
    """A field along a line, from the table of its map.

    Args:
        title: Title of the plot.
        head: Headings of the columns; the first is the distance, then come three coordinates.
        rows: The table; the last column names the region.
    """
    place, across = _along(1e9 * np.array([row[:4] for row in rows], dtype=float))
    regions = [row[-1] for row in rows]
    traces = []
    names = [column_words(column) for column in head[4:-1]]
    for i, name in enumerate(names, start=4):
        values = np.array([float(row[i]) if row[i] else np.nan for row in rows])
        trace = _curve(place, values, name, COLOURS[(i - 4) % len(COLOURS)])
        traces.append(
            trace.update(mode="lines", text=regions, hovertemplate="%{x:.4g} nm, %{y:.5g}, %{text}")
        )
    label = names[0] if len(traces) == 1 else "components, SI units"
    return _plot(traces, title, across, label)


def _along(columns: np.ndarray) -> tuple[np.ndarray, str]:
    """Places along a line and their label: the coordinate along x, y or z, else the distance from its start.

    Args:
        columns: Distance and three coordinates of every point, nm, (n, 4).
    """
    moving = np.flatnonzero(np.ptp(columns[:, 1:], axis=0) > 1e-9 * np.ptp(columns[:, 0]))
    if len(moving) == 1:
        return columns[:, 1 + moving[0]], f"{'xyz'[moving[0]]} (nm)"
    return columns[:, 0], "distance (nm)"
