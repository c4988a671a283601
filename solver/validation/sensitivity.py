"""Devices whose readings have sensitivities to the numbers of their materials and interfaces."""

from thermospin.config import Config
from thermospin.config.inputs import uncertain_inputs
from thermospin.device import Device


def check_uncertainties(config: Config) -> None:
    """Refuse uncertain numbers that do not exist.

    Args:
        config: The configuration.

    Raises:
        InputError: It names the key and the remedy.
    """
    if config.uncertainties:
        uncertain_inputs(config)


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
    if found := reason_without_adjoints(device):
        raise config.error(*found)


def reason_without_adjoints(device: Device) -> tuple[str, str] | None:
    """The key and the reason why readings have no derivatives by adjoints; None where they have.

    Args:
        device: The device.
    """
    if device.has_laws:
        return (
            "materials",
            "sensitivities need numbers; give them at the base temperature instead of laws",
        )
    if device.thermal or any(drive.quantity == "temperature" for drive in device.drives.values()):
        return (
            "terminals",
            "sensitivities need a device that is at its base temperature without a drive; remove given "
            "heat, and hold sinks and surroundings at 'temperature'",
        )
    if device.unknowns.vector:
        return "solver.spin", "sensitivities need spins along one axis; set solver.spin: collinear"
    return None
