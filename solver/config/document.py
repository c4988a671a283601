"""YAML documents: the core schema of YAML 1.2, within limits, and every mistake with its line."""

import re
from pathlib import Path
from typing import Any

import yaml

from thermospin.errors import InputError, brief, cut

LARGEST = 20_000_000
"""Bytes of a document."""
DEEPEST = 50
"""Levels of mappings and lists."""
MOST = 200_000
"""Values of a document, those of an alias counted wherever it stands."""
LONGEST_WHOLE = 18
"""Digits of a whole number; one with more is read as a float."""

_TAGS = "tag:yaml.org,2002:"
_DIGITS = "0123456789"
_SCALARS = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+" + _DIGITS)),
    ("float", r"^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-+." + _DIGITS)),
    ("float", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", list("-+.")),
    ("merge", r"^<<$", ["<"]),
)
"""Kinds of words without quotes that are no texts, and how they begin.

There are no dates, no octal or sexagesimal numbers, no ``yes``.
"""
_REMEDIES = {
    "mapping values are not allowed": "a second ':' in one line; begin a new line, or put the text in quotes",
    "could not find expected ':'": "a key without ':' after it; write 'key: value'",
    "cannot start any token": "put the text in quotes",
    "did not find expected ',' or": "a bracket is not closed, or a comma is missing",
    "did not find expected key": "check the indentation of this line and the quotes before it",
    "block sequence entries are not allowed": "begin a new line for '- '",
    "found unexpected end of stream": "a quotation mark is not closed",
    "found undefined alias": "write '&name' before the value that '*name' repeats",
    "found another document": "one document to a file; remove '---'",
    "did not find expected '-' indicator": "begin the line with '- ', or change its indentation",
    "constructor for the tag": "put the text in quotes",
}
"""Most frequent mistake behind a message of the parser, by a part of it."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML with the numbers of YAML 1.2, and no duplicate keys."""

    yaml_implicit_resolvers: dict[Any, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != f"{_TAGS}merge":
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"duplicate key {brief(key.value)}; keep one", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_whole(self, node: yaml.ScalarNode) -> int | float:
        """A whole number, or a float where it has too many digits to count anything."""
        digits = node.value.lstrip("+-")
        if len(digits) > 1 and digits.startswith("0"):
            raise yaml.MarkedYAMLError(
                problem=f"'{cut(node.value)}' begins with 0, which some programs take for octal; write "
                f"{cut(node.value.replace(digits, digits.lstrip('0') or '0'))}, or put a text in quotes",
                problem_mark=node.start_mark,
            )
        return int(node.value) if len(digits) <= LONGEST_WHOLE else float(node.value)

    def construct_text(self, node: yaml.ScalarNode) -> str:
        """A text without control characters."""
        if wrong := re.search(r"[^\n\t\x20-\x7e\x85\xa0-\ud7ff\ue000-\U0010ffff]", node.value):
            raise yaml.MarkedYAMLError(
                problem=f"a text holds the character {wrong[0]!r}; remove it", problem_mark=node.start_mark
            )
        return node.value


for _kind, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_TAGS + _kind, re.compile(_pattern), _first)
_Loader.add_constructor(f"{_TAGS}int", _Loader.construct_whole)
_Loader.add_constructor(f"{_TAGS}str", _Loader.construct_text)


def read_text(path: Path, kind: str) -> str:
    """The text of a file, without a byte order mark.

    Args:
        path: The file.
        kind: What it should be, in a word or two, for messages.

    Raises:
        InputError: It cannot be read, is not a text, or is larger than :data:`LARGEST`.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a UTF-8 text"
        raise InputError(f"cannot read the {kind}: {reason}", file=str(path)) from None
    if len(content) > LARGEST:
        raise InputError(f"more than {LARGEST // 10**6} MB cannot be a {kind}", file=str(path))
    return text


def parse(text: str, file: str) -> Any:
    """The plain data of a YAML document.

    Args:
        text: The document.
        file: Its file, for messages.

    Raises:
        InputError: It is no YAML, or too large; with file, line and remedy in one line.
    """
    try:
        _check_size(text)
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        reason = _reason(str(error.problem or error.context), text, line)
        raise InputError(f"not valid YAML: {reason}", file=f"{file}:{line}" if line else file) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"not valid YAML: {cut(str(error), 200)}", file=file) from None


def _reason(problem: str, text: str, line: int) -> str:
    """The complaint of the parser, and a remedy."""
    written = text.split("\n")[line - 1] if 0 < line <= text.count("\n") + 1 else ""
    if "token" in problem and "\t" in written[: len(written) - len(written.lstrip()) + 1]:
        return "a tab at the beginning of the line; indent with spaces"
    remedy = next((words for part, words in _REMEDIES.items() if part in problem), "")
    return f"{problem}; {remedy}" if remedy else problem


def _check_size(text: str) -> None:
    """Refuse a document that takes more depth, memory or time than any configuration, before it is built.

    The values below every anchor are counted, so that an alias counts as much as its anchor.
    """
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    count = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in (anchor for anchor, _ in open_):
                raise _mistake(f"'*{cut(event.anchor)}' refers to itself; write out the values", event)
            count += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, count))
            count += 1
            if len(open_) > DEEPEST:
                raise _mistake(f"more than {DEEPEST} levels of brackets or indentation; use fewer", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor is not None:
                sizes[anchor] = count - before
        elif isinstance(event, yaml.ScalarEvent):
            count += 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
        if count > MOST:
            raise _mistake(f"more than {MOST} values, aliases included; write fewer", event)
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            shown = cut(tag.replace(_TAGS, "!!", 1))
            raise _mistake(f"the tag '{shown}' is not allowed; remove it (quotes make a text)", event)


def _mistake(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
