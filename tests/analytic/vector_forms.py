"""Closed forms of vector spin in one dimension (solver/physics.md §§8.8 and 8.10), in SI units, numpy only.

``s₊ = s_x + i s_y`` is the part across a field or a magnetisation along z.
"""

from dataclasses import dataclass
from math import cos, sin, tan

import numpy as np

from thermospin.constants import LORENZ_NUMBER


@dataclass(frozen=True)
class Decay:
    """``s₊'' = κ² s₊`` with a complex κ.

    Attributes:
        kappa: κ, 1/m, with a positive real part.
    """

    kappa: complex

    @classmethod
    def tensor(cls, a: float, length: float, time_ratio: float = 1.0) -> "Decay":
        """Tensor diffusion in a constant field along z: ``κ² = (1 + ia)(1 + i a τ_sf/τ_p)/l²``.

        Args:
            a: ``τ_p H``.
            length: ``l = √(D τ_sf)``, m.
            time_ratio: ``τ_sf/τ_p``.
        """
        return cls(complex(np.sqrt((1 + 1j * a) * (1 + 1j * a * time_ratio) + 0j)) / length)

    @classmethod
    def hanle(cls, angle: float, length: float) -> "Decay":
        """A normal metal with the field along z: ``κ² = (1 − i ω_L τ_sf)/λ²``.

        Args:
            angle: ``ω_L τ_sf``.
            length: λ, m.
        """
        return cls(complex(np.sqrt(1 - 1j * angle)) / length)

    @classmethod
    def dephasing(cls, dephasing: float, precession: float) -> "Decay":
        """Across a uniform magnetisation along z: ``κ² = 1/λ_φ² − i/λ_J²``, as in a field along z; m."""
        return cls(complex(np.sqrt(dephasing**-2 - 1j * np.sign(precession) * precession**-2)))

    def held(self, x: np.ndarray, start: complex, span: float) -> np.ndarray:
        """``s₊`` that is ``start`` at 0 and nothing at ``span``."""
        k = self.kappa
        # Exponentials that only decrease.
        return start * (np.exp(-k * x) - np.exp(-k * (2 * span - x))) / (1 - np.exp(-2 * k * span))

    def fed(self, x: np.ndarray, flux: complex, sigma: complex, span: float, reflecting: bool) -> np.ndarray:
        """``s₊`` with ``−σ s₊' = flux`` at 0, and at ``span`` a reflecting or an absorbing end.

        Args:
            x: Positions, m.
            flux: A/m².
            sigma: σ, S/m; complex in tensor diffusion, ``D/(1 + ia)``.
            span: m.
            reflecting: Whether the end reflects.
        """
        k, sign = self.kappa, 1 if reflecting else -1
        wave = (np.exp(-k * x) + sign * np.exp(-k * (2 * span - x))) / (1 - sign * np.exp(-2 * k * span))
        return flux / (sigma * k) * wave


