"""The contacts of a configured device as sinks of the spins in its wire."""

from dataclasses import replace
from math import inf

from thermospin.config import Config
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.hanle.contacts import Film, contact_conductances
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
    name, drive = next(iter(device.drives.items()))
    regions, magnets, probe = device.terminals, device.magnets, next(iter(device.probes.values()))
    injectors = [regions[name] for name in config.schemes[name].root if regions[name] in magnets]
    detectors = [regions[name] for name in probe if regions[name] in magnets]
    if len(injectors) != 1 or len(detectors) != 1:
        raise InputError(
            "there is no pair of magnets of which one injects and one detects; give what the contacts take",
            key="schemes",
        )
    wires = [region for region, name in device.material_names.items() if name == material]
    extent = _height(config, wires) if thickness is None else thickness
    if extent == inf:
        raise InputError("the wire is not a box; give its thickness", key="geometry")
    film, found = Film(config.material(material).conductivity, extent), []
    for magnet in (injectors[0], detectors[0]):
        laws = [
            interface.law
            for interface in device.resistive_interfaces.values()
            if magnet in (sides := {interface.first, interface.second}) and sides & set(wires)
        ]
        law = laws[0] if laws else None
        if law is not None and not law.is_conducting:
            raise InputError(f"no current crosses the contact of '{magnet}' with the wire", key="interfaces")
        metal, height = device.materials[magnet], _height(config, [magnet])
        held = any(regions[name] == magnet for name in drive.held)
        passed = contact_conductances(metal, law, height, inf if held else 0.0)
        resistance = 0.0 if law is None else 1 / law.conductance
        above = Film(metal.conductivity, height)
        found.append((film.sink(*passed), film.crowding(resistance, above, held)))
    sinks, crowding = zip(*found, strict=True)
    return replace(wire, sinks=sinks, crowding=crowding)


def _height(config: Config, regions: list[str]) -> float:
    """Extent along z of regions that are made of boxes, m; ∞ of others."""
    solids = getattr(config.geometry.resolved, "solids", ())
    boxes = [solid.box for solid in solids if solid.name in regions]
    if not boxes or None in boxes:
        return inf
    return max(box.max[2] for box in boxes) - min(box.min[2] for box in boxes)
