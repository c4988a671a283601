"""The template `layer_stack`: planes, volumes, areas, grading, messages."""

import numpy as np
import pydantic
import pytest
from mesh_measures import (
    cells_of,
    elements_across,
    faces_of,
    physical_names,
    shared_area,
    terminal_area,
    volume,
)

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.layer_stack import LayerStack
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial

NM = 1e-9
THICKNESSES = {"Py1": 1.0, "Cu": 1000.0, "Py2": 20.0}


def stack(thicknesses=THICKNESSES, **parameters):
    layers = [{"name": n, "material": n.rstrip("12"), "thickness": t * NM} for n, t in thicknesses.items()]
    return LayerStack(layers=layers, **parameters)


def build(geometry, cache, terminals=None, **options):
    return build_mesh(geometry, MeshOptions(**options), terminals or {}, frozenset(), cache_dir=cache)


def planes(record):
    """Heights of the nodes, nm."""
    return np.unique((record.array("points")[:, 2] / NM).round(6))


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return build(stack(width=10 * NM, depth=6 * NM), tmp_path_factory.mktemp("cache"))


def test_volumes_and_areas(record):
    expected = {name: 60 * thickness for name, thickness in THICKNESSES.items()}
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(expected)
    assert shared_area(record, "Py1", "Cu") == pytest.approx(60)
    assert shared_area(record, "Cu", "Py2") == pytest.approx(60)
    assert {name: terminal_area(record, name) for name in record.terminals} == pytest.approx(
        {"bottom": 60, "top": 60}
    )


def test_conforming(record):
    faces = [face for name in record.regions for face in faces_of(record, name)]
    mesh = record.raw()
    assert len(mesh.cells) * 4 == 2 * len(set(faces)) - boundary_triangles(record)
    assert np.array_equal(np.unique(mesh.cells), np.arange(len(mesh.points)))


def boundary_triangles(record):
    """Two triangles for each rectangle of the grid on the six sides of the bar, which has 2 × 2 columns."""
    layers = len(planes(record)) - 1
    return 2 * (2 * 2 * 2 + 4 * 2 * layers)


def test_every_node_lies_on_a_column_and_a_plane(record):
    x, y, _ = record.array("points").T / NM
    assert np.unique(x.round(6)) == pytest.approx([0, 5, 10])
    assert np.unique(y.round(6)) == pytest.approx([0, 3, 6])
    assert record.points == 9 * len(planes(record)) < 500
    assert record.cells == 6 * 4 * (len(planes(record)) - 1)
    assert {0.0, 1.0, 1001.0, 1021.0} <= set(planes(record))


def test_no_element_reaches_across_two_planes(record):
    z = record.array("points")[:, 2] / NM
    level = np.searchsorted(planes(record), z.round(6))
    spans = np.concatenate([np.ptp(level[cells_of(record, name)], axis=1) for name in record.regions])
    assert np.all(spans == 1)


def test_at_least_three_elements_across_layers(record):
    assert min(elements_across(record, name) for name in record.regions) >= 3


def test_elements_of_a_layer(tmp_path):
    layers = [
        {"name": "A", "material": "Cu", "thickness": 40 * NM, "elements": 12},
        {"name": "B", "material": "Py", "thickness": 40 * NM, "elements": 1},
    ]
    mesh = build(LayerStack(layers=layers), tmp_path, interface_size=40 * NM)
    assert elements_across(mesh, "A") == 12
    assert elements_across(mesh, "B") < 12
    alone = build(LayerStack(layers=layers[1:]), tmp_path)
    assert elements_across(alone, "B") == 1


def test_grading(tmp_path):
    mesh = build(
        stack({"Cu1": 500, "Py": 500}), tmp_path, interface_size=2 * NM, growth_rate=1.2, max_size=40 * NM
    )
    steps, middle = np.diff(planes(mesh)), (planes(mesh)[1:] + planes(mesh)[:-1]) / 2
    asked = np.minimum(2 + 0.2 * abs(middle - 500), 40)
    assert steps == pytest.approx(asked, rel=0.15)
    assert 1.8 < steps[abs(middle - 500) < 3].min() < 2.4
    assert 500.0 in planes(mesh)


def test_refinement_divides_the_steps(tmp_path):
    layers = {"Cu1": 200, "Py": 200}
    counts = [len(planes(build(stack(layers), tmp_path, refinement=r))) - 1 for r in (1, 2)]
    assert counts[1] / counts[0] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize(("width", "depth"), [(1e6, 1e6), (1000, 300), (1, 3)])
def test_planes_do_not_depend_on_the_cross_section(record, width, depth, tmp_path):
    wide = build(stack(width=width * NM, depth=depth * NM), tmp_path)
    assert planes(wide) == pytest.approx(planes(record), abs=1e-5)
    assert volume(wide, "Cu") == pytest.approx(1000 * width * depth)


def test_columns(tmp_path):
    slender = build(stack(columns=[1, 1]), tmp_path)
    assert slender.points == 4 * len(planes(slender))
    assert volume(slender, "Py2") == pytest.approx(20 * 100)


def test_one_layer(tmp_path):
    mesh = build(stack({"Cu": 30}), tmp_path)
    assert volume(mesh, "Cu") == pytest.approx(3000)
    assert terminal_area(mesh, "bottom") == terminal_area(mesh, "top") == pytest.approx(100)


def test_terminals_of_the_user(tmp_path):
    side = {"side": TerminalFace(region="Py2", face="xmax")}
    mesh = build(stack(depth=4 * NM), tmp_path, side)
    assert terminal_area(mesh, "side") == pytest.approx(4 * 20)
    inside = {"inside": TerminalFace(region="Cu", face="zmin")}
    with pytest.raises(InputError, match="face zmin of Cu lies against another region"):
        build(stack(), tmp_path, inside)


def test_physical_groups_and_ends(record):
    assert physical_names(record) == {3: set(THICKNESSES), 2: {"bottom", "top"}}
    assert stack().interfaces == (("Py1", "Cu"), ("Cu", "Py2"))
    assert {name: (t.region, t.face, t.sink) for name, t in stack().terminals.items()} == {
        "bottom": ("Py1", "zmin", True),
        "top": ("Py2", "zmax", True),
    }


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "Field required"),
        ({"layers": []}, "no layer; add one"),
        ({"layers": [{"name": "A", "material": "Cu", "thickness": -1e-9}]}, "greater than 0 m"),
        ({"layers": [{"name": "A", "material": "Cu", "thickness": 1e-9}] * 2}, "'A' already"),
        ({"layers": [{"name": "A", "material": "Cu", "thickness": 1e-9, "elements": 0}]}, "greater than or"),
        ({"layers": [{"name": "A", "material": "Cu", "thickness": 1e-9}], "width": 0}, "greater than 0 m"),
    ],
)
def test_bad_stacks(parameters, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        LayerStack(**parameters)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"elements_along_z": 3, "box": {"min": [0, 0, 0], "max": [1e-9, 2e-9, 1e-9]}}, "same x and y"),
        ({"elements_along_z": None}, "missing; columns need it"),
    ],
)
def test_columns_need_a_stack(change, message):
    box = {"min": [0, 0, 1e-9], "max": [1e-9, 1e-9, 2e-9]}
    first = {"name": "A", "material": "Cu", "box": box, "elements_along_z": 3}
    second = {"name": "B", "material": "Cu", "box": {"min": [0, 0, 0], "max": [1e-9, 1e-9, 1e-9]}} | change
    with pytest.raises(pydantic.ValidationError, match=message):
        SolidsGeometry(solids=[first, second], columns=[2, 2])
