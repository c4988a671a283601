"""Function spaces: the space of every field, and the layout of one vector for all of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from thermospin.compat import MPI, PETSc, basix, build_submesh, fem, index_map, la, ufl
from thermospin.fields import Field, State, Unknowns
from thermospin.meshes.read import DeviceMesh

CONDUCTORS, MAGNETS, INSULATORS = 1, 2, 3
"""Subdomains of the volume measure; the same in every device, so compiled forms are shared by all."""

OF_DEGREE = ("ranges", "sub_cells", "idle")
"""Attributes that depend on the polynomial degree, or are found again."""


class Hosts(NamedTuple):
    """Cells in which all fields live because of sheets that conduct.

    Attributes:
        cells: Local cells beside such sheets, ghosts included.
        faces: Faces of such sheets: owned (cell, local facet) pairs, shape (n, 2).
    """

    cells: np.ndarray
    faces: np.ndarray


class Spaces:
    """One Lagrange space per field, all but ϑ on the submesh of the conductors.

    Args:
        device: The mesh.
        conductors: Names of the conducting regions.
        magnets: Names of the regions whose channels differ: magnets and polarised clusters.
        degree: Polynomial degree.
        unknowns: Unknowns of the problem.
        quadrature_degree: Degree of all quadratures; by default that of each integrand.
        sheets: Faces of every sheet: owned (cell, local facet) pairs, shape (n, 2).
        hosts: Cells beside sheets that conduct, if there are any.

    Attributes:
        sheets: Faces of every sheet.
        conducting_cells: Cells of the conductors, ghosts included.
        unknowns: What is solved for.
        fields: Its fields, in the order of the blocks.
        subdomains: The owned cells of the conductors, of the magnets and of the insulators, sorted.
        has_idle: Whether fields on conductors have unknowns in insulators, beside sheets.
    """

    def __init__(
        self,
        device: DeviceMesh,
        conductors: Sequence[str],
        magnets: Sequence[str],
        degree: int,
        unknowns: Unknowns,
        quadrature_degree: int | None = None,
        sheets: Mapping[str, np.ndarray] | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self.device, self.degree = device, degree
        self.unknowns, self.fields = unknowns, unknowns.fields
        self.quadrature_degree, self.magnets = quadrature_degree, tuple(magnets)
        self.conductors = tuple(conductors)
        self.conducting_cells = device.cells(conductors)
        self.sheets = dict(sheets or {})
        self._hosts = hosts or Hosts(np.empty(0, np.int32), np.empty((0, 2), np.int32))
        self._carrying_cells = np.union1d(self.conducting_cells, self._hosts.cells)
        added = len(device.owned(self._carrying_cells)) - len(device.owned(self.conducting_cells))
        self.has_idle = device.mesh.comm.allreduce(added, MPI.SUM) > 0
        self.submesh, self.entity_map = _conductors(device, self._carrying_cells)
        insulators = [name for name in device.regions if name not in conductors]
        subdomains = {
            CONDUCTORS: self.conducting_cells,
            MAGNETS: device.cells(magnets),
            INSULATORS: device.cells(insulators),
        }
        self.subdomains = {tag: device.owned(cells) for tag, cells in subdomains.items()}
        self.dx = ufl.Measure(
            "dx",
            device.mesh,
            subdomain_data=list(self.subdomains.items()),
            metadata=None if quadrature_degree is None else {"quadrature_degree": quadrature_degree},
        )
        self._build(degree)

    def _build(self, degree: int) -> None:
        meshes = {True: self.submesh, False: self.device.mesh}
        element = basix.ufl.element(
            "P", "tetrahedron", degree, lagrange_variant=basix.LagrangeVariant.equispaced
        )
        self._spaces = {place: fem.functionspace(mesh, element) for place, mesh in meshes.items()}
        # V, s and τ share a numbering but must be different spaces to be different blocks.
        self.spaces = {field: self.space(field.on_conductors).clone() for field in self.fields}
        self.mixed = ufl.MixedFunctionSpace(*self.spaces.values())

    def space(self, on_conductors: bool) -> fem.FunctionSpace:
        """The space that all fields on conductors, or all fields everywhere, share.

        Args:
            on_conductors: Whether it is that on conductors.
        """
        return self._spaces[on_conductors]

    def of_degree(self, degree: int) -> "Spaces":
        """Spaces of another polynomial degree on the same meshes (collective).

        Args:
            degree: The degree.
        """
        other = object.__new__(Spaces)
        other.__dict__.update({k: v for k, v in self.__dict__.items() if k not in OF_DEGREE})
        other.degree = degree
        other._build(degree)
        return other

    @property
    def comm(self):
        """The communicator."""
        return self.device.mesh.comm

    @property
    def n_dofs(self) -> int:
        """Number of unknowns on all ranks."""
        return sum(space.dofmap.index_map.size_global for space in self.spaces.values())

    def size(self, field: Field) -> int:
        """Number of unknowns of a field on all ranks.

        Args:
            field: The field.
        """
        return self.spaces[field].dofmap.index_map.size_global

    @cached_property
    def ranges(self) -> dict[Field, slice]:
        """Range of each field's owned unknowns in this rank's part of the vector."""
        sizes = [space.dofmap.index_map.size_local for space in self.spaces.values()]
        ends = np.cumsum(sizes)
        return {field: slice(end - n, end) for field, n, end in zip(self.fields, sizes, ends, strict=True)}

    @cached_property
    def sub_cells(self) -> np.ndarray:
        """Submesh cell of every local cell, -1 in insulators that are not beside a sheet."""
        sub_cells = np.arange(len(self._carrying_cells), dtype=np.int32)
        number = np.full(len(self.device.cell_tags), -1, dtype=np.int32)
        number[self.entity_map.sub_topology_to_topology(sub_cells, False)] = sub_cells
        return number

    @cached_property
    def idle(self) -> np.ndarray:
        """Owned unknowns of fields on conductors in no conductor, on no conducting sheet (collective)."""
        space = self.space(True)
        if not self.has_idle:
            return np.empty(0, dtype=np.int32)
        used = fem.Function(space)
        used.x.array[self.unknowns_in(self.conducting_cells, True)] = 1
        cells, faces = self._hosts.faces.T
        used.x.array[np.take_along_axis(self.unknowns_in(cells, True), closures(space)[faces], axis=1)] = 1
        used.x.scatter_reverse(la.InsertMode.add)
        return np.flatnonzero(used.x.array[: space.dofmap.index_map.size_local] == 0).astype(np.int32)

    @property
    def is_conducting(self) -> np.ndarray:
        """Whether every local cell is in a conductor."""
        found = np.zeros(len(self.device.cell_tags), dtype=bool)
        found[self.conducting_cells] = True
        return found

    def owned_cells(self, on_conductors: bool) -> np.ndarray:
        """The owned cells of the conductors, or all owned cells.

        Args:
            on_conductors: Whether those of the conductors.
        """
        if on_conductors:
            return self.subdomains[CONDUCTORS]
        return np.arange(self.device.mesh.topology.index_map(3).size_local, dtype=np.int32)

    def unknowns_in(self, cells: np.ndarray, on_conductors: bool) -> np.ndarray:
        """Local unknowns in cells, shape (n, k).

        Args:
            cells: Local cells.
            on_conductors: Whether of fields on conductors, or everywhere.
        """
        return self.space(on_conductors).dofmap.list[self.sub_cells[cells] if on_conductors else cells]

    def functions(self) -> State:
        """New functions, one per field."""
        return State(*(fem.Function(space) for space in self.spaces.values()))

    def load(self, vector: PETSc.Vec, functions: State) -> None:
        """Copy a vector into functions, ghosts included (collective).

        Args:
            vector: Vector of all unknowns.
            functions: One function per field.
        """
        for field, function in zip(self.fields, functions, strict=True):
            part = vector.array_r[self.ranges[field]]
            function.x.array[: len(part)] = part
            function.x.scatter_forward()


def closures(space: fem.FunctionSpace) -> np.ndarray:
    """Unknowns of a cell on each of its faces, shape (4, k).

    Args:
        space: The space.
    """
    return np.array([space.dofmap.dof_layout.entity_closure_dofs(2, face) for face in range(4)])


def _conductors(device: DeviceMesh, cells: np.ndarray) -> tuple:
    """The submesh of the conductors; where the mesh is cut it has nodes of its own (collective)."""
    if device.conductors is None:
        return build_submesh(device.mesh, cells)
    nodes, ranges, comm = device.conductors.cells[cells], device.conductors.ranges, device.mesh.comm
    first, last = ranges[comm.rank : comm.rank + 2]
    ghosts = np.setdiff1d(nodes, np.arange(first, last)).astype(np.int64)
    owners = (np.searchsorted(ranges, ghosts, side="right") - 1).astype(np.int32)
    numbers = np.concatenate([np.arange(first, last), ghosts])
    vertices = index_map(comm, last - first, ghosts, owners)
    place = np.searchsorted(numbers, nodes, sorter=np.argsort(numbers))
    local = np.argsort(numbers)[place].astype(np.int32)
    return build_submesh(device.mesh, cells, vertices, local, numbers)


def interpolation_matrix(low: fem.FunctionSpace, high: fem.FunctionSpace) -> PETSc.Mat:
    """Interpolation from one Lagrange space to another of higher degree on the same mesh (collective).

    Every rank takes its rows from any local cell, ghosts included: a rank may own unknowns of a submesh
    that none of its own cells touches.

    Args:
        low: The space of lower degree.
        high: The space of higher degree.
    """
    points = high.element.basix_element.points
    weights = low.element.basix_element.tabulate(0, points)[0, :, :, 0]
    weights[np.abs(weights) < 1e-12] = 0.0
    dofs = high.dofmap.list
    entry = np.empty(high.dofmap.index_map.size_local + high.dofmap.index_map.num_ghosts, dtype=np.int64)
    entry[dofs.ravel()] = np.arange(dofs.size)
    n_rows = high.dofmap.index_map.size_local
    cell, local = np.divmod(entry[:n_rows], dofs.shape[1])
    values, columns = weights[local], low.dofmap.list[cell]
    kept = values != 0.0
    starts = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(PETSc.IntType)
    global_columns = low.dofmap.index_map.local_to_global(columns[kept]).astype(PETSc.IntType)
    sizes = [(n_rows, PETSc.DETERMINE), (low.dofmap.index_map.size_local, PETSc.DETERMINE)]
    return PETSc.Mat().createAIJ(sizes, csr=(starts, global_columns, values[kept]), comm=low.mesh.comm)
