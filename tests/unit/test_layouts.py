"""Layouts: volumes of regions against exact values, robustness, labels, messages."""

import gdstk
import numpy as np
import pytest
from layout_files import NM, Drawn, box_volumes, film, geometry, pixel_volumes, shoelace, volumes
from mesh_measures import terminal_area, volume

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.solids import SolidsGeometry

pytestmark = pytest.mark.serial

MAGNETS = frozenset({"Py"})


def mesh(device, cache, **columns):
    options = MeshOptions(columns={"levels": 0, **columns})
    return build_mesh(device, options, {}, MAGNETS, frozenset({"Substrate"}), cache_dir=cache)


BOXES = {
    "Py": [(0, 0, 300, 100), (500, 0, 600, 40)],
    "Cu": [(200, -50, 520, 60)],
    "Au": [(-400, 20, 100, 80), (50, -100, 90, 30)],
}
THICKNESSES = {"Substrate": 50, "Py": 15, "Cu": 60, "Au": 35}


def crossing_films(path, coverage):
    drawn = Drawn()
    for layer, boxes in enumerate(BOXES.values(), start=1):
        for box in boxes:
            drawn.box(layer, *box)
    films = {"Substrate": film(50, material="SiO2")} | {
        name: film(THICKNESSES[name], layer, name) for layer, name in enumerate(BOXES, start=1)
    }
    return geometry(drawn.write(path), films, coverage=coverage, margin=40 * NM)


@pytest.mark.parametrize("coverage", ["ballistic", "planar"])
@pytest.mark.parametrize("suffix", ["gds", "oas"])
def test_volumes_of_films_on_steps_are_exact(tmp_path, coverage, suffix):
    device = crossing_films(tmp_path / f"chip.{suffix}", coverage)
    expected = box_volumes(BOXES, THICKNESSES, coverage, (-440, -140, 640, 140))
    assert volumes(device) == pytest.approx(expected)
    record = mesh(device, tmp_path)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(expected)


@pytest.mark.parametrize("coverage", ["ballistic", "planar"])
@pytest.mark.parametrize("seed", range(3))
def test_random_boxes(tmp_path, coverage, seed):
    random = np.random.default_rng(seed)
    drawn, boxes, films = Drawn(), {}, {"Substrate": film(20, material="SiO2")}
    thicknesses = {"Substrate": 20}
    for layer, name in enumerate("ABCD", start=1):
        low = random.integers(0, 30, (3, 2)) * 10
        boxes[name] = np.hstack([low, low + random.integers(2, 20, (3, 2)) * 10]).tolist()
        thicknesses[name] = int(random.integers(20, 60)) + layer / 10
        films[name] = film(thicknesses[name], layer)
        for box in boxes[name]:
            drawn.box(layer, *box)
    ends = np.concatenate(list(map(np.array, boxes.values())))
    around = (*ends[:, :2].min(axis=0), *ends[:, 2:].max(axis=0))
    device = geometry(drawn.write(tmp_path / "chip.gds"), films, coverage=coverage, tolerance=1 * NM)
    expected = box_volumes(boxes, thicknesses, coverage, around)
    if min(expected.values()) == 0:
        with pytest.raises(InputError, match="has no room"):
            device.resolved  # noqa: B018
        return
    assert volumes(device) == pytest.approx(expected)
    record = mesh(device, tmp_path)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(expected)


def test_identical_outlines_with_200_corners(tmp_path):
    """Stacked rounded outlines are one curve in fewer corners, with the areas kept."""
    angles = 2 * np.pi * np.arange(200) / 200
    ring = np.column_stack([150 * np.cos(angles), 90 * np.sin(angles)])
    drawn = Drawn().polygon(1, *ring).polygon(2, *ring[::-1]).polygon(3, *np.roll(ring, 70, axis=0))
    films = {"Py": film(15, 1, "Py"), "Cu": film(30, 2), "Au": film(20, 3, "Au")}
    device = geometry(drawn.write(tmp_path / "chip.gds"), films)
    (outline,) = {solid.polygon.points for solid in device.resolved.solids}
    assert 10 < len(outline) < 40
    area = shoelace(ring)
    assert volumes(device) == pytest.approx({"Py": 15 * area, "Cu": 30 * area, "Au": 20 * area}, rel=1e-6)
    assert volume(mesh(device, tmp_path), "Py") == pytest.approx(15 * area, rel=1e-6)


def test_curves_stay_within_the_tolerance(tmp_path):
    angles = 2 * np.pi * np.arange(200) / 200
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * 100
    drawn = Drawn().polygon(1, *ring)
    device = geometry(drawn.write(tmp_path / "a.gds"), {"Py": film(15, 1, "Py")}, tolerance=2 * NM)
    corners = np.array(device.resolved.solids[0].polygon.points) / NM
    middles = (corners + np.roll(corners, 1, axis=0)) / 2
    radii = np.linalg.norm(np.concatenate([corners, middles]), axis=1)
    assert abs(radii - 100).max() < 2


