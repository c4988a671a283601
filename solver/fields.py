"""The unknowns (physics.md §1) and the fields made of them for the output: names, units, where they live."""

from dataclasses import dataclass
from typing import Any, NamedTuple


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

FIELDS = (V, S, THETA)
"""All unknowns, in the order of the blocks of the system."""


class State(NamedTuple):
    """One value per field, in the order of :data:`FIELDS`: trial functions, test functions, or a solution."""

    V: Any
    s: Any
    theta: Any


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
)
"""All fields of the output."""
