"""The scale of a file without a unit: a device of metres is one that was drawn in another unit."""

from thermospin.errors import InputError
from thermospin.meshes.geometry import FileGeometry

LARGE = 1e-3
"""Extent from which the unit of a file must be written, m; devices of this kind are micrometres in size."""


def check_scale(geometry: FileGeometry, extent: float) -> None:
    """Ask for the unit of a file that would otherwise be a large device.

    Args:
        geometry: The file.
        extent: The largest extent, in units of the file.

    Raises:
        InputError: It has no unit and would be large.
    """
    if geometry.unit is None and extent > LARGE:
        raise InputError(
            f"is the device of {geometry.file} really {extent:.4g} m long? Its unit is not given: write "
            f"unit: nm for {extent:.4g} nm, or unit: m if metres are meant (also mm, um, angstrom)",
            key="geometry.unit",
        )
