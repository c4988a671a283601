"""The unknowns, the methods to solve for them, and the heat source."""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from thermospin.config.petsc import petsc_options
from thermospin.section import Section, Truth, evaluated, mistake, whole
from thermospin.units import has_unit, is_plain, quantity, to_si

SMALLEST_CURRENT = 1e-12
"""For `demodulate`, A or V."""
SAME = 1e-6
"""Currents that differ by less, relative to themselves, leave nothing to fit."""
Scale = quantity("", ge=0, le=1e3)
RegionPower = quantity("W", ge=-1e3, le=1e3)
RegionPowerDensity = quantity("W/m^3", ge=-1e26, le=1e26)
Tolerance = quantity("", ge=1e-15, le=1e-2)


class GivenDrive(float):
    """A drive, A or V.

    Attributes:
        unit: The unit that was given with it, ``A`` or ``V``; empty for a plain number, which is in either.
    """

    unit: str = ""


def _drive(value: Any, info: ValidationInfo) -> GivenDrive:
    """Read a drive: a plain number, or a text with a unit of current or voltage."""
    value = evaluated(value, info, "A", "V")
    unit = value.unit if isinstance(value, GivenDrive) else ""
    try:
        found = GivenDrive(to_si(value, "A"))
        plain = not isinstance(value, str) or is_plain(value)
        found.unit = unit if plain else "A"
    except ValueError:
        if not isinstance(value, str) or not has_unit(value, "V"):
            raise
        found = GivenDrive(to_si(value, "V"))
        found.unit = "V"
    if abs(found) > LARGEST_CURRENT:
        raise ValueError(f"must be at most {LARGEST_CURRENT:g} A or V in size, not {value}")
    return found


DriveCurrent = Annotated[
    float,
    PlainValidator(_drive),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string"}], "description": "number in A or V, or text"}
    ),
]
LARGEST_CURRENT = 1e3


def _options(given: Any) -> Any:
    if isinstance(given, dict):
        petsc_options({str(name): value for name, value in given.items()})
    return given


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise mistake(f"must be 1, 2 or 3, not {str(value).lower()}")
    return value


class Heating(Section):
    """The heat source (solver/physics.md §5)."""

    model: Literal["joule", "conserving"] = "joule"
    """`joule`: scale × Σ J_σ²/σ_σ, Peltier at T0; `conserving`: all terms, energy balance exact."""
    scale: Scale = 1.0
    """ζ, the factor on Joule heat and on nothing else."""
    power: dict[str, RegionPower] = {}
    """Heat given in regions, of uniform density, W."""
    power_density: dict[str, RegionPowerDensity] = {}
    """Heat given in regions per volume, W/m³."""

    @model_validator(mode="after")
    def _given_once(self) -> "Heating":
        for region in self.power.keys() & self.power_density.keys():
            raise mistake("is given in 'power' too; remove one of the two", "power_density", region)
        return self

    @model_validator(mode="after")
    def _scale_only_with_joule(self) -> "Heating":
        if self.model == "conserving" and self.scale != 1:
            raise mistake(
                "a scaled heat source does not conserve energy; remove it or use 'model: joule'", "scale"
            )
        return self


class SolverOptions(Section):
    """Unknowns, discretisation, harmonics and the linear solver."""

    spin: Literal["collinear", "vector"] = "collinear"
    """`collinear`: spins along one axis; `vector`: s and τ have three components, magnets any direction."""
    spin_heat: Truth = False
    """Give the spins temperatures of their own: solve for τ = (T↑ − T↓)/2 too, on conductors."""
    degree: Annotated[Literal[1, 2, 3], BeforeValidator(_number)] = 1
    """Polynomial degree of the elements; 2 by default on graded columns (`mesh.columns`)."""
    orders: whole(ge=1, le=8) = 4
    """Highest harmonic: R1 … R<orders>."""
    method: Literal["expansion", "demodulate"] = "expansion"
    """`expansion`: order by order; `demodulate`: solve at given currents and fit."""
    currents: tuple[DriveCurrent, ...] = ()
    """Currents for `demodulate`, A; for schemes that voltages drive, the largest voltage of a scheme, V."""
    tolerance: Tolerance = 1e-10
    """Relative tolerance on the true residual."""
    max_iterations: whole(ge=1, le=1_000_000) = 500
    """Iterations of the linear solver before it gives up."""
    reciprocity: Truth = True
    """Also solve with injector and probe exchanged, to check Onsager's relation."""
    estimate: Truth = True
    """Estimate the discretisation error of every reading: about twice the time and memory of a run."""
    petsc: Annotated[dict[str, bool | int | float | str], BeforeValidator(_options)] = {}
    """PETSc's options of this problem, without the leading dash: types, tolerances and sizes of Krylov
    methods, smoothers, multigrid and factors; those of a field behind its name, such as `V_pc_type`."""

    @model_validator(mode="after")
    def _enough_currents(self) -> "SolverOptions":
        for i, current in enumerate(self.currents):
            unit = getattr(current, "unit", "") or "A"
            if current == 0:
                raise mistake("must not be 0; nothing can be fitted there", "currents", i)
            if abs(current) < SMALLEST_CURRENT:
                raise mistake(
                    f"must be at least {SMALLEST_CURRENT:g} {unit} in size, not {current:g} {unit}",
                    "currents",
                    i,
                )
            if any(math.isclose(current, other, rel_tol=SAME) for other in self.currents[:i]):
                raise mistake(
                    f"{current:g} {unit} is given twice; the currents must be distinct", "currents", i
                )
        if self.method == "demodulate" and len(self.currents) < self.orders:
            raise mistake(
                f"'method: demodulate' needs at least as many currents as orders: "
                f"{self.orders}, not {len(self.currents)}; add currents or lower orders",
                "currents",
            )
        return self
