"""Terminals are disjoint and outside (row 3), their rules hold at any scale (16), lengths have a unit (5)."""

import gmsh
import numpy as np
import pytest
from foreign_meshes import bar, write_gmsh, write_meshio

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import model
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import describe
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace
from thermospin.runs.preparation import prepare_mesh
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

NM = 1e-9
LEFT, RIGHT = TerminalFace(surface="left"), TerminalFace(surface="right")


def built(path, terminals, unit="nm", regions=None, size=1e-8):
    geometry = FileGeometry(file=str(path), unit=unit, regions=regions or {"Py": "Py", "Cu": "Cu"})
    options = MeshOptions(interface_size=size, max_size=size, elements_across_film=1)
    return build_mesh(geometry, options, terminals, frozenset(), cache_dir=path.parent / "cache")


def faces_at(mesh, x):
    faces = np.concatenate([np.delete(mesh.cells, i, axis=1) for i in range(4)])
    faces = faces[np.all(mesh.points[faces][:, :, 0] == x, axis=1)]
    return faces[np.unique(np.sort(faces, axis=1), axis=0, return_index=True)[1]]


def with_triangles(left, right):
    return bar().changed(
        triangles=np.concatenate([left, right]), triangle_tags=np.repeat([3, 4], [len(left), len(right)])
    )


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ([0, 10], [30], r"terminals.l: 8 of its 16 faces lie inside .* at \(10, .* nm between Py and Cu; a"),
        (
            [5],
            [30],
            r"terminals.l: 8 of its 8 faces lie inside .* at \(5, .* nm in region Py; a terminal must lie on",
        ),
        ([0, 30], [30], r"terminals.r: it shares faces with terminal 'l', one at \(30, "),
    ],
)
def test_row_03_surfaces(left, right, message, tmp_path):
    mesh = bar()
    ends = [np.concatenate([faces_at(mesh, x) for x in places]) for places in (left, right)]
    write_gmsh(with_triangles(*ends), tmp_path / "bar.msh")
    with pytest.raises(InputError, match=message):
        built(tmp_path / "bar.msh", {"l": LEFT, "r": RIGHT})


def test_row_03_the_same_surface_twice(tmp_path):
    write_gmsh(bar(), tmp_path / "bar.msh")
    with pytest.raises(InputError, match="terminals.r: it shares faces with terminal 'l', one at .0, "):
        built(tmp_path / "bar.msh", {"l": LEFT, "r": LEFT})
    with pytest.raises(InputError, match="terminals.r: it shares faces with terminal 'l'"):
        built(tmp_path / "bar.msh", {"l": LEFT, "r": TerminalFace(region="Py", face="xmin")})


def test_row_03_a_surface_listed_twice_counts_once(tmp_path):
    mesh = bar()
    triangles = mesh.triangles[mesh.triangle_tags == 3]
    write_meshio(
        with_triangles(np.concatenate([triangles, triangles[:, [1, 2, 0]]]), triangles[:0]),
        tmp_path / "b.vtu",
    )
    regions, end = {"1": "Py", "2": "Cu"}, {"l": TerminalFace(surface="3")}
    assert describe(built(tmp_path / "b.vtu", end, regions=regions)).terminals["l"] / NM**2 == pytest.approx(
        100
    )


def two_boxes(low, high):
    boxes = {"Py": ([0, 0, 0], [10, 10, 10]), "Cu": (low, high)}
    return SolidsGeometry(
        solids=[
            {"name": n, "material": n, "box": {"min": [f"{x} nm" for x in a], "max": [f"{x} nm" for x in b]}}
            for n, (a, b) in boxes.items()
        ]
    )


def test_row_03_solids(tmp_path):
    geometry, options = two_boxes([10, 0, 0], [30, 10, 10]), MeshOptions(interface_size=1e-8, max_size=1e-8)
    same = {n: TerminalFace(region="Cu", face="xmax") for n in ("l", "r")}
    with pytest.raises(InputError, match="terminals.r: it shares faces with terminal 'l'"):
        build_mesh(geometry, options, same, frozenset(), cache_dir=tmp_path)


def device(path, **sections):
    return load_config(
        {
            "geometry": {"file": str(path), "unit": "nm", "regions": {"Py": "Py", "Cu": "Cu"}},
            "configurations": {"P": {}},
            "terminals": {
                "l": {"region": "Py", "face": "xmin", "sink": True},
                "t": {"region": "Py", "face": "zmax"},
            },
            "schemes": {"s": {"l": "ground", "t": "current"}},
            "probes": {"p": ["t", "l"]},
        }
        | sections
    )


