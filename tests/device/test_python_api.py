"""The Python interface, from top to bottom: what a script can do that imports thermospin.

The device is a spin valve of three films. What the interface gives is compared with the files that the
commands write.
"""

import json
import os

import numpy as np
import pandas as pd
import pytest
import pyvista as pv
import xarray as xr
import yaml
from click.testing import CliRunner

import thermospin as ts
from thermospin.cli import main

VALVE = """
title: Spin valve
geometry:
  template: layer_stack
  layers:
    - {name: Fixed, material: Py, thickness: 10 nm}
    - {name: Spacer, material: Cu, thickness: 20 nm}
    - {name: Free, material: Py, thickness: 10 nm}
mesh: {interface_size: 2 nm, max_size: 5 nm}
schemes:
  through: {bottom: current, top: ground}
probes: {valve: [bottom, top]}
solver: {orders: 2}
output: {current: 1 mA, maps: [{field: J, order: 1, slice: {x: 5 nm}}]}
"""
AXES = [
    {"key": "temperature", "values": ["200 K", "300 K", "350 K"]},
    {"keys": ["heating.model", "heating.scale"], "values": [["joule", 2], ["conserving", 1]]},
]


@pytest.fixture(scope="module")
def file(comm, tmp_path_factory):
    """A configuration as a user writes it."""
    path = comm.bcast(tmp_path_factory.mktemp("api") / "valve.yaml")
    if comm.rank == 0:
        path.write_text(VALVE)
    comm.Barrier()
    return path


@pytest.fixture(scope="module")
def out(comm, file):
    """Results of `thermospin run` (collective)."""
    done = CliRunner().invoke(main, ["run", str(file), "-o", str(file.parent / "out")])
    assert done.exit_code == 0, done.output
    comm.Barrier()
    return file.parent / "out"


@pytest.fixture(scope="module")
def results(file):
    """Results of the Python API (collective)."""
    return ts.run(ts.load(file))


@pytest.fixture(scope="module")
def swept(file):
    """A sweep along two axes, the second of which changes two keys at once (collective)."""
    return ts.sweep(file, f"sweep={json.dumps(AXES)}")


def test_ten_lines(file, monkeypatch):
    """The lines that README.md shows."""
    monkeypatch.chdir(file.parent)

    import thermospin as ts

    config = ts.load("valve.yaml", "temperature=250 K")
    results = ts.run(config)
    readings = results.readings
    print(readings[readings.order == 1])
    print(results.signals.set_index(["probe", "signal", "order"]).value)

    grid = results.fields("through", "P", current="1 mA")
    print("hottest:", grid["T"].max(), "K at", grid.points[grid["T"].argmax()])

    table = ts.sweep("valve.yaml", "sweep=[{key: temperature, values: [200 K, 300 K]}]").readings
    print(table[table.configuration == "spin"].pivot(index="temperature", columns="order", values="value"))

    assert grid["T"].max() > 250
    assert len(table) == 2 * len(readings)


def test_numbers_are_those_of_the_command(results, out):
    written = json.loads((out / "results.json").read_text())["schemes"]["through"]["configurations"]
    assert {*written} == {"P", "AP"}
    for name, found in written.items():
        r = results.harmonics("through", name, "valve")
        np.testing.assert_allclose(r, found["probes"]["valve"]["R"], rtol=1e-8)


def test_readings_are_a_table(results, out):
    """results.csv, with names that a script can type."""
    columns = [
        "scheme",
        "configuration",
        "probe",
        "order",
        "value",
        "correction",
        "mesh_error",
        "corrected",
        "corrected_error",
        "solver_error",
        "materials_error",
        "unit",
    ]
    found, expected = results.readings, pd.read_csv(out / "results.csv")
    assert list(found.columns) == columns
    names = {"configuration or signal": "configuration"}
    keys = ["scheme", "configuration", "probe", "order", "unit"]
    assert found[keys].equals(expected.rename(columns=names)[keys])
    np.testing.assert_allclose(found["value"], expected["value"], rtol=1e-8)
    r = found.set_index(["configuration", "order"])["value"]
    assert r["P", 1] == results.harmonics("through", "P", "valve")[0]
    assert r["spin", 1] == pytest.approx(r["P", 1] - r["AP", 1], rel=1e-12)
    assert r["P", 1] < r["AP", 1]  # giant magnetoresistance


