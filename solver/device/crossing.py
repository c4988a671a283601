"""Checks that the law of a resistive interface suits the regions on its sides (solver/physics.md §4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from thermospin.config import Config
from thermospin.config.interfaces import Interface
from thermospin.materials.interface import OF_ELECTRONS, OF_INSULATING_MAGNETS, OF_MIXING


@dataclass(frozen=True)
class Regions:
    """The regions of a device by kind.

    Attributes:
        insulators: Regions without electrons.
        magnets: Regions with a magnetisation.
    """

    insulators: frozenset[str]
    magnets: frozenset[str]


def _key(entry: Interface, *names: str) -> str:
    """The key that gives one of these values."""
    given = [name for name in names if getattr(entry, name) is not None]
    return "library" if entry.library is not None else next((n for n in given if getattr(entry, n)), given[0])


def check_conduction(config: Config, regions: Regions, i: int, sides: tuple[str, str]) -> None:
    """Check that current crosses between metals, and only there.

    Args:
        config: The configuration.
        regions: The regions by kind.
        i: Number of the entry.
        sides: The regions on sides 1 and 2.

    Raises:
        InputError: Current crosses to an insulator, or none between metals.
    """
    entry, law = config.interfaces[i], config.interfaces[i].material
    insulators = [region for region in sides if region in regions.insulators]
    if insulators and law.is_conducting:
        raise config.mistake(
            f"'{insulators[0]}' is an insulator, so no current crosses '{'|'.join(sides)}'; give only "
            "kapitza_resistance or phonon_heat_conductance",
            "interfaces", i, _key(entry, "conductance", "area_resistance"),
        )  # fmt: skip
    if law.kind == "spins":
        _check_insulating_magnet(config, regions, i, sides)
    elif not insulators and not law.is_conducting:
        raise config.mistake(
            f"'{sides[0]}' and '{sides[1]}' are metals, so current crosses; add area_resistance or "
            "conductance",
            "interfaces", i,
        )  # fmt: skip


def _check_insulating_magnet(config: Config, regions: Regions, i: int, sides: tuple[str, str]) -> None:
    """Check that spins cross between a metal and an insulating magnet."""
    magnets = [region for region in sides if region in regions.insulators & regions.magnets]
    metals = [region for region in sides if region not in regions.insulators]
    key = _key(config.interfaces[i], *OF_INSULATING_MAGNETS, *OF_MIXING[:2])
    if len(magnets) != 1 or len(metals) != 1:
        raise config.mistake(
            "without a conductance takes spins from a metal into an insulating magnet, and "
            f"'{'|'.join(sides)}' are not these; remove it, add a conductance, or set 'magnetic: true' in "
            "the material of the insulator",
            "interfaces", i, key,
        )  # fmt: skip


def check_heat(config: Config, i: int) -> None:
    """Check that an interface keeps the equations positive definite.

    Args:
        config: The configuration.
        i: Number of the entry.

    Raises:
        InputError: The equations would not be positive definite.
    """
    law, temperature = config.interfaces[i].material, config.temperature
    if law.kind == "spins" and not law.is_positive(temperature):
        raise config.mistake(
            "K must exceed T0 2 G_s S_i² for the equations to be positive definite; at "
            f"{temperature:g} K K is {law.heat_conductance(temperature):.3g} W/(m² K) and must exceed "
            f"{law.magnon_heat(temperature):.3g} W/(m² K); raise phonon_heat_conductance, or lower this",
            "interfaces", i, "interface_spin_seebeck",
        )  # fmt: skip
    if not law.is_positive(temperature):
        raise config.mistake(
            "K_e + K_ph must exceed T0 Σ G_σ S_σ² for the equations to be positive definite; "
            f"at {temperature:g} K it is {law.heat_conductance(temperature):.3g} W/(m² K) and must exceed "
            f"{law.seebeck_heat(temperature):.3g} W/(m² K); raise it, or lower seebeck or spin_seebeck",
            "interfaces", i, "electronic_heat_conductance",
        )  # fmt: skip
    if config.unknowns.vector and config.unknowns.spin_heat and law.mixing_margin(temperature) < 0:
        raise config.mistake(
            "T0 (η' G S_i)² must be below 2 Re G↑↓ η K_e for the equations to be positive definite, and at "
            f"{temperature:g} K it is not; lower this or seebeck, or raise mixing_conductance",
            "interfaces", i, "mixing_thermopower",
        )  # fmt: skip
    if not (config.unknowns.spin_heat and law.is_conducting):
        return
    margin, channel = min(zip(law.channel_margins(temperature), "↑↓", strict=True))
    if margin <= 0:
        raise config.mistake(
            "with 'solver.spin_heat' K_σ = K_e (1 ± P_K)/2 must exceed T0 G_σ S_σ² in both channels for the "
            f"equations to be positive definite; at {temperature:g} K, K_{channel} is {-margin:.3g} W/(m² K) "
            "too low; raise this, or lower heat_polarisation, seebeck or spin_seebeck",
            "interfaces", i, "electronic_heat_conductance",
        )  # fmt: skip


def sign_giver(config: Config, regions: Regions, i: int, sides: tuple[str, str]) -> str | None:
    """Find the region whose magnetisation applies at an interface.

    With vector spin one magnet alone always applies, as it absorbs the spins across its magnetisation.

    Args:
        config: The configuration.
        regions: The regions by kind.
        i: Number of the entry.
        sides: The regions on sides 1 and 2.

    Returns:
        The region, or None where spins cross alike.

    Raises:
        InputError: There is no such region, or it is not known which of two.
    """
    entry, (first, second) = config.interfaces[i], sides
    magnets = [region for region in sides if region in regions.magnets]
    if entry.material.kind == "spins":
        magnets = [region for region in magnets if region in regions.insulators]
    if entry.magnet is not None:
        magnets = _named_magnet(config, i, sides, magnets)
    if not entry.material.is_spin_dependent:
        absorbs = config.unknowns.vector and entry.material.is_conducting and len(magnets) == 1
        return magnets[0] if absorbs else None
    if not magnets:
        raise config.mistake(
            f"depends on spin, but neither '{first}' nor '{second}' is magnetic; remove it, or set "
            f"materials.{config.geometry.materials[first]}.magnetic: true",
            "interfaces", i, _key(entry, *OF_ELECTRONS[:2], "spin_seebeck", "heat_polarisation", *OF_MIXING),
        )  # fmt: skip
    if len(magnets) == 2:
        raise config.mistake(
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
        hint = f"write {' or '.join(magnets)}" if magnets else "neither side is magnetic; remove it"
        raise config.mistake(
            f"'{name}' is not the one magnetic side of '{'|'.join(sides)}'; {hint}", "interfaces", i, "magnet"
        )
    return named
