"""Elements of the terms, in the bulk (UFL), at interfaces and in sheets (numbers; solver/physics.md §§2, 4).

In the bulk a gradient drives a current; across an interface minus the jump does, with the same lift, and in a
sheet the gradient along it. At the quadrature points of the bulk, the same terms take power series in the
drive.
"""

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from thermospin.compat import ufl
from thermospin.lift import Lift, ScalarAndSpin, SpinVector
from thermospin.materials.laws import Taylor


class Trace(NamedTuple):
    """A field, or a test function, on the two sides of an interface.

    Attributes:
        first: Value on side 1.
        second: Value on side 2; currents are positive from 1 to 2.
    """

    first: Any
    second: Any


class Sample(NamedTuple):
    """A field at points of the bulk, as a power series in the drive.

    Attributes:
        value: Its value, coefficients of shape (order + 1, n).
        slope: Its gradient, coefficients of shape (order + 1, 3, n).
    """

    value: Taylor
    slope: Taylor


class OnFace(NamedTuple):
    """A field, or a test function, on faces along which a sheet conducts.

    Attributes:
        value: Its values at points of the faces, shape (n, q).
        slope: Its gradient along the faces, shape (3, n, q).
    """

    value: Any
    slope: Any


def slope(field: Any) -> Any:
    """Driving force of a current: ``∇f`` in the bulk, along a face in a sheet, ``f₂ − f₁`` at an interface.

    Args:
        field: A UFL expression, a :class:`Trace`, a :class:`Sample` or an :class:`OnFace`.
    """
    if isinstance(field, Sample | OnFace):
        return field.slope
    return field.second - field.first if isinstance(field, Trace) else ufl.grad(field)


def slopes(pair: ScalarAndSpin) -> ScalarAndSpin:
    """Slopes of a pair; the slope of a part that is 0 is 0.

    Args:
        pair: Scalar and spin part.
    """
    flat = _flat(components(pair))
    return _each(lambda field: flat if isinstance(field, int) else slope(field), pair)


def _flat(fields: Sequence[Any]) -> Any:
    """Zero slope of a part that is no field, beside others."""
    for field in fields:
        if isinstance(field, Trace):
            return 0.0
        if isinstance(field, Sample | OnFace):
            return 0.0 * field.slope
    return ufl.zero(3)


def value(field: Any) -> Any:
    """The field itself; at an interface the mean of the sides, so that heat goes half to each.

    Args:
        field: A UFL expression, a :class:`Trace`, a :class:`Sample`, an :class:`OnFace` or a vector of them.
    """
    if isinstance(field, SpinVector):
        return field.map(value)
    if isinstance(field, Sample | OnFace):
        return field.value
    return (field.first + field.second) / 2 if isinstance(field, Trace) else field


def values(pair: ScalarAndSpin) -> ScalarAndSpin:
    """Values of a pair.

    Args:
        pair: Scalar and spin part.
    """
    return _each(value, pair)


def components(pair: ScalarAndSpin) -> Sequence[Any]:
    """The scalar part and the components of the spin part in one sequence.

    Args:
        pair: Scalar and spin part.
    """
    scalar, spin = pair
    return (scalar, *spin) if isinstance(spin, SpinVector) else (scalar, spin)


def _each(function: Callable[[Any], Any], pair: ScalarAndSpin) -> ScalarAndSpin:
    scalar, spin = pair
    return function(scalar), spin.map(function) if isinstance(spin, SpinVector) else function(spin)


def apply(lift: Lift, pair: ScalarAndSpin) -> ScalarAndSpin:
    """Images of slopes or currents: the lift acts on their spins, its tensor on their directions in space.

    Args:
        lift: The coefficient.
        pair: Slopes or currents, scalar and spin part.
    """
    found = lift(pair)
    return found if lift.space is None else _each(partial(in_space, lift.space), found)


def in_space(tensor: Lift, flux: Any) -> Any:
    """Image of a slope or a current under a tensor in space (solver/physics.md §11).

    Args:
        tensor: The tensor.
        flux: A vector in space: a UFL expression, or coefficients of a series of shape (order + 1, 3, n).
    """
    if not tensor.turns:
        return tensor.X * flux
    if isinstance(flux, Taylor):
        parts = tensor.on_spin(SpinVector(*(Taylor(flux.coefficients[:, i]) for i in range(3))))
        return Taylor(np.stack([part.coefficients for part in parts], axis=1))
    return ufl.as_vector(list(tensor.on_spin(SpinVector(*(flux[i] for i in range(3))))))


AXES = tuple(SpinVector(*(float(i == j) for j in range(3))) for i in range(3))
"""Unit vectors along x, y and z."""


def across_axes(pair: ScalarAndSpin) -> ScalarAndSpin:
    """``K (a, b) = (Σ_a ê_a × b^a, ê_a × a)``: directions in space across those of spins (§11).

    Args:
        pair: UFL slopes or currents, the second a vector in spin space.
    """
    scalar, spin = pair
    turned = [ufl.cross(ufl.as_vector(list(axis)), part) for axis, part in zip(AXES, spin, strict=True)]
    return sum(turned[1:], turned[0]), SpinVector(
        *(ufl.cross(ufl.as_vector(list(axis)), scalar) for axis in AXES)
    )


def inner(a: Any, b: Any) -> Any:
    """Scalar product of two slopes or currents; on faces, of shape (3, n, q), along the first axis.

    Args:
        a: One of them.
        b: The other.
    """
    if isinstance(a, Taylor):
        return Taylor((a * b).coefficients.sum(axis=1))
    if isinstance(a, np.ndarray) and a.ndim == 3:
        return (a * b).sum(axis=0)
    return ufl.inner(a, b) if isinstance(a, ufl.core.expr.Expr) else operator.mul(a, b)
