"""Mistakes in layouts and in what is said about them: one line with file, layer and place."""

import re
import sys

import gdstk
import pytest
from layout_files import NM, Drawn, film, geometry
from pydantic import ValidationError

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.options import MeshOptions
from thermospin.output.layouts import write_start
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

STACK = {"Py": film(15, 1, "Py"), "Cu": film(40, 2)}


def drawn():
    return Drawn().box(1, 0, 0, 100, 40).box(2, 60, 0, 300, 40)


def refused(path, films=STACK, **more):
    """The message and the key of the refusal."""
    with pytest.raises(InputError) as caught:
        geometry(path, films, **more).device  # noqa: B018
    assert "\n" not in str(caught.value)
    return caught.value.message, caught.value.key


def test_unused_layer(tmp_path):
    path = drawn().box(99, 0, 0, 10, 10).write(tmp_path / "chip.gds")
    message, key = refused(path)
    assert re.search(
        r"chip.gds: layer 99/0 holds 1 polygons and no film uses it; add a film, or '\[99, 0\]'", message
    )
    assert key == "geometry.layers"
    assert geometry(path, STACK, ignore=[99]).device


def test_film_on_an_empty_layer(tmp_path):
    message, key = refused(drawn().write(tmp_path / "chip.gds"), {**STACK, "Au": film(10, [7, 1], "Au")})
    assert "chip.gds: layer 7/1 of cell TOP is empty; layers with polygons: 1/0, 2/0" in message
    assert key == "geometry.layers.Au.layer"


def test_film_outside_the_crop(tmp_path):
    message, key = refused(drawn().write(tmp_path / "chip.gds"), crop=(0, 0, 50 * NM, 40 * NM))
    assert "layer 2/0 has no polygon within the crop" in message
    assert key == "geometry.layers.Cu.layer"


def test_label_outside(tmp_path):
    message, _ = refused(drawn().label(2, "far", 20, 20).write(tmp_path / "chip.gds"))
    assert "label 'far' at (20, 20) nm lies outside all polygons of layer 2/0" in message


def test_label_on_a_layer_that_no_film_uses(tmp_path):
    path = drawn().label(66, "far", 200, 20).write(tmp_path / "chip.gds")
    assert "label 'far' is on layer 66/0, which no film uses" in refused(path)[0]
    assert geometry(path, STACK, ignore=[66]).device
    assert "far" in geometry(path, {**STACK, "Cu": film(40, 2, labels=66)}).materials


def test_two_labels_on_a_piece(tmp_path):
    message, _ = refused(drawn().label(2, "a", 200, 20).label(2, "b", 220, 20).write(tmp_path / "chip.gds"))
    assert "labels 'a' and 'b' lie on the same piece of film Cu" in message


def test_label_that_names_another_film(tmp_path):
    message, key = refused(drawn().label(2, "Py", 200, 20).write(tmp_path / "chip.gds"))
    assert "a label of film Cu names a region 'Py', and so does film Py" in message
    assert key == "geometry.layers.Cu"


def test_polygon_that_crosses_itself(tmp_path):
    path = drawn().polygon(2, (400, 0), (500, 100), (500, 0), (400, 100)).write(tmp_path / "chip.gds")
    assert "chip.gds: a polygon of layer 2/0 crosses itself at (450, 50) nm" in refused(path)[0]


def test_crop_that_cuts_a_terminal(tmp_path):
    path = drawn().label(2, "end", 300, 10).write(tmp_path / "chip.gds")
    message, key = refused(path, crop=(0, 0, 400 * NM, 30 * NM))
    assert "the crop cuts terminal 'end' at (300, 10) nm, on film Cu" in message
    assert key == "geometry.crop"


def test_labels_that_meet_beyond_the_crop(tmp_path):
    path = drawn().label(2, "a", 290, 10).label(2, "b", 290, 30).write(tmp_path / "chip.gds")
    message, key = refused(path, crop=(0, 0, 200 * NM, 40 * NM))
    assert "labels 'a' and 'b' lie on the same piece of film Cu beyond the crop" in message
    assert key == "geometry.crop"


def test_unknown_cell(tmp_path):
    path = drawn().write(tmp_path / "chip.gds")
    message, key = refused(path, cell="TOPP")
    assert "chip.gds: unknown cell 'TOPP'; did you mean 'TOP'?" in message
    assert key == "geometry.cell"


def test_several_top_cells(tmp_path):
    chip = drawn()
    chip.library.new_cell("OTHER").add(gdstk.rectangle((0, 0), (1, 1)))
    assert "several top cells (TOP, OTHER); choose one" in refused(chip.write(tmp_path / "chip.gds"))[0]


@pytest.mark.parametrize(
    "content, says",
    [(b"hello", "is damaged or not a GDSII or OASIS file"), (None, "cannot read .*: No such file")],
)
@pytest.mark.parametrize("name", ["chip.gds", "chip.oas"])
def test_no_layout(tmp_path, capfd, content, says, name):
    if content:
        (tmp_path / name).write_bytes(content)
    message, key = refused(tmp_path / name)
    assert re.search(says, message)
    assert key == "geometry.layout"
    assert capfd.readouterr().err == ""


