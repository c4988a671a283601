"""Devices of any size, rows 5, 16, 17, 18, 28, 35, 37: what is meshed, what is asked, what is refused."""

import gmsh
import numpy as np
import pytest
from mesh_measures import terminal_area, volume

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.layer_stack import LayerStack
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

NM = 1e-9
LAYER = {"name": "A", "material": "Cu"}
SMALL = {"min": [0] * 3, "max": ["9 nm"] * 3}
LOW, HIGH = "geometry.solids[0].box.min[2]", "geometry.solids[0].box.max[0]"
MM = 1e6
"""In nm."""
ENDS = {"a": {"region": "A", "face": "zmin", "sink": True}, "b": {"region": "A", "face": "zmax"}}


def config(geometry, **sections):
    """A device of one region A, or of a template, with a current from end to end."""
    terminals, schemes = ENDS, {"s": {"a": "ground", "b": "current"}}
    return load_config({"geometry": geometry, "terminals": terminals, "schemes": schemes} | sections)


def solids(**shape):
    return {"solids": [{"name": "A", "material": "Cu", **shape}]}


def refused(geometry, **sections):
    with pytest.raises(InputError) as caught:
        config(geometry, **sections)
    return caught.value.key, caught.value.message


# Row 5: lengths in plain numbers


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"geometry": solids(box={"min": [0, 0, 0], "max": [50, 20, 10]})}, HIGH),
        ({"geometry": solids(box={"min": ["-1 um", 0, "-2"], "max": ["1 um"] * 3})}, LOW),
        (
            {"geometry": solids(cylinder={"centre": [0, 0, 0], "radii": [200, "5 nm"], "height": "5 nm"})},
            "geometry.solids[0].cylinder.radii[0]",
        ),
        (
            {"geometry": solids(polygon={"points": [[0, 0], [0, 9], [9, 9]], "z": [0, 1e-8]})},
            "geometry.solids[0].polygon.points[1][1]",
        ),
        ({"geometry": {"template": "lateral_nonlocal", "separation": 100}}, "geometry.separation"),
        (
            {"geometry": {"template": "nanopillar", "thermocouple": {"offset": -500}}},
            "geometry.thermocouple.offset",
        ),
        (
            {"geometry": {"template": "layer_stack", "layers": [LAYER | {"thickness": 15}]}},
            "geometry.layers[0].thickness",
        ),
        ({"geometry": solids(box=SMALL), "mesh": {"interface_size": 8}},
         "mesh.interface_size"),
        ({"geometry": solids(box=SMALL), "mesh": {"region_max_size": {"A": 1e-3}}},
         "mesh.region_max_size.A"),
        ({"geometry": solids(box=SMALL),
          "materials": {"Cu": {"spin_diffusion_length": 350}}}, "materials.Cu.spin_diffusion_length"),
    ],
)  # fmt: skip
def test_row_05_plain_number_meant_in_nm(sections, key):
    found, message = refused(**sections)
    assert found == key
    assert "in nm? A plain number is in m" in message
    assert "write the unit" in message


def test_row_05_large_lengths_with_units_and_small_ones_without():
    box = {"min": [0, 0, "-1 mm"], "max": ["1 mm", "0.002 m", 1e-6]}
    found = config(solids(box=box), mesh={"max_size": "1 mm", "interface_size": 8e-9})
    assert found.geometry.solids[0].box.max == (1e-3, 2e-3, 1e-6)
    again = config(**{k: v for k, v in found.resolved().items() if k in ("geometry", "mesh")})
    assert again.resolved() == found.resolved()


# Rows 16 and 17: tolerances follow the device


