"""Transport coefficients of a material as numbers or as Taylor series (solver/physics.md §2)."""

from dataclasses import dataclass

from thermospin.constants import LORENZ_NUMBER, MAGNETON_RATE
from thermospin.materials.anisotropy import Anisotropic
from thermospin.materials.channels import ChannelPair, TwoChannels
from thermospin.materials.laws.taylor import Taylor, smaller
from thermospin.materials.precession import TensorDiffusion


@dataclass(frozen=True, kw_only=True)
class ChannelValues[Value: float | Taylor](TwoChannels[Value], Anisotropic[Value]):
    """Values of the coefficients of a material, and the coefficients of the equations that follow from them.

    ``ChannelValues[float]`` has numbers: a material at one temperature. ``ChannelValues[float | Taylor]`` has
    a series in the temperature wherever a coefficient follows a law; the formulas are the same.

    Attributes:
        conductivity: σ = σ↑ + σ↓, S/m; 0 in an insulator.
        polarisation: P = (σ↑ − σ↓)/σ.
        seebeck: S, V/K.
        spin_seebeck: S_s = S↑ − S↓, V/K.
        thermal_conductivity: k = k_e + k_ph, W/(m K), where there is no electric field.
        is_magnetic: Whether the sign of a magnetic configuration applies here.
        spin_diffusion_length: λ, m; None in an insulator.
        electronic_thermal_conductivity: k_e, W/(m K); None for k − k_ph or, without k_ph, Wiedemann–Franz.
        phonon_thermal_conductivity: k_ph, W/(m K), where it is given instead of k_e.
        heat_polarisation: P_k = (k↑ − k↓)/k_e; None for P.
        spin_heat_diffusion_length: λ_Q, m, where it is given.
        spin_heat_ratio: α = λ/λ_Q, where it is given instead of λ_Q.
        spin_relaxation_time: τ_sf, s, of a normal metal whose spins precess in the magnetic field.
        g_factor: g in ω_L = g μ_B B/ħ.
        dephasing_length: λ_φ, m; None as along the magnetisation.
        precession_length: λ_J, m, with its sign; None without precession about the magnetisation.
        tensor_diffusion: Spins that precess between collisions, instead of λ_φ and λ_J.
        amr_ratio: (ρ∥ − ρ⊥)/ρ0, ρ0 = (ρ∥ + 2ρ⊥)/3 = 1/σ.
        anomalous_hall_angle: ρ_AH/ρ0.
        anisotropic_seebeck_ratio: (S∥ − S⊥)/S, S = (S∥ + 2S⊥)/3.
        anomalous_nernst_ratio: N_A, the field across ∇T and m over S |∇T|.
        hall_coefficient: R_H, m³/C.
        nernst_coefficient: ν, V/(K T).
        spin_hall_angle: θ of a normal metal.
        spin_nernst_angle: θ_N of a normal metal.
    """

    conductivity: Value
    polarisation: Value
    seebeck: Value
    spin_seebeck: Value
    thermal_conductivity: Value
    is_magnetic: bool = False
    spin_diffusion_length: Value | None = None
    electronic_thermal_conductivity: Value | None = None
    phonon_thermal_conductivity: Value | None = None
    heat_polarisation: Value | None = None
    spin_heat_diffusion_length: Value | None = None
    spin_heat_ratio: float | None = None
    spin_relaxation_time: float | None = None
    g_factor: float = 2.0
    dephasing_length: float | None = None
    precession_length: float | None = None
    tensor_diffusion: TensorDiffusion | None = None
    amr_ratio: Value | float = 0.0
    anomalous_hall_angle: Value | float = 0.0
    anisotropic_seebeck_ratio: Value | float = 0.0
    anomalous_nernst_ratio: Value | float = 0.0
    hall_coefficient: Value | float = 0.0
    nernst_coefficient: Value | float = 0.0
    spin_hall_angle: Value | float = 0.0
    spin_nernst_angle: Value | float = 0.0

    @property
    def is_conductor(self) -> bool:
        """Whether V and s live here."""
        return self.conductivity != 0

    @property
    def dephases(self) -> bool:
        """Whether spins across the magnetisation dephase, and do not only relax as those along it do."""
        return self.dephasing_length is not None

    @property
    def electrical(self) -> ChannelPair[Value]:
        """σ and σP, S/m."""
        return ChannelPair(self.conductivity, self.conductivity * self.polarisation)

    def electronic_heat(self, temperature: float) -> ChannelPair[Value]:
        """k_e and k_e P_k, W/(m K).

        Args:
            temperature: Base temperature T0, K.
        """
        if self.electronic_thermal_conductivity is not None:
            k_e = self.electronic_thermal_conductivity
        elif self.phonon_thermal_conductivity is not None:
            k_e = self.thermal_conductivity - self.phonon_thermal_conductivity
        else:
            k_e = smaller(LORENZ_NUMBER * self.conductivity * temperature, self.thermal_conductivity)
        p_k = self.polarisation if self.heat_polarisation is None else self.heat_polarisation
        return ChannelPair(k_e, k_e * p_k)

    def phonon_heat(self, temperature: float) -> Value | float:
        """k_ph = k − k_e, W/(m K).

        Args:
            temperature: Base temperature T0, K.
        """
        return self.thermal_conductivity - self.electronic_heat(temperature).sum

    @property
    def spin_relaxation(self) -> Value | float:
        """(1−P²) σ/λ², S/m³, the factor of s in −∇·j_s (Valet–Fert); 0 in an insulator."""
        if self.spin_diffusion_length is None:
            return 0.0
        return (1 - self.polarisation**2) * self.conductivity / self.spin_diffusion_length**2

    @property
    def larmor(self) -> Value | float:
        """Factor of −B × s in −∇·j_s, g μ_B/ħ · τ_sf σ/λ², S/(m³ T) (Hanle); 0 without τ_sf."""
        return self._precession(self.conductivity)

    @property
    def transverse_relaxation(self) -> Value | float:
        """Factor of s_⊥ in −∇·j_s, S/m³: σ/λ_φ²; the same as along m where no λ_φ is given.

        In tensor diffusion σ/(D τ_sf), as the current across m has σ and not σ(1−P²).
        """
        if self.tensor_diffusion is not None:
            return self.conductivity / self.tensor_diffusion.diffusion_length**2
        if self.dephasing_length is None:
            return self.spin_relaxation
        return self.conductivity / self.dephasing_length**2

    @property
    def transverse_length(self) -> float | None:
        """The shortest length over which spins across the magnetisation change, m, where one is given."""
        given = [self.dephasing_length, self.precession_length]
        given.append(self.tensor_diffusion and self.tensor_diffusion.transverse_length)
        return min((abs(length) for length in given if length is not None), default=None)

    @property
    def exchange_precession(self) -> Value | float:
        """Factor of m × s in −∇·j_s, S/m³: −σ/λ_J² with the sign of λ_J, or −σ ω/D."""
        return self._turning(self.conductivity)

    def heat_larmor(self, temperature: float) -> Value | float:
        """Factor of −B × τ in −∇·q_s, W/(m³ K T): g μ_B/ħ · τ_Q k_e/λ_Q², with τ_Q/λ_Q² = τ_sf/λ².

        Args:
            temperature: T0, K.
        """
        return self._precession(self.electronic_heat(temperature).sum)

    def transverse_heat_relaxation(self, temperature: float) -> Value | float:
        """Factor of τ_⊥ in −∇·q_s, W/(m³ K): k_e/λ_φ²; the same as along m where no λ_φ is given.

        In tensor diffusion k_e/λ_Q², as the heat across m has k_e and not k_e(1−P_k²).

        Args:
            temperature: T0, K.
        """
        k_e, length = self.electronic_heat(temperature).sum, self.dephasing_length
        if self.tensor_diffusion is not None:
            length = self.spin_heat_length
        return self.spin_heat_relaxation(temperature) if length is None else k_e / length**2

    def heat_exchange_precession(self, temperature: float) -> Value | float:
        """Factor of m × τ in −∇·q_s, W/(m³ K): −k_e/λ_J² with the sign of λ_J, or −k_e ω/D.

        Args:
            temperature: T0, K.
        """
        return self._turning(self.electronic_heat(temperature).sum)

    @property
    def collision_angle(self) -> float:
        """Angle a = τ_p H by which spins precess between collisions, H = −ω along the magnetisation."""
        tensor = self.tensor_diffusion
        return -tensor.momentum_time * tensor.precession_frequency if tensor else 0.0

    def _turning(self, conductivity: Value) -> Value | float:
        if self.tensor_diffusion is not None:
            rate, diffusion = (
                self.tensor_diffusion.precession_frequency,
                self.tensor_diffusion.diffusion_constant,
            )
            return -conductivity * rate / diffusion
        length = self.precession_length
        return 0.0 if length is None else -conductivity / (length * abs(length))

    def _precession(self, conductivity: Value) -> Value | float:
        if self.spin_relaxation_time is None or self.spin_diffusion_length is None:
            return 0.0
        rate = self.g_factor * MAGNETON_RATE * self.spin_relaxation_time
        return rate * conductivity / self.spin_diffusion_length**2

    @property
    def spin_heat_length(self) -> Value | None:
        """λ_Q, m: as given, or λ/α; None where neither is."""
        if self.spin_heat_ratio is None or self.spin_diffusion_length is None:
            return self.spin_heat_diffusion_length
        return self.spin_diffusion_length / self.spin_heat_ratio

    def spin_heat_relaxation(self, temperature: float) -> Value | float:
        """(1−P_k²) k_e/λ_Q², W/(m³ K), the factor of τ in −∇·q_s; 0 in an insulator.

        Args:
            temperature: T0, K.

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
    def channel_conductivity(self) -> tuple[Value, Value]:
        """σ↑ and σ↓, S/m."""
        return self.electrical.channels

    def open_circuit_margin(self, temperature: float) -> Value | float:
        """Excess of k over T0 Σ σ_σ S_σ², W/(m K); it must be positive (solver/physics.md §3).

        Args:
            temperature: T0, K.
        """
        return self.thermal_conductivity - self.seebeck_heat(temperature)
