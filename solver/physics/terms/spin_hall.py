"""Spin Hall and spin Nernst effects of metals with vector spin (solver/physics.md §11)."""

from typing import Any

from thermospin.fields import State
from thermospin.lift import ScalarAndSpin, SpinVector
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.balance import Balance
from thermospin.physics.terms.calculus import across_axes, components, slopes


def spin_hall(c: Coefficients, u: State) -> Balance:
    """Charge and heat that turn into spins across them, and spins that turn into both.

    With ``K (a, b) = (Σ_a ê_a × b^a, ê_a × a)``, which is antisymmetric:
    Strong: ``∇·(… − σθ K ∇(V, s) − σSθ_N K ∇(ϑ, τ)) = …`` and ``∇·(… − σSθ_N K ∇(V, s)) = …`` of q/T0.
    Weak: ``∫ (σθ K ∇(V, s) + σSθ_N K ∇(ϑ, τ))·∇(v_V, v_s) + σSθ_N K ∇(V, s)·∇(v_ϑ, v_τ) dx``; insulating
    boundaries are those of the whole flux.

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    fluxes = (*components(spin_hall_currents(c, u)), *components(spin_nernst_heat(c, u)))
    return Balance(fluxes[: len(u)])


def has_spin_hall(c: Coefficients) -> bool:
    """Whether there is a spin Hall or a spin Nernst effect in a part of the coefficients.

    Args:
        c: The coefficients, or a part of them.
    """
    return c.spin_hall is not None


def spin_hall_currents(c: Coefficients, u: State) -> ScalarAndSpin:
    """Current densities ``j`` and ``j_s`` of the two effects, A/m².

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    charge, spin = _turned(c.spin_hall, slopes(u.potentials))
    thermal_charge, thermal_spin = _turned(c.spin_nernst, slopes(u.temperatures))
    return charge + thermal_charge, spin + thermal_spin


def spin_nernst_heat(c: Coefficients, u: State) -> ScalarAndSpin:
    """Heat fluxes ``q`` and ``q_s`` over T0 of the spin Nernst effect's partner, W/(m² K).

    Args:
        c: The coefficients.
        u: The fields or trial functions.
    """
    return _turned(c.spin_nernst, slopes(u.potentials))


def _turned(coefficient: Any, pair: ScalarAndSpin) -> ScalarAndSpin:
    """``−c K`` of slopes."""
    scalar, spin = across_axes(pair)
    return -coefficient * scalar, SpinVector(*(-coefficient * part for part in spin))
