"""The template `nanopillar`: volumes, areas, layers, number of nodes, messages."""

from math import pi

import numpy as np
import pydantic
import pytest
from mesh_measures import (
    cells_of,
    elements_across,
    physical_names,
    shared_area,
    terminal_area,
    volume,
)

from thermospin.meshes.build import build_mesh
from thermospin.meshes.geometry import Geometry
from thermospin.meshes.nanopillar import Nanopillar
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import cell_volumes
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.shapes import EllipticCylinder

pytestmark = pytest.mark.serial

NM = 1e-9
ELLIPSE = pi * 75 * 40
LAYERS = ("Py1", "Cu", "Py2")
STACK = ("BottomLead", *LAYERS, "TopLead")
INSULATING = frozenset({"Insulator", "Substrate"})


def build(pillar, cache, refinement=1.0):
    options = MeshOptions(refinement=refinement)
    return build_mesh(pillar, options, {}, frozenset(), INSULATING, cache_dir=cache)


def layers(*thicknesses):
    return [
        {"name": f"L{i}", "material": ("Py", "Cu")[i % 2], "thickness": t * NM}
        for i, t in enumerate(thicknesses)
    ]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def elliptic(cache) -> MeshRecord:
    return build(Nanopillar(), cache)


@pytest.fixture(scope="module")
def thin(cache) -> MeshRecord:
    return build(Nanopillar(layers=layers(15, 1, 15)), cache)


@pytest.fixture(scope="module")
def rectangular(cache) -> MeshRecord:
    return build(Nanopillar(shape="rectangular"), cache, refinement=0.5)


def test_volumes_and_areas_of_boxes(rectangular):
    area = 150 * 80
    expected = dict.fromkeys(LAYERS, 15 * area) | {
        "BottomLead": 2000 * 300 * 60,
        "TopLead": 2000 * 300 * 130,
        "Insulator": 2000 * 2000 * (60 + 45) - 2000 * 300 * 60 - 45 * area,
        "Substrate": 2400 * 2400 * 300,
    }
    assert {name: volume(rectangular, name) for name in rectangular.regions} == pytest.approx(expected)
    for lower, upper in zip(STACK[:-1], STACK[1:], strict=True):
        assert shared_area(rectangular, lower, upper) == pytest.approx(area)
    for layer in LAYERS:
        assert shared_area(rectangular, layer, "Insulator") == pytest.approx(2 * (150 + 80) * 15)
    assert shared_area(rectangular, "BottomLead", "Substrate") == pytest.approx(2000 * 300)
    assert shared_area(rectangular, "TopLead", "Insulator") == pytest.approx(2000 * 300 - area)


@pytest.mark.parametrize("name", ["elliptic", "rectangular"])
def test_terminals(name, request):
    record = request.getfixturevalue(name)
    expected = {
        "bottom_current": 300 * 60,
        "bottom_voltage": 300 * 60,
        "top_current": 300 * 130,
        "top_voltage": 300 * 130,
        "substrate": 2400 * 2400,
    }
    assert {name: terminal_area(record, name) for name in record.terminals} == pytest.approx(expected)
    assert all(terminal.sink is True for terminal in Nanopillar().terminals.values())


def test_ellipse_up_to_its_polygon(elliptic):
    for layer in LAYERS:
        assert 0.995 < volume(elliptic, layer) / (15 * ELLIPSE) < 1
    for lower, upper in zip(STACK[:-1], STACK[1:], strict=True):
        assert 0.997 < shared_area(elliptic, lower, upper) / ELLIPSE < 1
    plate = 2000 * 2000 * (60 + 45) - 2000 * 300 * 60
    pillar = sum(volume(elliptic, layer) for layer in LAYERS)
    assert volume(elliptic, "Insulator") + pillar == pytest.approx(plate)


def test_polygon_approaches_the_ellipse(elliptic, cache):
    coarse = build(Nanopillar(), cache, refinement=0.5)
    lost = [1 - volume(record, "Cu") / (15 * ELLIPSE) for record in (coarse, elliptic)]
    assert 2.5 < lost[0] / lost[1] < 6


def test_nodes_of_an_ellipse_lie_within_it(elliptic):
    x, y, z = elliptic.raw().points[cells_of(elliptic, "Cu")].reshape(-1, 3).T / NM
    assert ((x / 75) ** 2 + (y / 40) ** 2).max() == pytest.approx(1)
    assert (z.min(), z.max()) == pytest.approx((75, 90))


@pytest.mark.parametrize(
    ("name", "regions"), [("elliptic", LAYERS), ("thin", ("L0", "L1", "L2")), ("rectangular", LAYERS)]
)
def test_at_least_three_elements_across_layers(name, regions, request):
    record = request.getfixturevalue(name)
    assert min(elements_across(record, region) for region in (*regions, "BottomLead", "TopLead")) >= 3


def test_layer_with_its_own_number_of_elements(cache):
    stack = layers(6, 4)
    stack[1]["elements"] = 7
    record = build(Nanopillar(layers=stack, length=60 * NM, width=40 * NM), cache, refinement=0.5)
    assert elements_across(record, "L1") >= 7


@pytest.mark.parametrize(("name", "nodes"), [("elliptic", 20_000), ("thin", 30_000)])
def test_number_of_nodes(name, nodes, request):
    assert request.getfixturevalue(name).points < nodes


def test_thin_layer_is_all_there(thin):
    assert 0.997 < volume(thin, "L1") / ELLIPSE < 1


