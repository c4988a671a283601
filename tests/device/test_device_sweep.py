"""Sweeps from a file to a table: equal to single runs, in groups, in tasks, and after a kill."""

import csv
import functools
import json
import weakref

import numpy as np
import pytest
from lateral import device, solved
from support import SilentProgress
from test_device_commands import check_mistake, command, write_config

from thermospin.meshes import build
from thermospin.output.layout import check_layout
from thermospin.runs import sweep as sweeping
from thermospin.runs import sweep_points, workbench
from thermospin.runs.preparation import prepare_mesh
from thermospin.runs.simulation import solve
from thermospin.runtime.failures import on_root
from thermospin.validation import load_config, load_sweep

SCALES, POLARISATIONS = [1, 2.5], [0.2, 0.3]
AXES = [
    {"key": "heating.scale", "values": SCALES},
    {"key": "materials.Py.polarisation", "values": POLARISATIONS},
]
POINTS = 4


def swept(axes=AXES, **sections):
    """The small device with a sweep."""
    return device(**{"solver": {"orders": 2}, "sweep": axes} | sections)


def run(comm, file, out, *options):
    """Run a sweep (collective)."""
    result = command("sweep", file, "-o", out, *options)
    assert result.exit_code == 0, result.output + str(result.exception)
    comm.Barrier()
    return result


