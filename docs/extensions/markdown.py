"""Markdown from Python: tables and their cells."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

_ROLE = re.compile(r":\w+:`~?([^`]+)`")


def plain(text: Any) -> str:
    """A text in one line, with names in place of reStructuredText's roles.

    Args:
        text: The text, as in a docstring.
    """
    return _ROLE.sub(r"`\1`", " ".join(str(text).replace("``", "`").split()))


def code(text: Any) -> str:
    """A text as code; nothing where there is none.

    Args:
        text: The text.
    """
    return f"`{text}`" if str(text) else ""


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table.

    Args:
        head: Titles of the columns.
        rows: Their cells, Markdown.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(plain(cell).replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines
    )


def page(title: str, *parts: str) -> str:
    """A page.

    Args:
        title: Its title.
        parts: Paragraphs, tables and sections.
    """
    return "\n\n".join([f"# {title}", *(part.strip() for part in parts)]) + "\n"
