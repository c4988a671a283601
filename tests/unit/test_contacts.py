"""Cut meshes on any number of ranks: every facet of an interface once, and functions that jump there."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from cut_cases import CASES, JUNCTION, LAYERS, NM, SEPARATED, Case, H, config_of, read_cut, sides
from scipy.special import ellipe
from support import SilentProgress
from valve import gather

from thermospin.cli import main
from thermospin.compat import MPI, build_submesh, fem, la, ufl
from thermospin.device.on_mesh import device_on, groups, interface_areas
from thermospin.discretisation.terminals import facet_areas
from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.ordering import FACES
from thermospin.meshes.quality import cell_volumes
from thermospin.meshes.quality import facet_areas as triangle_areas
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace
from thermospin.runs.preparation import prepare, prepare_mesh
from thermospin.runtime.failures import on_root
from thermospin.validation import load_config


@pytest.fixture(params=CASES)
def case(request, shared_directory, comm):
    return Case(request.param, shared_directory, comm)


@pytest.fixture(params=SEPARATED)
def separated(request, shared_directory, comm):
    return Case(request.param, shared_directory, comm)


def test_device_is_the_cut_mesh(case):
    geometry, original = case.device.mesh.geometry, case.device.mesh.topology.original_cell_index
    numbers = geometry.input_global_indices
    np.testing.assert_array_equal(numbers[geometry.dofmaps[0]], case.cut.cells[original])
    np.testing.assert_array_equal(geometry.x, case.points[case.cut.parent[numbers]])
    np.testing.assert_array_equal(case.device.cell_tags, case.tags[original])
    assert case.device.mesh.topology.index_map(0).size_global == len(case.cut.parent)


def test_neighbours_and_terminals_are_those_of_the_uncut_mesh(case):
    np.testing.assert_array_equal(
        case.device.mesh.topology.original_cell_index, case.uncut.mesh.topology.original_cell_index
    )
    np.testing.assert_array_equal(case.device.neighbour_tags, case.uncut.neighbour_tags)
    assert case.device.terminals.keys() == case.uncut.terminals.keys()
    for name, facets in case.uncut.terminals.items():
        np.testing.assert_array_equal(case.device.terminals[name], facets)
    assert case.uncut.interfaces == {}


def test_area_of_interfaces(case, comm):
    """Of all ranks together, seen from either side."""
    for name, area in case.areas.items():
        facets = case.device.interfaces[name]
        for side in (facets[:, :2], facets[:, 2:]):
            local = facet_areas(case.device.mesh, side).sum()
            assert comm.allreduce(local, MPI.SUM) == pytest.approx(area, rel=1e-12, abs=0)


def test_every_facet_is_on_the_rank_of_its_first_cell(case, comm):
    original = case.device.mesh.topology.original_cell_index
    for name, facets in case.device.interfaces.items():
        assert facets.dtype == np.int32
        assert np.all(facets[:, 0] < case.n_owned)
        numbers = facets.copy()
        numbers[:, ::2] = original[facets[:, ::2]]
        everywhere = sorted(gather(comm, numbers).tolist())
        assert everywhere == sorted(case.cut.interfaces[name].tolist())


@pytest.mark.skipif(MPI.COMM_WORLD.size == 1, reason="one rank has no boundary")
def test_interface_between_ranks(shared_directory, comm):
    """With two ranks all cells on side 2 of the facets are ghosts, with more some are."""
    case = Case("halves", shared_directory, comm)
    facets = case.device.interfaces["A|B"]
    ghosts = np.count_nonzero(facets[:, 2] >= case.n_owned)
    assert comm.allreduce(ghosts, MPI.SUM) > 0
    if comm.size == 2:
        assert ghosts == len(facets) == (24 if comm.rank == 0 else 0)


def spaces_on(device, degree):
    """Lagrange spaces on the device and on the submesh of each region, with the tags of their cells."""
    yield fem.functionspace(device.mesh, ("P", degree)), device.cell_tags
    for name in device.regions:
        cells = device.cells([name])
        submesh, _ = build_submesh(device.mesh, cells)
        yield fem.functionspace(submesh, ("P", degree)), device.cell_tags[cells]
    cells = device.cells(list(device.regions)[1:])
    submesh, _ = build_submesh(device.mesh, cells)
    yield fem.functionspace(submesh, ("P", degree)), device.cell_tags[cells]


@pytest.mark.parametrize("degree", [1, 2])
def test_functions_jump_at_interfaces(separated, degree):
    """The owners' values of a function that differs from region to region are the ghosts' values too."""
    for space, tags in spaces_on(separated.device, degree):
        dofs, n_owned = space.dofmap.list, space.dofmap.index_map.size_local
        x = space.tabulate_dof_coordinates()[dofs] / H
        expected = 100.0 * tags[:, None] + x @ [1.0, 0.3, 0.1]
        function = fem.Function(space)
        values = function.x.array
        values[:] = np.nan
        values[dofs] = expected
        values[n_owned:] = np.nan
        function.x.scatter_forward()
        np.testing.assert_allclose(values[dofs], expected, rtol=1e-13)


@pytest.mark.parametrize("degree", [1, 2])
def test_integrals_over_regions(separated, comm, degree):
    """Integrals of a function that jumps, assembled with the ghosts' contributions sent to the owners."""
    device = separated.device
    space = fem.functionspace(device.mesh, ("P", degree))
    jump = fem.Function(space)
    jump.x.array[space.dofmap.list] = 10.0 ** device.cell_tags[:, None]
    test = ufl.TestFunction(space)
    load = fem.assemble_vector(fem.form(test * ufl.dx))
    load.scatter_reverse(la.InsertMode.add)
    n = space.dofmap.index_map.size_local
    total = comm.allreduce(load.array[:n] @ jump.x.array[:n], MPI.SUM)
    volumes = np.abs(cell_volumes(separated.points, separated.cells))
    assert total == pytest.approx(volumes @ 10.0**separated.tags, rel=1e-12, abs=0)


