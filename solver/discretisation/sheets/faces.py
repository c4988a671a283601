"""Faces of a distributed mesh on which a sheet lies."""

from collections.abc import Mapping

import numpy as np

from thermospin.compat import MPI, fem
from thermospin.device import Sheet
from thermospin.device.sheets import on_sheet
from thermospin.discretisation.spaces import Hosts
from thermospin.meshes.read import DeviceMesh
from thermospin.meshes.terminals import side_of


def find_faces(device: DeviceMesh, sheets: Mapping[str, Sheet]) -> dict[str, np.ndarray]:
    """Find the faces of every sheet (collective).

    Args:
        device: The mesh.
        sheets: The sheets by name.

    Returns:
        The owned (cell, local facet) pairs of every sheet, shape (n, 2), int32.
    """
    return {name: _faces(device, sheet) for name, sheet in sheets.items()}


def sheets_and_hosts(
    device: DeviceMesh, sheets: Mapping[str, Sheet]
) -> tuple[dict[str, np.ndarray], Hosts | None]:
    """Find the faces of every sheet, and the hosts of those that conduct; None without such (collective).

    Args:
        device: The mesh.
        sheets: The sheets by name.
    """
    faces = find_faces(device, sheets)
    conducting = [faces[name] for name, sheet in sheets.items() if sheet.values.is_conductor]
    if not conducting:
        return faces, None
    together = np.concatenate(conducting)
    return faces, Hosts(_beside(device, together), together)


def _beside(device: DeviceMesh, faces: np.ndarray) -> np.ndarray:
    """Local cells whose face lies on a sheet, ghosts included, sorted (collective).

    Args:
        device: The mesh.
        faces: Owned (cell, local facet) pairs.
    """
    space = fem.functionspace(device.mesh, ("DG", 0))
    mark = fem.Function(space)
    mark.x.array[space.dofmap.list[faces[:, 0], 0]] = 1
    mark.x.scatter_forward()
    return np.flatnonzero(mark.x.array[space.dofmap.list[:, 0]] > 0).astype(np.int32)


def _faces(device: DeviceMesh, sheet: Sheet) -> np.ndarray:
    inside = device.owned(device.cells([sheet.region]))
    geometry, comm = device.mesh.geometry, device.mesh.comm
    corners = geometry.x[geometry.dofmaps[0][inside]]
    extent = (0.0, 0.0)
    if sheet.face is not None:
        heights = corners[:, :, side_of(sheet.face)[0]]
        lowest, highest = heights.min(initial=np.inf), heights.max(initial=-np.inf)
        extent = comm.allreduce(lowest, MPI.MIN), comm.allreduce(highest, MPI.MAX)
    cells, faces = np.nonzero(on_sheet(sheet, device.regions, device.neighbour_tags[inside], corners, extent))
    return np.column_stack([inside[cells], faces]).astype(np.int32)
