"""The fields of the whole device, gathered on one rank for writing and drawing."""

import numpy as np

from thermospin.compat import MPI
from thermospin.meshes.read import DeviceMesh
from thermospin.observables.cells import CellFields
from thermospin.observables.elements import VTK_ORDER
from thermospin.observables.polynomials import EDGES
from thermospin.observables.sample import FieldSample

Arrays = dict[str, np.ndarray]

VTK_EDGES = [EDGES.tolist().index(sorted(ends)) for ends in VTK_ORDER]
"""The edges of the element in the order in which VTK has their middles."""


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
        nodal = self._gathered(fields, "V", "s", "rise", "tau")
        mean = self._gathered(fields, "j", "j_s", "q", "q_s", "m")
        at_vertices = self._gathered_fluxes(fields)
        if self._comm.rank != 0:
            return None
        points = self._points(nodal["V"].shape[-1])
        nodal = {name: points.gather(values) for name, values in nodal.items()}
        nodal["T"] = temperature + nodal.pop("rise")
        point_data, cell_data = (_vector if "m" in mean else _collinear)(nodal, mean)
        return FieldSample(
            points=points.places,
            cells=points.cells,
            region=self._tags,
            regions=self._regions,
            point_data=point_data,
            cell_data=cell_data,
            vertex_data=_by_component(at_vertices),
        )

    def _points(self, n_nodes: int) -> "_Points":
        """The points of elements with some number of nodes, on rank 0."""
        if n_nodes not in self._known:
            self._known[n_nodes] = _Points(*self._vertices, self._tags, n_nodes)
        return self._known[n_nodes]

    def _gathered(self, fields: CellFields, *names: str) -> Arrays:
        """Arrays of some fields on rank 0, without fields that do not exist."""
        present = {name: getattr(fields, name) for name in names}
        return {name: self._gather(values) for name, values in present.items() if values is not None}

    def _gathered_fluxes(self, fields: CellFields) -> Arrays:
        """The fluxes at the vertices of the cells on rank 0; none where they are constant in every cell."""
        names = {"J": "charge_flux", "J_s": "spin_flux", "Q": "heat_flux", "Q_s": "spin_heat_flux"}
        given = {name: getattr(fields, flux) for name, flux in names.items()}
        if fields.charge_flux.shape[1] == 1:
            return {}
        return {
            name: self._gather(values.astype(np.float32))
            for name, values in given.items()
            if values is not None
        }

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
        places: Coordinates, m, shape (n_points, 3): vertices, then middles of edges.
        cells: Points of every cell, in VTK's order, shape (n, n_nodes).
    """

    def __init__(self, corners: np.ndarray, numbers: np.ndarray, tags: np.ndarray, n_nodes: int) -> None:
        n_regions = int(tags.max()) + 1
        _, first, cells = np.unique(
            (numbers * n_regions + tags[:, None]).ravel(), return_index=True, return_inverse=True
        )
        self._first, self.places = first, corners.reshape(-1, 3)[first]
        self.cells = cells.reshape(-1, 4)
        self._edges = None
        if n_nodes > 4:
            ends = np.sort(self.cells[:, EDGES], axis=2)
            keys = ends[..., 0].astype(np.int64) * len(first) + ends[..., 1]
            _, self._edges, edges = np.unique(keys.ravel(), return_index=True, return_inverse=True)
            middles = corners[:, EDGES].mean(axis=2).reshape(-1, 3)[self._edges]
            self.places = np.concatenate([self.places, middles])
            edges = len(first) + edges.reshape(-1, len(EDGES))
            self.cells = np.hstack([self.cells, edges[:, VTK_EDGES]])

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Values at the nodes of all cells, the last axis, as values at the points, the first."""
        values = np.moveaxis(values, -1, 1)
        rest = values.shape[2:]
        at_vertices = values[:, :4].reshape(-1, *rest)[self._first]
        if self._edges is None:
            return at_vertices
        return np.concatenate([at_vertices, values[:, 4:].reshape(-1, *rest)[self._edges]])


def _collinear(nodal: Arrays, central: Arrays) -> tuple[Arrays, Arrays]:
    """The fields of the output at the points, and their means in the cells, with one axis for all spins."""
    v, s, t = (nodal[name] for name in ("V", "s", "T"))
    j, j_s = central["j"], central["j_s"]
    point_data = {"V": v, "mu_up": v + s, "mu_down": v - s, "mu_s": 2 * s, "T": t}
    cell_data = {"J": j, "J_up": (j + j_s) / 2, "J_down": (j - j_s) / 2, "J_s": j_s, "Q": central["q"]}
    if "tau" in nodal:
        tau = nodal["tau"]
        point_data |= {"T_up": t + tau, "T_down": t - tau, "T_s": 2 * tau}
        cell_data["Q_s"] = central["q_s"]
    return point_data, cell_data


def _vector(nodal: Arrays, central: Arrays) -> tuple[Arrays, Arrays]:
    """The fields of the output at the points, and their means in the cells, with vector spin."""
    mu_s = 2 * nodal["s"]
    point_data = {"V": nodal["V"], "T": nodal["T"], "mu_s": mu_s} | _components("mu_s", mu_s)
    cell_data = {"J": central["j"], "Q": central["q"], "m": central["m"]} | _components("J_s", central["j_s"])
    if "tau" in nodal:
        t_s = 2 * nodal["tau"]
        point_data |= {"T_s": t_s} | _components("T_s", t_s)
        cell_data |= _components("Q_s", central["q_s"])
    return point_data, cell_data


def _by_component(fluxes: Arrays) -> Arrays:
    """Fluxes at the vertices by the names of the output, shape (n_cells, 4, 3)."""
    found: Arrays = {}
    for name, values in fluxes.items():
        found |= _components(name, values) if values.ndim > 3 else {name: values}
    return found


def _components(name: str, values: np.ndarray) -> Arrays:
    """The components in spin space, the second axis, by name."""
    return {f"{name}_{axis}": values[:, i] for i, axis in enumerate("xyz")}
