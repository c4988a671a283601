"""What is solved for and how, and which heat it produces."""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from thermospin.section import Section, Truth, mistake, whole
from thermospin.units import quantity

DriveCurrent = quantity("A", ge=-1e3, le=1e3)
SMALLEST_CURRENT = 1e-12
"""For `demodulate`, A."""
SAME = 1e-6
"""Currents that differ by less, relative to themselves, leave nothing to fit."""
Scale = quantity("", ge=0, le=1e3)
Tolerance = quantity("", ge=1e-15, le=1e-2)


def _scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise mistake("must be one value, as on PETSc's command line")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise mistake(f"must be 1 or 2, not {str(value).lower()}")
    return value


class Heating(Section):
    """The heat source (physics.md §5)."""

    model: Literal["joule", "conserving"] = "joule"
    """`joule`: scale × Σ J_σ²/σ_σ, Peltier at T0; `conserving`: all terms, energy balance exact."""
    scale: Scale = 1.0
    """ζ, the factor on Joule heat and on nothing else."""

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
    degree: Annotated[Literal[1, 2], BeforeValidator(_number)] = 1
    """Polynomial degree of the elements."""
    orders: whole(ge=1, le=8) = 4
    """Highest harmonic: R1 … R<orders>."""
    method: Literal["expansion", "demodulate"] = "expansion"
    """`expansion`: order by order; `demodulate`: solve at given currents and fit."""
    currents: tuple[DriveCurrent, ...] = ()
    """Currents for `demodulate`, A."""
    tolerance: Tolerance = 1e-10
    """Relative tolerance on the true residual."""
    max_iterations: whole(ge=1, le=1_000_000) = 500
    """Iterations of the linear solver before it gives up."""
    reciprocity: Truth = True
    """Also solve with injector and probe exchanged, to check Onsager's relation."""
    petsc: dict[str, Annotated[bool | int | float | str, BeforeValidator(_scalar)]] = {}
    """Options passed to PETSc as they are, without the leading dash."""

    @model_validator(mode="after")
    def _enough_currents(self) -> "SolverOptions":
        for i, current in enumerate(self.currents):
            if current == 0:
                raise mistake("must not be 0; nothing can be fitted there", "currents", i)
            if abs(current) < SMALLEST_CURRENT:
                raise mistake(
                    f"must be at least {SMALLEST_CURRENT:g} A in size, not {current:g} A", "currents", i
                )
            if any(math.isclose(current, other, rel_tol=SAME) for other in self.currents[:i]):
                raise mistake(f"{current:g} A is given twice; the currents must be distinct", "currents", i)
        if self.method == "demodulate" and len(self.currents) < self.orders:
            raise mistake(
                f"'method: demodulate' needs at least as many currents as orders: "
                f"{self.orders}, not {len(self.currents)}; add currents or lower orders",
                "currents",
            )
        return self
