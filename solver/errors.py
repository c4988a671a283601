"""Errors that end a run without numbers: the input is wrong, or the solver does not converge."""

import reprlib
from typing import Any

LONGEST = 2000
"""Characters of a message."""


class _Short(reprlib.Repr):
    """Values with a few of their items, characters and digits."""

    def repr_int(self, value: int, level: int) -> str:
        """A whole number; Python itself refuses to write very long ones."""
        return (
            repr(value) if abs(value) < 10**30 else f"a number of about {value.bit_length() * 0.3:.0f} digits"
        )


_SHORT = _Short(maxlevel=3, maxdict=4, maxlist=4, maxtuple=4, maxset=4, maxstring=60, maxother=60)


def brief(value: Any) -> str:
    """A value as a message shows it, however large it is.

    Args:
        value: The value.
    """
    return "nothing" if value is None else cut(_SHORT.repr(value))


def cut(text: str, longest: int = 80) -> str:
    """The beginning of a text, in one line of printable characters.

    Args:
        text: The text.
        longest: Largest number of characters.
    """
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return text if text.isprintable() else "".join(map(_shown, " ".join(text.split())))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


class ThermospinError(Exception):
    """Base of the errors that the command line prints as one line, with exit code 2."""


class InputError(ThermospinError):
    """A mistake in the user's input.

    Args:
        message: The mistake and its remedy, in one line.
        key: Dotted path of the offending entry, such as ``materials.Py.polarisation``.
        file: The file that holds the entry.
    """

    def __init__(self, message: str, *, key: str = "", file: str = "") -> None:
        message, key = cut(message, LONGEST), cut(key, LONGEST)
        self.message, self.key, self.file = message, key, file
        super().__init__(": ".join(part for part in (str(file), key, message) if part))


class ConvergenceError(ThermospinError):
    """The linear solver or the fixed-point iteration did not reach its tolerance."""
