"""Solutions in one dimension with resistive interfaces (solver/physics.md §§4, 8), in SI units.

``r_b`` in Ω m² and ``γ`` give the resistances of the channels of an interface, ``r↑,↓ = 2 r_b (1 ∓ γ)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cosh, exp, prod, sinh

import numpy as np
from closed_forms import spin_resistance

from thermospin.materials.channel_values import ChannelValues


def magnetoresistance(
    magnet: ChannelValues, normal: ChannelValues, distance: float, r_b: float, gamma: float
) -> float:
    """Item 3: ``AR_AP − AR_P`` of F|N|F, Ω m²."""
    r_f, r_n, d = spin_resistance(magnet), spin_resistance(normal), distance / normal.spin_diffusion_length
    x, numerator = r_f + r_b, 2 * (magnet.polarisation * r_f + gamma * r_b) ** 2
    return numerator / (x * cosh(d) + r_n / 2 * (1 + (x / r_n) ** 2) * sinh(d))


@dataclass(frozen=True)
class Junction:
    """F|N between ends many relaxation lengths away, without Peltier heat.

    Deep in F the spin current is ``j_d = P j − σ(1−P²) S_s/2 ∇T``; at the interface it is ``j_s``. Half the
    spin splitting is ``r_F (j_d − j_s)`` on F's side and ``r_N j_s`` on N's. Half the sum and half the
    difference of ``ΔV_σ = r_σ J_σ − S_σ ΔT`` are ``ΔV = r_b (j − γ j_s)`` without ``ΔT``, and
    ``Δs = r_b (j_s − γ j) − S_s ΔT/2``.

    Attributes:
        magnet: F.
        normal: N.
        r_b: Ω m².
        gamma: γ.
        spin_seebeck: S↑ − S↓ of the interface, V/K.
    """

    magnet: ChannelValues
    normal: ChannelValues
    r_b: float
    gamma: float
    spin_seebeck: float = 0.0

    def sides(self, j: float, slope: float = 0.0, jump: float = 0.0) -> tuple[float, float]:
        """Half the spin splitting on F's and on N's side, V.

        Args:
            j: Current density from F to N, A/m².
            slope: Temperature gradient in F, K/m.
            jump: Temperature of F less that of N at the interface, K.
        """
        r_f, r_n = spin_resistance(self.magnet), spin_resistance(self.normal)
        deep = self._deep(j, slope)
        driven = r_f * deep + self.r_b * self.gamma * j + self.spin_seebeck * jump / 2
        j_s = driven / (r_f + self.r_b + r_n)
        return r_f * (deep - j_s), r_n * j_s

    def extra_resistance(self) -> float:
        """Resistance that F|N adds to that of the metals, Ω m²: van Son's, and the interface's own."""
        in_magnet, in_normal = self.sides(1.0)
        j_s = in_normal / spin_resistance(self.normal)
        return self.magnet.polarisation * in_magnet + self.r_b * (1 - self.gamma * j_s)

    def _deep(self, j: float, slope: float) -> float:
        f = self.magnet
        return f.polarisation * j - f.conductivity * (1 - f.polarisation**2) * f.spin_seebeck / 2 * slope


@dataclass(frozen=True)
class HeatedContact:
    """Two metals between sinks at T0, a contact that does not see spin, and all heat (`conserving`).

    With the mean rise ``ϑ_m`` and the jump ``Δϑ`` of the contact, ``ΔV = j/G − S_i Δϑ``; the heat
    ``T0 S_i j + (K − T0 G S_i²) Δϑ + S_i j ϑ_m`` crosses, and half of ``j ΔV`` is left on either side.

    Attributes:
        metals: The two.
        lengths: Their lengths, m.
        conductance: G, S/m².
        seebeck: S_i, V/K.
        heat_conductance: K, W/(m² K).
        temperature: T0, K.
    """

    metals: tuple[ChannelValues, ChannelValues]
    lengths: tuple[float, float]
    conductance: float
    seebeck: float
    heat_conductance: float
    temperature: float

    def rises(self, j: float, heating: float = 1.0) -> np.ndarray:
        """Temperature rise of the two sides, K, at a current density from the first to the second.

        Args:
            j: A/m².
            heating: Factor on what is quadratic in the current; 0 leaves the linear response.
        """
        (a, b), s, t0 = self.metals, self.seebeck, self.temperature
        (k_a, k_b), square = (self._open(m) for m in (a, b)), heating * j**2
        crossing = self.heat_conductance - t0 * self.conductance * s**2
        # The heat that leaves the first, crosses, and enters the second: constant, then times the two rises.
        h = np.array([square / self.conductance, -heating * s * j, heating * s * j])
        q_a = [t0 * a.seebeck * j + square * self.lengths[0] / a.conductivity / 2, -k_a / self.lengths[0], 0]
        q_a = np.array(q_a) + [0, heating * a.seebeck * j, 0]
        q = [t0 * s * j, crossing + heating * s * j / 2, -crossing + heating * s * j / 2]
        q_b = [t0 * b.seebeck * j - square * self.lengths[1] / b.conductivity / 2, 0, k_b / self.lengths[1]]
        q_b = np.array(q_b) + [0, 0, heating * b.seebeck * j]
        rows = np.array([q_a + h / 2 - q, q + h / 2 - q_b])
        return np.linalg.solve(rows[:, 1:], -rows[:, 0])

    def voltage(self, j: float, rises: Sequence[float]) -> float:
        """Potential of the first end less that of the second, V."""
        (a, b), (first, second) = self.metals, rises
        ohmic = sum(d / m.conductivity for d, m in zip(self.lengths, self.metals, strict=True))
        thermal = a.seebeck * first - self.seebeck * (first - second) - b.seebeck * second
        return j * (ohmic + 1 / self.conductance) + thermal

    def _open(self, metal: ChannelValues) -> float:
        return metal.thermal_conductivity - metal.conductivity * metal.seebeck**2 * self.temperature


def nonlocal_valve(
    magnet: ChannelValues,
    normal: ChannelValues,
    distance: float,
    cross_section: float,
    contact: float,
    conductance: float,
    polarisation: float,
) -> float:
    """Item 6 with two like contacts: ``(V_P − V_AP)/I``, Ω.

    Args:
        magnet: Of injector and detector.
        normal: Of the wire.
        distance: From contact to contact, m.
        cross_section: Of the wire, m².
        contact: Area of a contact, m².
        conductance: G, S/m².
        polarisation: P_J.
    """
    r_n, decay = spin_resistance(normal) / cross_section, exp(-distance / normal.spin_diffusion_length)
    barrier = 1 / (conductance * contact) / (1 - polarisation**2) / r_n
    metal = spin_resistance(magnet) / contact / r_n
    injected = polarisation * barrier + magnet.polarisation * metal
    return 4 * r_n * decay * injected**2 / (prod([1 + 2 * barrier + 2 * metal] * 2) - decay**2)