def table(out):
    """The rows of sweep.csv."""
    with (out / "sweep.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_same_table(found, expected):
    """The same rows, with the same numbers to the accuracy of the solver."""
    assert len(found) == len(expected)
    for row, other in zip(found, expected, strict=True):
        for key in row:
            if key.startswith("R"):
                assert float(row[key]) == pytest.approx(float(other[key]), rel=1e-7, abs=0)
            elif "error" not in key:
                assert row[key] == other[key]


@pytest.fixture(scope="module")
def finished(comm, tmp_path_factory):
    """A directory with device.yaml and the results of its sweep in out/."""
    directory = comm.bcast(tmp_path_factory.mktemp("sweep"))
    run(comm, write_config(directory, comm, swept()), directory / "out")
    return directory


def test_every_point_is_a_single_run(finished, comm):
    results = json.loads((finished / "out" / "results.json").read_text())
    check_layout(results)
    assert [list(point["values"].values()) for point in results["points"]] == [
        [scale, polarisation] for scale in SCALES for polarisation in POLARISATIONS
    ]
    for point in results["points"]:
        scale, polarisation = point["values"].values()
        single = solved(
            device(
                solver={"orders": 2},
                heating={"scale": scale},
                materials={"Py": {"polarisation": polarisation}},
            ),
            comm,
        )
        for scheme, data in point["schemes"].items():
            for name, found in data["configurations"].items():
                for probe, read in found["probes"].items():
                    np.testing.assert_allclose(read["R"], single.harmonics(scheme, name, probe), rtol=1e-7)


def same_numbers(found, expected, path=""):
    """Plain data with the same keys and, to the accuracy of the solver, the same numbers."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), path
        for key in expected:
            if key not in UNLIKE:
                same_numbers(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for i, value in enumerate(expected):
            same_numbers(found[i], value, f"{path}[{i}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-12), path
    else:
        assert found == expected, path


UNLIKE = ("balances", "uncertainty", "solver", "mesh_bars", "current")
UNLIKE += ("iterations", "residuals", "adjoint_iterations")
"""Keys of numbers that only say how well the equations are solved, or differ by it: currents of R2 are 0."""


def test_points_of_current_and_probe_are_single_runs(comm, monkeypatch):
    """They are solved once together; all numbers are those of a run of each alone."""
    solved_for = []
    solve_for = sweep_points.solve_for
    monkeypatch.setattr(
        sweep_points, "solve_for", lambda *given: solved_for.append(len(given[1])) or solve_for(*given)
    )
    solver, pairs = {"orders": 2, "estimate": True}, [["contact3", "contact4"], ["contact5", "contact3"]]
    axes = [
        {"key": "lock_in.rms_current", "values": ["0.2 mA", "1 mA"]},
        {"key": "probes.nonlocal", "values": pairs},
    ]
    given = {"solver": solver, "output": {}, "schemes": {"thermal": device()["schemes"]["thermal"]}}
    current = {"lock_in": {"rms_current": "0.2 mA"}}
    found = sweeping.run_sweep(load_sweep(swept(axes, **given, **current)), None, comm)
    assert solved_for == [len(axes) * len(pairs)]
    for point in comm.bcast(found)["points"][1:3]:
        current, pair = point["values"].values()
        probes = {**device()["probes"], "nonlocal": pair}
        single = solved(device(**given, lock_in={"rms_current": current}, probes=probes), comm)
        same_numbers(point["schemes"], json.loads(json.dumps(single.data["schemes"])))


def test_points_that_fail_together_are_solved_alone(comm):
    axes = [{"key": "lock_in.rms_current", "values": ["0.2 mA", "1 mA"]}]
    given = {"solver": {"orders": 2, "max_iterations": 3}, "lock_in": {"rms_current": "1 mA"}}
    found = sweeping.run_sweep(load_sweep(swept(axes, **given)), None, comm)
    for point in comm.bcast(found)["points"]:
        assert "no convergence in 3 iterations" in point["failed"]


def test_table_has_a_row_for_every_reading(finished):
    rows = table(finished / "out")
    schemes, probes, names = 2, 2, ("P", "AP", "baseline", "spin")
    assert len(rows) == POINTS * schemes * probes * len(names)
    assert [row["heating.scale"] for row in rows[:: len(rows) // POINTS]] == ["1.0", "1.0", "2.5", "2.5"]
    results = json.loads((finished / "out" / "results.json").read_text())
    for row in rows:
        point = results["points"][int(row["point"])]
        data = json.loads((finished / "out" / point["directory"] / "results.json").read_text())
        scheme, probe, name = row["scheme"], row["probe"], row["configuration or signal"]
        if name in ("P", "AP"):
            r = data["schemes"][scheme]["configurations"][name]["probes"][probe]["R"]
        else:
            r = data["schemes"][scheme]["signals"][probe][name]
        assert [float(row["R1"]), float(row["R2"])] == r


def test_groups_give_the_same_table(finished, comm, shared_directory):
    run(comm, finished / "device.yaml", shared_directory, "--groups", comm.size)
    assert_same_table(table(shared_directory), table(finished / "out"))


def test_tasks_give_the_same_table(finished, comm, shared_directory):
    """The last of them writes it."""
    for task in ("1/3", "3/3", "2/3"):
        assert not (shared_directory / "sweep.csv").exists()
        run(comm, finished / "device.yaml", shared_directory, "--task", task)
    assert_same_table(table(shared_directory), table(finished / "out"))


def test_kill_and_restart(comm, shared_directory):
    """Points without whole results of their own are solved again, and no others."""
    file, out = write_config(shared_directory, comm, swept()), shared_directory / "out"
    result = run(comm, file, out, "--points", "0:3")
    assert ("3 of 4 points solved; 1 missing" in result.stdout) == (comm.rank == 0)
    assert not (out / "results.json").exists()
    kept, broken, other = sorted(path / "results.json" for path in (out / "points").iterdir())
    before = kept.stat().st_mtime_ns, broken.read_text(), json.loads(other.read_text())["schemes"]
    comm.Barrier()
    if comm.rank == 0:
        broken.write_text(before[1][: len(before[1]) // 2])
        other.write_text(kept.read_text())
    comm.Barrier()
    run(comm, file, out)
    assert kept.stat().st_mtime_ns == before[0]
    assert json.loads(broken.read_text())["point"]["hash"] == broken.parent.name
    for scheme, data in json.loads(other.read_text())["schemes"].items():
        r = data["configurations"]["AP"]["probes"]["nonlocal"]["R"]
        expected = before[2][scheme]["configurations"]["AP"]["probes"]["nonlocal"]["R"]
        np.testing.assert_allclose(r, expected, rtol=1e-7)
    assert len(table(out)) == 64
    assert len(list((out / "points").iterdir())) == POINTS


@pytest.mark.slow
def test_points_stay_when_an_axis_grows(comm, shared_directory):
    first, more = ([{"key": "heating.scale", "values": scales}] for scales in ([1, 2], [0.5, 1, 1.5, 2]))
    out = shared_directory / "out"
    run(comm, write_config(shared_directory, comm, swept(first)), out)
    times = {path: path.stat().st_mtime_ns for path in out.glob("points/*/results.json")}
    comm.Barrier()
    run(comm, write_config(shared_directory, comm, swept(more), "more.yaml"), out)
    assert len(list(out.glob("points/*/results.json"))) == 4
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_point_that_does_not_converge(comm, shared_directory):
    """It is in the table with its message; others go on, and only --retry solves it again."""
    axes = [{"key": "solver.max_iterations", "values": [3, 500]}]
    file, out = write_config(shared_directory, comm, swept(axes)), shared_directory / "out"
    result = run(comm, file, out)
    assert ("1 of 2 points solved; 1 failed" in result.stdout) == (comm.rank == 0)
    failed, *rows = table(out)
    assert "no convergence in 3 iterations" in failed["failed"]
    assert failed["R1"] == failed["scheme"] == ""
    assert len(rows) == 16 and not any(row["failed"] for row in rows)
    assert {file.name for file in out.glob("*.png")} == {
        f"sweep_{scheme}_{probe}.png"
        for scheme in ("thermal", "electrical")
        for probe in ("nonlocal", "lead")
    }
    path = out / failed["directory"] / "results.json"
    before = path.stat().st_mtime_ns
    comm.Barrier()
    run(comm, file, out)
    assert path.stat().st_mtime_ns == before
    comm.Barrier()
    run(comm, file, out, "--retry")
    assert path.stat().st_mtime_ns > before


def test_fields_when_asked_for(comm, shared_directory):
    axes = [{"key": "heating.scale", "values": [1]}]
    file, out = write_config(shared_directory, comm, swept(axes)), shared_directory / "out"
    run(comm, file, out)
    assert not list(out.rglob("*.vtu"))
    comm.Barrier()
    run(comm, file, out, "--fields")
    assert list(out.glob("points/*/fields/thermal/AP/order2.vtu"))


def test_every_mesh_is_made_once(comm, shared_directory, monkeypatch):
    made = []
    mesh = build._mesh
    monkeypatch.setattr(build, "_mesh", lambda *arguments: made.append(1) or mesh(*arguments))
    axes = [
        {"key": "heating.scale", "values": [1, 2]},
        {"key": "mesh.refinement", "values": [0.37, 0.41]},
    ]
    file = write_config(shared_directory, comm, swept(axes, solver={"orders": 1}))
    run(comm, file, shared_directory / "out", "--groups", comm.size)
    assert comm.allreduce(len(made)) == 2
    found = json.loads((shared_directory / "out" / "results.json").read_text())["points"]
    assert len({point["mesh"]["hash"] for point in found}) == 2
    assert [point["mesh"]["hash"] for point in found[:2]] == [point["mesh"]["hash"] for point in found[2:]]


def test_operator_that_stays_is_used_again(comm, shared_directory, monkeypatch):
    made = []
    problem = workbench.Problem
    monkeypatch.setattr(workbench, "Problem", lambda *arguments: made.append(1) or problem(*arguments))
    sweeping.run_sweep(load_sweep(json.loads(json.dumps(swept()))), shared_directory, comm)
    assert len(made) == len(POLARISATIONS)


def test_problem_that_is_replaced_is_freed(comm):
    """PETSc and its Python preconditioners refer to each other, through interfaces too."""
    contact = {"between": ["Py1", "Cu"], "area_resistance": "1e-4 fohm m^2"}
    bench, references = workbench.Workbench(comm), []
    for temperature in (300, 310):
        config = load_config(device(interfaces=[contact], temperature=temperature))
        record = on_root(comm, functools.partial(prepare_mesh, config))
        problem = bench.problem(config, record, SilentProgress())
        assert [reference() for reference in references] == [None] * len(references)
        solve(problem, SilentProgress())
        references += [weakref.ref(part) for part in (problem, problem.linear, problem.system)]
        del problem
    bench.clear()
    assert [reference() for reference in references] == [None] * len(references)


def test_mistake_that_a_mesh_shows_comes_before_the_first_solution(comm, shared_directory):
    axes = [{"key": "mesh.region_max_size", "values": [{"Cu": "20 nm"}, {"Gold": "5 nm"}]}]
    file, out = write_config(shared_directory, comm, swept(axes)), shared_directory / "out"
    for arguments in (("sweep", file, "-o", out), ("validate", file)):
        result = command(*arguments)
        check_mistake(comm, result, file, "sweep[0].values[1]: mesh.region_max_size", "no region Gold")
        assert not out.exists()


def test_results_of_a_sweep_are_no_run(finished, comm):
    check_mistake(
        comm, command("compare", finished / "out"), finished / "out", "these are the results", "of a sweep"
    )
