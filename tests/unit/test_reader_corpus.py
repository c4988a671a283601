"""Files of every kind that is read: each gives the same bar, or is refused in one line.

Rows 1, 2, 15, 22, 30 (unsafe), 37 and 41 of the cases. Equal tetrahedra, regions and terminals give equal
resistances; `test_row_15_single_precision` and `test_row_01_volume_in_two_groups` solve.
"""

import random
import re

import gmsh
import meshio
import numpy as np
import pytest
from foreign_meshes import ENCODINGS, ENDS, TAGS, bar, grid_of, write_gmsh, write_inp, write_meshio, write_vtu
from support import prepare_with_record

from thermospin.compat import MPI
from thermospin.errors import InputError
from thermospin.meshes import FileGeometry, MeshOptions, TerminalFace, build_mesh
from thermospin.meshes.occ import model
from thermospin.meshes.quality import describe
from thermospin.output import SilentProgress
from thermospin.runs.simulation import solve

pytestmark = pytest.mark.serial

NM = 1e-9
NAMED = ["Py", "Cu"], ["left", "right"]
NUMBERED = ["1", "2"], ["3", "4"]
VOLUMES = ["volume1", "volume2"], ["surface3", "surface4"]


def built(path, labels=NAMED, terminals=None, **geometry):
    """The mesh of a file, labels of regions and surfaces given."""
    regions, ends = labels
    geometry = {"unit": "nm", "regions": dict(zip(regions, ("Py", "Cu"), strict=False))} | geometry
    terminals = terminals or {name: TerminalFace(surface=end) for name, end in zip(ENDS, ends, strict=True)}
    given = FileGeometry(file=str(path), **geometry)
    return build_mesh(given, MeshOptions(), terminals, frozenset(), cache_dir=path.parent / "cache")


def centres(points, cells):
    """Centres of cells, nm, in an order of their own."""
    found = np.round(points[cells].mean(axis=1) / NM, 4)
    return found[np.lexsort(found.T)]


def assert_is_bar(record, expected=None):
    """Whether a mesh is the bar: the same tetrahedra in the same regions, the same triangles at the ends."""
    expected, mesh = expected or bar(), record.raw()
    points = expected.points * NM
    for tag, known in zip(mesh.regions.values(), TAGS.values(), strict=True):
        alike = centres(mesh.points, mesh.cells[mesh.cell_tags == tag])
        np.testing.assert_allclose(alike, centres(points, expected.cells[expected.tags == known]), atol=1e-4)
    for name, known in ENDS.items():
        alike = centres(mesh.points, mesh.facets[mesh.facet_tags == mesh.terminals[name]])
        triangles = expected.triangles[expected.triangle_tags == known]
        np.testing.assert_allclose(alike, centres(points, triangles), atol=1e-4)


def resistance(path, labels=NAMED):
    """R1 between the ends, Ω."""
    regions, ends = labels
    config = {
        "geometry": {
            "file": str(path),
            "unit": "nm",
            "regions": dict(zip(regions, ("Py", "Cu"), strict=True)),
        },
        "terminals": {n: {"surface": e, "sink": True} for n, e in zip(ENDS, ends, strict=True)},
        "configurations": {"P": {}},
        "schemes": {"through": {"left": "ground", "right": "current"}},
        "probes": {"ends": ["right", "left"]},
        "solver": {"orders": 1, "degree": 1},
    }
    _, problem = prepare_with_record(config, MPI.COMM_SELF)
    return solve(problem, SilentProgress()).harmonics("through", "P", "ends")[0]


@pytest.mark.parametrize(("version", "binary"), [(2.2, 0), (2.2, 1), (4.0, 0), (4.1, 0), (4.1, 1)])
def test_msh(version, binary, tmp_path):
    write_gmsh(bar(), tmp_path / "bar.msh", version, binary)
    assert_is_bar(built(tmp_path / "bar.msh"))


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("bar.med", NAMED),
        ("bar.unv", NAMED),
        ("bar.bdf", NUMBERED),
        ("bar.nas", NUMBERED),
        ("bar.mesh", NUMBERED),
    ],
)
def test_other_files_that_gmsh_reads(name, labels, tmp_path):
    write_gmsh(bar(), tmp_path / name, named=labels is NAMED)
    assert_is_bar(built(tmp_path / name, labels))


