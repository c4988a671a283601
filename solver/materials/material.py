"""A material as a document has it: its transport coefficients, numbers or laws (solver/physics.md §2)."""

import math

from pydantic import model_validator

from thermospin.materials.anisotropy import ANISOTROPIC, OF_METALS, OF_SPIN_HALL
from thermospin.materials.anisotropy import OF_MAGNETS as ANISOTROPY_OF_MAGNETS
from thermospin.materials.evaluation import PARTS, Evaluable
from thermospin.materials.laws import CoefficientLaw, Law, Nanoclusters, WiedemannFranzAndPhonons
from thermospin.materials.precession import GFactor, RelaxationTime, TensorDiffusion
from thermospin.materials.quantities import (
    SHORTEST,
    AnisotropyLaw,
    ConductivityLaw,
    ElectronicHeatLaw,
    HallCoefficient,
    HeatLaw,
    LengthLaw,
    LengthRatio,
    NernstCoefficient,
    OpenCircuitHeatLaw,
    PhononHeatLaw,
    PolarisationLaw,
    PrecessionLength,
    RelaxationLength,
    SeebeckLaw,
)
from thermospin.section import Truth, mistake

INSTEAD_OF_TENSOR_DIFFUSION = ("dephasing_length", "precession_length")
OF_MAGNETS = (*INSTEAD_OF_TENSOR_DIFFUSION, "tensor_diffusion")
"""Keys that mean nothing without a magnetisation."""
OF_VECTOR_SPIN = ("spin_relaxation_time", *OF_MAGNETS, *OF_SPIN_HALL)
"""Keys that mean nothing while all spins are along one axis."""
OF_CLUSTERS = ("conductivity", "polarisation", "seebeck", "spin_seebeck", "heat_polarisation", "magnetic")
"""Keys that nanoclusters make superfluous."""

HEAT = ("thermal_conductivity", "thermal_conductivity_open_circuit")
"""Two ways to give k."""


class Material(Evaluable):
    """A conductor with two spin channels, or an insulator (conductivity 0).

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
    """True for a magnet, or an insulating magnet; implied by P, S_s or P_k."""
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
    amr_ratio: AnisotropyLaw = 0.0
    """(ρ∥ − ρ⊥)/ρ0 of a magnet, for currents along m and across it; σ = 1/ρ0, ρ0 = (ρ∥ + 2ρ⊥)/3."""
    anomalous_hall_angle: AnisotropyLaw = 0.0
    """ρ_AH/ρ0 of a magnet: a current j has the Hall field ρ_AH m × j."""
    anisotropic_seebeck_ratio: AnisotropyLaw = 0.0
    """(S∥ − S⊥)/S of a magnet, for gradients along m and across it; S = (S∥ + 2S⊥)/3."""
    anomalous_nernst_ratio: AnisotropyLaw = 0.0
    """N_A of a magnet: in open circuit a gradient across m has the Nernst field ∇V = −N_A S m × ∇T."""
    hall_coefficient: HallCoefficient = 0.0
    """R_H of a normal metal, m³/C: in the field B a current has the Hall field R_H B × j."""
    nernst_coefficient: NernstCoefficient = 0.0
    """ν of a normal metal, V/(K T): in the field B a gradient has the field ∇V = −ν B × ∇T."""
    spin_hall_angle: AnisotropyLaw = 0.0
    """θ of a normal metal, for moments: a field E drives the spin current σ θ ê_a × E of moments along a."""
    spin_nernst_angle: AnisotropyLaw = 0.0
    """θ_N of a normal metal: a gradient drives the spin current −σ S θ_N ê_a × ∇T of moments along a."""
    nanoclusters: Nanoclusters | None = None
    """Instead of σ, P, S and S_s: magnetic clusters in a metal, which a magnetic field polarises. S is
    the α that Tsyplyatyev et al. print: half of what their own rates give, and opposite to it."""

    @model_validator(mode="after")
    def _consistent(self) -> "Material":
        self._check_clusters()
        if self.is_conductor and self.spin_diffusion_length is None:
            raise mistake("missing; every conductor needs one, such as '100 nm'", "spin_diffusion_length")
        if not self.is_conductor and self.channels_differ:
            raise mistake("an insulator has no electrons; remove its spin properties, or give a conductivity")
        for key in OF_MAGNETS if not self.is_conductor else ():
            if getattr(self, key) is not None:
                raise mistake("acts on spins inside, and none enter an insulator; remove it", key)
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
                    "the law of thermal_conductivity already has both parts; remove this, or write "
                    "its phonons",
                    name,
                )
            if isinstance(part, float) and isinstance(whole, float) and part > whole:
                raise mistake(
                    f"must not exceed thermal_conductivity, {self.thermal_conductivity:g} W/(m K)", name
                )

    @model_validator(mode="after")
    def _consistent_precession(self) -> "Material":
        if self.precession_length is not None and abs(self.precession_length) < SHORTEST:
            raise mistake(
                f"must be at least {SHORTEST:g} m in size, not {self.precession_length:g} m; leave it out "
                "for no precession (a negative length reverses it)",
                "precession_length",
            )
        if self.spin_relaxation_time is not None and (self.is_magnetic or not self.is_conductor):
            raise mistake(
                "only spins of normal metals precess in the field; remove this (in a magnet spins precess "
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

    @model_validator(mode="after")
    def _consistent_anisotropy(self) -> "Material":
        given = [key for key in (*ANISOTROPIC, *OF_SPIN_HALL) if _differs_from_zero(getattr(self, key))]
        for key in given:
            if not self.is_conductor:
                raise mistake("turns currents, and none flow in an insulator; remove it", key)
            if self.nanoclusters is not None:
                raise mistake("is not known beside nanoclusters; remove one of the two", key)
            if self.is_magnetic and key in OF_METALS:
                raise mistake(
                    "is that of a normal metal in a field; give the magnet an anomalous_hall_angle or an "
                    "anomalous_nernst_ratio",
                    key,
                )
            if self.is_magnetic and key in OF_SPIN_HALL:
                raise mistake("is known of normal metals only; remove it from this magnet", key)
            if key in ANISOTROPY_OF_MAGNETS and not self.is_magnetic:
                raise mistake(
                    "acts about a magnetisation, and this material has none; remove it, or set "
                    "'magnetic: true'",
                    key,
                )
        if "nernst_coefficient" in given and not _differs_from_zero(self.seebeck):
            raise mistake("needs a seebeck that is not 0 in the same material", "nernst_coefficient")
        return self

    @property
    def is_conductor(self) -> bool:
        """Whether V and s live here."""
        return self.conductivity != 0

    @property
    def is_magnetic(self) -> bool:
        """Whether the sign of a magnetic configuration applies here."""
        return self.magnetic or self.channels_differ

    @property
    def channels_differ(self) -> bool:
        """Whether P, S_s or P_k makes it a magnet."""
        implied = (self.polarisation, self.spin_seebeck, self.heat_polarisation)
        return any(_differs_from_zero(value) for value in implied)


def _differs_from_zero(value: float | CoefficientLaw | None) -> bool:
    """Whether a coefficient is given and not 0 at all temperatures."""
    return value.constant != 0 if isinstance(value, CoefficientLaw) else bool(value)
