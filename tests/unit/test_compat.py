"""The one file that knows versions of DOLFINx, and the meshes that it builds from raw arrays."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import thermospin
import thermospin.meshes
from thermospin.compat import (
    MPI,
    REQUIRED,
    build_mesh,
    build_submesh,
    create_matrix,
    dmesh,
    fem,
    index_map,
    ufl,
    versions,
)

SOURCES = [Path(package.__file__).parent for package in (thermospin, thermospin.meshes)]


def test_versions():
    assert versions()["dolfinx"].startswith(REQUIRED)
    assert re.fullmatch(r"\d+\.\d+\.\d+", versions()["petsc"])


def test_matrix_of_a_pattern_is_freed_with_its_last_reference(comm):
    space = fem.functionspace(dmesh.create_unit_cube(comm, 3, 3, 3), ("P", 1))
    mass = fem.form(ufl.TrialFunction(space) * ufl.TestFunction(space) * ufl.dx)
    pattern = fem.create_sparsity_pattern(mass)
    pattern.finalize()
    matrix = create_matrix(comm, pattern)
    expected = fem.petsc.assemble_matrix(mass)
    fem.petsc.assemble_matrix(matrix, mass)
    matrix.assemble()
    expected.assemble()
    assert (matrix - expected).norm() == 0
    assert matrix.refcount == 1
    assert sys.getrefcount(matrix) == sys.getrefcount(expected)


def test_no_other_file_imports_dolfinx():
    pattern = re.compile(r"^\s*(?:from|import)\s+(dolfinx|petsc4py|basix|ufl)", re.MULTILINE)
    found = [
        path.name
        for source in SOURCES
        for path in source.rglob("*.py")
        if path.name != "compat.py" and pattern.search(path.read_text())
    ]
    assert not found, f"import these from thermospin.compat: {found}"


def test_importing_thermospin_is_light():
    """Reading a configuration loads neither DOLFINx nor Gmsh."""
    if MPI.COMM_WORLD.size > 1:
        pytest.skip("starts another process")
    code = "import sys, thermospin, thermospin.config; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"dolfinx", "petsc4py", "gmsh"} & set(done.stdout.split())


def test_index_map_with_a_ring_of_ghosts(comm):
    """Every rank owns 2, and its ghost is the first of the next rank."""
    following = (comm.rank + 1) % comm.size
    ghosts = np.array([2 * following] if comm.size > 1 else [], dtype=np.int64)
    owners = np.array([following] if comm.size > 1 else [], dtype=np.int32)
    found = index_map(comm, 2, ghosts, owners)
    assert (found.size_local, found.size_global) == (2, 2 * comm.size)
    assert tuple(found.local_range) == (2 * comm.rank, 2 * comm.rank + 2)
    np.testing.assert_array_equal(found.ghosts, ghosts)


@pytest.fixture
def pair_of_cells():
    """Two tetrahedra with a common face, on this rank alone."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], dtype=float)
    cells = np.array([[0, 1, 2, 3], [4, 1, 2, 3]], dtype=np.int32)
    none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
    maps = index_map(MPI.COMM_SELF, 5, *none), index_map(MPI.COMM_SELF, 2, *none)
    return build_mesh(MPI.COMM_SELF, *maps, cells, np.array([7, 3]), points, np.arange(10, 15))


def volume(mesh):
    return fem.assemble_scalar(fem.form(fem.Constant(mesh, 1.0) * ufl.dx))


def test_mesh_from_arrays_is_not_renumbered(pair_of_cells):
    topology, geometry = pair_of_cells.topology, pair_of_cells.geometry
    np.testing.assert_array_equal(topology.original_cell_index, [7, 3])
    np.testing.assert_array_equal(geometry.input_global_indices, np.arange(10, 15))
    np.testing.assert_array_equal(geometry.dofmaps[0], [[0, 1, 2, 3], [4, 1, 2, 3]])
    assert volume(pair_of_cells) == pytest.approx(1 / 6 + 1 / 3, rel=1e-14)


def test_submesh_keeps_what_it_is_made_of(pair_of_cells):
    submesh, entity_map = build_submesh(pair_of_cells, np.array([1], dtype=np.int32))
    np.testing.assert_array_equal(submesh.topology.original_cell_index, [3])
    np.testing.assert_array_equal(submesh.geometry.input_global_indices, [11, 12, 13, 14])
    np.testing.assert_array_equal(
        entity_map.sub_topology_to_topology(np.array([0], dtype=np.int32), False), [1]
    )
    assert volume(submesh) == pytest.approx(1 / 3, rel=1e-14)
