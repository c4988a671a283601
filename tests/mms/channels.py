"""The equations written channel by channel (Slachter et al. 2010, Eq. 4), independently of the solver.

J_σ = −σ_σ (∇V_σ + S_σ ∇T_σ)               ∇·J_σ = ∓ g (V↑ − V↓),  g = σ↑ σ↓ / (σ λ²)
Q   = −k ∇T − T0 Σ_σ σ_σ S_σ ∇V_σ          ∇·Q = h

With τ, T_σ = T ± τ, the channels carry Q_σ = −k_σ ∇T_σ − T0 σ_σ S_σ ∇V_σ, phonons −k_ph ∇T, and
∇·(Q↑ − Q↓) = − 2 g_Q (T↑ − T↓) + h_s with g_Q = k↑ k↓ / (k_e λ_Q²).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from thermospin.compat import ufl
from thermospin.materials import ChannelValues


@dataclass(frozen=True)
class Channels:
    """Two spin channels in one region, with fields ``V``, ``s``, ``theta`` and, or not, ``tau``.

    Args:
        material: The region's material.
        p: Sign of the magnetisation, a UFL expression.
        temperature: T0, K.
        fields: ``V``, ``s``, ``theta`` and, or not, ``tau``, UFL expressions.
    """

    material: ChannelValues
    p: Any
    temperature: float
    fields: Sequence[Any]

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
        v, s, *_ = self.fields
        return v + s, v - s

    @property
    def temperatures(self) -> tuple[Any, Any]:
        """T↑ − T0 and T↓ − T0."""
        _, _, theta, *tau = self.fields
        return theta + sum(tau), theta - sum(tau)

    @property
    def currents(self) -> tuple[Any, Any]:
        """J↑ and J↓."""
        return tuple(
            -sigma * (ufl.grad(v) + seebeck * ufl.grad(t))
            for sigma, seebeck, v, t in zip(
                self.conductivities, self.seebecks, self.potentials, self.temperatures, strict=True
            )
        )

    @property
    def heat_flux(self) -> Any:
        """Q at the base temperature."""
        phonons = self.material.phonon_heat(self.temperature)
        return sum(self.heat_fluxes) - phonons * ufl.grad(self.fields[2])

    @property
    def spin_heat_flux(self) -> Any:
        """Q↑ − Q↓ at the base temperature."""
        up, down = self.heat_fluxes
        return up - down

    @property
    def heat_conductivities(self) -> tuple[Any, Any]:
        """k↑ and k↓."""
        k_e, difference = self.material.electronic_heat(self.temperature)
        return tuple((k_e + sign * self.p * difference) / 2 for sign in (1, -1))

    @property
    def heat_fluxes(self) -> tuple[Any, Any]:
        """Q↑ and Q↓ at the base temperature."""
        channels = zip(
            self.heat_conductivities,
            self.conductivities,
            self.seebecks,
            self.potentials,
            self.temperatures,
            strict=True,
        )
        return tuple(
            -k * ufl.grad(t) - self.temperature * sigma * seebeck * ufl.grad(v)
            for k, sigma, seebeck, v, t in channels
        )

    @property
    def spin_heat_relaxation(self) -> Any:
        """Half of what relaxes from Q↑ − Q↓, ``g_Q (T↑ − T↓)``, W/m³."""
        up, down = self.heat_conductivities
        g = up * down / (up + down) / self.material.spin_heat_diffusion_length**2
        return g * (self.temperatures[0] - self.temperatures[1])

    @property
    def relaxation(self) -> Any:
        """The rate at which spins relax, ``g (V↑ − V↓)``, A/m³."""
        up, down = self.conductivities
        g = up * down / (up + down) / self.material.spin_diffusion_length**2
        return g * (self.potentials[0] - self.potentials[1])

    @property
    def joule_heat(self) -> tuple[Any, Any]:
        """``J_σ²/σ_σ``, W/m³."""
        return tuple(
            ufl.inner(j, j) / sigma for j, sigma in zip(self.currents, self.conductivities, strict=True)
        )

    @property
    def relaxation_heat(self) -> Any:
        """``g (V↑ − V↓)²``, W/m³."""
        return self.relaxation * (self.potentials[0] - self.potentials[1])

    @property
    def entropy_currents(self) -> tuple[Any, Any]:
        """``S_σ J_σ``, W/(m² K)."""
        return tuple(seebeck * j for seebeck, j in zip(self.seebecks, self.currents, strict=True))