@pytest.mark.parametrize("name", ["halves", "three layers", "junction, all three"])
def test_number_of_unknowns_is_that_of_the_parts(name, shared_directory, comm):
    """Degree 2 on cubes cut into tetrahedra has its unknowns on the grid of half the spacing."""
    case = Case(name, shared_directory, comm)
    space = fem.functionspace(case.device.mesh, ("P", 2))
    parts = [np.prod(2 * np.subtract(high, low) + 1) for low, high in case.boxes.values()]
    assert space.dofmap.index_map.size_global == sum(parts)


def test_faces_on_interfaces_are_outer_faces(separated, comm):
    areas = triangle_areas(separated.points, separated.cells[:, FACES].reshape(-1, 3)).reshape(-1, 4)
    outer = areas[separated.neighbours < 0].sum()
    interior = areas[separated.neighbours >= 0].sum() / 2
    between = sum(separated.areas.values())
    one = fem.Constant(separated.device.mesh, 1.0)
    for measure, expected in [(ufl.ds, outer + 2 * between), (ufl.dS, interior - between)]:
        local = fem.assemble_scalar(fem.form(one * measure(domain=separated.device.mesh)))
        assert comm.allreduce(local, MPI.SUM) == pytest.approx(expected, rel=1e-12, abs=0)


RADII, HEIGHT = np.array([30, 20]) * NM, 20 * NM
PILLAR = SolidsGeometry(
    solids=[
        {
            "name": "P",
            "material": "Py",
            "priority": 1,
            "cylinder": {"centre": (0, 0, 0), "radii": tuple(RADII), "height": HEIGHT},
        },
        {
            "name": "T",
            "material": "Cu",
            "box": {"min": (-50 * NM, -40 * NM, -20 * NM), "max": (50 * NM, 40 * NM, 40 * NM)},
        },
    ]
)
"""An elliptic cylinder inside a box."""


@pytest.fixture
def pillar(shared_directory, comm):
    """The mesh of the pillar on disk (collective)."""
    options = MeshOptions(interface_size=6 * NM, max_size=20 * NM)
    ends = {"right": TerminalFace(region="T", face="xmax")}
    return on_root(
        comm, lambda: build_mesh(PILLAR, options, ends, frozenset({"P"}), cache_dir=shared_directory)
    )


