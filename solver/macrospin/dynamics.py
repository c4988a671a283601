"""Macrospin dynamics: Landau–Lifshitz–Gilbert for a uniform free layer under a spin-transfer torque."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from thermospin.constants import MAGNETON_RATE
from thermospin.errors import ConvergenceError

BALANCE = 1e-6
"""Torque that counts as none, relative to the torque on a tilted magnetisation."""

Torque = Callable[[np.ndarray], np.ndarray]
"""Unit vector m, (3,), to the torque per area on the layer, J/m², (3,); only its part normal to m counts."""


@dataclass(frozen=True)
class Macrospin:
    """A thin layer with uniform magnetisation.

    Attributes:
        saturation_magnetisation: M_s, A/m.
        thickness: d, m.
        damping: Gilbert's α.
        magnetic_field: Applied field B, T, (3,).
        easy_axis: Unit vector e of the uniaxial anisotropy, (3,).
        anisotropy_field: B_k, T: the field ``B_k (m·e) e``.
        hard_axis: Unit vector h, normal of the easy plane, (3,).
        plane_field: B_d, T: the field ``−B_d (m·h) h``; μ0 M_s in a thin film.
        g_factor: g; γ = g μ_B/ħ.
    """

    saturation_magnetisation: float
    thickness: float
    damping: float
    magnetic_field: np.ndarray
    easy_axis: np.ndarray
    anisotropy_field: float
    hard_axis: np.ndarray
    plane_field: float
    g_factor: float = 2.0

    @property
    def gyromagnetic_ratio(self) -> float:
        """γ = g μ_B/ħ, rad/(s T)."""
        return self.g_factor * MAGNETON_RATE

    def effective_field(self, m: np.ndarray) -> np.ndarray:
        """``B + B_k (m·e) e − B_d (m·h) h``, T, (3,).

        Args:
            m: Unit vector, (3,).
        """
        axial = self.anisotropy_field * (m @ self.easy_axis) * self.easy_axis
        return self.magnetic_field + axial - self.plane_field * (m @ self.hard_axis) * self.hard_axis

    def torque_field(self, torque: np.ndarray) -> np.ndarray:
        """The field ``T/(M_s d)``, T, that turns m as fast as a torque does.

        Args:
            torque: Torque per area, J/m², (3,).
        """
        return torque / (self.saturation_magnetisation * self.thickness)

    def velocity(self, m: np.ndarray, torque: np.ndarray) -> np.ndarray:
        """``dm/dt``, 1/s, (3,), under a torque.

        Gilbert's form ``ṁ = −γ m×B + α m×ṁ + γ T/(M_s d)``, solved for ṁ.

        Args:
            m: Unit vector, (3,).
            torque: Torque per area, J/m², (3,).
        """
        pushed = self.torque_field(torque)
        driven = pushed - (m @ pushed) * m - _cross(m, self.effective_field(m))
        turned = driven + self.damping * _cross(m, driven)
        return self.gyromagnetic_ratio / (1 + self.damping**2) * turned

    def stiffnesses(self, m: np.ndarray) -> np.ndarray:
        """Curvatures of the energy over M_s about a direction m along B_eff, T, ascending, (2,).

        They are the eigenvalues of ``m·B_eff − ∂B_eff/∂m`` in the tangent plane; m is stable where both are
        positive.

        Args:
            m: Unit vector along B_eff, (3,).
        """
        plane = tangents(m)
        matrix = (m @ self.effective_field(m)) * np.eye(2)
        for axis, field in ((self.easy_axis, self.anisotropy_field), (self.hard_axis, -self.plane_field)):
            matrix -= field * np.outer(plane @ axis, plane @ axis)
        return np.linalg.eigvalsh(matrix)

    def damping_rate(self, m: np.ndarray) -> float:
        """Decay rate of small precession about a direction m along B_eff, 1/s, to every order in α.

        Half the sum of the two transverse stiffnesses times ``αγ/(1+α²)``.

        Args:
            m: Unit vector along B_eff, (3,).
        """
        mean = self.stiffnesses(m).mean()
        return self.damping * self.gyromagnetic_ratio / (1 + self.damping**2) * mean

    def growth_rate(self, m: np.ndarray, torque: Torque) -> float:
        """Contribution of a torque that vanishes at m to the growth rate of small deviations, 1/s.

        It is half the trace over the tangent plane of ``γ/(1+α²) (1 + α m×) ∂T/∂m/(M_s d)``.

        Args:
            m: Unit vector, (3,).
            torque: Torque per area, J/m², as a function of m.
        """
        return np.trace(self._driven(m, torque)) / 2

    def _driven(self, m: np.ndarray, torque: Torque) -> np.ndarray:
        plane = tangents(m)
        step = 1e-4
        columns = []
        for tangent in plane:
            ahead, behind = (np.cos(step) * m + sign * np.sin(step) * tangent for sign in (1, -1))
            columns.append((torque(ahead) - torque(behind)) / (2 * np.sin(step)))
        slope = self.torque_field(np.array(columns).T)
        turned = slope + self.damping * np.cross(m, slope, axisb=0, axisc=0)
        return self.gyromagnetic_ratio / (1 + self.damping**2) * plane @ turned


def tangents(m: np.ndarray) -> np.ndarray:
    """Two unit vectors that make an orthogonal triad with m, (2, 3).

    Args:
        m: Unit vector, (3,).
    """
    away = np.eye(3)[np.argmin(abs(m))]
    first = np.cross(away, m)
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(m, first)])


def polar_directions(reference: np.ndarray, points: int) -> np.ndarray:
    """Directions at Chebyshev points of the angle to a reference, between 0 and 180°, (points, 3).

    Args:
        reference: Unit vector, (3,).
        points: Number of directions.
    """
    angle = np.pi / 2 * (1 - np.cos(np.pi * (np.arange(points) + 0.5) / points))
    return np.outer(np.cos(angle), reference) + np.outer(np.sin(angle), tangents(reference)[0])


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a × b`` of two vectors, without the overhead of numpy's."""
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]],
    )


