"""Comparisons of thermospin with closed forms, papers and other programs, as tables."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HEAD = ("curve", "x", "expected", "computed")


@dataclass(frozen=True)
class Curve:
    """Values beside those that they must have.

    Attributes:
        name: Name of the curve.
        x: Where they are, (n,).
        expected: Values of the closed form or of the paper, (n,).
        computed: Values of thermospin, (n,), NaN at places that only make the line of the closed form smooth.
    """

    name: str
    x: np.ndarray
    expected: np.ndarray
    computed: np.ndarray

    @property
    def error(self) -> float:
        """Largest difference over the largest value."""
        difference = np.abs(np.asarray(self.computed) - self.expected)
        return float(np.nanmax(difference) / np.abs(self.expected).max())


@dataclass(frozen=True)
class Comparison:
    """A case of the gallery.

    Attributes:
        name: Name of its files.
        title: Title.
        source: Equations or paper that it is compared with.
        test: Test that asserts the agreement, for ``pytest``.
        labels: Labels of the axes, with units.
        curves: Solves the case.
        scales: ``linear`` or ``log`` for both axes.
        note: What a reader must know of the difference.
    """

    name: str
    title: str
    source: str
    test: str
    labels: tuple[str, str]
    curves: Callable[[], Iterator[Curve]]
    scales: tuple[str, str] = ("linear", "linear")
    note: str = ""

    @property
    def about(self) -> dict[str, Any]:
        """All of it that a page needs beside the curves."""
        return {key: value for key, value in vars(self).items() if key not in ("name", "curves")}


def with_line(name: str, x: np.ndarray, computed: np.ndarray, form: Callable[[float], float]) -> Curve:
    """A curve with a smooth line of its closed form.

    Args:
        name: Its name.
        x: Where it was computed, (n,).
        computed: The values, (n,).
        form: The closed form at a place.
    """
    x = np.asarray(x, dtype=float)
    between = np.geomspace(x.min(), x.max(), 41) if x.min() > 0 else np.linspace(x.min(), x.max(), 41)
    places = np.concatenate([x, between])
    known = np.concatenate([computed, np.full(len(between), np.nan)])
    order = np.argsort(places, kind="stable")
    return Curve(name, places[order], np.array([form(place) for place in places[order]]), known[order])


def write(path: Path, curves: list[Curve]) -> None:
    """Write curves as a table, SI unless the axes say otherwise.

    Args:
        path: The file.
        curves: The curves.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEAD)
        for curve in curves:
            for x, expected, computed in zip(curve.x, curve.expected, curve.computed, strict=True):
                shown = "" if np.isnan(computed) else f"{computed:.8g}"
                table.writerow([curve.name, f"{x:.8g}", f"{expected:.8g}", shown])


def read(path: Path) -> list[Curve]:
    """Read curves that :func:`write` wrote.

    Args:
        path: The file.
    """
    rows: dict[str, list[list[float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers = [float(row[key] or "nan") for key in HEAD[1:]]
            rows.setdefault(row["curve"], []).append(numbers)
    return [Curve(name, *np.array(numbers).T) for name, numbers in rows.items()]
