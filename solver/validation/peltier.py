"""Ends of metals through which current passes without a temperature of their own (solver/physics.md §6)."""

from thermospin.config import Config
from thermospin.device import Device


def insulated_ends(config: Config, device: Device) -> list[str]:
    """Lines about terminals that take current and hold no temperature, one for each.

    Args:
        config: The configuration.
        device: Its device.
    """
    tied = {*device.sinks, *device.transfers}
    driven = {
        name: None
        for conditions in config.schemes.values()
        for name in (*conditions.currents, *conditions.potentials)
        if name not in tied
    }
    found = []
    for name in driven:
        if device.terminals.get(name) is None:
            found += _on_unknown_metal(device, name)
            continue
        material = device.materials.get(device.terminals[name])
        if material is not None and material.seebeck:
            heat = f"the Peltier heat S T0 = {1e3 * material.seebeck * device.temperature:.3g} mW/A"
            found.append(
                f"terminals.{name}: current passes, but the terminal is no heat sink. "
                + (
                    f"A lead of the same metal takes {heat} away, and conducts no other heat: give "
                    "'sink: true' for a cold lead, 'continues' for a long one, 'sink: false' for one of S = 0"
                    if name in device.leads
                    else f"{heat[0].upper()}{heat[1:]} stays at this end, as with a lead of S = 0: give "
                    "'sink: true' for a cold lead, or 'continues' for a long one"
                )
            )
    return found


def _on_unknown_metal(device: Device, name: str) -> list[str]:
    """A line about a terminal on a surface that is named in the mesh, if a metal of the device has S ≠ 0."""
    if not any(material.seebeck for material in device.materials.values()):
        return []
    return [
        f"terminals.{name}: current passes, but the terminal is no heat sink, and which metal its surface "
        "lies on is not known. The Peltier heat stays at this end and others of its schemes, as with leads "
        "of S = 0: give 'sink: true' for a cold lead, 'continues' for a long one, or region and face"
    ]
