"""Adjoint solutions: their product with a load is a reading."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from thermospin.compat import PETSc
from thermospin.linear.request import Report
from thermospin.response.solution import TerminalPair

KEPT = 16
"""Adjoints that are kept, unless more are needed at once; the oldest goes first."""


@dataclass(frozen=True)
class Adjoint:
    """Adjoint solution of a reading; of a probe, the fields of 1 A into its plus, out of its minus terminal.

    Attributes:
        vector: The fields, V/A and K/A for a probe.
        report: Outcome of the solve.
        per_watt: Largest reading that 1 W of heat anywhere in the device gives, V.
    """

    vector: PETSc.Vec
    report: Report
    per_watt: float


class KnownAdjoints:
    """Adjoints found before, by probe and state of the operator; the oldest are forgotten.

    Args:
        identify: Names the state of the operator, that of adjoints that are kept and looked up.
    """

    def __init__(self, identify: Callable[[], Hashable]) -> None:
        self._identify, self._most = identify, KEPT
        self._found: dict[tuple[TerminalPair, Hashable], Adjoint] = {}

    def make_room(self, number: int) -> None:
        """Keep at least as many adjoints from here on.

        Args:
            number: How many are needed at once.
        """
        self._most = max(self._most, number)

    def keep(self, pair: TerminalPair, adjoint: Adjoint) -> None:
        """Keep an adjoint in the state of the operator.

        Args:
            pair: The probe.
            adjoint: Its adjoint.
        """
        key = pair, self._identify()
        self._found.pop(key, None)
        self._found[key] = adjoint
        if len(self._found) > self._most:
            self._found.pop(next(iter(self._found)))

    def get(self, pair: TerminalPair) -> Adjoint | None:
        """Adjoint kept for a probe in the state of the operator; None if there is none.

        Args:
            pair: The probe.
        """
        return self._found.get((pair, self._identify()))

    def last(self, pair: TerminalPair) -> Adjoint | None:
        """The adjoint of a probe that was kept last, in any state; None if there is none.

        Args:
            pair: The probe.
        """
        return next((found for (own, _), found in reversed(self._found.items()) if own == pair), None)

    def along(self, pair: TerminalPair) -> Adjoint | None:
        """Adjoint of a probe as the sum along a path of kept ones in the state of the operator (collective).

        Voltages add up along a path of terminals, and so do the adjoints that read them.

        Args:
            pair: The probe.

        Returns:
            The adjoint, with the largest scale of its parts; None if there is no path.
        """
        parts = [(sign, self._found[part, self._identify()]) for sign, part in self._path(pair)]
        if not parts:
            return None
        vector = parts[0][1].vector.duplicate()
        vector.set(0.0)
        for sign, part in parts:
            vector.axpy(sign, part.vector)
        largest = max((part for _, part in parts), key=lambda part: part.report.scale)
        return Adjoint(vector, replace(largest.report, iterations=0), sum(part.per_watt for _, part in parts))

    def _path(self, pair: TerminalPair) -> list[tuple[float, TerminalPair]]:
        """Probes, kept in the state of the operator, from the plus to the minus of a probe, with signs."""
        state = self._identify()
        known = [own for own, other in self._found if other == state]
        steps = [(first, second, 1.0, (first, second)) for first, second in known]
        steps += [(second, first, -1.0, (first, second)) for first, second in known]
        paths: dict[str, list[tuple[float, TerminalPair]]] = {pair[0]: []}
        waiting = deque([pair[0]])
        while waiting and pair[1] not in paths:
            here = waiting.popleft()
            for begin, end, sign, part in steps:
                if begin == here and end not in paths:
                    paths[end] = [*paths[here], (sign, part)]
                    waiting.append(end)
        return paths.get(pair[1], [])

    @property
    def iterations(self) -> int:
        """Iterations spent on the adjoints that are kept in the state of the operator."""
        state = self._identify()
        return sum(found.report.iterations for (_, own), found in self._found.items() if own == state)
