"""The results of a sweep: one table, one file, and pictures of the readings along one axis or over two."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.output.files import write_csv
from thermospin.output.place import RESULTS, together
from thermospin.output.plan import style_of
from thermospin.output.readings import Value, readings
from thermospin.output.scales import Scale, reading_scale
from thermospin.output.series import Series, axes_of, series_of
from thermospin.output.sweep_torques import torque_panels, torques_by_magnet
from thermospin.output.words import reading_words

SIGNALS = ("baseline", "spin")


def write_sweep(directory: Path, results: dict[str, Any]) -> list[Path]:
    """Write ``results.json``, then ``sweep.csv``, ``sweep.nc`` and, of one or two axes, pictures.

    Args:
        directory: Directory of the sweep.
        results: Content of its ``results.json``.

    Returns:
        The files written.

    Raises:
        InputError: The directory cannot be written.
    """
    from thermospin.output.datasets import write_dataset

    table, dataset = directory / "sweep.csv", directory / "sweep.nc"
    with together(directory, results):
        write_csv(table, *sweep_table(results))
        write_dataset(dataset, results)
        pictures = plot_sweep(directory, results)
    return [table, dataset, *pictures, directory / RESULTS]


def plot_sweep(directory: Path, results: Mapping[str, Any]) -> list[Path]:
    """Draw readings by scheme and probe and torques by magnet: along one axis as curves, over two as images.

    Args:
        directory: Directory of the sweep.
        results: Content of its ``results.json``.

    Returns:
        The files written; none where there are more axes.
    """
    axes = axes_of(results)
    if len(axes) > 2:
        return []
    from thermospin.output.curves import save_images, save_sweep

    drawn = {
        f"sweep_{scheme}_{probe}": (f"{scheme}, probe {probe}", list(reading_panels(found)))
        for (scheme, probe), found in by_probe(results).items()
    }
    drawn |= {
        f"sweep_{scheme}_torque_{magnet}": (f"{scheme}, torque on {magnet}", list(torque_panels(found)))
        for (scheme, magnet), found in torques_by_magnet(results).items()
    }
    written = []
    for stem, (title, panels) in drawn.items():
        path = directory / f"{stem}.png"
        if len(axes) == 1:
            written += save_sweep(path, axes[0], panels, title, style_of(results))
        else:
            written += save_images(path, axes, panels, title, style_of(results))
    return written


def describe_sweep(results: Mapping[str, Any], directory: Path) -> str:
    """One line about the progress of a sweep.

    Args:
        results: Content of its ``results.json``.
        directory: Directory of the sweep.
    """
    points = results["points"]
    solved = sum("schemes" in point and "failed" not in point for point in points)
    failed, missing = (
        sum("failed" in point for point in points),
        sum("schemes" not in point for point in points),
    )
    parts = [f"{solved} of {len(points)} points solved"]
    parts += [f"{failed} failed (see sweep.csv; --retry solves them again)"] if failed else []
    parts += [f"{missing} missing, no table yet"] if missing else [str(directory / "sweep.csv")]
    return "; ".join(parts)


def all_failed(results: Mapping[str, Any]) -> bool:
    """Whether no point is solved, though some were tried.

    Args:
        results: Content of its ``results.json``.
    """
    points = results["points"]
    failed = sum("failed" in point for point in points)
    return failed > 0 and not any("schemes" in point and "failed" not in point for point in points)


def sweep_table(results: Mapping[str, Any]) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of ``sweep.csv``: a row for every point, scheme, probe, and configuration or signal.

    Args:
        results: Content of its ``results.json``.
    """
    keys = [key for axis in results["sweep"] for key in axis["keys"]]
    found = [(point, list(readings(point))) for point in results["points"] if "schemes" in point]
    orders = sorted({order for _, reads in found for read in reads for order in read.by_order})
    header = ["point", *keys, "scheme", "probe", "configuration or signal", "drive"]
    shown = {
        "": "value",
        "mesh error of ": "mesh",
        "corrected ": "corrected",
        "error of corrected ": "corrected_mesh",
        "solver error of ": "solver",
    }
    header += [f"{prefix}R{n}" for prefix in shown for n in orders] + ["directory", "failed"]

    def rows() -> Iterator[list[Any]]:
        for point, reads in found:
            start = [point["index"], *(shown_value(point, key) for key in keys)]
            for read in reads:
                values = [read.by_order.get(order, Value(None)) for order in orders]
                numbers = [getattr(value, key) for key in shown.values() for value in values]
                what = [read.scheme, read.probe, read.name, read.drive]
                yield [*start, *what, *numbers, point["directory"], None]
            if "failed" in point:
                yield [*start, *[None] * (4 + len(shown) * len(orders)), point["directory"], point["failed"]]

    return header, rows()


def shown_value(point: Mapping[str, Any], key: str) -> Any:
    """Value of a key in SI, or as the file gives it where it is not a number.

    Args:
        point: An entry of ``points`` in the results.
        key: The key.
    """
    return point["values"][key] if point["si"][key] is None else point["si"][key]


def reading_panels(
    found: Sequence[Series],
) -> Iterator[tuple[str, Scale, list[Series]]]:
    """Panels of one scheme and probe: for every order the configurations, and the spin signal by itself.

    Args:
        found: All series of the scheme and probe.

    Yields:
        Label with the unit, the unit, and the series.
    """
    for order in sorted({one.order for one in found}):
        of_order = [one for one in found if one.order == order]
        label = reading_words(order, of_order[0].drive)
        groups = {
            label: [one for one in of_order if one.name not in SIGNALS],
            f"{label}, P − AP": [one for one in of_order if one.name == "spin"],
        }
        for text, group in groups.items():
            if group:
                largest = max((np.nanmax(np.abs(one.values), initial=0.0) for one in group), default=0.0)
                scale = reading_scale(float(largest), order, group[0].drive)
                yield f"{text} ({scale.unit})", scale, group


def by_probe(results: Mapping[str, Any]) -> dict[tuple[str, str], list[Series]]:
    """The readings of a sweep by scheme and probe.

    Args:
        results: Content of its ``results.json``.
    """
    found: dict[tuple[str, str], list[Series]] = {}
    for one in series_of(results):
        found.setdefault((one.scheme, one.probe), []).append(one)
    return found
