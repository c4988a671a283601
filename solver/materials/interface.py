"""The transport coefficients of one interface, per area (solver/physics.md §4)."""

from functools import cached_property
from typing import Literal

from pydantic import model_validator

from thermospin.constants import LORENZ_NUMBER
from thermospin.materials.channels import ChannelPair, TwoChannels
from thermospin.materials.quantities import Polarisation, Seebeck
from thermospin.section import Section, mistake
from thermospin.units import quantity

HIGHEST_CONDUCTANCE = 1e20
"""S/m²; the interfaces of metals have about 1e15, and far above that nothing is left to jump."""

Conductance = quantity("S/m^2", smallest=1e-10, ge=0, le=HIGHEST_CONDUCTANCE)
AreaResistance = quantity("ohm m^2", gt=0, le=1e-3)
HeatConductance = quantity("W/(m^2 K)", smallest=1e-10, ge=0, le=1e16)
KapitzaResistance = quantity("m^2 K/W", ge=1e-16, le=1e-2)

MixingConductance = quantity("S/m^2", ge=-HIGHEST_CONDUCTANCE, le=HIGHEST_CONDUCTANCE)
Ratio = quantity("", ge=-1e3, le=1e3)

OF_MIXING = ("mixing_conductance", "mixing_conductance_imaginary", "mixing_thermopower")
"""Keys that mean nothing while all spins are along one axis."""
OF_ELECTRONS = ("polarisation", "asymmetry", "seebeck", "spin_seebeck")
OF_ELECTRONS += ("electronic_heat_conductance", "heat_polarisation", "mixing_thermopower")
"""Keys that mean nothing where no current crosses."""
OF_INSULATING_MAGNETS = ("spin_conductance", "interface_spin_seebeck")
"""Keys that mean nothing where current crosses."""
Kind = Literal["charge", "spins", "heat"]
"""Kind of an interface, by what crosses: charge, spins and heat; spins (into an insulating magnet) and heat;
or heat only."""
KINDS: tuple[Kind, ...] = ("charge", "spins", "heat")
SAME = (
    ("conductance", "area_resistance"),
    ("polarisation", "asymmetry"),
    ("phonon_heat_conductance", "kapitza_resistance"),
)
"""Pairs of keys that say the same thing."""