@pytest.mark.parametrize("unit", ["nm", "um", "mm", "m"])
def test_row_16_faces_of_a_cut_solid(tmp_path, unit):
    """A cube of one unit with an oblique hole: bounding boxes of the hole reach beyond the cube."""
    file, scale = tmp_path / "cut.step", {"nm": NM, "um": 1e-6, "mm": 1e-3, "m": 1.0}[unit]
    write_cut_cube(file)
    geometry = FileGeometry(file=str(file), unit=unit, regions={"volume1": "Cu"})
    options = MeshOptions(max_size=0.3 * scale, interface_size=0.3 * scale)
    sides = {face: TerminalFace(region="volume1", face=face) for face in ("zmin", "xmax", "ymin")}
    record = build_mesh(geometry, options, sides, frozenset(), cache_dir=tmp_path)
    whole, tilt = (scale / NM) ** 2, np.arctan(np.hypot(0.1, 0.3))
    found = {face: terminal_area(record, face) / whole for face in sides}
    assert found == pytest.approx({"zmin": 1 - np.pi * 0.2**2 / np.cos(tilt), "xmax": 1, "ymin": 1}, rel=0.03)


def write_cut_cube(file):
    gmsh.initialize(interruptible=False)
    gmsh.option.setNumber("General.Terminal", 0)
    occ = gmsh.model.occ
    cube = occ.addBox(0, 0, 0, 1, 1, 1)
    occ.cut([(3, cube)], [(3, occ.addCylinder(0.35, 0.25, -1, 0.3, 0.9, 3, 0.2))])
    occ.synchronize()
    gmsh.write(str(file))
    gmsh.finalize()


def test_round_top_is_no_terminal(tmp_path):
    gmsh.initialize(interruptible=False)
    gmsh.option.setNumber("General.Terminal", 0)
    occ, file = gmsh.model.occ, tmp_path / "dome.step"
    occ.fuse([(3, occ.addBox(0, 0, 0, 1, 1, 1))], [(3, occ.addSphere(0.5, 0.5, 1, 0.3))])
    occ.synchronize()
    gmsh.write(str(file))
    gmsh.finalize()
    geometry = FileGeometry(file=str(file), unit="mm", regions={"volume1": "Cu"})
    with pytest.raises(InputError, match="no flat face at zmax"):
        build_mesh(
            geometry,
            MeshOptions(),
            {"top": TerminalFace(region="volume1", face="zmax")},
            frozenset(),
            cache_dir=tmp_path,
        )


@pytest.mark.parametrize("radius", [1e-3, 0.1, 1e2, 1e5, 1e9])
def test_row_17_cylinders_of_any_size(tmp_path, radius):
    """From a picometre to a metre, in nm."""
    shape = {"centre": [0, 0, 0], "radii": [radius * NM] * 2, "height": radius * NM}
    options = MeshOptions(max_size=0.5 * radius * NM)
    record = build_mesh(
        SolidsGeometry(**solids(cylinder=shape)), options, {}, frozenset(), cache_dir=tmp_path
    )
    assert volume(record, "A") / radius**3 == pytest.approx(np.pi, rel=0.1)
    assert record.quality["min"] > 0.1


# Rows 35 and 37: outlines and proportions


@pytest.mark.parametrize(
    ("points", "corner"),
    [
        ([[0, 0], [30, 0], [30, 30], [15, 0], [0, 30]], 3),
        ([[0, 0], [30, 0], [30, 30], [15, 1e-6], [0, 30]], 3),
        ([[0, 0], [20, 0], [40, 0], [20, 0.000001], [20, 20]], 1),
        ([[0, 0], [10, 0], [20, 0]], 1),
    ],
)
def test_row_35_polygon_that_touches_itself(points, corner):
    shape = {"points": [[f"{x} nm" for x in point] for point in points], "z": [0, "10 nm"]}
    key, message = refused(solids(polygon=shape))
    assert key == f"geometry.solids[0].polygon.points[{corner}]"
    assert "touches itself" in message


def test_corner_on_a_straight_side_is_no_touch(tmp_path):
    points = [[x * NM, y * NM] for x, y in ((0, 0), (10, 0), (20, 0), (20, 20), (0, 20))]
    shape = {"points": points, "z": [0, 5 * NM]}
    record = build_mesh(
        SolidsGeometry(**solids(polygon=shape)), MeshOptions(), {}, frozenset(), cache_dir=tmp_path
    )
    assert volume(record, "A") == pytest.approx(20 * 20 * 5)


