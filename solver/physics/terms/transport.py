"""Charge, spin and heat transport (solver/physics.md §§3, 4; Slachter et al. 2010, Eq. 4).

Across an interface, G, S_i, K stand for σ, S, k, and minus the jump for the gradient.
"""

from typing import Any

from thermospin.fields import State
from thermospin.lift import ScalarAndSpin
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.balance import Balance
from thermospin.physics.terms.calculus import apply, components, slope, slopes


def currents(c: Coefficients, u: State) -> ScalarAndSpin:
    """Current densities ``j`` and ``j_s = j↑ − j↓``, A/m².

    ``(j, j_s) = − L[σ, σP] A ∇(V, s) − L[σS, σb] A N ∇(ϑ, τ)``, with the tensors A and N of §11, or 1.

    Args:
        c: The coefficients.
        u: The fields or their trial functions.
    """
    ohm = apply(c.electrical, slopes(u.potentials))
    seebeck = apply(c.thermoelectric, slopes(u.temperatures))
    return -ohm[0] - seebeck[0], -ohm[1] - seebeck[1]


def heat_fluxes(c: Coefficients, u: State) -> ScalarAndSpin:
    """Linear part of the heat fluxes ``q`` and ``q_s = q↑ − q↓``, over T0, W/(m² K).

    ``(q, q_s) / T0 = − L[σS, σb] A N ∇(V, s) − L[k_e, k_e P_k]/T0 A ∇(ϑ, τ) − (k_ph/T0 ∇ϑ, 0)``, with k for
    k_ph and 0 for k_e where there is neither τ nor A.

    Args:
        c: The coefficients.
        u: The fields or their trial functions.
    """
    peltier = apply(c.thermoelectric, slopes(u.potentials))
    electrons = apply(c.electronic_heat, slopes(u.temperatures))
    return -peltier[0] - electrons[0] + heat_flux(c, u), -peltier[1] - electrons[1]


def fluxes(c: Coefficients, u: State) -> tuple[Any, ...]:
    """The linear part of the flux of every field: ``j``, ``j_s``, ``q / T0`` and, with τ, ``q_s / T0``.

    Args:
        c: The coefficients; only a part of them gives that part of the fluxes.
        u: The fields or their trial functions.
    """
    return (*components(currents(c, u)), *components(heat_fluxes(c, u)))[: len(u)]


def heat_flux(c: Coefficients, u: State) -> Any:
    """Heat flux that both channels share, ``−(k_ph/T0) ∇ϑ``, W/(m² K); the whole heat flux in an insulator.

    Args:
        c: The coefficients.
        u: The fields or their trial functions.
    """
    return -c.heat * slope(u.theta)


def transport(c: Coefficients, u: State) -> Balance:
    """Conservation of charge, spin, heat and spin heat in conductors and across interfaces.

    Strong: ``∇·j = 0``, ``∇·j_s = …``, ``∇·q / T0 = …``, ``∇·q_s / T0 = …``; the right-hand sides are other
    terms. Weak: ``− ∫ j·∇v_V + j_s·∇v_s + (q/T0)·∇v_ϑ + (q_s/T0)·∇v_τ dx``. It is symmetric (Onsager),
    but for the Hall and Nernst parts of A and N, which change sign with the magnetisation.

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    return Balance(fluxes(c, u))


def conduction(c: Coefficients, u: State) -> Balance:
    """Heat conduction in insulators.

    Strong: ``∇·q / T0 = 0``. Weak: ``∫ (k/T0) ∇ϑ·∇v_ϑ dx``.

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    flux = heat_flux(c, u)
    return Balance([flux if part is u.theta else 0 for part in u])