class InterfaceMaterial(Section, TwoChannels[float]):
    """Coefficients of the currents from side 1 to side 2 that the jumps of the fields drive.

    Values are in SI. ``↑`` is the channel along the magnetisation of the magnet at the interface.
    """

    conductance: Conductance = 0.0
    """G = G↑ + G↓, S/m²; 0 where an insulator begins."""
    polarisation: Polarisation = 0.0
    """P_G = (G↑ − G↓)/G, between −1 and 1."""
    seebeck: Seebeck = 0.0
    """S_i, of both channels together, V/K."""
    spin_seebeck: Seebeck = 0.0
    """S_s = S↑ − S↓, V/K."""
    electronic_heat_conductance: HeatConductance | None = None
    """K_e, W/(m² K); default Wiedemann–Franz, L0 G T0."""
    heat_polarisation: Polarisation | None = None
    """P_K = (K↑ − K↓)/K_e, between −1 and 1; default P_G."""
    phonon_heat_conductance: HeatConductance = 0.0
    """K_ph, W/(m² K)."""
    mixing_conductance: Conductance | None = None
    """Re G↑↓, S/m²: spins across the magnetisation are absorbed with η = 2 Re G↑↓/G; default G/2, η = 1."""
    mixing_conductance_imaginary: MixingConductance = 0.0
    """Im G↑↓, S/m², of + 2 Im G↑↓ m × s_⊥: they precess about the magnetisation."""
    mixing_thermopower: Ratio | None = None
    """η' = 2 Re G'↑↓/G', of the spin heat accumulation across the magnetisation; default η."""
    spin_conductance: Conductance = 0.0
    """G_s of an insulating magnet, S/m²: it takes the spin current 2 G_s s along its magnetisation."""
    interface_spin_seebeck: Seebeck = 0.0
    """S_i of an insulating magnet, V/K: a jump ΔT, metal less magnet, drives the spin current 2 G_s S_i ΔT
    along its magnetisation."""

    @model_validator(mode="after")
    def _electrons_need_a_conductance(self) -> "InterfaceMaterial":
        _check_electrons(self, self.is_conducting)
        return self

    @property
    def is_conducting(self) -> bool:
        """Whether current crosses."""
        return self.conductance > 0

    @property
    def kind(self) -> Kind:
        """Kind, by what crosses."""
        if self.is_conducting:
            return "charge"
        return "spins" if self.spin_conductance or self.mixing else "heat"

    @property
    def spin_seebeck_current(self) -> float:
        """2 G_s S_i, A/(m² K): the spin current per jump of the temperature at an insulating magnet."""
        return 2 * self.spin_conductance * self.interface_spin_seebeck

    @property
    def is_spin_dependent(self) -> bool:
        """Whether the magnetisation of a magnet applies here."""
        if self.kind == "spins":
            return True
        mixes = any(getattr(self, key) is not None for key in ("mixing_conductance", "mixing_thermopower"))
        return mixes or any(
            (self.polarisation, self.spin_seebeck, self.heat_polarisation, self.mixing_conductance_imaginary)
        )

    @property
    def electrical(self) -> ChannelPair[float]:
        """G and G P_G, S/m²."""
        return ChannelPair(self.conductance, self.conductance * self.polarisation)

    def electronic_heat(self, temperature: float) -> ChannelPair[float]:
        """K_e and K_e P_K, W/(m² K).

        Args:
            temperature: Base temperature T0, K.
        """
        k_e = self.electronic_heat_conductance
        if k_e is None:
            k_e = LORENZ_NUMBER * self.conductance * temperature
        p_k = self.polarisation if self.heat_polarisation is None else self.heat_polarisation
        return ChannelPair(k_e, k_e * p_k)

    @property
    def mixing(self) -> complex:
        """G↑↓, S/m²: j_s⊥ = 2 Re G↑↓ s_⊥ + 2 Im G↑↓ m × s_⊥ (solver/physics.md §4).

        Hatami et al. 2007, Eqs. 1 and 3 have the second term with a minus sign: their vectors are electron
        spins, those here magnetic moments, and ``m × s`` keeps its sign where all vectors change theirs.
        """
        real = self.conductance / 2 if self.mixing_conductance is None else self.mixing_conductance
        return complex(real, self.mixing_conductance_imaginary)

    @property
    def mixing_ratio(self) -> float:
        """η = 2 Re G↑↓/G; 0 where no current crosses."""
        return 2 * self.mixing.real / self.conductance if self.is_conducting else 0.0

    @property
    def mixing_seebeck(self) -> float:
        """η' G S_i, A/(m² K): factor of τ_⊥ in j_s⊥, and of T0 s_⊥ in q_s⊥ (Hatami et al. 2007, Eqs. 1–3)."""
        ratio = self.mixing_ratio if self.mixing_thermopower is None else self.mixing_thermopower
        return ratio * self.conductance * self.seebeck

    def mixing_heat(self, temperature: float) -> float:
        """η K_e, W/(m² K), the factor of τ_⊥ in q_s⊥.

        Args:
            temperature: Base temperature T0, K.
        """
        return self.mixing_ratio * self.electronic_heat(temperature).sum

    def heat_conductance(self, temperature: float) -> float:
        """K = K_e + K_ph, W/(m² K).

        Args:
            temperature: Base temperature T0, K.
        """
        return self.electronic_heat(temperature).sum + self.phonon_heat_conductance

    @property
    def channel_conductance(self) -> tuple[float, float]:
        """G↑ and G↓, S/m²."""
        return self.electrical.channels

    def is_positive(self, temperature: float) -> bool:
        """Whether the equations stay positive definite.

        Args:
            temperature: Base temperature T0, K.
        """
        needed = self.seebeck_heat(temperature) + self.magnon_heat(temperature)
        return self.heat_conductance(temperature) > needed

    def magnon_heat(self, temperature: float) -> float:
        """T0 2 G_s S_i², W/(m² K), which the heat conductance of an insulating magnet must exceed.

        Args:
            temperature: Base temperature T0, K.
        """
        return temperature * self.spin_seebeck_current * self.interface_spin_seebeck

    def mixing_margin(self, temperature: float) -> float:
        """2 Re G↑↓ η K_e − T0 (η' G S_i)²; with τ the equations of spins across m need it to be positive.

        Args:
            temperature: Base temperature T0, K.
        """
        seebeck = self.mixing_seebeck
        return 2 * self.mixing.real * self.mixing_heat(temperature) - temperature * seebeck**2


