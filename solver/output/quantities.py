"""The fields that a run writes: name, unit, components, and how they are drawn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A field in the output.

    Attributes:
        name: Name of the array in the files.
        label: What it is, for titles.
        symbol: Symbol on axes and colour bars, in matplotlib's mathtext.
        unit: SI unit, except eV for spin-dependent chemical potentials, as the field of spin transport has it.
        components: 1 (scalar, at the points) or 3 (vector along x, y, z, in the cells).
        diverging: Whether it has a meaningful zero that the colours must show.
        colour_map: matplotlib name of a perceptual colour map.
        prefixed: Whether its unit takes SI prefixes; if not, powers of ten stand before it.
    """

    name: str
    label: str
    symbol: str
    unit: str
    components: int
    diverging: bool
    colour_map: str
    prefixed: bool


def _potential(name: str, label: str, symbol: str, unit: str) -> Quantity:
    return Quantity(name, label, symbol, unit, 1, diverging=True, colour_map="RdBu_r", prefixed=True)


def _current(name: str, label: str, symbol: str, unit: str, colour_map: str) -> Quantity:
    return Quantity(name, label, symbol, unit, 3, diverging=False, colour_map=colour_map, prefixed=False)


QUANTITIES = {
    quantity.name: quantity
    for quantity in (
        _potential("mu_up", "chemical potential of spin up", r"$\mu_\uparrow$", "eV"),
        _potential("mu_down", "chemical potential of spin down", r"$\mu_\downarrow$", "eV"),
        _potential("mu_s", "spin accumulation", r"$\mu_s$", "eV"),
        _potential("V", "electric potential", "$V$", "V"),
        Quantity("T", "temperature", "$T$", "K", 1, diverging=False, colour_map="YlOrRd", prefixed=True),
        _current("J", "current density", "$|J|$", "A/m²", "viridis"),
        _current("J_up", "current density of spin up", r"$|J_\uparrow|$", "A/m²", "viridis"),
        _current("J_down", "current density of spin down", r"$|J_\downarrow|$", "A/m²", "viridis"),
        _current("J_s", "spin current density", "$|J_s|$", "A/m²", "viridis"),
        _current("Q", "heat flux", "$|Q|$", "W/m²", "magma"),
    )
}
"""Every output field, by name."""