def test_row_22_mesh_without_groups(tmp_path):
    write_gmsh(bar(), tmp_path / "bar.msh", named=False)
    assert_is_bar(built(tmp_path / "bar.msh", VOLUMES))
    with pytest.raises(
        InputError, match=r"geometry.regions.Py: .* has no volume Py; it has volume1, volume2$"
    ):
        built(tmp_path / "bar.msh")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_row_22_vtu_of_every_encoding(encoding, tmp_path):
    write_vtu(grid_of(bar()), tmp_path / "bar.vtu", encoding)
    assert_is_bar(built(tmp_path / "bar.vtu", NUMBERED))


@pytest.mark.parametrize("version", [42, 51])
@pytest.mark.parametrize("binary", [False, True], ids=["ascii", "binary"])
def test_vtk(version, binary, tmp_path):
    from vtkmodules.vtkIOLegacy import vtkUnstructuredGridWriter

    writer = vtkUnstructuredGridWriter()
    writer.SetFileVersion(version)
    writer.SetFileType(2 if binary else 1)
    writer.SetInputData(grid_of(bar()))
    writer.SetFileName(str(tmp_path / "bar.vtk"))
    writer.Write()
    assert_is_bar(built(tmp_path / "bar.vtk", NUMBERED))


@pytest.mark.parametrize("options", [{"compression": "zlib"}, {"binary": False}], ids=str)
def test_vtu_of_meshio(options, tmp_path):
    write_meshio(bar(), tmp_path / "bar.vtu", **options)
    assert_is_bar(built(tmp_path / "bar.vtu", NUMBERED))


@pytest.mark.parametrize("data_format", ["HDF", "XML", "Binary"])
def test_row_22_xdmf(data_format, tmp_path):
    write_meshio(bar(), tmp_path / "bar.xdmf", data_format=data_format)
    assert_is_bar(built(tmp_path / "bar.xdmf", NUMBERED))


def test_row_22_xdmf_is_read_again_when_its_numbers_change(tmp_path):
    write_meshio(bar(), tmp_path / "bar.xdmf", data_format="HDF")
    first = built(tmp_path / "bar.xdmf", NUMBERED)
    longer = bar().changed(points=bar().points * [2, 1, 1])
    write_meshio(longer, tmp_path / "bar.xdmf", data_format="HDF")
    second = built(tmp_path / "bar.xdmf", NUMBERED)
    assert second.hash != first.hash
    assert_is_bar(second, longer)


def test_inp(tmp_path):
    write_inp(bar(), tmp_path / "bar.inp")
    assert_is_bar(built(tmp_path / "bar.inp"))


@pytest.mark.parametrize("kind", ["float64", "float32", "int8", "uint64"])
def test_row_22_tags_of_any_type(kind, tmp_path):
    arrays = {"material": [tags.astype(kind) for tags in (bar().tags, bar().triangle_tags)]}
    write_meshio(bar(), tmp_path / "bar.vtu", arrays=arrays)
    assert_is_bar(built(tmp_path / "bar.vtu", NUMBERED))


@pytest.mark.parametrize("suffix", ["vtu", "xdmf"])
def test_row_22_the_array_is_chosen(suffix, tmp_path):
    ids = [np.arange(len(tags)) for tags in (bar().tags, bar().triangle_tags)]
    other = [3 - bar().tags, bar().triangle_tags]
    arrays = {"GlobalCellIds": ids, "material": [bar().tags, bar().triangle_tags]}
    write_meshio(bar(), tmp_path / f"one.{suffix}", arrays=arrays)
    record = built(tmp_path / f"one.{suffix}", NUMBERED)
    assert_is_bar(record)
    assert record.notes == ["regions are the values of the array material, not of GlobalCellIds"]
    write_meshio(bar(), tmp_path / f"two.{suffix}", arrays={"other": other} | arrays)
    message = "geometry.cell_data: .*which array holds the regions, other or material"
    with pytest.raises(InputError, match=message):
        built(tmp_path / f"two.{suffix}", NUMBERED)
    assert_is_bar(built(tmp_path / f"two.{suffix}", NUMBERED, cell_data="material"))
    with pytest.raises(
        InputError, match="no array foo on the cells; there is other, GlobalCellIds, material"
    ):
        built(tmp_path / f"two.{suffix}", NUMBERED, cell_data="foo")
    write_gmsh(bar(), tmp_path / "bar.msh")
    with pytest.raises(InputError, match="geometry.cell_data: .* has groups, not arrays"):
        built(tmp_path / "bar.msh", cell_data="material")


