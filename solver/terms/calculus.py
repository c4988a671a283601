"""What the terms are written with, in the bulk (UFL) and at interfaces (numbers; physics.md §§2, 4).

In the bulk a gradient drives a current; across an interface minus the jump does, with the same lift.
"""

import operator
from typing import Any, NamedTuple

from thermospin.compat import ufl


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


def value(field: Any) -> Any:
    """The field itself; at an interface the mean of the sides, so that heat goes half to each."""
    return (field.first + field.second) / 2 if isinstance(field, Trace) else field


def inner(a: Any, b: Any) -> Any:
    """Scalar product of two slopes or currents."""
    return ufl.inner(a, b) if isinstance(a, ufl.core.expr.Expr) else operator.mul(a, b)
