"""Coupling with a device: m as a texture, and the torque at nodes (solver/physics.md §12)."""

from collections.abc import Iterable

import numpy as np
from scipy.spatial import cKDTree

from thermospin.meshes.read import DeviceMesh
from thermospin.micromagnetics.body import Body, cross
from thermospin.micromagnetics.model import Micromagnet
from thermospin.observables.torque import FacetTorques
from thermospin.textures import Texture

CANDIDATES = 200
"""Tetrahedra with middles near a point, among which the one around it is looked for."""

ROUNDING = 1e-9
"""Barycentric coordinate below 0 with which a point counts as inside."""


class Interpolation:
    """Values of linear functions of a body at any points, found once for the same points.

    Args:
        body: The mesh of the magnets.
    """

    def __init__(self, body: Body) -> None:
        self._body = body
        self._known: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}

    def texture(self, m: np.ndarray) -> Texture:
        """The magnetisation as a direction at every point (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        values = self._body.with_ghosts(m)

        def vectors(points: np.ndarray) -> np.ndarray:
            nodes, weights = self._located(points)
            return np.einsum("pk,pkx->px", weights, values[nodes])

        return Texture(vectors)

    def _located(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nodes of the tetrahedron around every point, and their weights, (p, 4)."""
        key = points.tobytes()
        if key not in self._known:
            cells = self._nearest(points)
            nodes = self._body.mesh.geometry.dofmaps[0][cells]
            self._known[key] = nodes, barycentric(self._body.mesh.geometry.x[nodes], points)
        return self._known[key]

    def _nearest(self, points: np.ndarray) -> np.ndarray:
        """The tetrahedron around every point; the nearest to it where none of the candidates is, (p,)."""
        corners = self._body.mesh.geometry.x[self._body.mesh.geometry.dofmaps[0]]
        found = np.zeros(len(points), dtype=np.int64)
        if len(points) == 0:
            return found
        count = min(CANDIDATES, len(corners))
        near = cKDTree(corners.mean(axis=1)).query(points, count)[1].reshape(len(points), -1)
        least, left = np.full(len(points), -np.inf), np.arange(len(points))
        for column in near.T:
            weights = barycentric(corners[column[left]], points[left]).min(axis=1)
            better = weights > least[left]
            found[left[better]], least[left[better]] = column[left[better]], weights[better]
            left = left[least[left] < -ROUNDING]
            if len(left) == 0:
                break
        return found


def barycentric(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Barycentric coordinates of a point in every tetrahedron, (n, 4).

    Args:
        corners: Corners of the tetrahedra, m, (n, 4, 3).
        points: Points, m, (n, 3).
    """
    edges = np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)
    inner = np.linalg.solve(edges, (points - corners[:, 0])[:, :, None])[:, :, 0]
    return np.column_stack([1 - inner.sum(axis=1), inner])


class NodalTorque:
    """The torque of a device at the nodes of its moving magnets, lumped: its sum is the torque on them.

    Args:
        device: The mesh of the device.
        body: The mesh of the moving magnets.
    """

    def __init__(self, device: DeviceMesh, body: Body) -> None:
        self._body = body
        n_cells = body.mesh.topology.index_map(3)
        local = np.arange(n_cells.size_local + n_cells.num_ghosts, dtype=np.int32)
        self._parents = body.entity_map.sub_topology_to_topology(local, False)
        self._cell = np.full(len(device.cell_tags), -1, dtype=np.int32)
        self._cell[self._parents] = local

    @property
    def cells(self) -> np.ndarray:
        """Cells of the device that are the owned tetrahedra of the body, in their order, (k,)."""
        return self._parents[: len(self._body.cells)]

    def averaged(self, cells: np.ndarray) -> np.ndarray:
        """Values in cells of the device averaged at every owned node, (c, n) (collective).

        Args:
            cells: Values in every owned cell of the device, (c, n_cells).
        """
        return self._body.averaged(cells[:, self.cells])

    def gathered(self, cells: np.ndarray, facets: Iterable[FacetTorques]) -> np.ndarray:
        """Torque at every owned node, J, (3, n) (collective).

        Args:
            cells: Torque in every owned cell of the device, J, (3, n_cells).
            facets: Torques at interfaces.
        """
        body, geometry = self._body, self._body.mesh.geometry
        nodes = [body.cells.ravel()]
        values = [np.repeat(cells[:, self.cells] / 4, 4, axis=1)]
        for part in facets:
            own = self._cell[part.cells]
            moving = own >= 0
            corners = np.repeat(geometry.dofmaps[0][own[moving]], part.points.shape[1], axis=0)
            weights = barycentric(geometry.x[corners], part.points[moving].reshape(-1, 3))
            torques = part.torques[:, moving].reshape(3, -1)
            nodes.append(corners.ravel())
            values.append((torques[:, :, None] * weights).reshape(3, -1))
        return body.gathered(np.concatenate(values, axis=1), np.concatenate(nodes))


def torque_field(magnet: Micromagnet, m: np.ndarray, torque: np.ndarray) -> np.ndarray:
    """Field ``m × T`` per moment that turns m as a torque does, T, (3, n).

    Args:
        magnet: The body.
        m: Magnetisation, (3, n).
        torque: Torque at every node, J, (3, n).
    """
    return cross(m, torque) / magnet.moments
