"""The fields of the whole device, gathered on one rank for writing and drawing."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import numpy as np

from thermospin.compat import MPI
from thermospin.fields import OutputField, output_fields
from thermospin.meshes.read import DeviceMesh
from thermospin.observables.cells import CellFields
from thermospin.observables.elements import vtk_order
from thermospin.observables.polynomials import degree_of, exponents
from thermospin.observables.sample import FieldSample

Arrays = dict[str, np.ndarray]


class Sampler:
    """Gathers cell fields on rank 0 of a device's communicator.

    Args:
        device: The mesh (collective).
    """

    def __init__(self, device: DeviceMesh) -> None:
        self._comm, self._regions = device.mesh.comm, device.regions
        geometry, topology = device.mesh.geometry, device.mesh.topology
        n_cells = topology.index_map(3).size_local
        nodes = geometry.dofmaps[0][:n_cells]
        tags = self._gather(device.cell_tags[:n_cells])
        corners = self._gather(geometry.x[nodes])
        numbers = self._gather(geometry.input_global_indices[nodes])
        self._known: dict[int, _Points] = {}
        if self._comm.rank == 0:
            self._vertices, self._tags = (corners, numbers), tags

    def sample(self, fields: CellFields, temperature: float) -> FieldSample | None:
        """Gather fields; None on ranks other than 0 (collective).

        Args:
            fields: The fields on every rank's cells.
            temperature: Base of the temperature rises, K; 0 for the coefficient of one order.
        """
        at_points = {"V": fields.V, "s": fields.s, "T": fields.rise, "tau": fields.tau}
        in_cells = {"J": fields.j, "J_s": fields.j_s, "Q": fields.q, "Q_s": fields.q_s, "m": fields.m}
        in_cells |= {"E": fields.e, "E_H": fields.e_h, "torque": fields.torque}
        at_points, in_cells = self._gathered(at_points), self._gathered(in_cells)
        at_nodes = self._gathered(_fluxes_at_nodes(fields))
        if self._comm.rank != 0:
            return None
        points = self._points(at_points["V"].shape[-1])
        at_points = {name: points.gather(values) for name, values in at_points.items()}
        at_points["T"] += temperature
        there = ("tau" in at_points, "E_H" in in_cells, "torque" in in_cells)
        present = output_fields(fields.is_vector, *there)
        fluxes = [field for field in present if field.is_flux and at_nodes]
        return FieldSample(
            points=points.places,
            cells=points.cells,
            region=self._tags,
            regions=self._regions,
            point_data=_values([field for field in present if not field.in_cells], at_points),
            cell_data=_values([field for field in present if field.in_cells], in_cells),
            flux_data=_values(fluxes, at_nodes),
        )

    def _points(self, n_nodes: int) -> "_Points":
        """The points of elements with some number of nodes, on rank 0."""
        if n_nodes not in self._known:
            self._known[n_nodes] = _Points(*self._vertices, self._tags, n_nodes)
        return self._known[n_nodes]

    def _gathered(self, arrays: Mapping[str, np.ndarray | None]) -> Arrays:
        """Arrays that exist, gathered on rank 0 (collective)."""
        return {name: self._gather(values) for name, values in arrays.items() if values is not None}

    def _gather(self, array: np.ndarray) -> np.ndarray:
        """Concatenate the ranks' arrays on rank 0."""
        array = np.ascontiguousarray(array)
        counts = self._comm.gather(array.size)
        if self._comm.rank != 0:
            self._comm.Gatherv(array, None)
            return array
        total = np.empty(sum(counts), dtype=array.dtype)
        kind = MPI.Datatype.fromcode(array.dtype.char)
        self._comm.Gatherv(array, [total, counts, None, kind])
        return total.reshape(-1, *array.shape[1:])


class _Points:
    """The points of a sample: one per node and region, since fields are continuous within a region.

    Args:
        corners: Coordinates of the vertices of all cells, m, shape (n, 4, 3).
        numbers: Their numbers, shape (n, 4).
        tags: Regions of the cells, shape (n,).
        n_nodes: Nodes of every cell.

    Attributes:
        places: Coordinates, m, shape (n_points, 3): vertices, then points on edges, then those on faces.
        cells: Points of every cell, in VTK's order, shape (n, n_nodes).
    """

    def __init__(self, corners: np.ndarray, numbers: np.ndarray, tags: np.ndarray, n_nodes: int) -> None:
        degree = degree_of(n_nodes)
        alphas, n_regions = exponents(degree, 4), int(tags.max()) + 1
        _, vertices = np.unique((numbers * n_regions + tags[:, None]).ravel(), return_inverse=True)
        vertices, n_ends = vertices.reshape(-1, 4), (alphas > 0).sum(axis=1)
        cells, n_points = np.empty((len(tags), n_nodes), dtype=np.int64), 0
        self._kinds = []
        for nodes in (np.flatnonzero(n_ends == kind) for kind in range(1, n_ends.max() + 1)):
            keys = _keys(vertices, alphas[nodes])
            _, first, found = np.unique(keys.ravel(), return_index=True, return_inverse=True)
            cells[:, nodes] = n_points + found.reshape(keys.shape)
            n_points += len(first)
            self._kinds.append((nodes, first))
        self.cells = cells[:, vtk_order(degree)]
        self.places = self.gather(np.einsum("kv,nvx->nxk", alphas / degree, corners))

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Values at the nodes of all cells, the last axis, as values at the points, the first."""
        values = np.moveaxis(values, -1, 1)
        rest = values.shape[2:]
        return np.concatenate([values[:, nodes].reshape(-1, *rest)[first] for nodes, first in self._kinds])


def _keys(vertices: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Numbers that nodes at the same place have in common, shape (n, k).

    Args:
        vertices: Points of the vertices of all cells, shape (n, 4).
        alphas: Barycentric coordinates of the nodes times the degree, all inside vertices, inside edges, or
            inside faces, shape (k, 4).
    """
    ends = np.array([np.flatnonzero(alpha) for alpha in alphas])
    shares = np.take_along_axis(alphas, ends, axis=1)
    order = np.argsort(vertices[:, ends], axis=2)
    corners = np.take_along_axis(vertices[:, ends], order, axis=2).astype(np.int64)
    size, keys = vertices.max() + 1, corners[..., 0]
    for other in np.moveaxis(corners[..., 1:], 2, 0):
        _, pairs = np.unique((keys * size + other).ravel(), return_inverse=True)
        keys = pairs.reshape(keys.shape)
    lowest = np.take_along_axis(np.broadcast_to(shares, order.shape), order, axis=2)[..., 0]
    return keys * (alphas.sum(axis=1).max() + 1) + lowest


def _fluxes_at_nodes(fields: CellFields) -> Arrays:
    """The fluxes at their nodes, in VTK's order, by name; none where they are constant in every cell."""
    n_nodes = fields.charge_flux.shape[1]
    if n_nodes == 1:
        return {}
    order = vtk_order(degree_of(n_nodes))
    found = {"J": fields.charge_flux, "J_s": fields.spin_flux, "Q": fields.heat_flux}
    found |= {"Q_s": fields.spin_heat_flux, "E": fields.electric_field, "E_H": fields.hall_field}
    return {
        name: values[..., order, :].astype(np.float32) for name, values in found.items() if values is not None
    }


def _values(fields: Sequence[OutputField], made_of: Arrays) -> Arrays:
    """Values of fields of the output, by name."""
    at = SimpleNamespace(**made_of)
    return {field.name: field.values(at) for field in fields}
