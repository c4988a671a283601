"""The magnets of a device as a mesh of their own: nodes, volumes, and the stiffness of exchange.

The magnetisation is continuous and linear in every tetrahedron, with a unit vector at every node. Integrals
without derivatives are lumped: they are sums over nodes. Arrays hold the nodes that this rank owns, shape
(3, n): one row per component.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.compat import MPI, PETSc, build_submesh, la
from thermospin.meshes.read import DeviceMesh

_FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
"""Corners of the faces of a tetrahedron, anticlockwise from outside if its edges are right-handed."""


class Body:
    """Some regions of a device that are magnets.

    Regions that touch share nodes there: exchange acts across.

    Args:
        device: The mesh of the device.
        regions: Names of the magnets.

    Attributes:
        mesh: The tetrahedra of the magnets, coordinates in m.
        entity_map: From its cells to those of the device.
        comm: The ranks.
        volumes: Volume of every region at every owned node, m³, (n,).
        points: Owned nodes, m, (n, 3).
        cells: Local nodes of every owned tetrahedron, (k, 4).
        cell_volumes: Volume of every owned tetrahedron, m³, (k,).
    """

    def __init__(self, device: DeviceMesh, regions: Sequence[str]) -> None:
        cells = device.cells(regions)
        self.mesh, self.entity_map = build_submesh(device.mesh, cells)
        self.comm: MPI.Comm = device.mesh.comm
        self._map = self.mesh.topology.index_map(0)
        n_cells = self.mesh.topology.index_map(3).size_local
        parents = self.entity_map.sub_topology_to_topology(np.arange(n_cells, dtype=np.int32), False)
        self._tags, self._regions = device.cell_tags[parents], device.regions
        self.cells = self.mesh.geometry.dofmaps[0][:n_cells]
        self.points = self.mesh.geometry.x[: self.n_owned]
        self.cell_volumes, self._gradients = _simplices(self.mesh.geometry.x[self.cells])
        self.volumes: Mapping[str, np.ndarray] = {name: self.lumped({name: 1.0}) for name in regions}

    @property
    def n_owned(self) -> int:
        """Number of nodes of this rank."""
        return self._map.size_local

    @property
    def n_nodes(self) -> int:
        """Number of nodes of all ranks."""
        return self._map.size_global

    def density(self, values: Mapping[str, float]) -> np.ndarray:
        """A number of every region as one per owned cell, 0 in the others.

        Args:
            values: Region to its number.
        """
        found = np.zeros(len(self.cells))
        for name, value in values.items():
            found[self._tags == self._regions[name]] = value
        return found

    def lumped(self, values: Mapping[str, float]) -> np.ndarray:
        """Integral of a number of every region with the function of every owned node, (n,) (collective).

        Args:
            values: Region to its number, per m³.
        """
        quarters = self.density(values) * self.cell_volumes / 4
        return self.gathered(np.repeat(quarters, 4), self.cells.ravel())[0]

    def gathered(self, values: np.ndarray, nodes: np.ndarray) -> np.ndarray:
        """Sums at owned nodes of contributions of all ranks, (c, n) (collective).

        Args:
            values: Contributions, (c, k) or (k,).
            nodes: Local nodes that they belong to, ghosts included, (k,).
        """
        rows = np.atleast_2d(values)
        vector = la.vector(self._map, bs=len(rows))
        total = vector.array.reshape(-1, len(rows))
        np.add.at(total, nodes, rows.T)
        vector.scatter_reverse(la.InsertMode.add)
        return total[: self.n_owned].T.copy()

    def averaged(self, values: np.ndarray) -> np.ndarray:
        """Values in tetrahedra averaged over those around every owned node, (c, n) (collective).

        Args:
            values: Values in owned tetrahedra, (c, k).
        """
        rows = np.vstack([values, np.ones(values.shape[1])]) * self.cell_volumes
        *found, weights = self.gathered(np.repeat(rows, 4, axis=1), self.cells.ravel())
        return np.array(found) / weights

    def with_ghosts(self, values: np.ndarray) -> np.ndarray:
        """Values at all local nodes, (n_local, c), of those at owned ones (collective).

        Args:
            values: Values, (c, n).
        """
        vector = la.vector(self._map, bs=len(values))
        vector.array.reshape(-1, len(values))[: self.n_owned] = values.T
        vector.scatter_forward()
        return vector.array.reshape(-1, len(values)).copy()

    @property
    def numbers(self) -> np.ndarray:
        """Numbers of owned nodes in the mesh file, the same on any number of ranks, (n,)."""
        return self.mesh.geometry.input_global_indices[: self.n_owned]

    def collected(self, values: np.ndarray) -> np.ndarray | None:
        """Values of all ranks in the order of :attr:`numbers`, (c, n_nodes); None but on rank 0 (collective).

        Args:
            values: Values at owned nodes, (c, n).
        """
        parts = self.comm.gather((self.numbers, values))
        if parts is None:
            return None
        order = np.argsort(np.concatenate([numbers for numbers, _ in parts]))
        return np.concatenate([part for _, part in parts], axis=1)[:, order]

    def distributed(self, values: np.ndarray) -> np.ndarray:
        """The opposite of :meth:`collected`: values at owned nodes, (c, n) (collective).

        Args:
            values: Values of all ranks, known to all, (c, n_nodes).
        """
        everywhere = np.sort(np.concatenate(self.comm.allgather(self.numbers)))
        return np.ascontiguousarray(values[:, np.searchsorted(everywhere, self.numbers)])

    def collected_cells(self) -> np.ndarray | None:
        """Tetrahedra of all ranks, by places in that order, (k, 4); None but on rank 0 (collective)."""
        ids = self.mesh.geometry.input_global_indices[self.cells]
        parts, numbers = self.comm.gather(ids), self.comm.gather(self.numbers)
        if parts is None:
            return None
        return np.searchsorted(np.sort(np.concatenate(numbers)), np.concatenate(parts))

    def extents(self, region: str) -> np.ndarray:
        """Lengths of the box around a region, m, (3,) (collective).

        Args:
            region: The region.
        """
        inside = self.points[self.volumes[region] > 0]
        ends = np.concatenate([part.max(axis=0, initial=-np.inf) for part in (inside, -inside)])
        self.comm.Allreduce(MPI.IN_PLACE, ends, MPI.MAX)
        return ends[:3] + ends[3:]

    def longest_edge(self) -> float:
        """Longest edge of a tetrahedron, m (collective)."""
        corners = self.mesh.geometry.x[self.cells]
        return self.largest(np.linalg.norm(corners[:, :, None] - corners[:, None], axis=-1))

    def stiffness(self, values: Mapping[str, float]) -> PETSc.Mat:
        """Matrix of ``∫ a ∇u·∇v dx`` for linear u and v (collective).

        Args:
            values: Region to its number a.
        """
        local = np.einsum("cix,cjx->cij", self._gradients, self._gradients)
        return self._assembled(local * (self.density(values) * self.cell_volumes)[:, None, None])

    def slopes(self, values: Mapping[str, float]) -> list[PETSc.Mat]:
        """Matrices of ``∫ a u ∂v/∂x_i dx`` for linear u (rows) and v (columns), i = 1, 2, 3 (collective).

        Args:
            values: Region to its number a.
        """
        quarters = (self.density(values) * self.cell_volumes / 4)[:, None, None]
        shape = (len(self.cells), 4, 4)
        return [
            self._assembled(np.broadcast_to(quarters * self._gradients[:, None, :, i], shape))
            for i in range(3)
        ]

    def _assembled(self, local: np.ndarray) -> PETSc.Mat:
        """Matrix with a part of every tetrahedron, (n, 4, 4)."""
        numbers = self._map.local_to_global(self.cells.ravel().astype(np.int32)).reshape(-1, 4)
        rows, columns = np.repeat(numbers, 4, axis=1), np.tile(numbers, (1, 4))
        size = (self.n_owned, self.n_nodes)
        matrix = PETSc.Mat().create(comm=self.comm)
        matrix.setSizes((size, size))
        matrix.setType(PETSc.Mat.Type.AIJ)
        matrix.setPreallocationCOO(rows.ravel().astype(PETSc.IntType), columns.ravel().astype(PETSc.IntType))
        matrix.setValuesCOO(local.ravel())
        matrix.assemble()
        return matrix

    def surface(self, regions: Sequence[str] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Triangles of the surface, seen from outside anticlockwise, known to all ranks (collective).

        Args:
            regions: Some of the magnets, whose surface is meant; all by default.

        Returns:
            Numbers of their corners as in :attr:`numbers`, (k, 3), and the corners, m, (k, 3, 3).
        """
        chosen = self.density(dict.fromkeys(self.volumes if regions is None else regions, 1.0)) > 0
        cells = self.cells[chosen]
        corners = self.mesh.geometry.x[cells]
        edges = corners[:, 1:] - corners[:, :1]
        is_right = np.linalg.det(edges) > 0
        faces = np.where(is_right[:, None, None], _FACES, _FACES[:, ::-1])
        ids = self.mesh.geometry.input_global_indices[cells]
        rows = np.arange(len(cells))[:, None, None]
        candidates = _single(ids[rows, faces].reshape(-1, 3), corners[rows, faces].reshape(-1, 3, 3))
        parts = self.comm.allgather(candidates)
        return _single(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    def sum(self, values: np.ndarray) -> float:
        """Sum over all nodes of all ranks (collective).

        Args:
            values: Values at owned nodes, of any shape.
        """
        return float(self.comm.allreduce(float(np.sum(values)), MPI.SUM))

    def largest(self, values: np.ndarray) -> float:
        """Largest of values of all ranks, at least 0 (collective).

        Args:
            values: Values at owned nodes, of any shape.
        """
        return float(self.comm.allreduce(float(np.max(values, initial=0.0)), MPI.MAX))


def _single(faces: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles that are there once, whatever the order of their corners, with what belongs to them."""
    _, first, counts = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True)
    kept = first[counts == 1]
    return faces[kept], corners[kept]


def _simplices(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Volumes of tetrahedra, (n,), and gradients of their linear functions, (n, 4, 3).

    Args:
        corners: Their corners, m, (n, 4, 3).
    """
    edges = corners[:, 1:] - corners[:, :1]
    volumes = np.abs(np.linalg.det(edges)) / 6
    inner = np.swapaxes(np.linalg.inv(edges), 1, 2) if len(edges) else np.empty((0, 3, 3))
    return volumes, np.concatenate([-inner.sum(axis=1, keepdims=True), inner], axis=1)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a × b`` of vectors whose components are rows, (3, n).

    Args:
        a: Vectors, (3, n) or (3, 1).
        b: Vectors, likewise.
    """
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a · b`` of vectors whose components are rows, (n,).

    Args:
        a: Vectors, (3, n) or (3, 1).
        b: Vectors, likewise.
    """
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a: np.ndarray) -> np.ndarray:
    """Vectors divided by their lengths, (3, n).

    Args:
        a: Vectors, (3, n), none of them zero.
    """
    return a / np.sqrt(dot(a, a))
