"""Whether a mesh resolves the lengths over which spins change; warnings where it does not."""

from collections.abc import Mapping

import numpy as np

from thermospin.config import Config
from thermospin.device import Device
from thermospin.meshes.drawings import is_shape
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.ordering import FACES
from thermospin.meshes.quality import cell_volumes, describe, facet_areas
from thermospin.meshes.record import MeshRecord

RESOLVED = 1.6
"""Distance of nodes over a length of decay up to which the spins that decay are right within a tenth: linear
elements of size h give a spin resistance √(1 + h²/12λ²) times too small."""


def unresolved(config: Config, device: Device, record: MeshRecord) -> list[str]:
    """A line for every region whose mesh is coarser than a length over which its spins change.

    Args:
        config: The configuration, which says where the mesh was made.
        device: Its device.
        record: Its mesh.
    """
    return [*unresolved_magnets(device, record), *unresolved_interfaces(config, device, record)]


def unresolved_magnets(device: Device, record: MeshRecord) -> list[str]:
    """A line for every magnet whose mesh is coarser than the lengths of spins across its magnetisation.

    Args:
        device: The device.
        record: Its mesh.
    """
    if not device.unknowns.vector:
        return []
    found = []
    for region, mesh in describe(record).regions.items():
        length = device.materials[region].transverse_length
        if length is not None and abs(length) < mesh.shortest_edge:
            found.append(
                f"spins across the magnetisation of {region} change over {abs(length) * 1e9:.3g} nm, but the "
                f"shortest edge there is {mesh.shortest_edge * 1e9:.3g} nm; refine the mesh to resolve them"
            )
    return found


def unresolved_interfaces(config: Config, device: Device, record: MeshRecord) -> list[str]:
    """A line for every length that nodes at the faces where spins arise do not resolve.

    Spins arise where a polarised metal meets another conductor, and decay from there on. The distance of
    nodes from these faces counts: the height of the tetrahedra on them.

    Args:
        config: The configuration, which says where the mesh was made.
        device: Its device.
        record: Its mesh.
    """
    polarised, conductors = set(device.polarised), set(device.conductors)
    own = isinstance(config.geometry, FileGeometry) and not is_shape(config.geometry)
    where = "where it was made" if own else "there (mesh.interface_size, or elements of a layer)"
    remedy = f"refine the mesh {where}"
    found = []
    for region in device.conductors:
        sources = (conductors if region in polarised else polarised) - {region}
        heights = _heights(record, region, sources)
        if not heights:
            continue
        other = max(heights, key=heights.get)
        spacing = heights[other] / device.numerics.degree
        for key, length in _lengths(device, region).items():
            if RESOLVED * length < spacing:
                found.append(
                    f"the {key} of {region} is {length * 1e9:.3g} nm, but nodes are {spacing * 1e9:.3g} nm "
                    f"apart at its face to {other}, where spins arise, so their signals may be far off; "
                    f"{remedy}"
                )
    return found


def _lengths(device: Device, region: str) -> Mapping[str, float]:
    """The lengths over which the spins of a region change, m, by key."""
    material = device.materials[region]
    given = {"spin_diffusion_length": material.spin_diffusion_length}
    if device.unknowns.spin_heat:
        given["spin_heat_diffusion_length"] = material.spin_heat_length
    if device.unknowns.vector:
        given["dephasing_length"] = material.dephasing_length
        given["precession_length"] = material.precession_length
    return {key: abs(length) for key, length in given.items() if length is not None}


def _heights(record: MeshRecord, region: str, others: set[str]) -> dict[str, float]:
    """Mean height of a region's tetrahedra on its faces to others, m, by their name."""
    cells, tags, neighbours, points = (
        record.array(name) for name in ("cells", "cell_tags", "neighbours", "points")
    )
    (mine,) = np.nonzero(tags == record.regions[region])
    across = np.where(neighbours[mine] >= 0, tags[neighbours[mine]], -1)
    found = {}
    for other in others:
        number, face = np.nonzero(across == record.regions[other])
        if len(number):
            chosen = cells[mine[number]]
            triangles = np.take_along_axis(chosen, FACES[face], axis=1)
            volumes = np.abs(cell_volumes(points, chosen))
            found[other] = float(3 * volumes.sum() / facet_areas(points, triangles).sum())
    return found
