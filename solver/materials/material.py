"""The transport coefficients of one material (physics.md §2)."""

from typing import NamedTuple

from pydantic import model_validator

from thermospin.section import Section, mistake
from thermospin.units import quantity

LORENZ_NUMBER = 2.443e-8
"""Wiedemann–Franz: L0 = π² k_B² / 3e², V²/K²."""

Conductivity = quantity("S/m", ge=0, le=1e10)
ThermalConductivity = quantity("W/(m K)", gt=0, le=1e5)
PartialThermalConductivity = quantity("W/(m K)", ge=0, le=1e5)
Seebeck = quantity("V/K", ge=-0.1, le=0.1)
Polarisation = quantity("", gt=-1, lt=1)
RelaxationLength = quantity("m", gt=0, le=1e-3)
LengthRatio = quantity("", gt=0, le=1e6)


class Pair(NamedTuple):
    """A coefficient of the two spin channels, as the lift takes it."""

    sum: float
    difference: float


class Material(Section):
    """An isotropic conductor with two spin channels, or an insulator (conductivity 0).

    Values are in SI. ``↑`` is the channel along the magnetisation.
    """

    conductivity: Conductivity
    """σ = σ↑ + σ↓, S/m; 0 for an insulator."""
    polarisation: Polarisation = 0.0
    """P = (σ↑ − σ↓)/σ, between −1 and 1."""
    spin_diffusion_length: RelaxationLength | None = None
    """λ, m; every conductor needs it."""
    seebeck: Seebeck = 0.0
    """S, of both channels together, V/K."""
    spin_seebeck: Seebeck = 0.0
    """S_s = S↑ − S↓, V/K."""
    thermal_conductivity: ThermalConductivity
    """k, electrons and phonons together, W/(m K)."""
    electronic_thermal_conductivity: PartialThermalConductivity | None = None
    """k_e, W/(m K); default Wiedemann–Franz, L0 σ T0, never above k."""
    phonon_thermal_conductivity: PartialThermalConductivity | None = None
    """k_ph = k − k_e, W/(m K); instead of k_e."""
    heat_polarisation: Polarisation | None = None
    """P_k = (k↑ − k↓)/k_e, between −1 and 1; default P."""
    spin_heat_diffusion_length: RelaxationLength | None = None
    """λ_Q, m; every conductor needs it, or α, when the spins have temperatures of their own."""
    spin_heat_ratio: LengthRatio | None = None
    """α = λ/λ_Q, instead of λ_Q."""
    magnetic: bool = False
    """True for a magnet; implied by P, S_s or P_k."""

    @model_validator(mode="after")
    def _consistent(self) -> "Material":
        if self.is_conductor and self.spin_diffusion_length is None:
            raise mistake("missing; every conductor needs one, such as '100 nm'", "spin_diffusion_length")
        if not self.is_conductor and self.is_magnetic:
            raise mistake(
                "an insulator cannot be magnetic here; remove its spin properties or give a conductivity"
            )
        if None not in (self.electronic_thermal_conductivity, self.phonon_thermal_conductivity):
            raise mistake(
                "give this or electronic_thermal_conductivity, not both", "phonon_thermal_conductivity"
            )
        if None not in (self.spin_heat_diffusion_length, self.spin_heat_ratio):
            raise mistake("give this or spin_heat_diffusion_length, not both", "spin_heat_ratio")
        for name in ("electronic_thermal_conductivity", "phonon_thermal_conductivity"):
            if (getattr(self, name) or 0.0) > self.thermal_conductivity:
                raise mistake(
                    f"must not exceed thermal_conductivity, {self.thermal_conductivity:g} W/(m K)", name
                )
        return self

    @property
    def is_conductor(self) -> bool:
        """Whether V and s live here."""
        return self.conductivity > 0

    @property
    def is_magnetic(self) -> bool:
        """Whether the sign of a magnetic configuration applies here."""
        return self.magnetic or any((self.polarisation, self.spin_seebeck, self.heat_polarisation))

    @property
    def electrical(self) -> Pair:
        """σ and σP, S/m."""
        return Pair(self.conductivity, self.conductivity * self.polarisation)

    @property
    def thermoelectric(self) -> Pair:
        """σS and σb, b = P S + (1−P²) S_s/2, A/(m K)."""
        b = self.polarisation * self.seebeck + (1 - self.polarisation**2) * self.spin_seebeck / 2
        return Pair(self.conductivity * self.seebeck, self.conductivity * b)

    def electronic_heat(self, temperature: float) -> Pair:
        """k_e and k_e P_k, W/(m K), at the base temperature T0 in K."""
        if self.electronic_thermal_conductivity is not None:
            k_e = self.electronic_thermal_conductivity
        elif self.phonon_thermal_conductivity is not None:
            k_e = self.thermal_conductivity - self.phonon_thermal_conductivity
        else:
            k_e = min(LORENZ_NUMBER * self.conductivity * temperature, self.thermal_conductivity)
        p_k = self.polarisation if self.heat_polarisation is None else self.heat_polarisation
        return Pair(k_e, k_e * p_k)

    def phonon_heat(self, temperature: float) -> float:
        """k_ph = k − k_e, W/(m K), at the base temperature T0 in K."""
        return self.thermal_conductivity - self.electronic_heat(temperature).sum

    @property
    def spin_relaxation(self) -> float:
        """(1−P²) σ/λ², S/m³: what multiplies s in ∇·j_s = −(1−P²) σ s/λ² (Valet–Fert); 0 in an insulator."""
        if self.spin_diffusion_length is None:
            return 0.0
        return (1 - self.polarisation**2) * self.conductivity / self.spin_diffusion_length**2

    @property
    def spin_heat_length(self) -> float | None:
        """λ_Q, m: as given, or λ/α; None where neither is."""
        if self.spin_heat_ratio is None or self.spin_diffusion_length is None:
            return self.spin_heat_diffusion_length
        return self.spin_diffusion_length / self.spin_heat_ratio

    def spin_heat_relaxation(self, temperature: float) -> float:
        """(1−P_k²) k_e/λ_Q², W/(m³ K), at T0 in K: what multiplies τ in −∇·q_s; 0 in an insulator.

        Raises:
            ValueError: A conductor has no λ_Q.
        """
        if not self.is_conductor:
            return 0.0
        if self.spin_heat_length is None:
            raise ValueError("a conductor without spin heat relaxation length")
        total, difference = self.electronic_heat(temperature)
        return (total - difference**2 / total) / self.spin_heat_length**2

    @property
    def channel_conductivity(self) -> tuple[float, float]:
        """σ↑ and σ↓, S/m."""
        total, difference = self.electrical
        return (total + difference) / 2, (total - difference) / 2

    @property
    def channel_seebeck(self) -> tuple[float, float]:
        """S↑ and S↓, V/K."""
        p, half = self.polarisation, self.spin_seebeck / 2
        return self.seebeck + (1 - p) * half, self.seebeck - (1 + p) * half

    def open_circuit_margin(self, temperature: float) -> float:
        """How far k exceeds T0 Σ σ_σ S_σ², W/(m K); the equations need it positive (physics.md §3)."""
        channels = zip(self.channel_conductivity, self.channel_seebeck, strict=True)
        return self.thermal_conductivity - temperature * sum(sigma * s**2 for sigma, s in channels)

    def channel_margins(self, temperature: float) -> tuple[float, float]:
        """How far k_σ exceeds T0 σ_σ S_σ² in ↑ and ↓, W/(m K); with τ the equations need it positive."""
        total, difference = self.electronic_heat(temperature)
        heat = (total + difference) / 2, (total - difference) / 2
        up, down = (
            k - temperature * sigma * s**2
            for k, sigma, s in zip(heat, self.channel_conductivity, self.channel_seebeck, strict=True)
        )
        return up, down
