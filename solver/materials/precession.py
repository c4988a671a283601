"""Precession of spins: in a field, and by tensor diffusion about the magnetisation (solver/physics.md §3).

m is the direction of the magnetisation and spins count moments, so that exchange turns them as a field along
m would: dn/dt = −H × n with H = −ω_L in a field and H = −ω m in a magnet.
"""

import math

import numpy as np

from thermospin.errors import InputError
from thermospin.section import Section
from thermospin.textures.formula import Formula, FormulaText
from thermospin.units import quantity

RelaxationTime = quantity("s", gt=0, ge=1e-24, le=1)
Diffusion = quantity("m^2/s", gt=0, ge=1e-12, le=1e3)
AngularFrequency = quantity("rad/s", ge=-1e18, le=1e18)
Splitting = quantity("V", ge=-10, le=10)
GFactor = quantity("", ge=-1e3, le=1e3)


class TensorDiffusion(Section):
    """Diffusion of spins whose precession bends their current, j_n = −D A⁻¹ ∇n with A = 1 + τ_p [H]×."""

    momentum_time: RelaxationTime
    """τ_p, s."""
    spin_flip_time: RelaxationTime
    """τ_sf, s."""
    diffusion_constant: Diffusion
    """D, m²/s."""
    precession_frequency: AngularFrequency
    """ω in H(x) = −ω f(x) m(x), rad/s, where dn/dt = −H × n; positive for exchange."""
    equilibrium: Splitting = 0.0
    """s0, V: spins relax to s0 f(x) m(x), which the terminals that fix V hold."""
    profile: FormulaText | None = None
    """f(x), a formula of x, y, z in m such as `tanh(abs(x) / (2*nm))`; default 1."""

    def strength(self, points: np.ndarray) -> np.ndarray:
        """Profile f of the precession at points, shape (n,).

        Args:
            points: Coordinates (n, 3), m.

        Raises:
            InputError: f is not finite at one of them.
        """
        if self.profile is None:
            return np.ones(len(points))
        found = Formula(self.profile)(points)
        wrong = np.flatnonzero(~np.isfinite(found))
        if len(wrong):
            place = ", ".join(f"{1e9 * x:.4g}" for x in points[wrong[0]])
            raise InputError(
                f"'{self.profile}' has no value at ({place}) nm; write a formula that is finite there",
                key="tensor_diffusion.profile",
            )
        return found

    @property
    def diffusion_length(self) -> float:
        """√(D τ_sf), m."""
        return math.sqrt(self.diffusion_constant * self.spin_flip_time)

    @property
    def transverse_length(self) -> float:
        """|k|⁻¹, m, of n₊ ∝ e^{kx} across a uniform H: k² = (1 + i τ_p H)(1 + i τ_sf H)/(D τ_sf)."""
        factors = (
            1 + 1j * time * self.precession_frequency for time in (self.momentum_time, self.spin_flip_time)
        )
        return self.diffusion_length / math.sqrt(abs(math.prod(factors)))