def test_films_that_only_touch(tmp_path):
    drawn = Drawn().box(1, 0, 0, 100, 50).box(2, 100, 0, 200, 50).box(2, 0, 50, 100, 80)
    device = geometry(
        drawn.write(tmp_path / "a.gds"), {"Py": film(10, 1, "Py"), "Cu": film(20, 2)}, coverage="ballistic"
    )
    expected = {"Py": 100 * 50 * 10, "Cu": (100 * 50 + 100 * 30) * 20}
    record = mesh(device, tmp_path)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(expected)


def test_slivers_are_healed(tmp_path):
    """Edges that miss each other by less than the tolerance meet."""
    drawn = (
        Drawn()
        .box(1, 0, 0, 100, 50)
        .box(2, 100.4, 0.3, 200, 49.8)
        .polygon(3, (0, 50.2), (200, 49.9), (200, 80), (0, 80))
    )
    films = {"Py": film(20, 1, "Py"), "Cu": film(20, 2), "Au": film(20, 3, "Au")}
    device = geometry(drawn.write(tmp_path / "a.gds"), films, tolerance=1 * NM)
    expected = {"Py": 100 * 50 * 20, "Cu": 100 * 50 * 20, "Au": 200 * 30 * 20}
    assert volumes(device) == pytest.approx(expected, rel=0.01)
    assert sum(volumes(device).values()) == pytest.approx(200 * 80 * 20, rel=1e-3)
    assert len(device.resolved.solids) == 3
    assert len({corner for solid in device.resolved.solids for corner in solid.polygon.points}) == 8


def test_marker_and_fill_layers(tmp_path):
    """Layers to ignore neither make films nor widen the substrate."""
    drawn = Drawn().box(1, 0, 0, 100, 50)
    mark = drawn.library.new_cell("MARK").add(gdstk.cross((0, 0), 40, 4, layer=99))
    drawn.add(gdstk.Reference(mark, (-9000, -9000), columns=2, rows=2, spacing=(18000, 18000)))
    drawn.add(*(gdstk.rectangle((x, 0), (x + 6, 6), layer=20, datatype=7) for x in range(-500, 500, 10)))
    films = {"Substrate": film(30, material="SiO2"), "Py": film(15, 1, "Py")}
    device = geometry(
        drawn.write(tmp_path / "a.gds"), films, cell="TOP", ignore=[99, (20, 7)], margin=20 * NM
    )
    assert volumes(device) == pytest.approx({"Substrate": 30 * 140 * 90, "Py": 15 * 100 * 50})


def test_nested_references_arrays_rotations_and_paths(tmp_path):
    drawn = Drawn()
    leaf, branch = drawn.library.new_cell("LEAF"), drawn.library.new_cell("BRANCH")
    leaf.add(gdstk.rectangle((0, 0), (40, 20), layer=1))
    branch.add(gdstk.Reference(leaf, rotation=np.pi / 2, columns=3, rows=1, spacing=(100, 0)))
    branch.add(gdstk.Reference(leaf, (10, 200), rotation=0.3))
    drawn.add(gdstk.Reference(branch, (1000, 0)), gdstk.Reference(branch, (0, 0), magnification=2))
    drawn.add(gdstk.FlexPath([(0, -300), (500, -300), (500, -600)], 50, layer=2))
    films = {"Substrate": film(30, material="SiO2"), "Py": film(15, 1, "Py"), "Cu": film(20, 2)}
    device = geometry(drawn.write(tmp_path / "a.gds"), films)
    found = volumes(device)
    assert found["Py"] == pytest.approx(15 * 4 * 800 * (1 + 4), rel=1e-6)
    assert found["Cu"] == pytest.approx(20 * 50 * (500 + 300), rel=1e-6)


def test_holes(tmp_path):
    """A ring, a frame that touches itself in a corner, and an island in a hole."""
    ring = gdstk.boolean(
        gdstk.rectangle((0, 0), (300, 300)), gdstk.rectangle((50, 50), (250, 250)), "not", layer=1
    )
    drawn = Drawn().add(*ring).box(1, 100, 100, 200, 200).box(2, 120, 120, 280, 180)
    device = geometry(drawn.write(tmp_path / "a.gds"), {"Py": film(15, 1, "Py"), "Cu": film(20, 2)})
    expected = {"Py": 15 * (300**2 - 200**2 + 100**2), "Cu": 20 * 160 * 60}
    assert volumes(device) == pytest.approx(expected)
    record = mesh(device, tmp_path)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(expected)


