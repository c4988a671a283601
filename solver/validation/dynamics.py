"""Checks of magnets that move: they exist, and what drives them does."""

from thermospin.config import Config
from thermospin.device import Device
from thermospin.validation.names import check_known, check_magnet


def check(config: Config, device: Device) -> None:
    """Check that the section `dynamics` agrees with the others.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The first mistake; it names file, key and remedy.
    """
    dynamics = config.dynamics
    if dynamics is None:
        return
    for region in dynamics.magnets:
        check_magnet(config, device, region, "dynamics", "magnets", region)
        for i, part in enumerate(dynamics.magnets[region].interfaces):
            at = "dynamics", "magnets", region, "interfaces", i, "beside"
            check_known(config, part.beside, device.material_names, "region", *at)
    if config.symmetry:
        raise config.mistake(
            "a moving magnetisation is not its own mirror image; remove symmetry, or dynamics", "symmetry"
        )
    if dynamics.configuration is not None:
        check_known(
            config, dynamics.configuration, device.states, "configuration", "dynamics", "configuration"
        )
    if dynamics.torque is None:
        return
    check_known(config, dynamics.torque.scheme, config.schemes, "scheme", "dynamics", "torque", "scheme")
    if not device.unknowns.vector:
        raise config.mistake(
            "a torque needs spins in all directions; set 'spin: vector', or remove dynamics.torque",
            "solver", "spin",
        )  # fmt: skip
