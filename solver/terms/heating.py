"""Heat sources (physics.md §5), bilinear in two fields: the order-by-order expansion needs them so."""

from typing import Any

from thermospin.coefficients import Coefficients
from thermospin.fields import State
from thermospin.lift import dot
from thermospin.terms.calculus import inner, slope, value
from thermospin.terms.transport import fluxes


def joule(c: Coefficients, a: State, b: State) -> Any:
    """Joule heat ``Σ_σ J_σ·J_σ/σ_σ``, W/m³, as ``(j, j_s)_a · L[σ, σP]⁻¹ (j, j_s)_b``."""
    j_a, j_b = fluxes(c, a)[:2], fluxes(c, b)[:2]
    return dot(j_a, c.electrical.inverse(j_b), inner)


def relaxation_heat(c: Coefficients, a: State, b: State) -> Any:
    """Heat of spin relaxation ``4 g s²``, ``g = (1−P²) σ/(4λ²)``, W/m³."""
    return c.relaxation * value(a.s) * value(b.s)


def thomson(c: Coefficients, a: State, b: State) -> Any:
    """``Σ_σ S_σ J_σ·∇T_σ``, W/m³, with the currents of ``a`` and the temperature of ``b``."""
    return inner(c.seebeck(fluxes(c, a)[:2])[0], slope(b.theta))


def local_peltier(c: Coefficients, a: State, b: State) -> Any:
    """What the Peltier heat flux gains at the local temperature, ``Σ_σ S_σ J_σ ϑ_σ``, W/m²."""
    return c.seebeck(fluxes(c, a)[:2])[0] * value(b.theta)


class JouleHeating:
    """``heating: joule``: ``h = ζ Σ_σ J_σ²/σ_σ``, Peltier at T0 (Slachter et al. 2010, Methods).

    Args:
        scale: ζ, a UFL expression.
    """

    def __init__(self, scale: Any) -> None:
        self.scale = scale

    def source(self, c: Coefficients, a: State, b: State, v: Any, dx: Any) -> Any:
        """``∫ h/T0 v dx``, A·V/K, for two fields (symmetric in them)."""
        return self.scale * joule(c, a, b) / c.temperature * value(v) * dx


class ConservingHeating:
    """``heating: conserving``: all heat, so that the energy current is divergence-free.

    ``h = Σ_σ (J_σ²/σ_σ + S_σ J_σ·∇T_σ) + 4 g s²``, and ``q`` gains ``Σ_σ S_σ J_σ ϑ_σ``.
    """

    def source(self, c: Coefficients, a: State, b: State, v: Any, dx: Any) -> Any:
        """``∫ h/T0 v + (Σ S J ϑ)/T0 · ∇v dx``, A·V/K, for two fields, symmetrised."""
        heat = joule(c, a, b) + relaxation_heat(c, a, b) + (thomson(c, a, b) + thomson(c, b, a)) / 2
        gained = (local_peltier(c, a, b) + local_peltier(c, b, a)) / 2
        return (heat * value(v) + inner(gained, slope(v))) / c.temperature * dx
