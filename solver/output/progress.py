"""Progress of a run: bars on a terminal, plain lines elsewhere, nothing on other ranks than 0.

Shown or not, rank 0 logs it: stages and notes as ``INFO`` of the logger ``thermospin``, the time that a stage
took as ``DEBUG``.
"""

import logging
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from rich.console import Console

from thermospin.output.bars import Bars
from thermospin.output.scales import duration
from thermospin.runtime.console import adapt

LOGGER = logging.getLogger("thermospin")
LOGGER.addHandler(logging.NullHandler())

BETWEEN_LINES = 10.0
"""Shortest time between two plain lines about steps, s."""


class Steps:
    """Steps of some work, and the time that the rest will take at the pace so far.

    Args:
        name: Name of the steps, in the plural.
        sizes: Size of every step, in proportion to its time.

    Attributes:
        done: Number of steps that have ended.
    """

    def __init__(self, name: str, sizes: Sequence[float]) -> None:
        self.name, self._sizes, self.done = name, sizes, 0
        self._begun = time.perf_counter()

    def end_one(self) -> None:
        """End a step."""
        self.done += 1

    @property
    def is_over(self) -> bool:
        """Whether all steps have ended."""
        return self.done >= len(self._sizes)

    @property
    def share(self) -> float:
        """Part of the work that is done, 0 to 1."""
        return sum(self._sizes[: self.done]) / (sum(self._sizes) or 1.0)

    @property
    def left(self) -> float | None:
        """Time for the rest, s; None before the first step has ended."""
        if not self.share:
            return None
        return (time.perf_counter() - self._begun) * (1 / self.share - 1)

    @property
    def text(self) -> str:
        """The state as a line, such as ``points: 3 of 12, about 2 min left``."""
        left = f", about {duration(self.left)} left" if self.left else ""
        return f"{self.name}: {self.done} of {len(self._sizes)}{left}"


class SilentProgress:
    """Stages of a run, timed and logged, but not shown.

    Args:
        rank: Rank of this process; only rank 0 logs.

    Attributes:
        timings: Stage to the time spent in it, s; a stage entered again adds to its time.
    """

    def __init__(self, rank: int = 0) -> None:
        self._logs = rank == 0
        self.timings: dict[str, float] = {}
        self._started = time.perf_counter()
        self._steps = Steps("", ())

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

    def steps(self, name: str, sizes: Sequence[float]) -> None:
        """Begin work that consists of steps, in the place of earlier ones.

        Args:
            name: Name of the steps, in the plural.
            sizes: Size of every step, in proportion to its time.
        """
        self._steps = Steps(name, sizes)

    def step(self) -> None:
        """End a step."""
        self._steps.end_one()

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


class Progress(SilentProgress):
    """Stages of a run, shown on stderr and timed: bars on a terminal, plain lines elsewhere.

    Args:
        rank: Rank of this process; only rank 0 shows anything, all keep timings.
        console: Where to show it; stderr by default.
        verbose: Whether plain lines tell the time and the memory of every stage as it ends.
    """

    def __init__(self, rank: int = 0, console: Console | None = None, verbose: bool = False) -> None:
        super().__init__(rank)
        self._console = (console or Console(file=adapt(sys.stderr))) if rank == 0 else None
        self._bars: Bars | None = None
        self._verbose = verbose
        self._told = self._started

    def __enter__(self) -> Self:
        super().__enter__()
        if self._console is not None and self._console.is_terminal:
            self._bars = Bars(self._console)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
        if kind is None:
            self._line("done")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show and time a stage; stages may lie within stages.

        Args:
            name: Name of the stage.
        """
        if self._bars is not None:
            self._bars.begin(name)
        else:
            self._line(name)
        before = self.timings.get(name, 0.0)
        try:
            with super().stage(name):
                yield
        finally:
            spent = f"  {name}: {self.timings[name] - before:.2f} s"
            if self._bars is not None:
                self._bars.end(spent)
            elif self._verbose:
                self._line(f"{spent}, {peak_memory() / 1e9:.2f} GB so far")

    def expect(self, seconds: float) -> None:
        """Show how far the present stage is, by the time that it is expected to take.

        Args:
            seconds: The time, s.
        """
        if self._bars is not None:
            self._bars.expect(seconds)

    def steps(self, name: str, sizes: Sequence[float]) -> None:
        """Begin to show work that consists of steps.

        Args:
            name: Name of the steps, in the plural.
            sizes: Size of every step, in proportion to its time.
        """
        super().steps(name, sizes)
        if self._bars is not None:
            self._bars.show_steps(self._steps.text, 0.0, None)

    def step(self) -> None:
        """End a step; plain lines tell of it every ten seconds at most."""
        super().step()
        if self._bars is not None:
            self._bars.show_steps(self._steps.text, self._steps.share, self._steps.left)
        elif not self._steps.is_over and time.perf_counter() - self._told > BETWEEN_LINES:
            self._told = time.perf_counter()
            self._line(f"  {self._steps.text}")

    def note(self, text: str) -> None:
        """Show a line about the present stage, such as ``thermal P order 1: 23 iterations``.

        Args:
            text: The line.
        """
        super().note(text)
        self._line(f"  {text}")

    def _line(self, text: str) -> None:
        if self._console is None:
            return
        self._console.print(f"[{self.elapsed:7.2f} s] {text}", highlight=False, markup=False, soft_wrap=True)


def peak_memory() -> float:
    """Largest memory of this process so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def progress_of(
    given: Callable[[str], object] | SilentProgress | None, quiet: bool, rank: int
) -> SilentProgress:
    """Progress object of a run on one rank.

    Args:
        given: A function that gets lines, on rank 0 only, or an object with stages and notes of its own.
        quiet: Whether nothing is shown if none is given, instead of stages on stderr.
        rank: Rank of this process.
    """
    if isinstance(given, SilentProgress):
        return given
    if given is not None:
        return ToldProgress(given) if rank == 0 else SilentProgress(rank)
    return SilentProgress(rank) if quiet else Progress(rank)
