"""Numbers of a magnet: energy densities and damping (solver/physics.md §12)."""

from dataclasses import dataclass

import numpy as np

from thermospin.constants import MAGNETON_RATE


@dataclass(frozen=True)
class UniaxialAnisotropy:
    """Energy density ``−K (m·u)²``.

    Attributes:
        constant: K, J/m³; negative for an easy plane.
        axis: Unit vector u, (3,).
    """

    constant: float
    axis: np.ndarray


@dataclass(frozen=True)
class CubicAnisotropy:
    """Energy density ``K (a1² a2² + a2² a3² + a3² a1²)`` with ``a_i = m·u_i``.

    Attributes:
        constant: K, J/m³.
        axes: Orthogonal unit vectors u_i, the rows of a matrix, (3, 3).
    """

    constant: float
    axes: np.ndarray


@dataclass(frozen=True)
class Ferromagnet:
    """Magnetic numbers of a region.

    Attributes:
        saturation_magnetisation: M_s, A/m.
        exchange_stiffness: A, J/m.
        damping: Gilbert's α.
        uniaxial: Uniaxial anisotropies.
        cubic: Cubic anisotropies.
        demagnetisation: Demagnetising tensor N, (3, 3), of trace 1; zero without a stray field.
        dmi: Constant D of the interfacial interaction of Dzyaloshinskii and Moriya, J/m².
        dmi_normal: Normal n of its film, a unit vector, (3,).
        is_charged: Whether its magnetic charges make a stray field, in itself and in other such magnets.
    """

    saturation_magnetisation: float
    exchange_stiffness: float
    damping: float = 0.01
    uniaxial: tuple[UniaxialAnisotropy, ...] = ()
    cubic: tuple[CubicAnisotropy, ...] = ()
    demagnetisation: np.ndarray | None = None
    is_charged: bool = False
    dmi: float = 0.0
    dmi_normal: tuple[float, float, float] = (0.0, 0.0, 1.0)


def gyromagnetic_ratio(g_factor: float = 2.0) -> float:
    """``γ = g μ_B/ħ``, rad/(s T).

    Args:
        g_factor: g.
    """
    return g_factor * MAGNETON_RATE
