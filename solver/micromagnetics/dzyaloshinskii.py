"""The interfacial interaction of Dzyaloshinskii and Moriya (solver/physics.md §12)."""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.micromagnetics.body import Body
from thermospin.micromagnetics.energies import Energy
from thermospin.micromagnetics.wrapped import wrapped


class InterfacialDMI(Energy):
    """``∫ D (m_n ∇·m − m·∇m_n) dV`` with ``m_n = m·n`` (Rohart and Thiaville 2013, Eq. 6).

    Args:
        body: The magnets.
        constants: Region to D, J/m².
        normal: Unit vector n, (3,).
    """

    name = "dmi"

    def __init__(self, body: Body, constants: Mapping[str, float], normal: Sequence[float]) -> None:
        self._slopes, self._comm = body.slopes(constants), body.comm
        self._normal = np.array(normal, dtype=float)

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``n Σ_j S_j m_j − S m_n`` with ``S_i = ∫ D (u ∂_i v − v ∂_i u) dV``, J, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        along = self._normal @ m
        divergence = sum(self._turned(i, component) for i, component in enumerate(m))
        return self._normal[:, None] * divergence - np.array([self._turned(i, along) for i in range(3)])

    def _turned(self, i: int, values: np.ndarray) -> np.ndarray:
        """``S_i v``, J, (n,)."""
        forwards, backwards = np.empty_like(values), np.empty_like(values)
        with wrapped(self._comm, values.copy(), forwards, backwards) as (x, y, z):
            self._slopes[i].mult(x, y)
            self._slopes[i].multTranspose(x, z)
        return forwards - backwards