def test_curved_interface(pillar, comm):
    device = read_cut(pillar.directory, pillar.regions, pillar.terminals, ["P|T"], comm)
    facets = device.interfaces["P|T"]
    geometry = device.mesh.geometry
    x = geometry.x[geometry.dofmaps[0][facets[:, 0]]]
    corners = np.take_along_axis(x, FACES[facets[:, 1]][:, :, None], axis=1)
    apex = x[np.arange(len(x)), facets[:, 1]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    normals *= np.sign(np.einsum("ni,ni->n", normals, corners[:, 0] - apex))[:, None]
    cells = device.owned(device.cells(["P"]))
    local = [
        len(facets),
        np.linalg.norm(normals, axis=1).sum(),
        np.einsum("ni,ni->", corners[:, 0], normals) / 3,
        np.abs(cell_volumes(geometry.x, geometry.dofmaps[0][cells])).sum(),
    ]
    n_facets, area, enclosed, volume = comm.allreduce(np.array(local), MPI.SUM)
    # A closed surface without holes: vertices − edges + facets = 2, and three edges for two facets.
    assert device.mesh.topology.index_map(0).size_global - pillar.points == n_facets / 2 + 2
    assert enclosed == pytest.approx(volume, rel=1e-11, abs=0)
    a, b = RADII
    around = 4 * a * ellipe(1 - (b / a) ** 2)
    longest = comm.allreduce(np.linalg.norm(np.diff(corners, axis=1), axis=2).max(initial=0.0), MPI.MAX)
    # Chords of length h cut off at most (h/r)²/6 of a sector of radius r.
    assert area == pytest.approx(
        around * HEIGHT + 2 * np.pi * a * b, rel=(longest / (b**2 / a)) ** 2 / 6, abs=0
    )


@pytest.mark.serial
@pytest.mark.parametrize(
    ("boxes", "names", "apart"),
    [
        (LAYERS, [], ["A + B + C"]),
        (LAYERS, ["A|B"], ["A", "B + C"]),
        (LAYERS, ["C|B", "A|B"], ["A", "B", "C"]),
        (JUNCTION, ["L|B"], ["B + L + R"]),
        (JUNCTION, ["L|B", "L|R"], ["B + R", "L"]),
    ],
)
def test_groups_and_areas(boxes, names, apart):
    config = config_of(boxes, *sides(names).values())
    record = prepare_mesh(config)
    assert sorted(groups(device_on(config, record), record)) == apart
    squares = {"A|B": 24, "C|B": 24, "L|B": 8, "L|R": 16}
    expected = {name: squares[name] * H**2 for name in names}
    assert interface_areas(device_on(config, record), record) == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.serial
def test_regions_of_an_interface_touch():
    config = config_of(LAYERS, ["A", "B"], ["C", "A"])
    with pytest.raises(InputError) as caught:
        prepare_mesh(config)
    assert caught.value.key == "interfaces[1].between"
    assert "'C' and 'A' do not touch; name one of the regions that 'C' touches (B)" in str(caught.value)


@pytest.mark.serial
def test_materials_of_an_interface_need_not_touch_everywhere():
    config = config_of(LAYERS, ["Cu", "Cu"])
    record = prepare_mesh(config)
    areas = {"A|B": 24 * H**2, "B|C": 24 * H**2, "A|C": 0.0}
    assert interface_areas(device_on(config, record), record) == pytest.approx(areas, rel=1e-9, abs=0)


def pillar_on(material, edge, size):
    """A three-sided pillar on a film, in a matrix of a material; it resists to the film."""
    corners = [(30 * NM, 30 * NM), ((30 + edge) * NM, 30 * NM), (30 * NM, (30 + edge) * NM)]
    solids = [
        {"name": "Film", "material": "Cu", "box": {"min": [0, 0, 0], "max": [60 * NM, 60 * NM, 20 * NM]}},
        {
            "name": "Pillar",
            "material": "Py",
            "priority": 1,
            "polygon": {"points": corners, "z": [20 * NM, 40 * NM]},
        },
        {
            "name": "Matrix",
            "material": material,
            "box": {"min": [0, 0, 20 * NM], "max": [60 * NM, 60 * NM, 40 * NM]},
        },
    ]
    return load_config(
        {
            "geometry": {"solids": solids},
            "mesh": {"interface_size": size * NM, "max_size": 20 * NM, "elements_across_film": 1},
            "interfaces": [{"between": ["Pillar", "Film"], "conductance": 1e15}],
            "terminals": {
                "top": {"region": "Pillar", "face": "zmax", "sink": True},
                "bottom": {"region": "Film", "face": "zmin", "sink": True},
            },
            "schemes": {"through": {"top": "current", "bottom": "ground"}},
        }
    )


@pytest.mark.serial
@pytest.mark.parametrize("material", ["Cu", "SiO2"])
def test_a_patch_without_a_node_inside(material):
    """Three nodes on its rim, and both sides meet round it: nothing could jump, of heat at least."""
    config = pillar_on(material, 3, 20)
    place = r"4.5 nm² at \(31.0, 31.0, 20.0\) nm"
    words = rf"^interfaces: 'Pillar\|Film' has a patch of {place} whose nodes all lie on its rim"
    with pytest.raises(InputError, match=words):
        prepare_mesh(config)


@pytest.mark.serial
@pytest.mark.parametrize("material", ["Cu", "SiO2"])
def test_a_patch_with_nodes_inside(material):
    config = pillar_on(material, 20, 5)
    prepare_mesh(config)


def test_prepare_cuts_the_mesh(comm):
    config = config_of(LAYERS, ["A", "B"], ["Cu", "Cu"])
    record, device = prepare(config, comm, SilentProgress())
    local = {
        name: facet_areas(device.mesh, facets[:, :2]).sum() for name, facets in device.interfaces.items()
    }
    total = {name: comm.allreduce(area, MPI.SUM) for name, area in local.items()}
    assert total == pytest.approx({"A|B": 24 * H**2, "B|C": 24 * H**2, "A|C": 0.0}, rel=1e-9, abs=0)
    assert device.mesh.topology.index_map(0).size_global > record.points


def test_validate_lists_interfaces_and_groups(tmp_path):
    file = tmp_path / "layers.yaml"
    file.write_text(json.dumps(config_of(LAYERS, ["A", "B"]).resolved()))
    result = CliRunner().invoke(main, ["validate", str(file)])
    assert result.exit_code == 0, result.output
    if MPI.COMM_WORLD.rank == 0:
        assert "  interfaces: A|B (600 nm²)\n" in result.output
        assert "  groups: A, B + C\n" in result.output or "  groups: B + C, A\n" in result.output
