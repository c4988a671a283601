"""Spaces on the device and on its conductors: the map between them, counts, ranges, transfer."""

from itertools import combinations

import numpy as np
import pytest
from valve import BOXES, gather, linear, volume

from thermospin.compat import MPI, fem, ufl
from thermospin.discretisation.spaces import CONDUCTORS, INSULATORS, MAGNETS
from thermospin.fields import FIELDS, THETA, S, V

PARTS = {CONDUCTORS: ["N", "F1", "F2"], MAGNETS: ["F1", "F2"], INSULATORS: ["Sub"]}


def midpoints(mesh):
    return mesh.geometry.x[mesh.geometry.dofmaps[0]].mean(axis=1)


def test_entity_map_pairs_the_same_cells(spaces):
    sub_cells = np.arange(len(midpoints(spaces.submesh)), dtype=np.int32)
    cells = spaces.entity_map.sub_topology_to_topology(sub_cells, False)
    np.testing.assert_array_equal(midpoints(spaces.submesh), midpoints(spaces.device.mesh)[cells])
    np.testing.assert_array_equal(np.sort(cells), spaces.device.cells(PARTS[CONDUCTORS]))


def test_sub_cells_invert_the_entity_map(spaces):
    inside = np.isin(spaces.device.cell_tags, [spaces.device.regions[name] for name in PARTS[CONDUCTORS]])
    np.testing.assert_array_equal(spaces.sub_cells >= 0, inside)
    found = midpoints(spaces.submesh)[spaces.sub_cells[inside]]
    np.testing.assert_array_equal(found, midpoints(spaces.device.mesh)[inside])


def test_submesh_owns_what_the_mesh_owns(spaces):
    owned = spaces.device.owned(spaces.conducting_cells)
    n_owned = spaces.submesh.topology.index_map(3).size_local
    assert n_owned == len(owned)
    assert np.all(spaces.sub_cells[owned] < n_owned)


def test_submesh_ghosts_know_their_owner(spaces, comm):
    geometry, vertices = spaces.submesh.geometry, spaces.submesh.topology.index_map(0)
    nodes = geometry.input_global_indices
    everywhere = gather(comm, nodes[: vertices.size_local])
    assert len(np.unique(everywhere)) == len(everywhere) == vertices.size_global
    np.testing.assert_array_equal(everywhere[vertices.ghosts], nodes[vertices.size_local :])


@pytest.mark.parametrize("part", PARTS)
def test_measure_of_every_part(spaces, comm, part):
    one = fem.Constant(spaces.device.mesh, 1.0)
    local = fem.assemble_scalar(fem.form(one * spaces.dx(part)))
    expected = sum(volume(name) for name in PARTS[part])
    assert comm.allreduce(local, MPI.SUM) == pytest.approx(expected, rel=1e-12, abs=0)


def test_conductors_fill_the_submesh(spaces, comm):
    local = fem.assemble_scalar(fem.form(fem.Constant(spaces.submesh, 1.0) * ufl.dx))
    expected = sum(volume(name) for name in PARTS[CONDUCTORS])
    assert comm.allreduce(local, MPI.SUM) == pytest.approx(expected, rel=1e-12, abs=0)


def unknowns(cells, degree):
    """Vertices, and for degree 2 edges, or for degree 3 two points on an edge and one on a face."""
    pairs, triples = (
        np.sort(cells[:, list(combinations(range(4), k))].reshape(-1, k), axis=1) for k in (2, 3)
    )
    edges, faces = (len(np.unique(parts, axis=0)) for parts in (pairs, triples))
    return len(np.unique(cells)) + (degree - 1) * edges + (faces if degree == 3 else 0)


def test_number_of_unknowns(valve, spaces):
    cells, tags = valve.record.array("cells"), valve.record.array("cell_tags")
    conducting = np.isin(tags, [valve.record.regions[name] for name in PARTS[CONDUCTORS]])
    for degree in (1, 2, 3):
        expected = 2 * unknowns(cells[conducting], degree) + unknowns(cells, degree)
        assert spaces.of_degree(degree).n_dofs == expected
    assert spaces.n_dofs == spaces.comm.allreduce(spaces.ranges[THETA].stop, MPI.SUM)


def test_ranges_follow_each_other(spaces):
    parts = [spaces.ranges[field] for field in FIELDS]
    assert parts[0].start == 0
    assert all(before.stop == after.start for before, after in zip(parts, parts[1:], strict=False))


def test_charge_and_spin_share_a_numbering(spaces):
    first, second = spaces.spaces[V], spaces.spaces[S]
    assert first != second
    np.testing.assert_array_equal(first.dofmap.list, second.dofmap.list)


def test_load_fills_ghosts(problem, spaces):
    known = spaces.functions()
    for i, function in enumerate(known):
        function.interpolate(linear(i + 1.0, (1, -2, 3 + i)))
    vector = problem.system.matrix.createVecRight()
    with vector as array:
        for field, function in zip(FIELDS, known, strict=True):
            part = spaces.ranges[field]
            array[part] = function.x.array[: part.stop - part.start]
    loaded = spaces.functions()
    spaces.load(vector, loaded)
    for found, expected in zip(loaded, known, strict=True):
        np.testing.assert_allclose(found.x.array, expected.x.array, rtol=1e-14, atol=1e-14)


def test_other_degree(spaces):
    low = spaces.of_degree(1)
    assert (low.degree, low.submesh, low.entity_map) == (1, spaces.submesh, spaces.entity_map)
    nodes = spaces.device.mesh.topology.index_map(0).size_global
    conducting = spaces.submesh.topology.index_map(0).size_global
    assert low.n_dofs == nodes + 2 * conducting
    assert low.ranges[THETA].stop <= spaces.ranges[THETA].stop


def test_regions_cover_the_device(spaces):
    assert set(spaces.device.regions) == set(BOXES)