@pytest.mark.parametrize("name", ["bar.vtu", "bar.xdmf"])
def test_one_region_without_arrays(name, tmp_path):
    write_meshio(bar(), tmp_path / name, arrays={})
    ends = {n: TerminalFace(region="volume1", face=f) for n, f in (("left", "xmin"), ("right", "xmax"))}
    record = built(tmp_path / name, (["volume1"], []), ends)
    assert record.cells == len(bar().cells)


def test_row_15_single_precision(tmp_path):
    write_meshio(bar(), tmp_path / "bar.vtu")
    write_meshio(bar(), tmp_path / "single.vtu", dtype="float32")
    assert_is_bar(built(tmp_path / "single.vtu", NUMBERED))
    double, single = (resistance(tmp_path / name, NUMBERED) for name in ("bar.vtu", "single.vtu"))
    assert single == pytest.approx(double, rel=1e-6)
    assert single == pytest.approx(28.649, rel=1e-3)  # spins relax near the interface: elements of 5 nm


@pytest.mark.parametrize("version", [2.2, 4.1])
def test_row_01_volume_in_two_groups(version, tmp_path):
    write_gmsh(bar(), tmp_path / "bar.msh")
    write_gmsh(bar(), tmp_path / "two.msh", version, groups={"all": [1, 2]})
    record = built(tmp_path / "two.msh")
    assert_is_bar(record)
    assert len(record.notes) == 1 and record.notes[0].endswith("that regions do not name are ignored: all")
    assert resistance(tmp_path / "two.msh") == pytest.approx(resistance(tmp_path / "bar.msh"), rel=1e-9)
    with pytest.raises(
        InputError, match="geometry.regions.all: 48 tetrahedra .* both in Py and in all, one at"
    ):
        built(tmp_path / "two.msh", regions={"Py": "Py", "all": "Cu", "Cu": "Cu"})


def test_row_01_two_sets_of_an_abaqus_file(tmp_path):
    write_inp(bar(), tmp_path / "bar.inp")
    numbers = ", ".join(str(i) for i in range(1, 100))
    (tmp_path / "two.inp").write_text((tmp_path / "bar.inp").read_text() + f"*ELSET, ELSET=some\n{numbers}\n")
    record = built(tmp_path / "two.inp")
    assert_is_bar(record)
    assert "are ignored: some" in record.notes[0]
    with pytest.raises(InputError, match="both in Py and in some|both in Cu and in some"):
        built(tmp_path / "two.inp", regions={"Py": "Py", "Cu": "Cu", "some": "Cu"})


def test_row_01_tetrahedra_in_no_group_are_left_out(tmp_path):
    """A note says so; in a group without a material they are refused."""
    end = {"left": TerminalFace(surface="left")}
    write_gmsh(bar(), tmp_path / "part.msh", only=("Py",))
    record = built(tmp_path / "part.msh", (["Py"], NAMED[1]), end)
    assert record.cells == np.count_nonzero(bar().tags == 1)
    assert record.notes[0].startswith("96 tetrahedra") and record.notes[0].endswith(
        "in no group and are left out"
    )
    write_gmsh(bar(), tmp_path / "bar.msh")
    with pytest.raises(InputError, match="volume Cu of .* has no material; add it to regions"):
        built(tmp_path / "bar.msh", (["Py"], NAMED[1]), end)


