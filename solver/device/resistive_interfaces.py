"""Resistive interfaces on a mesh: where they are, how it is cut along them, and what stays connected."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from thermospin.config.interfaces import Contact, Surfaces, contacts, surface_entries
from thermospin.meshes import MeshRecord
from thermospin.meshes.cut import Pairs, contact_file, find_contacts, joined_facets, store_cut, tag_pairs
from thermospin.meshes.numbering import components
from thermospin.meshes.ordering import FACES
from thermospin.meshes.quality import facet_areas
from thermospin.meshes.surfaces import face_labels, separated, shared
from thermospin.section import dotted


def device_contacts(config: Any, record: MeshRecord) -> dict[str, Contact]:
    """The resistive interfaces by name, those on the physical surfaces of the mesh included.

    Raises:
        InputError: A surface does not lie between two regions, or what crosses does not suit them.
    """
    try:
        return contacts(config, _separated_regions(config, record))
    except PydanticCustomError as error:
        raise config.error(dotted(error.context["at"]), error.context["message"]) from None


def _separated_regions(config: Any, record: MeshRecord) -> Surfaces:
    """The pairs of regions that the physical surfaces of interfaces separate."""
    found = {}
    for i, name in surface_entries(config).items():
        try:
            found[name] = separated(record, name)
        except ValueError as error:
            raise config.error(
                f"interfaces[{i}].surface",
                f"'{name}' is {error}; an interface lies between two regions: name a surface where they meet",
            ) from None
    if common := shared(record):
        raise config.error("interfaces", f"the surfaces '{common[0]}' and '{common[1]}' overlap; part them")
    return found


def contact_regions(config: Any, record: MeshRecord | None = None) -> dict[str, tuple[str, ...]]:
    """The regions on sides 1 and 2 of every resistive interface, whether or not they touch, and its surface.

    Without a mesh, interfaces on physical surfaces are left out.
    """
    found = config.contacts if record is None else device_contacts(config, record)
    return {name: contact.place for name, contact in found.items()}


def cut(config: Any, record: MeshRecord) -> Path:
    """Cut the mesh of a configuration along its resistive interfaces, on one rank; returns where it is."""
    conducting = [tag for name, tag in record.regions.items() if name not in config.insulators]
    return store_cut(record.directory, _tags(config, record), conducting, record.surfaces.values())


def _tags(config: Any, record: MeshRecord) -> Pairs:
    return tag_pairs(record.regions, contact_regions(config, record), record.surfaces)


def find_interfaces(config: Any, record: MeshRecord) -> dict[str, np.ndarray]:
    """The facets of every resistive interface (:class:`thermospin.meshes.cut.Cut`)."""
    labels = face_labels(record.directory, record.surfaces.values())
    arrays = record.array("cell_tags"), record.array("neighbours")
    return find_contacts(*arrays, _tags(config, record), labels)


def contact_areas(config: Any, record: MeshRecord) -> dict[str, float]:
    """Area of every resistive interface, m²; 0 where the regions do not touch."""
    cells, points = record.array("cells"), record.array("points")
    return {
        name: float(facet_areas(points, cells[facets[:, :1], FACES[facets[:, 1]]]).sum())
        for name, facets in find_interfaces(config, record).items()
    }


def groups(config: Any, record: MeshRecord) -> list[str]:
    """What stays connected where resistive interfaces come apart, each as the names of its regions."""
    neighbours, tags = np.array(record.array("neighbours")), record.array("cell_tags")
    for facets in find_interfaces(config, record).values():
        for cells, faces in (facets[:, :2].T, facets[:, 2:].T):
            neighbours[cells, faces] = -1
    cells, faces = np.nonzero(neighbours >= 0)
    body = components(np.column_stack([cells, neighbours[cells, faces]]), len(tags))
    region_of = {tag: name for name, tag in record.regions.items()}
    found: dict[int, list[str]] = {}
    for number, tag in np.unique(np.column_stack([body, tags]), axis=0).tolist():
        found.setdefault(number, []).append(region_of[tag])
    return [" + ".join(names) for names in found.values()]


def check_cut(config: Any, record: MeshRecord) -> None:
    """Cut the mesh, and refuse a patch of an interface so small that this opens none of its nodes.

    Raises:
        InputError: Nothing could jump on a patch.
    """
    found = device_contacts(config, record)
    if not found:
        return
    directory, tags = cut(config, record), _tags(config, record)
    everything, conductors = (
        np.load(directory / f"{name}.npy", mmap_mode="r") for name in ("cells", "conductors")
    )
    for name, contact in found.items():
        facets = np.load(contact_file(directory, tags[name]))
        for cells in (everything, conductors) if contact.law.is_conducting else (everything,):
            _check_patches(config, record, name, facets, joined_facets(cells, facets))


def _check_patches(
    config: Any, record: MeshRecord, name: str, facets: np.ndarray, joined: np.ndarray
) -> None:
    if not joined.any():
        return
    nodes = record.array("cells")[facets[:, :1], FACES[facets[:, 1]]]
    patch = components(_adjacent(nodes), len(nodes))
    for number in np.unique(patch[joined]):
        inside = patch == number
        if joined[inside].all():
            points = record.array("points")
            x, y, z = points[nodes[inside]].mean(axis=(0, 1)) * 1e9
            area = facet_areas(points, nodes[inside]).sum() * 1e18
            raise config.error(
                "interfaces",
                f"'{name}' has a patch, {area:.4g} nm² at ({x:.1f}, {y:.1f}, {z:.1f}) nm, all nodes on its "
                "rim, where the two sides stay joined: nothing could jump there; use finer elements",
            )


def _adjacent(triangles: np.ndarray) -> np.ndarray:
    """Pairs of triangles, shape (n, 3), with a common edge."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    order = np.lexsort(edges.T)
    same = np.flatnonzero((edges[order[1:]] == edges[order[:-1]]).all(axis=1))
    return np.column_stack([order[same], order[same + 1]]) // 3
