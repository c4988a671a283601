"""Interfaces on physical surfaces of one's own mesh: a part of a face resists as if its region were two."""

import json

import gmsh
import numpy as np
import pytest
from click.testing import CliRunner
from support import COMPARES_RANKS, SilentProgress, prepare_with_record

from thermospin.cli import main
from thermospin.compat import MPI
from thermospin.device import Device
from thermospin.device.on_mesh import device_on, groups, interface_areas
from thermospin.errors import InputError
from thermospin.meshes.occ import model
from thermospin.runs.preparation import make_mesh, prepare_mesh
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

NM = 1e-9
RESISTS = {
    "conductance": 1e15,
    "polarisation": 0.6,
    "seebeck": "-30 uV/K",
    "spin_seebeck": "45 uV/K",
    "phonon_heat_conductance": "400 MW/(m^2 K)",
}
OTHER = {"conductance": 3e14, "seebeck": "20 uV/K"}
SPLIT = {"F1": "Py", "F2": "Py", "N": "Cu"}
WHOLE = {"F": "Py", "N": "Cu"}
SURFACES = {
    "lid": [(10, 10, 40)],
    "rest": [(30, 10, 40)],
    "joint": [(10, 10, 40), (30, 10, 40)],
    "seam": [(20, 10, 20)],
    "end": [(0, 10, 20)],
    "corner": [(10, 10, 40), (0, 10, 20)],
}
"""Physical surface to the centres of its parts, nm."""
AREA = 400 * NM**2
"""Of the lid, and of the rest."""


def write_mesh(path, regions):
    """A magnet of two blocks, F1 and F2 or both F, that touch a metal as high as they are from below.

    Two ranks meet there.
    """
    corners = [(0, 0, 0, 20, 20, 40), (20, 0, 0, 20, 20, 40), (0, 0, 40, 40, 20, 40)]
    with model():
        occ = gmsh.model.occ
        blocks = [(3, occ.addBox(*numbers)) for numbers in corners]
        occ.fragment(blocks[:1], blocks[1:])
        occ.synchronize()
        first, second, metal = (tag for _, tag in blocks)
        volumes = {"F": [first, second], "F1": [first], "F2": [second], "N": [metal]}
        for name in regions:
            gmsh.model.addPhysicalGroup(3, volumes[name], name=name)
        centres = {tag: occ.getCenterOfMass(2, tag) for _, tag in gmsh.model.getEntities(2)}
        for name, parts in SURFACES.items():
            tags = [tag for part in parts for tag, centre in centres.items() if np.allclose(part, centre)]
            gmsh.model.addPhysicalGroup(2, tags, name=name)
        gmsh.option.setNumber("Mesh.MeshSizeMax", 8)
        gmsh.model.mesh.generate(3)
        gmsh.write(str(path))


@pytest.fixture
def config_of(tmp_path):
    """Makes a configuration on either mesh; every rank has a file of its own."""

    def make(*interfaces, regions=WHOLE, **sections):
        file = tmp_path / f"{'-'.join(regions)}.msh"
        if not file.exists():
            write_mesh(file, regions)
        bottom = next(iter(regions))
        return {
            "geometry": {"file": str(file), "regions": regions, "unit": "nm"},
            "interfaces": list(interfaces),
            "heating": {"model": "conserving"},
            "terminals": {
                "left": {"region": bottom, "face": "xmin", "sink": True},
                "top": {"region": "N", "face": "zmax", "sink": True},
                "right": {"region": "N", "face": "xmax"},
            },
            "configurations": {"up": {}, "down": dict.fromkeys([r for r in regions if r != "N"], -1)},
            "schemes": {"through": {"left": "current", "top": "ground"}},
            "probes": {"along": ["left", "top"], "aside": ["right", "top"]},
            **sections,
        }

    return make


def solved(config, comm):
    """The results, and the problem (collective)."""
    record, problem = prepare_with_record(config, comm)
    return solve(problem, SilentProgress()), problem, record


def assert_alike(found, known):
    for name in ("up", "down"):
        for probe in ("along", "aside"):
            harmonics = (results.harmonics("through", name, probe) for results in (found, known))
            np.testing.assert_allclose(*harmonics, rtol=1e-8)


CASES = {
    "one part": ([{"surface": "lid", **RESISTS}], [{"between": ["F1", "N"], **RESISTS}]),
    "both parts": (
        [{"surface": "lid", **RESISTS}, {"surface": "rest", **OTHER}],
        [{"between": ["F1", "N"], **RESISTS}, {"between": ["F2", "N"], **OTHER}],
    ),
    "a part of a pair": (
        [{"between": ["Cu", "Py"], **OTHER}, {"surface": "lid", **RESISTS}],
        [{"between": ["N", "F2"], **OTHER}, {"between": ["F1", "N"], **RESISTS}],
    ),
    "all but a part": (
        [{"surface": "rest", "transparent": True}, {"between": ["F", "N"], **RESISTS}],
        [{"between": ["F1", "N"], **RESISTS}],
    ),
    "a surface in two parts": ([{"surface": "joint", **RESISTS}], [{"between": ["Py", "Cu"], **RESISTS}]),
}
"""Interfaces where the magnet is one region, and where it is two."""