def test_heater_above_an_oxide(tmp_path):
    """A rounded valve under an oxide without outline, with a heater that crosses its step."""
    angles = 2 * np.pi * np.arange(200) / 200
    dot = np.column_stack([60 * np.cos(angles), 60 * np.sin(angles)])
    drawn = Drawn().polygon(1, *dot).box(2, -200, -20, 0, 20).box(3, -15, -150, 15, 150)
    films = {
        "Substrate": film(40, material="SiO2"),
        "Py": film(15, 1, "Py"),
        "Cu": film(50, 2),
        "Oxide": film(30, material="SiO2"),
        "Heater": film(35, 3, "Au"),
    }
    device = geometry(drawn.write(tmp_path / "a.gds"), films, margin=20 * NM)
    box = 300 * 340
    expected = {
        "Substrate": 40 * box,
        "Py": 15 * shoelace(dot),
        "Cu": 50 * 200 * 40,
        "Oxide": 30 * box,
        "Heater": 35 * 30 * 300,
    }
    assert volumes(device) == pytest.approx(expected, rel=2e-3)
    record = mesh(device, tmp_path)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(volumes(device))


def test_lead_cropped_before_its_pad(tmp_path):
    """A label on the pad of a 6 µm lead names the terminal where the lead is cut at 2 µm."""
    drawn = Drawn().box(1, -100, -20, 100, 20).box(2, 50, -20, 6000, 20).box(2, 6000, -500, 7000, 500)
    drawn.box(2, -6000, -20, -50, 20).label(2, "I+", 6500, 0).label(2, "right", 300, 0)
    drawn.label(2, "I-", -6000, 0).label(2, "left", -300, 0)
    films = {"Substrate": film(40, material="SiO2"), "Py": film(15, 1, "Py"), "Cu": film(50, 2)}
    device = geometry(
        drawn.write(tmp_path / "a.gds"), films, crop=(-2e-6, -1e-6, 2e-6, 1e-6), margin=100 * NM
    )
    assert set(device.materials) == {"Substrate", "Py", "right", "left"}
    assert {name: face.region for name, face in device.terminals.items()} == {
        "I+": "right",
        "I-": "left",
        "substrate": "Substrate",
    }
    record = mesh(device, tmp_path)
    assert terminal_area(record, "I+") == pytest.approx(40 * 50)
    assert terminal_area(record, "substrate") == pytest.approx(4200 * 2200)
    assert volume(record, "right") == pytest.approx(1950 * 40 * 50)


def test_label_on_an_edge_is_a_terminal(tmp_path):
    drawn = (
        Drawn().box(1, 0, 0, 300, 40).box(1, 0, 40, 40, 200).label(1, "end", 300, 20).label(1, "top", 10, 200)
    )
    record = mesh(geometry(drawn.write(tmp_path / "a.gds"), {"Cu": film(50, 1)}), tmp_path)
    assert terminal_area(record, "end") == pytest.approx(40 * 50)
    assert terminal_area(record, "top") == pytest.approx(40 * 50)


@pytest.mark.parametrize("x, y", [(25, 150), (275, 150), (150, 25), (150, 275), (25, 25), (25, 49), (51, 25)])
def test_label_near_a_slit_is_no_terminal(tmp_path, x, y):
    """Polygons with holes are drawn with a slit from outline to hole, which is no edge of the film."""
    frame = gdstk.boolean(
        gdstk.rectangle((0, 0), (300, 300)), gdstk.rectangle((50, 50), (250, 250)), "not", layer=1
    )
    device = geometry(
        Drawn().add(*frame).label(1, "frame", x, y).write(tmp_path / "a.gds"), {"Cu": film(50, 1)}
    )
    assert set(device.materials) == {"frame"}
    assert not device.terminals


def test_flat_films_at_given_heights(tmp_path):
    """gdsfactory's stack: the lowest mesh_order fills the space."""
    drawn = Drawn().box(1, 0, 0, 100, 100).box(2, 40, 40, 60, 60).box(3, 0, 0, 100, 100)
    films = {
        "clad": film(300, 3, "SiO2", zmin=0.0, mesh_order=9),
        "core": film(100, 1, zmin=0.0, mesh_order=1),
        "via": film(150, 2, "Au", zmin=50 * NM, mesh_order=2),
    }
    expected = {"core": 100**3, "via": 400 * 100, "clad": 100**2 * 300 - 100**3 - 400 * 100}
    assert volumes(geometry(drawn.write(tmp_path / "a.gds"), films)) == pytest.approx(expected)


