"""Drawing of the fields of the output: colours, and units with a prefix or a power of ten."""

from collections.abc import Callable
from dataclasses import astuple, dataclass

from thermospin.fields import CONSTANTS, OutputField, output_fields
from thermospin.output.scales import Scale, coefficient_scale, decimal_scale_for, per_drive, scale_for


@dataclass(frozen=True)
class Quantity(OutputField):
    """A field of the output and how it is drawn.

    Attributes:
        diverging: Whether it has a meaningful zero that the colours must show.
        colour_map: matplotlib name of a perceptual colour map.
        display: Makes a displayed unit of a magnitude and a unit, with a prefix or a power of ten.
    """

    diverging: bool
    colour_map: str
    display: Callable[[float, str], Scale]

    def unit_of(self, order: int, drive: str) -> str:
        """Its unit, or that of its coefficient of a power of the drive.

        Args:
            order: Power of the drive, 0 for the field itself.
            drive: Unit of the drive, ``A`` or ``V``.
        """
        return self.unit if self.name in CONSTANTS else per_drive(self.unit, order, drive)

    def scale(self, magnitude: float, order: int, drive: str) -> Scale:
        """The unit to display it, or its coefficient of a power of the drive.

        Args:
            magnitude: The largest absolute value, in ``unit`` per A^order or V^order.
            order: Power of the drive, 0 for the field itself.
            drive: Unit of the drive, ``A`` or ``V``.
        """
        return coefficient_scale(magnitude, self.unit, order, drive, self.display)


_DRAWN = {
    "V": (True, "RdBu_r", scale_for),
    "eV": (True, "RdBu_r", scale_for),
    "K": (False, "YlOrRd", scale_for),
    "A/m²": (False, "viridis", decimal_scale_for),
    "W/m²": (False, "magma", decimal_scale_for),
}
"""Attributes that :class:`Quantity` adds to a field, by its unit."""
_SPLITTING = (True, "RdBu_r", scale_for)
"""Attributes of a difference of two temperatures."""
_SPINS = (False, "YlGnBu", scale_for)
"""Attributes of vectors in spin space; colours show their length."""


def _as_it_is(magnitude: float, unit: str) -> Scale:
    """A unit that takes no prefix."""
    return Scale(1.0, unit)


_DIRECTION = (False, "YlGnBu_r", _as_it_is)
"""Attributes of unit vectors in spin space."""


def _drawn(field: OutputField) -> Quantity:
    """A field with the attributes of drawing that follow from its kind and unit."""
    if field.in_spin_space:
        how = _DIRECTION if field.name in CONSTANTS else _SPINS
    else:
        how = _SPLITTING if field.name.startswith("T_s") else _DRAWN[field.unit]
    return Quantity(*astuple(field), *how)


def quantities(vector: bool) -> dict[str, Quantity]:
    """Every field of the output, by name.

    Args:
        vector: Whether spins may point anywhere, instead of along one axis.
    """
    return {field.name: _drawn(field) for field in output_fields(vector)}
