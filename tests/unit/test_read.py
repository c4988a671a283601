"""Reading a mesh record on any number of ranks: nothing lost, nothing doubled, neighbours at hand."""

import numpy as np
import pytest
from valve import BOXES, TERMINALS, gather, side, volume

from thermospin.compat import MPI, fem, ufl
from thermospin.discretisation.terminals import facet_areas
from thermospin.meshes.ordering import FACES
from thermospin.meshes.read import read_mesh

pytestmark = pytest.mark.parametrize("valve", [1], ids=["P1"], indirect=True)


@pytest.fixture
def record(valve):
    return valve.record


def local_cells(device):
    """Nodes of every local cell, in the numbers of the record."""
    geometry = device.mesh.geometry
    return geometry.input_global_indices[geometry.dofmaps[0]]


def n_owned(device):
    return device.mesh.topology.index_map(3).size_local


def volumes(x):
    return np.abs(np.linalg.det(x[:, 1:] - x[:, :1])) / 6


@pytest.mark.parametrize("region", BOXES)
def test_volume_of_every_region(device, comm, region):
    cells = device.owned(device.cells([region]))
    local = volumes(device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][cells]]).sum()
    assert comm.allreduce(local, MPI.SUM) == pytest.approx(volume(region), rel=1e-12, abs=0)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_area_of_every_terminal(device, comm, terminal):
    local = facet_areas(device.mesh, device.terminals[terminal]).sum()
    assert comm.allreduce(local, MPI.SUM) == pytest.approx(side(terminal)[2], rel=1e-12, abs=0)


def test_every_cell_and_node_has_one_owner(record, device, comm):
    nodes, cells = device.mesh.topology.index_map(0), device.mesh.topology.index_map(3)
    assert (cells.size_global, nodes.size_global) == (record.cells, record.points)
    owned = device.mesh.topology.original_cell_index[: cells.size_local]
    np.testing.assert_array_equal(np.sort(gather(comm, owned)), np.arange(record.cells))
    owned = device.mesh.geometry.input_global_indices[: nodes.size_local]
    np.testing.assert_array_equal(np.sort(gather(comm, owned)), np.arange(record.points))


@pytest.mark.parametrize("dim", [0, 3])
def test_ghosts_know_their_owner(device, comm, dim):
    """The global number of a ghost belongs to the same entity on the rank that owns it."""
    topology, index_map = device.mesh.topology, device.mesh.topology.index_map(dim)
    original = topology.original_cell_index if dim == 3 else device.mesh.geometry.input_global_indices
    everywhere = gather(comm, original[: index_map.size_local])
    owner = gather(comm, np.full(index_map.size_local, comm.rank))
    np.testing.assert_array_equal(everywhere[index_map.ghosts], original[index_map.size_local :])
    np.testing.assert_array_equal(owner[index_map.ghosts], index_map.owners)
    assert comm.rank not in index_map.owners


def test_geometry_and_tags_are_those_of_the_record(record, device):
    geometry, original = device.mesh.geometry, device.mesh.topology.original_cell_index
    np.testing.assert_array_equal(geometry.x, record.array("points")[geometry.input_global_indices])
    np.testing.assert_array_equal(local_cells(device), record.array("cells")[original])
    np.testing.assert_array_equal(device.cell_tags, record.array("cell_tags")[original])
    assert device.regions == record.regions


def test_ghost_layer_is_the_facet_neighbours(record, device):
    original = device.mesh.topology.original_cell_index
    across = record.array("neighbours")[original[: n_owned(device)]]
    wanted = np.setdiff1d(across[across >= 0], original[: n_owned(device)])
    np.testing.assert_array_equal(np.sort(original[n_owned(device) :]), wanted)


def test_tags_across_facets(record, device):
    original = device.mesh.topology.original_cell_index[: n_owned(device)]
    across = record.array("neighbours")[original]
    expected = np.where(across >= 0, record.array("cell_tags")[across], -1)
    np.testing.assert_array_equal(device.neighbour_tags, expected)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_terminal_facets_are_those_of_the_record(record, device, comm, terminal):
    facets = device.terminals[terminal]
    assert np.all(facets[:, 0] < n_owned(device))
    found = np.take_along_axis(local_cells(device)[facets[:, 0]], FACES[facets[:, 1]], axis=1)
    wanted = record.array("facets")[record.array("facet_tags") == record.terminals[terminal]]
    rows = [np.unique(np.sort(nodes, axis=1), axis=0) for nodes in (gather(comm, found), wanted)]
    np.testing.assert_array_equal(*rows)
    assert len(rows[0]) == len(wanted) == comm.allreduce(len(facets), MPI.SUM)


def test_dolfinx_finds_every_facet_once(record, device):
    mesh, neighbours = device.mesh, record.array("neighbours")
    mesh.topology.create_entities(2)
    outer = (neighbours < 0).sum()
    assert mesh.topology.index_map(2).size_global == outer + (neighbours >= 0).sum() // 2


def test_integrals_over_facets(record, device, comm):
    """Areas inside and around the device; interior facets need the ghost layer."""
    points, cells = record.array("points"), record.array("cells")
    x = points[cells[:, FACES]]
    areas = np.linalg.norm(np.cross(x[..., 1, :] - x[..., 0, :], x[..., 2, :] - x[..., 0, :]), axis=-1) / 2
    outer = record.array("neighbours") < 0
    one = fem.Constant(device.mesh, 1.0)
    for measure, expected in [(ufl.ds, areas[outer].sum()), (ufl.dS, areas[~outer].sum() / 2)]:
        local = fem.assemble_scalar(fem.form(one * measure(domain=device.mesh)))
        assert comm.allreduce(local, MPI.SUM) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("cost", [1.0, 3.0])
def test_ranks_share_the_work(record, comm, cost):
    weights = dict.fromkeys(record.regions, cost) | {"Sub": 1.0}
    device = read_mesh(record.directory, record.regions, record.terminals, weights, comm)
    by_tag = {tag: weights[name] for name, tag in record.regions.items()}
    work = comm.allgather(sum(by_tag[tag] for tag in device.cell_tags[: n_owned(device)]))
    assert max(work) - min(work) <= 2 * cost
