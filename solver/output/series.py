"""Readings along the axes of a sweep, as arrays, and what the axes are called."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermospin.output.readings import readings
from thermospin.output.words import words
from thermospin.units import common_unit


@dataclass(frozen=True)
class Axis:
    """An axis of a sweep.

    Attributes:
        label: Name in words with the unit, for a plot.
        values: Numbers in that unit, or texts.
        scale: ``linear`` or ``log``.
    """

    label: str
    values: Sequence[float] | Sequence[str]
    scale: str

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers."""
        return not any(isinstance(value, str) for value in self.values)


@dataclass(frozen=True)
class Series:
    """A reading at all points of a sweep.

    Attributes:
        scheme: Injection scheme.
        probe: Name of the probe.
        order: Power of the drive.
        drive: Unit of the drive, ``A`` or ``V``.
        name: A magnetic configuration, ``baseline`` or ``spin``.
        values: V per power of the drive, (n,), NaN where a point has none.
        bars: Error bars, likewise.
    """

    scheme: str
    probe: str
    order: int
    drive: str
    name: str
    values: np.ndarray
    bars: np.ndarray


def axes_of(results: Mapping[str, Any]) -> list[Axis]:
    """The axes of a sweep, outermost first.

    Args:
        results: Content of its ``results.json``.
    """
    counts = [axis["count"] for axis in results["sweep"]]
    found = []
    for i, axis in enumerate(results["sweep"]):
        step = math.prod(counts[i + 1 :])
        key = axis["keys"][0]
        given = [point["values"][key] for point in results["points"][: step * counts[i] : step]]
        label = words(key) if len(axis["keys"]) == 1 else f"{words(key)}, …"
        found.append(_axis(label, given, axis["scale"]))
    return found


def _axis(label: str, given: Sequence[Any], scale: str) -> Axis:
    try:
        numbers, unit = common_unit(given)
    except ValueError:
        return Axis(label, [str(value) for value in given], "linear")
    return Axis(f"{label} ({unit})" if unit else label, numbers, scale)


def series_of(results: Mapping[str, Any]) -> list[Series]:
    """The readings of a sweep, by scheme, probe, order and name.

    Args:
        results: Content of its ``results.json``.
    """
    found: dict[tuple[str, str, int, str, str], tuple[np.ndarray, np.ndarray]] = {}
    count = len(results["points"])
    for i, point in enumerate(results["points"]):
        for read in readings(point) if "schemes" in point else ():
            for order, value in read.by_order.items():
                key = read.scheme, read.probe, order, read.drive, read.name
                values, bars = found.setdefault(key, (np.full(count, np.nan), np.full(count, np.nan)))
                values[i] = np.nan if value.shown is None else value.shown
                bars[i] = np.nan if value.bar is None else value.bar
    return [Series(*key, *arrays) for key, arrays in found.items()]


def shown_points(results: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of the points of a sweep: number, values of the keys, how it ended.

    Args:
        results: Content of its ``results.json``.
    """
    keys = [key for axis in results["sweep"] for key in axis["keys"]]
    rows = []
    for point in results["points"]:
        end = "failed" if "failed" in point else "solved" if "schemes" in point else "missing"
        rows.append([str(point["index"]), *(str(point["values"][key]) for key in keys), end])
    return ["point", *(words(key) for key in keys), "state"], rows