def test_row_35_needle(tmp_path):
    key, message = refused(
        solids(cylinder={"centre": [0, 0, 0], "radii": ["200 nm", "1 nm"], "height": "20 nm"})
    )
    assert key == "geometry.solids[0].cylinder.radii"
    assert "more than 20 times the other" in message
    shape = {"centre": [0, 0, 0], "radii": [60 * NM, 3.1 * NM], "height": 20 * NM}
    slender = build_mesh(
        SolidsGeometry(**solids(cylinder=shape)), MeshOptions(), {}, frozenset(), cache_dir=tmp_path
    )
    assert volume(slender, "A") == pytest.approx(np.pi * 60 * 3.1 * 20, rel=0.05)


@pytest.mark.parametrize("thickness", [1e-3, 1.0])
def test_row_37_layers_of_a_picometre(tmp_path, thickness):
    layers = [
        {"name": "A", "material": "Cu", "thickness": thickness * NM},
        {"name": "B", "material": "Py", "thickness": 10 * NM},
    ]
    record = build_mesh(LayerStack(layers=layers), MeshOptions(), {}, frozenset({"B"}), cache_dir=tmp_path)
    assert volume(record, "A") == pytest.approx(100 * thickness, rel=1e-6)
    assert volume(record, "B") == pytest.approx(1000, rel=1e-6)


def test_row_37_absurd_proportions(tmp_path):
    two = [
        {"name": "A", "material": "Cu", "box": {"min": [0, 0, 0], "max": [1e-3, 1e-3, 1e-3]}},
        {"name": "B", "material": "Cu", "box": {"min": [0, 0, 1e-3], "max": [1e-3, 1e-3, 1e-3 + 1e-10]}},
    ]
    with pytest.raises(InputError, match="times less than the device reaches") as caught:
        build_mesh(SolidsGeometry(solids=two), MeshOptions(), {}, frozenset(), cache_dir=tmp_path)
    assert caught.value.key == "geometry.solids[1]"


# Rows 18 and 28: templates


def test_row_18_reach_is_named():
    geometry = {"template": "lateral_nonlocal", "separation": "400 nm"}
    scheme = {"t": {"contact1": "current", "contact2": "ground"}}
    key, message = refused(geometry, terminals={}, schemes=scheme)
    assert key == "geometry.reach"
    assert "1500 nm must be more than 1640 nm, separation + detector_width" in message
    longer = config(geometry | {"reach": "1700 nm"}, terminals={}, schemes=scheme)
    assert longer.geometry.separation == pytest.approx(400 * NM)


STACK = {
    "template": "layer_stack",
    "layers": [{"name": name, "material": "Cu", "thickness": "10 nm"} for name in ("A", "B")],
}


def test_row_28_terminals_under_other_names(tmp_path):
    """Ends of the template that get names of their own keep no other; the rest of the template's stays."""
    found = config(
        STACK,
        terminals={
            "left": {"region": "A", "face": "zmin", "sink": True},
            "right": {"region": "B", "face": "zmax"},
            "side": {"region": "B", "face": "xmax"},
        },
        schemes={"s": {"left": "ground", "right": "current"}},
        probes={"v": ["side", "left"]},
    )
    assert list(found.all_terminals) == ["left", "right", "side"]
    assert list(found.sinks) == ["left"]
    record = build_mesh(found.geometry, found.mesh, found.all_terminals, frozenset(), cache_dir=tmp_path)
    assert {name: terminal_area(record, name) for name in record.terminals} == pytest.approx(
        {"left": 100, "right": 100, "side": 100}
    )


def test_row_28_terminals_beside_those_of_the_template():
    side = {"region": "Cu", "face": "ymin", "sink": "310 K"}
    scheme = {"t": {"contact1": "current", "contact2": "ground"}}
    solver = {"method": "demodulate", "orders": 1, "currents": ["1 mA"]}
    found = config({"template": "lateral_nonlocal"}, terminals={"far": side}, schemes=scheme, solver=solver)
    assert "far" in found.all_terminals
    assert "contact5" not in found.all_terminals
    assert {"contact1", "contact4", "substrate"} < set(found.all_terminals)
