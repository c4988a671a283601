"""The results of a sweep: one table, one file, and pictures of the readings along a single axis."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from thermospin.output.files import write_csv
from thermospin.output.place import RESULTS, together
from thermospin.output.readings import Value, readings
from thermospin.output.scales import reading_scale
from thermospin.units import common_unit

SIGNALS = ("baseline", "spin")


def write_sweep(directory: Path, results: dict[str, Any]) -> list[Path]:
    """Write ``results.json``, then ``sweep.csv``, ``sweep.nc`` and, where there is one axis, pictures.

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
    """Draw the readings of every scheme and probe along the axis, where there is only one.

    Args:
        directory: Directory of the sweep.
        results: Content of its ``results.json``.

    Returns:
        The files written.
    """
    if len(results["sweep"]) != 1:
        return []
    from thermospin.output.figures import save_sweep

    axis, curves = _axis(results), _curves(results)
    written = []
    for (scheme, probe), orders in curves.items():
        path = directory / f"sweep_{scheme}_{probe}.png"
        panels = [panel for order, found in orders.items() for panel in _panels(order, *found)]
        save_sweep(path, axis, panels, f"{scheme}, probe {probe}")
        written.append(path)
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
    shown = {"": "value", "mesh error of ": "mesh", "solver error of ": "solver"}
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


def _axis(results: Mapping[str, Any]) -> tuple[str, list[float] | list[str], str]:
    """Label, values and scale of the only axis, in the unit of the file."""
    (axis,), points = results["sweep"], results["points"]
    key = axis["keys"][0]
    label = key if len(axis["keys"]) == 1 else f"{key}, …"
    given = [point["values"][key] for point in points]
    try:
        numbers, unit = common_unit(given)
    except ValueError:
        return label, [str(value) for value in given], "linear"
    return f"{label} ({unit})" if unit else label, numbers, axis["scale"]


def _curves(
    results: Mapping[str, Any],
) -> dict[tuple[str, str], dict[int, tuple[dict[str, list[float]], str]]]:
    """For every scheme and probe, by order: the values of all configurations and signals, and the drive."""
    curves: dict[tuple[str, str], dict[int, tuple[dict[str, list[float]], str]]] = {}
    count = len(results["points"])
    for i, point in enumerate(results["points"]):
        for read in readings(point):
            orders = curves.setdefault((read.scheme, read.probe), {})
            for order, (value, *_) in read.by_order.items():
                named, _ = orders.setdefault(order, ({}, read.drive))
                named.setdefault(read.name, [math.nan] * count)[i] = math.nan if value is None else value
    return curves


def _panels(
    order: int, curves: Mapping[str, list[float]], drive: str
) -> Iterator[tuple[str, dict[str, list[float]]]]:
    """Two panels of one order: the configurations, and the spin signal, which is often much smaller."""
    configurations = {name: curve for name, curve in curves.items() if name not in SIGNALS}
    for label, named in ((f"R{order}", configurations), (f"R{order}, P − AP", {"spin": curves.get("spin")})):
        if named.get("spin", ()) is None:
            continue
        sizes = [abs(value) for curve in named.values() for value in curve if not math.isnan(value)]
        scale = reading_scale(max(sizes, default=0.0), order, drive)
        scaled = {name: [value / scale.factor for value in curve] for name, curve in named.items()}
        yield f"{label} ({scale.unit})", scaled
