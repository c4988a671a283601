"""Records of refined meshes, which are read and cut like any other."""

import hashlib
import json
from dataclasses import replace

import numpy as np

from thermospin.meshes.numbering import renumber
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.refinement.bisection import HALVING, bisect
from thermospin.meshes.refinement.walls import cut_off, onto_walls, with_walls
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.store import find_record, keep_record

FORMAT = 2
"""Raised when the same marks would give another mesh, so that kept ones are made again."""

PARENTS = "parents"
"""Array of a refined record: the cell of the coarse record that each cell is a part of."""


def refine_record(
    record: MeshRecord, marked: np.ndarray, geometry: SolidsGeometry | None = None, times: int = HALVING
) -> MeshRecord:
    """Refine marked cells of a record, or find the result beside it.

    To be called on one rank, before the others read the mesh.

    Args:
        record: The coarse mesh.
        marked: Whether to refine each cell, shape (n_cells,).
        geometry: The solids that the mesh was made of: new nodes on the walls of cylinders are moved onto
            them, and cells keep the lateral aspect. None for a mesh of the user.
        times: As for :func:`thermospin.meshes.refinement.bisection.bisect`.

    Returns:
        A record whose array `PARENTS` holds the cell of the coarse record that each cell is a part of.

    Raises:
        InputError: There is no place for the result.
    """
    marked = np.asarray(marked, dtype=bool)
    shapes = geometry.cylinders if geometry else []
    aspect = geometry.lateral_aspect if geometry else 1.0
    content = [FORMAT, record.hash, times, aspect, [cylinder.model_dump() for cylinder in shapes]]
    digest, cache = _digest(content, marked), record.directory.parent
    found = find_record(digest, cache)
    if found is not None:
        return found
    coarse = record.raw()
    bisection = bisect(with_walls(coarse, shapes), marked, times, aspect)
    fine = onto_walls(bisection.mesh, len(coarse.points), shapes)
    arrays = {PARENTS: bisection.parent.astype(np.int32)}
    # The parts of a cell lie together, as compact as the cells.
    order = np.argsort(bisection.parent, kind="stable")
    fine = renumber(replace(fine, notes=tuple(record.notes), cell_arrays=arrays), order)
    return keep_record(fine, record.materials, digest, cache, cut_off(fine, shapes))


def _digest(content: list, marked: np.ndarray) -> str:
    """Digest of everything that determines a refined mesh."""
    digest = hashlib.sha256(json.dumps(content).encode())
    digest.update(np.packbits(marked).tobytes())
    return digest.hexdigest()[:16]
