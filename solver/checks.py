"""Checks that need the mesh: every conductor has a reference, every terminal a conductor, all heat a sink."""

from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from thermospin.meshes import MeshRecord


def check_mesh(config: Any, record: MeshRecord) -> None:
    """Check a configuration against its mesh, on one rank.

    Raises:
        InputError: A current has no way to its ground, a conductor or a body has no reference, or a terminal
            of a scheme or probe lies on an insulator.
    """
    materials = {region: config.material(name) for region, name in config.geometry.materials.items()}
    conducting = {record.regions[region] for region, material in materials.items() if material.is_conductor}
    tags, neighbours = record.array("cell_tags"), record.array("neighbours")
    facet_cells, facet_tags = record.array("facet_cells"), record.array("facet_tags")
    cell_of = {
        name: int(facet_cells[np.argmax(facet_tags == tag), 0]) for name, tag in record.terminals.items()
    }

    is_conductor = np.isin(tags, list(conducting))
    _check_terminals(config, {name: bool(is_conductor[cell]) for name, cell in cell_of.items()})
    conductors = _bodies(neighbours, is_conductor)
    region_of = {tag: name for name, tag in record.regions.items()}
    for scheme in config.schemes:
        held = {conductors[cell_of[name]] for name in config.schemes[scheme].potentials}
        for body in np.unique(conductors[is_conductor]):
            if body not in held:
                names = _names(region_of, tags[conductors == body])
                raise config.error(
                    f"schemes.{scheme}",
                    f"the conductor {names} is not connected to any ground or voltage of this scheme; ground one of "
                    "its terminals, or check that the regions touch",
                )
    bodies = _bodies(neighbours, np.ones(len(tags), dtype=bool))
    cooled = {bodies[cell_of[name]] for name in config.sinks}
    for body in np.unique(bodies):
        if body not in cooled:
            names = _names(region_of, tags[bodies == body])
            raise config.error(
                "terminals",
                f"{names} is not connected to any heat sink; add 'sink: true' to one of its terminals",
            )


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


def _bodies(neighbours: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Number of the connected body of every cell, connected through faces between cells that are inside."""
    cells, faces = np.nonzero((neighbours >= 0) & inside[:, None])
    across = neighbours[cells, faces]
    keep = inside[across]
    graph = coo_array(
        (np.ones(keep.sum(), dtype=np.int8), (cells[keep], across[keep])), shape=2 * (len(inside),)
    )
    return connected_components(graph, directed=False)[1]


def _names(region_of: dict[int, str], tags: np.ndarray) -> str:
    return ", ".join(region_of[tag] for tag in np.unique(tags))
