"""Checks of heat that is given, of the surroundings, and of fields without a drive."""

from collections.abc import Iterator

from thermospin.config import Config
from thermospin.device import Device
from thermospin.validation.names import check_known


def check_names(config: Config) -> None:
    """Check the regions that heat is given in, and those that continue.

    Args:
        config: The configuration.

    Raises:
        InputError: A region is not known, or continues at a terminal; the message names file, key and remedy.
    """
    for key in ("power", "power_density"):
        for region in getattr(config.heating, key):
            check_known(config, region, config.geometry.materials, "region", "heating", key, region)
    _check_surroundings(config)


def _check_surroundings(config: Config) -> None:
    """Check that regions that continue exist, and that their faces there have no other terminal."""
    around = config.surroundings
    if around is None:
        return
    for i, region in enumerate(around.half_space):
        check_known(config, region, config.geometry.materials, "region", "surroundings", "half_space", i)
    rules = {tuple(t.rule.items()): name for name, t in around.terminals.items()}
    for name, terminal in config.terminals.items():
        if tuple(terminal.rule.items()) in rules:
            raise config.mistake(
                f"'{terminal.region}' continues there ('surroundings'); remove this terminal, or name the "
                "faces where it continues: 'surroundings.faces'",
                "terminals", name,
            )  # fmt: skip


def check_rest(config: Config, device: Device) -> None:
    """Check that the expansion, with laws of the temperature, begins at the base temperature.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: It does not; the message names file, key and remedy.
    """
    is_driven = any(scheme.is_driven for scheme in config.schemes.values())
    responds = config.solver.orders > 1 and device.has_laws
    if not (device.thermal and config.solver.method == "expansion" and is_driven and responds):
        return
    for name, rise in device.thermal.rises.items():
        if rise:
            key = "sink" if name in device.sinks else "ambient"
            remedy = "use 'sink: true'" if name in device.sinks else "remove it,"
            raise config.mistake(
                f"'method: expansion' with laws of the temperature needs {config.temperature:g} K, the base "
                f"temperature, not {config.temperature + rise:g} K; {remedy} or 'solver.method: demodulate'",
                "terminals", name, key,
            )  # fmt: skip
    place = next(iter(_given_heat(device)))
    raise config.mistake(
        "'method: expansion' with laws of the temperature needs the base temperature without a drive; remove "
        "this heat, or use 'solver.method: demodulate'",
        *place,
    )


def _given_heat(device: Device) -> Iterator[tuple[str, ...]]:
    """Places in the configuration of heat that is not 0."""
    for section, group in (("terminals", device.thermal.faces), ("heating", device.thermal.regions)):
        for name, heat in group.items():
            if heat:
                key = "power" if heat.density is None else "power_density"
                yield (section, name, key) if section == "terminals" else (section, key, name)
