"""A strip of clustered copper between two leads in one dimension: what the law of its metal makes of it.

Everything is along x and no charge flows, so ``V' = −P s' − S T'``; spins diffuse from the strip into the
leads, ``j_s = −σ (1−P²) (s' + S_s T'/2)``, ``j_s' = −(1−P²) σ s/λ²``; ``k T'`` is constant, and k is that of
Wiedemann and Franz. Metal, leads and their lengths are those of configs/clustered_strip.yaml.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_bvp

import thermospin as ts

FILE = Path(__file__).with_name("clustered_strip.yaml")
DEVICE = ts.load(FILE)
SOLIDS = {solid.name: solid.box for solid in DEVICE.geometry.solids}
METAL, LEAD = DEVICE.material_laws("Clustered"), DEVICE.material("Lead")


class Coefficients(NamedTuple):
    """The clustered metal at temperatures.

    Attributes:
        conductivity: σ, S/m.
        polarisation: P.
        seebeck: S, V/K.
        spin_seebeck: S_s, V/K.
    """

    conductivity: np.ndarray
    polarisation: np.ndarray
    seebeck: np.ndarray
    spin_seebeck: np.ndarray

    @property
    def spin_conductivity(self) -> np.ndarray:
        """``σ (1−P²)``, S/m: what conducts spins where no charge flows."""
        return self.conductivity * (1 - self.polarisation**2)


def coefficients(field: float, temperature: np.ndarray | float) -> Coefficients:
    """From the laws of the metal."""
    laws = METAL.nanoclusters.laws()
    return Coefficients(
        **{name: law.at_field(field).derivatives(temperature)[0] for name, law in laws.items()}
    )


def seebeck(temperature: float, field: float) -> float:
    """S, V/K."""
    return float(coefficients(field, temperature).seebeck)


class Strip:
    """A strip between two leads in one dimension, from x = 0, the hot end, to its length.

    Spins decay in the leads with λ_N; they are 0 where the cold lead ends, and stay in the hot one.

    Args:
        length: Of the strip, m.
        field: B, T.
        hot: Temperature at x = 0, K.
        cold: Temperature at the other end, K.
    """

    def __init__(self, length: float, field: float, hot: float, cold: float) -> None:
        self.length, self.field, self.hot, self.cold = length, field, hot, cold
        mean, self._decay = self.at(0.5 * (hot + cold)), METAL.spin_diffusion_length
        self._gradient = (hot - cold) / length
        self._volts = abs(mean.spin_seebeck) * self._gradient * self._decay
        self._amperes = self._volts * mean.spin_conductivity / self._decay
        decays = length / self._decay
        near = np.geomspace(0.02, decays / 2, 120)
        x = np.concatenate([[0.0], near, decays - near[-2::-1], [decays]])
        start = np.array([1 - x / decays, 0 * x, 1 + 0 * x, 0 * x])
        found = solve_bvp(self._slopes, self._ends, x, start, p=[1.0], tol=1e-8, max_nodes=100_000)
        if not found.success:
            raise RuntimeError(found.message)
        self._solution = lambda x, order=0: found.sol(x / self._decay, order) / self._decay**order

    def at(self, temperature: np.ndarray | float) -> Coefficients:
        """The metal at a temperature in K."""
        return coefficients(self.field, temperature)

    def temperature(self, x: np.ndarray | float) -> np.ndarray:
        """T at x in m, K."""
        return self.cold + (self.hot - self.cold) * self._solution(x)[0]

    def spin(self, x: np.ndarray | float) -> np.ndarray:
        """Half the spin splitting at x, V."""
        return self._volts * self._solution(x)[1]

    def spin_current(self, x: np.ndarray | float) -> np.ndarray:
        """The spin current density at x, A/m²."""
        return self._amperes * self._solution(x)[2]

    def law(self, x: np.ndarray) -> np.ndarray:
        """The spin current density j_s at x if the leads were far away, A/m²."""
        metal = self.at(self.temperature(x))
        slope = (self.hot - self.cold) * self._solution(x, 1)[0]
        return -metal.spin_conductivity * metal.spin_seebeck / 2 * slope

    @property
    def voltage(self) -> float:
        """V12, V."""
        return float(-self._volts * self._solution(self.length)[3])

    def _slopes(self, x: np.ndarray, y: np.ndarray, flux: np.ndarray) -> np.ndarray:
        """Slopes of temperature, spin, spin current and potential, in their units per λ."""
        temperature = self.cold + (self.hot - self.cold) * y[0]
        metal, mean = self.at(temperature), 0.5 * (self.hot + self.cold)
        heat = metal.conductivity * temperature / (self.at(mean).conductivity * mean)
        slope = -flux[0] * self._gradient / heat
        spin = -y[2] * self._amperes / metal.spin_conductivity - metal.spin_seebeck / 2 * slope
        lost = metal.spin_conductivity * y[1] * self._volts / self._decay**2
        potential = -metal.polarisation * spin - metal.seebeck * slope
        units = self._gradient * self.length, self._volts, self._amperes, self._volts
        return self._decay * np.array([slope, spin, -lost, potential]) / np.array(units)[:, None]

    def _ends(self, left: np.ndarray, right: np.ndarray, flux: np.ndarray) -> np.ndarray:
        decay = LEAD.spin_diffusion_length
        hot, cold = ((SOLIDS[name].max[0] - SOLIDS[name].min[0]) / decay for name in ("Hot", "Cold"))
        unit = decay / LEAD.conductivity * self._amperes / self._volts
        into_hot = left[1] + unit / np.tanh(hot) * left[2]
        into_cold = right[1] - unit * np.tanh(cold) * right[2]
        return np.array([left[0] - 1, right[0], into_hot, into_cold, left[3]])
