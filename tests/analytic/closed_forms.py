"""Solutions in one dimension (solver/physics.md §8), in SI units: current densities in A/m², potentials in V.

``r`` is the spin resistance times area of a metal, ``λ/σ/(1−P²)`` in Ω m².
"""

from dataclasses import dataclass
from math import cosh, exp, prod, sinh, sqrt, tanh

import numpy as np

from thermospin.materials.channel_values import ChannelValues
from thermospin.materials.interface import InterfaceMaterial


def spin_resistance(metal: ChannelValues) -> float:
    """``λ/σ/(1−P²)``, Ω m²."""
    return metal.spin_diffusion_length / metal.conductivity / (1 - metal.polarisation**2)


def thermal_spin_injection(magnet: ChannelValues, normal: ChannelValues, gradient: float) -> float:
    """Item 1: ``μ_s/e = 2 s`` at F|N, V, for a temperature gradient in F, from F to N."""
    r_f, r_n = spin_resistance(magnet), spin_resistance(normal)
    return -magnet.spin_diffusion_length * magnet.spin_seebeck * gradient * r_n / (r_n + r_f)


def electrical_spin_injection(magnet: ChannelValues, normal: ChannelValues) -> float:
    """Item 2: ``2 s/J`` at F|N, Ω m²; the interface adds half of P times that to the resistance."""
    r_f, r_n = spin_resistance(magnet), spin_resistance(normal)
    return 2 * magnet.polarisation * r_f * r_n / (r_n + r_f)


def magnetoresistance(magnet: ChannelValues, normal: ChannelValues, distance: float) -> float:
    """Item 3 with transparent interfaces: ``AR_AP − AR_P`` of F|N|F, Ω m²."""
    r_f, r_n, d = spin_resistance(magnet), spin_resistance(normal), distance / normal.spin_diffusion_length
    return valve_difference(magnet.polarisation, r_f, r_n, d)


def valve_difference(
    polarisation: float, r_f: float, r_n: float, d: float, contact: tuple[float, float] = (0.0, 0.0)
) -> float:
    """Item 3 in numbers: AP − P, in the unit of ``r``; ``d`` is the distance over the decay length in N.

    Args:
        polarisation: Of the magnets.
        r_f: Of the magnets.
        r_n: Of the metal between them.
        d: See above.
        contact: γ and ``r_b`` of both contacts.
    """
    gamma, r_b = contact
    x = r_f + r_b
    numerator = 2 * (polarisation * r_f + gamma * r_b) ** 2
    return numerator / (x * cosh(d) + r_n / 2 * (1 + (x / r_n) ** 2) * sinh(d))


def thermal_spin_valve(
    magnet: ChannelValues, normal: ChannelValues, distance: float, gradient: float
) -> float:
    """Item 4: ``V_AP − V_P`` of F|N|F in open circuit, V = cold end − hot end, for a gradient in F."""
    g_f, g_n = 0.5 / spin_resistance(magnet), 0.5 / spin_resistance(normal)
    t = tanh(distance / 2 / normal.spin_diffusion_length)
    difference = g_f / (g_f + g_n * t) - g_f / (g_f + g_n / t)
    slope = magnet.spin_seebeck * gradient * magnet.spin_diffusion_length
    return -magnet.polarisation * slope * difference


def spin_peltier(magnet: ChannelValues, temperature: float, s: float) -> float:
    """Item 5: temperature at F|N above the bulk line of F, K, for a given s there; exact."""
    sigma = magnet.conductivity * (1 - magnet.polarisation**2)
    return (
        -temperature
        * magnet.spin_seebeck
        * sigma
        * 2
        * s
        / (4 * open_circuit_conductivity(magnet, temperature))
    )


def open_circuit_conductivity(metal: ChannelValues, temperature: float) -> float:
    """``κ = k − σ S² T0``, W/(m K)."""
    return metal.thermal_conductivity - metal.conductivity * metal.seebeck**2 * temperature


