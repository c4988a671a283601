"""The unknowns (physics.md §1) and the fields made of them for the output: names, units, where they live."""

from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Self


@dataclass(frozen=True)
class Field:
    """An unknown of the coupled system.

    Attributes:
        symbol: Name in the code and in PETSc options (``fieldsplit_<symbol>_``).
        quantity: What it is.
        unit: SI unit.
        on_conductors: Whether it lives on conductors only, or everywhere.
    """

    symbol: str
    quantity: str
    unit: str
    on_conductors: bool


V = Field("V", "charge potential", "V", on_conductors=True)
S = Field("s", "half the spin splitting of the potential", "V", on_conductors=True)
THETA = Field("theta", "temperature rise", "K", on_conductors=False)
TAU = Field("tau", "half the spin splitting of the temperature", "K", on_conductors=True)

FIELDS = (V, S, THETA)
"""The unknowns of every problem, in the order of the blocks of the system."""
FIELDS_WITH_SPIN_HEAT = (*FIELDS, TAU)
"""The unknowns when the spins have temperatures of their own."""


class State(tuple):
    """One value per field of a problem, in their order: trial functions, test functions, or a solution.

    A state without τ has three values, and τ reads as zero.
    """

    __slots__ = ()

    def __new__(cls, V: Any, s: Any, theta: Any, tau: Any = None) -> Self:
        """A state of three or of four fields."""
        return super().__new__(cls, (V, s, theta) if tau is None else (V, s, theta, tau))

    V = property(itemgetter(0))
    s = property(itemgetter(1))
    theta = property(itemgetter(2))

    @property
    def tau(self) -> Any:
        """Half the spin splitting of the temperature; 0 where the spins share one."""
        return self[3] if len(self) > 3 else 0

    @property
    def potentials(self) -> tuple[Any, Any]:
        """Φ = (V, s)."""
        return self.V, self.s

    @property
    def temperatures(self) -> tuple[Any, Any]:
        """Θ = (ϑ, τ)."""
        return self.theta, self.tau


@dataclass(frozen=True)
class OutputField:
    """A field that a run writes and draws.

    Attributes:
        name: Name of the array in the files, and of the field in the configuration.
        label: What it is, for titles.
        symbol: Symbol on axes and colour bars, in matplotlib's mathtext.
        unit: SI unit, except eV for spin-dependent chemical potentials, as is usual.
        components: 1 (scalar, at the points) or 3 (vector along x, y, z, in the cells).
    """

    name: str
    label: str
    symbol: str
    unit: str
    components: int


SPIN_HEAT_FIELDS = (
    OutputField("T_up", "temperature of spin up", r"$T_\uparrow$", "K", 1),
    OutputField("T_down", "temperature of spin down", r"$T_\downarrow$", "K", 1),
    OutputField("T_s", "spin heat accumulation", "$T_s$", "K", 1),
    OutputField("Q_s", "spin heat flux", r"$|\mathrm{Q}_s|$", "W/m²", 3),
)
"""Fields of the output that exist with the unknown τ only."""

OUTPUT_FIELDS = (
    OutputField("V", "electric potential", "$V$", "V", 1),
    OutputField("T", "temperature", "$T$", "K", 1),
    OutputField("mu_up", "chemical potential of spin up", r"$\mu_\uparrow$", "eV", 1),
    OutputField("mu_down", "chemical potential of spin down", r"$\mu_\downarrow$", "eV", 1),
    OutputField("mu_s", "spin accumulation", r"$\mu_s$", "eV", 1),
    OutputField("J", "current density", r"$|\mathrm{J}|$", "A/m²", 3),
    OutputField("J_up", "current density of spin up", r"$|\mathrm{J}_\uparrow|$", "A/m²", 3),
    OutputField("J_down", "current density of spin down", r"$|\mathrm{J}_\downarrow|$", "A/m²", 3),
    OutputField("J_s", "spin current density", r"$|\mathrm{J}_s|$", "A/m²", 3),
    OutputField("Q", "heat flux", r"$|\mathrm{Q}|$", "W/m²", 3),
    *SPIN_HEAT_FIELDS,
)
"""All fields of the output."""

TEMPERATURES = ("T", "T_up", "T_down")
"""Fields of the output that are T0 without a drive."""
