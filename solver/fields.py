"""The unknowns (physics.md §1): symbol, unit, where they live, how they are called in the output."""

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
