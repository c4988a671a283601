"""Files of every kind that is read: each gives the same bar (rows 1, 15 and 22 of the cases).

Equal tetrahedra, regions and terminals give equal resistances; `test_row_15_single_precision` and
`test_row_01_volume_in_two_groups` solve. What is refused is in `test_reader_refusals.py`.
"""

import re

import gmsh
import numpy as np
import pytest
from foreign_meshes import (
    ENCODINGS,
    ENDS,
    NAMED,
    NM,
    NUMBERED,
    VOLUMES,
    assert_is_bar,
    bar,
    built,
    grid_of,
    write_gmsh,
    write_inp,
    write_meshio,
    write_vtu,
)
from support import prepare_with_record

from thermospin.compat import MPI
from thermospin.errors import InputError
from thermospin.meshes.occ import model
from thermospin.meshes.quality import describe
from thermospin.meshes.terminals import TerminalFace
from thermospin.output import SilentProgress
from thermospin.runs.simulation import solve

pytestmark = pytest.mark.serial


def device_of(path, labels=NAMED):
    """The bar as a device, with a sink at both ends."""
    regions, ends = labels
    return {
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


def resistance(path, labels=NAMED):
    """R1 between the ends, Ω."""
    _, problem = prepare_with_record(device_of(path, labels), MPI.COMM_SELF)
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


def test_a_surface_on_another_region_than_it_names(tmp_path):
    write_gmsh(bar(), tmp_path / "bar.msh")
    config = device_of(tmp_path / "bar.msh")
    config["terminals"]["left"]["region"] = "Py"
    with prepare_with_record(config, MPI.COMM_SELF)[1] as problem:
        assert problem.device.terminals["left"] == "Py"
    config["terminals"]["left"]["region"] = "Cu"
    with pytest.raises(InputError, match="terminals.left.region: the surface 'left' lies on Py; name that"):
        prepare_with_record(config, MPI.COMM_SELF)


def test_unreferenced_and_inverted(tmp_path):
    """Nodes of no cell, wherever they are, and tetrahedra whose nodes are listed the other way round."""
    mesh = bar()
    far = mesh.changed(points=np.vstack([mesh.points, [[1e5, np.nan, 0]]]))
    inverted = mesh.cells.copy()
    inverted[::3] = inverted[::3, [1, 0, 2, 3]]
    write_meshio(far.changed(cells=inverted), tmp_path / "bar.vtu")
    assert_is_bar(built(tmp_path / "bar.vtu", NUMBERED))


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
