"""The console: every character that it cannot show is written in plain ASCII, such as Ohm for Ω."""

import codecs
import os
import sys
import unicodedata
from typing import TextIO

import click

PLAIN = {
    "Ω": "Ohm",
    "µ": "u",
    "μ": "u",
    "±": "+-",
    "…": "...",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "x",
    "·": "*",
    "÷": "/",
    "°": " deg",
    "√": "sqrt",
    "∇": "grad ",
    "Δ": "d",
    "∫": "int ",
    "∝": "~",
    "≈": "~",
    "≤": "<=",
    "≥": ">=",
    "≪": "<<",
    "≠": "!=",
    "∞": "inf",
    "→": "->",
    "↑": "_up",
    "↓": "_down",
    "⊥": "_perp",
    "′": "'",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "•": "*",
    "━": "-",
    "─": "-",
    "│": "|",
    "ϑ": "theta",
    "ħ": "hbar",
    "λ": "lambda",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
}
"""Characters and the text that stands for them."""
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾"
NORMAL = "0123456789-+()"
ERRORS = "thermospin.plain"
"""Name of the error handler of encodings."""


def plain(text: str) -> str:
    """A text in ASCII; exponents follow ``^``.

    Args:
        text: Any text.
    """
    found, raised = [], False
    for character in text:
        is_exponent = character in SUPERSCRIPTS
        if is_exponent and not raised:
            found.append("^")
        found.append(_plain(character))
        raised = is_exponent
    return "".join(found)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in SUPERSCRIPTS:
        return NORMAL[SUPERSCRIPTS.index(character)]
    if character in PLAIN:
        return PLAIN[character]
    simple = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if simple:
        return simple
    name = unicodedata.name(character, "").split()
    if name[:1] == ["GREEK"] and "LETTER" in name:
        letter = name[-1] if "WITH" not in name else name[name.index("WITH") - 1]
        return letter.lower()
    return "?"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(ERRORS, _replace)


def adapt(stream: TextIO) -> TextIO:
    """Make a stream write plain ASCII where its encoding lacks a character.

    Args:
        stream: The stream.

    Returns:
        The same stream.
    """
    if hasattr(stream, "reconfigure") and getattr(stream, "errors", None) != ERRORS:
        stream.reconfigure(errors=ERRORS)
    return stream


def nowhere() -> TextIO:
    """A stream in the place of one that the caller has closed, as ``>&-`` and daemons do."""
    return open(os.devnull, "w", encoding="utf-8")


def shown(text: str) -> str:
    """A text as standard output can show it, for layouts that need its width.

    Args:
        text: The text.
    """
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return plain(text)
    return text


def say(text: str) -> None:
    """Print a line on standard output.

    Args:
        text: The line.
    """
    click.echo(text, file=adapt(sys.stdout))


def complain(text: str) -> None:
    """Print a line on standard error.

    Args:
        text: The line.
    """
    click.echo(text, file=adapt(sys.stderr))
