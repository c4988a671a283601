"""The scale of a file without a unit: a device of metres is one that was drawn in another unit."""

from math import isclose

from thermospin.errors import InputError
from thermospin.meshes.geometry import UNITS, FileGeometry

LARGE = 1e-3
"""Extent from which the unit of a file must be written, m; devices of this kind are micrometres in size."""

NAMES = {"m": "metres", "mm": "millimetres", "um": "micrometres", "nm": "nanometres", "angstrom": "ångströms"}
"""Units in words."""


def check_scale(geometry: FileGeometry, extent: float, stated: float | None = None) -> None:
    """Ask for the unit of a file that would otherwise be a large device.

    Args:
        geometry: The file.
        extent: The largest extent, m, if no other unit is given.
        stated: Unit that the file states, m; None where it states none.

    Raises:
        InputError: The configuration gives no unit, and the device would be large.
    """
    if geometry.unit is not None or extent <= LARGE:
        return
    number = f"{extent / (stated or 1.0):.4g}"
    own = (
        "m"
        if stated is None
        else next((name for name, metres in UNITS.items() if isclose(metres, stated)), "")
    )
    means = f", or unit: {own} if {NAMES[own]} are meant" if own else ""
    says = "Its unit is not given" if stated is None else "So the file says"
    raise InputError(
        f"is the device of {geometry.file} really {extent:.4g} m long? {says}: write unit: nm for {number} nm"
        f"{means} (also mm, um, angstrom)",
        key="geometry.unit",
    )