def test_signals_balances_and_warnings(results):
    signals = results.signals.set_index(["signal", "order"])["value"]
    assert signals["baseline", 2] == results.baseline("through", "valve")[1]
    assert signals["spin", 1] == results.spin_signal("through", "valve")[0]
    assert set(signals.index.get_level_values("signal")) == {"baseline", "spin"}
    balances = results.balances.set_index(["scheme", "configuration"])
    assert list(balances.columns) == ["charge", "heat", "energy", "reciprocity"]
    assert (balances[["charge", "heat"]] < 1e-6).all(axis=None)
    # The heat source is not conserving, and the probe, on the ground, cannot be exchanged with the injector.
    assert balances[["energy", "reciprocity"]].isna().all(axis=None)
    assert results.warnings == results.data["warnings"]
    assert repr(results) == "<Results 'Spin valve', through: P, AP>"


def test_nothing_is_printed_and_nothing_is_written(comm, file, capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    config = ts.load(file)
    capfd.readouterr()
    ts.run(config).fields("through", "AP", order=1)
    ts.sweep(config.model_copy(update={"sweep": ts.load({**yaml.safe_load(VALVE), "sweep": AXES[:1]}).sweep}))
    ts.mesh(config)
    ts.Problem.of(config).free()
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == []


def test_progress_and_output_when_asked_for(comm, file, out, capfd):
    lines = []
    directory = file.parent / "asked"
    ts.run(ts.load(file), directory, progress=lines.append)
    comm.Barrier()
    assert capfd.readouterr().err == ""
    assert bool(lines) == (comm.rank == 0)
    if comm.rank == 0:
        assert lines[0] == "mesh"
        assert "fields" in lines
        assert {path.name for path in directory.rglob("*")} == {path.name for path in out.rglob("*")}
        loaded = json.loads((directory / "results.json").read_text())
        assert loaded["config"]["output"]["directory"] == str(directory)


def test_not_quiet_shows_what_the_command_shows(comm, file, capfd):
    ts.run(ts.load(file), quiet=False)
    shown = capfd.readouterr()
    assert bool(shown.out) == bool(shown.err) == (comm.rank == 0)
    if comm.rank == 0:
        assert "probe valve" in shown.out
        assert "solve" in shown.err


def assert_same_grid(found, expected, rtol):
    """The same mesh, and the same arrays with the same numbers."""
    np.testing.assert_allclose(found.points, expected.points, rtol=0, atol=1e-15)
    assert found.n_cells == expected.n_cells
    for mine, theirs in ((found.point_data, expected.point_data), (found.cell_data, expected.cell_data)):
        assert set(mine.keys()) == set(theirs.keys())
        for name in theirs.keys():  # noqa: SIM118  (not a dict)
            scale = np.nanmax(abs(theirs[name]))
            np.testing.assert_allclose(mine[name], theirs[name], rtol=0, atol=rtol * scale, err_msg=name)
    assert list(found.field_data["units"]) == list(expected.field_data["units"])


@pytest.mark.parametrize("configuration", ["P", "AP"])
@pytest.mark.parametrize(
    ("name", "wanted"), [("order1", {"order": 1}), ("order2", {"order": 2}), ("at_1mA", {"current": "1 mA"})]
)
def test_fields_are_those_of_the_files(results, out, configuration, name, wanted):
    found = results.fields("through", configuration, **wanted)
    expected = pv.read(out / "fields" / "through" / configuration / f"{name}.vtu")
    assert isinstance(found, pv.UnstructuredGrid)
    assert_same_grid(found, expected, 1e-6)


def test_fields_are_arrays(results, comm):
    grid = results.fields("through", "P", current=1e-3)
    assert grid["V"].shape == grid["T"].shape == grid["mu_s"].shape == (grid.n_points,)
    assert grid["J"].shape == (grid.n_cells, 3)
    area = 10e-9 * 10e-9
    np.testing.assert_allclose(grid["J"][:, 2], 1e-3 / area, rtol=1e-3)  # the same everywhere in a bar
    bottom = grid["V"][grid.points[:, 2] == 0].mean()
    r = results.harmonics("through", "P", "valve")
    assert bottom == pytest.approx(r @ [1e-3, 1e-6], rel=1e-4)  # R1 I + R2 I², the mean over the face
    assert comm.allreduce(grid.n_points) == comm.size * grid.n_points


def test_fields_of_some_regions(results, file):
    grid = results.fields("through", "P", current=1e-3)
    films = [ts.in_regions(grid, name) for name in ("Fixed", "Spacer", "Free")]
    assert sum(film.n_cells for film in films) == grid.n_cells
    ends = [(film.points[:, 2].min(), film.points[:, 2].max()) for film in films]
    np.testing.assert_allclose(ends, [(0, 10e-9), (10e-9, 30e-9), (30e-9, 40e-9)], rtol=0, atol=1e-15)
    both = ts.in_regions(grid, "Fixed", "Free")
    assert both.n_cells == films[0].n_cells + films[2].n_cells
    assert set(both["region"]) == {*films[0]["region"], *films[2]["region"]}


def test_results_of_an_earlier_run(results, out):
    loaded = ts.Results.load(out)
    pd.testing.assert_frame_equal(loaded.readings, results.readings, rtol=1e-6)
    assert_same_grid(loaded.fields("through", "AP", order=2), results.fields("through", "AP", order=2), 1e-6)
    other = loaded.fields("through", "AP", current="3 mA")  # of which there is no file
    assert_same_grid(other, results.fields("through", "AP", current="3 mA"), 1e-6)


def test_step_by_step(file, results):
    with ts.Problem.of(ts.load(file)) as problem:
        assert problem.schemes == ["through"]
        assert list(problem.states) == ["P", "AP"]
        for name in problem.states:
            expansion = problem.solve("through", name)
            pair = problem.config.probes["valve"]
            r = results.harmonics("through", name, "valve")
            np.testing.assert_allclose(expansion.harmonics(pair), r, rtol=1e-8)
            grid = problem.observe(expansion, order=2)
            assert_same_grid(grid, results.fields("through", name, order=2), 1e-6)
        with pytest.raises(ts.InputError, match="unknown configuration 'ap'; did you mean 'AP'"):
            problem.solve("through", "ap")


def test_a_problem_remembers_what_a_solution_is_of(file):
    """The fields of one configuration can be had after another has been solved."""
    with ts.Problem.of(ts.load(file)) as problem:
        parallel = problem.solve("through", "P")
        before = problem.observe(parallel, order=1)
        problem.solve("through", "AP")
        assert_same_grid(problem.observe(parallel, order=1), before, 0)


def test_sweep_is_a_table(file, swept, comm):
    out = file.parent / "swept"
    done = CliRunner().invoke(
        main, ["sweep", str(file), "--set", f"sweep={json.dumps(AXES)}", "-o", str(out)]
    )
    assert done.exit_code == 0, done.output
    comm.Barrier()
    expected, found = pd.read_csv(out / "sweep.csv"), swept.table
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns.drop(["directory", "failed"]):
        if expected[name].dtype == float and "error" not in name:
            np.testing.assert_allclose(found[name].astype(float), expected[name], rtol=1e-8)
        elif "error" not in name:
            assert list(found[name]) == list(expected[name])
    assert found["failed"].isna().all()
    loaded = ts.SweepResults.load(out)
    pd.testing.assert_frame_equal(loaded.readings, swept.readings, rtol=1e-6)
    with xr.open_dataset(out / "sweep.nc") as dataset:
        xr.testing.assert_allclose(dataset, swept.to_xarray(), rtol=1e-6)


def test_sweep_has_axes(swept):
    assert swept.keys == ["temperature", "heating.model", "heating.scale"]
    data = swept.to_xarray()
    assert dict(data.sizes) == {
        "temperature": 3,
        "heating.model": 2,
        "scheme": 1,
        "configuration": 4,
        "probe": 1,
        "order": 2,
    }
    assert list(data["temperature"].values) == [200, 300, 350]
    assert list(data["heating.scale"].values) == [2, 1]
    assert data["unit"].sel(scheme="through", order=2) == "V/A²"
    rows = swept.readings
    assert len(rows) == data["value"].size
    for row in rows.itertuples(index=False):
        at = {"temperature": row.temperature, "heating.model": row[2]}
        at |= {key: getattr(row, key) for key in ("scheme", "configuration", "probe", "order")}
        assert data["value"].sel(at) == row.value


def test_points_of_a_sweep_are_runs(file, swept):
    alone = ts.run(ts.load(file, "temperature=350 K", "heating.model=conserving", "heating.scale=1"))
    last = swept.readings[swept.readings.point == 5]
    np.testing.assert_allclose(last["value"], alone.readings["value"], rtol=1e-7)


def test_mesh_and_materials(comm, file):
    config = ts.load(file)
    mesh = ts.mesh(config)
    assert mesh.array("points").shape == (mesh.points, 3)
    assert list(mesh.regions) == ["Fixed", "Spacer", "Free"]
    assert comm.allreduce(mesh.cells) == comm.size * mesh.cells
    assert ts.material("Cu") == ts.material_library()["Cu"]
    assert ts.material("Cu").at(300.0) == config.material("Cu")
    assert ts.material("Cu").conductivity > 1e7


@pytest.mark.serial
@pytest.mark.parametrize(
    ("name", "keys", "ends"),
    [
        ("lateral_nonlocal", {"contact_gap": "150 nm"}, ("contact1", "contact2")),
        ("nanopillar", {"shape": "rectangular"}, ("bottom_current", "top_current")),
        ("layer_stack", {"layers": yaml.safe_load(VALVE)["geometry"]["layers"]}, ("top", "bottom")),
    ],
)
def test_templates_by_name(name, keys, ends):
    """They are what a file with these keys has, and can be changed like it."""
    geometry = ts.template(name, **keys)
    rest = {"schemes": {"s": dict(zip(ends, ("current", "ground"), strict=True))}}
    written = ts.load({"geometry": {"template": name, **keys}, **rest})
    for config in (ts.load({"geometry": geometry, **rest}), ts.Config(geometry=geometry, **rest)):
        assert config.model_dump() == written.model_dump()


@pytest.mark.serial
def test_templates_are_overridden():
    """The lengths of a template are in metres; an override is laid over them."""
    lateral = ts.template("lateral_nonlocal", contact_gap="150 nm")
    assert lateral.contact_gap == 150e-9
    scheme = {"geometry": lateral, "schemes": {"s": {"contact1": "current", "contact2": "ground"}}}
    assert ts.load(scheme, "geometry.contact_gap=160 nm").geometry.contact_gap == 160e-9


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (
            lambda r: ts.load({**yaml.safe_load(VALVE), "temprature": 3}),
            "unknown key 'temprature'; did you mean",
        ),
        (lambda r: ts.load("nowhere.yaml"), "nowhere.yaml: cannot read the configuration"),
        (lambda r: ts.material("Copper"), "unknown material 'Copper'"),
        (lambda r: ts.template("nanopilar"), "geometry.template: unknown template 'nanopilar'; did you mean"),
        (lambda r: ts.template("nanopillar", lenght="9 nm"), "geometry.lenght: unknown key 'lenght'; did"),
        (
            lambda r: ts.in_regions(r.fields("through", "P", order=1), "Fre"),
            "unknown region 'Fre'; did you mean 'Free'?",
        ),
        (lambda r: ts.Results.load("nowhere"), "no results here"),
        (lambda r: r.fields("throuhg", "P", order=1), "unknown scheme 'throuhg'; did you mean 'through'"),
        (lambda r: r.fields("through", "PA", order=1), "unknown configuration 'PA'"),
        (lambda r: r.fields("through", "P", order=3), "order 3 was not solved; the orders are 1, 2"),
        (lambda r: r.fields("through", "P"), "give one of 'order', 'current' and 'voltage'"),
        (lambda r: r.fields("through", "P", voltage=1), "no voltage drives 'through'"),
        (lambda r: r.fields("through", "P", current="2 mV"), "current: "),
        (lambda r: ts.sweep(ts.load(yaml.safe_load(VALVE))), "nothing to sweep"),
    ],
)
def test_mistakes_are_one_line(results, work, message):
    with pytest.raises(ts.InputError) as caught:
        work(results)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ts.ThermospinError)


@pytest.mark.serial
def test_names():
    assert dir(ts) == sorted(ts.__all__)
    assert all(getattr(ts, name) is not None for name in dir(ts))
    assert all(getattr(ts, name).__doc__ for name in dir(ts) if name != "__version__")
    assert {"Config", "ConvergenceError", "InputError", "Problem", "Results", "load", "run", "sweep"} <= {
        *dir(ts)
    }
    assert ts.__version__.count(".") == 2
    with pytest.raises(AttributeError, match="no attribute 'rnu'"):
        ts.rnu  # noqa: B018
