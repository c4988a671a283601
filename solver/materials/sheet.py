"""The transport coefficients of one sheet, per square (solver/physics.md §4)."""

from functools import cached_property

from pydantic import model_validator

from thermospin.constants import LORENZ_NUMBER
from thermospin.materials.channel_values import ChannelValues
from thermospin.materials.quantities import LengthRatio, RelaxationLength, Seebeck
from thermospin.section import Section, mistake
from thermospin.units import quantity

SheetConductance = quantity("S", smallest=1e-15, ge=0, le=1e6)
SheetResistance = quantity("ohm", ge=1e-6, le=1e15)
SheetHeatConductance = quantity("W/K", smallest=1e-18, ge=0, le=1e3)

OF_ELECTRONS = ("seebeck", "spin_diffusion_length", "spin_heat_diffusion_length", "spin_heat_ratio")
"""Keys that mean nothing where a sheet carries no current."""


class SheetValues(Section):
    """A sheet as a configuration or the library writes it: a normal conductor so thin that it has no inside.

    Values are in SI and per square: conductivities times the thickness.
    """

    sheet_conductance: SheetConductance | None = None
    """Σ = σ times thickness, S; 0 or nothing for a sheet that conducts heat only."""
    sheet_resistance: SheetResistance | None = None
    """1/Σ, Ω; instead of sheet_conductance."""
    spin_diffusion_length: RelaxationLength | None = None
    """λ along the sheet, m; every sheet that conducts needs it."""
    seebeck: Seebeck | None = None
    """S, V/K; default 0."""
    sheet_thermal_conductance: SheetHeatConductance | None = None
    """K = k times thickness, electrons and phonons together, W/K; default Wiedemann–Franz, L0 Σ T0."""
    spin_heat_diffusion_length: RelaxationLength | None = None
    """λ_Q along the sheet, m; needed, or α, when the spins have temperatures of their own."""
    spin_heat_ratio: LengthRatio | None = None
    """α = λ/λ_Q, instead of λ_Q."""

    @model_validator(mode="after")
    def _consistent(self) -> "SheetValues":
        if None not in (self.sheet_conductance, self.sheet_resistance):
            raise mistake("give this or sheet_conductance, not both", "sheet_resistance")
        if None not in (self.spin_heat_diffusion_length, self.spin_heat_ratio):
            raise mistake("give this or spin_heat_diffusion_length, not both", "spin_heat_ratio")
        if self.is_conducting and self.spin_diffusion_length is None:
            raise mistake(
                "missing; every sheet that conducts needs one, such as '1 um'", "spin_diffusion_length"
            )
        given = [key for key in OF_ELECTRONS if getattr(self, key)]
        if given and not self.is_conducting:
            raise mistake(
                "needs a sheet_conductance or a sheet_resistance too; remove it, or add one", given[0]
            )
        if not (self.is_conducting or self.sheet_thermal_conductance):
            raise mistake(
                "nothing flows in it; give library, sheet_conductance, sheet_resistance or "
                "sheet_thermal_conductance"
            )
        return self

    @property
    def is_conducting(self) -> bool:
        """Whether current flows in it."""
        return bool(self.sheet_conductance or self.sheet_resistance)

    @cached_property
    def conductance(self) -> float:
        """Σ, S; 0 where only heat flows."""
        return 1 / self.sheet_resistance if self.sheet_resistance else self.sheet_conductance or 0.0

    def at(self, temperature: float) -> ChannelValues[float]:
        """The coefficients per square, in the place of those of a material: S for S/m, W/K for W/(m K).

        Args:
            temperature: T0, K.
        """
        heat = self.sheet_thermal_conductance
        return ChannelValues(
            conductivity=self.conductance,
            polarisation=0.0,
            seebeck=self.seebeck or 0.0,
            spin_seebeck=0.0,
            thermal_conductivity=LORENZ_NUMBER * self.conductance * temperature if heat is None else heat,
            spin_diffusion_length=self.spin_diffusion_length,
            spin_heat_diffusion_length=self.spin_heat_diffusion_length,
            spin_heat_ratio=self.spin_heat_ratio,
        )
