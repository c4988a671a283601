"""Options of graded columns: levels by outline and height, sides of ellipses, and which of them to refine."""

import numpy as np
import pytest
from mesh_measures import volume

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.columns.options import ColumnOptions
from thermospin.meshes.columns.plan import polygon_radius
from thermospin.meshes.columns.refine import error_shares, refined_options
from thermospin.meshes.columns.sites import read_sites
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import cell_volumes
from thermospin.meshes.solids import SolidsGeometry
from thermospin.runs.preparation import prepare_mesh
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

NM = 1e-9


def box(name, low, high, material="Cu", **more):
    """A box given in nm."""
    corners = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": material, "box": corners, **more}


STEPS = (
    box("Base", (-100, -50, 0), (100, 50, 20)),
    box("Left", (-60, -30, 20), (-20, 30, 30), "Au"),
    box("Right", (20, -30, 20), (60, 30, 30), "Au"),
)
"""Two strips of gold on a film: fields are singular along the lower edges of the strips only."""


def build(cache, solids=STEPS, **columns):
    geometry = SolidsGeometry(solids=solids)
    options = MeshOptions(columns=columns, refinement=0.5)
    return build_mesh(geometry, options, {}, frozenset(), frozenset(), cache_dir=cache)


def closest(record, x):
    """Smallest distance of a node from a plane of constant x, nm, other than none."""
    distances = abs(record.array("points")[:, 0] / NM - x)
    return distances[distances > 1e-9].min()


def test_levels_by_outline(tmp_path):
    """Every level more divides the distance of the next node from a line; other lines stay as they are."""
    coarse, fine = (build(tmp_path, levels=1, outline_levels=levels) for levels in ({}, {"Left": 3}))
    assert closest(fine, -20) == pytest.approx(0.25**2 * closest(coarse, -20))
    assert closest(fine, 20) == pytest.approx(closest(coarse, 20))
    assert volume(fine, "Left") == pytest.approx(volume(coarse, "Left"))


def test_levels_by_height(tmp_path):
    coarse, fine = (build(tmp_path, levels=1, height_levels=levels) for levels in (None, 3))
    steps = [np.diff(np.unique(record.array("points")[:, 2].round(15))).min() for record in (coarse, fine)]
    assert steps[1] == pytest.approx(0.25**2 * steps[0])
    assert closest(fine, 20) == closest(coarse, 20)


@pytest.mark.parametrize("levels", [0, 1, 3])
def test_sites_are_where_the_cells_are(tmp_path, levels):
    """Told from coordinates: a cell at an outline has a node on a side of the strip."""
    record = build(tmp_path, levels=levels)
    corners = record.array("points")[record.array("cells")] / NM
    x, y, z = np.moveaxis(corners, 2, 0)
    names = list(record.regions)
    for name, (low, high) in {"Left": (-60, -20), "Right": (20, 60)}.items():
        on_side = np.isclose(x, low) | np.isclose(x, high)
        on_side |= np.isclose(abs(y), 30) & (x > low - 1e-6) & (x < high + 1e-6)
        on_side &= (abs(y) < 30 + 1e-6) & (x > low - 1e-6) & (x < high + 1e-6)
        assert np.array_equal(read_sites(record)[0][:, names.index(name)], on_side.any(axis=1))
    assert np.array_equal(read_sites(record)[1], np.isclose(z, 20).any(axis=1))


def sizes(record):
    """Volume of every cell."""
    mesh = record.raw()
    return cell_volumes(mesh.points, mesh.cells)


def test_shares_add_up(tmp_path):
    record = build(tmp_path, levels=2)
    shares = error_shares(record, sizes(record))
    total = sum(shares.outlines.values()) + shares.heights + shares.tall + shares.wide
    assert total == pytest.approx(sizes(record).sum())
    assert shares.outlines["Base"] == 0
    assert shares.outlines["Left"] == pytest.approx(shares.outlines["Right"], rel=0.2)


def near(record, x=None, z=None):
    """Indicators in the cells at a plane of constant x or z, nm."""
    corners = record.array("points")[record.array("cells")] / NM
    axis, place = (0, x) if z is None else (2, z)
    return np.isclose(corners[:, :, axis], place).any(axis=1).astype(float)


def far(record):
    """Indicators in the cells at no line and no height."""
    corners = record.array("points")[record.array("cells")] / NM
    away = (abs(corners[:, :, 0]) > 65).all(axis=1) & (near(record, z=20) == 0)
    return away.astype(float)


