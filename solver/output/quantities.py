"""The fields that a run writes: name, unit, components, and how they are drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from thermospin.output.scales import Scale, coefficient_scale, decimal_scale_for, scale_for


@dataclass(frozen=True)
class Quantity:
    """A field in the output.

    Attributes:
        name: Name of the array in the files.
        label: What it is, for titles.
        symbol: Symbol on axes and colour bars, in matplotlib's mathtext.
        unit: SI unit, except eV for spin-dependent chemical potentials, as is usual.
        components: 1 (scalar, at the points) or 3 (vector along x, y, z, in the cells).
        diverging: Whether it has a meaningful zero that the colours must show.
        colour_map: matplotlib name of a perceptual colour map.
        display: Makes a displayed unit of a magnitude and a unit, with a prefix or a power of ten.
    """

    name: str
    label: str
    symbol: str
    unit: str
    components: int
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


def _potential(name: str, label: str, symbol: str, unit: str) -> Quantity:
    return Quantity(name, label, symbol, unit, 1, diverging=True, colour_map="RdBu_r", display=scale_for)


def _current(name: str, label: str, symbol: str, unit: str, colour_map: str) -> Quantity:
    return Quantity(
        name, label, symbol, unit, 3, diverging=False, colour_map=colour_map, display=decimal_scale_for
    )


QUANTITIES = {
    quantity.name: quantity
    for quantity in (
        _potential("mu_up", "chemical potential of spin up", r"$\mu_\uparrow$", "eV"),
        _potential("mu_down", "chemical potential of spin down", r"$\mu_\downarrow$", "eV"),
        _potential("mu_s", "spin accumulation", r"$\mu_s$", "eV"),
        _potential("V", "electric potential", "$V$", "V"),
        Quantity("T", "temperature", "$T$", "K", 1, diverging=False, colour_map="YlOrRd", display=scale_for),
        _current("J", "current density", r"$|\mathrm{J}|$", "A/m²", "viridis"),
        _current("J_up", "current density of spin up", r"$|\mathrm{J}_\uparrow|$", "A/m²", "viridis"),
        _current("J_down", "current density of spin down", r"$|\mathrm{J}_\downarrow|$", "A/m²", "viridis"),
        _current("J_s", "spin current density", r"$|\mathrm{J}_s|$", "A/m²", "viridis"),
        _current("Q", "heat flux", r"$|\mathrm{Q}|$", "W/m²", "magma"),
    )
}
"""Every output field, by name."""
