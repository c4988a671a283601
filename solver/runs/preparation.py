"""From a configuration to its mesh on all ranks: made or found, checked, cut, and read."""

from collections.abc import Callable
from typing import Any

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device.resistive_interfaces import contact_regions
from thermospin.meshes import MeshRecord
from thermospin.meshes.read import DeviceMesh, read_mesh
from thermospin.runs.checks import checked_mesh
from thermospin.runs.estimates import estimate_record
from thermospin.runtime.failures import on_root


def mesh(config: Config, comm: MPI.Comm = MPI.COMM_WORLD) -> MeshRecord:
    """Make or find the mesh of a configuration, check it and cut it; the same on all ranks (collective).

    Meshes are kept in the cache of the user, so the next call, and the next run, find this one there.

    Args:
        config: The configuration.
        comm: Ranks that wait for the mesh; rank 0 makes it.

    Returns:
        Where the mesh is, what it consists of, and by ``array("points")``, … its arrays.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    return on_root(comm, lambda: checked_mesh(config))


def prepare(config: Config, comm: MPI.Comm, progress: Any) -> tuple[MeshRecord, DeviceMesh]:
    """Make or find the mesh on rank 0, check and cut it, and read it on all ranks (collective)."""
    with progress.stage("mesh"):
        record = on_root(comm, lambda: _told_mesh(config, progress.note))
    return record, read_device(config, record, comm, progress)


def _told_mesh(config: Config, tell: Callable[[str], None]) -> MeshRecord:
    """The mesh of a configuration; tells notes on its file and what it takes to solve."""
    record = checked_mesh(config, tell)
    estimate = estimate_record(config, record)
    for line in (*record.notes, estimate.text):
        tell(line)
    if estimate.warning:
        tell(f"warning: {estimate.warning}")
    return record


def read_device(config: Config, record: MeshRecord, comm: MPI.Comm, progress: Any) -> DeviceMesh:
    """Read the mesh that :func:`checked_mesh` left on all ranks (collective)."""
    weights = {  # for load balance: a conductor has all the fields, an insulator one
        region: float(len(config.unknowns)) if config.material(name).is_conductor else 1.0
        for region, name in record.materials.items()
    }
    with progress.stage("read"):
        return read_mesh(
            record.directory,
            record.regions,
            record.terminals,
            weights,
            comm,
            contact_regions(config, record),
            [region for region in record.regions if region not in config.insulators],
            record.surfaces,
        )
