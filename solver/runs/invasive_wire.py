"""The contacts of a configured device as sinks of the spins in its wire."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

from thermospin.config import Config
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.hanle.contacts import Crowding, Film, SpinSink, contact_conductances, contact_polarisation
from thermospin.hanle.curves import NonlocalWire


def invasive_wire(wire: NonlocalWire, config: Config, material: str, thickness: float | None) -> NonlocalWire:
    """A wire with the effects of its injector and its detector on spins and currents.

    The injector is the magnet on whose terminal the first scheme drives, the detector the one that the first
    probe reads.

    Args:
        wire: Distance and widths of the contacts.
        config: The configuration.
        material: Material of the wire.
        thickness: Thickness of the wire, along z, m; None for that of its boxes.

    Raises:
        InputError: There are no two such magnets, or the thickness is unknown.
    """
    device = Device.of(config)
    wires = [region for region, name in device.material_names.items() if name == material]
    extent = _height(config, wires) if thickness is None else thickness
    if extent == inf:
        raise InputError("the wire is not a box; give its thickness", key="geometry")
    film = Film(config.material(material).conductivity, extent)
    found = [contact_of(config, device, magnet, wires, film) for magnet in pair_of_magnets(config, device)]
    return replace(wire, sinks=tuple(c.sink for c in found), crowding=tuple(c.crowding for c in found))


class Contact(NamedTuple):
    """A contact of a magnet with a wire.

    Attributes:
        sink: What it takes of the spins below it.
        crowding: Where current crosses it.
        polarisation: Spin current over charge current into a wire without spins.
    """

    sink: SpinSink
    crowding: Crowding
    polarisation: float


def pair_of_magnets(config: Config, device: Device) -> tuple[str, str]:
    """The regions of injector and detector.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: There are no two such magnets.
    """
    name = next(iter(device.drives))
    regions, magnets, probe = device.terminals, device.magnets, next(iter(device.probes.values()))
    injectors = [regions[name] for name in config.schemes[name].root if regions[name] in magnets]
    detectors = [regions[name] for name in probe if regions[name] in magnets]
    if len(injectors) != 1 or len(detectors) != 1:
        raise InputError(
            "there is no pair of magnets of which one injects and one detects; give what the contacts take",
            key="schemes",
        )
    return injectors[0], detectors[0]


def contact_of(config: Config, device: Device, magnet: str, wires: Sequence[str], film: Film) -> Contact:
    """The contact of a magnet with a wire.

    Args:
        config: The configuration.
        device: Its device.
        magnet: Region of the magnet.
        wires: Regions of the wire.
        film: The wire.

    Raises:
        InputError: No current crosses it.
    """
    laws = [
        interface.law
        for interface in device.resistive_interfaces.values()
        if magnet in (sides := {interface.first, interface.second}) and sides & set(wires)
    ]
    law = laws[0] if laws else None
    if law is not None and not law.is_conducting:
        raise InputError(f"no current crosses the contact of '{magnet}' with the wire", key="interfaces")
    metal, height = device.materials[magnet], _height(config, [magnet])
    drive = next(iter(device.drives.values()))
    held = any(device.terminals[name] == magnet for name in drive.held)
    layer = metal, law, height, inf if held else 0.0
    passed = contact_conductances(*layer)
    resistance = 0.0 if law is None else 1 / law.conductance
    sink = film.sink(*passed)
    # Spins that diffuse through the thickness of the wire are lost for P as they are for the sink.
    reached = sink.along * film.sheet / passed[0] if passed[0] else 1.0
    polarisation = contact_polarisation(*layer) * reached
    return Contact(sink, film.crowding(resistance, Film(metal.conductivity, height), held), polarisation)


def _height(config: Config, regions: list[str]) -> float:
    """Extent along z of regions that are made of boxes, m; ∞ of others."""
    solids = getattr(config.geometry.resolved, "solids", ())
    boxes = [solid.box for solid in solids if solid.name in regions]
    if not boxes or None in boxes:
        return inf
    return max(box.max[2] for box in boxes) - min(box.min[2] for box in boxes)
