"""Heat sources (solver/physics.md §5), bilinear in two fields: the order-by-order expansion needs them so.

Every source is a pair: that of both channels, ``h``, and its ↑ − ↓ difference, ``h_s``.
"""

from operator import mul
from typing import Any, Protocol

from thermospin.fields import State
from thermospin.lift import ScalarAndSpin, channel_products, contract, dot
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.calculus import inner, slopes, value, values
from thermospin.physics.terms.transport import currents


def joule(c: Coefficients, a: State, b: State) -> ScalarAndSpin:
    """Joule heat ``J_σ·J_σ/σ_σ``, W/m³: ``(j, j_s)_a`` and ``L[σ, σP]⁻¹ (j, j_s)_b`` by channel.

    It is symmetric in the two fields. With spins along one axis it is so by itself. Otherwise the ↑ − ↓
    difference is symmetrised, for example ``j_s⊥ (m·j_s)`` of spins across m and along it, and both where
    currents turn about m.

    Args:
        c: The coefficients.
        a: Fields of the first factor.
        b: Fields of the second.

    Returns:
        h and h_s.
    """
    if not a.is_vector:
        return channel_products(currents(c, a), c.electrical.inverse(currents(c, b)), inner)
    j_a, j_b = currents(c, a), currents(c, b)
    resistivity = c.electrical.inverse
    return _mean(
        channel_products(j_a, resistivity(j_b), inner), channel_products(j_b, resistivity(j_a), inner)
    )


def relaxation_heat(c: Coefficients, a: State, b: State) -> ScalarAndSpin:
    """Heat of spin relaxation ``σ s·R s``, ``4 g s²`` if collinear, W/m³; it splits evenly.

    Args:
        c: The coefficients.
        a: Fields of the first factor.
        b: Fields of the second.

    Returns:
        h and h_s = 0.
    """
    return contract(mul, c.relaxation.symmetric.on_spin(value(a.s)), value(b.s)), 0


def thomson(c: Coefficients, a: State, b: State) -> ScalarAndSpin:
    """``S_σ J_σ·∇T_σ``, W/m³, with the currents of ``a`` and the temperatures of ``b``.

    It is the power of the currents against the field that temperatures drive: with the Joule heat it adds up
    to ``−j·∇V − j_s·∇s`` and ``−j_s·∇V − j·∇s``, also across the magnetisation.

    Args:
        c: The coefficients.
        a: Fields that give the currents.
        b: Fields that give the temperatures.

    Returns:
        h and h_s.
    """
    return channel_products(currents(c, a), c.seebeck(slopes(b.temperatures)), inner)


def local_peltier(c: Coefficients, a: State, b: State) -> ScalarAndSpin:
    """Gain of the Peltier heat fluxes at local temperatures, ``S_σ J_σ ϑ_σ``, W/m²; ``ϑ_σ = ϑ ± τ``.

    Where only channels along a magnetisation cross, at its interface, they have ``ϑ ± m·τ``.

    Args:
        c: The coefficients.
        a: Fields that give the currents.
        b: Fields that give the temperatures.
    """
    theta, tau = values(b.temperatures)
    if c.channels is not None:
        tau = c.channels.on_spin(tau)
    return channel_products(c.seebeck(currents(c, a)), (theta, tau), mul)


def absorbed_heat(c: Coefficients, a: State, b: State) -> Any:
    """Heat ``j_s⊥·s_⊥``, W/m², of spins that a magnet absorbs at its interface.

    Args:
        c: The coefficients of the absorption.
        a: Fields that give the current from a side of the interface.
        b: Fields that give the accumulation there.
    """
    return -contract(inner, currents(c, a)[1], slopes(b.potentials)[1])


class Heating(Protocol):
    """A heat source."""

    def source(self, c: Coefficients, a: State, b: State, v: ScalarAndSpin, dx: Any) -> Any:
        """``∫ (h v_ϑ + h_s v_τ + …)/T0 dx``, A·V/K, for two fields (symmetric in them).

        Args:
            c: The coefficients.
            a: Fields of the first factor.
            b: Fields of the second.
            v: Test functions of ϑ and τ.
            dx: The measure.
        """

    def parts(self, c: Coefficients, a: State, b: State) -> tuple[ScalarAndSpin, ScalarAndSpin]:
        """Heat ``(h, h_s)``, W/m³, and gains of the heat fluxes, W/m², of two fields.

        Args:
            c: The coefficients.
            a: Fields of the first factor.
            b: Fields of the second.
        """

    def absorbed(self, c: Coefficients, a: State, b: State, v: ScalarAndSpin) -> Any:
        """Heat source, A·V/(K m²), of spins that a magnet absorbs at its interface across its magnetisation.

        Args:
            c: The coefficients of the absorption.
            a: Fields of the first factor.
            b: Fields of the second.
            v: Test functions of ϑ and τ.
        """