def critical_drive(layer: Macrospin, torque: Torque, m: np.ndarray) -> float | None:
    """Factor by which the torque must be multiplied for small precession about m to grow.

    This is Slonczewski's threshold: the torque feeds the precession as fast as damping takes from it. With
    ``T = a m×(p×m)``, ``m = −p`` along the easy axis and its normal hard, it is
    ``a = α M_s d (B_k + B + B_d/2)``.

    Args:
        layer: The free layer.
        torque: Linear in its sources, zero at m.
        m: A stable direction without torque, (3,).

    Returns:
        The factor, negative where the sources must be reversed; None where m is not stable by itself, or the
        torque neither vanishes there nor drives.
    """
    feeding, damping = layer.growth_rate(m, torque), layer.damping_rate(m)
    tilting = np.linalg.norm(layer.torque_field(torque(m))) * layer.gyromagnetic_ratio
    field = layer.effective_field(m)
    at_rest = np.linalg.norm(_cross(m, field)) <= BALANCE * np.linalg.norm(field)
    stable = damping > 0 and layer.stiffnesses(m)[0] > 0
    if not at_rest or not stable or feeding == 0 or tilting > BALANCE * abs(feeding):
        return None
    return float(damping / feeding)


@dataclass(frozen=True)
class AngularTorque:
    """The torque of fixed magnets along ± one direction p, tabulated over the angle of m to p.

    Such a torque is ``T = a(θ) m×(p×m) + b(θ) m×p``. The table may come from a network or from a device.

    Attributes:
        reference: p, (3,).
        in_plane: a(θ), J/m².
        out_of_plane: b(θ), J/m².
    """

    reference: np.ndarray
    in_plane: Callable[[float], float]
    out_of_plane: Callable[[float], float]

    @classmethod
    def of_table(cls, reference: np.ndarray, m: np.ndarray, torque: np.ndarray) -> "AngularTorque":
        """Spline in θ through torques at given directions, none of which is along p.

        Args:
            reference: p, (3,).
            m: Unit vectors, (n, 3), in order of increasing angle to p.
            torque: Per area, J/m², (n, 3).
        """
        cosine = m @ reference
        square = 1 - cosine**2
        angle = np.arccos(cosine)
        a = (torque @ reference) / square
        b = np.einsum("ni,ni->n", torque, np.cross(m, reference)) / square
        return cls(reference, CubicSpline(angle, a), CubicSpline(angle, b))

    @classmethod
    def of(cls, torque: Torque, reference: np.ndarray, points: int = 181) -> "AngularTorque":
        """Table of a torque that depends on the angle to p only, at Chebyshev points between 0 and 180°.

        Args:
            torque: Torque per area, J/m², as a function of m.
            reference: p, (3,).
            points: Number of angles.
        """
        m = polar_directions(reference, points)
        return cls.of_table(reference, m, np.array([torque(direction) for direction in m]))

    def __call__(self, m: np.ndarray) -> np.ndarray:
        """The torque per area at m, J/m²."""
        cosine = m @ self.reference
        angle = np.arccos(min(max(cosine, -1.0), 1.0))
        a, b = float(self.in_plane(angle)), float(self.out_of_plane(angle))
        return a * (self.reference - cosine * m) + b * _cross(m, self.reference)


