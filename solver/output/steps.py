"""Work that consists of steps, and the time that the rest of it will take."""

import time
from collections.abc import Sequence

from thermospin.output.scales import duration


class Steps:
    """Steps of some work, and the time that the rest will take at the pace so far.

    Args:
        name: Name of the steps, in the plural.
        sizes: Size of every step, in proportion to its time.

    Attributes:
        done: Number of steps that have ended.
        part: Part of the present step that is done, 0 to 1.
    """

    def __init__(self, name: str, sizes: Sequence[float]) -> None:
        self.name, self._sizes, self.done, self.part = name, sizes, 0, 0.0
        self._begun = time.perf_counter()

    def end_one(self) -> None:
        """End a step."""
        self.done += 1
        self.part = 0.0

    @property
    def is_over(self) -> bool:
        """Whether all steps have ended."""
        return self.done >= len(self._sizes)

    @property
    def share(self) -> float:
        """Part of the work that is done, 0 to 1."""
        done = sum(self._sizes[: self.done])
        if not self.is_over:
            done += self.part * self._sizes[self.done]
        return done / (sum(self._sizes) or 1.0)

    @property
    def left(self) -> float | None:
        """Time for the rest, s; None before anything is done."""
        if not self.share:
            return None
        return (time.perf_counter() - self._begun) * (1 / self.share - 1)

    @property
    def counted(self) -> str:
        """Number of those that have ended, such as ``points: 3 of 12``."""
        return f"{self.name}: {self.done} of {len(self._sizes)}"


def steps_text(levels: Sequence[Steps]) -> str:
    """The state of steps within steps as a line, such as ``points: 3 of 12, about 2 min left``.

    Args:
        levels: The steps, outermost first.
    """
    left = levels[0].left
    counted = "; ".join(level.counted for level in levels)
    return f"{counted}, about {duration(left)} left" if left else counted