class JouleHeating:
    """``heating: joule``: ``h = ζ Σ_σ J_σ²/σ_σ``, Peltier at T0 (Slachter et al. 2010, Methods).

    Args:
        scale: ζ, a UFL expression.
    """

    def __init__(self, scale: Any) -> None:
        self.scale = scale

    def source(self, c: Coefficients, a: State, b: State, v: ScalarAndSpin, dx: Any) -> Any:
        """``∫ (h v_ϑ + h_s v_τ)/T0 dx``, A·V/K, for two fields (symmetric in them).

        Args:
            c: The coefficients.
            a: Fields of the first factor.
            b: Fields of the second.
            v: Test functions of ϑ and τ.
            dx: The measure.
        """
        return self.scale * dot(joule(c, a, b), values(v), mul) / c.temperature * dx

    def parts(self, c: Coefficients, a: State, b: State) -> tuple[ScalarAndSpin, ScalarAndSpin]:
        """Heat ``(h, h_s)``, W/m³; the heat fluxes gain nothing.

        Args:
            c: The coefficients.
            a: Fields of the first factor.
            b: Fields of the second.
        """
        both, difference = joule(c, a, b)
        return (self.scale * both, self.scale * difference), (0, 0)

    def absorbed(self, c: Coefficients, a: State, b: State, v: ScalarAndSpin) -> Any:
        """Zero: only the two channels along the magnetisation heat.

        Args:
            c: Not used.
            a: Not used.
            b: Not used.
            v: Not used.
        """
        return 0.0


class ConservingHeating:
    """``heating: conserving``: all heat, so that the energy current is divergence-free.

    ``h = Σ_σ (J_σ²/σ_σ + S_σ J_σ·∇T_σ) + 4 g s²``, and ``q`` gains ``Σ_σ S_σ J_σ ϑ_σ``; ``h_s`` and ``q_s``
    have the ↑ − ↓ differences.
    """

    def source(self, c: Coefficients, a: State, b: State, v: ScalarAndSpin, dx: Any) -> Any:
        """``∫ (h v_ϑ + h_s v_τ + Σ S J ϑ · ∇v_ϑ + …)/T0 dx``, A·V/K, for two fields, symmetrised.

        Args:
            c: The coefficients.
            a: Fields of the first factor.
            b: Fields of the second.
            v: Test functions of ϑ and τ.
            dx: The measure.
        """
        heat, gained = self.parts(c, a, b)
        return (dot(heat, values(v), mul) + dot(gained, slopes(v), inner)) / c.temperature * dx

    def parts(self, c: Coefficients, a: State, b: State) -> tuple[ScalarAndSpin, ScalarAndSpin]:
        """Heat ``(h, h_s)``, W/m³, and gains of the heat fluxes, W/m², of two fields.

        Args:
            c: The coefficients.
            a: Fields of the first factor.
            b: Fields of the second.
        """
        sources = joule(c, a, b), relaxation_heat(c, a, b), _mean(thomson(c, a, b), thomson(c, b, a))
        heat = sum(both for both, _ in sources), sum(difference for _, difference in sources)
        return heat, _mean(local_peltier(c, a, b), local_peltier(c, b, a))

    def absorbed(self, c: Coefficients, a: State, b: State, v: ScalarAndSpin) -> Any:
        """Heat source ``s_⊥·j_s⊥ v_ϑ/T0``, A·V/(K m²), of spins that a magnet absorbs.

        Args:
            c: The coefficients of the absorption.
            a: Fields of the first factor.
            b: Fields of the second.
            v: Test functions of ϑ and τ.
        """
        heat = _mean((absorbed_heat(c, a, b), 0), (absorbed_heat(c, b, a), 0))[0]
        return heat * value(v[0]) / c.temperature


def _mean(first: ScalarAndSpin, second: ScalarAndSpin) -> ScalarAndSpin:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2
