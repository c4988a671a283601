"""Refinement of tetrahedra: conforming, exact volumes and areas, bounded shapes, any numbering."""

from dataclasses import replace

import numpy as np
import pytest
from boxes import box
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from thermospin.meshes.build import build_mesh
from thermospin.meshes.cut import store_cut, tag_pairs
from thermospin.meshes.numbering import exterior_facets
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.ordering import FACES, facet_cells, facet_neighbours
from thermospin.meshes.quality import cell_quality, cell_volumes, facet_areas
from thermospin.meshes.record import MeshRecord, RawMesh
from thermospin.meshes.refinement.bisection import bisect
from thermospin.meshes.refinement.marking import mark_cells
from thermospin.meshes.refinement.records import PARENTS, refine_record
from thermospin.meshes.refinement.walls import cut_off
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial

NM = 1e-9
SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=25, deadline=None, derandomize=True)


def raw(points, cells, tags=None):
    """A mesh of positive cells, whose terminals are its outsides at low and high x."""
    turned = cell_volumes(points, cells) < 0
    cells = cells.copy()
    cells[turned] = cells[turned][:, [0, 1, 3, 2]]
    outside, _ = exterior_facets(cells)
    x = points[outside, 0]
    ends = [outside[(x == end).all(axis=1)] for end in (points[:, 0].min(), points[:, 0].max())]
    return RawMesh(
        points,
        cells,
        np.ones(len(cells), dtype=np.int32) if tags is None else tags,
        np.concatenate(ends),
        np.repeat(np.array([8, 9], dtype=np.int32), [len(end) for end in ends]),
        {"A": 1, "B": 2},
        {"low": 8, "high": 9},
    )


def irregular(random, n=40):
    """A Delaunay mesh of a cube with random nodes and regions, and a surface between the regions."""
    corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T
    points = np.concatenate([corners, random.random((n, 3))])
    points[8:20, random.integers(3)] = random.integers(0, 2, 12)
    cells = Delaunay(points).simplices.astype(np.int64)
    cells = cells[abs(cell_volumes(points, cells)) > 1e-6]
    mesh = raw(points, cells, random.integers(1, 3, len(cells)).astype(np.int32))
    neighbours = facet_neighbours(mesh.cells)
    cell, face = np.nonzero((neighbours >= 0) & (mesh.cell_tags[neighbours] > mesh.cell_tags[:, None]))
    surface = mesh.cells[cell[:, None], FACES[face]]
    return replace(
        mesh,
        facets=np.concatenate([mesh.facets, surface]),
        facet_tags=np.append(mesh.facet_tags, np.full(len(surface), 7, dtype=np.int32)),
        surfaces={"between": 7},
    )


def sums(values, tags):
    """Sum of the values of every tag."""
    return np.bincount(tags, values, minlength=10)


def outer_area(mesh):
    """Area of the triangles that belong to one cell only."""
    return facet_areas(mesh.points, exterior_facets(mesh.cells)[0]).sum()


@given(SEEDS, st.integers(1, 4))
@FEW
def test_random_marks(seed, times):
    """A hanging node would leave triangles inside that belong to one cell only."""
    random = np.random.default_rng(seed)
    mesh = irregular(random)
    marked = random.random(len(mesh.cells)) < random.random()
    found = bisect(mesh, marked, times)
    fine, volumes = found.mesh, cell_volumes(found.mesh.points, found.mesh.cells)
    old = cell_volumes(mesh.points, mesh.cells)
    assert volumes.min() > 0
    assert np.bincount(found.parent, volumes) == pytest.approx(old)
    assert np.bincount(found.parent)[marked].min(initial=2**times) >= 2**times
    assert sums(volumes, fine.cell_tags) == pytest.approx(sums(old, mesh.cell_tags))
    areas = facet_areas(mesh.points, mesh.facets), facet_areas(fine.points, fine.facets)
    assert sums(areas[1], fine.facet_tags) == pytest.approx(sums(areas[0], mesh.facet_tags))
    assert outer_area(fine) == pytest.approx(outer_area(mesh))
    facet_cells(fine.facets, fine.cells)  # raises where a facet is no face of a cell
    assert np.array_equal(np.unique(fine.cells), np.arange(len(fine.points)))
    assert np.array_equal(fine.points[: len(mesh.points)], mesh.points)
    assert fine.points[len(mesh.points) :] == pytest.approx(fine.points[found.ends].mean(axis=1))
    assert np.all(found.ends < np.arange(len(mesh.points), len(fine.points))[:, None])


