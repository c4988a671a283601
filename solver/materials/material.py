"""The transport coefficients of one material (solver/physics.md §2)."""

import math

from pydantic import model_validator

from thermospin.constants import LORENZ_NUMBER, MAGNETON_RATE
from thermospin.materials.channels import Pair, TwoChannels
from thermospin.materials.coefficients import (
    SHORTEST,
    ConductivityLaw,
    ElectronicHeatLaw,
    HeatLaw,
    LengthLaw,
    LengthRatio,
    OpenCircuitHeatLaw,
    PhononHeatLaw,
    PolarisationLaw,
    PrecessionLength,
    RelaxationLength,
    SeebeckLaw,
)
from thermospin.materials.laws import Law, Nanoclusters, WiedemannFranzAndPhonons
from thermospin.materials.laws.taylor import smaller
from thermospin.materials.precession import GFactor, RelaxationTime, TensorDiffusion
from thermospin.materials.response import PARTS, Responsive
from thermospin.section import Truth, mistake

INSTEAD_OF_TENSOR_DIFFUSION = ("dephasing_length", "precession_length")
OF_MAGNETS = (*INSTEAD_OF_TENSOR_DIFFUSION, "tensor_diffusion")
"""Keys that mean nothing without a magnetisation."""
OF_VECTOR_SPIN = ("spin_relaxation_time", *OF_MAGNETS)
"""Keys that mean nothing while all spins are along one axis."""
OF_CLUSTERS = ("conductivity", "polarisation", "seebeck", "spin_seebeck", "heat_polarisation", "magnetic")
"""Keys that nanoclusters make superfluous."""

HEAT = ("thermal_conductivity", "thermal_conductivity_open_circuit")
"""Two ways to give k."""


