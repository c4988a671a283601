"""Order of cells and nodes, and what lies across a facet, against brute force."""

import itertools

import numpy as np
import pytest

from thermospin.meshes.numbering import exterior_facets
from thermospin.meshes.ordering import (
    FACES,
    LEAF,
    bisection_order,
    facet_cells,
    facet_neighbours,
    first_appearance,
    order_mesh,
)

AS_P1 = pytest.mark.parametrize("valve", [1], ids=["P1"], indirect=True)


@pytest.fixture
def mesh(valve):
    """A mesh whose nodes and cells are shuffled."""
    raw, random = valve.record.raw(), np.random.default_rng(1)
    number, order = random.permutation(len(raw.points)), random.permutation(len(raw.cells))
    points = np.empty_like(raw.points)
    points[number] = raw.points
    return points, number[raw.cells][order], raw.cell_tags[order], number[raw.facets]


def test_faces_are_opposite_to_their_vertices():
    for vertex, face in enumerate(FACES):
        assert set(face) == set(range(4)) - {vertex}


def test_bisection_is_a_permutation_into_compact_pieces():
    centres = np.random.default_rng(2).random((4096, 3)) * [4, 1, 1]
    order = bisection_order(centres)
    np.testing.assert_array_equal(np.sort(order), np.arange(4096))
    quarters = centres[order].reshape(4, 1024, 3)[:, :, 0]
    assert np.all(quarters.max(axis=1)[:-1] <= quarters.min(axis=1)[1:])
    leaves = centres[order].reshape(-1, LEAF, 3)
    assert np.ptp(leaves, axis=1).max() < 1.0


@pytest.mark.parametrize("n", [0, 1, LEAF, LEAF + 1])
def test_bisection_of_few_points(n):
    np.testing.assert_array_equal(np.sort(bisection_order(np.zeros((n, 3)))), np.arange(n))


def test_first_appearance():
    cells = np.array([[4, 2, 0, 1], [2, 3, 4, 5]])
    np.testing.assert_array_equal(first_appearance(cells, 6), [2, 3, 1, 4, 0, 5])
    with pytest.raises(ValueError, match="belong to no cell"):
        first_appearance(cells, 7)


@AS_P1
def test_order_mesh_keeps_the_mesh(mesh):
    points, cells, tags, facets = mesh
    new_points, new_cells, new_tags, new_facet_cells = order_mesh(*mesh)
    number = {tuple(point): i for i, point in enumerate(new_points)}
    moved = np.array([number[tuple(point)] for point in points])
    assert len(number) == len(points)
    before = {(tag, *sorted(cell)) for tag, cell in zip(tags, moved[cells], strict=True)}
    assert before == {(tag, *sorted(cell)) for tag, cell in zip(new_tags, new_cells, strict=True)}
    cell, face = new_facet_cells.T
    found = np.take_along_axis(new_cells[cell], FACES[face], axis=1)
    np.testing.assert_array_equal(np.sort(found, axis=1), np.sort(moved[facets], axis=1))


@AS_P1
def test_order_mesh_numbers_nodes_by_first_appearance(mesh):
    cells = order_mesh(*mesh)[1]
    highest = np.maximum.accumulate(cells.max(axis=1))
    assert cells[0].max() == 3 and np.all(np.diff(highest) <= 4)
    assert highest[-1] == len(mesh[0]) - 1
    np.testing.assert_array_equal(first_appearance(cells, len(mesh[0])), np.arange(len(mesh[0])))


@AS_P1
def test_neighbours_against_brute_force(mesh):
    cells = mesh[1]
    owners = {}
    for cell, nodes in enumerate(cells):
        for face in range(4):
            owners.setdefault(tuple(sorted(nodes[FACES[face]])), []).append((cell, face))
    expected = np.full((len(cells), 4), -1)
    for pair in owners.values():
        for (cell, face), (other, _) in itertools.permutations(pair, 2):
            expected[cell, face] = other
    np.testing.assert_array_equal(facet_neighbours(cells), expected)
    assert len(exterior_facets(cells)[0]) == (expected == -1).sum()


def test_facet_cells_prefers_the_lower_cell():
    cells = np.array([[0, 1, 2, 3], [4, 3, 2, 1]])
    np.testing.assert_array_equal(facet_cells(np.array([[3, 1, 2], [4, 1, 2]]), cells), [[0, 0], [1, 1]])


@pytest.mark.parametrize("facets", [[[0, 1, 4]], [[0, 1, 2], [0, 1, 4]], [[0, 1, 5]]])
def test_facet_of_no_cell(facets):
    with pytest.raises(ValueError, match="not the face"):
        facet_cells(np.array(facets), np.array([[0, 1, 2, 3], [4, 3, 2, 1]]))


def test_no_facets():
    assert facet_cells(np.empty((0, 3), dtype=np.int64), np.array([[0, 1, 2, 3]])).shape == (0, 2)
