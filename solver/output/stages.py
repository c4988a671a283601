"""Stages of a run, timed and logged, and work in steps.

Shown or not, rank 0 logs it: stages and notes as ``INFO`` of the logger ``thermospin``, the time that a stage
took as ``DEBUG``.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Self

from thermospin.output.steps import Steps

LOGGER = logging.getLogger("thermospin")
LOGGER.addHandler(logging.NullHandler())


class SilentProgress:
    """Stages of a run, timed and logged, but not shown.

    Args:
        rank: Rank of this process; only rank 0 logs.

    Attributes:
        timings: Stage to the time spent in it, s; a stage entered again adds to its time.
        size: Number of unknowns of the problem, to which the time of stages is in proportion; 1 if unknown.
    """

    def __init__(self, rank: int = 0) -> None:
        self._logs = rank == 0
        self.timings: dict[str, float] = {}
        self.size = 1.0
        self._started = time.perf_counter()
        self._steps: list[Steps] = []

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Nothing ends here: timings can still be read."""

    @property
    def elapsed(self) -> float:
        """Time since the start, s."""
        return time.perf_counter() - self._started

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; stages may lie within stages.

        Args:
            name: Name of the stage.
        """
        begun = time.perf_counter()
        self._log(logging.INFO, name)
        try:
            yield
        finally:
            spent = time.perf_counter() - begun
            self.timings[name] = self.timings.get(name, 0.0) + spent
            self._log(logging.DEBUG, f"{name}: {spent:.3f} s")

    def expect(self, seconds: float) -> None:
        """Tell how long the present stage is expected to take.

        Args:
            seconds: The time, s.
        """

    @contextmanager
    def steps(self, name: str, sizes: Sequence[float]) -> Iterator[None]:
        """Do work that consists of steps, which may lie within a step of other work.

        Args:
            name: Name of the steps, in the plural.
            sizes: Size of every step, in proportion to its time.
        """
        self._steps.append(Steps(name, sizes))
        try:
            yield
        finally:
            self._steps.pop()

    def step(self) -> None:
        """End a step of the innermost work."""
        self._steps[-1].end_one()
        for outer, inner in reversed([*pairwise(self._steps)]):
            outer.part = inner.share

    def iterate(self, number: int, share: float) -> None:
        """Tell how far a system of equations is solved.

        Args:
            number: Iterations so far.
            share: Part of the expected iterations, 0 to 1.
        """

    def note(self, text: str) -> None:
        """Log a line about the present stage.

        Args:
            text: The line.
        """
        self._log(logging.INFO, text)

    def _log(self, level: int, text: str) -> None:
        if self._logs:
            LOGGER.log(level, "%s", text)


class ToldProgress(SilentProgress):
    """Stages of a run, reported to a function and timed.

    Args:
        tell: Called with the name of every stage as it begins, and with every note, one line each.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        super().__init__()
        self._tell = tell

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Report and time a stage; stages may lie within stages.

        Args:
            name: Name of the stage.
        """
        self._tell(name)
        with super().stage(name):
            yield

    def note(self, text: str) -> None:
        """Report a line about the present stage.

        Args:
            text: The line.
        """
        super().note(text)
        self._tell(text)
