"""The magnetic field, and the default direction of magnets."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from thermospin.config.directions import Vector
from thermospin.errors import brief
from thermospin.section import mistake
from thermospin.units import quantity


def _three(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise mistake(f"expected three components, such as [0, 0, 100 mT], not {brief(value)}")
    return value


_Component = quantity("T", ge=-1e3, le=1e3)
MagneticField = Annotated[tuple[_Component, _Component, _Component], BeforeValidator(_three)]
"""A magnetic field, T."""
DEFAULT: Vector = (0.0, 0.0, 1.0)
"""Direction of magnets that the configuration does not mention."""