class InterfaceValues(Section):
    """An interface as a configuration or the library writes it.

    The electrical side is given in one of two ways. The literature of giant magnetoresistance lists the
    number ``2 AR*``: two times AR*, where AR* = (1/G↑ + 1/G↓)/4, so the number is the mean of the resistances
    of the two channels of *one* interface, 1/G↑,↓ = 2 AR* (1 ∓ γ). Both channels in parallel have half of it:
    1/G = AR* (1 − γ²), and 1/G = AR, half of the listed ``2 AR``, between two normal metals.
    """

    area_resistance: AreaResistance | None = None
    """2 AR* as listed (2 AR between normal metals), Ω m²: 1/G = 2 AR* (1 − γ²)/2. Where AR* is listed,
    write twice that. The resistance times area of a whole contact is 1/G, not 2 AR*: write conductance."""
    asymmetry: Polarisation | None = None
    """γ, between −1 and 1, of 1/G↑,↓ = 2 AR* (1 ∓ γ); another name of polarisation."""
    conductance: Conductance | None = None
    """G = G↑ + G↓, S/m²; instead of area_resistance."""
    polarisation: Polarisation | None = None
    """P_G = (G↑ − G↓)/G = γ, between −1 and 1; default 0."""
    seebeck: Seebeck | None = None
    """S_i, of both channels together, V/K; default 0."""
    spin_seebeck: Seebeck | None = None
    """S_s = S↑ − S↓, V/K; default 0."""
    electronic_heat_conductance: HeatConductance | None = None
    """K_e, W/(m² K); default Wiedemann–Franz, L0 G T0."""
    heat_polarisation: Polarisation | None = None
    """P_K = (K↑ − K↓)/K_e, between −1 and 1; default P_G."""
    phonon_heat_conductance: HeatConductance | None = None
    """K_ph, W/(m² K); default 0."""
    kapitza_resistance: KapitzaResistance | None = None
    """1/K_ph, m² K/W; instead of phonon_heat_conductance."""
    mixing_conductance: Conductance | None = None
    """Re G↑↓, S/m²: spins across the magnetisation are absorbed with η = 2 Re G↑↓/G; default G/2, η = 1."""
    mixing_conductance_imaginary: MixingConductance | None = None
    """Im G↑↓, S/m², of + 2 Im G↑↓ m × s_⊥: they precess about the magnetisation; default 0."""
    mixing_thermopower: Ratio | None = None
    """η' = 2 Re G'↑↓/G', of the spin heat accumulation across the magnetisation; default η."""
    spin_conductance: Conductance | None = None
    """G_s of an insulating magnet, S/m²: it takes the spin current 2 G_s s along its magnetisation;
    default 0."""
    interface_spin_seebeck: Seebeck | None = None
    """S_i of an insulating magnet, V/K: a jump ΔT from metal to magnet drives the spin current 2 G_s S_i ΔT
    along its magnetisation; default 0."""

    @model_validator(mode="after")
    def _consistent(self) -> "InterfaceValues":
        for name, other in SAME:
            if None not in (getattr(self, name), getattr(self, other)):
                raise mistake(f"give this or {name}, not both; they mean the same", other)
        _check_electrons(self, bool(self.conductance or self.area_resistance))
        if self._conductance > HIGHEST_CONDUCTANCE:
            raise mistake(
                f"is so small that the conductance, {self._conductance:.3g} S/m², exceeds "
                f"{HIGHEST_CONDUCTANCE:g} S/m²; raise it, or leave the interface transparent",
                "area_resistance",
            )
        return self

    @property
    def _polarisation(self) -> float:
        return (self.polarisation if self.asymmetry is None else self.asymmetry) or 0.0

    @property
    def _conductance(self) -> float:
        if self.area_resistance is None:
            return self.conductance or 0.0
        return 2 / (self.area_resistance * (1 - self._polarisation**2))

    @cached_property
    def material(self) -> InterfaceMaterial:
        """The coefficients that these values define."""
        phonons = self.phonon_heat_conductance or 0.0
        if self.kapitza_resistance is not None:
            phonons = 1 / self.kapitza_resistance
        return InterfaceMaterial(
            conductance=self._conductance,
            polarisation=self._polarisation,
            seebeck=self.seebeck or 0.0,
            spin_seebeck=self.spin_seebeck or 0.0,
            electronic_heat_conductance=self.electronic_heat_conductance,
            heat_polarisation=self.heat_polarisation,
            phonon_heat_conductance=phonons,
            mixing_conductance=self.mixing_conductance,
            mixing_conductance_imaginary=self.mixing_conductance_imaginary or 0.0,
            mixing_thermopower=self.mixing_thermopower,
            spin_conductance=self.spin_conductance or 0.0,
            interface_spin_seebeck=self.interface_spin_seebeck or 0.0,
        )


def _check_electrons(values: Section, conducting: bool) -> None:
    magnons = [name for name in OF_INSULATING_MAGNETS if getattr(values, name, None)]
    if magnons and conducting:
        raise mistake("is that of an insulating magnet, into which no current crosses; remove it", magnons[0])
    if "interface_spin_seebeck" in magnons and "spin_conductance" not in magnons:
        raise mistake("needs a spin_conductance too", "interface_spin_seebeck")
    given = [name for name in OF_ELECTRONS if getattr(values, name, None)]
    if given and not conducting:
        raise mistake(
            "needs a conductance or an area_resistance too; where no current crosses give only "
            "kapitza_resistance or phonon_heat_conductance",
            given[0],
        )
