"""The grammar of formulas of parameters: their text, functions, and what they mean to quantities."""

from __future__ import annotations

import ast
import decimal
import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from thermospin.errors import cut
from thermospin.textures.grammar import MAX_LENGTH, FormulaError, Grammar

CONSTANTS = {"pi": Decimal(repr(math.pi))}
"""Names that are no parameters and no units."""
_NUMBER = r"(?>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)(?![0-9.])"
_WORD = re.compile(rf"\s*(?:{_NUMBER}|[^\W\d]\w*|\*\*|[-+*/^(),])")
"""A number, a name or an operator."""
NAME = re.compile(r"\b[^\W\d]\w*\b")
"""A name; none is part of a number such as ``1e5``."""


def _function(compute: Callable[[float], float]) -> Callable[[Any], Decimal]:
    """A function of a plain number or an angle."""
    return lambda value: Decimal(repr(compute(float(_plain(value)))))


def _plain(value: Any) -> Decimal:
    if not isinstance(value, Decimal) and not value.dimensionless:
        raise TypeError(f"a function takes a plain number or an angle, not {value.units:~}")
    return value if isinstance(value, Decimal) else value.to("dimensionless").magnitude


FUNCTIONS = {
    **{name: (1, _function(getattr(math, name))) for name in ("sin", "cos", "tan", "exp", "log")},
    "sqrt": (1, lambda value: value ** Decimal("0.5")),
    "abs": (1, abs),
    "minimum": (2, lambda first, second: first if first < second else second),
    "maximum": (2, lambda first, second: first if first > second else second),
}
"""Number of arguments and implementation of every function, by name."""
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
SIGNS = {*"+-*/^", "**", *FUNCTIONS}
"""Words that a formula holds and a quantity does not."""
GRAMMAR = Grammar(
    FUNCTIONS, OPERATORS, None, "a formula such as '2*L + 40 nm'", lambda number: Decimal(repr(number))
)
"""The grammar; numbers are decimal."""


def words_of(text: str) -> list[str]:
    """Numbers, names and operators of a text, in order; none where it holds anything else.

    Args:
        text: The text.
    """
    words, at, text = [], 0, text[:MAX_LENGTH].replace("\N{MINUS SIGN}", "-").rstrip()
    while at < len(text):
        match = _WORD.match(text, at)
        if not match:
            return []
        words.append(match[0].strip())
        at = match.end()
    return words


def as_python(text: str) -> str:
    """A formula in the grammar of expressions: ``5 nm^2`` is ``(5*nm**2)``, ``W/(m K)`` is ``W/(m*K)``.

    Args:
        text: The formula.

    Raises:
        FormulaError: It holds anything else than numbers, names, units and operators.
    """
    words = words_of(text)
    if not words or len(text) > MAX_LENGTH:
        raise FormulaError("a formula has numbers, names, units, + - * / ** and functions only")
    parts: list[str] = []
    while words:
        word, *words = words
        if word[0].isdigit() or word[0] == ".":
            unit, words = _unit_after(words)
            parts.append(f"({word}*{unit})" if unit else word)
        else:
            product = _is_name(word) and words and _is_name(words[0])
            parts.append("**" if word == "^" else f"{word}*" if product else word)
    return " ".join(parts)


def _is_name(word: str) -> bool:
    return re.match(r"[^\W\d]", word) is not None and word not in FUNCTIONS


def _unit_after(words: list[str]) -> tuple[str, list[str]]:
    """The unit that follows a number, with its exponent, and the rest of the text; empty without a unit."""
    if not words or not _is_name(words[0]):
        return "", words
    unit, *rest = words
    sign = ["-"] if rest[1:2] == ["-"] else []
    digits = rest[1 + len(sign) : 2 + len(sign)]
    if rest[:1] in (["**"], ["^"]) and digits and digits[0].isdigit():
        return f"{unit}**{''.join(sign)}{digits[0]}", rest[2 + len(sign) :]
    return unit, rest


def reason_of(error: Exception) -> str:
    """The mistake in a formula, in words.

    Args:
        error: What its evaluation raised.
    """
    if isinstance(error, decimal.DivisionByZero | decimal.DivisionUndefined | ZeroDivisionError):
        return "it divides by zero"
    if isinstance(error, decimal.InvalidOperation):
        return "it has no value"
    if isinstance(error, ArithmeticError):
        return "a number is too large or too small"
    if isinstance(error, ValueError):
        return "only quantities of one dimension can be compared"
    first, second = (getattr(error, name, None) for name in ("units1", "units2"))
    if "degree_" in f"{first}{second}":
        return "degrees Celsius and Fahrenheit have an offset; write K"
    if first is not None and second is not None:
        left, right = (str(unit).replace("dimensionless", "a plain number") for unit in (first, second))
        return f"{left} and {right} cannot be added, subtracted or compared"
    return cut(str(error))
