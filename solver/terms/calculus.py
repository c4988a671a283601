"""What the terms are written with, in the bulk (UFL) and at interfaces (numbers; physics.md §§2, 4).

In the bulk a gradient drives a current; across an interface minus the jump does, with the same lift.
"""

import operator
from typing import Any, NamedTuple

from thermospin.compat import ufl
from thermospin.lift import Pair


class Trace(NamedTuple):
    """A field, or a test function, on the two sides of an interface.

    Attributes:
        first: Value on side 1.
        second: Value on side 2; currents are positive from 1 to 2.
    """

    first: Any
    second: Any


def slope(field: Any) -> Any:
    """What drives a current: ``∇f`` in the bulk, ``f₂ − f₁`` at an interface."""
    return field.second - field.first if isinstance(field, Trace) else ufl.grad(field)


def slopes(pair: Pair) -> Pair:
    """The slopes of a pair; a part that is no field, 0, has none."""
    flat = 0.0 if any(isinstance(part, Trace) for part in pair) else ufl.zero(3)
    first, second = (flat if isinstance(part, int) else slope(part) for part in pair)
    return first, second


def value(field: Any) -> Any:
    """The field itself; at an interface the mean of the sides, so that heat goes half to each."""
    return (field.first + field.second) / 2 if isinstance(field, Trace) else field


def values(pair: Pair) -> Pair:
    """The values of a pair."""
    return value(pair[0]), value(pair[1])


def inner(a: Any, b: Any) -> Any:
    """Scalar product of two slopes or currents."""
    return ufl.inner(a, b) if isinstance(a, ufl.core.expr.Expr) else operator.mul(a, b)