def spin_figure_of_merit(magnet: ChannelValues, temperature: float) -> float:
    """``Z = T0 σ (1−P²) S_s²/4κ``: how far heat and spins are coupled."""
    sigma = magnet.conductivity * (1 - magnet.polarisation**2)
    kappa = open_circuit_conductivity(magnet, temperature)
    return temperature * sigma * magnet.spin_seebeck**2 / (4 * kappa)


@dataclass(frozen=True)
class CoupledJunction:
    """F|N with Peltier heat between two ends at T0, many relaxation lengths away, and a current from F to N.

    Attributes:
        decay_length: Over which s decays in F, m.
        s: Half the spin splitting at F|N, V.
        slope: Temperature gradient deep in F, K/m.
        excess: Temperature at F|N above the bulk line of F, K.
    """

    decay_length: float
    s: float
    slope: float
    excess: float

    @classmethod
    def of(
        cls,
        magnet: ChannelValues,
        normal: ChannelValues,
        lengths: tuple[float, float],
        temperature: float,
        j: float,
    ) -> "CoupledJunction":
        """The solution for the current density j.

        Deep in F the spin current is ``P j − σ(1−P²) S_s/2 ∇T``. The heat current there, ``T0 S j − κ ∇T``,
        goes on into N; the temperature is continuous at F|N. All this is linear in the gradient in F.
        """
        z = spin_figure_of_merit(magnet, temperature)
        decay = magnet.spin_diffusion_length * sqrt(1 - z)
        r, r_n = spin_resistance(magnet) / sqrt(1 - z), spin_resistance(normal)
        sigma = magnet.conductivity * (1 - magnet.polarisation**2)
        kappa_f, kappa_n = (open_circuit_conductivity(metal, temperature) for metal in (magnet, normal))

        def s(slope: float) -> float:
            return (magnet.polarisation * j - sigma * magnet.spin_seebeck / 2 * slope) * r * r_n / (r + r_n)

        def mismatch(slope: float) -> float:
            heat = temperature * magnet.seebeck * j - kappa_f * slope
            slope_n = (temperature * normal.seebeck * j - heat) / kappa_n
            return lengths[0] * slope + spin_peltier(magnet, temperature, s(slope)) + lengths[1] * slope_n

        slope = mismatch(0.0) / (mismatch(0.0) - mismatch(1.0))
        return cls(decay, s(slope), slope, spin_peltier(magnet, temperature, s(slope)))


@dataclass(frozen=True)
class SpinHeat:
    """Item 7: spin heat in a metal, alone (no Seebeck coefficients).

    Attributes:
        polarisation: Spin heat flux over heat flux, deep in the metal.
        resistance: ``r``, m² K/W.
        decay_length: Over which τ decays, m.
    """

    polarisation: float
    resistance: float
    decay_length: float

    @classmethod
    def of(cls, metal: ChannelValues, temperature: float) -> "SpinHeat":
        """Electrons and phonons carry heat side by side, only the former that of the spins."""
        k_e, difference = metal.electronic_heat(temperature)
        p, k = difference / k_e, metal.thermal_conductivity
        c = 1 - p**2 * k_e / k
        length = metal.spin_heat_diffusion_length * sqrt(c / (1 - p**2))
        return cls(p * k_e / k, length / (k_e * c), length)


def spin_heat_injection(magnet: SpinHeat, normal: SpinHeat, heat: float) -> float:
    """τ at F|N, K, for a heat flux in W/m² from F to N."""
    r_f, r_n = magnet.resistance, normal.resistance
    return magnet.polarisation * heat * r_f * r_n / (r_f + r_n)


def spin_heat_valve(
    magnet: SpinHeat, normal: SpinHeat, distance: float, contact: tuple[float, float] = (0.0, 0.0)
) -> float:
    """Thermal resistance times area of F|N|F, AP − P, m² K/W.

    Args:
        magnet: Of both sides.
        normal: Between them.
        distance: From contact to contact, m.
        contact: ``P_K`` and ``r_b`` (m² K/W) of contacts without phonons, ``1/K_↑,↓ = 2 r_b (1 ∓ P_K)``.
    """
    d = distance / normal.decay_length
    return valve_difference(magnet.polarisation, magnet.resistance, normal.resistance, d, contact)


