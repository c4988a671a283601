"""Progress of a run: a live line on a terminal, plain lines elsewhere, nothing on other ranks than 0.

Shown or not, rank 0 logs it: stages and notes as ``INFO`` of the logger ``thermospin``, the time that a stage
took as ``DEBUG``.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import Progress as LiveLine
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from thermospin.runtime.console import adapt

LOGGER = logging.getLogger("thermospin")
LOGGER.addHandler(logging.NullHandler())


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
    """Stages of a run, shown on stderr and timed.

    Args:
        rank: Rank of this process; only rank 0 shows anything, all keep timings.
        console: Where to show it; stderr by default.
    """

    def __init__(self, rank: int = 0, console: Console | None = None) -> None:
        super().__init__(rank)
        self._console = (console or Console(file=adapt(sys.stderr))) if rank == 0 else None
        self._live: LiveLine | None = None

    def __enter__(self) -> Self:
        super().__enter__()
        if self._console is not None and self._console.is_terminal:
            columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
            self._live = LiveLine(*columns, console=self._console, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
        if kind is None:
            self._line("done")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show and time a stage; stages may lie within stages.

        Args:
            name: Name of the stage.
        """
        task = None
        if self._live is not None:
            task = self._live.add_task(name)
        else:
            self._line(name)
        before = self.timings.get(name, 0.0)
        try:
            with super().stage(name):
                yield
        finally:
            spent = self.timings[name] - before
            if self._live is not None and task is not None:
                self._live.remove_task(task)
                self._live.console.print(f"  {name}: {spent:.2f} s", highlight=False, markup=False)

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
