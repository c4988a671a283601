"""Row 21 and the order of checks: what is said, and refused, before a mesh is made."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from mpi4py import MPI
from test_overlapping_solids import FEW, boxes, exact

from thermospin.cli import main
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.linear.preconditioning import is_factorised
from thermospin.meshes import tetrahedra
from thermospin.meshes.build import build_mesh
from thermospin.meshes.layer_stack import LayerStack
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.plan import Plan
from thermospin.meshes.solids import SolidsGeometry
from thermospin.output.stages import SilentProgress
from thermospin.runs.checks import find_pieces
from thermospin.runs.estimates import estimate_plan, estimate_record
from thermospin.runs.preparation import prepare, prepare_mesh
from thermospin.runs.problem import Problem
from thermospin.units import rounded
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

CONFIGS = Path(__file__).parents[2] / "configs"
NM = 1e-9
SHIPPED = (
    "sweep_nonlocal",
    "nanopillar_peltier",
    "clustered_strip",
    "hanle_nonlocal",
    "joule_third_harmonic",
    "rebei2005_ring",
    "rebei2005_bar",
    "tunnel_contact",
)


def bar(length="60 nm", **sections):
    """Copper beside an oxide, with a current from end to end."""
    solids = [
        {"name": "A", "material": "Cu", "box": {"min": [0, 0, 0], "max": [length, "20 nm", "10 nm"]}},
        {"name": "S", "material": "SiO2", "box": {"min": [0, 0, "-20 nm"], "max": [length, "20 nm", 0]}},
    ]
    terminals = {"a": {"region": "A", "face": "xmin", "sink": True}, "b": {"region": "A", "face": "xmax"}}
    sections = {"schemes": {"s": {"a": "ground", "b": "current"}}, "mesh": {"max_size": "8 nm"}} | sections
    return load_config({"geometry": {"solids": solids}, "terminals": terminals} | sections)


def build(config, cache, **more):
    """The mesh of a configuration and its plan."""
    plans: list[Plan] = []
    device = Device.of(config)
    magnets, insulators = frozenset(device.magnets), frozenset(device.insulators)
    record = build_mesh(
        config.geometry,
        config.mesh,
        config.all_terminals,
        magnets,
        insulators,
        cache_dir=cache,
        inspect=plans.append,
    )
    return record, plans[0]


@pytest.fixture
def no_meshing(monkeypatch):
    """Fails where Gmsh would begin to mesh."""

    def fail(*_):
        raise AssertionError("meshing has begun")

    monkeypatch.setattr(tetrahedra, "generate", fail)


@pytest.mark.parametrize("name", SHIPPED)
def test_row_21_estimate_of_shipped_devices(tmp_path, name):
    tetrahedra = ["mesh={columns: null, refinement: 0.6}"] if "nanopillar" in name else []
    config = load_config(CONFIGS / f"{name}.yaml", tetrahedra)
    record, plan = build(config, tmp_path)
    counts = np.bincount(record.array("cell_tags"))
    assert 0.5 < sum(plan.cells.values()) / record.cells < 2
    assert plan.cells.keys() == record.regions.keys()
    large = {region for region, tag in record.regions.items() if counts[tag] > 0.1 * record.cells}
    assert all(0.4 < plan.cells[region] / counts[record.regions[region]] < 2.5 for region in large)
    device = Device.of(config)
    assert as_sets(plan.pieces, device) == as_sets(find_pieces(record), device)
    unknowns = [
        estimate.unknowns for estimate in (planned(config, plan.cells), estimate_record(device, record))
    ]
    assert 0.5 < unknowns[0] / unknowns[1] < 2


def planned(config, cells):
    """The estimate for a mesh that is still to be made."""
    return estimate_plan(Device.of(config), cells, getattr(config.geometry, "columns", None))


def as_sets(pieces, device):
    """Conductors, touching regions and regions of terminals, without regard to the order of pieces."""
    touching = {frozenset((pieces.regions[a], pieces.regions[b])) for a, b in pieces.contacts}
    conductors = {frozenset(names.split(" + ")) for names in pieces.conductors(device.insulators)}
    return conductors, touching, {name: pieces.regions[i] for name, i in pieces.terminals.items()}


@FEW
@given(solids=boxes(), size=st.floats(4, 20), refinement=st.floats(0.7, 1.5), across=st.integers(1, 3))
def test_row_21_estimate_of_random_boxes(tmp_path, solids, size, refinement, across):
    if len(exact(solids)) < len({solid["name"] for solid in solids}):
        return  # one is hidden
    options = MeshOptions(max_size=size * NM, refinement=refinement, elements_across_film=across)
    plans = []
    record = build_mesh(
        SolidsGeometry(solids=solids), options, {}, frozenset(), cache_dir=tmp_path, inspect=plans.append
    )
    if plans:  # the same example may be in the cache
        assert 0.4 < sum(plans[0].cells.values()) / max(record.cells, 30) < 2.5


@pytest.mark.parametrize(
    ("sections", "region"),
    [
        ({"length": "6 mm"}, "A"),
        ({"mesh": {"max_size": "0.02 nm"}}, "S"),
        ({"mesh": {"refinement": 32, "max_size": "2 nm"}}, "S"),
        ({"mesh": {"interface_size": "0.0001 nm", "interfaces": [["A", "S"]]}}, "S"),
    ],
)
@pytest.mark.usefixtures("no_meshing")
def test_row_21_too_many_elements(sections, region):
    with pytest.raises(
        InputError, match=r"tetrahedra are asked for, .* and the limit is 3 million"
    ) as caught:
        prepare_mesh(bar(**sections))
    assert caught.value.key == "mesh.max_elements"


def test_row_21_the_limit_can_be_raised(tmp_path):
    options = {"max_size": "8 nm", "max_elements": 100}
    with pytest.raises(InputError, match="the limit is 100;"):
        build(bar(mesh=options), tmp_path)
    raised, _ = build(bar(mesh=options | {"max_elements": 10_000}), tmp_path)
    again, _ = build(bar(), tmp_path / "other")
    assert raised.hash == again.hash, "a limit is no part of the mesh"


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_unknowns_of_a_mesh_that_is_there(degree):
    config = bar(solver={"degree": degree})
    progress = SilentProgress()
    record, mesh = prepare(config, MPI.COMM_SELF, progress)
    found = estimate_record(Device.of(config), record)
    assert found.unknowns == Problem(config, mesh, progress).spaces.n_dofs
    assert found.meshing == 0


@pytest.mark.parametrize(("degree", "other"), [(1, 2), (2, 1), (3, 2)])
def test_unknowns_of_the_degree_with_which_errors_are_estimated(degree, other):
    """They take memory too."""
    probes = {"probes": {"v": ["a", "b"]}}
    config = bar(solver={"degree": degree}, **probes)
    with Problem.of(config, MPI.COMM_SELF) as problem:
        found = estimate_record(Device.of(config), prepare_mesh(config))
        assert found.compared == problem.spaces.of_degree(other).n_dofs
    off = {"degree": degree, "estimate": False}
    for bare in (bar(solver={"degree": degree}), bar(solver=off, **probes)):
        plain = estimate_record(Device.of(bare), prepare_mesh(bare))
        assert plain.compared == 0
        assert found.memory - plain.memory == pytest.approx(1700 * found.compared)


def columns():
    """Films on graded columns."""
    return load_config(
        {
            "geometry": {"template": "lateral_nonlocal"},
            "mesh": {"columns": {"levels": 1}},
            "schemes": {"thermal": {"contact1": "current", "contact2": "ground"}},
        }
    )


@pytest.mark.parametrize(("make", "stretched"), [(bar, False), (columns, True)])
def test_memory_of_factors_on_stretched_cells(make, stretched):
    """As the solver decides it; a factor needs more memory than multigrid."""
    config = make()
    record, read = prepare(config, MPI.COMM_SELF, SilentProgress())
    found = estimate_record(Device.of(config), record)
    assert found.is_factorised == is_factorised(Problem(config, read, SilentProgress()).spaces) == stretched
    other = dataclasses.replace(found, is_factorised=not stretched)
    assert (found.memory > other.memory) == stretched


def test_estimate_grows_with_the_problem():
    small, large = ({"A": n, "S": n} for n in (1e4, 1e6))
    one, two = bar(), bar(solver={"degree": 2})
    assert 50 < planned(one, large).unknowns / planned(one, small).unknowns < 100
    assert planned(two, small).unknowns > 5 * planned(one, small).unknowns
    assert 50 < planned(one, large).solving / planned(one, small).solving < 100
    assert planned(one, {"A": 1e12}).warning is not None
    assert planned(one, small).warning is None


@pytest.mark.parametrize(
    ("number", "text"), [(7.4, "7"), (163_323, "160,000"), (3.57e6, "3.6 million"), (3.6e13, "3.6e+13")]
)
def test_rounded(number, text):
    assert rounded(number) == text


ALONE = {"name": "B", "material": "Cu", "box": {"min": ["100 nm", 0, 0], "max": ["120 nm", "20 nm", "10 nm"]}}


@pytest.mark.usefixtures("no_meshing")
def test_no_ground_is_told_before_meshing():
    config = bar()
    geometry = config.geometry.model_dump(mode="json", exclude_none=True)
    for change, key, message in (
        (ALONE, "schemes.s", "the conductor B is not connected to any ground"),
        (ALONE | {"material": "SiO2"}, "terminals", "B is not connected to any heat sink"),
    ):
        solids = [*geometry["solids"], change]
        with pytest.raises(InputError, match=message) as caught:
            prepare_mesh(bar_of(config, solids))
        assert caught.value.key == key


def bar_of(config, solids, **sections):
    terminals = {name: terminal.model_dump(exclude_none=True) for name, terminal in config.terminals.items()}
    schemes = {"s": {"a": "ground", "b": "current"}}
    return load_config(
        {"geometry": {"solids": solids}, "terminals": terminals, "schemes": schemes} | sections
    )


@pytest.mark.usefixtures("no_meshing")
def test_interface_without_contact_is_told_before_meshing():
    config = bar()
    solids = [*config.geometry.model_dump(mode="json", exclude_none=True)["solids"], ALONE]
    entry = {"between": ["A", "B"], "area_resistance": "1 fohm m^2"}
    with pytest.raises(InputError, match="'A' and 'B' do not touch"):
        prepare_mesh(bar_of(config, solids, interfaces=[entry]))


def test_validate_and_mesh_print_estimates(tmp_path):
    file = tmp_path / "bar.yaml"
    file.write_text(
        "geometry: {solids: [{name: A, material: Cu, box: {min: [0, 0, 0], max: [40 nm, 20 nm, 11.5 nm]}}]}\n"
        "terminals: {a: {region: A, face: xmin, sink: true}, b: {region: A, face: xmax}}\n"
        "schemes: {s: {a: ground, b: current}}\n"
    )
    first = CliRunner().invoke(main, ["validate", str(file)])
    assert first.exit_code == 0
    lines = first.output.splitlines()
    assert lines[0].startswith("mesh: about ")
    assert all(word in lines[0] for word in ("tetrahedra", "unknowns", "GB", "to mesh and", "to solve"))
    assert any(line.startswith("  size: about ") for line in lines)
    again = CliRunner().invoke(main, ["validate", str(file)])
    assert again.output.splitlines() == lines[1:], "the mesh is there"
    refused = CliRunner().invoke(main, ["mesh", str(file), "--set", "mesh.max_size=0.01 nm"])
    assert refused.exit_code == 2
    assert "mesh.max_elements" in refused.output


@pytest.mark.usefixtures("no_meshing")
def test_row_21_too_many_layers(tmp_path):
    with pytest.raises(
        InputError, match=r"region A would have 1000 layers, more than 200; ask for small elements"
    ):
        layers = [{"name": "A", "material": "Cu", "thickness": 100 * NM, "elements": 1000}]
        build_mesh(LayerStack(layers=layers), MeshOptions(), {}, frozenset(), cache_dir=tmp_path)
