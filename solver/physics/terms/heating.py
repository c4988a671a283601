"""Heat sources (solver/physics.md §5), bilinear in two fields: the order-by-order expansion needs them so.

Every source is a pair: that of both channels, ``h``, and its ↑ − ↓ difference, ``h_s``.
"""

from operator import mul
from typing import Any, Protocol

from thermospin.fields import State
from thermospin.lift import ScalarAndSpin, channel_products, contract, dot
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.calculus import apply, inner, slopes, value, values
from thermospin.physics.terms.spin_hall import has_spin_hall, spin_hall_currents, spin_nernst_heat
from thermospin.physics.terms.transport import currents


def joule(c: Coefficients, a: State, b: State) -> ScalarAndSpin:
    """Joule heat ``J_σ·J_σ/σ_σ``, W/m³: ``(j, j_s)_a`` and ``L[σ, σP]⁻¹ (j, j_s)_b`` by channel.

    Where the spin Hall effect turns currents, the second are those that do not turn: ``∇(V, s) + S ∇(ϑ, τ)``
    times the whole currents is their power, with opposite sign.

    It is symmetric in the two fields. With spins along one axis it is so by itself. Otherwise the ↑ − ↓
    difference is symmetrised, for example ``j_s⊥ (m·j_s)`` of spins across m and along it, and both where
    currents turn about m, in spin space or in space.

    Args:
        c: The coefficients.
        a: Fields of the first factor.
        b: Fields of the second.

    Returns:
        h and h_s.
    """
    resistivity = c.electrical.inverse
    if not a.is_vector:
        return channel_products(currents(c, a), apply(resistivity.symmetric, currents(c, b)), inner)
    fields = (apply(resistivity, currents(c, u)) for u in (b, a))
    first, second = (
        channel_products(all_currents(c, u), field, inner) for u, field in zip((a, b), fields, strict=True)
    )
    return _mean(first, second)


def all_currents(c: Coefficients, u: State) -> ScalarAndSpin:
    """Current densities ``j`` and ``j_s`` with those of the spin Hall effect, A/m².

    Args:
        c: The coefficients.
        u: The fields.
    """
    charge, spin = currents(c, u)
    if not has_spin_hall(c):
        return charge, spin
    turned_charge, turned_spin = spin_hall_currents(c, u)
    return charge + turned_charge, spin + turned_spin


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
    return channel_products(all_currents(c, a), apply(c.seebeck, slopes(b.temperatures)), inner)


def local_peltier(c: Coefficients, a: State, b: State) -> ScalarAndSpin:
    """Gain of the Peltier heat fluxes at local temperatures, ``S_σ J_σ ϑ_σ``, W/m²; ``ϑ_σ = ϑ ± τ``.

    Where only channels along a magnetisation cross, at its interface, they have ``ϑ ± m·τ``. Of currents that
    the spin Hall effect turns, the heat is that of the spin Nernst effect.

    Args:
        c: The coefficients.
        a: Fields that give the currents.
        b: Fields that give the temperatures.
    """
    theta, tau = values(b.temperatures)
    if c.channels is not None:
        tau = c.channels.on_spin(tau)
    flux = apply(c.seebeck, currents(c, a))
    if has_spin_hall(c):
        turned = spin_nernst_heat(c, a)
        flux = flux[0] + turned[0], flux[1] + turned[1]
    return channel_products(flux, (theta, tau), mul)


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
