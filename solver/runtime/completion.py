"""Completion of the command line: the shell's own script, and the line that loads it."""

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from thermospin.errors import InputError

PROGRAM = "thermospin"
_VARIABLE = "_THERMOSPIN_COMPLETE"
_START_FILES = {"bash": ".bashrc", "zsh": ".zshrc"}


def install(command: click.Command, shell: str | None = None) -> list[Path]:
    """Install the completion of a command for the present user; a second time changes nothing.

    Args:
        command: The command with all its subcommands.
        shell: ``bash``, ``zsh`` or ``fish``; by default the user's.

    Returns:
        The files that were written or hold it already.

    Raises:
        InputError: The shell is not one of these, or a file cannot be written.
    """
    shell = shell or Path(os.environ.get("SHELL", "")).name
    known = get_completion_class(shell)
    if known is None:
        raise InputError(f"no completion for '{shell}'; give bash, zsh or fish", file="--shell")
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    script = (
        home / "fish/completions/thermospin.fish" if shell == "fish" else home / PROGRAM / f"complete.{shell}"
    )
    try:
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(known(command, {}, PROGRAM, _VARIABLE).source(), encoding="utf-8")
        return [script, *([_load_from(Path.home() / _START_FILES[shell], script)] if shell != "fish" else [])]
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror or error}", file=str(script)) from None


def _load_from(start: Path, script: Path) -> Path:
    """Load a script from the file that a shell reads when it starts."""
    line = f"[ -r '{script}' ] && . '{script}'"
    text = start.read_text(encoding="utf-8") if start.exists() else ""
    if line not in text.splitlines():
        ends = "" if not text or text.endswith("\n") else "\n"
        start.write_text(f"{text}{ends}{line}\n", encoding="utf-8")
    return start
