"""Closed forms of F|N|F as a circuit, and of a macrospin (solver/physics.md §8.8), in SI units."""

from dataclasses import dataclass
from math import cos, sin, sqrt, tan

import numpy as np

from thermospin.constants import LORENZ_NUMBER


@dataclass(frozen=True)
class SymmetricValve:
    """Two like contacts between a normal metal and ferromagnetic reservoirs at an angle θ.

    Attributes:
        conductance: G of one contact, S/m².
        polarisation: P.
        seebeck: S, V/K.
        thermoelectric: P'.
        mixing: η.
        mixing_thermopower: η'.
        temperature: T0, K.
    """

    conductance: float = 2e15
    polarisation: float = 0.6
    seebeck: float = -5e-6
    thermoelectric: float = 0.8
    mixing: float = 0.7
    mixing_thermopower: float = 0.2
    temperature: float = 300.0

    def _drive(self, volts: float, kelvins: float) -> float:
        return self.polarisation * volts + self.thermoelectric * self.seebeck * kelvins

    def _share(self, theta: float) -> float:
        square = tan(theta / 2) ** 2
        return square / (self.mixing + square)

    def current(self, theta: float, volts: float, kelvins: float) -> float:
        """Hatami et al. 2007, Eq. 4, A/m²."""
        lost = self.polarisation * self._share(theta) * self._drive(volts, kelvins)
        return self.conductance / 2 * (volts + self.seebeck * kelvins - lost)

    def thermopower(self, theta: float) -> float:
        """Hatami et al. 2007, Eq. 5: −ΔV/ΔT at I = 0, V/K."""
        square, p = tan(theta / 2) ** 2, self.polarisation
        above = self.mixing + (1 - p * self.thermoelectric) * square
        return self.seebeck * above / (self.mixing + (1 - p**2) * square)

    def heat(self, theta: float, volts: float, kelvins: float) -> float:
        """Hatami et al. 2007, Eq. 6, W/m²."""
        lost = self.seebeck * self.thermoelectric * self._share(theta) * self._drive(volts, kelvins)
        driven = self.seebeck * volts + LORENZ_NUMBER * kelvins
        return self.conductance / 2 * self.temperature * (driven - lost)

    def absorbed(self, theta: float, volts: float, kelvins: float) -> float:
        """Hatami et al. 2007, Eq. 7: transverse spin current into either magnet, A/m²."""
        below = self.mixing * (1 + cos(theta)) + 1 - cos(theta)
        return self.conductance / 2 * self._drive(volts, kelvins) * self.mixing * sin(theta) / below

    def torque_excess(self, theta: float) -> float:
        """Hatami et al. 2007, Eq. 8: torque at ΔV = 0 over the thermalised one, less 1, for ``S² ≪ L0``."""
        difference = self.mixing_thermopower - self.mixing
        return self.polarisation * difference * self._share(theta) / (self.mixing * self.thermoelectric)

    def spin_heat_accumulation(self, theta: float) -> float:
        """Hatami et al. 2007, Eq. 9: |T_s|/ΔT at ΔV = 0, for ``S² ≪ L0``."""
        tangent = tan(theta / 2)
        return self.polarisation * tangent / (cos(theta / 2) * (self.mixing + tangent**2))

    def circuit(self, volts: float, kelvins: float, regime: str = "thermalised") -> dict:
        """The same as a configuration."""
        element = {
            "conductance": self.conductance,
            "polarisation": self.polarisation,
            "seebeck": self.seebeck,
            "thermoelectric_polarisation": self.thermoelectric,
            "relative_mixing_conductance": self.mixing,
            "mixing_thermopower": self.mixing_thermopower,
        }
        return {
            "temperature": self.temperature,
            "regime": regime,
            "nodes": {
                "L": {
                    "magnetisation": [0, 0, 1],
                    "voltage": volts,
                    "temperature": self.temperature + kelvins,
                },
                "N": {},
                "R": {"magnetisation": [0, 0, 1], "voltage": 0.0},
            },
            "elements": [{"between": ["L", "N"], **element}, {"between": ["N", "R"], **element}],
        }


def damped_precession(time: np.ndarray, theta: float, field: float, damping: float, gamma: float):
    """A macrospin in a field along z: ``tan(θ/2)`` decays exponentially while φ grows evenly, (n, 3)."""
    rate = gamma * field / (1 + damping**2)
    angle = 2 * np.arctan(tan(theta / 2) * np.exp(-damping * rate * time))
    phase = rate * time
    return np.column_stack([np.sin(angle) * np.cos(phase), np.sin(angle) * np.sin(phase), np.cos(angle)])


def kittel_frequency(gamma: float, anisotropy: float, plane: float) -> float:
    """Frequency of small precession about the easy axis in an easy plane, rad/s."""
    return gamma * sqrt(anisotropy * (anisotropy + plane))
