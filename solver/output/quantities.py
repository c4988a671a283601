"""How the fields of the output are drawn: colours, and units with a prefix or a power of ten."""

from collections.abc import Callable
from dataclasses import astuple, dataclass

from thermospin.fields import OUTPUT_FIELDS, OutputField
from thermospin.output.scales import Scale, coefficient_scale, decimal_scale_for, scale_for


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
"""Unit of a field to what :class:`Quantity` adds to it."""
_SPLITTINGS = {"T_s": (True, "RdBu_r", scale_for)}
"""The same for a field that is the difference of two of its unit."""

QUANTITIES = {
    field.name: Quantity(*astuple(field), *_SPLITTINGS.get(field.name, _DRAWN[field.unit]))
    for field in OUTPUT_FIELDS
}
"""Every output field, by name."""
