"""Checks of names that one section of a configuration takes from another."""

from collections.abc import Iterable

from thermospin.config import Config
from thermospin.device import Device
from thermospin.section import one_of


def check_known(config: Config, name: str, allowed: Iterable[str], kind: str, *at: str | int) -> None:
    """Check that a name is one of those allowed.

    Args:
        config: The configuration.
        name: The name.
        allowed: All names of its kind.
        kind: Kind of the name, such as ``scheme``.
        at: Place in the configuration: keys and list indices.

    Raises:
        InputError: The name is unknown.
    """
    if name not in (names := list(allowed)):
        raise config.mistake(one_of(name, names, kind), *at)


def check_magnet(config: Config, device: Device, region: str, *at: str) -> None:
    """Check that a region exists and is magnetic.

    Args:
        config: The configuration.
        device: Its device.
        region: The region.
        at: Place in the configuration: keys.

    Raises:
        InputError: It does not exist, or is not magnetic.
    """
    check_known(config, region, device.material_names, "region", *at)
    if region not in device.magnets:
        material = device.material_names[region]
        raise config.mistake(
            f"'{material}' is not magnetic; remove this, or set materials.{material}.magnetic: true", *at
        )
