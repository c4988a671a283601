"""The user's own meshes and shapes."""

import gmsh
import meshio
import numpy as np
import pytest

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import model
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import describe
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial

NM = 1e-9
OPTIONS = MeshOptions(interface_size=4 * NM, max_size=10 * NM)
REGIONS = {"Py": "Py", "Lead": "Cu"}
RULE = {"left": TerminalFace(region="Py", face="xmin"), "right": TerminalFace(region="Lead", face="xmax")}


def two_boxes(path, version=4.1, names=("Py", "Lead"), dim=3):
    """Write a bar of two boxes, 10 and 20 nm long and 10 × 10 nm² across, drawn in nanometres."""
    with model():
        occ = gmsh.model.occ
        boxes = [(3, occ.addBox(0, 0, 0, 10, 10, 10)), (3, occ.addBox(10, 0, 0, 20, 10, 10))]
        occ.fragment(boxes[:1], boxes[1:])
        occ.synchronize()
        for (_, tag), name in zip(boxes, names, strict=True):
            gmsh.model.addPhysicalGroup(3, [tag], name=name)
        ends = [
            s
            for _, s in gmsh.model.getEntities(2)
            if abs(gmsh.model.occ.getCenterOfMass(2, s)[0] - 30) < 1e-6
        ]
        gmsh.model.addPhysicalGroup(2, ends, name="end")
        if path.suffix in (".msh", ".vtk", ".mesh"):
            gmsh.option.setNumber("Mesh.MeshSizeMax", 5)
            gmsh.option.setNumber("Mesh.MshFileVersion", version)
            gmsh.model.mesh.generate(dim)
        gmsh.write(str(path))
    return str(path)


def built(file, terminals=RULE, regions=REGIONS, unit="nm", cache_dir=None):
    geometry = FileGeometry(file=file, regions=regions, unit=unit)
    return build_mesh(geometry, OPTIONS, terminals, frozenset({"Py"}), cache_dir=cache_dir)


def check_bar(record, end="right"):
    found = describe(record)
    volumes = {name: region.volume / NM**3 for name, region in found.regions.items()}
    assert list(volumes.values()) == pytest.approx([1000, 2000])
    assert found.terminals[end] / NM**2 == pytest.approx(100)
    assert list(record.materials.values()) == ["Py", "Cu"]


@pytest.mark.parametrize("version", [2.2, 4.1])
def test_gmsh_mesh(version, tmp_path):
    file = two_boxes(tmp_path / "bar.msh", version)
    check_bar(built(file, cache_dir=tmp_path / "cache"))
    check_bar(built(file, {"end": TerminalFace(surface="end")}, cache_dir=tmp_path / "cache"), "end")


def test_own_output_can_be_read_back(tmp_path):
    record = built(two_boxes(tmp_path / "bar.msh"), cache_dir=tmp_path)
    by_name = {name: TerminalFace(surface=name) for name in RULE}
    again = built(str(record.file), by_name, unit="m", cache_dir=tmp_path)
    assert np.allclose(again.array("points"), record.array("points"), rtol=0, atol=1e-20)
    check_bar(again)


def test_meshio_mesh(tmp_path):
    mesh = meshio.read(two_boxes(tmp_path / "bar.msh"))
    mesh.write(tmp_path / "bar.vtu")
    numbers = np.unique(mesh.cell_data_dict["gmsh:physical"]["tetra"])
    regions = dict(zip(map(str, numbers), ["Py", "Cu"], strict=True))
    terminals = {"right": TerminalFace(region=str(numbers[1]), face="xmax")}
    check_bar(built(str(tmp_path / "bar.vtu"), terminals, regions, cache_dir=tmp_path))


@pytest.mark.parametrize("suffix", [".step", ".brep"])
def test_shape(suffix, tmp_path):
    file = two_boxes(tmp_path / f"bar{suffix}")
    regions = {"volume1": "Py", "volume2": "Cu"}
    terminals = {"right": TerminalFace(region="volume2", face="xmax")}
    record = built(file, terminals, regions, cache_dir=tmp_path)
    check_bar(record)
    with pytest.raises(InputError, match="pick a terminal by region and face"):
        built(file, {"end": TerminalFace(surface="end")}, regions, cache_dir=tmp_path)


def test_cache_follows_the_content(tmp_path):
    file = two_boxes(tmp_path / "bar.msh")
    first = built(file, cache_dir=tmp_path / "cache")
    two_boxes(tmp_path / "bar.msh", version=2.2)
    assert built(file, cache_dir=tmp_path / "cache").hash != first.hash


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        ({"Py": "Py"}, "geometry.regions.Lead: volume Lead of .* has no material; add it to regions"),
        (REGIONS | {"Au": "Au"}, "geometry.regions.Au: .* has no volume Au; it has Py, Lead"),
    ],
)
def test_names_must_match(regions, message, tmp_path):
    with pytest.raises(InputError, match=message):
        built(two_boxes(tmp_path / "bar.msh"), {}, regions, cache_dir=tmp_path)


@pytest.mark.parametrize(
    ("terminal", "message"),
    [
        (TerminalFace(surface="start"), "no physical surface start; the file has end"),
        (TerminalFace(region="Pt", face="xmin"), "no region Pt; the regions are Py, Lead"),
        (TerminalFace(region="Py", face="xmax"), "Py has no outer flat face at xmax"),
    ],
)
def test_terminal_messages(terminal, message, tmp_path):
    with pytest.raises(InputError, match=message):
        built(two_boxes(tmp_path / "bar.msh"), {"a": terminal}, cache_dir=tmp_path)


def test_mesh_without_tetrahedra(tmp_path):
    with pytest.raises(InputError, match="holds no tetrahedra"):
        built(two_boxes(tmp_path / "bar.msh", dim=2), cache_dir=tmp_path)


@pytest.mark.parametrize("name", ["bar.xyz", "bar", "bar.msh", "bar.step"])
def test_unreadable_files(name, tmp_path):
    (tmp_path / name).write_text("nothing of use")
    with pytest.raises(InputError, match="geometry.file: "):
        built(str(tmp_path / name), cache_dir=tmp_path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot read .*missing.msh: No such file"):
        built(str(tmp_path / "missing.msh"), cache_dir=tmp_path)