def test_elements_are_flat_but_not_degenerate(thin, elliptic):
    for record in (thin, elliptic):
        mesh = record.raw()
        volumes = cell_volumes(mesh.points, mesh.cells)
        assert np.all(volumes > 0) or np.all(volumes < 0)
        assert record.quality["percentile_1"] > 0.02


def test_physical_groups(elliptic):
    names = physical_names(elliptic)
    assert names[3] == {*STACK, "Insulator", "Substrate"}
    assert names[2] == set(Nanopillar().terminals)


def test_interfaces_go_up_the_pillar():
    pillar = Nanopillar(layers=layers(5, 2))
    assert pillar.interfaces == (("BottomLead", "L0"), ("L0", "L1"), ("L1", "TopLead"))
    assert isinstance(pillar.resolved.solids[0].cylinder, EllipticCylinder)


def test_leads_and_materials_are_parameters(cache):
    pillar = Nanopillar(
        layers=layers(20),
        length=40 * NM,
        width=60 * NM,
        bottom_width=100 * NM,
        bottom_thickness=30 * NM,
        bottom_reach=200 * NM,
        top_width=80 * NM,
        top_thickness=50 * NM,
        top_reach=250 * NM,
        substrate_margin=0,
        bottom_material="Cu",
    )
    record = build(pillar, cache, refinement=0.5)
    assert record.materials == {
        "L0": "Py",
        "BottomLead": "Cu",
        "TopLead": "Au",
        "Insulator": "SiO2",
        "Substrate": "SiO2",
    }
    assert volume(record, "BottomLead") == pytest.approx(400 * 100 * 30)
    assert volume(record, "TopLead") == pytest.approx(500 * 80 * 50)
    assert volume(record, "Substrate") == pytest.approx(400 * 500 * 300)


@pytest.mark.parametrize(
    ("lead", "contact", "length"), [("bottom", 60, 1000 - 150), ("top", 130, 1000 - 150)]
)
def test_thermocouple_touches_the_side_of_its_lead(cache, lead, contact, length):
    arm = {"material": "Al", "lead": lead, "width": 80 * NM, "offset": 400 * NM}
    pillar = Nanopillar(shape="rectangular", thermocouple=arm)
    record = build(pillar, cache, refinement=0.5)
    assert record.materials["Thermocouple"] == "Al"
    assert volume(record, "Thermocouple") == pytest.approx(80 * contact * length)
    touched = "BottomLead" if lead == "bottom" else "TopLead"
    assert shared_area(record, touched, "Thermocouple") == pytest.approx(80 * contact)
    assert volume(record, "BottomLead") == pytest.approx(2000 * 300 * 60)
    assert volume(record, "TopLead") == pytest.approx(2000 * 300 * 130)
    assert shared_area(record, "Py2", "TopLead") == pytest.approx(150 * 80)
    assert terminal_area(record, "thermocouple") == pytest.approx(80 * contact)
    assert pillar.terminals["thermocouple"].sink is True
    solids = pillar.resolved.solids
    (box,) = (solid.box for solid in solids if solid.name == "Thermocouple")
    along = 0 if lead == "bottom" else 1
    assert (box.min[along] / NM, box.max[along] / NM) == pytest.approx((360, 440))


def test_no_thermocouple_unless_asked_for(elliptic):
    assert "Thermocouple" not in elliptic.materials
    assert "thermocouple" not in Nanopillar().terminals


def test_thermocouple_needs_a_name_of_its_own():
    stack = [layers(5)[0] | {"name": "Thermocouple"}]
    with pytest.raises(pydantic.ValidationError, match="another region is named 'Thermocouple' already"):
        Nanopillar(layers=stack)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ({"offset": 950 * NM}, "1000 nm from the axis, which must be less than 1000 nm.*bottom_reach"),
        ({"offset": -980 * NM, "lead": "top"}, "1030 nm from the axis.*top_reach"),
        ({"lead": "left"}, "'bottom' or 'top'"),
        ({"width": 0}, "greater than 0 m"),
        ({"material": ""}, "at least 1 character"),
    ],
)
def test_bad_thermocouples(arm, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        Nanopillar(thermocouple=arm)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"layers": []}, "no layer; add one"),
        ({"layers": layers(5, 5) + layers(5)}, "another region is named 'L0' already"),
        ({"layers": [layers(5)[0] | {"name": "Insulator"}]}, "another region is named 'Insulator' already"),
        ({"layers": layers(0)}, "greater than 0 m"),
        ({"length": 300 * NM}, "300 nm must be less than 300 nm, the width of the top lead"),
        ({"width": 310 * NM}, "310 nm must be less than 300 nm, the width of the bottom lead"),
        ({"bottom_width": 2000 * NM}, "2000 nm must be less than 2000 nm, the length of the top lead"),
        ({"top_reach": 100 * NM}, "300 nm must be less than 200 nm, the length of the top lead"),
        ({"shape": "round"}, "'elliptic' or 'rectangular'"),
        ({"lateral_aspect": 0.5}, "must be at least 1"),
    ],
)
def test_bad_pillars(parameters, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        Nanopillar(**parameters)


def test_template_is_told_by_its_name():
    geometry = pydantic.TypeAdapter(Geometry)
    assert isinstance(geometry.validate_python({"template": "nanopillar"}), Nanopillar)
    assert isinstance(geometry.validate_python(Nanopillar()), Nanopillar)
    assert {"Nanopillar", "LayerStack", "Layer"} <= set(geometry.json_schema()["$defs"])
    with pytest.raises(pydantic.ValidationError, match="did you mean 'nanopillar'.*lateral_nonlocal, nano"):
        geometry.validate_python({"template": "nano_pillar"})
