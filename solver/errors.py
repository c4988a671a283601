"""The two ways a run can end without numbers: the input is wrong, or the solver does not converge."""

import reprlib
from typing import Any

_SHORT = reprlib.Repr(
    maxlevel=3, maxdict=4, maxlist=4, maxtuple=4, maxset=4, maxstring=60, maxlong=30, maxother=60
)


def brief(value: Any) -> str:
    """A value as a message shows it, however large it is."""
    return "nothing" if value is None else cut(_SHORT.repr(value))


def cut(text: str, longest: int = 80) -> str:
    """The beginning of a text, in one line."""
    text = " ".join(text[: 4 * longest].split()) if len(text) > longest or not text.isprintable() else text
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


class ThermospinError(Exception):
    """Base of the errors that the command line prints as one line, with exit code 2."""


class InputError(ThermospinError):
    """A mistake in what the user gave.

    Args:
        message: What is wrong and what to do about it, in one line.
        key: Dotted path of the offending entry, such as ``materials.Py.polarisation``.
        file: The file that holds the entry.
    """

    def __init__(self, message: str, *, key: str = "", file: str = "") -> None:
        self.message, self.key, self.file = message, key, file
        super().__init__(": ".join(part for part in (str(file), key, message) if part))


class ConvergenceError(ThermospinError):
    """The linear solver or the fixed-point iteration did not reach its tolerance."""