def second_order(path):
    with model():
        gmsh.model.occ.addBox(0, 0, 0, 10, 10, 10)
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(3, [1], name="Py")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 10)
        gmsh.model.mesh.generate(3)
        gmsh.model.mesh.setOrder(2)
        gmsh.write(str(path))


@pytest.mark.parametrize("name", ["bar.msh", "bar.med", "bar.unv", "bar.bdf"])
def test_row_02_second_order_of_gmsh(name, tmp_path):
    second_order(tmp_path / name)
    with pytest.raises(InputError, match="cells of type 'tetrahedron 10' in group"):
        built(tmp_path / name, (["Py"], NAMED[1]))


SOLIDS = {"tetra10": 10, "hexahedron": 8, "wedge": 6, "pyramid": 5}


@pytest.mark.parametrize(("kind", "nodes"), SOLIDS.items())
@pytest.mark.parametrize("name", ["bar.vtu", "bar.vtk", "bar.xdmf", "bar.inp"])
def test_row_02_other_cells(name, kind, nodes, tmp_path):
    """Beside tetrahedra, alone in a group of their own, and in one with tetrahedra."""
    if (name, kind) == ("bar.inp", "pyramid"):
        pytest.skip("Abaqus has no such element that meshio writes")
    corners = np.array(
        [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]
    )
    extra = np.vstack([corners, corners[:2] + 0.5])[:nodes] - [50, 0, 0]
    points = np.vstack([bar().points, extra])
    cells = [("tetra", bar().cells), (kind, len(bar().points) + np.arange(nodes)[None])]
    data = {"material": [bar().tags, np.array([2])]}
    sets = {
        "1": [np.flatnonzero(bar().tags == 1), np.empty(0, int)],
        "2": [np.flatnonzero(bar().tags == 2), np.array([0])],
    }
    is_inp = name.endswith("inp")
    mesh = meshio.Mesh(points, cells, **({"cell_sets": sets} if is_inp else {"cell_data": data}))
    mesh.write(tmp_path / name)
    message = "geometry.file: .* 1 cells of type '.*' in group 2; mesh all volumes"
    if (name, kind) == ("bar.xdmf", "tetra10"):
        message = "geometry.file: cannot read .* \\(meshio\\)"  # in a mixed file meshio does not know them
    with pytest.raises(InputError, match=message):
        built(tmp_path / name, NUMBERED, {"end": TerminalFace(region="1", face="xmin")})


def test_row_02_prisms_beside_tetrahedra(tmp_path):
    with model():
        geo = gmsh.model.geo
        points = [geo.addPoint(10, y, z, 10) for y, z in ((0, 0), (10, 0), (10, 10), (0, 10))]
        sides = [geo.addLine(points[i], points[(i + 1) % 4]) for i in range(4)]
        face = geo.addPlaneSurface([geo.addCurveLoop(sides)])
        prisms = geo.extrude([(2, face)], -10, 0, 0, numElements=[2], recombine=True)
        tetrahedra = geo.extrude([(2, face)], 20, 0, 0)
        geo.synchronize()
        for name, made in (("Py", prisms), ("Cu", tetrahedra)):
            gmsh.model.addPhysicalGroup(3, [tag for dim, tag in made if dim == 3], name=name)
        gmsh.model.addPhysicalGroup(2, [prisms[2][1]], name="side")
        gmsh.model.mesh.generate(3)
        gmsh.write(str(tmp_path / "bar.msh"))
    with pytest.raises(
        InputError, match="cells of type 'prism 6' in group Py; mesh all volumes with first-order"
    ):
        built(tmp_path / "bar.msh", terminals={"end": TerminalFace(region="Cu", face="xmax")})


def test_row_02_surface_of_quadrangles(tmp_path):
    mesh, quad = bar(), np.array([[0, 1, 4, 3]])
    cells = [("tetra", mesh.cells), ("triangle", mesh.triangles), ("quad", quad)]
    data = {"material": [mesh.tags, mesh.triangle_tags, np.array([3])]}
    meshio.Mesh(mesh.points, cells, cell_data=data).write(tmp_path / "bar.vtu")
    with pytest.raises(InputError, match="terminals.left.surface: surface 3 has 1 cells of type 'quad'"):
        built(tmp_path / "bar.vtu", NUMBERED)


