"""The `sweep:` section: keys of the configuration that change, and their values."""

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, model_validator

from thermospin.section import Section, evaluated, mistake, whole
from thermospin.units import common_unit

DIGITS = 12
"""Significant digits of the values of a range: no 0.30000000000000004 in files and tables."""
FIXED = {
    "sweep": "a sweep cannot change itself",
    "output": "all points write the same output; use the options of 'thermospin sweep'",
}
"""Keys that cannot be swept, and the remedy."""


End = Annotated[float | str | None, BeforeValidator(lambda value, info: evaluated(value, info))]
"""End of a range: a quantity of any dimension."""


class Axis(Section):
    """One axis of a sweep: a list of values, or a range from `start` to `stop`. Several axes are nested."""

    key: str | None = None
    """Dotted key of the value that changes, as for `--set`: `materials.Py.polarisation` …"""
    keys: tuple[str, ...] = ()
    """… or several, which move together."""
    values: list[Any] | None = None
    """Values, in order; with `keys`, a list has one value for each key, anything else goes to all …"""
    start: End = None
    """… or the first value of a range, with its unit, …"""
    stop: End = None
    """… the last one, …"""
    num: whole(ge=2, le=10_000) | None = None
    """… how many there are, …"""
    scale: Literal["linear", "log"] = "linear"
    """… and how they are spaced: by equal steps, or by equal factors."""

    @model_validator(mode="after")
    def _is_complete(self) -> "Axis":
        self._check_keys()
        if self.values is None:
            self._check_range()
            return self
        for name in ("start", "stop", "num"):
            if getattr(self, name) is not None:
                raise mistake("give values, or start, stop and num, not both", name)
        if not self.values:
            raise mistake("there are no values; give some, or start, stop and num", "values")
        for i, value in enumerate(self.values):
            if self.keys and isinstance(value, list) and len(value) != len(self.keys):
                raise mistake(
                    f"has {len(value)} values for {len(self.keys)} keys; give one for each", "values", i
                )
        return self

    @property
    def targets(self) -> tuple[str, ...]:
        """The keys that change."""
        return self.keys or (self.key,)

    @property
    def steps(self) -> list[tuple[Any, ...]]:
        """The values of all keys at every step of the axis, as a file would hold them."""
        count = len(self.targets)
        return [
            tuple(value) if self.keys and isinstance(value, list) else (value,) * count
            for value in self.values or self._range()
        ]

    @property
    def count(self) -> int:
        """Number of steps."""
        return len(self.values) if self.values else self.num

    def place(self, number: int, step: tuple[Any, ...]) -> str:
        """Place in the file of the values of a step, within the axis.

        Args:
            number: Number of the step, from 0.
            step: Values of all keys there.
        """
        return f".values[{number}]" if self.values else f" at {step[0]}"

    def _check_keys(self) -> None:
        if (self.key is None) == (not self.keys):
            raise mistake("nothing changes; write 'key: materials.Py.polarisation', or 'keys' with a list")
        for i, key in enumerate(self.targets):
            at = ("keys", i) if self.keys else ("key",)
            for fixed, remedy in FIXED.items():
                if f"{key}.".startswith(f"{fixed}."):
                    raise mistake(f"'{key}' cannot be swept: {remedy}", *at)
            if not key.strip(".[] ") or key in self.targets[:i]:
                raise mistake(f"'{key}' is empty or given twice; name a value once", *at)

    def _check_range(self) -> None:
        for name in ("start", "stop", "num"):
            if getattr(self, name) is None:
                raise mistake("missing; give values, or start, stop and num", name)
        try:
            (start, stop), _ = common_unit([self.start, self.stop])
        except ValueError as error:
            raise mistake(str(error), "stop") from None
        if start == stop:
            raise mistake("must differ from start", "stop")
        if self.scale == "log" and start * stop <= 0:
            raise mistake("'scale: log' needs start and stop of the same sign, not 0", "start")

    def _range(self) -> list[float | str]:
        """The values of the range, in the unit of its start."""
        (start, stop), unit = common_unit([self.start, self.stop])
        if self.scale == "log":
            numbers = math.copysign(1, start) * np.geomspace(abs(start), abs(stop), self.num)
        else:
            numbers = np.linspace(start, stop, self.num)
        texts = [f"{number:.{DIGITS}g}" for number in numbers]
        return [f"{text} {unit}" for text in texts] if unit else [float(text) for text in texts]
