"""Relaxation and precession of spin and spin heat (solver/physics.md §3; Slachter et al. 2010, Eq. 4)."""

from typing import Any

from thermospin.fields import State
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.balance import Balance
from thermospin.physics.terms.calculus import components, value


def spin_relaxation(c: Coefficients, u: State) -> Balance:
    """Relaxation of the spin accumulation and of the spin heat accumulation.

    Strong: ``∇·j_s = − σ R s``, ``∇·q_s / T0 = − (k_e/T0) R_Q τ``. R is ``(1−P²)/λ²`` along a magnetisation;
    across it, ``1/λ_φ²`` and a precession ``− m × s/λ_J²``, which has the sign of λ_J.
    Weak: ``∫ σ R s · v_s + (k_e/T0) R_Q τ · v_τ dx``.

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    return _of_spins(u, c.relaxation.on_spin(value(u.s)), c.heat_relaxation.on_spin(value(u.tau)))


def is_relaxing(c: Coefficients) -> bool:
    """Whether there is relaxation in a part of the coefficients.

    Args:
        c: The coefficients, or a part of them.
    """
    return not (c.relaxation.is_zero and c.heat_relaxation.is_zero)


def larmor_precession(c: Coefficients, u: State) -> Balance:
    """Precession of spins in the magnetic field (Hanle); its bilinear form is antisymmetric.

    Strong: ``∇·j_s = … + σ (τ_sf/λ²) ω_L × s``, ``ω_L = g μ_B B/ħ``, and likewise ``∇·q_s / T0`` with τ.
    Weak: ``− ∫ σ (τ_sf/λ²) (ω_L × s) · v_s + … dx``.

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    return _of_spins(u, -c.larmor.cross(value(u.s)), -c.heat_larmor.cross(value(u.tau)))


def is_precessing(c: Coefficients) -> bool:
    """Whether there is a magnetic field in a part of the coefficients.

    Args:
        c: The coefficients, or a part of them.
    """
    return c.larmor is not None


def _of_spins(u: State, spin: Any, spin_heat: Any) -> Balance:
    """Losses of spin and of spin heat; the latter count where τ is a field."""
    return Balance(losses=(*components((0, spin)), *components((0, spin_heat)))[: len(u)])
