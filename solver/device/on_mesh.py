"""Resistive interfaces on a mesh: their facets, the cut along them, and the parts that stay connected."""

from pathlib import Path

import numpy as np

from thermospin.config import Config
from thermospin.device.device import Device
from thermospin.device.resistive_interfaces import Surfaces, surface_entries
from thermospin.meshes.cut import Pairs, find_interface_facets, store_cut, tag_pairs
from thermospin.meshes.numbering import components
from thermospin.meshes.ordering import FACES
from thermospin.meshes.quality import facet_areas
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.surfaces import face_labels, separated, shared


def separated_regions(config: Config, record: MeshRecord) -> Surfaces:
    """Find the pairs of regions that the physical surfaces of interfaces separate, on one rank.

    Args:
        config: The configuration.
        record: Its mesh.

    Raises:
        InputError: A surface does not lie between two regions, or two of them overlap.
    """
    found = {}
    for i, name in surface_entries(config).items():
        try:
            found[name] = separated(record, name)
        except ValueError as error:
            raise config.error(
                f"interfaces[{i}].surface",
                f"'{name}' is {error}; name a surface where two regions meet",
            ) from None
    if common := shared(record):
        message = f"the surfaces '{common[0]}' and '{common[1]}' overlap; separate them"
        raise config.error("interfaces", message)
    return found


def device_on(config: Config, record: MeshRecord) -> Device:
    """The device of a configuration, with the resistive interfaces on physical surfaces of its mesh.

    Args:
        config: The configuration.
        record: Its mesh.

    Raises:
        InputError: A surface does not lie between two regions, or an interface does not suit them.
    """
    return Device.of(config, separated_regions(config, record))


def places(device: Device) -> dict[str, tuple[str, ...]]:
    """The regions on sides 1 and 2 of every resistive interface, and its surface if it has one, by name.

    Args:
        device: The device.
    """
    return {name: interface.place for name, interface in device.resistive_interfaces.items()}


def tags(device: Device, record: MeshRecord) -> Pairs:
    """Tags of the regions and surfaces of :func:`places` in a mesh.

    Args:
        device: The device.
        record: The mesh.
    """
    return tag_pairs(record.regions, places(device), record.surfaces)


def cut(device: Device, record: MeshRecord) -> Path:
    """Cut a mesh along the resistive interfaces, on one rank.

    Args:
        device: The device.
        record: The mesh.

    Returns:
        The directory of the cut (:func:`thermospin.meshes.cut.store_cut`).

    Raises:
        OSError: It cannot be written.
    """
    conducting = [tag for name, tag in record.regions.items() if name not in device.insulators]
    return store_cut(record.directory, tags(device, record), conducting, record.surfaces.values())


def find_facets(device: Device, record: MeshRecord) -> dict[str, np.ndarray]:
    """Find the facets of every resistive interface, as in :class:`thermospin.meshes.cut.Cut`.

    Args:
        device: The device.
        record: The mesh.
    """
    labels = face_labels(record.directory, record.surfaces.values())
    arrays = record.array("cell_tags"), record.array("neighbours")
    return find_interface_facets(*arrays, tags(device, record), labels)


def interface_areas(device: Device, record: MeshRecord) -> dict[str, float]:
    """Area of every resistive interface, m²; 0 where the regions do not touch.

    Args:
        device: The device.
        record: The mesh.
    """
    cells, points = record.array("cells"), record.array("points")
    return {
        name: float(facet_areas(points, cells[facets[:, :1], FACES[facets[:, 1]]]).sum())
        for name, facets in find_facets(device, record).items()
    }


def groups(device: Device, record: MeshRecord) -> list[str]:
    """Groups of regions that no resistive interface separates, each as their names.

    Args:
        device: The device.
        record: The mesh.
    """
    neighbours, cell_tags = np.array(record.array("neighbours")), record.array("cell_tags")
    for facets in find_facets(device, record).values():
        for cells, faces in (facets[:, :2].T, facets[:, 2:].T):
            neighbours[cells, faces] = -1
    cells, faces = np.nonzero(neighbours >= 0)
    body = components(np.column_stack([cells, neighbours[cells, faces]]), len(cell_tags))
    region_of = {tag: name for name, tag in record.regions.items()}
    found: dict[int, list[str]] = {}
    for number, tag in np.unique(np.column_stack([body, cell_tags]), axis=0).tolist():
        found.setdefault(number, []).append(region_of[tag])
    return [" + ".join(names) for names in found.values()]
