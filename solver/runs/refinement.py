"""The next mesh of a device, finer where the errors of its readings are made."""

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.meshes.columns.refine import refined_options
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.refinement.marking import mark_cells
from thermospin.meshes.refinement.records import refine_record
from thermospin.meshes.refinement.walls import cells_at_walls
from thermospin.meshes.solids import SolidsGeometry
from thermospin.runs.preparation import prepare_mesh, prepare_record
from thermospin.runtime.failures import on_root

IN_COLUMNS, IN_CELLS = 0.6, 0.4
"""Share of the error in the parts of columns, and in the tetrahedra, that are refined (Dörfler): with less,
there are more meshes; with more, unknowns where they are not needed."""


def refine(
    config: Config, record: MeshRecord, errors: np.ndarray, comm: MPI.Comm, walls: bool = False
) -> tuple[Config, MeshRecord]:
    """The next mesh: columns closer to edges that matter, or marked tetrahedra bisected (collective).

    Args:
        config: The configuration.
        record: The mesh.
        errors: Errors of readings in the owned cells, shape (n_readings, n_cells), each in the same unit.
        comm: Ranks that share the mesh; rank 0 makes the next.
        walls: Whether curved walls are too flat: tetrahedra with an edge there are bisected, too.

    Returns:
        The configuration with the options of the next mesh, and its record. The same record where nothing
        can be refined.

    Raises:
        InputError: The mesh is too large, or there is no place for it.
    """
    parts = comm.gather(errors)
    return on_root(comm, lambda: _refined(config, record, np.concatenate(parts, axis=1), walls))


def _refined(
    config: Config, record: MeshRecord, errors: np.ndarray, walls: bool
) -> tuple[Config, MeshRecord]:
    """See :func:`refine`; on one rank."""
    if config.mesh.columns:
        columns = refined_options(config.mesh.columns, record, errors, IN_COLUMNS)
        mesh = config.mesh.model_copy(update={"columns": columns})
        config = config.model_copy(update={"mesh": mesh})
        return config, prepare_mesh(config)
    geometry = getattr(config.geometry, "resolved", None)
    solids = geometry if isinstance(geometry, SolidsGeometry) else None
    marked = mark_cells(np.abs(errors).sum(axis=0), IN_CELLS)
    if walls and solids:
        marked |= cells_at_walls(record.raw(), solids.cylinders)
    return config, prepare_record(config, refine_record(record, marked, solids))
