"""Checks of currents that a magnetisation or a field turns in space (solver/physics.md §11)."""

import contextlib

import numpy as np

from thermospin.config import Config
from thermospin.config.directions import shown
from thermospin.device import Device
from thermospin.materials import ChannelValues
from thermospin.materials.anisotropy import ANISOTROPIC, OF_SPIN_HALL
from thermospin.materials.laws import RangeError

ALIGNED = 1e-9
"""Distance of unit vectors below which they are the same."""


def check(config: Config, device: Device) -> None:
    """Check that the equations stay positive definite, and that nothing else in the device forbids it.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The first mistake; it names file, key and remedy.
    """
    for region in device.turning:
        name, values = device.material_names[region], device.materials[region]
        key = next(key for key in (*ANISOTROPIC, *OF_SPIN_HALL) if getattr(values, key))
        if values.nernst_coefficient:
            _check_sign(config, device, region)
        if region in device.anisotropic:
            _check_definite(config, values, name, device)
            _check_texture(config, device, region, key)
        if config.symmetry:
            raise config.mistake(
                f"a current that '{name}' turns ({key}) is not its own mirror image; remove this, and draw "
                "the whole device",
                "symmetry",
            )
    _check_one_direction(config, device)
    for name in (name for name in device.leads if config.all_terminals[name].continues is not None):
        _check_lead(config, device, name)


def _check_definite(config: Config, values: ChannelValues[float], name: str, device: Device) -> None:
    heat, needed = values.least_heat(config.temperature, device.field_strength, device.unknowns.spin_heat)
    if heat <= needed:
        numbers = [f"{key} {getattr(values, key):g}" for key in ANISOTROPIC if getattr(values, key)]
        axis = "magnetisation" if values.is_magnetic else "field"
        raise config.mistake(
            f"k must exceed T0 Σ σ_σ S_σ² along the {axis} and across it for the equations to be positive "
            f"definite; with {' and '.join(numbers)} they are {heat:.3g} and {needed:.3g} W/(m K) at "
            f"{config.temperature:g} K; raise it, or lower them",
            "materials", name, "thermal_conductivity",
        )  # fmt: skip


def _check_sign(config: Config, device: Device, region: str) -> None:
    """Check that no law makes S vanish between T0/2 and 2 T0: the Nernst field is given over S."""
    law, found = device.laws[region], {}
    for temperature in config.temperature * np.geomspace(0.5, 2, 61):
        with contextlib.suppress(RangeError):
            found[temperature] = np.sign(law.at(temperature).seebeck)
    if len(set(found.values())) > 1:
        first = next(iter(found.values()))
        changed = next(temperature for temperature, sign in found.items() if sign != first)
        raise config.mistake(
            f"needs a seebeck of one sign, and its law changes it near {changed:.0f} K; give a number or "
            "another law",
            "materials", device.material_names[region], "nernst_coefficient",
        )  # fmt: skip


def _check_texture(config: Config, device: Device, region: str, key: str) -> None:
    """While all spins have one axis, a magnet has one direction in space."""
    texture = device.textures.get(region)
    if not device.unknowns.vector and texture is not None and texture.uniform is None:
        raise config.mistake(
            f"varies, and '{device.material_names[region]}' turns currents ({key}): use "
            "'solver.spin: vector', or give one direction",
            "magnetisation", region,
        )  # fmt: skip


def _check_one_direction(config: Config, device: Device) -> None:
    """While all spins have one axis, that of all anisotropic magnets is the same in space."""
    if device.unknowns.vector or not device.directions:
        return
    (first, axis), *others = device.directions.items()
    for region, direction in others:
        if np.linalg.norm(direction - axis) > ALIGNED:
            raise config.mistake(
                f"is {shown(tuple(direction))}, and that of '{first}' {shown(tuple(axis))}, but all spins "
                "have one axis; give both the same and reverse one in 'configurations', or set "
                "'solver.spin: vector'",
                "magnetisation", region,
            )  # fmt: skip


def _check_lead(config: Config, device: Device, name: str) -> None:
    """Leads beyond the mesh conduct alike in all directions."""
    region = device.terminals[name]
    if region in device.turning:
        raise config.mistake(
            f"'{device.material_names[region]}' turns currents, and a lead that continues does not; mesh the "
            "lead",
            "terminals", name, "continues",
        )  # fmt: skip
