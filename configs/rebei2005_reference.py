"""Spin accumulation along bars and rings of Rebei et al., by scipy: what configs/rebei2005.py compares with.

Solves the equations of A. Rebei, W. N. G. Hitchon, G. J. Parker, Physical Review B 72, 064408 (2005), in one
dimension: Eqs. 72, 73 and 75, ``∇·(D A⁻¹ ∇n) = (n − n_eq)/τ_sf + H × n`` with ``A = 1 + τ_p [H]×``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_bvp
from scipy.interpolate import Akima1DInterpolator

DIFFUSION_LENGTH = 100.0
"""l, nm."""
STRENGTH = 100.0
"""a = τ_p |H| far from a transition."""
TIME_RATIO = 1.0
"""τ_sf/τ_p."""
SHARPEST = 0.6
"""nm."""
TOLERANCE, MAX_NODES = 1e-6, 200_000


@dataclass(frozen=True)
class Case:
    """One transition, or the ring of four of them.

    Attributes:
        label: What tells it from the others of a figure.
        directions: Angles from z of H in the yz plane, left and right, degrees.
        side: Length on either side of a bar's transition, or of a side of the ring, nm.
        width: Of the transition, nm.
        ring: Whether it is the ring.
        profile: ``vanishing`` or ``turning``.
        sign: 1 for Eqs. 72 and 73, −1 for Eq. 92.
    """

    label: str
    directions: tuple[float, float]
    side: float
    width: float = SHARPEST
    ring: bool = False
    profile: str = "vanishing"
    sign: int = 1

    @property
    def reach(self) -> float:
        """Distance by which the solved piece extends from the transition, nm."""
        return self.side / 2 if self.ring else self.side

    def equilibrium(self, x: np.ndarray) -> np.ndarray:
        """``n_eq = H/|H|_max`` at distances from the (first) transition in nm, (k, 3)."""
        corner = np.round(x / self.side) if self.ring else np.zeros_like(x)
        first, second = np.radians(self.directions)
        x = x - corner * self.side
        if self.profile == "turning":
            angle = first + (second - first) * np.clip(x / self.width + 0.5, 0, 1)
            size = np.ones_like(x)
        else:
            angle = np.where(x < 0, first, second)
            size = np.tanh(abs(x) / self.width)
        angle = angle + corner * (second - first)
        return size[:, None] * np.stack([0 * x, np.sin(angle), np.cos(angle)], axis=1)


@dataclass(frozen=True)
class Curve:
    """Spin accumulation along a case.

    Attributes:
        x: Distance from the (first) transition, nm.
        n: Components over the equilibrium, (k, 3).
    """

    x: np.ndarray
    n: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The components between its points, (k, 3), by piecewise cubics."""
        kept = np.concatenate([[True], np.diff(self.x) > 1e-9])
        return Akima1DInterpolator(self.x[kept], self.n[kept])(x)


def cross(vectors: np.ndarray) -> np.ndarray:
    """The matrices ``[v]×`` of vectors (k, 3)."""
    return np.cross(vectors[:, None, :], np.eye(3)).transpose(0, 2, 1)


def matrices(case: Case, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``y' = M y + b`` of ``y = (n, l A⁻¹ n')``.

    Args:
        case: Which.
        x: Distances from the transition, nm, (k,).

    Returns:
        M (k, 6, 6) and b (k, 6), per nm.
    """
    equilibrium = case.equilibrium(x)
    turn = STRENGTH * cross(equilibrium)
    m, b = np.zeros((len(x), 6, 6)), np.zeros((len(x), 6))
    m[:, :3, 3:] = np.eye(3) + case.sign * turn
    m[:, 3:, :3] = np.eye(3) + TIME_RATIO * turn
    b[:, 3:] = -equilibrium
    return m / DIFFUSION_LENGTH, b / DIFFUSION_LENGTH


def corner_turn() -> np.ndarray:
    """The rotation of spins from one side of the ring to the next: z to y, y to −z."""
    return np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def boundary_value_solution(case: Case) -> Curve:
    """The curve by scipy's adaptive collocation.

    Raises:
        RuntimeError: It did not reach its tolerance.
    """
    x = _first_nodes(case)
    ends = case.equilibrium(x[[0, -1]])
    twist = np.kron(np.eye(2), corner_turn())

    def slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        m, b = matrices(case, x)
        return (np.einsum("kab,bk->ka", m, y) + b).T

    def conditions(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        if case.ring:
            return right - twist @ left
        return np.concatenate([left[:3] - ends[0], right[:3] - ends[1]])

    start = np.vstack([case.equilibrium(x).T, np.zeros((3, len(x)))])
    found = solve_bvp(
        slopes,
        conditions,
        x,
        start,
        fun_jac=lambda x, y: matrices(case, x)[0].transpose(1, 2, 0),
        tol=TOLERANCE,
        max_nodes=MAX_NODES,
    )
    if not found.success:
        raise RuntimeError(f"{case}: {found.message}")
    n = found.y[:3].T
    return _around(found.x, n, case.side) if case.ring else Curve(found.x, n)


def _first_nodes(case: Case) -> np.ndarray:
    """Ten nodes for every turn of the spins and for the width, with one where the field has a kink."""
    fine = np.linspace(0, min(4 * case.width, case.reach), 41)
    coarse = np.linspace(0, case.reach, int(case.reach / 0.6) + 2)
    kinks = [case.width / 2] if case.profile == "turning" else []
    half = np.unique(np.concatenate([fine, coarse, kinks]))
    half = half[np.concatenate([[True], np.diff(half) > 1e-6])]
    return np.concatenate([-half[:0:-1], half])


def _around(x: np.ndarray, n: np.ndarray, side: float) -> Curve:
    """All four corners of the ring from one of them."""
    turns = [np.linalg.matrix_power(corner_turn(), k) for k in range(4)]
    return Curve(
        np.concatenate([x + k * side for k in range(4)]),
        np.concatenate([n @ turn.T for turn in turns]),
    )
