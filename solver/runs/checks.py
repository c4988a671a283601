"""Checks that need the geometry: interfaces touch, conductors and heat have a reference, terminals conduct.

Most are made twice: on the volumes, before they are meshed, and on the mesh, which may have been found.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np

from thermospin.config import Config
from thermospin.config.textures import FileTexture
from thermospin.device import Device
from thermospin.device.on_mesh import tags
from thermospin.meshes.cut import interface_file, joined_facets
from thermospin.meshes.numbering import components
from thermospin.meshes.ordering import FACES
from thermospin.meshes.pieces import Pieces
from thermospin.meshes.places import in_nm
from thermospin.meshes.quality import facet_areas
from thermospin.meshes.record import MeshRecord
from thermospin.runs.sheet_checks import check_sheets, check_touching
from thermospin.runs.symmetry_checks import check_symmetry
from thermospin.runtime.cache import read_checked, write_checked


def check_mesh(config: Config, device: Device, record: MeshRecord) -> None:
    """Check a configuration against its mesh, on one rank.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device.
        record: Its mesh.

    Raises:
        InputError: A current has no way to its ground, a conductor or a body has no reference, a terminal
            of a scheme or probe lies on an insulator, terminals at different values touch, the regions of an
            interface do not touch, or a texture has no direction, or its file no vectors, somewhere in its
            magnet.
    """
    check_pieces(config, device, find_pieces(record))
    check_symmetry(config, device, record)
    check_sheets(config, device, record)
    _check_apart(config, device, record)
    _check_textures(config, device, record)


def check_pieces(config: Config, device: Device, pieces: Pieces) -> None:
    """Check the connections of a device once it is known which regions touch.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device.
        pieces: The connected pieces of its regions.

    Raises:
        InputError: A current has no way to its ground, a conductor or a body has no reference, a terminal
            of a scheme or probe lies on an insulator or beside the region it names, or the regions of an
            interface do not touch.
    """
    _check_interfaces(config, pieces)
    _check_surfaces(config, pieces)
    check_touching(config, pieces)
    conducting = [region in device.conductors for region in pieces.regions]
    _check_terminals(config, {name: conducting[piece] for name, piece in pieces.terminals.items()})
    carrying = [region in device.carriers for region in pieces.regions]
    conductors = pieces.bodies(carrying)
    for scheme in config.schemes:
        held = {conductors[pieces.terminals[name]] for name in config.schemes[scheme].potentials}
        for body in sorted({conductors[i] for i, inside in enumerate(carrying) if inside} - held):
            raise config.error(
                f"schemes.{scheme}",
                f"the conductor {pieces.names(conductors == body)} is not connected to any ground or "
                "voltage of this scheme; ground one of its terminals, or check that the regions touch",
            )
    bodies = pieces.bodies([True] * len(conducting))
    for body in sorted(set(bodies) - {bodies[pieces.terminals[name]] for name in device.cooled}):
        raise config.error(
            "terminals",
            f"{pieces.names(bodies == body)} is not connected to any heat sink; add 'sink: true' "
            "or 'heat_transfer' to one of its terminals",
        )


def _check_surfaces(config: Config, pieces: Pieces) -> None:
    """Refuse named surfaces that do not lie on the region that their terminal names."""
    for name, terminal in config.terminals.items():
        if terminal.surface is None or terminal.region is None:
            continue
        found = pieces.regions[pieces.terminals[name]]
        if found != terminal.region:
            raise config.error(
                f"terminals.{name}.region",
                f"the surface '{terminal.surface}' lies on {found}; name that region, or leave 'region' out",
            )


def _check_interfaces(config: Config, pieces: Pieces) -> None:
    """Refuse interfaces of two regions that do not touch; an entry that names a material may find none."""
    touching = {frozenset((pieces.regions[i], pieces.regions[j])) for i, j in pieces.contacts}
    for i, entry in enumerate(config.interfaces):
        sides = frozenset(entry.between or ())
        if sides and sides <= config.geometry.materials.keys() and sides not in touching:
            first, second = entry.between
            others = sorted(name for pair in touching if first in pair for name in pair - {first})
            raise config.error(
                f"interfaces[{i}].between",
                f"'{first}' and '{second}' do not touch; name one of the regions that '{first}' touches "
                f"({', '.join(others) or 'none'}), or check the geometry",
            )


def _check_textures(config: Config, device: Device, record: MeshRecord) -> None:
    """Evaluate every texture at the centres of its cells: here one rank tells, when all wait for it."""
    for region, texture in device.textures.items():
        if texture.uniform is None:
            cells = record.array("cells")[record.array("cell_tags") == record.regions[region]]
            centres = record.array("points")[cells].mean(axis=1)
            texture(centres)
            _check_file(config, region, centres)


def _check_file(config: Config, region: str, centres: np.ndarray) -> None:
    """Refuse a file that has no vectors in a part of its magnet."""
    given = config.magnetisation.get(region)
    if not isinstance(given, FileTexture):
        return
    missing = np.flatnonzero(~given.covers(centres))
    if len(missing):
        place = ", ".join(f"{1e9 * x:.4g}" for x in centres[missing[0]])
        raise config.error(
            f"magnetisation.{region}.file",
            f"{given.file} does not cover the magnet: no vectors are near ({place}) nm; give a file of the "
            "whole magnet, or check its unit of length",
        )


def _check_terminals(config: Config, electrical: dict[str, bool]) -> None:
    used = {
        f"schemes.{name}.{terminal}": terminal
        for name, scheme in config.schemes.items()
        for terminal in scheme.root
    }
    used |= {f"probes.{name}": terminal for name, pair in config.probes.items() for terminal in pair}
    for key, terminal in used.items():
        if not electrical[terminal]:
            raise config.error(
                key, f"terminal '{terminal}' lies on an insulator; choose a face of a conductor"
            )


def _check_apart(config: Config, device: Device, record: MeshRecord) -> None:
    """Refuse terminals that are held at different values and share an edge: the flow there is infinite."""
    held = {f"schemes.{name}": scheme.potentials for name, scheme in config.schemes.items()}
    for key, values in (held | {"terminals": device.sinks}).items():
        if len(set(values.values())) > 1:
            _check_pairs(config, record, key, values)


def _check_pairs(config: Config, record: MeshRecord, key: str, values: Mapping[str, float]) -> None:
    facets, tags = record.array("facets"), record.array("facet_tags")
    nodes = {name: np.unique(facets[tags == record.terminals[name]]) for name in values}
    for first, second in combinations(values, 2):
        common = np.intersect1d(nodes[first], nodes[second])
        if values[first] != values[second] and len(common):
            raise config.error(
                key,
                f"'{first}' and '{second}' are held at different values and touch at "
                f"{in_nm(record.array('points')[common[0]])}, where the flow is infinite; separate them",
            )


def check_cut(config: Config, device: Device, record: MeshRecord, directory: Path) -> None:
    """Refuse a patch of an interface so small that the cut opens none of its nodes, on one rank.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device on the mesh.
        record: The mesh.
        directory: Its cut (:func:`thermospin.meshes.cut.store_cut`).

    Raises:
        InputError: Nothing could jump on a patch.
    """
    if not device.resistive_interfaces:
        return
    of_regions = tags(device, record)
    everything, conductors = (
        np.load(directory / f"{name}.npy", mmap_mode="r") for name in ("cells", "conductors")
    )
    for name, interface in device.resistive_interfaces.items():
        facets = np.load(interface_file(directory, of_regions[name]))
        for cells in (everything, conductors) if interface.law.is_conducting else (everything,):
            _check_patches(config, record, name, facets, joined_facets(cells, facets))


def _check_patches(
    config: Config, record: MeshRecord, name: str, facets: np.ndarray, joined: np.ndarray
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
                f"'{name}' has a patch of {area:.4g} nm² at ({x:.1f}, {y:.1f}, {z:.1f}) nm whose nodes "
                "all lie on its rim, so its two sides cannot be separated; use finer elements",
            )


def _adjacent(triangles: np.ndarray) -> np.ndarray:
    """Pairs of triangles, shape (n, 3), with a common edge."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    order = np.lexsort(edges.T)
    same = np.flatnonzero((edges[order[1:]] == edges[order[:-1]]).all(axis=1))
    return np.column_stack([order[same], order[same + 1]]) // 3


