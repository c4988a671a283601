"""Surfaces that a magnet shares with another region, for their anisotropy (solver/physics.md §12)."""

import numpy as np
from scipy.spatial import cKDTree

from thermospin.meshes.read import DeviceMesh
from thermospin.micromagnetics.body import Body

SAME = 1e-6
"""Distance of the centres of two triangles that are one, in units of the longest edge."""


def contact_tensor(device: DeviceMesh, body: Body, region: str, beside: str) -> np.ndarray:
    """``∫ φ n n dS`` over the surface between a magnet and another region, m², (3, 3, n) (collective).

    Zero where they do not touch.

    Args:
        device: The mesh of the device.
        body: The mesh of the magnets.
        region: The magnet.
        beside: The other region.
    """
    faces, corners = body.surface([region])
    edges = corners[:, 1:] - corners[:, :1]
    longest = np.linalg.norm(edges, axis=2).max()
    others = _face_centres(device, beside)
    distance = cKDTree(others).query(corners.mean(axis=1))[0] if len(others) else np.full(len(faces), np.inf)
    touches = distance < SAME * longest
    crosses = np.cross(edges[touches, 0], edges[touches, 1])
    areas = np.linalg.norm(crosses, axis=1) / 2
    normals = crosses / (2 * areas[:, None])
    ids = faces[touches]
    order = np.argsort(body.numbers)
    found = np.zeros((3, 3, body.n_owned))
    for nodes in ids.T:
        place = np.searchsorted(body.numbers[order], nodes)
        owned = np.flatnonzero(np.isin(nodes, body.numbers))
        parts = np.einsum("k,ki,kj->kij", areas[owned] / 3, normals[owned], normals[owned])
        np.add.at(found.transpose(2, 0, 1), order[place[owned]], parts)
    return found


def _face_centres(device: DeviceMesh, region: str) -> np.ndarray:
    """Centres of all faces of the tetrahedra of a region, m, (k, 3), known to all ranks (collective)."""
    cells = device.owned(device.cells([region]))
    corners = device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][cells]]
    centres = (corners.sum(axis=1, keepdims=True) - corners) / 3
    return np.concatenate(device.mesh.comm.allgather(centres.reshape(-1, 3)))
