"""DOLFINx and PETSc, imported in the one order that works everywhere.

The PyPI wheel needs ``dolfinx_solver`` imported before DOLFINx and petsc4py; conda-forge's packages do
not have it. Every other module takes them from here, so version differences stay in this file.
"""

import ctypes
import importlib.util
from typing import Any

if importlib.util.find_spec("dolfinx_solver"):
    import dolfinx_solver  # noqa: F401

import basix
import basix.ufl
import dolfinx
import dolfinx.fem.petsc
import dolfinx.jit
import ffcx.codegeneration.jit
import petsc4py
import ufl
from dolfinx import cpp, default_real_type, fem, la
from dolfinx import mesh as dmesh
from mpi4py import MPI
from petsc4py import PETSc
from ufl.algorithms import expand_derivatives
from ufl.algorithms.formsplitter import FormSplitter
from ufl.utils.stacks import StackDict

from thermospin.runtime.failures import renew_signal_handlers
from thermospin.runtime.kernels import Kernels

renew_signal_handlers()

REQUIRED = "0.11"
if not dolfinx.__version__.startswith(REQUIRED):
    raise ImportError(f"thermospin needs DOLFINx {REQUIRED}, found {dolfinx.__version__}")

KERNELS = Kernels(dolfinx.jit.ffcx_jit.__wrapped__)
"""Compiles all forms, in the place of DOLFINx, whose cache does not outlive a killed run."""
dolfinx.jit.ffcx_jit = KERNELS.compile_form
ffcx.codegeneration.jit.get_cached_module = KERNELS.find_module

__all__ = [
    "MPI",
    "basix",
    "build_mesh",
    "build_submesh",
    "cpp",
    "create_matrix",
    "default_real_type",
    "dmesh",
    "dolfinx",
    "expand_derivatives",
    "fem",
    "forget_places",
    "forget_product",
    "has_places",
    "index_map",
    "la",
    "petsc4py",
    "slepc",
    "ufl",
    "versions",
    "FormSplitter",
    "PETSc",
    "StackDict",
]


def versions() -> dict[str, str]:
    """Versions of the numerical stack, for the results."""
    return {"dolfinx": dolfinx.__version__, "petsc": ".".join(map(str, PETSc.Sys.getVersion()))}


def slepc() -> Any:
    """SLEPc, for eigenvalues."""
    from slepc4py import SLEPc

    return SLEPc


def create_matrix(comm: MPI.Comm, pattern: cpp.la.SparsityPattern) -> PETSc.Mat:
    """A PETSc matrix of a finalised sparsity pattern (collective).

    The object that DOLFINx returns is never collected, and keeps its matrix; another takes it over.

    Args:
        comm: The communicator.
        pattern: The pattern.
    """
    made = cpp.la.petsc.create_matrix(comm, pattern)
    holder = PETSc.Mat().createNest([[made]], comm=made.comm)
    kept = holder.getNestSubMatrix(0, 0)
    holder.destroy()
    made.destroy()
    return kept


def forget_product(matrix: PETSc.Mat) -> None:
    """Free the data that PETSc keeps to form a product of matrices again: up to twice the product itself.

    petsc4py does not have the function; where its library does not show it either, nothing is freed.

    Args:
        matrix: The product.
    """
    clear = getattr(ctypes.CDLL(PETSc.__file__), "MatProductClear", None)
    if clear is not None:
        clear(ctypes.c_void_p(matrix.handle))


PLACES = "__PETSc_MatCOOStruct_Host"


def has_places(matrix: PETSc.Mat) -> bool:
    """Whether a matrix knows the places of the values that ``setValuesCOO`` takes.

    Args:
        matrix: The matrix.
    """
    return matrix.query(PLACES) is not None


def forget_places(matrix: PETSc.Mat) -> None:
    """Free the places of the values that ``setValuesCOO`` takes: they need more memory than the matrix.

    Args:
        matrix: The matrix.
    """
    matrix.compose(PLACES, None)


def index_map(comm: MPI.Comm, n_owned: int, ghosts, owners) -> cpp.common.IndexMap:
    """An index map of distributed indices (collective).

    Args:
        comm: The communicator.
        n_owned: Number of indices that this rank owns.
        ghosts: Global indices of its ghosts, int64.
        owners: Ranks that own the ghosts, int32.
    """
    if comm.size == 1:
        return cpp.common.IndexMap(comm, n_owned)
    return cpp.common.IndexMap(comm, n_owned, ghosts, owners, 1202)


def build_mesh(comm, vertex_map, cell_map, cells, original_cells, x, original_nodes) -> dmesh.Mesh:
    """A tetrahedral mesh from distributed arrays that are numbered already.

    ``dolfinx.mesh.create_mesh`` partitions and renumbers; this takes the numbering as it is.

    Args:
        comm: The communicator.
        vertex_map: Index map of the vertices, which are also the geometry nodes.
        cell_map: Index map of the cells.
        cells: Local vertex numbers of each local cell, shape (n_cells, 4), int32.
        original_cells: Number of each local cell in the input, int64.
        x: Coordinates of the local vertices in metres, shape (n_vertices, 3).
        original_nodes: Number of each local vertex in the input, int64.
    """
    element = basix.ufl.element("P", "tetrahedron", 1, shape=(3,), dtype=default_real_type)
    connectivity = dolfinx.graph.adjacencylist(cells)._cpp_object
    topology = cpp.mesh.Topology(
        cpp.mesh.CellType.tetrahedron, vertex_map, cell_map, connectivity, original_cells
    )
    cmap = fem.coordinate_element(element.basix_element)
    geometry = cpp.mesh.Geometry_float64(vertex_map, cells, cmap._cpp_object, x, original_nodes)
    return dmesh.Mesh(cpp.mesh.Mesh_float64(comm, topology, geometry), ufl.Mesh(element))


def build_submesh(
    mesh: dmesh.Mesh, local_cells, vertex_map=None, vertices=None, original_nodes=None
) -> tuple[dmesh.Mesh, dmesh.EntityMap]:
    """The mesh of some cells of another one, with the map between the two.

    Args:
        mesh: The parent mesh.
        local_cells: Sorted local cell numbers, ghosts included, int32.
        vertex_map: Index map of the vertices, where they are not those of the parent.
        vertices: With it, the local vertices of each cell, shape (n_cells, 4), int32.
        original_nodes: With it, the number of each local vertex in the input.
    """
    import numpy as np

    topology, geometry = mesh.topology, mesh.geometry
    cell_map, chosen = cpp.common.create_sub_index_map(topology.index_map(3), local_cells, False)
    parents = geometry.dofmaps[0][chosen]
    if vertex_map is None:
        vertex_map, kept = cpp.common.create_sub_index_map(
            topology.index_map(0), np.unique(parents).astype(np.int32), True
        )
        local = np.empty(len(geometry.x), dtype=np.int32)
        local[kept] = np.arange(len(kept), dtype=np.int32)
        vertices, original_nodes = local[parents], geometry.input_global_indices[kept]
    else:
        vertices = vertices[np.searchsorted(local_cells, chosen)]
        kept = np.empty(len(original_nodes), dtype=np.int32)
        kept[vertices] = parents
    submesh = build_mesh(
        mesh.comm,
        vertex_map,
        cell_map,
        vertices,
        topology.original_cell_index[chosen],
        geometry.x[kept],
        original_nodes,
    )
    return submesh, dmesh.entity_map(topology, submesh.topology, 3, chosen)
