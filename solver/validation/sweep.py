"""From a configuration with a `sweep:` section to the configurations of its points."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermospin.config import Config
from thermospin.config.loading import check_overrides, parts, read_data, replaced
from thermospin.config.parameters import SECTION, in_base_units
from thermospin.errors import InputError
from thermospin.validation.loading import checked

MAX_POINTS = 10_000
"""Points of a sweep; checking them takes about a minute."""


@dataclass(frozen=True)
class Point:
    """One point of a sweep.

    Attributes:
        index: Its number; the last axis changes fastest.
        values: Value of every swept key, as the file gives it.
        config: The configuration.
        places: Place of the values of every axis in the file, and the keys that it changes.
    """

    index: int
    values: Mapping[str, Any]
    config: Config
    places: Sequence[tuple[str, Sequence[str]]]

    def mistake(self, error: InputError) -> InputError:
        """A mistake in the configuration of this point, as one in the sweep.

        Args:
            error: The mistake.
        """
        return _blame(error, self.places, self.config.source)


@dataclass(frozen=True)
class Sweep:
    """A sweep, with all its points checked.

    Attributes:
        config: The configuration without the changes.
        points: All points, in order.
    """

    config: Config
    points: Sequence[Point]

    @property
    def keys(self) -> list[str]:
        """The keys that change, axis by axis."""
        return [key for axis in self.config.sweep for key in axis.targets]

    def si(self, key: str) -> list[float] | None:
        """Values of a key over all points in SI; None where they are not all numbers.

        Args:
            key: The key.
        """
        found = [_at(point.config.resolved(), key) for point in self.points]
        if parts(key)[0] == SECTION:
            found = [in_base_units(value) for value in found]
        return found if all(isinstance(value, int | float) for value in found) else None


def load_sweep(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> Sweep:
    """Read a configuration with a sweep, and check every point of it.

    Args:
        source: A YAML file, or the same content as a mapping.
        overrides: Texts such as ``solver.degree=2``, laid over it.

    Raises:
        InputError: The first mistake found, with file, key and remedy in one line; there is no sweep.
    """
    data, file = read_data(source, overrides)
    config = checked(data, file)
    check_overrides(config, overrides)
    axes = config.sweep
    if not axes:
        raise config.error(
            "sweep", "nothing to sweep; add an axis, such as '- {key: temperature, values: [100 K, 300 K]}'"
        )
    _check_axes(config)
    base = {key: value for key, value in data.items() if key != "sweep"}
    points = []
    steps_of = [[(axis.place(i, step), step) for i, step in enumerate(axis.steps)] for axis in axes]
    for index, steps in enumerate(itertools.product(*steps_of)):
        places = [
            (f"sweep[{i}]{place}", axis.targets)
            for i, (axis, (place, _)) in enumerate(zip(axes, steps, strict=True))
        ]
        values = {
            key: value
            for axis, (_, given) in zip(axes, steps, strict=True)
            for key, value in zip(axis.targets, given, strict=True)
        }
        points.append(Point(index, values, _config(base, values, file, places), places))
    return Sweep(config, points)


def _check_axes(config: Config) -> None:
    count = math.prod(axis.count for axis in config.sweep)
    if count > MAX_POINTS:
        raise config.error(
            "sweep", f"{count} points are too many; split the sweep into files of at most {MAX_POINTS} points"
        )
    seen: set[str] = set()
    for i, axis in enumerate(config.sweep):
        if again := seen & set(axis.targets):
            raise config.error(f"sweep[{i}]", f"'{min(again)}' is swept twice; name it in one axis only")
        seen |= set(axis.targets)
        for key in axis.targets:
            try:
                config.check_parameter(key)
            except InputError as error:
                raise config.error(f"sweep[{i}]", f"{error.key}: {error.message}") from None


def _config(
    data: dict[str, Any], values: Mapping[str, Any], file: str, places: Sequence[tuple[str, Sequence[str]]]
) -> Config:
    """The configuration of a point."""
    try:
        for key, value in values.items():
            data = replaced(data, key, value, file)
        return checked(data, file)
    except InputError as error:
        raise _blame(error, places, file) from None


def _blame(error: InputError, places: Sequence[tuple[str, Sequence[str]]], file: str) -> InputError:
    """A mistake in a point, named after the axes that change what it is about, else after all."""
    about = parts(error.key)
    near = [
        place
        for place, keys in places
        if any(path[: len(about)] == about[: len(path)] for path in map(parts, keys))
    ]
    message = f"{error.key}: {error.message}" if error.key else error.message
    return InputError(message, key=" with ".join(near or [place for place, _ in places]), file=file)


def _at(data: Any, key: str) -> Any:
    """Plain data at a dotted key; None where there are none."""
    for part in parts(key):
        if isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict):
            data = data.get(part)
        else:
            return None
    return None if isinstance(data, bool) else data