def test_truncated_file(tmp_path):
    path = drawn().write(tmp_path / "chip.gds")
    path.write_bytes(path.read_bytes()[:-30])
    assert "is damaged" in refused(path)[0]


def test_other_file(tmp_path):
    assert "is not a layout; its name must end in .gds" in refused(tmp_path / "chip.dxf")[0]


def test_step_as_high_as_a_film(tmp_path):
    message, key = refused(drawn().write(tmp_path / "chip.gds"), {"Py": film(15, 1, "Py"), "Cu": film(15, 2)})
    assert re.search(r"film Cu is exactly as thick as the step at \(100, \d+\) nm", message)
    assert key == "geometry.layers.Cu.thickness"


def test_film_that_breaks_at_a_step(tmp_path):
    """No mistake, as it may be meant: a note, which goes with the mesh."""
    path = drawn().write(tmp_path / "chip.gds")
    broken = geometry(path, {"Py": film(45, 1, "Py"), "Cu": film(30, 2)})
    (note,) = broken.device.notes
    assert re.fullmatch(r"Cu breaks at a step that is higher than its film, at \(100, \d+\) nm", note)
    options = MeshOptions(columns={"levels": 0})
    assert build_mesh(broken, options, {}, frozenset(), cache_dir=tmp_path).notes == [note]
    assert geometry(path, {"Py": film(25, 1, "Py"), "Cu": film(30, 2)}).device.notes == ()


def test_crop_that_leaves_a_sliver(tmp_path):
    message, key = refused(drawn().write(tmp_path / "chip.gds"), crop=(0, 0, 60.5 * NM, 40 * NM))
    assert "region Cu is narrower than the tolerance everywhere" in message
    assert key == "geometry.tolerance"


@pytest.mark.parametrize(
    "change, says",
    [
        ({"thickness": 1 * NM}, "thinner than the tolerance, 2 nm"),
        ({"zmin": 0, "coverage": "ballistic"}, "a film with 'zmin' is flat"),
        ({"priority": 1, "mesh_order": 1}, "priority or mesh_order, not both"),
        ({"thicknes": 1 * NM}, "did you mean 'thickness'"),
    ],
)
def test_film(tmp_path, change, says):
    with pytest.raises(ValidationError, match=says):
        geometry("chip.gds", {"Py": film(15, 1, "Py") | change}, tolerance=2 * NM)


def test_messages_name_the_configuration(tmp_path):
    drawn().write(tmp_path / "chip.gds")
    path = tmp_path / "device.yaml"
    path.write_text(
        "geometry:\n  layout: chip.gds\n  layers:\n    Py: {layer: 1, material: Py, thickness: 15 nm}\n"
        "    Cu: {layer: [2, 5], material: Cu, thickness: 40 nm}\n"
        "schemes: {through: {a: current, b: ground}}\n"
    )
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}: geometry.layers.Cu.layer: {tmp_path}/chip.gds: layer 2/5")
    with pytest.raises(InputError, match="terminals.a.label: unknown label 'I'; there is none"):
        load_config(path, ["geometry.layers.Cu.layer=2", "terminals={a: {label: I}}"])


def test_material_that_does_not_exist(tmp_path):
    path = tmp_path / "device.yaml"
    start = drawn().label(1, "a", 0, 20).label(2, "b", 300, 20).write(tmp_path / "chip.gds")
    write_start(str(start), path)
    with pytest.raises(InputError) as caught:
        load_config(path, ["geometry.layers.L2.material=Cuu"])
    assert str(caught.value).startswith(f"{path}: geometry.layers.L2.material: unknown material 'Cuu'")


def test_labels_need_columns(tmp_path):
    path = drawn().label(2, "end", 300, 20).write(tmp_path / "chip.gds")
    device = geometry(path, {"Py": film(15, 1, "Py"), "Cu": film(40, 2)})
    with pytest.raises(
        InputError, match="terminals.end: labels and edges pick terminals of 'mesh.columns' only"
    ):
        build_mesh(device, MeshOptions(), {}, frozenset({"Py"}), cache_dir=tmp_path)


def test_gdstk_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gdstk", None)
    assert refused(tmp_path / "chip.gds")[0] == "layouts need the package gdstk; install it"


def test_parameters_and_overrides_reach_films(tmp_path):
    path = tmp_path / "device.yaml"
    start = drawn().label(1, "a", 0, 20).label(2, "b", 300, 20).write(tmp_path / "chip.gds")
    write_start(str(start), path)
    overrides = [
        "parameters={t: 18 nm}",
        "geometry.layers.L1.thickness=t/2",
        "geometry.crop=[0 nm, 0 nm, 10*t, 40 nm]",
    ]
    config = load_config(
        path, [*overrides, "schemes.drive={a: current, ground: ground}", "terminals={ground: {label: b}}"]
    )
    assert config.geometry.layers["L1"].thickness == pytest.approx(9 * NM)
    assert config.geometry.crop[2] == pytest.approx(180 * NM)
