"""Devices whose readings have sensitivities to the numbers of their materials and interfaces."""

from thermospin.config import Config
from thermospin.config.correlations import check_correlations
from thermospin.config.inputs import uncertain_inputs
from thermospin.device import Device


def check_uncertainties(config: Config) -> None:
    """Refuse uncertain numbers that do not exist, and correlations that are not possible.

    Args:
        config: The configuration.

    Raises:
        InputError: It names the key and the remedy.
    """
    if config.uncertainties:
        uncertain_inputs(config)
    check_correlations(config)


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


def has_adjoints(device: Device) -> bool:
    """Whether derivatives of readings by numbers of materials and interfaces are found by adjoints.

    Not with laws of the temperature, nor with heat or spins without a drive.

    Args:
        device: The device.
    """
    at_rest = device.thermal or any(drive.quantity == "temperature" for drive in device.drives.values())
    turned = (material.tensor_diffusion for material in device.materials.values())
    spins_at_rest = any(part and (part.equilibrium or part.profile) for part in turned)
    return not (device.has_laws or at_rest or spins_at_rest)
