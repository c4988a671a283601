"""The faces at which two regions meet, as every rank sees those of its own cells."""

from typing import NamedTuple, Self

import numpy as np

from thermospin.meshes.ordering import FACES
from thermospin.meshes.read import DeviceMesh

OUTSIDE = -1
"""Tag across a face on the outside of the device."""


class InterfacePlace(NamedTuple):
    """The place of an interface.

    Attributes:
        first: Region on whose side fields are taken.
        second: The other region.
        surface: Physical surface to which the interface is confined; None for all facets between the two
            regions that are on no physical surface of a resistive interface.
    """

    first: str
    second: str
    surface: str | None = None

    @property
    def name(self) -> str:
        """``first|second``, and ``on surface`` if the interface is confined to one."""
        return f"{self.first}|{self.second}" + (f" on {self.surface}" if self.surface else "")

    @property
    def reversed(self) -> Self:
        """The same facets, seen from the other side."""
        return self._replace(first=self.second, second=self.first)


class Side(NamedTuple):
    """Faces of owned cells on this rank.

    Attributes:
        cells: The cells, shape (n,).
        faces: Numbers of their faces, shape (n,).
        normals: Unit vectors out of the cells, shape (n, 3).
        areas: m², shape (n,).
        gradients: Of the barycentric coordinates of the cells, 1/m, shape (n, 4, 3).
    """

    cells: np.ndarray
    faces: np.ndarray
    normals: np.ndarray
    areas: np.ndarray
    gradients: np.ndarray

    @property
    def vertices(self) -> np.ndarray:
        """Local numbers of the vertices of the faces in their cells, shape (n, 3)."""
        return FACES[self.faces]


class InterfaceFaces:
    """Finds the faces of interfaces (collective).

    Args:
        mesh: The mesh.

    Attributes:
        surfaces: The physical surfaces of resistive interfaces.
        labels: Number of the surface that each face of the owned cells is on, from 1; 0 on none, shape
            (n_owned, 4).
    """

    def __init__(self, mesh: DeviceMesh) -> None:
        self._mesh, self.surfaces = mesh, tuple(mesh.surfaces)
        self.labels = np.zeros(mesh.neighbour_tags.shape, dtype=np.int64)
        for number, (surface, pairs) in enumerate(mesh.surfaces.items(), start=1):
            for first, second in pairs:
                self._label(mesh.interfaces[InterfacePlace(first, second, surface).name], number)
        self._sides: dict[InterfacePlace, Side] = {}

    def _label(self, facets: np.ndarray, number: int) -> None:
        """Label the faces on both sides of facets; those of ghost cells on the ranks that own them."""
        index_map, comm = self._mesh.mesh.topology.index_map(3), self._mesh.mesh.comm
        self.labels[facets[:, 0], facets[:, 1]] = number
        there = np.column_stack([index_map.local_to_global(facets[:, 2]), facets[:, 3]])
        there = np.concatenate(comm.allgather(there))
        first, last = index_map.local_range
        cells, faces = there[(there[:, 0] >= first) & (there[:, 0] < last)].T
        self.labels[cells - first, faces] = number

    def places(self) -> list[InterfacePlace]:
        """All places where two regions touch, in the order of the regions (collective)."""
        across = self._mesh.neighbour_tags
        here = np.broadcast_to(self._mesh.cell_tags[: len(across), None], across.shape)
        apart = (across != OUTSIDE) & (across > here)
        found = np.column_stack([values[apart] for values in (here, across, self.labels)])
        every = set().union(
            *self._mesh.mesh.comm.allgather(set(map(tuple, np.unique(found, axis=0).tolist())))
        )
        region_of = {tag: name for name, tag in self._mesh.regions.items()}
        return [
            InterfacePlace(region_of[a], region_of[b], self.surfaces[label - 1] if label else None)
            for a, b, label in sorted(every)
        ]

    def side(self, place: InterfacePlace) -> Side:
        """The faces of an interface on the side of its first region, on this rank.

        Args:
            place: The interface.
        """
        if place not in self._sides:
            mesh, tags = self._mesh, self._mesh.cell_tags
            label = self.surfaces.index(place.surface) + 1 if place.surface else 0
            inside = tags[: len(mesh.neighbour_tags), None] == mesh.regions[place.first]
            there = mesh.neighbour_tags == mesh.regions[place.second]
            self._sides[place] = self.of_cells(*np.nonzero(inside & there & (self.labels == label)))
        return self._sides[place]

    def of_cells(self, cells: np.ndarray, faces: np.ndarray) -> Side:
        """Faces of cells.

        Args:
            cells: Local cells, shape (n,).
            faces: Numbers of their faces, shape (n,).
        """
        gradients, volumes = self.geometry(cells)
        inward = gradients[np.arange(len(cells)), faces]
        length = np.linalg.norm(inward, axis=1)
        return Side(cells, faces, -inward / length[:, None], 3 * volumes * length, gradients)

    def geometry(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradients of the barycentric coordinates, 1/m, shape (n, 4, 3), and volumes, m³, of cells.

        Args:
            cells: Local cells.
        """
        geometry = self._mesh.mesh.geometry
        x = geometry.x[geometry.dofmaps[0][cells]]
        edges = x[:, 1:] - x[:, :1]
        inverse = np.linalg.inv(edges)
        gradients = np.concatenate([-inverse.sum(axis=2, keepdims=True), inverse], axis=2).transpose(0, 2, 1)
        return gradients, np.abs(np.linalg.det(edges)) / 6
