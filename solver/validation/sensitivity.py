"""Devices whose readings have sensitivities to the numbers of their materials and interfaces."""

from thermospin.config import Config
from thermospin.config.inputs import uncertain_inputs
from thermospin.device import Device


def check_uncertainties(config: Config, device: Device) -> None:
    """Refuse uncertain numbers that do not exist, and devices that they are not carried through.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: It names the key and the remedy.
    """
    if config.uncertainties and config.probes:
        uncertain_inputs(config)
        check_sensitivity(config, device)


def check_sensitivity(config: Config, device: Device) -> None:
    """Refuse a configuration whose readings have no sensitivities.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: It names the key and the remedy.
    """
    if not device.probes:
        raise config.error("probes", "there is no reading; add a pair of terminals, such as '{v: [a, b]}'")
    if device.has_laws:
        raise config.error(
            "materials",
            "sensitivities need numbers; give them at the base temperature instead of laws",
        )
    if device.thermal or any(drive.quantity == "temperature" for drive in device.drives.values()):
        raise config.error(
            "terminals",
            "sensitivities need a device that is at its base temperature without a drive; remove given "
            "heat, and hold sinks and surroundings at 'temperature'",
        )
    if device.unknowns.vector:
        raise config.error(
            "solver.spin", "sensitivities need spins along one axis; set solver.spin: collinear"
        )
