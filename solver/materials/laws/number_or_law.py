"""A coefficient in a configuration: a number, or one of the laws."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from thermospin.materials.laws.law import CoefficientLaw
from thermospin.materials.laws.linear import Linear
from thermospin.materials.laws.polynomial import Polynomial
from thermospin.materials.laws.proportional import Proportional
from thermospin.materials.laws.table import Table
from thermospin.section import mistake
from thermospin.units import quantity

ALWAYS = (Polynomial, Linear, Proportional, Table)
"""Laws that any coefficient may follow."""


def coefficient(
    name: str, unit: str, *special: type[CoefficientLaw], smallest: float = 0.0, **bounds: float
) -> Any:
    """A pydantic type: a quantity as of :func:`thermospin.units.quantity`, or a law of it.

    Args:
        name: Name of the coefficient, such as ``seebeck``.
        unit: Its SI unit.
        special: Laws of this coefficient alone.
        smallest: Smallest size of a number that is not 0, and the smallest value of a law.
        bounds: Bounds of its values.
    """
    # 0 says that there is none of it, of which there is no law
    of_law = {"gt" if bound == "ge" and limit == 0 else bound: limit for bound, limit in bounds.items()}
    of_law |= {"ge": smallest} if smallest else {}
    kinds = {kind.key: kind.of(name, unit, of_law) for kind in (*ALWAYS, *special)}
    forms = ", ".join(kind.example(unit) for kind in kinds.values())

    def one_kind(value: Any) -> Any:
        if isinstance(value, CoefficientLaw) and not isinstance(value, tuple(kinds.values())):
            value = value.model_dump(exclude_none=True)
        if isinstance(value, dict) and len(kinds.keys() & value.keys()) != 1:
            raise mistake(f"must be a number or exactly one law of the temperature: {forms}")
        return value

    def kind_of(value: Any) -> str:
        if isinstance(value, CoefficientLaw):
            return _tag(value.key)
        return _tag(next(key for key in kinds if key in value)) if isinstance(value, dict) else "a number"

    union: Any = Annotated[quantity(unit, smallest=smallest, **bounds), Tag("a number")]
    for key, law in kinds.items():
        union = union | Annotated[law, Tag(_tag(key))]
    return Annotated[
        union,
        Discriminator(kind_of),
        BeforeValidator(one_kind),
        Field(description=f"A number, or a law of the temperature: {forms}."),
    ]


def _tag(key: str) -> str:
    """A name of a law that is not one of its keys, so that errors are located by keys alone."""
    return f"law {key}"