def test_lines_with_the_error_get_a_level(tmp_path):
    options = ColumnOptions()
    record = build(tmp_path)
    assert refined_options(options, record, near(record, x=-20)).outline_levels == {"Left": 3}
    raised = refined_options(options, record, near(record, x=-20) * (near(record, z=20) == 0))
    again = refined_options(raised, record, near(record, x=60))
    assert again == ColumnOptions(outline_levels={"Left": 3, "Right": 3})


def test_heights_with_the_error_get_a_level(tmp_path):
    record = build(tmp_path)
    indicators = near(record, z=20) * (read_sites(record)[0].sum(axis=1) == 0)
    assert refined_options(ColumnOptions(), record, indicators) == ColumnOptions(height_levels=3)


def test_wide_cells_with_the_error_get_smaller_triangles(tmp_path):
    record = build(tmp_path)
    found = refined_options(ColumnOptions(), record, far(record))
    assert found == ColumnOptions(plane_refinement=1.5, sides=48)


def test_tall_cells_with_the_error_get_closer_planes(tmp_path):
    solids = (*STEPS[:1], box("Post", (-30, -30, 20), (30, 30, 2000), "Au"))
    options = ColumnOptions(plane_refinement=6)
    record = build(tmp_path, solids, plane_refinement=6)
    corners = record.array("points")[record.array("cells")]
    indicators = (corners[:, :, 2] > 100 * NM).all(axis=1) * (read_sites(record)[0].sum(axis=1) == 0)
    found = refined_options(options, record, indicators.astype(float))
    assert found == options.model_copy(update={"height_refinement": 1.5})


def test_films_without_lines_are_refined_in_all_directions(tmp_path):
    layers = box("Low", (0, 0, 0), (40, 40, 30), "Au"), box("High", (0, 0, 30), (40, 40, 60))
    record = build(tmp_path, layers)
    found = refined_options(ColumnOptions(), record, np.ones(record.cells))
    assert found == ColumnOptions(height_refinement=1.5, plane_refinement=1.5, sides=48)


def test_levels_have_a_limit(tmp_path):
    record = build(tmp_path)
    options = ColumnOptions(factor=0.02, levels=4)
    assert refined_options(options, record, near(record, x=-20)).outline_levels == {"Left": 4}


def test_sides_of_an_ellipse(tmp_path):
    """Any polygon has the area of the ellipse, and comes closer to it with the square of its sides."""
    cylinder = {"centre": (0.0, 0.0, 0.0), "radii": (40 * NM, 25 * NM), "height": 10 * NM}
    solids = [{"name": "Disk", "material": "Cu", "cylinder": cylinder}]
    for sides in (16, 64):
        record = build(tmp_path, solids, sides=sides)
        assert volume(record, "Disk") == pytest.approx(np.pi * 40 * 25 * 10)
        assert record.array("points")[:, 0].max() / NM == pytest.approx(40 * polygon_radius(sides))
    assert (polygon_radius(16) - 1) / (polygon_radius(64) - 1) == pytest.approx(16, rel=0.02)


MISTAKES = {
    "region": ({"outline_levels": {"Lead": 2}}, "mesh.columns.outline_levels.Lead", "no region Lead"),
    "levels": ({"outline_levels": {"Left": 11}}, "mesh.columns.outline_levels.Left", "10"),
    "rounding": (
        {"outline_levels": {"Left": 9}, "factor": 0.1},
        "mesh.columns.outline_levels.Left",
        "take fewer",
    ),
    "sides": ({"sides": 30}, "mesh.columns.sides", "multiple of 4"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(case):
    columns, key, message = MISTAKES[case]
    faces = {"left": ("Base", "xmin"), "right": ("Base", "xmax")}
    config = {
        "geometry": {"solids": list(STEPS)},
        "mesh": {"columns": columns},
        "terminals": {name: {"region": r, "face": f, "sink": True} for name, (r, f) in faces.items()},
        "schemes": {"along": {"left": "current", "right": "ground"}},
        "probes": {"along": ["left", "right"]},
    }
    with pytest.raises(InputError) as caught:
        prepare_mesh(load_config(config))
    assert key in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_errors_that_cancel_in_a_part_need_no_finer_mesh(tmp_path):
    """One outline has large errors of both signs, the other a smaller one that stays; of two readings."""
    record = build(tmp_path)
    upper = record.array("points")[record.array("cells")][:, :, 1].mean(axis=1) > 0
    there = near(record, x=-20)
    there *= np.where(upper, 1 / there[upper].sum(), -1 / there[~upper].sum())
    stays = near(record, x=60) / near(record, x=60).sum()
    errors = np.array([there + 0.2 * stays, 0.1 * stays])
    assert refined_options(ColumnOptions(), record, errors).outline_levels == {"Right": 3}
