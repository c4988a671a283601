"""What the contacts of a configured device do to spins in its wire."""

from typing import Any

from thermospin.errors import InputError
from thermospin.hanle.contacts import SpinSink, contact_conductances


def configured_sinks(config: Any, material: str, thickness: float | None) -> tuple[SpinSink, SpinSink]:
    """What injector and detector take of the spins in a wire.

    The injector is the magnet on whose terminal the first scheme drives, the detector the one that the first
    probe reads.

    Args:
        config: The configuration.
        material: Material of the wire.
        thickness: Of the wire, m; None for that of its boxes.

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
        extent = film_thickness(config, wire) if thickness is None else thickness
        sinks.append(SpinSink.of_conductances(*contact_conductances(*given), metal.conductivity, extent))
    return sinks[0], sinks[1]


def film_thickness(config: Any, regions: list[str]) -> float:
    """Thickness of a wire that is made of boxes, m.

    Raises:
        InputError: It is not.
    """
    solids = getattr(config.geometry.resolved, "solids", ())
    boxes = [solid.box for solid in solids if solid.name in regions]
    if not boxes or None in boxes:
        raise InputError("the wire is no box; give its thickness", key="geometry")
    return max(box.max[2] for box in boxes) - min(box.min[2] for box in boxes)
