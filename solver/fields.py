"""The unknowns (solver/physics.md §1) and the output fields made of them: names, units, places."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from thermospin.lift import SpinVector


@dataclass(frozen=True)
class Field:
    """An unknown of the coupled system.

    Attributes:
        symbol: Name in the code and in PETSc options (``<symbol>_<option>``).
        quantity: Physical quantity, for people.
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

S_VECTOR = tuple(replace(S, symbol=f"s_{axis}", quantity=f"{S.quantity}, along {axis}") for axis in "xyz")
TAU_VECTOR = tuple(
    replace(TAU, symbol=f"tau_{axis}", quantity=f"{TAU.quantity}, along {axis}") for axis in "xyz"
)
"""s and τ as vectors along x, y, z in spin space: every component is an unknown like any other."""

SPIN = {S, *S_VECTOR}
SPIN_HEAT = {TAU, *TAU_VECTOR}


def unknowns(vector: bool = False, spin_heat: bool = False) -> tuple[Field, ...]:
    """The unknowns of a problem, in the order of the blocks of the system.

    Args:
        vector: Whether spins may point anywhere, instead of along one axis.
        spin_heat: Whether the spins have temperatures of their own.
    """
    spin, heat = (S_VECTOR, TAU_VECTOR) if vector else ((S,), (TAU,))
    return V, *spin, THETA, *(heat if spin_heat else ())


FIELDS = unknowns()


class State(tuple):
    """One value per field of a problem, in their order: trial functions, test functions, or a solution.

    With vector spin, ``s`` and ``tau`` are a :class:`SpinVector` of three of the values. A state without τ
    has fewer values, and τ reads as zero.
    """

    __slots__ = ()

    def __new__(cls, *values: Any) -> Self:
        """A state of 3 or 4 fields (V, s, ϑ, τ), or of 5 or 8 with vector spin."""
        assert len(values) in (3, 4, 5, 8), "these are not the fields of a problem"
        return super().__new__(cls, values)

    @property
    def is_vector(self) -> bool:
        """Whether s and τ have three components."""
        return len(self) > 4

    @property
    def V(self) -> Any:
        """The charge potential."""
        return self[0]

    @property
    def s(self) -> Any:
        """Half the spin splitting of the potential."""
        return SpinVector(*self[1:4]) if self.is_vector else self[1]

    @property
    def theta(self) -> Any:
        """The temperature rise."""
        return self[4] if self.is_vector else self[2]

    @property
    def tau(self) -> Any:
        """Half the spin splitting of the temperature; 0 where the spins share one."""
        if self.is_vector:
            return SpinVector(*self[5:]) if len(self) > 5 else SpinVector(0, 0, 0)
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
        label: Physical quantity, for titles.
        symbol: Symbol, in matplotlib's mathtext.
        unit: SI unit, except eV for spin-dependent chemical potentials, as is usual.
        components: 1, or 3 along x, y, z.
        in_cells: Whether it is constant in every cell, or else given at the points.
        in_spin_space: Whether x, y, z are those of spin space.
    """

    name: str
    label: str
    symbol: str
    unit: str
    components: int
    in_cells: bool
    in_spin_space: bool

    @property
    def drawn(self) -> str:
        """Symbol of the number that colours show: of a vector, its length."""
        return self.symbol if self.components == 1 else f"$|{self.symbol.strip('$')}|$"

    @property
    def along(self) -> Iterator[Self]:
        """The fields of the three components in spin space, of a field that is given for one axis."""
        symbol = self.symbol.strip("$").replace("_s", "_{s,%s}")
        for axis in "xyz":
            name, label = f"{self.name}_{axis}", f"{self.label}, spin along {axis}"
            yield replace(self, name=name, label=label, symbol=f"${symbol % axis}$")


def _scalar(name: str, label: str, symbol: str, unit: str) -> OutputField:
    return OutputField(name, label, symbol, unit, components=1, in_cells=False, in_spin_space=False)


def _flux(name: str, label: str, symbol: str, unit: str) -> OutputField:
    """A vector in space."""
    return OutputField(name, label, symbol, unit, components=3, in_cells=True, in_spin_space=False)


def _vector(field: OutputField) -> OutputField:
    """The vector in spin space of a field given along one axis."""
    return replace(field, components=3, in_spin_space=True)


_V = _scalar("V", "electric potential", "$V$", "V")
_T = _scalar("T", "temperature", "$T$", "K")
_MU_S = _scalar("mu_s", "spin accumulation", r"$\mu_s$", "eV")
_T_S = _scalar("T_s", "spin heat accumulation", "$T_s$", "K")
_J = _flux("J", "current density", r"$\mathrm{J}$", "A/m²")
_J_S = _flux("J_s", "spin current density", r"$\mathrm{J}_s$", "A/m²")
_Q = _flux("Q", "heat flux", r"$\mathrm{Q}$", "W/m²")
_Q_S = _flux("Q_s", "spin heat flux", r"$\mathrm{Q}_s$", "W/m²")
_M = OutputField("m", "magnetisation", "$m$", "1", components=3, in_cells=True, in_spin_space=True)


_COLLINEAR = (
    _V,
    _T,
    _scalar("mu_up", "chemical potential of spin up", r"$\mu_\uparrow$", "eV"),
    _scalar("mu_down", "chemical potential of spin down", r"$\mu_\downarrow$", "eV"),
    _MU_S,
    _J,
    _flux("J_up", "current density of spin up", r"$\mathrm{J}_\uparrow$", "A/m²"),
    _flux("J_down", "current density of spin down", r"$\mathrm{J}_\downarrow$", "A/m²"),
    _J_S,
    _Q,
)
_COLLINEAR_SPIN_HEAT = (
    _scalar("T_up", "temperature of spin up", r"$T_\uparrow$", "K"),
    _scalar("T_down", "temperature of spin down", r"$T_\downarrow$", "K"),
    _T_S,
    _Q_S,
)
_VECTOR = (_V, _T, _vector(_MU_S), *_MU_S.along, _J, *_J_S.along, _Q, _M)
_VECTOR_SPIN_HEAT = (_vector(_T_S), *_T_S.along, *_Q_S.along)


def output_fields(vector: bool, spin_heat: bool = True) -> tuple[OutputField, ...]:
    """The fields of the output.

    Args:
        vector: Whether spins may point anywhere, instead of along one axis.
        spin_heat: Whether the spins have temperatures of their own.
    """
    fields, more = (_VECTOR, _VECTOR_SPIN_HEAT) if vector else (_COLLINEAR, _COLLINEAR_SPIN_HEAT)
    return (*fields, *more) if spin_heat else fields


OUTPUT_NAMES = tuple(
    dict.fromkeys(field.name for field in output_fields(vector=False) + output_fields(vector=True))
)
"""Names of all fields that there may be in the output."""

TEMPERATURES = ("T", "T_up", "T_down")
"""Fields of the output that are T0 without a drive."""
CONSTANTS = ("m",)
"""Fields of the output that no drive changes."""