class Material(TwoChannels, Responsive):
    """An isotropic conductor with two spin channels, or an insulator (conductivity 0).

    Values are in SI. ``↑`` is the channel along the magnetisation.
    """

    conductivity: ConductivityLaw | None = None
    """σ = σ↑ + σ↓, S/m; 0 for an insulator."""
    polarisation: PolarisationLaw = 0.0
    """P = (σ↑ − σ↓)/σ, between −1 and 1."""
    spin_diffusion_length: LengthLaw | None = None
    """λ, m; every conductor needs it."""
    seebeck: SeebeckLaw = 0.0
    """S, of both channels together, V/K."""
    spin_seebeck: SeebeckLaw = 0.0
    """S_s = S↑ − S↓, V/K."""
    thermal_conductivity: HeatLaw | None = None
    """k, electrons and phonons together, W/(m K), where there is no electric field."""
    thermal_conductivity_open_circuit: OpenCircuitHeatLaw | None = None
    """k − T0 σ S², W/(m K), instead of k: what is measured where no charge flows and no spins are (s = 0)."""
    electronic_thermal_conductivity: ElectronicHeatLaw | None = None
    """k_e, W/(m K); default Wiedemann–Franz, L0 σ T0, never above k."""
    phonon_thermal_conductivity: PhononHeatLaw | None = None
    """k_ph = k − k_e, W/(m K); instead of k_e."""
    heat_polarisation: PolarisationLaw | None = None
    """P_k = (k↑ − k↓)/k_e, between −1 and 1; default P."""
    spin_heat_diffusion_length: LengthLaw | None = None
    """λ_Q, m; every conductor needs it, or α, when the spins have temperatures of their own."""
    spin_heat_ratio: LengthRatio | None = None
    """α = λ/λ_Q, instead of λ_Q."""
    magnetic: Truth = False
    """True for a magnet; implied by P, S_s or P_k."""
    spin_relaxation_time: RelaxationTime | None = None
    """τ_sf of a normal metal, s; spins precess in the magnetic field only where it is given."""
    g_factor: GFactor = 2.0
    """g in ω_L = g μ_B B/ħ."""
    dephasing_length: RelaxationLength | None = None
    """λ_φ of a magnet, m: decay of spins across the magnetisation; default as along it, λ/√(1−P²)."""
    precession_length: PrecessionLength | None = None
    """λ_J of a magnet, m: spins precess about the magnetisation; none by default. Positive: exchange turns
    moments as a field along the magnetisation would; negative: the other way round."""
    tensor_diffusion: TensorDiffusion | None = None
    """Instead of λ_φ and λ_J: spins of a magnet that precess between collisions; λ is √(D τ_sf)."""
    nanoclusters: Nanoclusters | None = None
    """Instead of σ, P, S and S_s: magnetic clusters in a metal, which a magnetic field polarises. S is
    the α that Tsyplyatyev et al. print: half of what their own rates give, and opposite to it."""

    @model_validator(mode="after")
    def _consistent(self) -> "Material":
        self._check_clusters()
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
        self._check_heat()
        return self

    def _check_clusters(self) -> None:
        """Refuse a coefficient that both the clusters and the entry set, or that neither sets."""
        if self.nanoclusters is None:
            if self.conductivity is None:
                raise mistake("missing; add it", "conductivity")
            return
        for key in OF_CLUSTERS:
            if getattr(self, key) != type(self).model_fields[key].default:
                raise mistake("give this or nanoclusters, not both; the clusters set it in every field", key)

    def _check_heat(self) -> None:
        """Either k or its open-circuit value is given; the parts of k do not exceed it, and one is given."""
        whole = self.thermal_conductivity
        if whole is None and self.thermal_conductivity_open_circuit is None:
            raise mistake("missing; add it, or thermal_conductivity_open_circuit", "thermal_conductivity")
        if None not in (whole, self.thermal_conductivity_open_circuit):
            raise mistake("give this or thermal_conductivity, not both", "thermal_conductivity_open_circuit")
        for name in PARTS:
            part = getattr(self, name)
            if part is not None and isinstance(whole, WiedemannFranzAndPhonons):
                raise mistake(
                    "the law of thermal_conductivity has both parts; remove this, or write its phonons", name
                )
            if isinstance(part, float) and isinstance(whole, float) and part > whole:
                raise mistake(
                    f"must not exceed thermal_conductivity, {self.thermal_conductivity:g} W/(m K)", name
                )

    @model_validator(mode="after")
    def _consistent_precession(self) -> "Material":
        if self.precession_length is not None and abs(self.precession_length) < SHORTEST:
            raise mistake(
                f"must be at least {SHORTEST:g} m in size, not {self.precession_length:g} m; a negative one "
                "precesses the other way round; leave it out for none",
                "precession_length",
            )
        if self.spin_relaxation_time is not None and (self.is_magnetic or not self.is_conductor):
            raise mistake(
                "precession in the field is that of normal metals; remove this (in a magnet spins precess "
                "about the magnetisation: precession_length or tensor_diffusion)",
                "spin_relaxation_time",
            )
        if self.tensor_diffusion is None:
            return self
        for key in INSTEAD_OF_TENSOR_DIFFUSION:
            if getattr(self, key) is not None:
                raise mistake("give this or tensor_diffusion, not both", key)
        length = self.tensor_diffusion.diffusion_length
        if isinstance(self.spin_diffusion_length, Law):
            raise mistake(
                f"must be √(D τ_sf), {length:.4g} m, with tensor_diffusion", "spin_diffusion_length"
            )
        if not math.isclose(self.spin_diffusion_length or 0.0, length, rel_tol=1e-3):
            raise mistake(
                f"must be the √(D τ_sf) of tensor_diffusion, {length:.4g} m, "
                f"not {self.spin_diffusion_length:.4g} m",
                "spin_diffusion_length",
            )
        return self

    @property
    def is_conductor(self) -> bool:
        """Whether V and s live here."""
        return self.conductivity != 0

    @property
    def is_magnetic(self) -> bool:
        """Whether the sign of a magnetic configuration applies here."""
        implied = any((self.polarisation, self.spin_seebeck, self.heat_polarisation))
        return self.magnetic or (implied and not self._follows_field)

    @property
    def dephases(self) -> bool:
        """Whether spins across the magnetisation dephase, and do not only relax as those along it do."""
        return self.dephasing_length is not None

    @property
    def electrical(self) -> Pair:
        """σ and σP, S/m."""
        return Pair(self.conductivity, self.conductivity * self.polarisation)

    def electronic_heat(self, temperature: float) -> Pair:
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
        return Pair(k_e, k_e * p_k)

    def phonon_heat(self, temperature: float) -> float:
        """k_ph = k − k_e, W/(m K).

        Args:
            temperature: Base temperature T0, K.
        """
        return self.thermal_conductivity - self.electronic_heat(temperature).sum

    @property
    def spin_relaxation(self) -> float:
        """(1−P²) σ/λ², S/m³, the factor of s in −∇·j_s (Valet–Fert); 0 in an insulator."""
        if self.spin_diffusion_length is None:
            return 0.0
        return (1 - self.polarisation**2) * self.conductivity / self.spin_diffusion_length**2

    @property
    def larmor(self) -> float:
        """Factor of −B × s in −∇·j_s, g μ_B/ħ · τ_sf σ/λ², S/(m³ T) (Hanle); 0 without τ_sf."""
        return self._precession(self.conductivity)

    @property
    def transverse_relaxation(self) -> float:
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
    def exchange_precession(self) -> float:
        """Factor of m × s in −∇·j_s, S/m³: −σ/λ_J² with the sign of λ_J, or −σ ω/D."""
        return self._turning(self.conductivity)

    def heat_larmor(self, temperature: float) -> float:
        """Factor of −B × τ in −∇·q_s, W/(m³ K T): g μ_B/ħ · τ_Q k_e/λ_Q², with τ_Q/λ_Q² = τ_sf/λ².

        Args:
            temperature: T0, K.
        """
        return self._precession(self.electronic_heat(temperature).sum)

    def transverse_heat_relaxation(self, temperature: float) -> float:
        """Factor of τ_⊥ in −∇·q_s, W/(m³ K): k_e/λ_φ²; the same as along m where no λ_φ is given.

        In tensor diffusion k_e/λ_Q², as the heat across m has k_e and not k_e(1−P_k²).

        Args:
            temperature: T0, K.
        """
        k_e, length = self.electronic_heat(temperature).sum, self.dephasing_length
        if self.tensor_diffusion is not None:
            length = self.spin_heat_length
        return self.spin_heat_relaxation(temperature) if length is None else k_e / length**2

    def heat_exchange_precession(self, temperature: float) -> float:
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

    def _turning(self, conductivity: float) -> float:
        if self.tensor_diffusion is not None:
            rate, diffusion = (
                self.tensor_diffusion.precession_frequency,
                self.tensor_diffusion.diffusion_constant,
            )
            return -conductivity * rate / diffusion
        length = self.precession_length
        return 0.0 if length is None else -conductivity / (length * abs(length))

    def _precession(self, conductivity: float) -> float:
        if self.spin_relaxation_time is None or self.spin_diffusion_length is None:
            return 0.0
        rate = self.g_factor * MAGNETON_RATE * self.spin_relaxation_time
        return rate * conductivity / self.spin_diffusion_length**2

    @property
    def spin_heat_length(self) -> float | None:
        """λ_Q, m: as given, or λ/α; None where neither is."""
        if self.spin_heat_ratio is None or self.spin_diffusion_length is None:
            return self.spin_heat_diffusion_length
        return self.spin_diffusion_length / self.spin_heat_ratio

    def spin_heat_relaxation(self, temperature: float) -> float:
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
    def channel_conductivity(self) -> tuple[float, float]:
        """σ↑ and σ↓, S/m."""
        return self.electrical.channels

    def open_circuit_margin(self, temperature: float) -> float:
        """Excess of k over T0 Σ σ_σ S_σ², W/(m K); it must be positive (solver/physics.md §3).

        Args:
            temperature: T0, K.
        """
        return self.thermal_conductivity - self.seebeck_heat(temperature)
