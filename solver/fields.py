"""The unknowns (solver/physics.md §1), and the registry of output fields that are made of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, Self

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


@dataclass(frozen=True)
class Unknowns:
    """The unknowns of a problem, in the order of the blocks of the system; iterates over its fields.

    Attributes:
        vector: Whether spins may point anywhere, instead of along one axis.
        spin_heat: Whether the spins have temperatures of their own.
    """

    vector: bool = False
    spin_heat: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """V, s or its components, ϑ and, with spin heat, τ or its components."""
        spin, heat = (S_VECTOR, TAU_VECTOR) if self.vector else ((S,), (TAU,))
        return V, *spin, THETA, *(heat if self.spin_heat else ())

    @property
    def potentials(self) -> tuple[Field, ...]:
        """V and s or its components, which terminals at a potential fix."""
        return V, *(S_VECTOR if self.vector else (S,))

    @property
    def temperatures(self) -> tuple[Field, ...]:
        """ϑ and, with spin heat, τ or its components."""
        return self.fields[self.fields.index(THETA) :]

    @property
    def spins(self) -> tuple[Field, ...]:
        """S and τ, or their components."""
        return tuple(field for field in self.fields if field not in (V, THETA))

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)


FIELDS = Unknowns().fields
"""The unknowns with one axis for all spins and one temperature."""


class State(tuple[Any, ...]):
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


Style = Literal["signed", "temperature", "current", "heat", "spin", "direction"]
"""Style of a drawn field: ``signed`` numbers about 0, absolute temperatures, lengths of fluxes and of spins,
unit vectors."""


@dataclass(frozen=True)
class OutputField:
    """A field that a run writes and draws, linear in the solution.

    Fields at points are made of the unknowns there: ``at.V`` and ``at.s`` in V, ``at.T`` and ``at.tau`` in K.
    Fields in cells are made of the fluxes, ``at.J`` and ``at.J_s = J↑ − J↓`` in A/m², ``at.Q`` and ``at.Q_s``
    in W/m², of the electric field ``at.E`` and the Hall field ``at.E_H`` in V/m, of the magnetisation
    ``at.m`` and of the torque per volume ``at.torque`` in J/m³. With vector spin, the second axis of ``s``,
    ``tau``, ``J_s`` and ``Q_s`` is x, y, z in spin space.

    Attributes:
        name: Name of the array in the files, and of the field in the configuration.
        label: Physical quantity, for titles.
        symbol: Symbol, in matplotlib's mathtext.
        unit: SI unit, except eV for spin-dependent chemical potentials, as is usual.
        values: Its values, made of the unknowns at points, or of fluxes or the magnetisation in cells.
        style: How it is drawn.
        components: 1, or 3 along x, y, z.
        in_cells: Whether it is given in the cells, or else at the points.
        in_spin_space: Whether x, y, z are those of spin space.
        made_of: Of a flux that is made of other fields of the output, their names.
        of_spin_heat: Whether it is there only where the spins have temperatures of their own.
        of_turning: Whether it is there only in devices where currents depend on directions in space.
        at_interfaces: Whether averages at interfaces are given.
        is_absolute: Whether it is T0 without a drive.
        is_constant: Whether no drive changes it.
        of_magnets: Whether it is there only in devices with magnets: one number in every cell of theirs.
    """

    name: str
    label: str
    symbol: str
    unit: str
    values: Callable[[Any], Any]
    style: Style
    components: Literal[1, 3] = 1
    in_cells: bool = False
    in_spin_space: bool = False
    made_of: tuple[str, ...] = ()
    of_spin_heat: bool = False
    of_turning: bool = False
    at_interfaces: bool = False
    is_absolute: bool = False
    is_constant: bool = False
    of_magnets: bool = False

    @property
    def is_flux(self) -> bool:
        """Whether it is a flux that is no combination of others."""
        return self.in_cells and not self.made_of and not self.is_constant and not self.of_magnets

    @property
    def drawn(self) -> str:
        """Symbol of the number that colours show: of a vector, its length."""
        return self.symbol if self.components == 1 else self.size

    @property
    def size(self) -> str:
        """Symbol of its size."""
        return f"$|{self.symbol.strip('$')}|$"

    @property
    def vector(self) -> Self:
        """The vector in spin space of a field that is given for one axis; averages are of its components."""
        return replace(self, components=3, in_spin_space=True, style="spin", at_interfaces=False)

    @property
    def along(self) -> Iterator[Self]:
        """The fields of the three components in spin space, of a field that is given for one axis."""
        symbol = self.symbol.strip("$").replace("_s", "_{s,%s}")
        for i, axis in enumerate("xyz"):
            yield replace(
                self,
                name=f"{self.name}_{axis}",
                label=f"{self.label}, spin along {axis}",
                symbol=f"${symbol % axis}$",
                values=partial(self._component, i),
            )

    def _component(self, i: int, at: Any) -> Any:
        return self.values(at)[:, i]


def _flux(
    name: str, label: str, symbol: str, unit: str, values: Callable[[Any], Any], style: Style, **others: Any
) -> OutputField:
    """A vector in space, in cells."""
    return OutputField(name, label, symbol, unit, values, style, components=3, in_cells=True, **others)


_CHANNELS = ("J", "J_s")
TORQUE = "torque"
"""Field of the output that only magnets have, with vector spin."""

_V = OutputField("V", "electric potential", "$V$", "V", lambda at: at.V, "signed")
_T = OutputField("T", "temperature", "$T$", "K", lambda at: at.T, "temperature", is_absolute=True)
_MU_S = OutputField(
    "mu_s", "spin accumulation", r"$\mu_s$", "eV", lambda at: 2 * at.s, "signed", at_interfaces=True
)
_T_S = OutputField(
    "T_s", "spin heat accumulation", "$T_s$", "K", lambda at: 2 * at.tau, "signed",
    of_spin_heat=True, at_interfaces=True,
)  # fmt: skip
_J = _flux("J", "current density", r"$\mathrm{J}$", "A/m²", lambda at: at.J, "current")
_J_S = _flux("J_s", "spin current density", r"$\mathrm{J}_s$", "A/m²", lambda at: at.J_s, "current")
_Q = _flux("Q", "heat flux", r"$\mathrm{Q}$", "W/m²", lambda at: at.Q, "heat")
_E = _flux("E", "electric field", r"$\mathrm{E}$", "V/m", lambda at: at.E, "current")
_E_H = _flux(
    "E_H",
    "Hall field",
    r"$\mathrm{E}_\mathrm{H}$",
    "V/m",
    lambda at: at.E_H,
    "current",
    of_turning=True,
)
_Q_S = _flux("Q_s", "spin heat flux", r"$\mathrm{Q}_s$", "W/m²", lambda at: at.Q_s, "heat", of_spin_heat=True)

_COLLINEAR = (
    _V,
    _T,
    OutputField(
        "mu_up", "chemical potential of spin up", r"$\mu_\uparrow$", "eV", lambda at: at.V + at.s, "signed"
    ),
    OutputField(
        "mu_down", "chemical potential of spin down", r"$\mu_\downarrow$", "eV", lambda at: at.V - at.s,
        "signed",
    ),
    _MU_S,
    _J,
    _flux(
        "J_up", "current density of spin up", r"$\mathrm{J}_\uparrow$", "A/m²",
        lambda at: (at.J + at.J_s) / 2, "current", made_of=_CHANNELS,
    ),
    _flux(
        "J_down", "current density of spin down", r"$\mathrm{J}_\downarrow$", "A/m²",
        lambda at: (at.J - at.J_s) / 2, "current", made_of=_CHANNELS,
    ),
    _J_S,
    _Q,
    OutputField(
        "T_up", "temperature of spin up", r"$T_\uparrow$", "K", lambda at: at.T + at.tau, "temperature",
        of_spin_heat=True, is_absolute=True,
    ),
    OutputField(
        "T_down", "temperature of spin down", r"$T_\downarrow$", "K", lambda at: at.T - at.tau, "temperature",
        of_spin_heat=True, is_absolute=True,
    ),
    _T_S,
    _Q_S,
    _E,
    _E_H,
)  # fmt: skip
"""The fields of the output where all spins have one axis."""

_VECTOR = (
    _V,
    _T,
    _MU_S.vector,
    *_MU_S.along,
    _J,
    *_J_S.along,
    _Q,
    _flux(
        "m", "magnetisation", "$m$", "1", lambda at: at.m, "direction", in_spin_space=True, is_constant=True
    ),
    OutputField(
        TORQUE, "torque density", r"$\mathrm{T}_\mathrm{m}$", "J/m³", lambda at: at.torque, "heat",
        components=3, in_cells=True, in_spin_space=True, of_magnets=True,
    ),
    _T_S.vector,
    *_T_S.along,
    *_Q_S.along,
    _E,
    _E_H,
)  # fmt: skip
"""The fields of the output where spins may point anywhere."""


def output_fields(
    vector: bool, spin_heat: bool = True, turning: bool = True, magnets: bool = True
) -> tuple[OutputField, ...]:
    """The fields of the output.

    Args:
        vector: Whether spins may point anywhere, instead of along one axis.
        spin_heat: Whether the spins have temperatures of their own.
        turning: Whether currents depend on directions in space.
        magnets: Whether there are magnets.
    """
    return tuple(
        field
        for field in (_VECTOR if vector else _COLLINEAR)
        if (spin_heat or not field.of_spin_heat)
        and (turning or not field.of_turning)
        and (magnets or not field.of_magnets)
    )


OUTPUT_NAMES = tuple(dict.fromkeys(field.name for field in (*_COLLINEAR, *_VECTOR)))
"""Names of all fields that there may be in the output."""

ABSOLUTE = frozenset(field.name for field in (*_COLLINEAR, *_VECTOR) if field.is_absolute)
"""Fields of the output that are T0 without a drive."""

CONSTANTS = frozenset(field.name for field in (*_COLLINEAR, *_VECTOR) if field.is_constant)
"""Fields of the output that no drive changes."""

HALL_FIELD = _E_H.name
"""Field of the output that only devices have where currents depend on directions in space."""

CURRENTS = tuple(
    dict.fromkeys(
        field.name
        for field in (*_COLLINEAR, *_VECTOR)
        if field.components == 3 and field.in_cells and not field.in_spin_space
    )
)
"""Fields of the output that flow: vectors in space."""