def find_pieces(record: MeshRecord) -> Pieces:
    """Find the pieces of a mesh; they are kept beside it, since a large mesh takes a second.

    Args:
        record: The mesh.
    """
    kept = record.directory / "pieces.json"
    found = read_checked(kept)
    if found is None:
        found = asdict(_pieces(record))
        with contextlib.suppress(OSError):
            write_checked(kept, found)
    return Pieces(**found)


def _pieces(record: MeshRecord) -> Pieces:
    tags, neighbours = record.array("cell_tags"), record.array("neighbours")
    cells, faces = np.nonzero(neighbours >= 0)
    pairs = np.column_stack([cells, neighbours[cells, faces]])
    same = tags[pairs[:, 0]] == tags[pairs[:, 1]]
    piece = components(pairs[same], len(tags))
    _, first = np.unique(piece, return_index=True)
    region_of = {tag: name for name, tag in record.regions.items()}
    facet_cells, facet_tags = record.array("facet_cells"), record.array("facet_tags")
    return Pieces(
        regions=[region_of[tag] for tag in tags[first].tolist()],
        contacts=np.unique(piece[pairs[~same]], axis=0).tolist(),
        terminals={
            name: int(piece[facet_cells[np.argmax(facet_tags == tag), 0]])
            for name, tag in record.terminals.items()
        },
    )
