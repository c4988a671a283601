"""From a configuration to its mesh on all ranks: made or found, checked, cut, and read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device import Device
from thermospin.device.on_mesh import cut, device_on, places
from thermospin.device.resistive_interfaces import surface_entries
from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh, mesh_hash
from thermospin.meshes.plan import Plan
from thermospin.meshes.read import DeviceMesh, read_mesh
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.store import writable_copy
from thermospin.runs.checks import check_cut, check_mesh, check_pieces
from thermospin.runs.estimates import Estimate, estimate_plan, estimate_record
from thermospin.runtime.failures import on_root

SCALES = ((1.0, "m"), (1e-3, "mm"), (1e-6, "µm"), (1e-9, "nm"), (1e-12, "pm"), (1e-15, "fm"))
"""Units of extents, m, from the largest down."""

LEAST = 10.0
"""Number from which a unit is used."""

Tell = Callable[[Estimate], Any]
"""Takes an estimate of the work."""


def untold(estimate: Estimate) -> None:
    """Ignore an estimate.

    Args:
        estimate: The estimate.
    """


def mesh(config: Config, comm: MPI.Comm = MPI.COMM_WORLD) -> MeshRecord:
    """Make or find the mesh of a configuration, check it and cut it; the same on all ranks (collective).

    Meshes are kept in the cache of the user, so the next call, and the next run, find this one there.

    Args:
        config: The configuration.
        comm: Ranks that wait for the mesh; rank 0 makes it.

    Returns:
        The record of the mesh: its place, its regions, and by ``array("points")``, … its arrays.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    return on_root(comm, lambda: prepare_mesh(config))


def prepare(config: Config, comm: MPI.Comm, progress: Any) -> tuple[MeshRecord, DeviceMesh]:
    """Prepare the mesh of a configuration on rank 0, and read it on all ranks (collective).

    Args:
        config: The configuration.
        comm: Ranks that share the mesh.
        progress: Anything with a ``stage(name)`` context manager and ``note(text)``.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    record = prepare_on_root(config, comm, progress)
    return record, read_device(device_on(config, record), record, comm, progress)


def prepare_on_root(config: Config, comm: MPI.Comm, progress: Any) -> MeshRecord:
    """Prepare the mesh of a configuration on rank 0, and tell what it costs to solve (collective).

    Args:
        config: The configuration.
        comm: Ranks that wait for the mesh.
        progress: Anything with a ``stage(name)`` context manager and ``note(text)``.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    with progress.stage("mesh"):
        return on_root(comm, lambda: _told_mesh(config, progress))


def prepare_mesh(config: Config, tell: Tell = untold) -> MeshRecord:
    """Make or find the mesh of a configuration, check it, cut it along interfaces, and check the cut.

    To be called on one rank.

    Args:
        config: The configuration.
        tell: Gets an estimate of the work, before a mesh is made.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    return prepare_record(config, make_mesh(config, Device.of(config), tell))


def prepare_record(config: Config, record: MeshRecord) -> MeshRecord:
    """Check a mesh, cut it along interfaces, and check the cut, on one rank.

    Args:
        config: The configuration.
        record: A mesh of its geometry.

    Returns:
        The same mesh, or a copy of it where the cut cannot be kept in it.

    Raises:
        InputError: The device on this mesh is not a closed circuit.
    """
    check_mesh(config, Device.of(config), record)
    device = device_on(config, record)
    record, directory = _cut(device, record)
    check_cut(config, device, record, directory)
    return record


def make_mesh(config: Config, device: Device, tell: Tell = untold) -> MeshRecord:
    """Make or find the mesh of a configuration, on one rank, after all checks that need no mesh.

    Args:
        config: The configuration.
        device: Its device.
        tell: Gets an estimate of the work, before a mesh is made.

    Raises:
        InputError: The geometry cannot be meshed, it has no closed circuit, or the mesh would be too large;
            it names the configuration's file.
    """

    def inspect(plan: Plan) -> None:
        check_pieces(config, device, plan.pieces)
        stack, is_graded = getattr(config.geometry, "columns", None), config.mesh.columns is not None
        tell(estimate_plan(device, plan.cells, stack, is_graded))

    return _of_mesh(partial(build_mesh, inspect=inspect), config, device)


def find_hash(config: Config, device: Device) -> str:
    """The hash of the mesh of a configuration, which need not have been made.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The file of the geometry cannot be read; it names the configuration's file.
    """
    return _of_mesh(mesh_hash, config, device)


def _of_mesh(work: Callable[..., Any], config: Config, device: Device) -> Any:
    """Call a function with all that determines the mesh of a configuration; errors name its file."""
    magnets, insulators = frozenset(device.magnets), frozenset(device.insulators)
    surfaces = {name: f"interfaces[{i}].surface" for i, name in surface_entries(config).items()}
    try:
        return work(
            config.geometry, config.mesh, config.all_terminals, magnets, insulators, surfaces=surfaces
        )
    except InputError as error:
        raise config.error(error.key, error.message) from None


def _cut(device: Device, record: MeshRecord) -> tuple[MeshRecord, Path]:
    """The record and the directory of its cut; a copy of the record where the cut cannot be kept in it."""
    try:
        return record, cut(device, record)
    except OSError as error:
        copy = writable_copy(record, error)
        return copy, cut(device, copy)


def _told_mesh(config: Config, progress: Any) -> MeshRecord:
    """The mesh of a configuration; tells notes on its file and the cost of solving."""

    def tell(estimate: Estimate) -> None:
        progress.note(estimate.text)
        progress.expect(estimate.meshing)

    record = prepare_mesh(config, tell)
    estimate = estimate_record(Device.of(config), record)
    for line in (*record.notes, extent_of(record), estimate.text):
        progress.note(line)
    if estimate.warning:
        progress.note(f"warning: {estimate.warning}")
    return record


def extent_of(record: MeshRecord) -> str:
    """A line with the extents of a mesh along x, y and z.

    Args:
        record: The mesh.
    """
    extent = np.ptp(record.array("points"), axis=0)
    factor, unit = next((found for found in SCALES if extent.max() >= LEAST * found[0]), SCALES[-1])
    lengths = " × ".join(f"{length / factor:.4g}" for length in extent)
    return f"the device is {lengths} {unit}³ (x, y, z)"


def read_device(device: Device, record: MeshRecord, comm: MPI.Comm, progress: Any) -> DeviceMesh:
    """Read the mesh that :func:`prepare_mesh` left on all ranks (collective).

    Args:
        device: The device, on this mesh.
        record: The mesh.
        comm: Ranks that share it.
        progress: Anything with a ``stage(name)`` context manager.
    """
    weights = {  # for load balance: a conductor has all the fields, an insulator one
        region: float(len(device.unknowns)) if material.is_conductor else 1.0
        for region, material in device.materials.items()
    }
    with progress.stage("read"):
        return read_mesh(
            record.directory,
            record.regions,
            record.terminals,
            weights,
            comm,
            places(device),
            [region for region in record.regions if region not in device.insulators],
            record.surfaces,
            record.cut_off,
        )
