"""The lift (physics.md §2): how a coefficient of two spin channels acts on a (scalar, spin) pair."""

from typing import Any, NamedTuple, Self

Pair = tuple[Any, Any]


class Lift(NamedTuple):
    """``L[X, Y]``: the symmetric matrix ``[[X, pY], [pY, X]]`` of a collinear magnet with sign ``p = ±1``.

    ``X`` is the sum of the two channels and ``Y`` their difference for a magnet with ``p = +1``. The
    lifts of one material commute, so products and inverses are lifts again.

    Attributes:
        X: Sum, a UFL expression.
        Y: Difference, a UFL expression; 0 in a normal metal.
        p: Sign of the magnetisation, a UFL expression.
    """

    X: Any
    Y: Any
    p: Any

    def __call__(self, pair: Pair) -> Pair:
        """Act on a pair (scalar part, spin part) of numbers or of vectors in space."""
        scalar, spin = pair
        return self.X * scalar + self.p * self.Y * spin, self.p * self.Y * scalar + self.X * spin

    @property
    def isotropic(self) -> Self:
        """The part that no magnetisation enters: ``L[X, 0]``."""
        return self._replace(Y=0)

    @property
    def magnetic(self) -> Self:
        """The rest, ``L[0, Y]``: non-zero in magnets only, and all that changes when one is reversed."""
        return self._replace(X=0)

    @property
    def inverse(self) -> Self:
        """``L⁻¹``; needs ``|Y| < |X|``."""
        determinant = self.X**2 - self.Y**2
        return self._replace(X=self.X / determinant, Y=-self.Y / determinant)

    def scaled(self, factor: float) -> Self:
        """The lift times a number."""
        return self._replace(X=factor * self.X, Y=factor * self.Y)

    def times(self, other: Self) -> Self:
        """The product with another lift of the same material."""
        return self._replace(X=self.X * other.X + self.Y * other.Y, Y=self.X * other.Y + self.Y * other.X)


def dot(first: Pair, second: Pair, product) -> Any:
    """The sum of the products of two pairs, part by part."""
    return product(first[0], second[0]) + product(first[1], second[1])


def channel_products(flux: Pair, force: Pair, product) -> Pair:
    """The products of two pairs channel by channel: their sum, which is :func:`dot`, and ↑ minus ↓.

    Args:
        flux: Sum and difference of the channels, such as ``(j, j_s)``: ``J↑,↓ = (j ± j_s)/2``.
        force: Mean and half the difference, such as ``(V, s)``: ``V↑,↓ = V ± s``.
        product: How two values are multiplied.
    """
    return dot(flux, force, product), dot(flux[::-1], force, product)
