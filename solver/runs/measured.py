"""Numbers of a solution besides its readings, and their error bars of the mesh."""

from collections.abc import Sequence
from copy import deepcopy
from itertools import batched
from typing import Any

from thermospin.observables.cells import Observer
from thermospin.observables.torque import Torques
from thermospin.response.solution import Expansion
from thermospin.runs.estimation import Compared
from thermospin.runs.numbers import flows_data
from thermospin.runs.observed import observables, torques_of
from thermospin.runs.problem import Problem

DRIVES_AT_ONCE = 4
"""Operating drives whose fields are in memory together."""


class Measurements:
    """Evaluates solutions of a problem, in one magnetic configuration after another.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._observer: Observer = problem.observer()
        self._torques: Torques | None = problem.torques()
        self._compared: Measurements | None = None

    def of(self, expansion: Expansion, drives: Sequence[float | None]) -> list[dict[str, Any]]:
        """Terminals, sinks, regions, interfaces and torques of a solution, for every drive (collective).

        Args:
            expansion: The solution, in the magnetic state of the problem.
            drives: Operating drives, A or V; None without one.
        """
        device = self._problem.device
        distinct = list(dict.fromkeys(drives))
        found: dict[float | None, dict[str, Any]] = {}
        for some in batched(distinct, DRIVES_AT_ONCE, strict=False):
            observed = observables(device, self._observer, expansion, some)
            found |= {
                drive: flows_data(expansion, device.images) | data
                for drive, data in zip(some, observed, strict=True)
            }
        if self._torques:
            for drive, data in found.items():
                data["torques"] = torques_of(self._torques, expansion, drive)
        return [deepcopy(found[drive]) for drive in drives]

    def bars(
        self, measured: Sequence[dict[str, Any]], compared: Compared, drives: Sequence[float | None]
    ) -> list[dict[str, Any]]:
        """Error bars of the mesh, under the keys of the numbers, for every drive (collective).

        Args:
            measured: The numbers of a solution at the drives.
            compared: What it was compared with.
            drives: Operating drives, A or V; None without one.
        """
        if self._compared is None or self._compared._problem is not compared.problem:
            self._compared = Measurements(compared.problem)
        others = self._compared.of(compared.expansion, drives)
        bars = [_bars(data, other, compared.bar) for data, other in zip(measured, others, strict=True)]
        for found in bars:
            found.pop("drive", None)
        return bars


def _bars(value: Any, other: Any, share: float) -> Any:
    """A share of the differences of numbers in plain data; None where there is no other number."""
    match value:
        case dict():
            return {key: _bars(part, other.get(key), share) for key, part in value.items()} if other else None
        case list():
            pairs = zip(value, other, strict=True) if other else ()
            return [_bars(part, counterpart, share) for part, counterpart in pairs]
        case int() | float() if other is not None:
            return share * abs(value - other)
    return None
