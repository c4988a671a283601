"""Resistive interfaces of a device: which entry holds between which regions (solver/physics.md §4)."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thermospin.config import Config
from thermospin.config.interfaces import Interface
from thermospin.device.crossing import Regions, check_conduction, check_heat, sign_giver
from thermospin.materials import InterfaceMaterial
from thermospin.section import one_of

Surfaces = Mapping[str, Sequence[tuple[str, str]]]
"""Physical surface to the pairs of regions that it separates."""
Sides = tuple[int, str, str]
"""Number of an entry, and the regions on its sides 1 and 2."""


@dataclass(frozen=True)
class ResistiveInterface:
    """A resistive interface between two regions.

    Attributes:
        first: Region on side 1.
        second: Region on side 2.
        law: Coefficients of the currents across.
        magnet: Region whose magnetisation gives the sign, or None where spins cross alike.
        entry: Number of the entry of the configuration that it comes from.
        surface: Physical surface to which it is confined; None for all facets between the regions that are
            on no physical surface of another entry.
    """

    first: str
    second: str
    law: InterfaceMaterial
    magnet: str | None = None
    entry: int = 0
    surface: str | None = None

    @property
    def name(self) -> str:
        """``first|second``, and ``on surface`` if it is confined to one."""
        return f"{self.first}|{self.second}" + (f" on {self.surface}" if self.surface else "")

    @property
    def place(self) -> tuple[str, ...]:
        """The regions on sides 1 and 2, and the surface if it is confined to one."""
        return (self.first, self.second, *([self.surface] if self.surface else []))


def find_interfaces(
    config: Config, regions: Regions, surfaces: Surfaces | None = None
) -> dict[str, ResistiveInterface]:
    """Find the resistive interfaces of all pairs of regions that an entry names or meets, by name.

    Args:
        config: The configuration.
        regions: The regions by kind.
        surfaces: The physical surfaces of the mesh; without them, interfaces that need one are left out.

    Raises:
        InputError: An entry names no region or contradicts another one, or its law does not suit the regions.
    """
    chosen = [(*sides, None) for sides in _between_regions(config)]
    for i, name in surface_entries(config).items():
        chosen += [(i, *sides, name) for sides in (surfaces or {}).get(name, ())]
    found = [
        _interface(config, regions, *place) for place in chosen if not config.interfaces[place[0]].transparent
    ]
    return {interface.name: interface for interface in found}


def surface_entries(config: Config) -> dict[int, str]:
    """Find the entries that name a physical surface: number to surface.

    Args:
        config: The configuration.

    Raises:
        InputError: Two entries name the same surface.
    """
    named = {i: entry.surface for i, entry in enumerate(config.interfaces) if entry.surface is not None}
    first = {name: i for i, name in reversed(named.items())}
    for i, name in named.items():
        if first[name] < i:
            raise config.mistake(
                f"'{name}' is already in interfaces[{first[name]}].surface; keep one of the two",
                "interfaces", i, "surface",
            )  # fmt: skip
        if not config.interfaces[i].transparent:
            check_heat(config, i)
    return named


def _interface(
    config: Config, regions: Regions, i: int, first: str, second: str, surface: str | None
) -> ResistiveInterface:
    check_conduction(config, regions, i, (first, second))
    check_heat(config, i)
    magnet = sign_giver(config, regions, i, (first, second))
    return ResistiveInterface(first, second, config.interfaces[i].material, magnet, i, surface)


def _between_regions(config: Config) -> Sequence[Sides]:
    """Every pair of regions that is named, with the entry that holds for it."""
    named: dict[frozenset[str], dict[int, list[Sides]]] = defaultdict(lambda: defaultdict(list))
    for i, entry in enumerate(config.interfaces):
        for first, second in _pairs(config, i) if entry.between else ():
            named[frozenset((first, second))][_regions_named(config, entry)].append((i, first, second))
    return [_winner(config, rivals[max(rivals)]) for rivals in named.values()]


def _winner(config: Config, rivals: Sequence[Sides]) -> Sides:
    (i, first, second), *others = rivals
    if others:
        raise config.mistake(
            f"'{first}|{second}' is already in interfaces[{i}].between; keep one of the two, or let an entry "
            "that names more regions decide",
            "interfaces", others[0][0], "between",
        )  # fmt: skip
    return i, first, second


def _regions_named(config: Config, entry: Interface) -> int:
    return sum(name in config.geometry.materials for name in entry.between)


def _pairs(config: Config, i: int) -> Sequence[tuple[str, str]]:
    """The pairs of regions that an entry names."""
    materials, between = config.geometry.materials, config.interfaces[i].between
    if between[0] == between[1] and between[0] not in materials:
        pairs = list(itertools.combinations(_side(config, i, 0), 2))
    else:
        sides = (_side(config, i, side) for side in (0, 1))
        pairs = [pair for pair in itertools.product(*sides) if pair[0] != pair[1]]
    if not pairs:
        raise config.mistake(
            f"'{between[0]}' and '{between[1]}' are the same region; name two different ones",
            "interfaces", i, "between",
        )  # fmt: skip
    return pairs


def _side(config: Config, i: int, side: int) -> Sequence[str]:
    """The regions that one side of an entry names."""
    materials, name = config.geometry.materials, config.interfaces[i].between[side]
    regions = [name] if name in materials else [region for region, of in materials.items() if of == name]
    if not regions:
        known = dict.fromkeys([*materials, *materials.values()])
        raise config.mistake(
            one_of(name, known, "region or material of this device"), "interfaces", i, "between", side
        )
    return regions
