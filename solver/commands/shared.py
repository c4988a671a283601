"""Arguments and options that commands share, and how they load a file and end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from thermospin.runtime.console import say
from thermospin.runtime.failures import communicator, on_root_once

if TYPE_CHECKING:
    from thermospin.config import Config
    from thermospin.output import SilentProgress

FILE = click.argument("file", type=click.Path(path_type=Path))
OVERRIDES = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a value, such as solver.degree=2.",
)
QUIET = click.option("-q", "--quiet", "volume", flag_value="quiet", help="Show results only, no progress.")
VERBOSE = click.option("-v", "--verbose", "volume", flag_value="verbose", help="Also show times and memory.")
OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path), help="Directory of the results.")


def on_a_device(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of those that solve a device: file, overrides, output, volume.

    Args:
        command: The function.
    """
    for option in (VERBOSE, QUIET, OUTPUT, OVERRIDES, FILE):
        command = option(command)
    return command


def asked_progress(volume: str | None) -> "SilentProgress | None":
    """The progress that the flags ask for; None without one.

    Args:
        volume: `quiet`, `verbose`, or None.
    """
    from thermospin.output.progress import Progress
    from thermospin.output.stages import SilentProgress

    ranks = communicator()
    rank = 0 if ranks is None else ranks.rank
    if volume == "quiet":
        return SilentProgress(rank)
    return Progress(rank, verbose=True) if volume == "verbose" else None


def tell_place(directory: Path, cost: str = "") -> None:
    """Print the cost of a run and, last, where its results are, on one rank.

    Args:
        directory: Directory of the results.
        cost: Its cost in words.
    """

    def work() -> None:
        if cost:
            say(cost)
        say(f"results in {directory}")

    on_root_once(work)


def load(file: Path, overrides: tuple[str, ...], output: Path | None = None) -> "Config":
    """Load the configuration of a command.

    Args:
        file: The file.
        overrides: Texts `KEY=VALUE`.
        output: Directory of the results instead of that of the file.

    Raises:
        InputError: It has a mistake.
    """
    from thermospin.validation import load_config

    if output is not None:
        overrides = (*overrides, f"output.directory={json.dumps(str(output))}")
    return load_config(file, overrides)