def places(mesh):
    """The corners of all cells, in an order that no number enters."""
    corners = mesh.points[mesh.cells].round(12)
    corners = np.take_along_axis(corners, np.lexsort(corners.transpose(2, 0, 1), axis=1)[..., None], axis=1)
    return np.unique(corners.reshape(len(corners), -1), axis=0)


@given(SEEDS)
@FEW
def test_numbering_does_not_matter(seed):
    """A regular mesh has many edges of equal length."""
    random = np.random.default_rng(seed)
    points, cells = box((0, 0, 0), (1, 1, 1), 2)
    marked = random.random(len(cells)) < 0.2
    number = random.permutation(len(points))
    renamed = np.empty_like(points)
    renamed[number] = points
    order = random.permutation(len(cells))
    other = random.permuted(number[cells], axis=1)[order]
    first = bisect(raw(points / NM, cells), marked).mesh
    second = bisect(raw(renamed / NM, other), marked[order]).mesh
    assert np.array_equal(places(first), places(second))


def rounds(mesh, count, choose):
    """Least quality of the cells after each of some rounds of refinement."""
    for _ in range(count):
        mesh = bisect(mesh, choose(mesh)).mesh
        yield cell_quality(mesh.points, mesh.cells).min()


CHOICES = {
    "corner": lambda m: (m.points[m.cells] == 0).all(axis=2).any(axis=1),
    "edge": lambda m: (m.points[m.cells][:, :, :2] == 0).all(axis=2).any(axis=1),
    "random": lambda m: np.random.default_rng(len(m.cells)).random(len(m.cells)) < 3 / len(m.cells),
}


@pytest.mark.parametrize("where", CHOICES)
def test_shapes_stay_bounded(where):
    """Of a cube's cells there are no more than three similar shapes, however small they become."""
    mesh = raw(*box((0, 0, 0), (1e9, 1e9, 1e9), 2))
    count = 8 if where == "edge" else 12
    assert min(rounds(mesh, count, CHOICES[where])) > 0.64


@pytest.mark.parametrize("where", CHOICES)
@pytest.mark.parametrize("seed", range(3))
def test_irregular_shapes_stay_bounded(seed, where):
    """After two rounds everywhere the parts of all cells have the shapes that they keep."""
    mesh = irregular(np.random.default_rng(seed), n=12)
    for _ in range(2):
        mesh = bisect(mesh, np.ones(len(mesh.cells), dtype=bool)).mesh
    least = cell_quality(mesh.points, mesh.cells).min()
    count = 4 if where == "edge" else 8
    assert min(rounds(mesh, count, CHOICES[where])) > 0.45 * least


def test_flat_cells_keep_their_aspect():
    mesh = raw(*box((0, 0, 0), (50e9, 50e9, 1e9), 2))
    fine = bisect(mesh, np.ones(len(mesh.cells), dtype=bool), times=6, aspect=50.0).mesh
    least = cell_quality(mesh.points, mesh.cells).min()
    assert cell_quality(fine.points, fine.cells).min() == pytest.approx(least)


def test_nothing_marked():
    mesh = raw(*box((0, 0, 0), (1, 1, 1), 2))
    found = bisect(mesh, np.zeros(len(mesh.cells), dtype=bool))
    assert np.array_equal(found.mesh.cells, mesh.cells)
    assert np.array_equal(found.parent, np.arange(len(mesh.cells)))
    assert len(found.ends) == 0


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=12), st.floats(0, 1))
@FEW
def test_marks_are_the_fewest(powers, fraction):
    """Powers of two are what indicators are rounded to."""
    indicators = 2.0 ** np.array(powers)
    marked, need = mark_cells(indicators, fraction), fraction * indicators.sum()
    assert indicators[marked].sum() >= need * (1 - 1e-12)
    fewer = np.sort(indicators)[::-1][: max(marked.sum() - 1, 0)]
    assert marked.sum() == 0 or fewer.sum() <= need * (1 + 1e-12)


def test_alike_cells_are_marked_in_their_order():
    """Noise of the solver does not choose among them."""
    noise = np.random.default_rng(1).normal(1.0, 1e-3, (20, 10))
    found = [mark_cells(scale * np.full(10, 2.0), 0.45) for scale in noise]
    assert all(np.array_equal(marked, np.arange(10) < 5) for marked in found)
    assert not mark_cells(np.zeros(4), 0.5).any()


