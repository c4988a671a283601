"""Progress of a run: bars on a terminal, plain lines elsewhere, nothing on other ranks than 0."""

import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from rich.console import Console

from thermospin.output.bars import Bars
from thermospin.output.scales import duration
from thermospin.output.stages import SilentProgress, ToldProgress
from thermospin.output.steps import steps_text
from thermospin.runtime.console import adapt

BETWEEN_LINES = 10.0
"""Shortest time between two plain lines about steps or iterations, s."""
LONG = 2.0
"""Time of a stage from which on its next occurrence is expected to take as long, s."""


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
        self._stages: list[str] = []
        self._lasted: dict[str, tuple[float, float]] = {}
        self._solving = self._started

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
        self._stages.append(name)
        lasted, size = self._lasted.get(name, (0.0, self.size))
        if lasted > LONG:
            self.expect(lasted * self.size / size)
        before = self.timings.get(name, 0.0)
        try:
            with super().stage(name):
                yield
        finally:
            self._stages.pop()
            spent = self.timings[name] - before
            self._lasted[name] = spent, self.size
            text = f"  {name}: {spent:.2f} s"
            if self._bars is not None:
                self._bars.end(text)
            elif self._verbose:
                self._line(f"{text}, {peak_memory() / 1e9:.2f} GB so far")

    def expect(self, seconds: float) -> None:
        """Show how far the present stage is, by the time that it is expected to take.

        Args:
            seconds: The time, s.
        """
        if self._bars is not None:
            self._bars.expect(seconds)

    @contextmanager
    def steps(self, name: str, sizes: Sequence[float]) -> Iterator[None]:
        """Show work that consists of steps.

        Args:
            name: Name of the steps, in the plural.
            sizes: Size of every step, in proportion to its time.
        """
        with super().steps(name, sizes):
            self._show_steps()
            yield
        if self._bars is not None and not self._steps:
            self._bars.end_steps()

    def step(self) -> None:
        """End a step; plain lines tell of it every ten seconds at most."""
        super().step()
        self._show_steps()
        if not self._steps[0].is_over:
            self._tell(steps_text(self._steps))

    def iterate(self, number: int, share: float) -> None:
        """Show how far a system of equations is solved; plain lines tell of it every ten seconds at most.

        Args:
            number: Iterations so far.
            share: Part of the expected iterations, 0 to 1.
        """
        now = time.perf_counter()
        if not number:
            self._solving = now
        if not share or not self._stages:
            return
        stage = self._stages[-1]
        text = f"{stage}: iteration {number} of about {max(round(number / share), number)}"
        left = (now - self._solving) * (1 / share - 1)
        if self._bars is not None:
            self._bars.describe(text, left)
        self._tell(f"{text}, {duration(left)} of this system left")

    def _show_steps(self) -> None:
        if self._bars is not None:
            outermost = self._steps[0]
            self._bars.show_steps(steps_text(self._steps), outermost.share, outermost.left)

    def _tell(self, text: str) -> None:
        """A plain line, where there are no bars and none was told of late."""
        if self._bars is None and time.perf_counter() - self._told > BETWEEN_LINES:
            self._told = time.perf_counter()
            self._line(f"  {text}")

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