def meshed(config):
    """The mesh of a configuration, not checked and not cut."""
    return make_mesh(config, Device.of(config))


def areas_of(config):
    """Areas of the resistive interfaces of a configuration."""
    record = meshed(config)
    return interface_areas(device_on(config, record), record)


@pytest.mark.parametrize("spin_heat", [False, True], ids=["", "spin heat"])
@pytest.mark.parametrize(("whole", "split"), CASES.values(), ids=CASES)
def test_as_if_the_region_were_two(config_of, comm, whole, split, spin_heat):
    materials = {name: {"base": name, "spin_heat_ratio": 2} for name in ("Py", "Cu")} if spin_heat else {}
    sections = {"solver": {"spin_heat": spin_heat}, "materials": materials}
    found, *_ = solved(config_of(*whole, **sections), comm)
    known, *_ = solved(config_of(*split, regions=SPLIT, **sections), comm)
    assert found.data["solver"]["dofs"] == known.data["solver"]["dofs"]
    assert_alike(found, known)
    for data in found.data["schemes"]["through"]["configurations"].values():
        assert data["balances"]["energy"] <= 1e-9


@pytest.mark.parametrize("others", [[], [{"between": ["F", "N"], **OTHER}]], ids=["", "both resist"])
def test_interfaces_in_the_results(config_of, comm, others):
    """The lid and what is left of the face are listed apart, as if the magnet were two regions."""
    lid, output = {"surface": "lid", **RESISTS}, {"current": 1e-3}
    found, *_ = solved(config_of(lid, *others, output=output), comm)
    split = [entry | {"between": ["F2", "N"]} for entry in others]
    parts = {"between": ["F1", "N"], **RESISTS}, *split
    known, *_ = solved(config_of(*parts, regions=SPLIT, output=output), comm)
    for name in ("up", "down"):
        at, expected = (
            results.data["schemes"]["through"]["configurations"][name]["interfaces"]
            for results in (found, known)
        )
        assert at.keys() == {"F|N", "F|N on lid"}
        assert sum(values["current"] for values in at.values()) == pytest.approx(1e-3, rel=1e-8, abs=0)
        for here, there in {"F|N on lid": "F1|N", "F|N": "F2|N"}.items():
            assert at[here]["area"] == pytest.approx(AREA, rel=1e-12, abs=0)
            assert ("across" in at[here]) == ("across" in expected[there])
            for key in ("gradient_T", "crossing"):
                assert at[here][key] == pytest.approx(expected[there][key], rel=1e-7, abs=0)
            assert at[here]["mu_s"] == pytest.approx(expected[there]["mu_s"], rel=1e-7, abs=0)


def test_a_surface_between_three_regions(config_of, comm):
    """It is an interface of every pair that it separates."""
    found, problem, record = solved(config_of({"surface": "joint", **RESISTS}, regions=SPLIT), comm)
    known, *_ = solved(config_of({"between": ["Py", "Cu"], **RESISTS}, regions=SPLIT), comm)
    assert_alike(found, known)
    expected = {"F1|N on joint": AREA, "F2|N on joint": AREA}
    assert interface_areas(problem.device, record) == pytest.approx(expected, rel=1e-9, abs=0)
    assert {name: found.magnet for name, found in problem.device.resistive_interfaces.items()} == {
        "F1|N on joint": "F1",
        "F2|N on joint": "F2",
    }


@COMPARES_RANKS
def test_any_number_of_ranks(config_of, comm):
    """The surface is where two ranks meet: some facets have their second side on another rank."""
    config = config_of({"surface": "lid", **RESISTS}, {"between": ["F", "N"], **OTHER})
    together, problem, _ = solved(config, comm)
    device = problem.spaces.device
    across = np.count_nonzero(device.interfaces["F|N on lid"][:, 2] >= len(device.neighbour_tags))
    assert comm.allreduce(across) > 0 or comm.size == 1
    if comm.rank == 0:
        alone, *_ = solved(config, MPI.COMM_SELF)
        assert_alike(together, alone)
        assert together.data["solver"]["dofs"] == alone.data["solver"]["dofs"]


@pytest.mark.serial
def test_areas_and_groups(config_of):
    config = load_config(config_of({"surface": "lid", **RESISTS}, {"between": ["F", "N"], **OTHER}))
    record = make_mesh(config, Device.of(config))
    areas = {"F|N": AREA, "F|N on lid": AREA}
    assert interface_areas(device_on(config, record), record) == pytest.approx(areas, rel=1e-9, abs=0)
    assert groups(device_on(config, record), record) == ["F", "N"]
    part = load_config(config_of({"surface": "lid", **RESISTS}))
    assert areas_of(part) == pytest.approx({"F|N on lid": AREA}, rel=1e-9, abs=0)
    assert groups(device_on(part, meshed(part)), meshed(part)) == ["F + N"]


