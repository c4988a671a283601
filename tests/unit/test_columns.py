"""Graded columns of devices made of films: exact shapes, conformity, grading, messages."""

import itertools

import numpy as np
import pytest
from mesh_measures import shared_area, terminal_area, volume

from thermospin.device.on_mesh import cut, device_on, interface_areas
from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.columns.edges import is_singular
from thermospin.meshes.columns.grading import Grading
from thermospin.meshes.columns.heights import planes
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.lateral_nonlocal import LateralNonlocal
from thermospin.meshes.layer_stack import LayerStack
from thermospin.meshes.nanopillar import Nanopillar
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.ordering import facet_neighbours
from thermospin.meshes.quality import cell_volumes, facet_areas
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace
from thermospin.runs.preparation import prepare_mesh
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

NM = 1e-9
MAGNETS = frozenset({"Py", "Py1", "Py2", "F"})


TEMPLATES = {
    "lateral": LateralNonlocal(),
    "elliptic": Nanopillar(),
    "rectangular": Nanopillar(shape="rectangular"),
}


def build(geometry, cache, terminals=None, insulating=frozenset({"Substrate"}), refinement=1.0, **columns):
    options = MeshOptions(columns=columns, refinement=refinement)
    return build_mesh(geometry, options, terminals or {}, MAGNETS, insulating, cache_dir=cache)


def box(name, low, high, material="Cu", **more):
    """A box given in nm."""
    corners = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": material, "box": corners, **more}


def solids(*given):
    return SolidsGeometry(solids=given)


def cross():
    """A magnet under two leads that leave a part of it bare, on a substrate."""
    return solids(
        box("Substrate", (-60, -60, -30), (90, 60, 0), "SiO2"),
        box("Py", (-30, -20, 0), (50, 20, 10), "Py", priority=2),
        box("Left", (-60, -10, 0), (-10, 10, 25), priority=1),
        box("Right", (20, -30, 0), (70, 30, 40), "Au", priority=1),
    )


def boundary_area(record):
    """Area of the triangles that belong to one tetrahedron, nm²."""
    mesh = record.raw()
    cell, face = np.nonzero(facet_neighbours(mesh.cells) < 0)
    others = np.array([[j for j in range(4) if j != i] for i in range(4)])[face]
    return float(facet_areas(mesh.points / NM, np.take_along_axis(mesh.cells[cell], others, axis=1)).sum())


def grid(geometry):
    """Region of every cell of the grid that the faces of boxes make, and the grid's lines, nm.

    Independent of the mesher: coordinate by coordinate.
    """
    ends = np.array([[s.box.min, s.box.max] for s in geometry.solids]) / NM
    axes = [np.unique(ends[:, :, i].round(9)) for i in range(3)]
    owner = np.full([len(axis) - 1 for axis in axes], -1)
    rank = np.full(owner.shape, -1)
    names = list(geometry.materials)
    centres = np.meshgrid(*[(axis[1:] + axis[:-1]) / 2 for axis in axes], indexing="ij")
    for solid, (low, high) in zip(geometry.solids, ends, strict=True):
        inside = np.all([(c > a) & (c < b) for c, a, b in zip(centres, low, high, strict=True)], axis=0)
        taken = inside & (solid.priority > rank)
        owner[taken], rank[taken] = names.index(solid.name), solid.priority
    return owner, axes


def exact_volumes(geometry):
    owner, axes = grid(geometry)
    sizes = np.multiply.outer(np.multiply.outer(np.diff(axes[0]), np.diff(axes[1])), np.diff(axes[2]))
    return {name: float(sizes[owner == i].sum()) for i, name in enumerate(geometry.materials)}


def exact_boundary(geometry):
    """Area of the outside of all boxes together, nm²."""
    owner, axes = grid(geometry)
    filled, area = np.pad(owner >= 0, 1), 0.0
    for axis in range(3):
        change = np.diff(filled.astype(int), axis=axis) != 0
        lengths = [
            np.pad(np.diff(line), 1) if i != axis else np.ones(len(line)) for i, line in enumerate(axes)
        ]
        area += float(np.einsum("ijk,i,j,k->", change, *lengths))
    return area


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    ends = {"left": ("Left", "xmin"), "top": ("Right", "zmax"), "sink": ("Substrate", "zmin")}
    terminals = {name: TerminalFace(region=r, face=f) for name, (r, f) in ends.items()}
    return build(cross(), tmp_path_factory.mktemp("cache"), terminals)