@dataclass(frozen=True)
class Trajectory:
    """Magnetisation as a function of time.

    Attributes:
        time: s, (n,).
        m: Unit vectors, (n, 3).
        crossings: When m passed the plane normal to the easy axis, s.
        stretch: Largest | |m| − 1 | that the integrator made; m is normalised here.
    """

    time: np.ndarray
    m: np.ndarray
    crossings: np.ndarray
    stretch: float


def integrate(
    layer: Macrospin,
    torque: Torque,
    initial: np.ndarray,
    duration: float,
    points: int = 1001,
    tolerance: float = 1e-8,
) -> Trajectory:
    """Integrate the dynamics with scipy's adaptive Runge–Kutta method of order 8.

    Args:
        layer: The free layer.
        torque: Per area, as a function of m.
        initial: Direction at t = 0, (3,).
        duration: s.
        points: Of the trajectory that is returned; the steps are the integrator's own.
        tolerance: Relative and absolute, of each component.

    Raises:
        ConvergenceError: The integrator gave up.
    """

    def passing(_, m: np.ndarray) -> float:
        return m @ layer.easy_axis

    def moving(_, m: np.ndarray) -> np.ndarray:
        unit = m / math.sqrt(m @ m)
        return layer.velocity(unit, torque(unit))

    found = solve_ivp(
        moving,
        (0.0, duration),
        initial / np.linalg.norm(initial),
        method="DOP853",
        t_eval=np.linspace(0.0, duration, points),
        events=passing,
        rtol=tolerance,
        atol=tolerance,
    )
    if not found.success:
        raise ConvergenceError(f"macrospin dynamics: {found.message}")
    length = np.linalg.norm(found.y, axis=0)
    return Trajectory(found.t, (found.y / length).T, found.t_events[0], float(abs(length - 1).max()))


def switching_time(layer: Macrospin, path: Trajectory) -> float | None:
    """Time at which m passed the plane normal to the easy axis for good, s.

    None if m does not end within 60° of the opposite direction of the easy axis.

    Args:
        layer: The free layer.
        path: Its trajectory.
    """
    start, end = path.m[0] @ layer.easy_axis, path.m[-1] @ layer.easy_axis
    return float(path.crossings[-1]) if end * np.sign(start) < -0.5 else None
