"""Meshes are refined until the error bars are small enough, and the bars hold the truth."""

import numpy as np
import pytest
from closed_forms import magnetoresistance
from support import SilentProgress, prepare_problem
from test_discretisation_error import NM, VALVE, WIDTH

import thermospin as ts
from thermospin.compat import MPI
from thermospin.output.layout import check_layout
from thermospin.response.error_density import CellShares
from thermospin.runs.simulation import solve

TARGET = {"target": 0.04, "orders": [1]}
COARSE = VALVE | {"mesh": {"interface_size": "6 nm", "max_size": "12 nm"}}


def accurate(accuracy, comm=MPI.COMM_WORLD, **solver):
    """The results of the valve with a target for its error bars (collective)."""
    options = COARSE["solver"] | {"orders": 1, "reciprocity": False} | solver
    return ts.run(ts.Config.model_validate(COARSE | {"accuracy": accuracy, "solver": options}), comm=comm)


@pytest.fixture(scope="module")
def found(comm):
    return accurate(TARGET, comm)


def test_target_is_reached(found):
    history = found.data["accuracy"]
    assert history["reached"]
    unknowns = [mesh["unknowns"] for mesh in history["meshes"]]
    assert len(unknowns) > 1 and unknowns == sorted(set(unknowns))
    for reading in history["meshes"][-1]["readings"]:
        assert reading["bar"] <= reading["allowed"]


def test_last_bar_holds_the_closed_form(found, comm):
    """R1 of P − AP in an infinite valve: −ΔAR over the area (solver/physics.md §8.3), within 4 %."""
    with prepare_problem(VALVE, comm) as problem:
        magnet, normal = (problem.device.materials[name] for name in ("F1", "N"))
    truth = -magnetoresistance(magnet, normal, 15 * NM) / WIDTH**2
    signal = found.data["schemes"]["main"]["signals"]["v"]
    error, bar = abs(signal["corrected"]["spin"][0] - truth), signal["error"]["spin"]["corrected"][0]
    assert error <= bar <= 0.04 * abs(signal["spin"][0])


def test_points_of_a_sweep_keep_the_mesh(comm):
    """The next point begins with the mesh that the one before needed, and its bar holds there."""
    device = COARSE | {"accuracy": TARGET, "solver": COARSE["solver"] | {"orders": 1, "reciprocity": False}}
    sweep = [{"key": "materials.Py.polarisation", "values": [0.25, 0.3]}]
    points = ts.sweep(device | {"sweep": sweep}, comm=comm).data["points"]
    first, second = (point["accuracy"] for point in points)
    assert len(first["meshes"]) > 1 and len(second["meshes"]) == 1 and second["reached"]
    assert second["meshes"][0]["unknowns"] == first["meshes"][-1]["unknowns"]


def test_loop_has_the_mesh_of_its_device(comm):
    """The states of a loop are solved on the last mesh, and those of P and AP have its bars."""
    magnets = {"F1": {"switching_field": "20 mT"}, "F2": {"switching_field": "50 mT"}}
    loop = {"axis": "x", "range": ["-80 mT", "80 mT"], "points": 5, "magnets": magnets}
    solver = COARSE["solver"] | {"orders": 1, "reciprocity": False}
    device = COARSE | {"accuracy": TARGET, "solver": solver, "loop": loop}
    data = ts.loop(ts.Config.model_validate(device), comm=comm).data
    check_layout(data)
    history = data["accuracy"]
    assert len(history["meshes"]) > 1
    assert data["mesh"]["cells"] == history["meshes"][-1]["cells"]


def test_other_numbers_of_ranks_take_the_same_meshes(found):
    alone = accurate(TARGET, MPI.COMM_SELF).data["accuracy"]
    together = found.data["accuracy"]
    assert [mesh["unknowns"] for mesh in alone["meshes"]] == [mesh["unknowns"] for mesh in together["meshes"]]
    for one, other in zip(alone["meshes"][-1]["readings"], together["meshes"][-1]["readings"], strict=True):
        assert one["value"] == pytest.approx(other["value"], rel=1e-7)
        assert one["bar"] == pytest.approx(other["bar"], rel=0.01)


def test_limits_keep_the_best_result(comm):
    """The mesh before the one that is too large, and why there is none beyond."""
    history = accurate({"target": 1e-4, "orders": [1], "max_unknowns": 1000}, comm).data["accuracy"]
    assert not history["reached"]
    assert "max_unknowns" in history["end"]
    assert history["meshes"][-1]["unknowns"] <= 1000
    assert (
        "max_meshes"
        in accurate({"target": 1e-4, "orders": [1], "max_meshes": 2}, comm).data["accuracy"]["end"]
    )


def test_parts_of_cells_add_up_to_the_estimate(comm):
    """The estimate of every reading is the sum of what the cells make of it."""
    with prepare_problem(COARSE | {"accuracy": "3 %"}, comm) as problem:
        results = solve(problem, SilentProgress())
    for (scheme, name), expansion in results.expansions.items():
        probes = results.data["schemes"][scheme]["configurations"][name]["probes"]
        for order in (1, 2):
            total = comm.allreduce(expansion.densities["bottom", "top"][order].sum())
            assert total == pytest.approx(probes["v"]["correction"][order - 1], rel=0.01)


def test_round_walls(comm):
    """An upright cylinder: its resistance h/σπab has the error of its flat walls alone, and bars hold it."""
    cylinder = {"centre": ["0 nm", "0 nm", "0 nm"], "radii": ["40 nm", "25 nm"], "height": "20 nm"}
    terminals = {
        "bottom": {"region": "Disk", "face": "zmin", "sink": True},
        "top": {"region": "Disk", "face": "zmax", "sink": True},
    }
    config = {
        "geometry": {"solids": {"Disk": {"material": "Metal", "cylinder": cylinder}}},
        "materials": {
            "Metal": {"conductivity": 1e7, "spin_diffusion_length": "100 nm", "thermal_conductivity": 50}
        },
        "mesh": {"max_size": "20 nm", "elements_across_film": 1},
        "terminals": terminals,
        "schemes": {"up": {"bottom": "current", "top": "ground"}},
        "probes": {"v": ["bottom", "top"]},
        "solver": {"orders": 1, "estimate": True},
        "accuracy": "1 %",
    }
    exact = 20 * NM / (1e7 * np.pi * 40 * NM * 25 * NM)
    results = ts.run(ts.Config.model_validate(config), comm=comm)
    history = results.data["accuracy"]
    assert history["reached"] and len(history["meshes"]) > 1
    for mesh in history["meshes"]:
        for reading in mesh["readings"]:
            assert abs(reading["value"] - exact) < reading["bar"] < 1.4 * abs(reading["value"] - exact)


def test_mesh_that_memory_does_not_hold_is_not_solved_on(comm, monkeypatch):
    """The results are those of the last mesh that it holds."""
    monkeypatch.setattr("thermospin.runs.estimates.os.sysconf", lambda name: 15_800)  # 0.25 GB
    history = accurate(TARGET, comm).data["accuracy"]
    assert not history["reached"] and "of memory is needed" in history["end"]
    assert history["meshes"]


def test_values_at_unknowns_are_divided_among_cells(comm):
    """Nothing is lost, in the fields of conductors or of the whole device."""
    with prepare_problem(COARSE, comm) as problem:
        shares = CellShares(problem.spaces)
        values = problem.system.matrix.createVecLeft()
        values.set(1.0)
        divided = shares.divide(values)
    assert comm.allreduce(divided.sum()) == pytest.approx(problem.spaces.n_dofs)
    assert np.all(divided > 0)
