"""Formulas of the position."""

from __future__ import annotations

import ast
import math
import operator
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, ValidationInfo

from thermospin.errors import brief
from thermospin.section import Written, mistake
from thermospin.textures.grammar import FormulaError, Grammar

COORDINATES = ("x", "y", "z")
CONSTANTS = {"pi": math.pi, "nm": 1e-9, "um": 1e-6, "m": 1.0}
FUNCTIONS = {
    **{name: (1, getattr(np, name)) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "abs")},
    **{name: (1, getattr(np, name)) for name in ("sinh", "cosh", "tanh", "arctan")},
    **{name: (2, getattr(np, name)) for name in ("arctan2", "minimum", "maximum")},
    "where": (3, np.where),
}
"""Number of arguments and implementation of every function, by name."""
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Pow: np.float_power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}
_MEANINGS = frozenset((*COORDINATES, *CONSTANTS, *FUNCTIONS))
"""Names that formulas of the position know."""
_GRAMMAR = Grammar(
    FUNCTIONS, OPERATORS, (*COORDINATES, *CONSTANTS), "a formula of x, y, z, such as 'tanh(x / (10*nm))'"
)


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
        object.__setattr__(self, "_tree", _GRAMMAR.tree(" ".join(self.text.split())))

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The values, (n,), at points (n, 3) in m; not finite where the formula is not."""
        names = CONSTANTS | dict(zip(COORDINATES, np.asarray(points, dtype=float).T, strict=True))
        with np.errstate(all="ignore"):
            value = _GRAMMAR.value(self._tree, names)
        return np.broadcast_to(np.asarray(value, dtype=float), len(points)).copy()


def _formula(value: Any, info: ValidationInfo) -> str:
    """The text of a formula, or of a number, when it can be read; with numbers in place of parameters."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise mistake(
            f"must be a formula of x, y, z in quotes, such as 'tanh(x / (10*nm))', not {brief(value)}"
        )
    if isinstance(value, str) and isinstance(info.context, Written):
        value = info.context.substituted(value, _MEANINGS)
    try:
        Formula(str(value))
    except FormulaError as error:
        raise mistake(str(error)) from None
    return str(value)


FormulaText = Annotated[str, BeforeValidator(_formula, json_schema_input_type=str | float)]
"""A formula in a configuration."""
