"""Thermal fluctuations about an equilibrium, in a few shapes of small motions (solver/physics.md §12).

A small motion ``δm = Σ_j c_j φ_j`` across m that a force f drives obeys, with ``exp(iωt)``,

    ``(H + (iω/γ) G) c = f``,   ``H_jk = ⟨φ_j, h φ_k⟩``,   ``G_jk = ⟨φ_j, (α + m ×) φ_k⟩``,

where h is the restoring field and ⟨ , ⟩ the sum over nodes with their moments. In equilibrium the covariance
of the coordinates is ``k_B T H⁻¹``. By the theorem of fluctuation and dissipation, a reading ``v·c`` has the
one-sided spectrum ``−(4 k_B T/ω) Im v·(H + (iω/γ) G)⁻¹ v``. With the shapes of some eigenmodes it is the
noise of these modes.
"""

from collections.abc import Sequence

import numpy as np

from thermospin.constants import BOLTZMANN
from thermospin.micromagnetics.body import cross, dot
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.modes import Mode

DEPENDENT = 1e-12
"""Square of a combination of shapes, relative to the largest, that is the rounding of dependent ones."""


class SmallMotions:
    """Small motions of a magnet in given shapes.

    Args:
        magnet: The body with its energy.
        m: A stable equilibrium, (3, n).
        shapes: Shapes φ_j across m, (3, n) each, linearly independent (collective).
    """

    def __init__(self, magnet: Micromagnet, m: np.ndarray, shapes: Sequence[np.ndarray]) -> None:
        self.shapes, self._rate = list(shapes), magnet.rate
        along, moments, total = dot(m, magnet.field(m)), magnet.moments, magnet.body.sum
        restored = [along * shape - magnet.mean_slope(m, m, shape) for shape in shapes]
        turned = [magnet.damping * shape + cross(m, shape) for shape in shapes]
        self.restoring, self.turning = (
            np.array([[total(moments * dot(one, other)) for other in fields] for one in shapes])
            for fields in (restored, turned)
        )

    def susceptibility(self, frequency: float) -> np.ndarray:
        """``(H + (iω/γ) G)⁻¹``, 1/J, complex, (k, k).

        Args:
            frequency: ω, rad/s.
        """
        return np.linalg.inv(self.restoring + 1j * frequency / self._rate * self.turning)

    def covariance(self, temperature: float) -> np.ndarray:
        """``⟨c_j c_k⟩`` at equal times, (k, k).

        Args:
            temperature: K.
        """
        return BOLTZMANN * temperature * np.linalg.inv(self.restoring)

    def noise(self, slopes: Sequence[float], frequencies: Sequence[float], temperature: float) -> np.ndarray:
        """One-sided spectrum of a reading, per Hz, (f,): its integral over frequency is the variance.

        Args:
            slopes: Change v_j of the reading per unit of every shape.
            frequencies: Frequencies, Hz, not 0, (f,).
            temperature: K.
        """
        v, found = np.array(slopes, dtype=float), []
        for frequency in 2 * np.pi * np.array(frequencies, dtype=float):
            response = v @ self.susceptibility(frequency) @ v
            found.append(-4 * BOLTZMANN * temperature / frequency * response.imag)
        return np.array(found)


def real_shapes(magnet: Micromagnet, m: np.ndarray, modes: Sequence[Mode]) -> list[np.ndarray]:
    """Shapes that modes are made of, linearly independent, (3, n) each (collective).

    They are the real and imaginary parts of the modes' own. That of a mode which only decays is real; beside
    it goes the same shape turned about m, which the damped motion has part in.

    Args:
        magnet: The body with its energy.
        m: The equilibrium, (3, n).
        modes: Eigenmodes.
    """
    parts = []
    for mode in modes:
        real = mode.shape.real
        parts += [real, mode.shape.imag if mode.frequency else cross(m, real)]
    products = np.array(
        [[magnet.body.sum(magnet.moments * dot(one, other)) for other in parts] for one in parts]
    )
    sizes, mixed = np.linalg.eigh(products)
    kept = sizes > DEPENDENT * sizes.max()
    return list(np.einsum("ij,ixn->jxn", mixed[:, kept] / np.sqrt(sizes[kept] / sizes.max()), parts))
