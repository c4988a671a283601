"""Files that are refused in one line, and none that does harm (rows 2, 30 and 37 of the cases).

Cells that are no tetrahedra, nodes that are not there, truncated and mutated files, scripts.
"""

import random

import gmsh
import meshio
import numpy as np
import pytest
from foreign_meshes import (
    NAMED,
    NM,
    NUMBERED,
    assert_is_bar,
    bar,
    built,
    grid_of,
    write_gmsh,
    write_inp,
    write_meshio,
)

from thermospin.errors import InputError
from thermospin.meshes.occ import model
from thermospin.meshes.quality import describe
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial


SOLIDS = {"hexahedron": 8, "wedge": 6, "pyramid": 5}


@pytest.mark.parametrize(("kind", "nodes"), SOLIDS.items())
@pytest.mark.parametrize("name", ["bar.vtu", "bar.vtk", "bar.xdmf", "bar.inp"])
def test_row_02_other_cells(name, kind, nodes, tmp_path):
    """Beside tetrahedra, alone in a group of their own, and in one with tetrahedra."""
    if (name, kind) == ("bar.inp", "pyramid"):
        pytest.skip("Abaqus has no such element that meshio writes")
    corners = np.array(
        [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]
    )
    extra = corners[:nodes] - [50, 0, 0]
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
    with pytest.raises(
        InputError, match="geometry.file: .* 1 cells of type '.*' in group 2; mesh all volumes"
    ):
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
        InputError, match="cells of type 'prism 6' in group Py; mesh all volumes with tetrahedra"
    ):
        built(tmp_path / "bar.msh", terminals={"end": TerminalFace(region="Cu", face="xmax")})


def test_row_02_surface_of_quadrangles(tmp_path):
    mesh, quad = bar(), np.array([[0, 1, 4, 3]])
    cells = [("tetra", mesh.cells), ("triangle", mesh.triangles), ("quad", quad)]
    data = {"material": [mesh.tags, mesh.triangle_tags, np.array([3])]}
    meshio.Mesh(mesh.points, cells, cell_data=data).write(tmp_path / "bar.vtu")
    with pytest.raises(InputError, match="terminals.left.surface: surface 3 has 1 cells of type 'quad'"):
        built(tmp_path / "bar.vtu", NUMBERED)


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


def test_nowhere_to_put_what_is_read(tmp_path, monkeypatch):
    write_gmsh(bar(), tmp_path / "bar.msh")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="geometry.file: .*temporary directory.*No such file.*; set TMPDIR"):
        built(tmp_path / "bar.msh")
