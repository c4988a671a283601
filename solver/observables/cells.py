"""What is seen in the fields: current densities, maxima in every region, averages over interfaces."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from thermospin.coefficients import CellCoefficients
from thermospin.compat import MPI, fem, ufl
from thermospin.fields import CONSTANTS, THETA, Field, State
from thermospin.lift import SpinVector
from thermospin.meshes.ordering import FACES
from thermospin.solution import Expansion, Solution
from thermospin.spaces import Spaces
from thermospin.terms.transport import fluxes, heat_flux

CENTRE = np.full((1, 3), 0.25)


@dataclass(frozen=True)
class CellFields:
    """Fields on this rank's owned cells, NaN where a field does not exist.

    Attributes:
        V: Charge potential at the vertices, V, shape (n_cells, 4).
        s: Half the spin splitting at the vertices, V, shape (n_cells, 4).
        rise: Temperature rise at the vertices, K, shape (n_cells, 4).
        j: Charge current density at the centre, A/m², shape (n_cells, 3).
        j_s: Spin current density ``j↑ − j↓`` at the centre, A/m², shape (n_cells, 3).
        q: Heat flux at the base temperature at the centre, W/m², shape (n_cells, 3).
        tau: Half the spin splitting of the temperature at the vertices, K, shape (n_cells, 4); None without.
        q_s: Spin heat flux ``q↑ − q↓`` at the base temperature at the centre, W/m², shape (n_cells, 3),
            likewise.
        m: Direction of the magnetisation at the centre, shape (n_cells, 3); None without vector spin.

    With vector spin, ``s``, ``j_s``, ``tau`` and ``q_s`` have the components in spin space as second axis:
    shapes (n_cells, 3, 4) and (n_cells, 3, 3).
    """

    V: np.ndarray
    s: np.ndarray
    rise: np.ndarray
    j: np.ndarray
    j_s: np.ndarray
    q: np.ndarray
    tau: np.ndarray | None = None
    q_s: np.ndarray | None = None
    m: np.ndarray | None = None

    @property
    def accumulations(self) -> dict[str, np.ndarray]:
        """``mu_s`` (eV) and, if there is one, ``T_s`` (K) at the vertices, shape (n_cells, 4).

        With vector spin, their components: ``mu_s_x``, …
        """
        splittings = {"mu_s": self.s} | ({} if self.tau is None else {"T_s": self.tau})
        if self.s.ndim == 2:
            return {name: 2 * half for name, half in splittings.items()}
        return {
            f"{name}_{axis}": 2 * half[:, i]
            for name, half in splittings.items()
            for i, axis in enumerate("xyz")
        }


def total(orders: Mapping[int, CellFields], drive: float) -> CellFields:
    """The fields at a drive in A or V: the sum of all orders.

    Args:
        orders: The coefficients by power of the drive.
        drive: The drive.
    """
    some = next(iter(orders.values()))
    present = [field.name for field in fields(CellFields) if getattr(some, field.name) is not None]
    sums = {name: sum(drive**n * getattr(part, name) for n, part in orders.items()) for name in present}
    return CellFields(**sums | {name: getattr(some, name) for name in present if name in CONSTANTS})


class Observer:
    """Evaluates solutions on the cells of the device.

    Args:
        spaces: The spaces.
        coefficients: The coefficients, with the magnetisation of the moment.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients) -> None:
        self._spaces, self._device = spaces, spaces.device
        self._fields = spaces.functions()
        self._c, self._coefficients = coefficients.all, coefficients
        self._n_cells = len(self._device.owned(np.arange(len(self._device.cell_tags), dtype=np.int32)))
        self._conducting = self._device.owned(spaces.conducting_cells)
        self._insulating = np.setdiff1d(np.arange(self._n_cells, dtype=np.int32), self._conducting)

    @cached_property
    def _flux_expressions(self) -> tuple[fem.Expression, fem.Expression]:
        maps, comm = [self._spaces.entity_map], self._spaces.comm
        in_conductors = ufl.as_matrix([list(flux) for flux in fluxes(self._c, self._fields)])
        in_insulators = heat_flux(self._c, self._fields)
        return (
            fem.Expression(in_conductors, CENTRE, comm=comm, entity_maps=maps),
            fem.Expression(in_insulators, CENTRE, comm=comm, entity_maps=maps),
        )

    def observe(self, solution: Solution) -> CellFields:
        """Evaluate the fields of a solution (collective)."""
        return self._seen(solution, self._fluxes(solution))

    def orders(self, expansion: Expansion) -> dict[int, CellFields]:
        """Evaluate the coefficients of all powers of the drive, by power (collective)."""
        return {n: self.observe(part) for n, part in expansion.by_power.items()}

    def _fluxes(self, solution: Solution) -> np.ndarray:
        """The fluxes of all fields at the centres, shape (n_cells, n_fields, 3) (collective)."""
        self._spaces.load(solution.vector, self._fields)
        conductors, insulators = self._flux_expressions
        mesh, names = self._device.mesh, self._spaces.fields
        fluxes = np.full((self._n_cells, len(names), 3), np.nan)
        fluxes[self._conducting] = conductors.eval(mesh, self._conducting).reshape(-1, len(names), 3)
        fluxes[self._insulating, names.index(THETA)] = insulators.eval(mesh, self._insulating).reshape(-1, 3)
        return fluxes

    def _seen(self, solution: Solution, fluxes: np.ndarray) -> CellFields:
        """The fields of a solution, with the fluxes that belong to it (collective)."""
        self._spaces.load(solution.vector, self._fields)
        names = self._spaces.fields
        nodal = [self._at_vertices(field) for field in names]
        flux, value = State(*np.moveaxis(fluxes, 1, 0)), State(*nodal)
        t0, spin_heat = self._c.temperature, {}
        if len(names) in (4, 8):
            spin_heat = {"tau": _stacked(value.tau), "q_s": _stacked(flux.tau) * t0}
        return CellFields(
            V=value.V + solution.offset,
            s=_stacked(value.s),
            rise=value.theta,
            j=flux.V,
            j_s=_stacked(flux.s),
            q=flux.theta * t0,
            m=self._coefficients.direction(CENTRE),
            **spin_heat,
        )

    def _at_vertices(self, field: Field) -> np.ndarray:
        """Values at the four vertices of the owned cells."""
        space = self._spaces.spaces[field]
        values = self._fields[self._spaces.fields.index(field)].x.array
        layout = space.dofmap.dof_layout
        vertex_dofs = [layout.entity_dofs(0, i)[0] for i in range(4)]
        if not field.on_conductors:
            return values[space.dofmap.list[: self._n_cells][:, vertex_dofs]]
        result = np.full((self._n_cells, 4), np.nan)
        result[self._conducting] = values[
            space.dofmap.list[self._spaces.sub_cells[self._conducting]][:, vertex_dofs]
        ]
        return result

    def maxima(self, fields: CellFields) -> dict[str, dict[str, float]]:
        """Largest temperature rise (K), current density and spin current density (A/m²) in every region.

        With vector spin, the root of the sum of squares of all nine components of the latter (collective).
        """
        names = "max_temperature_rise", "max_current_density", "max_spin_current_density"
        found = [fields.rise.max(axis=1), _lengths(fields.j), _lengths(fields.j_s)]
        tags = self._device.cell_tags[: self._n_cells]
        local = [
            [values[tags == tag].max(initial=-np.inf) for values in found]
            for tag in self._device.regions.values()
        ]
        largest = self._largest(np.array(local))
        return {
            region: dict(zip(names, map(float, values), strict=True))
            for region, values in zip(self._device.regions, largest, strict=True)
        }

    def interface(self, fields: CellFields, first: str, second: str) -> dict[str, float] | None:
        """Averages over the interface of two regions, from the side of the first; None if they do not touch.

        Returns:
            ``area`` (m²), ``gradient_T`` (K/m): normal derivative of T in the first region, from first to
            second; ``mu_s`` (eV) and, if there is one, ``T_s`` (K): spin and spin heat accumulation,
            ``mean``, ``min`` and ``max``; ``current`` (A): what crosses in either direction, half of
            ``∫ |j·n| dA``, zero for a pure spin current (collective).
        """
        device = self._device
        cells, faces = np.nonzero(
            (device.cell_tags[: self._n_cells, None] == device.regions[first])
            & (device.neighbour_tags == device.regions[second])
        )
        geometry = device.mesh.geometry
        x = geometry.x[geometry.dofmaps[0][cells]]
        normal, area, gradients = _face_geometry(x, faces)
        slope = np.einsum("cik,ci,ck->c", gradients, fields.rise[cells], normal)
        crossing = np.abs(np.einsum("ck,ck->c", fields.j[cells], normal)) / 2
        sums = np.array([area.sum(), area @ slope, area @ crossing])
        total = self._spaces.comm.allreduce(sums, MPI.SUM)
        if total[0] == 0.0:
            return None
        return {
            "area": float(total[0]),
            "gradient_T": float(total[1] / total[0]),
            **{
                name: self._spread(np.take_along_axis(values[cells], FACES[faces], axis=1), area)
                for name, values in fields.accumulations.items()
            },
            "current": float(total[2]),
        }

    def _spread(self, values: np.ndarray, areas: np.ndarray) -> dict[str, float]:
        """Mean, least and largest value on faces (collective).

        Args:
            values: At their corners, shape (n, 3).
            areas: Their areas, m², shape (n,).
        """
        area, integral = self._spaces.comm.allreduce(
            np.array([areas.sum(), areas @ values.mean(axis=1)]), MPI.SUM
        )
        low, high = self._largest(np.array([-values.min(initial=np.inf), values.max(initial=-np.inf)]))
        return {"mean": float(integral / area), "min": float(-low), "max": float(high)}

    def _largest(self, values: np.ndarray) -> np.ndarray:
        """Element-wise maximum over the ranks."""
        largest = np.empty_like(values)
        self._spaces.comm.Allreduce(values, largest, MPI.MAX)
        return largest


