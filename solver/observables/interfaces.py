"""Averages of the elements' own fields on the interface of two regions, and the net current through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from thermospin.compat import MPI, fem, la
from thermospin.discretisation.spaces import Spaces
from thermospin.meshes.ordering import FACES
from thermospin.observables.extrema import largest
from thermospin.observables.polynomials import (
    coefficients,
    face_means,
    face_slopes,
    mean_magnitudes,
    on_faces,
)

if TYPE_CHECKING:
    from thermospin.observables.cells import CellFields


class Side(NamedTuple):
    """The faces of an interface on one of its sides, on this rank.

    Attributes:
        cells: Owned cells, shape (n,).
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


class InterfaceViews:
    """Evaluates fields on interfaces.

    Args:
        spaces: The spaces.
    """

    def __init__(self, spaces: Spaces) -> None:
        self._spaces, self._device = spaces, spaces.device
        self._sides: dict[tuple[str, str], Side] = {}
        self._ramps: dict[tuple[str, str], tuple[np.ndarray, np.ndarray] | None] = {}
        self._hats = fem.Function(fem.functionspace(self._device.mesh, ("P", 1)))

    def averages(self, fields: CellFields, first: str, second: str) -> dict[str, Any] | None:
        """See :meth:`thermospin.observables.cells.Observer.interface` (collective).

        Args:
            fields: The fields on every rank's cells.
            first: Name of the first region.
            second: Name of the second region.
        """
        side = self._side(first, second)
        slopes = face_slopes(coefficients(fields.rise[side.cells]), side.vertices, side.gradients)
        slope = np.einsum("nk,nk->n", slopes, side.normals)
        through = self._normal_flux(fields, side)
        parts = 1.0, slope, face_means(through), mean_magnitudes(through) / 2
        area, *sums = self._sum([np.sum(side.areas * part) for part in parts])
        if area == 0.0:
            return None
        conserved = self._conserved_current(fields, first, second)
        return {
            "area": float(area),
            "gradient_T": float(sums[0] / area),
            **{name: self._spread(values, side) for name, values in fields.accumulations.items()},
            "current": float(sums[1] if conserved is None else conserved),
            "crossing": float(sums[2]),
        }

    def _side(self, first: str, second: str) -> Side:
        if (first, second) not in self._sides:
            tags, across = self._device.cell_tags, self._device.neighbour_tags
            regions = self._device.regions
            inside = tags[: len(across), None] == regions[first]
            cells, faces = np.nonzero(inside & (across == regions[second]))
            gradients, volumes = self._geometry(cells)
            inward = gradients[np.arange(len(cells)), faces]
            length = np.linalg.norm(inward, axis=1)
            normals, areas = -inward / length[:, None], 3 * volumes * length
            self._sides[first, second] = Side(cells, faces, normals, areas, gradients)
        return self._sides[first, second]

    def _geometry(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradients of the barycentric coordinates, 1/m, shape (n, 4, 3), and volumes, m³, of cells."""
        geometry = self._device.mesh.geometry
        x = geometry.x[geometry.dofmaps[0][cells]]
        edges = x[:, 1:] - x[:, :1]
        inverse = np.linalg.inv(edges)
        gradients = np.concatenate([-inverse.sum(axis=2, keepdims=True), inverse], axis=2).transpose(0, 2, 1)
        return gradients, np.abs(np.linalg.det(edges)) / 6

    def _normal_flux(self, fields: CellFields, side: Side) -> np.ndarray:
        """The current density out of the cells on the faces, A/m²: its coefficients there, shape (n, m)."""
        normal = np.einsum("npk,nk->np", fields.charge_flux[side.cells], side.normals)
        return on_faces(coefficients(normal), side.vertices)

    def _spread(self, values: np.ndarray, side: Side) -> dict[str, float]:
        """Mean, least and largest value on an interface (collective).

        Args:
            values: At the nodes of all owned cells.
            side: The interface.
        """
        control = on_faces(coefficients(values[side.cells]), side.vertices)
        area, integral = self._sum([side.areas.sum(), side.areas @ face_means(control)])
        ends = np.empty(2)
        self._spaces.comm.Allreduce(np.array([largest(-control, 3), largest(control, 3)]), ends, MPI.MAX)
        return {"mean": float(integral / area), "min": float(-ends[0]), "max": float(ends[1])}

    def _conserved_current(self, fields: CellFields, first: str, second: str) -> float | None:
        """The net current from first to second as the equations conserve it, A (collective).

        ``∫ j·∇φ dx`` over one of the regions, with φ = 1 on the interface and 0 on all other nodes: what
        leaves through other faces of the device and through terminals then adds up to it exactly. None where
        current crosses other faces that share nodes with the interface, on both of its sides.
        """
        for pair, sign in (((first, second), 1.0), ((second, first), -1.0)):
            if pair not in self._ramps:
                self._ramps[pair] = self._ramp(*pair)
            if self._ramps[pair] is not None:
                cells, weights = self._ramps[pair]
                [flow] = self._sum([np.sum(fields.j[cells] * weights)])
                return sign * float(flow)
        return None

    def _ramp(self, inside: str, outside: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Owned cells of a region where φ varies, and ∇φ times their volumes, m², (n, 3) (collective)."""
        tags, device = self._device.cell_tags, self._device
        here = tags[: len(device.neighbour_tags)] == device.regions[inside]
        neighbours = [
            device.regions[name] for name in self._spaces.conductors if name not in (inside, outside)
        ]
        others = np.argwhere(here[:, None] & np.isin(device.neighbour_tags, neighbours))
        terminals = [facets[here[facets[:, 0]]] for facets in device.terminals.values()]
        side = self._side(inside, outside)
        on_interface = self._marked(side.cells, side.faces)
        on_others = self._marked(*np.concatenate([others, *terminals]).astype(np.int64).T)
        if self._spaces.comm.allreduce(bool((on_interface & on_others).any()), MPI.LOR):
            return None
        marks = on_interface[self._hats.function_space.dofmap.list[: len(here)]]
        cells = np.flatnonzero(here & marks.any(axis=1))
        gradients, volumes = self._geometry(cells)
        return cells, np.einsum("nv,nvk,n->nk", marks[cells].astype(float), gradients, volumes)

    def _marked(self, cells: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Whether a vertex, ghosts included, is on one of the faces that any rank knows (collective)."""
        values, numbers = self._hats.x.array, self._hats.function_space.dofmap.list
        values[:] = 0.0
        values[numbers[cells[:, None], FACES[faces]]] = 1.0
        self._hats.x.scatter_reverse(la.InsertMode.add)
        self._hats.x.scatter_forward()
        return values > 0

    def _sum(self, values: list[float]) -> np.ndarray:
        """Sums over the ranks (collective)."""
        return self._spaces.comm.allreduce(np.array(values, dtype=float), MPI.SUM)
