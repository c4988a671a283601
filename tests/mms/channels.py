"""The equations written channel by channel (Slachter et al. 2010, Eq. 4), independently of the solver.

J_σ = −σ_σ (∇V_σ + S_σ ∇T)                 ∇·J_σ = ∓ g (V↑ − V↓),  g = σ↑ σ↓ / (σ λ²)
Q   = −k ∇T − T0 Σ_σ σ_σ S_σ ∇V_σ          ∇·Q = h
"""

from dataclasses import dataclass
from typing import Any

from thermospin.compat import ufl
from thermospin.materials import Material


@dataclass(frozen=True)
class Channels:
    """Two spin channels in one region, with fields ``V``, ``s``, ``theta``.

    Args:
        material: The region's material.
        p: Sign of the magnetisation, a UFL expression.
        temperature: T0, K.
        fields: ``V``, ``s``, ``theta``, UFL expressions.
    """

    material: Material
    p: Any
    temperature: float
    fields: tuple[Any, Any, Any]

    @property
    def conductivities(self) -> tuple[Any, Any]:
        """σ↑ and σ↓."""
        m = self.material
        return tuple(m.conductivity * (1 + sign * self.p * m.polarisation) / 2 for sign in (1, -1))

    @property
    def seebecks(self) -> tuple[Any, Any]:
        """S↑ and S↓; a reversed magnet exchanges the two."""
        m, p = self.material, self.p
        up = m.seebeck + (1 - m.polarisation) * m.spin_seebeck / 2
        down = m.seebeck - (1 + m.polarisation) * m.spin_seebeck / 2
        return (1 + p) / 2 * up + (1 - p) / 2 * down, (1 + p) / 2 * down + (1 - p) / 2 * up

    @property
    def potentials(self) -> tuple[Any, Any]:
        """V↑ and V↓."""
        v, s, _ = self.fields
        return v + s, v - s

    @property
    def currents(self) -> tuple[Any, Any]:
        """J↑ and J↓."""
        return tuple(
            -sigma * (ufl.grad(v) + seebeck * ufl.grad(self.fields[2]))
            for sigma, seebeck, v in zip(self.conductivities, self.seebecks, self.potentials, strict=True)
        )

    @property
    def heat_flux(self) -> Any:
        """Q at the base temperature."""
        peltier = sum(
            sigma * seebeck * ufl.grad(v)
            for sigma, seebeck, v in zip(self.conductivities, self.seebecks, self.potentials, strict=True)
        )
        return -self.material.thermal_conductivity * ufl.grad(self.fields[2]) - self.temperature * peltier

    @property
    def relaxation(self) -> Any:
        """The rate at which spins relax, ``g (V↑ − V↓)``, A/m³."""
        up, down = self.conductivities
        g = up * down / (up + down) / self.material.spin_diffusion_length**2
        return g * (self.potentials[0] - self.potentials[1])

    @property
    def joule_heat(self) -> Any:
        """``Σ_σ J_σ²/σ_σ``, W/m³."""
        return sum(
            ufl.inner(j, j) / sigma for j, sigma in zip(self.currents, self.conductivities, strict=True)
        )

    @property
    def relaxation_heat(self) -> Any:
        """``g (V↑ − V↓)²``, W/m³."""
        return self.relaxation * (self.potentials[0] - self.potentials[1])

    @property
    def entropy_current(self) -> Any:
        """``Σ_σ S_σ J_σ``, W/(m² K)."""
        return sum(seebeck * j for seebeck, j in zip(self.seebecks, self.currents, strict=True))
