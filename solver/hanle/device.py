"""What the contacts of a configured device do to spins in its wire."""

from math import inf
from typing import Any

from thermospin.circuit import Drive
from thermospin.errors import InputError
from thermospin.hanle.contacts import SpinSink, contact_conductances


def configured_sinks(config: Any, material: str, thickness: float | None) -> tuple[SpinSink, SpinSink]:
    """What injector and detector take of the spins in a wire.

    The injector is the magnet on whose terminal the first scheme drives, the detector the one that the first
    probe reads.

    Args:
        config: The configuration.
        material: Material of the wire.
        thickness: Of the wire, along z, m; None for that of its boxes.

    Raises:
        InputError: There are no two such magnets, or the thickness is unknown.
    """
    regions = {name: terminal.region for name, terminal in config.all_terminals.items()}
    scheme, probe = (next(iter(part.values())) for part in (config.schemes, config.probes))
    injectors = [regions[name] for name in scheme.root if regions[name] in config.magnets]
    detectors = [regions[name] for name in probe if regions[name] in config.magnets]
    if len(injectors) != 1 or len(detectors) != 1:
        raise InputError(
            "no two magnets of which one injects and one detects; say what the contacts take", key="schemes"
        )
    wire = [region for region, name in config.geometry.materials.items() if name == material]
    metal, sinks = config.material(material), []
    for magnet in (injectors[0], detectors[0]):
        laws = [
            contact.law
            for contact in config.contacts.values()
            if magnet in (contact.first, contact.second) and {contact.first, contact.second} & set(wire)
        ]
        given = config.material(config.geometry.materials[magnet]), laws[0] if laws else None
        if given[1] is not None and not given[1].is_conducting:
            raise InputError(f"no current crosses the contact of '{magnet}' with the wire", key="interfaces")
        extent = _height(config, wire) if thickness is None else thickness
        if extent == inf:
            raise InputError("the wire is no box; give its thickness", key="geometry")
        held = any(regions[name] == magnet for name in Drive.of(scheme).held)
        passed = contact_conductances(*given, _height(config, [magnet]), inf if held else 0.0)
        sinks.append(SpinSink.of_conductances(*passed, metal.conductivity, extent))
    return sinks[0], sinks[1]


def _height(config: Any, regions: list[str]) -> float:
    """Extent along z of regions that are made of boxes, m; ∞ of others."""
    solids = getattr(config.geometry.resolved, "solids", ())
    boxes = [solid.box for solid in solids if solid.name in regions]
    if not boxes or None in boxes:
        return inf
    return max(box.max[2] for box in boxes) - min(box.min[2] for box in boxes)
