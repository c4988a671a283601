"""Spin relaxation (physics.md §3; Valet–Fert, Slachter et al. 2010, below Eq. 4)."""

from typing import Any

from thermospin.coefficients import Coefficients
from thermospin.fields import State


def spin_relaxation(c: Coefficients, u: State, v: State, dx: Any) -> Any:
    """Relaxation of the spin accumulation, as a bilinear form.

    Strong: ``∇·j_s = − (1−P²) σ s / λ²``. Weak: ``∫ (1−P²) (σ/λ²) s v_s dx``.
    """
    return c.relaxation * u.s * v.s * dx
