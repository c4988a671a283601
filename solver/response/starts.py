"""Solutions to start the next ones from: of the same state of the operator, or of the last one."""

from collections.abc import Hashable
from typing import NamedTuple

from thermospin.response.solution import Solution

KEPT_STATES = 4
"""States of the operator whose solutions are kept, and that are solved side by side at most."""
KEPT = 64
"""Solutions that are kept. A drive that rises in time has another one at every step."""


class Earlier(NamedTuple):
    """A solution to start the next one from.

    Attributes:
        solution: The solution.
        scale: Norm that its tolerance referred to, W^½.
    """

    solution: Solution
    scale: float


class Starts:
    """Earlier solutions by place and state of the operator; the oldest are forgotten.

    A place is what is solved for, such as an order, and the number of its state among those side by side.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, Hashable], Earlier] = {}

    def __len__(self) -> int:
        return len(self._found)

    def keep(self, place: Hashable, state: Hashable, earlier: Earlier) -> None:
        """Keep a solution; the oldest one goes where there are many, or many of its place.

        Args:
            place: The place.
            state: Name of the state of the operator.
            earlier: The solution.
        """
        self._found.pop((place, state), None)
        self._found[place, state] = earlier
        alike = [key for key in self._found if key[0] == place]
        for key in alike[:-KEPT_STATES]:
            del self._found[key]
        if len(self._found) > KEPT:
            del self._found[next(iter(self._found))]

    def drop(self, place: Hashable) -> None:
        """Forget the solutions of a place.

        Args:
            place: The place.
        """
        for key in [key for key in self._found if key[0] == place]:
            del self._found[key]

    def find(self, place: Hashable, state: Hashable) -> Earlier | None:
        """The solution of a place in a state, else the last one of the place; None without any.

        Args:
            place: The place.
            state: Name of the state of the operator.
        """
        return self._found.get((place, state)) or self.beside(place, state)

    def beside(self, place: Hashable, state: Hashable) -> Earlier | None:
        """The last solution of a place in another state; None without any.

        Args:
            place: The place.
            state: Name of the state.
        """
        others = (
            earlier
            for (own, other), earlier in reversed(self._found.items())
            if own == place and other != state
        )
        return next(others, None)
