"""The lift (solver/physics.md §2): how a coefficient of two spin channels acts on a (scalar, spin) pair.

A magnetisation defines tensors in real space by the same algebra (solver/physics.md §11): the spin part of a
lift, with directions in space for spins.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np

ScalarAndSpin = tuple[Any, Any]
"""A quantity and its spin part, such as (V, s) or (j, j_s); the latter may be a :class:`SpinVector`."""


class SpinVector(tuple[Any, ...]):
    """The x, y and z components in spin space of a number, a field, a gradient or a current; or in space."""

    __slots__ = ()
    __array_ufunc__ = None  # numpy arrays leave ``array * vector`` to the vector

    def __new__(cls, x: Any, y: Any, z: Any) -> Self:
        """The vector of three components."""
        return super().__new__(cls, (x, y, z))

    def map(self, function: Callable[[Any], Any]) -> Self:
        """The vector of ``function`` of every component.

        Args:
            function: A function of one component.
        """
        return type(self)(*map(function, self))

    def __add__(self, other: Any) -> Self:
        """The sum with another vector; 0 is one."""
        if isinstance(other, SpinVector):
            return type(self)(*(a + b for a, b in zip(self, other, strict=True)))
        return self if isinstance(other, int) and other == 0 else NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Self:
        return self.map(lambda component: -component)

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __mul__(self, factor: Any) -> Self:
        return self.map(lambda component: factor * component)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Self:
        return self.map(lambda component: component / divisor)

    def dot(self, other: "SpinVector") -> Any:
        """Scalar product in spin space.

        Args:
            other: The other vector.
        """
        return sum(a * b for a, b in zip(self, other, strict=True))

    def along(self, axes: np.ndarray) -> Self:
        """Components along other axes.

        Args:
            axes: Unit vectors, the rows of a matrix (3, 3).
        """
        return type(self)(*(self.dot(SpinVector(*axis)) for axis in axes.tolist()))

    def cross(self, other: Self) -> Self:
        """Vector product in spin space.

        Args:
            other: The vector on the right.
        """
        (a, b, c), (x, y, z) = self, other
        return type(self)(b * z - c * y, c * x - a * z, a * y - b * x)


class Lift(NamedTuple):
    """``L[X, Y]``: the action of a coefficient of two channels, along the magnetisation and against it.

    Collinear, ``m = ±1``: the matrix ``[[X, mY], [mY, X]]``. For a unit vector m, the spin part across m has
    a coefficient ``X⊥`` and may turn about m:

        scalar:  X a + Y m·b            spin:  m (Y a + X m·b) + X⊥ b⊥ + X× m × b        b⊥ = b − m (m·b)

    The lifts of one material commute, so products and inverses are lifts again.

    Where the magnetisation also turns currents in space, ``space`` is the tensor that does it to both parts
    of the pair: the spin part of a lift of its own, with the same algebra.

    Attributes:
        X: Sum of the two channels, a UFL expression or a number.
        Y: Difference; 0 in a normal metal.
        m: Sign of the magnetisation, or its direction as a :class:`SpinVector`.
        across: X⊥; None where it is X.
        turning: X×; None where it is 0.
        space: Tensor in real space, a dimensionless lift that acts on directions; None where it is 1.
    """

    X: Any
    Y: Any
    m: Any
    across: Any = None
    turning: Any = None
    space: "Lift | None" = None

    def __call__(self, pair: ScalarAndSpin) -> ScalarAndSpin:
        """Act on a pair (scalar part, spin part) of numbers or of vectors in space; directions stay."""
        scalar, spin = pair
        if not isinstance(self.m, SpinVector):
            return self.X * scalar + self.m * self.Y * spin, self.m * self.Y * scalar + self.X * spin
        return self.X * scalar + self.Y * self.m.dot(spin), self.m * (self.Y * scalar) + self.on_spin(spin)

    def on_spin(self, spin: Any) -> Any:
        """Spin part of the image of a spin without a scalar part.

        Args:
            spin: The spin b, a number or a vector in spin space.
        """
        if self.across is None and self.turning is None:
            return self.X * spin
        across = self.X if self.across is None else self.across
        found = spin * across + self.m * ((self.X - across) * self.m.dot(spin))
        return found if self.turning is None else found + self.m.cross(spin) * self.turning

    @property
    def isotropic(self) -> Self:
        """The part that does not depend on the magnetisation: ``L[X, 0]``."""
        return self._with_space(lambda space: space.isotropic)._replace(Y=0, across=None, turning=None)

    @property
    def magnetic(self) -> Self:
        """The rest of a lift without a tensor in space, ``L[0, Y]``: non-zero in magnets only."""
        across = None if self.across is None else self.across - self.X
        return self._replace(X=0, across=across)

    @property
    def transverse(self) -> Self:
        """The part that acts on spins across m: ``X⊥ b⊥ + X× m × b``."""
        return self._replace(X=0, Y=0, across=self._transverse[0])

    @property
    def symmetric(self) -> Self:
        """The lift without its turning, of spins and in space: antisymmetric, it produces no heat."""
        return self._with_space(lambda space: space.symmetric)._replace(turning=None)

    @property
    def inverse(self) -> Self:
        """``L⁻¹``; needs ``|Y| < |X|``. Where nothing flows across m, nothing does in the inverse either.

        Across m it is ``1/X⊥``, and not the ``X/(X² − Y²)`` of the part along m, even where ``X⊥ = X``.
        """
        determinant = self.X**2 - self.Y**2
        inverse = self._with_space(lambda space: space.inverse)
        inverse = inverse._replace(X=self.X / determinant, Y=-self.Y / determinant)
        if not isinstance(self.m, SpinVector):
            return inverse
        across, turning = self._transverse
        square = across**2 + turning**2
        inverse = inverse._replace(across=_quotient(across, square))
        return inverse if self.turning is None else inverse._replace(turning=-_quotient(turning, square))

    @property
    def damped(self) -> Self:
        """A symmetric lift of the same magnitude: across m it has ``|X⊥ + i X×|``, and does not turn.

        The tensor in space loses its antisymmetric part, which drives nothing inside a homogeneous body.
        """
        still = self._with_space(lambda space: space.symmetric)
        if self.turning is None:
            return still
        across, turning = self._transverse
        return still._replace(across=(across**2 + turning**2) ** 0.5, turning=None)

    def plus(self, rate: Any) -> Self:
        """The lift with the same number added along m and across it.

        Args:
            rate: The number, in the unit of X.
        """
        return self._replace(X=self.X + rate, across=None if self.across is None else self.across + rate)

    def scaled(self, factor: float) -> Self:
        """The lift times a number.

        Args:
            factor: The number.
        """
        across, turning = (None if part is None else factor * part for part in (self.across, self.turning))
        return self._replace(X=factor * self.X, Y=factor * self.Y, across=across, turning=turning)

    def times(self, other: Self) -> Self:
        """Product with another lift of the same material.

        Args:
            other: The other lift.
        """
        product = self._replace(space=_product(self.space, other.space))
        product = product._replace(
            X=self.X * other.X + self.Y * other.Y, Y=self.X * other.Y + self.Y * other.X
        )
        if not isinstance(self.m, SpinVector):
            return product
        (a, b), (c, d) = self._transverse, other._transverse
        if self.turning is None and other.turning is None:
            return product._replace(across=a * c)
        return product._replace(across=a * c - b * d, turning=a * d + b * c)

    @property
    def is_zero(self) -> bool:
        """Whether it is ``L[0, 0]``, of no coefficient; one whose values are 0 is not."""
        return not self.turns and all(isinstance(part, int) and part == 0 for part in (self.X, self.Y))

    @property
    def turns(self) -> bool:
        """Whether the part across m has a coefficient of its own."""
        return self.across is not None or self.turning is not None

    @property
    def turns_in_space(self) -> bool:
        """Whether the tensor in space has an antisymmetric part, as of the Hall effects."""
        return self.space is not None and self.space.turning is not None

    def _with_space(self, change: "Callable[[Lift], Lift]") -> Self:
        """The same with another tensor in space, where there is one."""
        return self if self.space is None else self._replace(space=change(self.space))

    @property
    def _transverse(self) -> tuple[Any, Any]:
        """X⊥ and X×: as ``m ×`` turns by a right angle, they multiply like a complex number."""
        return self.X if self.across is None else self.across, 0 if self.turning is None else self.turning


def _product(a: Lift | None, b: Lift | None) -> Lift | None:
    """Product of two tensors in space, where None is 1."""
    if a is None:
        return b
    return a if b is None else a.times(b)


def _quotient(a: Any, b: Any) -> Any:
    """``a / b``, and 0 in arrays where b is 0."""
    if isinstance(b, np.ndarray):
        return np.divide(a, b, out=np.zeros_like(b), where=b != 0)
    return a / b


def contract(product: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Product of two parts of pairs: summed over spin components if both are vectors in spin space.

    Args:
        product: Product of two components.
        a: A scalar or spin part.
        b: Another one.
    """
    if isinstance(a, SpinVector) and isinstance(b, SpinVector):
        return sum(product(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, SpinVector):
        return a.map(lambda x: product(x, b))
    return b.map(lambda y: product(a, y)) if isinstance(b, SpinVector) else product(a, b)


def dot(first: ScalarAndSpin, second: ScalarAndSpin, product: Callable[[Any, Any], Any]) -> Any:
    """Sum of the products of two pairs, part by part.

    Args:
        first: A pair.
        second: Another one.
        product: Product of two components.
    """
    return contract(product, first[0], second[0]) + contract(product, first[1], second[1])


def channel_products(
    flux: ScalarAndSpin, force: ScalarAndSpin, product: Callable[[Any, Any], Any]
) -> ScalarAndSpin:
    """Products of two pairs channel by channel: their sum, which is :func:`dot`, and ↑ minus ↓.

    Args:
        flux: Sum and difference of the channels, such as ``(j, j_s)``: ``J↑,↓ = (j ± j_s)/2``.
        force: Mean and half the difference, such as ``(V, s)``: ``V↑,↓ = V ± s``.
        product: Product of two components.
    """
    return dot(flux, force, product), dot(flux[::-1], force, product)
