"""Charge, spin and heat transport (physics.md §§3, 4; Slachter et al. 2010, Eq. 4)."""

from typing import Any, NamedTuple

from thermospin.coefficients import Coefficients
from thermospin.fields import State
from thermospin.terms.calculus import inner, slope


class Fluxes(NamedTuple):
    """Current densities: ``j`` and ``j_s = j↑ − j↓`` in A/m², and ``q / T0`` in W/(m² K)."""

    j: Any
    j_s: Any
    q: Any


def fluxes(c: Coefficients, u: State) -> Fluxes:
    """The linear part of the current densities.

        (j, j_s) = − L[σ, σP] ∇(V, s) − L[σS, σb] ∇(ϑ, 0)
        q / T0   = − (L[σS, σb] ∇(V, s))_scalar − (k/T0) ∇ϑ

    Across an interface, ``G``, ``S_i``, ``K`` stand for ``σ``, ``S``, ``k``, minus the jump for the gradient.

    Args:
        c: The coefficients; only a part of them gives that part of the fluxes.
        u: The fields or their trial functions.
    """
    potentials = slope(u.V), slope(u.s)
    j, j_s = (-total for total in c.electrical(potentials))
    seebeck_j, seebeck_j_s = c.thermoelectric((slope(u.theta), 0 * slope(u.theta)))
    peltier, _ = c.thermoelectric(potentials)
    return Fluxes(j - seebeck_j, j_s - seebeck_j_s, -peltier - c.heat * slope(u.theta))


def heat_flux(c: Coefficients, u: State) -> Any:
    """Heat flux at the base temperature where there is no conductor, ``q / T0 = −(k/T0) ∇ϑ``."""
    return -c.heat * slope(u.theta)


def transport(c: Coefficients, u: State, v: State, dx: Any) -> Any:
    """Conservation of charge, spin and heat in conductors and across interfaces, as a bilinear form.

    Strong: ``∇·j = 0``, ``∇·j_s = …``, ``∇·q / T0 = …``; the right-hand sides are other terms.
    Weak: ``− ∫ j·∇v_V + j_s·∇v_s + (q/T0)·∇v_ϑ dx``. It is symmetric (Onsager).
    """
    f = fluxes(c, u)
    return -sum(inner(flux, slope(test)) for flux, test in zip(f, v, strict=True)) * dx


def conduction(c: Coefficients, u: State, v: State, dx: Any) -> Any:
    """Heat conduction in insulators, as a bilinear form: ``∫ (k/T0) ∇ϑ·∇v_ϑ dx``."""
    return -inner(heat_flux(c, u), slope(v.theta)) * dx
