"""Numbers of a solution besides its readings, and their error bars of the mesh."""

from typing import Any

from thermospin.observables.cells import Observer
from thermospin.observables.torque import Torques
from thermospin.response.solution import Expansion
from thermospin.runs.estimation import Compared
from thermospin.runs.numbers import flows_data
from thermospin.runs.observed import observables, torques_of
from thermospin.runs.problem import Problem


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

    def of(self, expansion: Expansion, drive: float | None) -> dict[str, Any]:
        """Terminals, sinks, regions, interfaces and torques of a solution (collective).

        Args:
            expansion: The solution, in the magnetic state of the problem.
            drive: The operating drive, A or V; None without one.
        """
        device = self._problem.device
        found = flows_data(expansion, device.images) | observables(device, self._observer, expansion, drive)
        if self._torques:
            found["torques"] = torques_of(self._torques, expansion, drive)
        return found

    def bars(self, measured: dict[str, Any], compared: Compared, drive: float | None) -> dict[str, Any]:
        """Error bars of the mesh, under the keys of the numbers (collective).

        Args:
            measured: The numbers of a solution.
            compared: What it was compared with.
            drive: The operating drive, A or V; None without one.
        """
        if self._compared is None or self._compared._problem is not compared.problem:
            self._compared = Measurements(compared.problem)
        others = self._compared.of(compared.expansion, drive)
        found: dict[str, Any] = _bars(measured, others, compared.bar)
        found.pop("drive", None)
        return found


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