def test_row_03_terminals_at_different_values_do_not_touch(tmp_path):
    """At a common edge infinitely much would flow; a current enters there as well as elsewhere."""
    write_gmsh(bar(), tmp_path / "bar.msh")
    config = device(tmp_path / "bar.msh")
    prepare_mesh(config)
    config = device(tmp_path / "bar.msh", schemes={"s": {"l": "ground", "t": {"voltage": "1 mV"}}})
    with pytest.raises(InputError, match=r"schemes.s: 'l' and 't' are held at different values and touch at"):
        prepare_mesh(config)
    warm = {
        "l": {"region": "Py", "face": "xmin", "sink": True},
        "t": {"region": "Py", "face": "zmax", "sink": "310 K"},
    }
    solver = {"method": "demodulate", "currents": ["1 uA", "2 uA", "3 uA", "4 uA"]}
    config = device(tmp_path / "bar.msh", terminals=warm, solver=solver)
    with pytest.raises(InputError, match="terminals: 'l' and 't' are held at different values and touch at"):
        prepare_mesh(config)


@pytest.mark.parametrize("name", ["bar.msh", "bar.vtu", "bar.step"])
@pytest.mark.parametrize(("scale", "asks"), [(1, True), (1e-3, True), (1e-5, False)])
def test_row_05_large_devices_need_a_unit(name, scale, asks, tmp_path):
    regions = {
        "bar.msh": {"Py": "Py", "Cu": "Cu"},
        "bar.vtu": {"1": "Py", "2": "Cu"},
        "bar.step": {"volume1": "Cu"},
    }
    mesh = bar().changed(points=bar().points * scale)
    if name.endswith("step"):
        with model():
            gmsh.model.occ.addBox(0, 0, 0, 30 * scale, 10 * scale, 10 * scale)
            gmsh.model.occ.synchronize()
            gmsh.write(str(tmp_path / name))
    else:
        (write_meshio if name.endswith("vtu") else write_gmsh)(mesh, tmp_path / name)
    options = {"regions": regions[name], "size": 3e-2 * scale}
    if asks and not (name.endswith("step") and scale < 1):  # in mm, as the file says: 30 µm
        metres, own = (1e-3, "mm") if name.endswith("step") else (1, "m")
        message = (
            f"^geometry.unit: is the device of .* really {30 * scale * metres:g} m long.*: nm for "
            f"{30 * scale:g} nm, or unit: {own} if"
        )
        with pytest.raises(InputError, match=message):
            built(tmp_path / name, {}, unit=None, **options)
    elif not name.endswith("step"):
        assert built(tmp_path / name, {}, unit=None, **options).cells > 0
    if not name.endswith("step"):
        assert built(tmp_path / name, {}, unit="m", **options).cells > 0


@pytest.mark.parametrize(("unit", "metre"), [("nm", 1e-9), ("um", 1e-6), ("mm", 1e-3)])
def test_row_16_faces_of_a_cut_solid_at_any_scale(unit, metre, tmp_path):
    """A box with a hole and without a corner: the hole's own box reaches beyond the solid."""
    with model():
        occ = gmsh.model.occ
        hole, corner = occ.addCylinder(0.5, 0.5, -1, 0, 0, 3, 0.3), occ.addSphere(1, 1, 1, 0.1)
        occ.cut([(3, occ.addBox(0, 0, 0, 1, 1, 1))], [(3, hole), (3, corner)])
        occ.synchronize()
        gmsh.write(str(tmp_path / "cut.step"))
    terminals = {face: TerminalFace(region="volume1", face=face) for face in ("xmin", "ymin", "zmin")}
    record = built(tmp_path / "cut.step", terminals, unit, {"volume1": "Cu"}, 0.4 * metre)
    areas = {name: area / metre**2 for name, area in describe(record).terminals.items()}
    assert areas["xmin"] == pytest.approx(1) and areas["ymin"] == pytest.approx(1)
    assert 1 - np.pi * 0.3**2 < areas["zmin"] < 1 - 2 * 0.3**2  # between a circle and the square inside it


@pytest.mark.parametrize("unit", ["nm", "mm", "m"])
@pytest.mark.parametrize("offset", [0, 1e4])
def test_row_16_faces_of_meshes_at_any_scale(unit, offset, tmp_path):
    mesh = bar()
    write_meshio(mesh.changed(points=mesh.points + offset), tmp_path / "bar.vtu", dtype="float32")
    ends = {"l": TerminalFace(region="1", face="xmin"), "r": TerminalFace(region="2", face="xmax")}
    record = built(tmp_path / "bar.vtu", ends, unit, {"1": "Py", "2": "Cu"})
    metre = {"nm": 1e-9, "mm": 1e-3, "m": 1}[unit]
    areas = [area / metre**2 for area in describe(record).terminals.values()]
    assert areas == pytest.approx([100, 100], rel=1e-6)
