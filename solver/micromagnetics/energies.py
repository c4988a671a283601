"""The energy of a magnetisation, term by term, lumped at the nodes (solver/physics.md §12).

Every term has its energy, its gradient and the slope of the gradient. :meth:`Energy.average` is the gradient
averaged on the way from ``m`` to ``2u − m``, so that energy differences are exactly
``average · (m⁺ − m)``: this makes a step of the midpoint rule obey the energy law.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.micromagnetics.body import Body, dot
from thermospin.micromagnetics.magnet import CubicAnisotropy, Ferromagnet
from thermospin.micromagnetics.wrapped import wrapped

GAUSS = 3**-0.5
"""Place of the points of Gauss's rule on (−1, 1), exact for cubic polynomials."""


class Energy:
    """A term of the energy.

    Attributes:
        name: Its name in tables.
    """

    name = ""

    def density(self, m: np.ndarray) -> np.ndarray:
        """Energy at every owned node, J, (n,).

        Args:
            m: Magnetisation, (3, n).
        """
        return dot(m, self.gradient(m)) / 2

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``∂E/∂m``, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
        """
        raise NotImplementedError

    def slope(self, m: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Change of the gradient with a change of m, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
            change: Its change, (3, n).
        """
        return self.gradient(change)

    def average(self, m: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Gradient averaged from m to ``2u − m``, J, (3, n).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
        """
        return self.gradient(u)

    def average_slope(self, m: np.ndarray, u: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Change of :meth:`average` with a change of u, J, (3, n).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            change: Change of u, (3, n).
        """
        return self.slope(u, change)

    def quick_slope(self, m: np.ndarray, u: np.ndarray, change: np.ndarray) -> np.ndarray:
        """About the same, cheap to find, for Newton's method, J, (3, n).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            change: Change of u, (3, n).
        """
        return self.average_slope(m, u, change)


class Exchange(Energy):
    """Exchange: ``∫ A |∇m|² dV``.

    Args:
        body: The magnets.
        stiffness: Region to A, J/m.

    Attributes:
        matrix: Matrix of ``∫ A ∇u·∇v dV``, J.
    """

    name = "exchange"

    def __init__(self, body: Body, stiffness: Mapping[str, float]) -> None:
        self.matrix = body.stiffness(stiffness)
        self._comm = body.comm

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``2 K m``, J, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        found = np.empty_like(m)
        for source, target in zip(m, found, strict=True):
            with wrapped(self._comm, source, target) as (x, y):
                self.matrix.mult(x, y)
        return 2.0 * found


class Quadratic(Energy):
    """A term that is quadratic at every node: uniaxial anisotropy, the field of demagnetising factors.

    ``Σ_nodes m·Q m``.

    Args:
        name: Its name.
        matrices: Q at every owned node, J, (3, 3, n), symmetric.
    """

    def __init__(self, name: str, matrices: np.ndarray) -> None:
        self.name, self._matrix = name, matrices

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``2 Q m``, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
        """
        return 2.0 * np.einsum("ijn,jn->in", self._matrix, m)


class Zeeman(Energy):
    """The applied field: ``−∫ M_s B·m dV``.

    Args:
        moments: Moment of every owned node, A m², (n,).

    Attributes:
        field: B, T, (3,); it may be changed at any time.
    """

    name = "zeeman"

    def __init__(self, moments: np.ndarray, field: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
        self._moments, self.field = moments, np.array(field, dtype=float)

    def density(self, m: np.ndarray) -> np.ndarray:
        """Energy at every owned node, J, (n,).

        Args:
            m: Magnetisation, (3, n).
        """
        return -self._moments * (self.field @ m)

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``−M_s V B``, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
        """
        return -self.field[:, None] * self._moments

    def slope(self, m: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Zero, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
            change: Its change, (3, n).
        """
        return np.zeros_like(change)


class Cubic(Energy):
    """Cubic anisotropy of one region: ``∫ K (a1² a2² + a2² a3² + a3² a1²) dV``.

    Args:
        volumes: Volume of the region at every owned node, m³, (n,).
        anisotropy: Constant and axes.
    """

    name = "anisotropy"

    def __init__(self, volumes: np.ndarray, anisotropy: CubicAnisotropy) -> None:
        self._strength, self._axes = anisotropy.constant * volumes, anisotropy.axes

    def density(self, m: np.ndarray) -> np.ndarray:
        """Energy at every owned node, J, (n,).

        Args:
            m: Magnetisation, (3, n).
        """
        x, y, z = (self._axes @ m) ** 2
        return self._strength * (x * y + y * z + z * x)

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``∂E/∂m``, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
        """
        a = self._axes @ m
        return self._axes.T @ (2 * self._strength * a * ((a**2).sum(axis=0) - a**2))

    def slope(self, m: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Change of the gradient with a change of m, J, (3, n).

        Args:
            m: Magnetisation, (3, n).
            change: Its change, (3, n).
        """
        a, d = self._axes @ m, self._axes @ change
        turned = d * ((a**2).sum(axis=0) - a**2) + 2 * a * ((a * d).sum(axis=0) - a * d)
        return self._axes.T @ (2 * self._strength * turned)

    def average(self, m: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Gradient averaged from m to ``2u − m``, J, (3, n): by two points of Gauss, exact for a cubic.

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
        """
        half = GAUSS * (u - m)
        return (self.gradient(u - half) + self.gradient(u + half)) / 2

    def average_slope(self, m: np.ndarray, u: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Change of :meth:`average` with a change of u, J, (3, n).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            change: Change of u, (3, n).
        """
        half = GAUSS * (u - m)
        before = (1 - GAUSS) * self.slope(u - half, change)
        return (before + (1 + GAUSS) * self.slope(u + half, change)) / 2


def local_terms(body: Body, magnets: Mapping[str, Ferromagnet]) -> list[Energy]:
    """Anisotropy and demagnetising factors of magnets, as far as there are any.

    Args:
        body: The magnets.
        magnets: Region to its numbers.
    """
    axial = {
        region: -sum(a.constant * np.outer(a.axis, a.axis) for a in magnet.uniaxial)
        for region, magnet in magnets.items()
        if magnet.uniaxial
    }
    shapes = {
        region: VACUUM_PERMEABILITY / 2 * magnet.saturation_magnetisation**2 * magnet.demagnetisation
        for region, magnet in magnets.items()
        if magnet.demagnetisation is not None
    }
    found: list[Energy] = [Quadratic("anisotropy", _at_nodes(body, axial))] if axial else []
    for region, magnet in magnets.items():
        found += [Cubic(body.volumes[region], cubic) for cubic in magnet.cubic]
    return [*found, Quadratic("demagnetisation", _at_nodes(body, shapes))] if shapes else found


def _at_nodes(body: Body, matrices: Mapping[str, np.ndarray]) -> np.ndarray:
    """Matrices of regions, J/m³, times the volumes of nodes, J, (3, 3, n)."""
    return sum(matrix[:, :, None] * body.volumes[region] for region, matrix in matrices.items())