@pytest.mark.parametrize("wrong", [([1.0, -1.0], 0.5), ([1.0, np.nan], 0.5), ([1.0], 1.5)])
def test_wrong_indicators(wrong):
    with pytest.raises(ValueError, match="must be"):
        mark_cells(np.array(wrong[0]), wrong[1])


COARSE = MeshOptions(max_size=20 * NM, interface_size=20 * NM, elements_across_film=1)


def disk_in_a_box(cache, options=COARSE):
    """A disk of copper in a box of glass, nm."""
    cylinder = {"centre": (0.0, 0.0, 0.0), "radii": (40 * NM, 25 * NM), "height": 10 * NM}
    about = {"box": {"min": [-60 * NM, -50 * NM, 0.0], "max": [60 * NM, 50 * NM, 10 * NM]}}
    solids = [
        {"name": "Disk", "material": "Cu", "priority": 1, "cylinder": cylinder},
        {"name": "Glass", "material": "SiO2", **about},
    ]
    geometry = SolidsGeometry(solids=solids)
    terminals = {
        "top": TerminalFace(region="Disk", face="zmax"),
        "side": TerminalFace(region="Glass", face="xmin"),
    }
    return build_mesh(geometry, options, terminals, frozenset(), cache_dir=cache), geometry


def volume_of(record, region):
    mesh = record.raw()
    return cell_volumes(mesh.points, mesh.cells[mesh.cell_tags == record.regions[region]]).sum() / NM**3


def test_walls_become_round(tmp_path):
    """A chord that is halved cuts off a quarter; some are halved more than once."""
    record, geometry = disk_in_a_box(tmp_path)
    cylinders = [geometry.solids[0].cylinder]
    exact, total = np.pi * 40 * 25 * 10, 120 * 100 * 10
    missing = [1 - volume_of(record, "Disk") / exact]
    assert cut_off(record.raw(), cylinders) == pytest.approx(missing[0], rel=0.03)
    for _ in range(2):
        record = refine_record(record, np.ones(record.cells, dtype=bool), geometry)
        missing.append(1 - volume_of(record, "Disk") / exact)
        assert cut_off(record.raw(), cylinders) == pytest.approx(missing[-1], rel=0.03)
        assert volume_of(record, "Disk") + volume_of(record, "Glass") == pytest.approx(total)
    assert np.all(np.divide(missing[:-1], missing[1:]) > 3.9)
    assert min(missing) > 0
    assert set(np.unique(record.array("facet_tags"))) == set(record.terminals.values())


def test_straight_walls_stay(tmp_path):
    record, _ = disk_in_a_box(tmp_path)
    refined = refine_record(record, np.ones(record.cells, dtype=bool))
    assert volume_of(refined, "Disk") == pytest.approx(volume_of(record, "Disk"))


def test_polygon_of_equal_area_has_no_walls(tmp_path):
    """The nodes of columns lie beside the ellipse, and stay there."""
    record, geometry = disk_in_a_box(tmp_path, MeshOptions(columns={}))
    assert cut_off(record.raw(), [geometry.solids[0].cylinder]) == 0
    refined = refine_record(record, np.ones(record.cells, dtype=bool), geometry)
    assert volume_of(refined, "Disk") == pytest.approx(np.pi * 40 * 25 * 10)


def test_record_of_a_refined_mesh(tmp_path):
    """It is kept beside the coarse one, found again, whole, and can be cut."""
    record, _ = disk_in_a_box(tmp_path)
    marked = np.arange(record.cells) % 5 == 0
    refined = refine_record(record, marked)
    assert refined == refine_record(record, marked) != refine_record(record, ~marked)
    assert refined.directory.parent == record.directory.parent
    assert refined == MeshRecord.load(refined.directory)
    assert (refined.materials, refined.terminals) == (record.materials, record.terminals)
    parents = refined.array(PARENTS)
    assert np.array_equal(refined.array("cell_tags"), record.array("cell_tags")[parents])
    coarse, fine = record.raw(), refined.raw()
    assert np.bincount(parents, cell_volumes(fine.points, fine.cells)) == pytest.approx(
        cell_volumes(coarse.points, coarse.cells)
    )
    pairs = tag_pairs(record.regions, {"rim": ("Disk", "Glass")})
    kept = store_cut(refined.directory, pairs)
    assert len(np.load(kept / "points.npy")) > refined.points
    contact = np.load(kept / f"interface-{'-'.join(map(str, pairs['rim']))}.npy")
    whole = np.load(store_cut(record.directory, pairs) / f"interface-{'-'.join(map(str, pairs['rim']))}.npy")
    assert len(contact) > len(whole)