def _lengths(currents: np.ndarray) -> np.ndarray:
    """The root of the sum of squares of all components in every cell; 0 where there is none."""
    return np.sqrt((np.nan_to_num(currents) ** 2).sum(axis=tuple(range(1, currents.ndim))))


def _stacked(part: np.ndarray | SpinVector) -> np.ndarray:
    """A spin part as one array, with the components in spin space as second axis."""
    return np.stack(part, axis=1) if isinstance(part, SpinVector) else part


def _face_geometry(x: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outward normals and areas of one face of each tetrahedron, and the gradients of its hat functions.

    Args:
        x: Vertices, shape (n, 4, 3).
        faces: Number of the face (opposite to that vertex), shape (n,).

    Returns:
        Normals (n, 3), areas (n,), gradients (n, 4, 3).
    """
    edges = x[:, 1:] - x[:, :1]
    inverse = np.linalg.inv(edges)  # columns: gradients of the hat functions of vertices 1, 2, 3
    gradients = np.concatenate([-inverse.sum(axis=2, keepdims=True), inverse], axis=2).transpose(0, 2, 1)
    inward = gradients[np.arange(len(x)), faces]
    length = np.linalg.norm(inward, axis=1)
    volume = np.abs(np.linalg.det(edges)) / 6
    return -inward / length[:, None], 3 * volume * length, gradients
