"""The equations of vector spin with 4x4 matrices on (V, s_x, s_y, s_z), independently of the solver's lifts.

solver/physics.md §3: with rows for the scalar part and the three components of the spin part,

J = − L[σ, σP] ∇Φ − L[σS, σb] ∇Θ          ∇·j_s = − σ R s
Q = − T0 L[σS, σb] ∇Φ − L[k_e, k_e P_k] ∇Θ − k_ph ∇ϑ on the scalar part,   ∇·q_s = − k_e R_Q τ

R s is s/λ² − (τ_sf/λ²) ω_L × s in a metal, (1−P²) m (m·s)/λ² + s_⊥/λ_φ² + m × s/λ_J² in a magnet, and with
tensor diffusion j_s⊥ = − σ A⁻¹ ∇s_⊥ with A = 1 + τ_p H m ×, and s_⊥/(D τ_sf) + (H/D) m × s.
"""

from dataclasses import dataclass
from typing import Any

from scipy.constants import physical_constants

from thermospin.compat import ufl
from thermospin.fields import State
from thermospin.materials import ChannelValues

MAGNETON = physical_constants["Bohr magneton"][0] / physical_constants["reduced Planck constant"][0]
"""μ_B/ħ, rad/(s T)."""


def cross(m):
    """The matrix of ``m ×``."""
    return ufl.as_matrix([[0, -m[2], m[1]], [m[2], 0, -m[0]], [-m[1], m[0], 0]])


def lift(x, y, m, across=None):
    """``[[X, Y mᵀ], [Y m, X m mᵀ + M⊥ (1 − m mᵀ)]]``; M⊥ is X or a 3x3 matrix."""
    along = ufl.outer(m, m)
    rest = ufl.Identity(3) - along
    spin = x * along + (x * rest if across is None else across * rest)
    rows = [[x, *(y * m[i] for i in range(3))]]
    rows += [[y * m[i], *(spin[i, j] for j in range(3))] for i in range(3)]
    return ufl.as_matrix(rows)


@dataclass(frozen=True)
class Matrices:
    """One region.

    Args:
        material: The region's material.
        m: Its magnetisation, a UFL vector.
        field: B, T.
        temperature: T0, K.
        state: The fields, UFL expressions.
    """

    material: ChannelValues
    m: Any
    field: Any
    temperature: float
    state: State

    @property
    def potentials(self):
        """(V, s)."""
        return ufl.as_vector([self.state.V, *self.state.s])

    @property
    def temperatures(self):
        """(ϑ, τ)."""
        return ufl.as_vector([self.state.theta, *self.state.tau])

    @property
    def current(self):
        """J, a row for the charge and one for each component of the spin."""
        force, heat = ufl.grad(self.potentials), ufl.grad(self.temperatures)
        return -self.electrical * force - self.thermoelectric * heat

    @property
    def heat_flux(self):
        """Q at the base temperature, likewise."""
        k_e, p_k = self.heat_conductivity
        phonons = (self.material.thermal_conductivity - k_e) * ufl.grad(self.state.theta)
        flux = -self.temperature * self.thermoelectric * ufl.grad(self.potentials)
        flux -= lift(k_e, k_e * p_k, self.m, self._across(k_e)) * ufl.grad(self.temperatures)
        return flux - ufl.as_matrix([[phonons[i] if row == 0 else 0 for i in range(3)] for row in range(4)])

    @property
    def electrical(self):
        """L[σ, σP]."""
        sigma = self.material.conductivity
        return lift(sigma, sigma * self.material.polarisation, self.m, self._across(sigma))

    @property
    def thermoelectric(self):
        """L[σS, σb], from the channels: b = (σ↑S↑ − σ↓S↓)/σ."""
        material, p = self.material, self.material.polarisation
        up = material.seebeck + (1 - p) * material.spin_seebeck / 2
        down = material.seebeck - (1 + p) * material.spin_seebeck / 2
        total, difference = (((1 + p) * up + sign * (1 - p) * down) / 2 for sign in (1, -1))
        sigma = material.conductivity
        return lift(sigma * total, sigma * difference, self.m, self._across(sigma * total))

    @property
    def heat_conductivity(self):
        """k_e and P_k."""
        material = self.material
        p_k = material.polarisation if material.heat_polarisation is None else material.heat_polarisation
        return material.electronic_heat(self.temperature).sum, p_k

    @property
    def spin_loss(self):
        """σ R s, A/m³."""
        material, length = self.material, self.material.spin_diffusion_length
        return material.conductivity * self._rate(material.polarisation, length) * ufl.as_vector(self.state.s)

    @property
    def spin_heat_loss(self):
        """k_e R_Q τ, W/m³."""
        k_e, p_k = self.heat_conductivity
        length = self.material.spin_heat_diffusion_length
        return k_e * self._rate(p_k, length) * ufl.as_vector(self.state.tau)

    def _across(self, coefficient):
        tensor = self.material.tensor_diffusion
        if tensor is None:
            return None
        h = -tensor.precession_frequency * self.m
        bent = ufl.Identity(3) + tensor.momentum_time * cross(h)
        return coefficient * ufl.inv(bent)

    def _rate(self, polarisation, length):
        """R, with the τ_Q/λ_Q² = τ_sf/λ² of the Larmor term and the H/D of the spins for the heat too."""
        material, tensor = self.material, self.material.tensor_diffusion
        along, unit = ufl.outer(self.m, self.m), ufl.Identity(3)
        if not material.is_magnetic:
            turns = material.spin_relaxation_time / material.spin_diffusion_length**2
            omega = material.g_factor * MAGNETON * self.field
            return unit / length**2 - turns * cross(omega)
        if tensor is not None:
            across = (unit - along) / length**2
            across -= tensor.precession_frequency / tensor.diffusion_constant * cross(self.m)
        else:
            precession = cross(self.m) / material.precession_length**2
            across = (unit - along) / material.dephasing_length**2 - precession
        return (1 - polarisation**2) / length**2 * along + across