def test_validate_lists_them(config_of, tmp_path):
    file = tmp_path / "device.yaml"
    file.write_text(json.dumps(config_of({"surface": "lid", **RESISTS})))
    result = CliRunner().invoke(main, ["validate", str(file)])
    assert result.exit_code == 0, result.output
    if MPI.COMM_WORLD.rank == 0:
        assert "  interfaces: F|N on lid (400 nm²)\n" in result.output
        assert "  groups: F + N\n" in result.output


@pytest.mark.serial
def test_the_mesh_that_is_kept_names_them(config_of):
    """It can be read again, with the same interface."""
    config = config_of({"surface": "lid", **RESISTS})
    record = meshed(load_config(config))
    again = load_config(config | {"geometry": {"file": str(record.file), "regions": WHOLE}})
    assert areas_of(again) == pytest.approx({"F|N on lid": AREA}, rel=1e-9, abs=0)


@pytest.mark.serial
def test_surfaces_make_no_other_mesh_elsewhere(config_of):
    plain = meshed(load_config(config_of()))
    other = meshed(load_config(config_of({"between": ["F", "N"], **OTHER})))
    assert plain.hash == other.hash
    assert meshed(load_config(config_of({"surface": "lid", **OTHER}))).hash != plain.hash


MISTAKES = {
    "not in the mesh": (
        [{"surface": "top", **OTHER}],
        "there is no physical surface top; the file has lid, rest",
    ),
    "inside a region": (
        [{"surface": "seam", **OTHER}],
        "'seam' is inside region 'F'; name a surface where two regions meet",
    ),
    "outside": ([{"surface": "end", **OTHER}], "'end' is on the outside of region 'F'; name a surface"),
    "partly outside": ([{"surface": "corner", **OTHER}], "'corner' is partly on the outside of region 'F'"),
    "two magnets, none of them": (
        [{"surface": "lid", **RESISTS, "magnet": "N"}],
        r"'N' is not the one magnetic side of 'F\|N'; write F",
    ),
    "only heat between metals": (
        [{"surface": "lid", "kapitza_resistance": 1e-8}],
        "'F' and 'N' are metals, so current crosses; add area_resistance or conductance",
    ),
}


@pytest.mark.serial
@pytest.mark.parametrize(("interfaces", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(config_of, interfaces, message):
    config = load_config(config_of(*interfaces))
    with pytest.raises(InputError, match=rf"^interfaces\[0\][.a-z]*: {message}"):
        prepare_mesh(config)


@pytest.mark.serial
def test_surfaces_do_not_overlap(config_of):
    config = load_config(config_of({"surface": "joint", **OTHER}, {"surface": "rest", **OTHER}))
    with pytest.raises(
        InputError, match="^interfaces: the surfaces '(rest|joint)' and '(rest|joint)' overlap"
    ):
        prepare_mesh(config)


@pytest.mark.serial
def test_solids_have_no_surfaces(config_of):
    box = {"min": [0, 0, 0], "max": ["10 nm", "10 nm", "10 nm"]}
    geometry = {"solids": [{"name": "F", "material": "Py", "box": box}]}
    terminals = {face: {"region": "F", "face": face, "sink": True} for face in ("xmin", "xmax")}
    config = load_config(
        {
            "geometry": geometry,
            "interfaces": [{"surface": "lid", **OTHER}],
            "terminals": terminals,
            "schemes": {"through": {"xmin": "current", "xmax": "ground"}},
        }
    )
    with pytest.raises(InputError, match=r"^interfaces\[0\].surface: only a mesh of your own has physical"):
        make_mesh(config, Device.of(config))


@pytest.mark.serial
def test_triangles_that_are_no_faces(config_of, tmp_path):
    """A surface that the tetrahedra do not follow is answered by one line."""
    file = tmp_path / "stray.msh"
    with model():
        box = gmsh.model.occ.addBox(0, 0, 0, 10, 10, 10)
        square = gmsh.model.occ.addRectangle(2, 2, 5, 4, 4)
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(3, [box], name="F")
        gmsh.model.addPhysicalGroup(2, [square], name="lid")
        gmsh.model.mesh.generate(3)
        gmsh.write(str(file))
    config = config_of({"surface": "lid", **OTHER})
    geometry = {"file": str(file), "regions": {"F": "Py"}, "unit": "nm"}
    sections = {name: config[name] for name in ("interfaces", "schemes")}
    terminals = {"left": config["terminals"]["left"], "top": {"region": "F", "face": "zmax"}}
    with pytest.raises(InputError, match="^geometry.file: .* is not the face of any tetrahedron; repair"):
        meshed(load_config(sections | {"geometry": geometry, "terminals": terminals}))
