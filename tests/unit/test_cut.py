"""Meshes cut along interfaces: which nodes are doubled, that nothing else changes, and how cuts are kept."""

import numpy as np
import pytest
from cut_cases import CASES, HALVES, Case, H, config_of, sides
from hypothesis import given, settings
from hypothesis import strategies as st
from structured import grid, structured_device

from thermospin.compat import MPI
from thermospin.meshes.cut import cut_directory, cut_mesh, interface_file, joined_facets, store_cut, tag_pairs
from thermospin.meshes.ordering import FACES, facet_neighbours, first_appearance
from thermospin.meshes.quality import cell_volumes
from thermospin.meshes.read import read_mesh


@pytest.fixture(params=CASES)
def case(request, shared_directory, comm):
    return Case(request.param, shared_directory, comm)


def test_number_of_doubled_nodes(case):
    assert len(case.cut.parent) - len(case.points) == case.doubled


def test_cut_changes_nothing_else(case):
    cut = case.cut
    np.testing.assert_array_equal(cut.parent[cut.cells], case.cells)
    np.testing.assert_array_equal(first_appearance(cut.cells, len(cut.parent)), np.arange(len(cut.parent)))
    volumes = cell_volumes(case.points[cut.parent], cut.cells)
    np.testing.assert_array_equal(volumes, cell_volumes(case.points, case.cells))


def test_facets_are_those_between_the_regions(case):
    """Each once, seen from side 1, with the right face in both cells."""
    for name, (first, second) in case.pairs.items():
        wanted = [
            (cell, face, other)
            for cell, across in enumerate(case.neighbours.tolist())
            for face, other in enumerate(across)
            if other >= 0 and (case.tags[cell], case.tags[other]) == (first, second)
        ]
        one, face, two, back = case.cut.interfaces[name].T
        assert list(zip(one, face, two, strict=True)) == wanted
        np.testing.assert_array_equal(case.neighbours[two, back], one)


def test_copies_are_the_connected_fans(case):
    check_copies(case.cells, case.neighbours, case.cut)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(data=st.data())