@dataclass(frozen=True)
class HanleWire:
    """A wire with field along z, and two contacts on it that inject, absorb and read spins in the xy plane.

    A contact with the magnetisation m, spins being in equilibrium in its magnet, injects the spin current
    ``P I m`` and absorbs ``[G_∥ m mᵀ + G_⊥ (1 − m mᵀ)] s``; it reads ``P m·s``.

    Attributes:
        length: λ, m.
        conductivity: σ, S/m.
        cross_section: A, m².
        distance: From contact to contact, m.
        polarisation: P of the contacts.
        along: ``G_∥ = G (1 − P²)`` of a contact, S: no charge flows through the detector.
        across: ``G_⊥ = 2 Re G↑↓``, S.
        ends: Distance of the two ends, where s = 0 (absorbing) or ``s' = 0``, from the contact next to them.
        reflecting: Whether the ends reflect.
    """

    length: float
    conductivity: float
    cross_section: float
    distance: float
    polarisation: float
    along: float = 0.0
    across: float = 0.0
    ends: tuple[float, float] = (np.inf, np.inf)
    reflecting: bool = False

    def resistance(self, angle: float, injector: float = 0.0, detector: float = 0.0) -> float:
        """Nonlocal resistance, Ω.

        Args:
            angle: ``ω_L τ_sf``.
            injector: Angle of its magnetisation from x, rad.
            detector: The same of the detector's.
        """
        m = [np.array([cos(phi), sin(phi)]) for phi in (injector, detector)]
        absorbed = np.zeros((4, 4))
        for i, unit in enumerate(m):
            parallel = np.outer(unit, unit)
            absorbed[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = self.along * parallel + self.across * (
                np.eye(2) - parallel
            )
        green = self.response(angle)
        s = np.linalg.solve(np.eye(4) + green @ absorbed, green[:, :2] @ m[0]) * self.polarisation
        return self.polarisation * float(m[1] @ s[2:])

    def response(self, angle: float) -> np.ndarray:
        """s at both contacts over the spin current into both, Ω, (4, 4)."""
        k = Decay.hanle(angle, self.length).kappa
        places = 0.0, self.distance
        full = np.zeros((4, 4))
        for i, x in enumerate(places):
            for j, source in enumerate(places):
                g = self._green(k, min(x, source), max(x, source))
                g /= self.conductivity * self.cross_section
                full[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = [[g.real, -g.imag], [g.imag, g.real]]
        return full

    def _green(self, k: complex, left: float, right: float) -> complex:
        """``−g'' + k² g = δ``: solutions that fit the left and the right end, over their Wronskian."""
        sign, (before, after) = 1 if self.reflecting else -1, self.ends
        whole = before + self.distance + after
        falling = np.exp(-k * (right - left))
        from_left = 1 + sign * np.exp(-2 * k * (left + before))
        from_right = 1 + sign * np.exp(-2 * k * (self.distance + after - right))
        return falling * from_left * from_right / (2 * k * (1 - np.exp(-2 * k * whole)))


@dataclass(frozen=True)
class AngularValve:
    """F|N|F of Hatami et al., Physical Review Letters 99, 066603 (2007): two like contacts and a node.

    ``ΔV`` and ``ΔT`` are right less left; I, Q and the torque's spin current are those from right to left.

    Attributes:
        conductance: G of a contact, S/m² (or S).
        polarisation: P.
        seebeck: S, V/K.
        thermal_polarisation: P' = b/S.
        mixing: η = 2 Re G↑↓/G.
        mixing_thermopower: η'.
        temperature: T0, K.
    """

    conductance: float
    polarisation: float
    seebeck: float
    thermal_polarisation: float
    mixing: float
    mixing_thermopower: float
    temperature: float = 300.0

    def current(self, angle: float, voltage: float, warming: float) -> float:
        """Hatami et al. 2007, Eq. 4, A/m²: ``(G/2)(ΔV + S ΔT − P f U)``."""
        lost = self.polarisation * self._f(angle) * self._drive(voltage, warming)
        return self.conductance / 2 * (voltage + self.seebeck * warming - lost)

    def open_voltage(self, angle: float, warming: float) -> float:
        """Hatami et al. 2007, Eq. 5: ΔV without current, V."""
        square, p = tan(angle / 2) ** 2, self.polarisation
        ratio = self.mixing + (1 - p * self.thermal_polarisation) * square
        return -self.seebeck * warming * ratio / (self.mixing + (1 - p**2) * square)

    def heat(self, angle: float, voltage: float, warming: float) -> float:
        """Hatami et al. 2007, Eq. 6, W/m²: ``(G/2) T0 (S ΔV + L0 ΔT − S P' f U)``."""
        lost = self.thermal_polarisation * self._f(angle) * self._drive(voltage, warming)
        driven = self.seebeck * (voltage - lost) + LORENZ_NUMBER * warming
        return self.conductance / 2 * self.temperature * driven

    def torque(self, angle: float, voltage: float, warming: float) -> float:
        """Hatami et al. 2007, Eq. 7: size of j_s⊥ at either magnet, A/m²; times ħ/2e the torque per area."""
        eta, u = self.mixing, self._drive(voltage, warming)
        return self.conductance / 2 * u * eta * sin(angle) / (eta * (1 + cos(angle)) + 1 - cos(angle))

    def excess_torque(self, angle: float) -> float:
        """Hatami et al. 2007, Eq. 8: torque at ΔV = 0 over the thermalised one, − 1; for S² ≪ L0."""
        difference = self.mixing_thermopower - self.mixing
        return self.polarisation * difference * self._f(angle) / (self.mixing * self.thermal_polarisation)

    def spin_heat(self, angle: float) -> float:
        """Hatami et al. 2007, Eq. 9: ``|T_s|/ΔT = 2 |τ|/ΔT`` at ΔV = 0, not thermalised; for S² ≪ L0."""
        t = tan(angle / 2)
        return self.polarisation * t / (cos(angle / 2) * (self.mixing + t**2))

    def _f(self, angle: float) -> float:
        square = tan(angle / 2) ** 2
        return square / (self.mixing + square)

    def _drive(self, voltage: float, warming: float) -> float:
        return self.polarisation * voltage + self.thermal_polarisation * self.seebeck * warming
