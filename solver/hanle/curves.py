"""Hanle curves: the voltage as a function of a magnetic field across the spins.

Nonlocal, in one dimension: spins injected at x = 0 into an infinite wire obey
``s₊'' = (1 − i ω_L τ_sf) s₊/λ²`` (solver/physics.md §8.10); ``s₊`` is the accumulation in the plane
across the field, ``λ² = D τ_sf``. A tunnel contact at a distance L, magnetised along the injected spins,
then reads

    R(B) = ± P_i P_d λ/(2 σ A) Re[ e^(−κL) / √(1 − i ω_L τ_sf) ],    κ = √(1 − i ω_L τ_sf)/λ,

+ with parallel, − with antiparallel magnets (Jedema et al., Nature 416, 713 (2002)). Other contacts take
spins back, along their magnetisation and across it: these are losses in the equations below each contact
(:mod:`thermospin.hanle.wire`).

Three-terminal: one contact injects and reads, and either accumulation falls off as a Lorentzian of its own
time (Vera-Marun et al., Physical Review Letters 112, 056602 (2014), Eqs. 6 and 14, Fig. 2).

The magnets are assumed not to move: a field along their hard axis must be small against saturation.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from thermospin.constants import LORENZ_NUMBER, MAGNETON_RATE
from thermospin.errors import InputError
from thermospin.hanle.contacts import Crowding, SpinSink
from thermospin.hanle.wire import Piece, detected


def larmor_frequency(field: np.ndarray | float, g_factor: float = 2.0) -> np.ndarray | float:
    """Larmor frequency ``ω_L = g μ_B B/ħ``, rad/s.

    Args:
        field: B, T, of any shape.
        g_factor: g.

    Examples:
        >>> print(f"{larmor_frequency(0.1):.4g} rad/s in 100 mT")
        1.759e+10 rad/s in 100 mT
    """
    return g_factor * MAGNETON_RATE * field


def lorentzian(
    field: np.ndarray, amplitude: float, relaxation_time: float, g_factor: float = 2.0
) -> np.ndarray:
    """``amplitude/(1 + (ω_L τ)²)``: half the height where ``ω_L τ = 1``.

    Args:
        field: B, T.
        amplitude: At B = 0, in the unit of the result.
        relaxation_time: τ, s.
        g_factor: g.
    """
    return amplitude / (1 + (larmor_frequency(field, g_factor) * relaxation_time) ** 2)


@dataclass(frozen=True)
class NonlocalWire:
    """A wire with an injector and a detector, far from its ends.

    Attributes:
        distance: L, from the middle of the injector to that of the detector, m.
        injector: Width of the injector along the wire, m; spins enter evenly over it.
        detector: Width of the detector, m; it reads the mean over it.
        g_factor: g.
        sinks: Injector and detector as sinks of the spins below them. Their magnetisations are along one
            axis, across the field.
        crowding: Where currents cross below them: at their edges away from each other.
    """

    distance: float
    injector: float = 0.0
    detector: float = 0.0
    g_factor: float = 2.0
    sinks: tuple[SpinSink, SpinSink] = (SpinSink(), SpinSink())
    crowding: tuple[Crowding, Crowding] = (Crowding(), Crowding())

    def __post_init__(self) -> None:
        """Refuse negative lengths and overlapping contacts.

        Raises:
            InputError: A length is negative, or the contacts overlap.
        """
        if min(self.distance, self.injector, self.detector) < 0:
            raise InputError("must not be negative; give lengths in m", key="distance, injector, detector")
        if self.distance < (self.injector + self.detector) / 2:
            raise InputError(
                "the contacts overlap; give the distance between the middles of injector and detector",
                key="distance",
            )
        if any(min(sink) < 0 for sink in self.sinks):
            raise InputError("must not be negative; give conductances in S/m^2", key="sinks")
        widths = self.injector, self.detector
        if not all(widths) and (any(map(any, self.sinks)) or any(part.share for part in self.crowding)):
            raise InputError(
                "contacts that take spins back need the widths of both; give them", key="injector, detector"
            )

    def backflow(self, diffusion_length: float) -> float:
        """The larger of the shares of its own spins that a contact takes back.

        Args:
            diffusion_length: λ of the wire, m.
        """
        widths = self.injector, self.detector
        takes = [max(sink) * w * diffusion_length / 2 for sink, w in zip(self.sinks, widths, strict=True)]
        return max(take / (1 + take) for take in takes)

    def shape(self, field: np.ndarray, relaxation_time: float, diffusion: float) -> np.ndarray:
        """R(B) over ``P_i P_d λ/(2 σ A)``: ``Re[e^(−κL) w_i w_d/√(1 − i ω_L τ_sf)]`` without backflow.

        A contact of width w gives ``sinh(κw/2)/(κw/2)``. Without widths it is ``e^(−L/λ)`` at B = 0.

        Args:
            field: B, T, across the spins.
            relaxation_time: τ_sf, s.
            diffusion: D, m²/s.
        """
        if any(map(any, self.sinks)) or any(part.share for part in self.crowding):
            return self._shape_with_backflow(np.asarray(field, dtype=float), relaxation_time, diffusion)
        root = np.sqrt(1 - 1j * larmor_frequency(np.asarray(field), self.g_factor) * relaxation_time)
        kappa = root / sqrt(diffusion * relaxation_time)
        # Each exponential takes its share of e^(−κL), so that none of them overflows.
        widths = [width for width in (self.injector, self.detector) if width]
        decay = np.exp(-kappa * (self.distance - sum(widths) / 2)) / root
        for width in widths:
            decay = decay * -np.expm1(-kappa * width) / (kappa * width)
        return decay.real

    def _shape_with_backflow(self, field: np.ndarray, tau: float, diffusion: float) -> np.ndarray:
        length = sqrt(diffusion * tau)
        angle = larmor_frequency(field, self.g_factor).ravel() * tau
        gap = self.distance - (self.injector + self.detector) / 2
        first, second = zip((self.injector, self.detector), self.sinks, self.crowding, strict=True)
        pieces = [Piece(*first), Piece(gap, SpinSink()), Piece(*second)]
        found = detected([pieces[0], *(pieces[1:2] if gap else []), pieces[2]], length, angle)
        return (2 / length * found).reshape(field.shape)

    def resistance(
        self,
        field: np.ndarray,
        relaxation_time: float,
        diffusion: float,
        conductivity: float,
        cross_section: float,
        polarisations: tuple[float, float],
    ) -> np.ndarray:
        """Nonlocal resistance with parallel magnets, Ω; the opposite with antiparallel ones.

        Args:
            field: B, T.
            relaxation_time: τ_sf, s.
            diffusion: D, m²/s.
            conductivity: σ of the wire, S/m.
            cross_section: A of the wire, m².
            polarisations: Of the current through the two contacts: P of tunnel contacts, or P_c of
                :mod:`thermospin.hanle.contacts`.
        """
        length = sqrt(diffusion * relaxation_time)
        scale = polarisations[0] * polarisations[1] * length / (2 * conductivity * cross_section)
        return scale * self.shape(field, relaxation_time, diffusion)


@dataclass(frozen=True)
class ThreeTerminal:
    """The Hanle signal of one contact, and its two parts.

    Attributes:
        spin: Amplitude of the spin accumulation at B = 0, V (or Ω per current, Ω m² per current density).
        spin_heat: Amplitude of the spin heat accumulation, in the same unit.
        relaxation_time: τ_sf, s.
        heat_relaxation_time: τ_Q, s.
        g_factor: g.
    """

    spin: float
    spin_heat: float
    relaxation_time: float
    heat_relaxation_time: float
    g_factor: float = 2.0

    @classmethod
    def of_contact(
        cls,
        tunnel: float,
        spin_resistance: float,
        polarisation: float,
        thermal: tuple[float, float],
        alpha: float,
        relaxation_time: float,
        g_factor: float = 2.0,
    ) -> "ThreeTerminal":
        """Each accumulation without the other, Ω m², for a tunnel resistance ≫ r_s.

        Vera-Marun et al. 2014, Eq. 14.

        Args:
            tunnel: R_tun = 1/G, Ω m².
            spin_resistance: r_s = λ/σ of the metal, Ω m².
            polarisation: P_G.
            thermal: S (V/K) and P_L = b/S of the contact.
            alpha: λ/λ_Q, so that ``τ_Q = τ_sf/α²``.
            relaxation_time: τ_sf, s.
            g_factor: g.
        """
        square = (thermal[0] * thermal[1]) ** 2 / LORENZ_NUMBER
        r_heat = spin_resistance / alpha
        spin = spin_resistance * polarisation**2 * tunnel / (tunnel + (1 - polarisation**2) * spin_resistance)
        spin_heat = r_heat * square * tunnel / (tunnel + (1 - square) * r_heat)
        return cls(spin, spin_heat, relaxation_time, relaxation_time / alpha**2, g_factor)

    def parts(self, field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lorentzians of the spin and the spin heat accumulation.

        Args:
            field: B, T, (n,).

        Returns:
            Both, (n,), in the unit of the amplitudes.
        """
        return (
            lorentzian(field, self.spin, self.relaxation_time, self.g_factor),
            lorentzian(field, self.spin_heat, self.heat_relaxation_time, self.g_factor),
        )

    def signal(self, field: np.ndarray) -> np.ndarray:
        """Sum of the two Lorentzians, (n,).

        Args:
            field: B, T, (n,).
        """
        return sum(self.parts(field))