def test_cuts_of_random_regions(data):
    """Regions of any shape, down to single tetrahedra, and any choice of interfaces between them."""
    points, cells = grid(np.zeros(3, dtype=int), np.array([3, 2, 2]))
    cells = first_appearance(cells, len(points))[cells]
    neighbours, size = facet_neighbours(cells), data.draw(st.sampled_from([1, 6, 12]))
    drawn = data.draw(st.lists(st.integers(1, 3), min_size=len(cells) // size, max_size=len(cells) // size))
    tags = np.repeat(np.array(drawn, dtype=np.int32), size)
    pairs = data.draw(st.sets(st.sampled_from([(1, 2), (3, 1), (2, 3)]), min_size=1))
    cut = cut_mesh(cells, tags, neighbours, {str(pair): pair for pair in sorted(pairs)})
    np.testing.assert_array_equal(cut.parent[cut.cells], cells)
    check_copies(cells, neighbours, cut)
    check_facets(cells, tags, neighbours, pairs, cut)


def check_facets(cells, tags, neighbours, pairs, cut):
    """Cells share all nodes of a facet unless it is on an interface; there they share those on its rim.

    A node is on the rim if a way round it, through faces on no interface, joins both sides.
    """
    cell, face = np.nonzero(neighbours > np.arange(len(cells))[:, None])
    other = neighbours[cell, face]
    on_interface = np.array(
        [{(a, b), (b, a)} & pairs != set() for a, b in np.stack([tags[cell], tags[other]], 1)]
    )
    here = np.sort(cut.cells[cell[:, None], FACES[face]])
    shared = np.array(
        [len(set(nodes) & set(cut.cells[o])) for nodes, o in zip(here.tolist(), other, strict=True)]
    )
    assert (shared[~on_interface] == 3).all()
    assert sum(map(len, cut.interfaces.values())) == on_interface.sum()
    facets = np.concatenate([*cut.interfaces.values()])
    assert np.count_nonzero(shared[on_interface] == 3) == joined_facets(cut.cells, facets).sum()


def check_copies(cells, neighbours, cut):
    """The copies of a node are the fans of cells round it that no interface separates; others have none."""
    interface = np.zeros(cells.shape, dtype=bool)
    on_interface = np.zeros(cells.max() + 1, dtype=bool)
    for one, face, two, back in (facets.T for facets in cut.interfaces.values()):
        interface[one, face] = interface[two, back] = True
        on_interface[cells[one[:, None], FACES[face]]] = True
    assert (np.bincount(cut.parent)[~on_interface] == 1).all()
    found: dict[int, set[int]] = {}
    for cell, nodes in enumerate(cut.cells.tolist()):
        for node in nodes:
            if on_interface[cut.parent[node]]:
                found.setdefault(node, set()).add(cell)
    copies = {(int(cut.parent[node]), frozenset(fan)) for node, fan in found.items()}
    assert copies == {
        (int(node), fan)
        for node in np.flatnonzero(on_interface)
        for fan in fans_round(node, cells, neighbours, interface)
    }


def fans_round(node, cells, neighbours, interface):
    """The cells round a node, in sets that are joined through faces at the node that are on no interface."""
    left, fans = set(np.flatnonzero((cells == node).any(axis=1)).tolist()), []
    while left:
        fan = edge = {min(left)}
        while edge:
            reached = {
                int(neighbours[cell, face])
                for cell in edge
                for face in range(4)
                if cells[cell, face] != node and not interface[cell, face]
            }
            edge = reached & left - fan
            fan = fan | edge
        fans.append(frozenset(fan))
        left -= fan
    return fans


def test_without_interfaces_nothing_changes(case):
    cut = cut_mesh(case.cells, case.tags, case.neighbours, {})
    np.testing.assert_array_equal(cut.cells, case.cells)
    np.testing.assert_array_equal(cut.parent, np.arange(len(case.points)))
    assert cut.interfaces == {}


def on_rim(low, high, places):
    """Whether places, in cubes, lie on the rim of a rectangle along x and y."""
    (x0, y0), (x1, y1) = low, high
    x, y = places[..., 0].round(6), places[..., 1].round(6)
    return (x == x0) | (x == x1) | (y == y0) | (y == y1)


@pytest.mark.parametrize(("name", "low", "high"), [("patch", (2, 1), (5, 5)), ("two layers", (0, 0), (0, 0))])
def test_facets_that_stay_joined(name, low, high, shared_directory, comm):
    """Those with all their nodes on the rim of a patch; none where the interface has no rim inside."""
    case = Case(name, shared_directory, comm)
    (facets,) = case.cut.interfaces.values()
    nodes = case.cells[facets[:, :1], FACES[facets[:, 1]]]
    expected = on_rim(low, high, case.points[nodes] / H).all(axis=1) & (name == "patch")
    np.testing.assert_array_equal(joined_facets(case.cut.cells, facets), expected)
    assert expected.any() == (name == "patch")


@pytest.fixture
def record(tmp_path):
    """A structured mesh in a directory of rank 0, with its regions and the tags of its interface."""
    device = structured_device(config_of(HALVES), H, tmp_path, MPI.COMM_SELF)
    return tmp_path, device.regions, tag_pairs(device.regions, sides(["A|B"]))


def content(directory):
    return {file.name: file.read_bytes() for file in directory.iterdir()}


@pytest.mark.serial
def test_a_cut_is_made_once(record):
    directory, _, pairs = record
    kept = store_cut(directory, pairs)
    assert kept == cut_directory(directory, pairs)
    assert sorted(content(kept)) == [
        "cells.npy",
        "checksums.json",
        "conductors.npy",
        "interface-1-2.npy",
        "points.npy",
    ]
    before = kept.stat()
    assert store_cut(directory, {"another name": pairs["A|B"]}) == kept
    assert kept.stat() == before
    assert store_cut(directory, {"B|A": (2, 1)}) != kept
    assert store_cut(directory, {}) == directory


@pytest.mark.serial
def test_two_runs_cut_at_once(record, monkeypatch):
    """The one that comes later takes what the first one made, and leaves nothing of its own."""
    directory, _, pairs = record

    def slow(*mesh):
        monkeypatch.undo()
        store_cut(directory, pairs)
        return cut_mesh(*mesh)

    monkeypatch.setattr("thermospin.meshes.cut.cut_mesh", slow)
    kept = store_cut(directory, pairs)
    assert [path for path in directory.iterdir() if path.is_dir()] == [kept]


@pytest.mark.serial
def test_a_killed_run_leaves_no_cut(record, monkeypatch):
    directory, _, pairs = record

    def killed(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("thermospin.runtime.cache.os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        store_cut(directory, pairs)
    assert not cut_directory(directory, pairs).exists()
    monkeypatch.undo()
    assert store_cut(directory, pairs).exists()


@pytest.mark.serial
@pytest.mark.parametrize("change", [[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]])
def test_a_cut_of_another_mesh_is_refused(record, change):
    directory, regions, pairs = record
    file = interface_file(store_cut(directory, pairs), pairs["A|B"])
    facets = np.load(file) + np.array(change, dtype=np.int32)
    np.save(file, facets % [10**9, 4, 10**9, 4])
    with pytest.raises(ValueError, match=r"A\|B in the mesh record does not fit"):
        read_mesh(directory, regions, {}, {}, MPI.COMM_SELF, sides(["A|B"]))


@pytest.mark.serial
def test_nodes_out_of_order_are_refused(record):
    directory, _, pairs = record
    arrays = ("cells", "cell_tags", "neighbours")
    cells, tags, neighbours = (np.load(directory / f"{name}.npy") for name in arrays)
    with pytest.raises(ValueError, match="order of first appearance"):
        cut_mesh(cells.max() - cells, tags, neighbours, pairs)
