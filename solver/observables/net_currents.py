"""Net currents through interfaces, as the equations conserve them.

``r_i = ∫ j·∇φ_i dx`` over a region, with φ_i = 1 at node i and 0 at all others, is the current that leaves
the region at the node. It adds up to 0 over all nodes of a region, and over all regions at a node. Where a
region meets several others at a node, r_i is divided between them so that the currents from region to region
differ least from ``∫ j·n φ_i dA``; terminals take what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array, eye_array
from scipy.sparse.linalg import splu

from thermospin.compat import MPI, fem, la
from thermospin.discretisation.spaces import Spaces
from thermospin.meshes.ordering import FACES
from thermospin.observables.faces import OUTSIDE, InterfaceFaces, InterfacePlace
from thermospin.observables.polynomials import coefficients, face_moments, on_faces

if TYPE_CHECKING:
    from thermospin.observables.cells import CellFields

_PIN = 1e-10
"""Share of the identity that makes the equations at a node regular; regions share what does not balance."""


class NetCurrents:
    """Evaluates the net currents through all interfaces of conductors (collective).

    Args:
        spaces: The spaces.
        faces: The faces of the interfaces.
    """

    def __init__(self, spaces: Spaces, faces: InterfaceFaces) -> None:
        self._device, self._comm = spaces.device, spaces.comm
        self._faces, self._codes = faces, _Codes(len(faces.surfaces) + 1, max(spaces.device.regions.values()))
        tags, across = self._device.cell_tags, self._device.neighbour_tags
        self._tags = tags[: len(across)]
        conducting = [self._device.regions[name] for name in spaces.conductors]
        self._conducts = np.isin(self._tags, conducting)
        apart = self._conducts[:, None] & np.isin(across, conducting) & (across != self._tags[:, None])
        self._hats = fem.Function(fem.functionspace(self._device.mesh, ("P", 1)))
        self._find_outflows(*np.nonzero(apart))
        self._find_flows(*np.nonzero(apart))
        if self._comm.rank == 0:
            self._graph = _Graph(self._outflows.keys, self._flows.keys, self._codes)

    def _find_outflows(self, cells: np.ndarray, faces: np.ndarray) -> None:
        """The places where currents leave regions: vertices on interfaces, by region."""
        numbers = self._hats.function_space.dofmap.list
        self._marked = self._on(cells, faces)
        marks = self._marked[numbers[: len(self._tags)]] & self._conducts[:, None]
        self._cells, vertices = np.nonzero(marks)
        gradients, volumes = self._faces.geometry(self._cells)
        self._weights = volumes[:, None] * gradients[np.arange(len(vertices)), vertices]
        self._outflows = _Merged(self._comm, *self._vertices(self._cells, vertices), self._tags[self._cells])

    def _find_flows(self, cells: np.ndarray, faces: np.ndarray) -> None:
        """The pairs of regions between which currents flow at every vertex, each seen from both sides."""
        device, tags = self._device, self._tags
        terminals = np.concatenate([np.empty((0, 2), dtype=np.int64), *device.terminals.values()])
        at_terminals = terminals[self._conducts[terminals[:, 0]]]
        there = device.neighbour_tags[cells, faces], np.full(len(at_terminals), OUTSIDE)
        labels = self._faces.labels[cells, faces], np.zeros(len(at_terminals), dtype=np.int64)
        self._side = self._faces.of_cells(
            np.append(cells, at_terminals[:, 0]), np.append(faces, at_terminals[:, 1])
        )
        here, there = tags[self._side.cells].astype(np.int64), np.concatenate(there)
        share = np.where(there == OUTSIDE, 1.0, 0.5)  # an interface is seen from two sides
        self._signs = np.repeat(np.where(here < there, share, -share), 3)
        codes = np.repeat(self._codes.of(here, there, np.concatenate(labels)), 3)
        numbers, places = self._vertices(np.repeat(self._side.cells, 3), self._side.vertices.ravel())
        self._kept = self._marked[numbers]
        kept = (values[self._kept] for values in (numbers, places, codes))
        self._flows = _Merged(self._comm, *kept)

    def _vertices(self, cells: np.ndarray, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Local numbers of vertices of cells, shape (n,), and their coordinates, m, shape (n, 3)."""
        geometry = self._device.mesh.geometry
        numbers = self._hats.function_space.dofmap.list
        return numbers[cells, vertices], geometry.x[geometry.dofmaps[0][cells, vertices]]

    def _on(self, cells: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Whether a vertex, ghosts included, is on one of the faces that any rank knows (collective)."""
        values, numbers = self._hats.x.array, self._hats.function_space.dofmap.list
        values[:] = 0.0
        values[numbers[cells[:, None], FACES[faces]]] = 1.0
        self._hats.x.scatter_reverse(la.InsertMode.add)
        self._hats.x.scatter_forward()
        return values > 0

    def of(self, fields: CellFields) -> dict[InterfacePlace, float]:
        """The net current from the first to the second region of every interface, A (collective).

        Args:
            fields: The fields on every rank's cells.
        """
        outflows = self._outflows.sums(np.einsum("nk,nk->n", fields.j[self._cells], self._weights))
        normal = np.einsum("npk,nk->np", fields.charge_flux[self._side.cells], self._side.normals)
        moments = face_moments(on_faces(coefficients(normal), self._side.vertices))
        density = (self._side.areas[:, None] * moments).ravel()
        flows = self._flows.sums((self._signs * density)[self._kept])
        totals = self._graph.totals(outflows, flows) if self._comm.rank == 0 else None
        region_of = {tag: name for name, tag in self._device.regions.items()}
        found = {}
        for (first, second, label), current in self._comm.bcast(totals).items():
            surface = self._faces.surfaces[label - 1] if label else None
            place = InterfacePlace(region_of[first], region_of[second], surface)
            found |= {place: current, place.reversed: -current}
        return found


class _Codes(NamedTuple):
    """Pairs of regions and a surface as one number.

    Attributes:
        labels: Number of labels of surfaces.
        highest: The highest tag of a region.
    """

    labels: int
    highest: int

    def of(self, here: np.ndarray, there: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Numbers of pairs in either order, shape (n,).

        Args:
            here: Tags of regions, shape (n,).
            there: Tags of others, or :data:`OUTSIDE`, shape (n,).
            labels: Labels of surfaces, shape (n,).
        """
        low, high = np.minimum(here, there) - OUTSIDE, np.maximum(here, there) - OUTSIDE
        return (low * (self.highest + 2) + high) * self.labels + labels

    def parts(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The lower and the higher tags, and the labels, each of shape (n,).

        Args:
            codes: The numbers, shape (n,).
        """
        pairs, labels = np.divmod(codes, self.labels)
        low, high = np.divmod(pairs, self.highest + 2)
        return low + OUTSIDE, high + OUTSIDE, labels


class _Merged:
    """Sums of local values over all ranks, by place and code (collective).

    Args:
        comm: The ranks.
        numbers: Local number of the place of every value, shape (n,).
        places: Coordinates of the places, the same bits on all ranks, shape (n, 3).
        codes: Codes, shape (n,).

    Attributes:
        keys: On rank 0 the places and codes, shape (m, 4).
    """

    def __init__(self, comm: MPI.Comm, numbers: np.ndarray, places: np.ndarray, codes: np.ndarray) -> None:
        self._comm, width = comm, int(codes.max(initial=0)) + 1
        local = numbers.astype(np.int64) * width + codes
        _, first, self._local = np.unique(local, return_index=True, return_inverse=True)
        gathered = comm.gather(np.column_stack([places[first], codes[first]]))
        if comm.rank == 0:
            self.keys, self._shared = np.unique(np.concatenate(gathered), axis=0, return_inverse=True)

    def sums(self, values: np.ndarray) -> np.ndarray | None:
        """The sums on rank 0, shape (m,); None on others.

        Args:
            values: Local values, shape (n,).
        """
        size = int(self._local.max(initial=-1)) + 1
        gathered = self._comm.gather(np.bincount(self._local, values, minlength=size))
        if self._comm.rank != 0:
            return None
        return np.bincount(self._shared, np.concatenate(gathered), minlength=len(self.keys))


class _Graph:
    """The regions at every node, joined where currents flow between them.

    Args:
        outflows: Places and tags of the regions that currents leave, shape (n, 4).
        flows: Places and codes of pairs of regions, shape (m, 4).
        codes: What the codes stand for.
    """

    def __init__(self, outflows: np.ndarray, flows: np.ndarray, codes: _Codes) -> None:
        n, width = len(outflows), codes.highest + 1
        points = np.unique(np.vstack([outflows, flows])[:, :3], axis=0, return_inverse=True)[1].ravel()
        low, high, labels = codes.parts(flows[:, 3].astype(np.int64))
        known = points[:n] * width + outflows[:, 3].astype(np.int64)
        order, edges = np.argsort(known), np.arange(len(flows))
        inner = low != OUTSIDE

        def numbers(tags: np.ndarray, chosen: np.ndarray) -> np.ndarray:
            return order[np.searchsorted(known, points[n:][chosen] * width + tags[chosen], sorter=order)]

        rows = np.concatenate([numbers(low, inner), numbers(high, edges)])
        signs = np.concatenate([np.ones(inner.sum()), -np.ones(len(edges))])
        self._leaving = coo_array((signs, (rows, np.append(edges[inner], edges))), (n, len(edges))).tocsr()
        self._factor = splu((self._leaving @ self._leaving.T + _PIN * eye_array(n)).tocsc()) if n else None
        self._pairs = low, high, labels

    def totals(self, outflows: np.ndarray, flows: np.ndarray) -> dict[tuple[int, int, int], float]:
        """The net currents by tags and label, from the lower tag to the higher.

        Args:
            outflows: Currents that leave the regions at the nodes, A, shape (n,).
            flows: Estimates of the currents between pairs of regions at the nodes, A, shape (m,).
        """
        if self._factor is None:
            return {}
        potential = self._factor.solve(outflows - self._leaving @ flows)
        balanced = flows + self._leaving.T @ potential
        inner = self._pairs[0] != OUTSIDE
        pairs = np.column_stack(self._pairs)[inner]
        every, place = np.unique(pairs, axis=0, return_inverse=True)
        totals = np.bincount(place.ravel(), balanced[inner])
        return dict(zip(map(tuple, every.tolist()), totals.tolist(), strict=True))
