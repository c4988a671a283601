"""Formulas in text: read against a whitelist of names, functions and operators, and never run as code."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermospin.errors import cut

MAX_LENGTH = 1000
"""Characters of a formula."""
MAX_PARTS = 300
"""Numbers, names and operations of a formula."""
MAX_DEPTH = 100
"""Depth to which operations may be nested."""
MAX_EXPONENT = 100
"""Largest exponent of a power."""


class FormulaError(ValueError):
    """A mistake in a formula: one line that names the piece."""


@dataclass(frozen=True)
class Grammar:
    """Functions, operators and names that a formula may hold.

    Attributes:
        functions: Number of arguments and implementation of every function, by name.
        operators: Implementation of every operator, by its kind in a syntax tree.
        names: Names that stand for values; None if they are looked up only when a formula is evaluated.
        example: A formula, for messages.
        number: Value of a number as written.
    """

    functions: Mapping[str, tuple[int, Callable[..., Any]]]
    operators: Mapping[type, Callable[..., Any]]
    names: Collection[str] | None
    example: str
    number: Callable[[float], Any] = float

    def tree(self, text: str) -> ast.expr:
        """The syntax tree of a formula.

        Args:
            text: The formula, in one line.

        Raises:
            FormulaError: The text is anything else, or too large.
        """
        tree = self._parse(text)
        self._check(tree, text)
        return tree

    def value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        """The value of a tree from :meth:`tree`.

        Args:
            node: The tree.
            names: Values of the names.
        """
        if isinstance(node, ast.Constant):
            return self.number(node.value)
        if isinstance(node, ast.Name):
            return names[node.id]
        values = [self.value(below, names) for below in _below(node)]
        if isinstance(node, ast.Compare):
            pairs = zip(node.ops, values[:-1], values[1:], strict=True)
            holds = [self.operators[type(op)](left, right) for op, left, right in pairs]
            return np.logical_and.reduce(holds) * 1.0
        if isinstance(node, ast.Call):
            return self.functions[node.func.id][1](*values)
        return self.operators[type(node.op)](*values)

    def _parse(self, text: str) -> ast.expr:
        """The syntax tree; the parser only reads, and its own limits are errors like any other."""
        if len(text) > MAX_LENGTH:
            raise FormulaError(f"has {len(text)} characters; at most {MAX_LENGTH} are allowed")
        if not text:
            raise FormulaError(f"is empty; write {self.example}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = getattr(error, "msg", None) or "it is nested too deeply"
            raise FormulaError(f"cannot read '{_short(text)}': {reason}") from None

    def _check(self, tree: ast.expr, text: str) -> None:
        """Refuse a tree with nodes that are not allowed, or with too many."""
        parts, level = 0, [tree]
        for _ in range(MAX_DEPTH):
            parts += len(level)
            if parts > MAX_PARTS:
                raise FormulaError(f"has more than {MAX_PARTS} parts; write it shorter, or use a file")
            for node in level:
                self._check_node(node, text)
            level = [below for node in level for below in _below(node)]
            if not level:
                return
        raise FormulaError(
            f"'{_short(text)}' is nested more than {MAX_DEPTH} levels deep; use fewer brackets"
        )

    def _check_node(self, node: ast.expr, text: str) -> None:
        if isinstance(node, ast.Constant):
            _check_number(node, text)
        elif isinstance(node, ast.Name):
            self._check_name(node)
        elif isinstance(node, ast.Call):
            self._check_call(node, text)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            _check_exponent(node.right, text)
        elif isinstance(node, ast.BinOp | ast.UnaryOp) and type(node.op) in self.operators:
            pass
        elif isinstance(node, ast.Compare) and all(type(op) in self.operators for op in node.ops):
            pass
        else:
            power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor)
            compares = ", comparisons" if ast.Lt in self.operators else ""
            hint = (
                "write ** for powers" if power else f"a formula has + - * / **{compares} and functions only"
            )
            raise FormulaError(f"'{_piece(node, text)}' is not allowed here; {hint}")

    def _check_name(self, node: ast.Name) -> None:
        if node.id in self.functions:
            raise FormulaError(f"'{node.id}' is a function; write {node.id}(…)")
        if self.names is not None and node.id not in self.names:
            known = ", ".join((*self.names, *self.functions))
            raise FormulaError(f"unknown name '{_short(node.id)}'; allowed: {known}")

    def _check_call(self, node: ast.Call, text: str) -> None:
        if not isinstance(node.func, ast.Name) or node.func.id not in self.functions:
            raise FormulaError(
                f"unknown function '{_piece(node.func, text)}'; allowed: {', '.join(self.functions)}"
            )
        count, _ = self.functions[node.func.id]
        if node.keywords or len(node.args) != count:
            needed = f"{node.func.id} takes {count} argument{'s' * (count > 1)}"
            raise FormulaError(f"'{_piece(node, text)}' is wrong: {needed}")


def _below(node: ast.expr) -> list[ast.expr]:
    """Operands of an allowed node."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    return list(node.args) if isinstance(node, ast.Call) else []


def _check_number(node: ast.Constant, text: str) -> None:
    if type(node.value) not in (int, float) or not abs(node.value) < 1e300:
        raise FormulaError(f"'{_piece(node, text)}' is not allowed here; numbers are real and below 1e300")


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


def _piece(node: ast.expr, text: str) -> str:
    """The part of the text that is this node."""
    return _short(ast.get_source_segment(text, node) or text)


def _short(text: str) -> str:
    return cut(text, 60)
