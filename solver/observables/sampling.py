"""The fields of the whole device, gathered on one rank for writing and drawing."""

import numpy as np

from thermospin.compat import MPI
from thermospin.meshes.read import DeviceMesh
from thermospin.observables.cells import CellFields
from thermospin.output import FieldSample

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
        if self._comm.rank == 0:
            # One point per (node, region): fields are continuous within a region.
            keys = numbers * (int(tags.max()) + 1) + tags[:, None]
            _, self._corner, self._point = np.unique(keys.ravel(), return_index=True, return_inverse=True)
            self._points, self._tags = corners.reshape(-1, 3)[self._corner], tags

    def sample(self, fields: CellFields, temperature: float) -> FieldSample | None:
        """Gather fields; None on ranks other than 0 (collective).

        Args:
            fields: The fields on every rank's cells.
            temperature: What the temperature rises from, K; 0 for the coefficient of one order.
        """
        nodal, central = (
            self._gathered(fields, "V", "s", "rise", "tau"),
            self._gathered(fields, "j", "j_s", "q", "q_s", "m"),
        )
        if self._comm.rank != 0:
            return None
        nodal = {name: self._at_points(values) for name, values in nodal.items()}
        nodal["T"] = temperature + nodal.pop("rise")
        point_data, cell_data = (_vector if "m" in central else _collinear)(nodal, central)
        return FieldSample(
            points=self._points,
            cells=self._point.reshape(-1, 4),
            region=self._tags,
            regions=self._regions,
            point_data=point_data,
            cell_data=cell_data,
        )

    def _gathered(self, fields: CellFields, *names: str) -> Arrays:
        """Those of some fields that there are, on rank 0."""
        present = {name: getattr(fields, name) for name in names}
        return {name: self._gather(values) for name, values in present.items() if values is not None}

    def _at_points(self, values: np.ndarray) -> np.ndarray:
        """Values at the vertices of all cells, the last axis, as values at the points, the first."""
        return np.moveaxis(values, -1, 1).reshape(-1, *values.shape[1:-1])[self._corner]

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


def _collinear(nodal: Arrays, central: Arrays) -> tuple[Arrays, Arrays]:
    """The fields of the output at the points and in the cells, with one axis for all spins."""
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
    """The same with spins that may point anywhere."""
    mu_s = 2 * nodal["s"]
    point_data = {"V": nodal["V"], "T": nodal["T"], "mu_s": mu_s} | _components("mu_s", mu_s)
    cell_data = {"J": central["j"], "Q": central["q"], "m": central["m"]} | _components("J_s", central["j_s"])
    if "tau" in nodal:
        t_s = 2 * nodal["tau"]
        point_data |= {"T_s": t_s} | _components("T_s", t_s)
        cell_data |= _components("Q_s", central["q_s"])
    return point_data, cell_data


def _components(name: str, values: np.ndarray) -> Arrays:
    """The components in spin space, the second axis, by name."""
    return {f"{name}_{axis}": values[:, i] for i, axis in enumerate("xyz")}