def nonlocal_valve(
    magnet: ChannelValues,
    normal: ChannelValues,
    distance: float,
    cross_section: float,
    contacts: tuple[float, float],
) -> float:
    """Item 6 with transparent contacts: ``(V_P − V_AP)/I``, Ω (Takahashi–Maekawa).

    Args:
        magnet: Of injector and detector.
        normal: Of the wire.
        distance: From contact to contact, m.
        cross_section: Of the wire, m².
        contacts: Areas of the two contacts, m².
    """
    r_n = spin_resistance(normal) / cross_section
    p, decay = magnet.polarisation, exp(-distance / normal.spin_diffusion_length)
    ratios = [spin_resistance(magnet) / area / r_n for area in contacts]
    denominator = prod(1 + 2 * ratio for ratio in ratios) - decay**2
    return 4 * r_n * decay * prod(p * ratio for ratio in ratios) / denominator


@dataclass(frozen=True)
class TunnelContact:
    """Item 9: a tunnel contact between a magnet in which spins are in equilibrium and a metal without S.

    Attributes:
        law: What crosses; side 1 is the magnet.
        normal: The metal on side 2.
        temperature: T0, K.
    """

    law: InterfaceMaterial
    normal: ChannelValues
    temperature: float

    @property
    def spin_heat_resistance(self) -> float:
        """``λ_Q/k_e`` of the metal, m² K/W."""
        return self.normal.spin_heat_length / self.normal.electronic_heat(self.temperature).sum

    def accumulations(self, j: float, step: float) -> tuple[float, float]:
        """``s`` (V) and ``τ`` (K) in the metal at the contact.

        The channels' currents ``J_σ = G_σ(V ∓ s) − G_σ S_σ (ΔT ± τ)`` and heats ``Q_σ = T0 G_σ S_σ (V ∓ s) −
        K_σ (ΔT ± τ)`` must add up to j and have the differences ``s/r_s`` and ``τ/r_s^Q``.

        Args:
            j: Current density from the magnet to the metal, A/m².
            step: ``ΔT``, temperature of the metal less that of the magnet at the contact, K.
        """
        r_s, r_heat = spin_resistance(self.normal), self.spin_heat_resistance
        k_e, difference = self.law.electronic_heat(self.temperature)
        rows, known = np.zeros((3, 3)), np.array([j, 0.0, 0.0])
        channels = zip(self.law.channel_conductance, self.law.channel_seebeck, (1, -1), strict=True)
        for g, seebeck, sign in channels:
            k = (k_e + sign * difference) / 2
            # What V, s, τ and ΔT drive in this channel.
            current = g * np.array([1, -sign, -sign * seebeck, -seebeck])
            heat = np.array([*(self.temperature * seebeck * current[:2]), -sign * k, -k])
            drives = np.array([current, sign * current, sign * heat])
            rows += drives[:, :3]
            known -= drives[:, 3] * step
        rows[1, 1] -= 1 / r_s
        rows[2, 2] -= 1 / r_heat
        _, s, tau = np.linalg.solve(rows, known)
        return s, tau

    def leading_order(self, j: float) -> tuple[float, float]:
        """The same to leading order in ``r_s/R_tun`` (Vera-Marun et al. 2014, Eq. 14)."""
        law, r_s, t0 = self.law, spin_resistance(self.normal), self.temperature
        k_e = law.electronic_heat(t0).sum
        b = law.thermoelectric.difference / law.conductance
        s = r_s * law.polarisation * j / (1 + (1 - law.polarisation**2) * r_s * law.conductance)
        heat = self.spin_heat_resistance
        return s, heat * t0 * b * j / (1 + (k_e - t0 * law.conductance * b**2) * heat)
