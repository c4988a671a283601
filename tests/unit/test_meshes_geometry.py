"""The models of the geometry and mesh sections: what they accept and what they say."""

import pydantic
import pytest

from thermospin.meshes.geometry import FileGeometry, Geometry
from thermospin.meshes.lateral_nonlocal import LateralNonlocal
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.shapes import ExtrudedPolygon
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial

GEOMETRY = pydantic.TypeAdapter(Geometry)
CUBE = {"min": [0, 0, 0], "max": ["10 nm", "10 nm", "10 nm"]}


def test_geometry_is_told_by_its_key():
    solids = {"solids": [{"name": "A", "material": "Cu", "box": CUBE}]}
    assert isinstance(GEOMETRY.validate_python({"template": "lateral_nonlocal"}), LateralNonlocal)
    assert isinstance(GEOMETRY.validate_python(solids), SolidsGeometry)
    assert isinstance(GEOMETRY.validate_python({"file": "a.msh", "regions": {"A": "Cu"}}), FileGeometry)


@pytest.mark.parametrize("value", [{}, {"template": "lateral_nonlocal", "file": "a.msh"}, {"box": CUBE}])
def test_geometry_needs_exactly_one_key(value):
    with pytest.raises(pydantic.ValidationError, match="exactly one of the keys template, solids, file"):
        GEOMETRY.validate_python(value)


def test_geometry_has_a_schema():
    assert "LateralNonlocal" in GEOMETRY.json_schema()["$defs"]


def test_lengths_take_units():
    device = GEOMETRY.validate_python({"template": "lateral_nonlocal", "separation": "0.1 um"})
    assert device.separation == pytest.approx(100e-9, rel=1e-6, abs=0)
    assert MeshOptions(max_size="50 nm").max_size == pytest.approx(50e-9, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("solid", "message"),
    [
        ({"name": "A", "material": "Cu"}, "exactly one of the keys box, cylinder, polygon"),
        ({"name": "A", "material": "Cu", "box": CUBE | {"max": [1, 1, 0]}}, "no extent along z"),
        ({"name": "A", "material": "Cu", "box": CUBE | {"max": ["1 K", 1, 1]}}, "wrong unit"),
        (
            {"name": "A", "material": "Cu", "cylinder": {"centre": [0, 0, 0], "radii": [0, 1], "height": 1}},
            "greater than 0",
        ),
    ],
)
def test_bad_solids(solid, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        GEOMETRY.validate_python({"solids": [solid]})


def test_a_region_has_one_material():
    solids = [{"name": "A", "material": material, "box": CUBE} for material in ("Cu", "Au")]
    with pytest.raises(pydantic.ValidationError, match="different materials"):
        GEOMETRY.validate_python({"solids": solids})


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[0, 0], [1, 1], [1, 0], [0, 1]], "crosses itself"),
        ([[0, 0], [1, 0], [1, 1], [0, 0]], "repeats a corner"),
        ([[0, 0], [1, 0]], "at least 3"),
    ],
)
def test_bad_polygons(points, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        ExtrudedPolygon(points=points, z=[0, 1])


def test_terminal_is_picked_one_way():
    assert TerminalFace(region="A", face="xmin", sink="310 K").sink == 310.0
    assert TerminalFace(surface="end", sink=True).sink is True
    for rule in ({}, {"region": "A"}, {"region": "A", "face": "xmin", "surface": "end"}):
        with pytest.raises(
            pydantic.ValidationError,
            match="give region and face, region and edges, label, surface, or region and surface",
        ):
            TerminalFace(**rule)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"contact_overlap": 270e-9}, "too large: 270 nm must be less than 260 nm, the part of FM1"),
        ({"contact_offset": 450e-9}, "too large: 525 nm .* half the length of FM1"),
        ({"detector_lead_overlap": 150e-9}, "too large: 150 nm .* beside the copper"),
        ({"reach": 400e-9}, "too small: 400 nm must be more than 500 nm, half of injector_length"),
        ({"separation": -1e-9}, "greater than 0"),
    ],
)
def test_template_refuses_parts_that_would_touch(parameters, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        LateralNonlocal(**parameters)


def test_template_regions_and_terminals():
    device = LateralNonlocal()
    assert set(device.materials) == {"Py1", "Py2", "Cu", "Au1", "Au2", "Au3", "Substrate"}
    assert set(device.terminals) == {"contact1", "contact2", "contact3", "contact4", "contact5", "substrate"}
    assert all(terminal.sink is True for terminal in device.terminals.values())
