"""Checks of a magnetic loop: it moves every magnet, in a way that the spins can follow."""

from collections.abc import Collection

import numpy as np

from thermospin.config import Config
from thermospin.config.directions import shown
from thermospin.config.loop import LoopMagnet
from thermospin.config.magnetisation import DEFAULT
from thermospin.device import Device
from thermospin.macrospin.hysteresis import oriented
from thermospin.validation import anisotropy
from thermospin.validation.names import check_magnet

ALIGNED = 1e-9
"""Sine of an angle between easy axes below which they are parallel."""


def check(config: Config, device: Device) -> None:
    """Check that the loop moves every magnet, and in a way that the spins of this run can follow.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The first mistake; it names file, key and remedy.
    """
    if config.loop is None:
        return
    if not (device.magnets or device.follows_field or device.hall_metals):
        raise config.mistake("no region is magnetic, so nothing changes with the field; remove it", "loop")
    for region in config.loop.magnets:
        check_magnet(config, device, region, "loop", "magnets", region)
    moving = _moving(config, device)
    for region in device.magnets:
        if region not in config.loop.magnets and region not in moving:
            raise config.mistake(
                f"the magnet '{region}' is missing; add it, such as '{region}: {{switching_field: 30 mT}}'",
                "loop", "magnets",
            )  # fmt: skip
    if not config.probes:
        raise config.mistake("nothing is read along the loop; add a probe", "probes")
    if any(config.magnetic_field):
        raise config.mistake(
            "the field of a loop is 'loop.range' along 'loop.axis'; remove this, or the loop",
            "magnetic_field",
        )
    for region, magnet in config.loop.magnets.items():
        _can_switch(config, region, magnet)
    if not device.unknowns.vector and device.magnets:
        _is_collinear(config, device)
        _is_along_easy_axis(config, device)
    _polarises_along_spins(config, device)
    _turns_currents(config, device)


def _moving(config: Config, device: Device) -> Collection[str]:
    """The magnets that follow the field as m(x)."""
    if config.loop.model == "macrospin":
        return ()
    if config.dynamics is None:
        raise config.mistake(
            "needs the numbers of magnets under dynamics.magnets; add them, or use macrospin", "loop", "model"
        )
    if not device.unknowns.vector:
        raise config.mistake(
            "needs spins in all directions; set 'solver: {spin: vector}', or use macrospin", "loop", "model"
        )
    for region in config.dynamics.magnets:
        if region in config.loop.magnets:
            raise config.mistake(
                "moves by dynamics.magnets; remove this, or that entry", "loop", "magnets", region
            )
    return config.dynamics.magnets


def _can_switch(config: Config, region: str, magnet: LoopMagnet) -> None:
    """Sharp switching needs a component of B, unless an exchange bias alone decides."""
    easy = config.loop.easy_axis(region)
    across = oriented(easy, np.array(config.loop.axis))[1] == 0
    if across and magnet.switching_field is not None and abs(magnet.exchange_bias) < magnet.switching_field:
        raise config.mistake(
            f"B along {shown(config.loop.axis)} has no component along it, and the magnet never switches; "
            "tilt it, or give an anisotropy_field",
            "loop", "magnets", region, "easy_axis",
        )  # fmt: skip


def _is_collinear(config: Config, device: Device) -> None:
    """Without vector spin, magnets stay on one common axis."""
    first = config.loop.easy_axis(device.magnets[0])
    for region, magnet in config.loop.magnets.items():
        if magnet.anisotropy_field is not None:
            raise config.mistake(
                "a magnet that rotates needs 'solver.spin: vector'; set it, or give a switching_field",
                "loop", "magnets", region, "anisotropy_field",
            )  # fmt: skip
        if np.linalg.norm(np.cross(config.loop.easy_axis(region), first)) > ALIGNED:
            raise config.mistake(
                f"is not parallel to that of '{device.magnets[0]}', which needs 'solver.spin: vector'; "
                "set it, or give both the same axis",
                "loop", "magnets", region, "easy_axis",
            )  # fmt: skip


def _is_along_easy_axis(config: Config, device: Device) -> None:
    """Directions in space of anisotropic magnets are those of their easy axes."""
    for region, direction in device.directions.items():
        easy = config.loop.easy_axis(region)
        if region in config.magnetisation and np.linalg.norm(np.cross(direction, easy)) > ALIGNED:
            raise config.mistake(
                f"in a loop this magnet is along its easy axis, {shown(tuple(easy))}; remove this, or give "
                f"it as 'loop.magnets.{region}.easy_axis'",
                "magnetisation", region,
            )  # fmt: skip


def _turns_currents(config: Config, device: Device) -> None:
    """A field that turns currents acts as that of a run does, at both ends of its range."""
    if not device.hall_metals:
        return
    name = device.material_names[device.hall_metals[0]]
    if not config.loop.precession:
        raise config.mistake(
            f"B turns currents in '{name}' too (hall_coefficient, nernst_coefficient); remove this, or those",
            "loop", "precession",
        )  # fmt: skip
    if device.follows_field and not device.unknowns.vector and config.loop.axis != DEFAULT:
        raise config.mistake(
            f"polarises clusters and turns currents in '{name}': must be z, or set 'solver.spin: vector'",
            "loop", "axis",
        )  # fmt: skip
    for field in config.loop.range:
        axis = config.loop.axis
        case = config.model_copy(update={"magnetic_field": tuple(field * part for part in axis)})
        anisotropy.check(case, Device.of(case))


def _polarises_along_spins(config: Config, device: Device) -> None:
    """Clusters are polarised along B, which is to be the axis of the spins: z, or that of all magnets."""
    clusters, axis = device.follows_field, np.array(config.loop.axis)
    if not clusters:
        return
    vector = device.unknowns.vector
    easy = [config.loop.easy_axis(name) for name in device.magnets[:1]]
    spins = [DEFAULT] if vector else easy
    if any(np.linalg.norm(np.cross(axis, of_spins)) > ALIGNED for of_spins in spins):
        raise config.mistake(
            f"polarises the clusters of '{clusters[0]}', and must be "
            + ("z" if vector else f"along the easy axis of '{device.magnets[0]}'"),
            "loop", "axis",
        )  # fmt: skip
