"""Checks of magnets, and of keys for vector spin only."""

from collections.abc import Iterator, Sequence

from thermospin.config import Config
from thermospin.device import Device
from thermospin.materials.anisotropy import OF_SPIN_HALL
from thermospin.materials.interface import OF_MIXING
from thermospin.materials.library import library, library_material
from thermospin.materials.material import OF_MAGNETS, OF_VECTOR_SPIN
from thermospin.validation.names import check_magnet


def check(config: Config, device: Device) -> None:
    """Check that magnets are named, and that nothing asks for vector spin in a collinear run.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The first mistake; it names file, key and remedy.
    """
    for name, given in config.configurations.items():
        for region in given:
            check_magnet(config, device, region, "configurations", name, region)
    _check_materials(config)
    if not device.unknowns.vector:
        for at in _of_vector_spin(config, device):
            raise config.mistake("needs 'solver.spin: vector'; set it, or remove this", *at)
    for region in config.magnetisation:
        check_magnet(config, device, region, "magnetisation", region)
    _check_field(config, device)
    _check_insulating_magnets(config, device)


def _check_insulating_magnets(config: Config, device: Device) -> None:
    """An insulating magnet that takes no spins is a mistake."""
    takers = [interface.magnet for interface in device.resistive_interfaces.values()]
    if any(entry.surface is not None for entry in config.interfaces):
        return
    for region in device.insulating_magnets:
        if region not in takers:
            name = device.material_names[region]
            raise config.mistake(
                f"no interface takes spins into '{region}', an insulating magnet; give one of its "
                "interfaces a spin_conductance or a mixing_conductance, or remove this",
                "materials", name, "magnetic",
            )  # fmt: skip


def _check_field(config: Config, device: Device) -> None:
    """A field that acts nowhere is a mistake, and so is one across the axis of nanocluster metals."""
    clusters = device.follows_field
    if clusters and any(config.magnetic_field[:2]):
        raise config.mistake(
            f"the clusters of '{clusters[0]}' are polarised along z, the axis of the spins; write [0, 0, B]",
            "magnetic_field",
        )
    precesses = any(material.larmor for material in device.materials.values())
    if any(config.magnetic_field) and not (clusters or precesses or device.field_metals):
        raise config.mistake(
            "no spins precess in this field, because no normal metal has a spin_relaxation_time; give one, "
            "such as 'materials.Cu.spin_relaxation_time: 20 ps', or a hall_coefficient",
            "magnetic_field",
        )


def _check_materials(config: Config) -> None:
    """A law across the magnetisation is a mistake where there is none."""
    for name, key in _given(config, OF_MAGNETS):
        if not config.material(name).is_magnetic:
            raise config.mistake(
                f"acts about a magnetisation, and '{name}' has none; remove it, or set 'magnetic: true'",
                "materials", name, key,
            )  # fmt: skip


def _of_vector_spin(config: Config, device: Device) -> Iterator[tuple[str | int, ...]]:
    """Places of entries that only vector spin uses: materials, interfaces, then magnets and the field."""
    for region, values in device.materials.items():
        name = device.material_names[region]
        yield from (("materials", name, key) for key in OF_SPIN_HALL if getattr(values, key))
    yield from (("materials", *place) for place in _given(config, OF_VECTOR_SPIN))
    for i, interface in enumerate(config.interfaces):
        yield from (("interfaces", i, key) for key in OF_MIXING if getattr(interface, key) is not None)
    if any(config.magnetic_field) and not (device.follows_field or device.field_metals):
        yield ("magnetic_field",)
    yield from (("magnetisation",) for region in config.magnetisation if region not in device.anisotropic)
    for name, given in config.configurations.items():
        yield from (("configurations", name, at) for at, state in given.items() if isinstance(state, tuple))


def _given(config: Config, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Materials of the configuration and those of the keys that they have and do not owe to the library."""
    for name, material in config.materials.items():
        for key in keys:
            published = (getattr(library_material(other), key) for other in library())
            if getattr(material, key) not in (None, *published):
                yield name, key
