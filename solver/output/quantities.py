"""Drawing of the fields of the output: colours, and units with a prefix or a power of ten."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from thermospin.fields import OutputField, Style, output_fields
from thermospin.output.scales import Scale, coefficient_scale, decimal_scale_for, per_drive, scale_for


@dataclass(frozen=True, kw_only=True)
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
        return self.unit if self.is_constant else per_drive(self.unit, order, drive)

    def scale(self, magnitude: float, order: int, drive: str) -> Scale:
        """The unit to display it, or its coefficient of a power of the drive.

        Args:
            magnitude: The largest absolute value, in ``unit`` per A^order or V^order.
            order: Power of the drive, 0 for the field itself.
            drive: Unit of the drive, ``A`` or ``V``.
        """
        return coefficient_scale(magnitude, self.unit, order, drive, self.display)


def _as_it_is(magnitude: float, unit: str) -> Scale:
    """A unit that takes no prefix."""
    return Scale(1.0, unit)


_STYLES: dict[Style, dict[str, Any]] = {
    "signed": {"diverging": True, "colour_map": "RdBu_r", "display": scale_for},
    "temperature": {"diverging": False, "colour_map": "YlOrRd", "display": scale_for},
    "current": {"diverging": False, "colour_map": "viridis", "display": decimal_scale_for},
    "heat": {"diverging": False, "colour_map": "magma", "display": decimal_scale_for},
    "spin": {"diverging": False, "colour_map": "YlGnBu", "display": scale_for},
    "direction": {"diverging": False, "colour_map": "YlGnBu_r", "display": _as_it_is},
}
"""Style of a field to what :class:`Quantity` adds to it."""


def quantities(vector: bool) -> dict[str, Quantity]:
    """Every field of the output, by name.

    Args:
        vector: Whether spins may point anywhere, instead of along one axis.
    """
    return {field.name: Quantity(**vars(field), **_STYLES[field.style]) for field in output_fields(vector)}
