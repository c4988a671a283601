"""Checks that need the geometry: interfaces touch, conductors and heat have a reference, terminals conduct.

Most are made twice: on the volumes, before they are meshed, and on the mesh, which may have been found.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from thermospin.config.interfaces import surface_entries
from thermospin.device.resistive_interfaces import check_cut
from thermospin.errors import InputError
from thermospin.meshes import MeshRecord, build_mesh, mesh_hash
from thermospin.meshes.numbering import components
from thermospin.meshes.pieces import Pieces
from thermospin.meshes.places import in_nm
from thermospin.meshes.plan import Plan
from thermospin.meshes.store import writable_copy
from thermospin.runs.estimates import estimate_plan
from thermospin.runtime.cache import read_checked, write_checked


def untold(line: str) -> None:
    """Tell a line to nobody."""


def make_mesh(config: Any, tell: Callable[[str], None] = untold) -> MeshRecord:
    """Make or find the mesh of a configuration, on one rank; what needs no mesh is checked before.

    Args:
        config: The configuration.
        tell: Gets a line that estimates the work, before a mesh is made.

    Raises:
        InputError: The geometry cannot be meshed, it has no closed circuit, or the mesh would be too large;
            it names the configuration's file.
    """

    def inspect(plan: Plan) -> None:
        _check_pieces(config, plan.pieces)
        tell(estimate_plan(config, plan.cells).text)

    return _of_mesh(partial(build_mesh, inspect=inspect), config)


def checked_mesh(config: Any, tell: Callable[[str], None] = untold) -> MeshRecord:
    """Make or find the mesh of a configuration, check and cut it, on one rank.

    Args:
        config: The configuration.
        tell: Gets a line that estimates the work, before a mesh is made.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    record = make_mesh(config, tell)
    try:
        check_mesh(config, record)
    except OSError as error:  # the cut cannot be kept beside the mesh
        record = writable_copy(record, error)
        check_mesh(config, record)
    return record


def find_hash(config: Any) -> str:
    """The hash of the mesh of a configuration, which need not have been made.

    Raises:
        InputError: The file of the geometry cannot be read; it names the configuration's file.
    """
    return _of_mesh(mesh_hash, config)


def _of_mesh(work: Callable[..., Any], config: Any) -> Any:
    """Do something with what determines the mesh of a configuration; errors name its file."""
    magnets, insulators = frozenset(config.magnets), frozenset(config.insulators)
    surfaces = {name: f"interfaces[{i}].surface" for i, name in surface_entries(config).items()}
    try:
        return work(
            config.geometry, config.mesh, config.all_terminals, magnets, insulators, surfaces=surfaces
        )
    except InputError as error:
        raise config.error(error.key, error.message) from None


def check_mesh(config: Any, record: MeshRecord) -> None:
    """Check a configuration against its mesh, on one rank.

    Raises:
        InputError: A current has no way to its ground, a conductor or a body has no reference, a terminal
            of a scheme or probe lies on an insulator, terminals at different values touch, the regions of an
            interface do not touch or it has no node between them, or a texture has no direction somewhere in
            its magnet.
    """
    _check_pieces(config, find_pieces(record))
    _check_apart(config, record)
    check_cut(config, record)
    _check_textures(config, record)


def _check_pieces(config: Any, pieces: Pieces) -> None:
    """Check what is known once it is known which regions touch.

    Raises:
        InputError: A current has no way to its ground, a conductor or a body has no reference, a terminal
            of a scheme or probe lies on an insulator, or the regions of an interface do not touch.
    """
    materials = {region: config.material(name) for region, name in config.geometry.materials.items()}
    _check_interfaces(config, pieces)
    conducting = [materials[region].is_conductor for region in pieces.regions]
    _check_terminals(config, {name: conducting[piece] for name, piece in pieces.terminals.items()})
    conductors = pieces.bodies(conducting)
    for scheme in config.schemes:
        held = {conductors[pieces.terminals[name]] for name in config.schemes[scheme].potentials}
        for body in sorted({conductors[i] for i, inside in enumerate(conducting) if inside} - held):
            raise config.error(
                f"schemes.{scheme}",
                f"the conductor {pieces.names(conductors == body)} is not connected to any ground or "
                "voltage of this scheme; ground one of its terminals, or check that the regions touch",
            )
    bodies = pieces.bodies([True] * len(conducting))
    for body in sorted(set(bodies) - {bodies[pieces.terminals[name]] for name in config.sinks}):
        raise config.error(
            "terminals",
            f"{pieces.names(bodies == body)} is not connected to any heat sink; add 'sink: true' "
            "to one of its terminals",
        )


def _check_interfaces(config: Any, pieces: "Pieces") -> None:
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


def _check_textures(config: Any, record: MeshRecord) -> None:
    """Evaluate every texture at the centres of its cells: here one rank tells, when all wait for it."""
    for region, texture in config.textures.items():
        if texture.uniform is None:
            cells = record.array("cells")[record.array("cell_tags") == record.regions[region]]
            texture(record.array("points")[cells].mean(axis=1))


def _check_terminals(config: Any, electrical: dict[str, bool]) -> None:
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


def _check_apart(config: Any, record: MeshRecord) -> None:
    """Refuse terminals that are held at different values and share an edge: what flows there is infinite."""
    held = {f"schemes.{name}": scheme.potentials for name, scheme in config.schemes.items()}
    for key, values in (held | {"terminals": config.sinks}).items():
        if len(set(values.values())) > 1:
            _check_pairs(config, record, key, values)


def _check_pairs(config: Any, record: MeshRecord, key: str, values: Mapping[str, float]) -> None:
    facets, tags = record.array("facets"), record.array("facet_tags")
    nodes = {name: np.unique(facets[tags == record.terminals[name]]) for name in values}
    for first, second in combinations(values, 2):
        common = np.intersect1d(nodes[first], nodes[second])
        if values[first] != values[second] and len(common):
            raise config.error(
                key,
                f"'{first}' and '{second}' are held at different values and touch at "
                f"{in_nm(record.array('points')[common[0]])}, where infinitely much would flow; part them",
            )


def find_pieces(record: MeshRecord) -> Pieces:
    """Find the pieces of a mesh; they are kept beside it, since a large mesh takes a second."""
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
