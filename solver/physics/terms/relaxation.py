"""Relaxation and precession of spin and spin heat (solver/physics.md §3; Slachter et al. 2010, Eq. 4)."""

from operator import mul
from typing import Any

from thermospin.fields import State
from thermospin.lift import contract
from thermospin.physics.coefficients import Coefficients


def spin_relaxation(c: Coefficients, u: State, v: State, dx: Any) -> Any:
    """Relaxation of the spin accumulation and of the spin heat accumulation, as a bilinear form.

    Strong: ``∇·j_s = − σ R s``, ``∇·q_s / T0 = − (k_e/T0) R_Q τ``. R is ``(1−P²)/λ²`` along a magnetisation;
    across it, ``1/λ_φ²`` and a precession ``− m × s/λ_J²``, which has the sign of λ_J.
    Weak: ``∫ σ R s · v_s + (k_e/T0) R_Q τ · v_τ dx``.

    Args:
        c: The coefficients.
        u: Trial functions.
        v: Test functions.
        dx: The measure.
    """
    spin = contract(mul, c.relaxation.on_spin(u.s), v.s)
    return (spin + contract(mul, c.heat_relaxation.on_spin(u.tau), v.tau)) * dx


def larmor_precession(c: Coefficients, u: State, v: State, dx: Any) -> Any:
    """Precession of spins in the magnetic field (Hanle), as a bilinear form; it is antisymmetric.

    Strong: ``∇·j_s = … + σ (τ_sf/λ²) ω_L × s``, ``ω_L = g μ_B B/ħ``, and likewise ``∇·q_s / T0`` with τ.
    Weak: ``− ∫ σ (τ_sf/λ²) (ω_L × s) · v_s + … dx``.

    Args:
        c: The coefficients.
        u: Trial functions.
        v: Test functions.
        dx: The measure.
    """
    return -(c.larmor.cross(u.s).dot(v.s) + c.heat_larmor.cross(u.tau).dot(v.tau)) * dx
