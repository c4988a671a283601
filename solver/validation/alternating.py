"""Checks of drives that alternate: every conductor has a relaxation time, and all stored spins are known."""

from thermospin.config import Config
from thermospin.device import Device
from thermospin.validation.names import check_known


def check(config: Config, device: Device) -> None:
    """Check that the section `alternating` agrees with the others.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The first mistake; it names file, key and remedy.
    """
    if config.alternating is None:
        return
    if device.has_laws:
        raise config.mistake("laws of the temperature are not known here; give numbers", "alternating")
    if device.unknowns.spin_heat:
        raise config.mistake(
            "temperatures of spins are not known in time; remove this, or alternating", "solver", "spin_heat"
        )
    if any(sheet.values.is_conductor for sheet in device.sheets.values()):
        raise config.mistake("spins of sheets are not known in time; remove them, or alternating", "sheets")
    storage_times(config, device)


def storage_times(config: Config, device: Device) -> dict[str, float]:
    """τ_sf of every conducting region, s.

    Args:
        config: The configuration, with `alternating`.
        device: Its device.

    Raises:
        InputError: A material has none.
    """
    names = {region: device.material_names[region] for region in device.conductors}
    given = config.alternating.relaxation_times
    for name in given:
        check_known(config, name, set(names.values()), "conductor", "alternating", "relaxation_times", name)
    found = {}
    for region, name in names.items():
        values = device.materials[region]
        tensor = values.tensor_diffusion
        time = given.get(name) or values.spin_relaxation_time or (tensor and tensor.spin_flip_time)
        if not time:
            raise config.mistake(
                f"{name} has no relaxation time; add it, such as 'relaxation_times: {{{name}: 20 ps}}'",
                "alternating", "relaxation_times",
            )  # fmt: skip
        found[region] = float(time)
    return found
