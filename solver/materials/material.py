"""A material as a document has it: its transport coefficients, numbers or laws (solver/physics.md §2)."""

import math

from pydantic import model_validator

from thermospin.materials.evaluation import PARTS, Evaluable
from thermospin.materials.laws import CoefficientLaw, Law, Nanoclusters, WiedemannFranzAndPhonons
from thermospin.materials.precession import GFactor, RelaxationTime, TensorDiffusion
from thermospin.materials.quantities import (
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


class Material(Evaluable):
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

    @property
    def is_conductor(self) -> bool:
        """Whether V and s live here."""
        return self.conductivity != 0

    @property
    def is_magnetic(self) -> bool:
        """Whether the sign of a magnetic configuration applies here."""
        implied = (self.polarisation, self.spin_seebeck, self.heat_polarisation)
        return self.magnetic or any(_differs_from_zero(value) for value in implied)


def _differs_from_zero(value: float | CoefficientLaw | None) -> bool:
    """Whether a coefficient is given and not 0 at all temperatures."""
    return value.constant != 0 if isinstance(value, CoefficientLaw) else bool(value)
