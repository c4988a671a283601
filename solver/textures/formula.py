"""Formulas of the position: read against a whitelist, and never run as code."""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from thermospin.errors import brief, cut
from thermospin.section import mistake

MAX_LENGTH = 1000
"""Characters of a formula."""
MAX_PARTS = 300
"""Numbers, names and operations of a formula."""
MAX_DEPTH = 100
"""Depth to which operations may be nested."""
MAX_EXPONENT = 100
"""Largest exponent of a power."""

COORDINATES = ("x", "y", "z")
CONSTANTS = {"pi": math.pi, "nm": 1e-9, "um": 1e-6, "m": 1.0}
FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    **{name: (1, getattr(np, name)) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "abs")},
    **{name: (1, getattr(np, name)) for name in ("sinh", "cosh", "tanh", "arctan")},
    **{name: (2, getattr(np, name)) for name in ("arctan2", "minimum", "maximum")},
    "where": (3, np.where),
}
"""Number of arguments and implementation of every function, by name."""
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Pow: np.float_power,
}
_UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_COMPARISON = {ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal}


class FormulaError(ValueError):
    """A mistake in a formula: one line that names the piece."""


@dataclass(frozen=True)
class Formula:
    """A number that depends on the position, such as ``tanh((x - 50*nm) / (10*nm))``.

    ``x``, ``y``, ``z`` are coordinates in m. There are ``+ - * / **``, comparisons, the functions of
    :data:`FUNCTIONS` and the constants of :data:`CONSTANTS`; nothing else is accepted.

    Raises:
        FormulaError: The text is anything else, or too large.
    """

    text: str
    _tree: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        text = " ".join(self.text.split())
        tree = _parse(text)
        _check(tree, text)
        object.__setattr__(self, "_tree", tree)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The values, (n,), at points (n, 3) in m; not finite where the formula is not."""
        names = CONSTANTS | dict(zip(COORDINATES, np.asarray(points, dtype=float).T, strict=True))
        with np.errstate(all="ignore"):
            value = _evaluate(self._tree, names)
        return np.broadcast_to(np.asarray(value, dtype=float), len(points)).copy()


def _parse(text: str) -> ast.expr:
    """The syntax tree; the parser only reads, and its own limits are errors like any other."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"has {len(text)} characters; at most {MAX_LENGTH} are allowed")
    if not text:
        raise FormulaError("is empty; write a formula of x, y, z, such as 'tanh(x / (10*nm))'")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or "it is nested too deeply"
        raise FormulaError(f"cannot read '{_short(text)}': {reason}") from None


def _check(tree: ast.expr, text: str) -> None:
    """Refuse a tree with nodes that are not allowed, or with too many."""
    parts, level = 0, [tree]
    for _ in range(MAX_DEPTH):
        parts += len(level)
        if parts > MAX_PARTS:
            raise FormulaError(f"has more than {MAX_PARTS} parts; write it shorter, or use a file")
        for node in level:
            _check_node(node, text)
        level = [below for node in level for below in _below(node)]
        if not level:
            return
    raise FormulaError(f"'{_short(text)}' is nested more than {MAX_DEPTH} levels deep; write it flatter")


def _below(node: ast.expr) -> list[ast.expr]:
    """Operands of an allowed node."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    return list(node.args) if isinstance(node, ast.Call) else []


def _check_node(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.Constant):
        _check_number(node, text)
    elif isinstance(node, ast.Name):
        _check_name(node)
    elif isinstance(node, ast.Call):
        _check_call(node, text)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        _check_exponent(node.right, text)
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        pass
    elif isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        pass
    elif isinstance(node, ast.Compare) and all(type(op) in _COMPARISON for op in node.ops):
        pass
    else:
        power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor)
        hint = "write ** for powers" if power else "a formula has + - * / **, comparisons and functions only"
        raise FormulaError(f"'{_piece(node, text)}' is not allowed here; {hint}")


def _check_number(node: ast.Constant, text: str) -> None:
    if type(node.value) not in (int, float) or not abs(node.value) < 1e300:
        raise FormulaError(f"'{_piece(node, text)}' is not allowed here; numbers are real and below 1e300")


def _check_name(node: ast.Name) -> None:
    if node.id in FUNCTIONS:
        raise FormulaError(f"'{node.id}' is a function; write {node.id}(…)")
    if node.id not in COORDINATES and node.id not in CONSTANTS:
        known = ", ".join((*COORDINATES, *CONSTANTS, *FUNCTIONS))
        raise FormulaError(f"unknown name '{_short(node.id)}'; allowed: {known}")


def _check_call(node: ast.Call, text: str) -> None:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise FormulaError(f"unknown function '{_piece(node.func, text)}'; allowed: {', '.join(FUNCTIONS)}")
    count, _ = FUNCTIONS[node.func.id]
    if node.keywords or len(node.args) != count:
        needed = f"{node.func.id} takes {count} argument{'s' * (count > 1)}"
        raise FormulaError(f"'{_piece(node, text)}' is wrong: {needed}")


def _check_exponent(node: ast.expr, text: str) -> None:
    """Exponents are signed numbers or their quotients, and small."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        numbers = [_number(node.left), _number(node.right)]
        value = None if None in numbers or numbers[1] == 0 else numbers[0] / numbers[1]
    else:
        value = _number(node)
    if value is None or abs(value) > MAX_EXPONENT:
        raise FormulaError(
            f"the exponent '{_piece(node, text)}' is not allowed: it must be a number between "
            f"-{MAX_EXPONENT} and {MAX_EXPONENT}; write exp and log for others"
        )


def _number(node: ast.expr) -> float | None:
    """The value of a number with or without a sign, None for anything else."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if negative else node
    if not isinstance(inner, ast.Constant) or type(inner.value) not in (int, float):
        return None
    return -inner.value if negative else inner.value


def _evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a checked tree."""
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.Name):
        return names[node.id]
    values = [_evaluate(below, names) for below in _below(node)]
    if isinstance(node, ast.Compare):
        pairs = zip(node.ops, values[:-1], values[1:], strict=True)
        return np.logical_and.reduce([_COMPARISON[type(op)](left, right) for op, left, right in pairs]) * 1.0
    if isinstance(node, ast.Call):
        return FUNCTIONS[node.func.id][1](*values)
    return (_BINARY if isinstance(node, ast.BinOp) else _UNARY)[type(node.op)](*values)


def _piece(node: ast.expr, text: str) -> str:
    """The part of the text that is this node."""
    return _short(ast.get_source_segment(text, node) or text)


def _short(text: str) -> str:
    return cut(text, 60)


def _formula(value: Any) -> str:
    """The text of a formula, or of a number, when it can be read."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise mistake(
            f"must be a formula of x, y, z in quotes, such as 'tanh(x / (10*nm))', not {brief(value)}"
        )
    try:
        Formula(str(value))
    except FormulaError as error:
        raise mistake(str(error)) from None
    return str(value)


FormulaText = Annotated[str, BeforeValidator(_formula, json_schema_input_type=str | float)]
"""A formula in a configuration."""
