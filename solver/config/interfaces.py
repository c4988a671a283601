"""Resistive interfaces: between which regions, and what crosses there (solver/physics.md §4)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from thermospin.errors import brief
from thermospin.materials.interface import OF_ELECTRONS, OF_MIXING, SAME, InterfaceMaterial, InterfaceValues
from thermospin.materials.library import interface_library
from thermospin.section import Truth, mistake, one_of

if TYPE_CHECKING:
    from thermospin.config.root import Config


def _two_names(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise mistake(f"expected two regions or materials, [side 1, side 2], not {brief(value)}")
    return value


class Interface(InterfaceValues):
    """What crosses between two regions, between all regions of two materials, or at a physical surface."""

    between: Annotated[tuple[str, str], BeforeValidator(_two_names)] | None = None
    """Sides 1 and 2, each a region or a material; the more regions are named, the more an entry counts."""
    surface: str | None = None
    """Instead of between: a physical surface of your own mesh, which counts more than any region. What else
    its regions share is as the other entries say."""
    library: str | None = Field(None, exclude=True)
    """Interface of the library whose values are taken where none is given here."""
    transparent: Truth = False
    """True to except a pair from an entry that names materials: no interface there."""
    magnet: str | None = None
    """Side whose magnetisation gives the sign, a region or a material; needed between two magnets."""

    @model_validator(mode="before")
    @classmethod
    def _over_the_library(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("library"), str):
            return data
        if data["library"] not in interface_library():
            raise mistake(one_of(data["library"], interface_library(), "interface"), "library")
        inherited = {key: entry.value for key, entry in interface_library()[data["library"]].items()}
        for same in SAME:
            if any(key in data for key in same):
                inherited = {key: value for key, value in inherited.items() if key not in same}
        return inherited | data

    @model_validator(mode="after")
    def _is_somewhere(self) -> Interface:
        if self.between is None and self.surface is None:
            raise mistake("missing; give two regions or materials, or a surface of your mesh", "between")
        if None not in (self.between, self.surface):
            raise mistake("give this or between, not both", "surface")
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Interface:
        given = [key for key in InterfaceValues.model_fields if getattr(self, key) is not None]
        given += [key for key in ("magnet", "library") if getattr(self, key) is not None]
        if self.transparent and given:
            raise mistake("a transparent interface has no values; remove this or 'transparent'", given[-1])
        material = self.material
        if not (self.transparent or material.is_conducting or material.phonon_heat_conductance):
            raise mistake(
                "nothing would cross; give library, area_resistance, conductance, kapitza_resistance, "
                "phonon_heat_conductance or 'transparent: true'"
            )
        return self


@dataclass(frozen=True)
class Contact:
    """A resistive interface between two regions.

    Attributes:
        first: Region on side 1.
        second: Region on side 2.
        law: What crosses.
        magnet: Region whose magnetisation gives the sign, or None where spins cross alike.
        explicit: Whether both regions were named, so that it is a mistake if they do not touch.
        surface: Physical surface to which it is confined; None for all facets between the regions that are
            on no physical surface of another entry.
    """

    first: str
    second: str
    law: InterfaceMaterial
    magnet: str | None = None
    explicit: bool = True
    surface: str | None = None

    @property
    def name(self) -> str:
        """``first|second``, and ``on surface`` if it is confined to one."""
        return f"{self.first}|{self.second}" + (f" on {self.surface}" if self.surface else "")

    @property
    def place(self) -> tuple[str, ...]:
        """The regions on sides 1 and 2, and the surface if it is confined to one."""
        return (self.first, self.second, *([self.surface] if self.surface else []))


Surfaces = Mapping[str, Sequence[tuple[str, str]]]
"""Physical surface to the pairs of regions that it separates."""


def contacts(config: Config, surfaces: Surfaces | None = None) -> dict[str, Contact]:
    """The resistive interfaces of all pairs of regions that an entry names or meets, by name.

    Args:
        config: The configuration.
        surfaces: The physical surfaces of the mesh; without them, interfaces that need one are left out.

    Raises:
        PydanticCustomError: The first mistake, with its place.
    """
    chosen = [(*pair, None) for pair in _pairs(config)]
    for i, name in surface_entries(config).items():
        chosen += [(i, *sides, name) for sides in (surfaces or {}).get(name, ())]
    chosen = [pair for pair in chosen if not config.interfaces[pair[0]].transparent]
    metals = _Metals(frozenset(config.insulators), frozenset(config.magnets)) if chosen else _Metals()
    found = [_contact(config, metals, *pair) for pair in chosen]
    return {contact.name: contact for contact in found}


@dataclass(frozen=True)
class _Metals:
    """The regions of a device by kind.

    Attributes:
        insulators: Those without electrons.
        magnets: Those with a magnetisation.
    """

    insulators: frozenset[str] = frozenset()
    magnets: frozenset[str] = frozenset()


def surface_entries(config: Config) -> dict[int, str]:
    """Number of an entry to the physical surface that it names.

    Raises:
        PydanticCustomError: Two entries name the same.
    """
    named = {i: entry.surface for i, entry in enumerate(config.interfaces) if entry.surface is not None}
    first = {name: i for i, name in reversed(named.items())}
    for i, name in named.items():
        if first[name] < i:
            raise mistake(
                f"interfaces[{first[name]}].surface is '{name}' already; keep one of the two",
                "interfaces", i, "surface",
            )  # fmt: skip
        if not config.interfaces[i].transparent:
            _check_heat(config, i)
    return named


Pair = tuple[int, str, str]
"""Number of an entry, and the regions on its sides 1 and 2."""


def _pairs(config: Config) -> Sequence[Pair]:
    """Every pair of regions that is named, with the entry that holds for it."""
    named: dict[frozenset[str], dict[int, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for i, entry in enumerate(config.interfaces):
        for first, second in _of_entry(config, i) if entry.between else ():
            named[frozenset((first, second))][_regions_named(config, entry)].append((i, first, second))
    return [_winner(rivals[max(rivals)]) for rivals in named.values()]


def _winner(rivals: Sequence[Pair]) -> Pair:
    (i, first, second), *others = rivals
    if others:
        raise mistake(
            f"interfaces[{i}].between gives '{first}|{second}' already; keep one of the two, or decide by an "
            "entry that names more regions",
            "interfaces", others[0][0], "between",
        )  # fmt: skip
    return i, first, second


def _regions_named(config: Config, entry: Interface) -> int:
    return sum(name in config.geometry.materials for name in entry.between)


def _of_entry(config: Config, i: int) -> Sequence[tuple[str, str]]:
    """The pairs of regions that an entry names."""
    materials, between = config.geometry.materials, config.interfaces[i].between
    if between[0] == between[1] and between[0] not in materials:
        pairs = list(itertools.combinations(_side(config, i, 0), 2))
    else:
        sides = (_side(config, i, side) for side in (0, 1))
        pairs = [pair for pair in itertools.product(*sides) if pair[0] != pair[1]]
    if not pairs:
        raise mistake(
            f"'{between[0]}' and '{between[1]}' are one region; an interface is between two",
            "interfaces", i, "between",
        )  # fmt: skip
    return pairs


def _side(config: Config, i: int, side: int) -> Sequence[str]:
    """The regions that one side of an entry names."""
    materials, name = config.geometry.materials, config.interfaces[i].between[side]
    regions = [name] if name in materials else [region for region, of in materials.items() if of == name]
    if not regions:
        known = dict.fromkeys([*materials, *materials.values()])
        raise mistake(
            one_of(name, known, "region or material of this device"), "interfaces", i, "between", side
        )
    return regions


def _contact(
    config: Config, metals: _Metals, i: int, first: str, second: str, surface: str | None
) -> Contact:
    entry = config.interfaces[i]
    _check_conduction(config, metals, i, first, second)
    _check_heat(config, i)
    magnet = _magnet(config, metals, i, first, second)
    explicit = surface is not None or _regions_named(config, entry) == 2
    return Contact(first, second, entry.material, magnet, explicit, surface)


def _key(entry: Interface, *names: str) -> str:
    """The key that gives one of these values."""
    given = [name for name in names if getattr(entry, name) is not None]
    return "library" if entry.library is not None else next((n for n in given if getattr(entry, n)), given[0])


def _check_conduction(config: Config, metals: _Metals, i: int, first: str, second: str) -> None:
    entry, law = config.interfaces[i], config.interfaces[i].material
    insulators = [region for region in (first, second) if region in metals.insulators]
    if insulators and law.is_conducting:
        raise mistake(
            f"'{insulators[0]}' is an insulator, so no current crosses '{first}|{second}'; give only "
            "kapitza_resistance or phonon_heat_conductance",
            "interfaces", i, _key(entry, "conductance", "area_resistance"),
        )  # fmt: skip
    if not insulators and not law.is_conducting:
        raise mistake(
            f"'{first}' and '{second}' are metals, so current crosses; add area_resistance or conductance",
            "interfaces", i,
        )  # fmt: skip


def _check_heat(config: Config, i: int) -> None:
    law, temperature = config.interfaces[i].material, config.temperature
    if not law.is_positive(temperature):
        raise mistake(
            "K_e + K_ph must exceed T0 Σ G_σ S_σ² for the equations to be positive definite; "
            f"at {temperature:g} K it is {law.heat_conductance(temperature):.3g} W/(m² K), not above "
            f"{law.seebeck_heat(temperature):.3g}: raise it, or lower seebeck or spin_seebeck",
            "interfaces", i, "electronic_heat_conductance",
        )  # fmt: skip
    if config.solver.spin == "vector" and config.solver.spin_heat and law.mixing_margin(temperature) < 0:
        raise mistake(
            "T0 (η' G S_i)² must be below 2 Re G↑↓ η K_e for the equations to be positive definite, at "
            f"{temperature:g} K it is not: lower this or seebeck, or raise mixing_conductance",
            "interfaces", i, "mixing_thermopower",
        )  # fmt: skip
    if not (config.solver.spin_heat and law.is_conducting):
        return
    margin, channel = min(zip(law.channel_margins(temperature), "↑↓", strict=True))
    if margin <= 0:
        raise mistake(
            "with 'solver.spin_heat' K_σ = K_e (1 ± P_K)/2 must exceed T0 G_σ S_σ² in both channels for the "
            f"equations to be positive definite; at {temperature:g} K K_{channel} is {-margin:.3g} W/(m² K) "
            "too low: raise this, or lower heat_polarisation, seebeck or spin_seebeck",
            "interfaces", i, "electronic_heat_conductance",
        )  # fmt: skip


def _magnet(config: Config, metals: _Metals, i: int, first: str, second: str) -> str | None:
    """The region whose magnetisation applies, or None where spins cross alike.

    With vector spin one magnet alone always applies, as it absorbs the spins across its magnetisation.
    """
    entry, sides = config.interfaces[i], (first, second)
    magnets = [region for region in sides if region in metals.magnets]
    if entry.magnet is not None:
        magnets = _named_magnet(config, i, sides, magnets)
    if not entry.material.is_spin_dependent:
        absorbs = config.solver.spin == "vector" and entry.material.is_conducting and len(magnets) == 1
        return magnets[0] if absorbs else None
    if not magnets:
        raise mistake(
            f"depends on spin, but neither '{first}' nor '{second}' is magnetic; remove it, or set "
            f"materials.{config.geometry.materials[first]}.magnetic: true",
            "interfaces", i, _key(entry, *OF_ELECTRONS[:2], "spin_seebeck", "heat_polarisation", *OF_MIXING),
        )  # fmt: skip
    if len(magnets) == 2:
        raise mistake(
            f"missing; '{first}' and '{second}' are both magnetic: name the one whose sign applies",
            "interfaces", i, "magnet",
        )  # fmt: skip
    return magnets[0]


def _named_magnet(config: Config, i: int, sides: Sequence[str], magnets: Sequence[str]) -> Sequence[str]:
    """The side that the key `magnet` names."""
    name, materials = config.interfaces[i].magnet, config.geometry.materials
    named = [region for region in sides if region == name]
    named = named or [region for region in sides if materials[region] == name]
    if len(named) != 1 or named[0] not in magnets:
        hint = f"write {' or '.join(magnets)}" if magnets else "neither is magnetic, remove it"
        raise mistake(
            f"'{name}' is not the one magnetic side of '{'|'.join(sides)}'; {hint}", "interfaces", i, "magnet"
        )
    return named