def test_volumes_and_areas_are_exact(record):
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(exact_volumes(cross()))
    assert terminal_area(record, "left") == pytest.approx(20 * 25)
    assert terminal_area(record, "top") == pytest.approx(50 * 60)
    assert terminal_area(record, "sink") == pytest.approx(150 * 120)
    assert shared_area(record, "Py", "Left") == pytest.approx(20 * 20 + 10 * 20)
    assert shared_area(record, "Py", "Substrate") == pytest.approx(80 * 40)


def test_conforming_and_positive(record):
    """A hanging node would leave triangles inside that belong to one tetrahedron only."""
    mesh = record.raw()
    assert boundary_area(record) == pytest.approx(exact_boundary(cross()))
    assert cell_volumes(mesh.points, mesh.cells).min() > 0
    assert np.array_equal(np.unique(mesh.cells), np.arange(len(mesh.points)))


@pytest.mark.parametrize("seed", range(4))
def test_random_boxes_against_boolean_volumes(tmp_path, seed):
    random = np.random.default_rng(seed)
    given = [box("B0", (0, 0, 0), (100, 100, 20), "Py")]
    for i in range(1, 5):
        low = random.integers(0, 80, 3) * (1, 1, 0.5)
        high = low + random.integers(10, 60, 3) * (1, 1, 0.5)
        given.append(box(f"B{i}", low, high, ("Cu", "Py", "Au")[i % 3], priority=i))
    geometry = solids(*given)
    expected = exact_volumes(geometry)
    if min(expected.values()) == 0:
        with pytest.raises(InputError, match="is hidden by solids of higher priority"):
            build(geometry, tmp_path, levels=1, factor=0.3)
        return
    mesh = build(geometry, tmp_path, levels=1, factor=0.3)
    assert {name: volume(mesh, name) for name in mesh.regions} == pytest.approx(expected)
    assert boundary_area(mesh) == pytest.approx(exact_boundary(geometry))
    assert cell_volumes(mesh.raw().points, mesh.raw().cells).min() > 0


def test_planes_are_graded_as_asked():
    found = planes(np.array([0.0, 10, 40]), np.array([0, 3, 0]), np.array([1, 1]), 10.0, 0.2)
    assert found[found <= 10] == pytest.approx([0, 8, 9.6, 9.92, 10])
    above = found[found > 10] - 10
    assert above[:3] / above[3] == pytest.approx([0.2**3, 0.2**2, 0.2])
    assert np.all(np.diff(above)[3:-1] < 2.2 * np.diff(above)[2:-2])


def test_refinement_divides_all_distances():
    """Three times as many coarse intervals, in a film thinner than the base too, besides two graded ones."""
    heights, one = np.array([0.0, 3, 100]), np.array([1, 1, 1])
    coarse, fine = (planes(heights, one, one[1:], 15.0, 0.2, refinement) for refinement in (4, 12))
    for low, high in itertools.pairwise(heights):
        counts = [((found > low) & (found <= high)).sum() - 2 for found in (coarse, fine)]
        assert counts[1] == pytest.approx(3 * counts[0], abs=1)


def test_every_film_has_the_elements_asked_for():
    heights = np.array([0.0, 10, 40])
    found = planes(heights, np.array([1, 1, 0]), np.array([7, 5]), 100.0, 0.3)
    assert [((found > low) & (found <= high)).sum() for low, high in itertools.pairwise(heights)] == [7, 5]


def test_plane_is_graded_towards_a_line():
    """The distances of nodes on an edge from the line are powers of the factor."""
    points = np.array([(0.0, 0), (1, 0), (0, 1), (0, -1)])
    grading = Grading(points, np.array([(0, 1, 2), (1, 0, 3)]), {(0, 1): 3}, {}, 0.2)
    grading.refine(3)
    nodes, triangles, parent = grading.triangles()
    assert np.sort(nodes[nodes[:, 0] == 0, 1]) == pytest.approx(
        [-1, -0.2, -0.04, -0.008, 0, 0.008, 0.04, 0.2, 1]
    )
    assert len(triangles) == 2 * (1 + 2 * 3)
    assert np.bincount(parent) == pytest.approx([7, 7])


