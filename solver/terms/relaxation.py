"""Relaxation of spin and spin heat (physics.md §3; Valet–Fert, Slachter et al. 2010, below Eq. 4)."""

from typing import Any

from thermospin.coefficients import Coefficients
from thermospin.fields import State


def spin_relaxation(c: Coefficients, u: State, v: State, dx: Any) -> Any:
    """Relaxation of the spin accumulation and of the spin heat accumulation, as a bilinear form.

    Strong: ``∇·j_s = − (1−P²) σ s / λ²``, ``∇·q_s / T0 = − (1−P_k²) (k_e/T0) τ / λ_Q²``.
    Weak: ``∫ (1−P²) (σ/λ²) s v_s + (1−P_k²) (k_e/T0 λ_Q²) τ v_τ dx``.
    """
    return (c.relaxation * u.s * v.s + c.heat_relaxation * u.tau * v.tau) * dx
