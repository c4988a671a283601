"""Largest values in regions, averages at interfaces and torques of a solution."""

from collections.abc import Mapping, Sequence
from typing import Any

from thermospin.device import Device
from thermospin.observables.cells import CellFields, Observer, total
from thermospin.observables.faces import InterfacePlace
from thermospin.observables.torque import Torques, torque_data
from thermospin.response.solution import Expansion

AVERAGED = ("gradient_T", "current", "crossing")
"""Quantities that are one number for an interface, of every order."""
EXTENSIVE = ("area", "current", "crossing")
"""Quantities that add up over mirror images."""


def observables(
    device: Device, observer: Observer, expansion: Expansion, drives: Sequence[float | None]
) -> list[dict[str, Any]]:
    """Largest values by region and averages by interface, for every operating drive (collective).

    They are those at the operating drive and of every order. Fields of one order after another are evaluated
    and forgotten; there is one set of fields for every drive.

    Args:
        device: The device.
        observer: Evaluates the fields.
        expansion: The fields.
        drives: Operating drives, A or V; None without one.
    """
    solved, known, maxima, averages = dict(expansion.points), {}, [], []
    given = [drive for drive in drives if drive is not None]
    at_drives: dict[float, CellFields | None] = {drive: None for drive in given if drive not in solved}
    for n, fields in observer.each_order(expansion):
        known = observer.maxima(fields)
        if n:
            maxima.append(known)
            averages.append(interfaces(device, observer, fields) if given else {})
        for drive, others in at_drives.items():
            at_drives[drive] = total({n: fields}, drive, others)
    orders = {
        region: {"orders": {key: [order[region][key] for order in maxima] for key in keys}}
        for region, keys in known.items()
    }
    found = []
    for drive in drives:
        if drive is None:
            found.append({"regions": orders})
            continue
        operating = at_drives[drive] if drive in at_drives else observer.observe(solved[drive])
        largest = observer.maxima(operating)
        regions = {region: entries | largest[region] for region, entries in orders.items()}
        at_interfaces = interfaces(device, observer, operating)
        for name, values in at_interfaces.items():
            values["orders"] = _by_order(values, [order[name] for order in averages])
        found.append({"regions": regions, "drive": drive, "interfaces": at_interfaces})
    return found


def _by_order(values: Mapping[str, Any], orders: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """One number per order for every average that an interface has: of accumulations the mean."""
    spreads = [key for key, value in values.items() if isinstance(value, Mapping) and key != "across"]
    single = {key: [order[key] for order in orders] for key in AVERAGED if key in values}
    return single | {key: [order[key]["mean"] for order in orders] for key in spreads}


def interfaces(device: Device, observer: Observer, fields: CellFields) -> dict[str, Any]:
    """Averages over every interface that is listed, by name (collective).

    Where the interface resists, fields jump: ``across`` has the averages from the other side.

    Args:
        device: The device.
        observer: Evaluates the fields.
        fields: The fields.
    """
    resistive = _resistive(device)
    places = listed(device, observer.places)
    others = {place: place.reversed for place in places if _key(place) in resistive}
    averages = observer.interfaces(fields, [*places, *others.values()])
    averages = {place: _whole(values, device.images) for place, values in averages.items()}
    found = {place.name: averages[place] for place in places}
    for place, other in others.items():
        found[place.name]["across"] = averages[other]
    return found


def _whole(values: Mapping[str, Any], images: int) -> dict[str, Any]:
    """Averages of an interface with area and currents of all mirror images."""
    return {key: images * value if key in EXTENSIVE else value for key, value in values.items()}


def listed(device: Device, places: Sequence[InterfacePlace]) -> list[InterfacePlace]:
    """The interfaces of different materials and the resistive ones.

    Fields are taken on the side of the magnet, at insulators on that of the conductor; else on that of the
    region that comes first.

    Args:
        device: The device.
        places: All places where two regions touch.
    """
    resistive, names = _resistive(device), device.material_names
    kinds = device.magnets, device.normal_metals, device.insulators
    rank = {region: level for level, regions in enumerate(kinds) for region in regions}
    return [
        place if rank[place.first] <= rank[place.second] else place.reversed
        for place in places
        if names[place.first] != names[place.second] or _key(place) in resistive
    ]


def _resistive(device: Device) -> set[tuple[frozenset[str], str | None]]:
    return {
        _key(InterfacePlace(interface.first, interface.second, interface.surface))
        for interface in device.resistive_interfaces.values()
    }


def _key(place: InterfacePlace) -> tuple[frozenset[str], str | None]:
    """A place without its direction."""
    return frozenset(place[:2]), place.surface


def torques_of(torques: Torques, expansion: Expansion, drive: float | None) -> dict[str, Any]:
    """Torques of every order, of a temperature bias without a drive, and at the operating drive (collective).

    Args:
        torques: Evaluates them.
        expansion: The fields.
        drive: The operating drive, A or V; None without one.
    """
    solutions = {f"order{n}": order for n, order in enumerate(expansion.orders, start=1)}
    if expansion.rest:
        solutions["rest"] = expansion.rest
    if drive is not None:
        solutions["at_drive"] = expansion.at(drive)
    return torque_data(torques, solutions)
