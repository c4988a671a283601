"""Bars on a terminal: one for steps, and a line for every stage, with the time that is left."""

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from thermospin.output.scales import duration

_WIDTH = 24
_ALMOST = 0.97
"""Share of its expected time beyond which a stage does not go on counting."""


class _Bar(ProgressColumn):
    """A bar where the length of the work is known."""

    def render(self, task: Task) -> ProgressBar | Text:
        share = _share(task)
        return Text("") if share is None else ProgressBar(1.0, share, width=_WIDTH)


class _Left(ProgressColumn):
    """The time that is left, where it is known."""

    def render(self, task: Task) -> Text:
        end = task.fields["end"]
        if end is None:
            return Text("")
        return Text(f"about {duration(max(end - (task.elapsed or 0.0), 1.0))} left")


def _share(task: Task) -> float | None:
    """Part of the work that is done: of steps, or of the time expected."""
    if task.fields["share"] is not None:
        return float(task.fields["share"])
    end = task.fields["end"]
    return min((task.elapsed or 0.0) / end, _ALMOST) if end else None


class Bars:
    """A live display of stages within stages, and of steps above them.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        columns = SpinnerColumn(), TextColumn("{task.description}"), _Bar(), TimeElapsedColumn(), _Left()
        self._live = Progress(*columns, console=console, transient=True)
        self._stages: list[int] = []
        self._steps: int | None = None
        self._expected: set[int] = set()
        self._live.start()

    def begin(self, name: str) -> None:
        """Begin a stage.

        Args:
            name: Its name.
        """
        self._stages.append(self._live.add_task(name, total=None, share=None, end=None))

    def expect(self, seconds: float) -> None:
        """Set the time that the present stage is expected to take in all.

        Args:
            seconds: The time, s.
        """
        if self._stages:
            self._expected.add(self._stages[-1])
            self._live.update(self._stages[-1], end=seconds)

    def end(self, text: str) -> None:
        """End the present stage.

        Args:
            text: A line that stays.
        """
        self._live.remove_task(self._stages.pop())
        self._live.console.print(text, highlight=False, markup=False)

    def describe(self, text: str, left: float) -> None:
        """Describe the present stage; its bar is that of the work described, unless its time is expected.

        Args:
            text: What it does.
            left: Time that this takes, s.
        """
        if not self._stages:
            return
        stage = self._stages[-1]
        self._live.update(stage, description=text)
        if stage not in self._expected:
            self._live.update(stage, end=self._elapsed(stage) + left)

    def show_steps(self, text: str, share: float, left: float | None) -> None:
        """Show how far steps are.

        Args:
            text: Their state as a line.
            share: Part of them that has ended, 0 to 1.
            left: Time that is left, s, if it is known.
        """
        if self._steps is None:
            self._steps = self._live.add_task(text, total=None, share=share, end=None)
        end = None if left is None else self._elapsed(self._steps) + left
        self._live.update(self._steps, description=text.partition(",")[0], share=share, end=end)

    def end_steps(self) -> None:
        """Show steps no longer."""
        if self._steps is not None:
            self._live.remove_task(self._steps)
            self._steps = None

    def _elapsed(self, task: int) -> float:
        """Time since a task began, s."""
        return self._live.tasks[self._live.task_ids.index(task)].elapsed or 0.0

    def stop(self) -> None:
        """Remove everything that is live."""
        self._live.stop()