def test_unreferenced_and_inverted(tmp_path):
    """Nodes of no cell, wherever they are, and tetrahedra whose nodes are listed the other way round."""
    mesh = bar()
    far = mesh.changed(points=np.vstack([mesh.points, [[1e5, np.nan, 0]]]))
    inverted = mesh.cells.copy()
    inverted[::3] = inverted[::3, [1, 0, 2, 3]]
    write_meshio(far.changed(cells=inverted), tmp_path / "bar.vtu")
    assert_is_bar(built(tmp_path / "bar.vtu", NUMBERED))


@pytest.mark.parametrize("node", [-1, 10**6, 2**31 - 1])
@pytest.mark.parametrize("name", ["bar.vtu", "bar.xdmf", "bar.msh", "bar22.msh"])
def test_row_37_node_index_out_of_range(name, node, tmp_path):
    if name.endswith("msh"):
        write_gmsh(bar(), tmp_path / name, 2.2 if "22" in name else 4.1)
        lines = (tmp_path / name).read_text().split("\n")
        end = lines.index("$EndElements")
        lines[end - 1] = lines[end - 1].rstrip().rsplit(" ", 1)[0] + f" {node}"
        (tmp_path / name).write_text("\n".join(lines))
        message = "geometry.file: cannot read .* \\(Gmsh\\): (Unknown node|Wrong node index)"
    else:
        cells = bar().cells.copy()
        cells[7, 2] = node
        write_meshio(bar().changed(cells=cells), tmp_path / name)
        message = f"geometry.file: .* tetrahedron 7 .* names node {node}, but the nodes are 0 to 62"
    with pytest.raises(InputError, match=message):
        built(tmp_path / name, NUMBERED if "vtu" in name or "xdmf" in name else NAMED)


def test_coordinates_that_are_no_numbers(tmp_path):
    points = bar().points.copy()
    points[5, 1] = np.inf
    write_meshio(bar().changed(points=points), tmp_path / "bar.vtu")
    with pytest.raises(InputError, match="the coordinates of node 5 .* are not finite numbers"):
        built(tmp_path / "bar.vtu", NUMBERED)


@pytest.mark.parametrize("share", [0.02, 0.6, 0.97])
@pytest.mark.parametrize(
    "name", ["bar.msh", "bar.vtu", "bar.med", "bar.unv", "bar.vtk", "bar.xdmf", "bar.inp"]
)
def test_truncated_files(name, share, tmp_path):
    path = tmp_path / name
    if name.endswith(("msh", "med", "unv")):
        write_gmsh(bar(), path, binary=1)
    elif name.endswith("inp"):
        write_inp(bar(), path)
    elif name.endswith("xdmf"):
        write_meshio(bar(), path, data_format="XML")
    else:
        grid_of(bar()).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="^(geometry|terminals)[^\n]*$"):
        built(path, NUMBERED if name.endswith(("vtu", "vtk", "xdmf")) else NAMED)


ATTACK = 'SystemCall "touch {}";\n'


@pytest.mark.parametrize(
    "name", [f"device.{e}" for e in ("msh", "med", "unv", "bdf", "mesh", "inp", "step", "brep")]
)
def test_row_30_script_in_disguise(name, tmp_path):
    """Gmsh would take an unknown beginning for a script."""
    (tmp_path / name).write_text(ATTACK.format(tmp_path / "harm"))
    with pytest.raises(InputError, match="geometry.file: "):
        built(tmp_path / name)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("name", ["bar.msh", "bar.med", "bar.unv"])
def test_row_30_script_beside_a_mesh(name, tmp_path):
    """Gmsh would run the options file of a mesh."""
    write_gmsh(bar(), tmp_path / name)
    (tmp_path / f"{name}.opt").write_text(ATTACK.format(tmp_path / "harm"))
    assert_is_bar(built(tmp_path / name))
    assert not (tmp_path / "harm").exists()