@pytest.mark.parametrize("columns", [None, {"levels": 0}])
def test_polygon_with_a_hole_in_either_mesh(tmp_path, columns):
    """A plate of 1 µm with a hole, also where the mesh is squeezed along x and y."""
    ring = {"points": [(0, 0), (1e-6, 0), (1e-6, 1e-6), (0, 1e-6)], "z": (0, 20 * NM)}
    hole = [(0.2e-6, 0.2e-6), (0.4e-6, 0.2e-6), (0.4e-6, 0.7e-6)]
    for aspect in (1, 5) if columns is None else (1,):
        solid = {"name": "Cu", "material": "Cu", "polygon": ring | {"holes": [hole]}}
        device = SolidsGeometry(solids=[solid], lateral_aspect=aspect)
        record = build_mesh(device, MeshOptions(columns=columns), {}, frozenset(), cache_dir=tmp_path)
        assert volume(record, "Cu") == pytest.approx((1000**2 - 200 * 500 / 2) * 20)


@pytest.mark.parametrize("seed", range(6))
def test_conformal_films_against_dilated_pixels(tmp_path, seed):
    random = np.random.default_rng(seed)
    drawn, boxes = Drawn().box(9, 0, 0, 600, 500), {}
    for layer, name in enumerate("AB", start=1):
        low = random.integers(5, 35, (2, 2)) * 10
        boxes[name] = np.hstack([low, low + random.integers(2, 12, (2, 2)) * 10]).tolist()
        for box in boxes[name]:
            drawn.box(layer, *box)
    thicknesses = {"Substrate": 50, "A": 20, "Oxide": 10, "B": 70, "Cap": 30}
    layers = {"A": 1, "B": 2}
    films = {name: film(t, layers.get(name)) for name, t in thicknesses.items()}
    films["Frame"] = film(200, 9, zmin=-500 * NM)
    device = geometry(drawn.write(tmp_path / "chip.gds"), films, coverage="conformal", tolerance=1 * NM)
    found, expected = volumes(device), pixel_volumes(boxes, thicknesses, (0, 0, 600, 500))
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_conformal_film_round_a_disc(tmp_path):
    """On a disc of radius R and height h the film adds a ring of width t and height h."""
    angles = 2 * np.pi * np.arange(180) / 180
    drawn = Drawn().polygon(1, *(80 * np.column_stack([np.cos(angles), np.sin(angles)])))
    films = {"Py": film(40, 1, "Py"), "Oxide": film(20, material="SiO2")}
    device = geometry(
        drawn.write(tmp_path / "a.gds"), films, coverage="conformal", margin=100 * NM, tolerance=NM / 4
    )
    ring = np.pi * (100**2 - 80**2)
    assert volumes(device)["Oxide"] == pytest.approx(20 * 360**2 + 40 * ring, rel=2e-3)


def random_shape(random, layer):
    """A rectangle, a turned rectangle, an ellipse or a racetrack of some hundred nanometres."""
    centre, size = random.uniform(-300, 300, 2), random.uniform(20, 200, 2)
    rectangle = gdstk.rectangle(centre, centre + 2 * size, layer=layer)
    return [
        rectangle,
        rectangle.copy().rotate(random.uniform(0, 6), centre),
        gdstk.ellipse(centre, size, layer=layer, tolerance=0.05),
        gdstk.racetrack(centre, size[0], size[1], inner_radius=10, layer=layer, tolerance=0.05),
    ][random.integers(4)]


@pytest.mark.parametrize("seed", range(4))
def test_random_shapes_and_almost_equal_copies(tmp_path, seed):
    """Volumes within the tolerance's share, and a mesh of exactly these solids."""
    random = np.random.default_rng(seed)
    shapes = [random_shape(random, 1 + i % 3) for i in range(8)]
    shapes += [shape.copy().translate(*random.uniform(-2, 2, 2)) for shape in shapes[:3]]
    for i, copy in enumerate(shapes[8:]):
        copy.layer = 1 + (i + 1) % 3
    films = {"Substrate": film(20, material="SiO2")}
    films |= {name: film(20 * 2**layer + layer, layer) for layer, name in enumerate("ABC", start=1)}
    device = geometry(Drawn().add(*shapes).write(tmp_path / "a.gds"), films, margin=30 * NM)
    found = volumes(device)
    for layer, name in enumerate("ABC", start=1):
        joined = gdstk.boolean([s for s in shapes if s.layer == layer], [], "or", precision=1e-5)
        area, perimeter = (sum(getattr(p, of)() for p in joined) for of in ("area", "perimeter"))
        slack = device.resolution / NM * perimeter / 2
        assert found[name] == pytest.approx((20 * 2**layer + layer) * area, rel=0, abs=slack * 20 * 2**layer)
    record = mesh(device, tmp_path, base=100 * NM)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(found)
