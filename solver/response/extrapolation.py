"""Starts of linear solves for a device that changes smoothly in time."""

from collections.abc import Hashable

from thermospin.response.solution import combine
from thermospin.response.starts import Earlier, Starts

POINTS = 3
"""Points in time through which solutions are extrapolated: by a parabola."""
EXTRAPOLATED = "extrapolated"
"""State under which such a solution is kept; no state of an operator has this name."""


class ExtrapolatedStarts:
    """Lets a scheme at a drive start from its solutions extrapolated in time.

    Args:
        starts: The solutions that the scheme starts from.
    """

    def __init__(self, starts: Starts) -> None:
        self._starts = starts
        self._known: list[tuple[float, dict[str, Earlier]]] = []

    def forget(self) -> None:
        """Forget all solutions."""
        self._known = []

    def place(self, time: float, drive: float) -> None:
        """Put solutions extrapolated to a time where the scheme looks for starts.

        Args:
            time: s.
            drive: The drive at that time, A or V.
        """
        if not self._known:
            return
        weights = lagrange([known for known, _ in self._known], time)
        for name, last in self._known[-1][1].items():
            found = [(w, known[name].solution) for w, (_, known) in zip(weights, self._known, strict=True)]
            self._starts.keep(_place(name, drive), EXTRAPOLATED, last._replace(solution=combine(found)))

    def keep(self, time: float, drive: float) -> None:
        """Keep the solutions that the scheme has found, and leave it none.

        Args:
            time: s.
            drive: The drive at that time, A or V.
        """
        found = {}
        for name in ("linear", "at"):
            last = self._starts.beside(_place(name, drive), EXTRAPOLATED)
            self._starts.drop(_place(name, drive))
            if last is not None:
                found[name] = last
        earlier = [(known, solutions) for known, solutions in self._known if known < time]
        self._known = [*earlier[-POINTS + 1 :], (time, found)]


def _place(name: str, drive: float) -> Hashable:
    """Place where a scheme keeps its linear response, or the fields that heat adds at a drive."""
    return (("linear",) if name == "linear" else ("at", drive)), 0


def lagrange(times: list[float], time: float) -> list[float]:
    """Weights of values at some times in the polynomial through them, at another time.

    Args:
        times: s, all different.
        time: s.
    """
    weights = []
    for i, own in enumerate(times):
        weight = 1.0
        for other in times[:i] + times[i + 1 :]:
            weight *= (time - other) / (own - other)
        weights.append(weight)
    return weights