def test_row_30_script_after_a_mesh(tmp_path):
    write_gmsh(bar(), tmp_path / "bar.msh")
    with (tmp_path / "bar.msh").open("a") as file:
        file.write(ATTACK.format(tmp_path / "harm"))
    assert_is_bar(built(tmp_path / "bar.msh"))
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("name", ["device.geo", "device.opt", "device.pvtu", "device.cgns", "device"])
def test_other_types_list_what_is_read(name, tmp_path):
    (tmp_path / name).write_text(ATTACK.format(tmp_path / "harm"))
    with pytest.raises(
        InputError, match=r"is not known; give one of \.msh, .*\.vtu, .*\.step, \.stp, \.brep$"
    ):
        built(tmp_path / name)
    assert not (tmp_path / "harm").exists()


def named_step(path):
    """A STEP file as CAD programs write it: a product, so a name, for every solid."""
    with model():
        occ = gmsh.model.occ
        boxes = [(3, occ.addBox(0, 0, 0, 10, 10, 10)), (3, occ.addBox(10, 0, 0, 20, 10, 10))]
        occ.fragment(boxes[:1], boxes[1:])
        occ.synchronize()
        gmsh.write(str(path))
    lines = path.read_text().split("\n")
    products = [i for i, line in enumerate(lines) if re.match(r"#\d+ = PRODUCT\(", line)][1:]
    for i, name in zip(products, NAMED[0], strict=True):
        start = lines[i].split("PRODUCT(")[0]
        lines[i : i + 2] = [f"{start}PRODUCT('{name}','{name}','',(", lines[i + 1].split("(")[-1]]
    path.write_text("\n".join(lines))


def test_step_with_names(tmp_path):
    named_step(tmp_path / "bar.step")
    ends = {"left": TerminalFace(region="Py", face="xmin"), "right": TerminalFace(region="Cu", face="xmax")}
    found = describe(built(tmp_path / "bar.step", terminals=ends))
    assert [region.volume / NM**3 for region in found.regions.values()] == pytest.approx([1000, 2000])
    assert [area / NM**2 for area in found.terminals.values()] == pytest.approx([100, 100])


def written(name, path):
    """The bar in one of the formats, with the labels of its regions and surfaces."""
    if name.endswith(("vtu", "vtk")):
        grid_of(bar()).save(path)
    elif name.endswith("xdmf"):
        write_meshio(bar(), path, data_format="XML")
    elif name.endswith("inp"):
        write_inp(bar(), path)
    else:
        write_gmsh(bar(), path, 2.2 if "22" in name else 4.1, "binary" in name, not name.endswith("bdf"))
    return NUMBERED if name.endswith(("vtu", "vtk", "xdmf", "bdf")) else NAMED


MUTABLE = (
    *("a.msh", "a22.msh", "binary.msh", "binary22.msh", "a.med", "a.unv"),
    *("a.bdf", "a.inp", "a.vtu", "a.vtk", "a.xdmf"),
)
JUNK = (b"-", b"9999999", b"nan", b"1e308", b"\n", b"0", b"<", b'"', b"\0", b"$")


def mutate_and_read(name, seed, directory):
    """A file with some bytes changed, removed or repeated is the bar still, or refused in one line."""
    chance, path = random.Random(seed), directory / name
    labels = written(name, path)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 2, 5])):
        start, length = chance.randrange(len(content)), chance.choice([0, 1, 20, 200])
        stop = start + length if chance.random() < 0.5 else start
        content[start:stop] = chance.choice([b"", chance.choice(JUNK), content[start : start + length]])
    path.write_bytes(content)
    try:
        found = describe(built(path, labels))
    except InputError as error:
        assert str(error).startswith(("geometry", "terminals", "mesh")) and "\n" not in str(error)
        return
    assert sum(region.volume for region in found.regions.values()) == pytest.approx(3000 * NM**3, rel=1e-3)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", MUTABLE)
def test_mutated_meshes(name, seed, tmp_path):
    mutate_and_read(name, seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTABLE)
def test_many_mutated_meshes(name, tmp_path):
    for seed in range(1000, 1050):
        mutate_and_read(name, seed, tmp_path)