@pytest.mark.parametrize("levels", [0, 1, 2, 4])
@pytest.mark.parametrize("seed", range(5))
def test_grading_conforms_and_covers(seed, levels):
    """Any singular edges and corners, of different levels, of a triangulated square."""
    random = np.random.default_rng(seed)
    n = 4
    number = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    lower = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:]], axis=-1).reshape(-1, 3)
    upper = np.stack([number[:-1, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1).reshape(-1, 3)
    triangles = np.concatenate([lower, upper])
    points = np.stack(np.meshgrid(range(n + 1), range(n + 1), indexing="ij"), axis=-1).reshape(-1, 2) / n
    edges = {tuple(sorted(pair)) for t in triangles.tolist() for pair in itertools.combinations(t, 2)}
    lines = {pair: levels for pair in sorted(edges) if random.random() < 0.3}
    corners = {node: levels for node in range(len(points)) if random.random() < 0.3}
    grading = Grading(points, triangles, lines, corners, 0.15)
    grading.refine(levels)
    nodes, cells, parent = grading.triangles()
    (ux, uy), (vx, vy) = ((nodes[cells[:, i]] - nodes[cells[:, 0]]).T for i in (1, 2))
    areas = (ux * vy - uy * vx) / 2
    assert areas.min() > 0
    assert np.bincount(parent, areas) == pytest.approx(np.full(len(triangles), 1 / (2 * n * n)))
    sides = np.sort(cells[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    sides, count = np.unique(sides, axis=0, return_counts=True)
    assert count.max() == 2
    single = nodes[sides[count == 1]]
    assert np.linalg.norm(single[:, 1] - single[:, 0], axis=1).sum() == pytest.approx(4)


SINGULAR = {
    "all one": ([1, 1, 1, 1], False),
    "layers": ([1, 1, 2, 2], False),
    "side by side": ([1, 2, 1, 2], False),
    "surface": ([1, 1, 0, 0], False),
    "two that end at a surface": ([1, 2, 0, 0], False),
    "quarter": ([1, 0, 0, 0], False),
    "film that ends on another": ([1, 1, 2, 0], True),
    "re-entrant": ([1, 1, 1, 0], True),
    "step inside": ([1, 2, 2, 2], True),
    "touching edges": ([1, 0, 0, 1], True),
}


@pytest.mark.parametrize("case", SINGULAR)
def test_where_fields_are_singular(case):
    """Media below left, below right, above left, above right."""
    (a, b, c, d), expected = SINGULAR[case]
    media = np.array([[a, c], [b, d]])
    assert is_singular(media, np.array([0]), np.array([1])).item() == expected


def test_lines_that_carry_nothing_are_not_graded(tmp_path):
    """Films side by side: their currents meet in no edge. On a substrate heat is singular where they meet."""
    films = box("A", (0, 0, 0), (50, 50, 10)), box("B", (50, 0, 0), (100, 50, 10), "Au")
    bare, on_glass = solids(*films), solids(*films, box("Substrate", (0, 0, -30), (100, 50, 0), "SiO2"))
    assert build(bare, tmp_path, levels=3).points == build(bare, tmp_path, levels=0).points < 60
    assert build(on_glass, tmp_path, levels=1).points == build(on_glass, tmp_path, levels=0).points < 60
    assert build(on_glass, tmp_path, levels=2).points > 60


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates(tmp_path, name):
    geometry = TEMPLATES[name]
    insulating = frozenset({"Substrate", "Insulator"})
    mesh = build(geometry, tmp_path, insulating=insulating, levels=1)
    regions = geometry.resolved.solids
    assert set(mesh.regions) == {solid.name for solid in regions}
    assert set(mesh.terminals) == set(geometry.terminals)
    for pair in geometry.interfaces:
        assert shared_area(mesh, *pair) > 0
    for solid in regions:
        if solid.material != "Py":
            continue
        if solid.cylinder:
            area = np.pi * np.prod(solid.cylinder.radii) / NM**2
            assert volume(mesh, solid.name) == pytest.approx(area * solid.cylinder.height / NM)
        else:
            extent = np.subtract(solid.box.max, solid.box.min) / NM
            assert volume(mesh, solid.name) == pytest.approx(np.prod(extent))


def test_layer_stack(tmp_path):
    layers = [
        {"name": n, "material": n[:2], "thickness": t * NM} for n, t in (("Py1", 3), ("Cu", 400), ("Py2", 30))
    ]
    mesh = build(LayerStack(layers=layers, width=7 * NM, depth=3 * NM), tmp_path, levels=3, factor=0.3)
    assert {name: volume(mesh, name) for name in mesh.regions} == pytest.approx(
        {"Py1": 63, "Cu": 8400, "Py2": 630}
    )
    z = np.unique((mesh.array("points")[:, 2] / NM).round(9))
    assert {0.0, 3.0, 403.0, 433.0} <= set(z)
    assert np.diff(z).min() < 3 * 0.3**3
    assert mesh.points <= 5 * len(z)


def device(**changes):
    """The configuration of `cross`, with an interface that resists."""
    return {
        "geometry": {"solids": [*cross().model_dump(exclude_none=True)["solids"], DISK]},
        "mesh": {"columns": {"levels": 1, "factor": 0.3}},
        "interfaces": [{"between": ["Py", "Left"], "library": "Py/Cu"}],
        **ends(),
        "schemes": {"along": {"left": "current", "right": "ground"}},
        "probes": {"along": ["left", "right"]},
    } | changes


def test_interfaces_are_found_and_cut():
    config = load_config(device())
    record = prepare_mesh(config)
    (area,) = interface_areas(device_on(config, record), record).values()
    assert area / NM**2 == pytest.approx(20 * 20 + 10 * 20)
    doubled = len(np.load(cut(device_on(config, record), record) / "points.npy")) - record.points
    assert doubled > 10


def ends(**given):
    """Terminals by region and face."""
    faces = {"left": ("Left", "xmin"), "right": ("Right", "xmax"), "sink": ("Substrate", "zmin")} | given
    return {"terminals": {name: {"region": r, "face": f, "sink": True} for name, (r, f) in faces.items()}}


DISK = {
    "name": "Disk",
    "material": "Cu",
    "cylinder": {"centre": [0, 0, 40 * NM], "radii": [20 * NM, 10 * NM], "height": 5 * NM},
}
MISTAKES = {
    "sizes": (
        {"mesh": {"columns": {}, "interface_size": "2 nm"}},
        "mesh.interface_size",
        "remove one of the two",
    ),
    "factor": ({"mesh": {"columns": {"factor": 0.5}}}, "mesh.columns.factor", "less than 0.5"),
    "rounding": ({"mesh": {"columns": {"levels": 9, "factor": 0.1}}}, "mesh.columns.levels", "take fewer"),
    "terminal": (ends(left=("Py", "zmin")), "terminals.left", "lies against another"),
    "no face": (ends(left=("Disk", "xmin")), "terminals.left", "no flat face"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(case):
    changes, key, message = MISTAKES[case]
    with pytest.raises(InputError) as caught:
        prepare_mesh(load_config(device(**changes)))
    assert key in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["wedge.step", "device.msh"])
def test_files_are_not_made_of_films(tmp_path, file):
    (tmp_path / file).touch()
    geometry = FileGeometry(file=str(tmp_path / file), regions={"wedge": "Cu"})
    with pytest.raises(InputError, match="not a file") as caught:
        build(geometry, tmp_path)
    assert caught.value.key == "mesh.columns"


def test_solids_that_overlap_or_hide(tmp_path):
    low, high = (0, 0, 0), (50, 50, 10)
    with pytest.raises(InputError, match=r"A and B overlap with the same priority 0.*give one a higher"):
        build(solids(box("A", low, high), box("B", (20, 20, 5), (70, 70, 30))), tmp_path)
    with pytest.raises(InputError, match="solid A is hidden"):
        build(solids(box("A", low, high), box("B", (-1, -1, 0), (70, 70, 30), priority=1)), tmp_path)


@pytest.mark.parametrize("key", ["solids[1].max_size", "lateral_aspect", "columns"])
def test_sizes_of_solids_say_nothing(tmp_path, key):
    films = [box("A", (0, 0, 0), (9, 9, 10)), box("B", (0, 0, 10), (9, 9, 20))]
    more = {"lateral_aspect": 2.0} if key == "lateral_aspect" else {}
    if key == "columns":
        more, films = {"columns": (1, 1)}, [film | {"elements_along_z": 2} for film in films]
    if key == "solids[1].max_size":
        films[1] |= {"max_size": 5 * NM}
    with pytest.raises(InputError, match="has no effect with mesh.columns") as caught:
        build(SolidsGeometry(solids=films, **more), tmp_path)
    assert caught.value.key == f"geometry.{key}"


def test_overlap_below_a_higher_priority_is_none(tmp_path):
    first, second = box("A", (0, 0, 0), (50, 50, 10)), box("B", (20, 0, 0), (90, 50, 10))
    mesh = build(solids(first, second, box("C", (20, 0, 0), (50, 50, 10), priority=1)), tmp_path)
    assert {name: volume(mesh, name) for name in "ABC"} == pytest.approx({"A": 1e4, "B": 2e4, "C": 1.5e4})


def test_outlines_that_almost_touch(tmp_path):
    with pytest.raises(InputError, match=r"outlines almost touch at \(.*\) nm"):
        films = box("A", (0, 0, 0), (50, 50, 10)), box("B", (50 + 1e-5, 0, 0), (90, 50, 10))
        build(solids(*films, box("Substrate", (0, 0, -10), (90, 50, 0))), tmp_path)
