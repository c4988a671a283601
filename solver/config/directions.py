"""Directions in a configuration: vectors, angles, axes."""

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag, ValidationInfo

from thermospin.errors import brief
from thermospin.section import Section, evaluated, mistake
from thermospin.units import quantity, to_si

Angle = quantity("rad", ge=-4 * math.pi, le=4 * math.pi)
Vector = tuple[float, float, float]

_AXES = {
    f"{sign}{axis}": tuple(float(f"{sign}1") if i == j else 0.0 for j in range(3))
    for sign in ("", "-")
    for i, axis in enumerate("xyz")
}
_FORMS = "[mx, my, mz], {theta: 30 deg, phi: 90 deg}, or one of x, y, z, -x, -y, -z"


class Angles(Section):
    """A direction in spherical coordinates."""

    theta: Angle
    """Angle from the z axis."""
    phi: Angle = 0.0
    """Angle of the projection on the x-y plane from the x axis."""

    @property
    def vector(self) -> Vector:
        """The unit vector."""
        return unit_vector(self.theta, self.phi)


def unit_vector(theta: float, phi: float) -> Vector:
    """The unit vector of two angles, (3,).

    Args:
        theta: Angle from the z axis, rad.
        phi: Angle of the projection on the x-y plane from the x axis, rad.
    """
    across = math.sin(theta)
    return across * math.cos(phi), across * math.sin(phi), math.cos(theta)


def parse_vector(value: Any, info: ValidationInfo) -> Vector:
    """A vector of unit length from three numbers or the name of an axis, (3,).

    Args:
        value: As written.
        info: Of the validator.

    Raises:
        PydanticCustomError: It is neither.
    """
    if isinstance(value, str):
        if value not in _AXES:
            raise mistake(f"'{value}' is not a direction; write {_FORMS}")
        return _AXES[value]
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise mistake(f"{brief(value)} is not a direction; write {_FORMS}")
    parts = tuple(_component(part, i, info) for i, part in enumerate(value))
    largest = max(map(abs, parts))
    if largest == 0:
        raise mistake("has length 0 and so no direction; give a vector such as [0, 0, 1]")
    length = math.hypot(*(part / largest for part in parts)) * largest
    # what is of unit length stays as it is, so that a resolved configuration loads to the same numbers
    return parts if abs(length - 1) < 1e-14 else tuple(part / length for part in parts)


def _component(value: Any, i: int, info: ValidationInfo) -> float:
    try:
        number = to_si(evaluated(value, info, ""), "")
    except ValueError as error:
        raise mistake(str(error), i) from None
    if abs(number) > 1e100:
        raise mistake(f"must be at most 1e100, not {value}", i)
    return number


def _kind(value: Any) -> str:
    return "angles" if isinstance(value, dict | Angles) else "vector"


Direction = Annotated[
    Annotated[Angles, Tag("angles")]
    | Annotated[Vector, BeforeValidator(parse_vector, json_schema_input_type=Vector | str), Tag("vector")],
    Discriminator(_kind),
    AfterValidator(lambda value: value.vector if isinstance(value, Angles) else value),
]
"""A unit vector, from three numbers, from the angles theta and phi, or from the name of an axis."""


def shown(vector: Vector) -> str:
    """A vector for people.

    Args:
        vector: The vector, (3,).
    """
    return f"[{', '.join(f'{part + 0.0:.4g}' for part in vector)}]"


def sign_or_direction(value: Any) -> str:
    """Kind of an entry of a magnetic configuration: ``sign`` or ``direction``.

    Args:
        value: The entry as the file gives it.
    """
    if isinstance(value, str):
        return "direction" if value in _AXES else "sign"
    return "direction" if isinstance(value, list | tuple | dict | Angles) else "sign"


def sign(value: Any) -> int:
    """Sign of a magnet: +1 or −1.

    Args:
        value: The entry as the file gives it.

    Raises:
        PydanticCustomError: It is neither.
    """
    if isinstance(value, bool) or value not in (1, -1):
        raise mistake(f"must be 1 or -1, not {brief(value)}")
    return int(value)


Sign = Annotated[int, BeforeValidator(sign, json_schema_input_type=int)]
MagnetState = Annotated[
    Annotated[Sign, Tag("sign")] | Annotated[Direction, Tag("direction")], Discriminator(sign_or_direction)
]
"""State of a magnet in a magnetic configuration: ±1 times its magnetisation, or a direction instead."""
