"""Magnetic loops of a whole device: states solved once, readings as those of single runs, files."""

import csv
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from lateral import PROBES, device, solved

from thermospin.cli import main
from thermospin.device import Device
from thermospin.output import plot
from thermospin.output.layout import check_layout
from thermospin.response.harmonics import SchemeSolver
from thermospin.runs.loop import Trace, loop
from thermospin.validation import load_config

RMS = 1.5e-3
SHARP = {
    "axis": "x",
    "range": ["-80 mT", "80 mT"],
    "points": 17,
    "magnets": {"Py1": {"switching_field": "20 mT"}, "Py2": {"switching_field": "50 mT"}},
}
ROTATING = SHARP | {
    "points": 5,
    "magnets": {
        "Py1": {"switching_field": "20 mT"},
        "Py2": {"easy_axis": {"theta": "90 deg", "phi": "60 deg"}, "anisotropy_field": "60 mT"},
    },
}
PRECESSING = {
    "Cu": {
        "conductivity": 4.26e7,
        "spin_diffusion_length": "350 nm",
        "seebeck": "1.6 uV/K",
        "thermal_conductivity": 300,
        "spin_relaxation_time": "20 ps",
    }
}


def with_loop(**sections):
    solver = {"orders": 2, "reciprocity": False} | sections.pop("solver", {})
    return device(**{"loop": SHARP, "lock_in": {"rms_current": RMS}, "solver": solver} | sections)


def run(config, comm, directory):
    """The results of a loop, and how many solutions they took (collective)."""
    found = load_config(config)
    solves, expand = [], SchemeSolver.expand
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SchemeSolver, "expand", lambda self, orders: solves.append(1) or expand(self, orders))
        results = loop(found, directory, comm=comm).data
    check_layout(results)
    comm.Barrier()
    return results, len(solves)


@pytest.fixture(scope="module")
def sharp(comm, tmp_path_factory):
    """The loop of two magnets that switch, and how many solutions it took."""
    return run(with_loop(), comm, comm.bcast(tmp_path_factory.mktemp("loop")))


def test_only_distinct_states_are_solved(sharp, comm):
    """34 points, four states, two schemes; every reading is that of a run with the magnets that way."""
    results, count = sharp
    assert count == 4 * 2
    states = results["loop"]["states"]
    assert [state["magnets"] for state in states.values()] == [
        {"Py1": one, "Py2": two} for one, two in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    single = solved(
        with_loop(configurations={name: state["magnets"] for name, state in states.items()}), comm
    )
    for scheme, data in results["schemes"].items():
        for probe in PROBES:
            for branch in ("up", "down"):
                names = results["loop"]["branches"][branch]["state"]
                found = np.array(data["loops"][probe][branch]["R"]).T
                expected = [single.harmonics(scheme, name, probe) for name in names]
                np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_sequence_of_switches(sharp):
    """B rises: antiparallel from 20 to 50 mT; and the same in reverse."""
    branches = sharp[0]["loop"]["branches"]
    fields = np.linspace(-0.08, 0.08, 17)
    np.testing.assert_allclose(branches["up"]["B"], fields, atol=1e-15)
    np.testing.assert_allclose(branches["down"]["B"], fields[::-1], atol=1e-15)
    expected = ["state1" if b < 0.019 else "state2" if b < 0.049 else "state3" for b in fields]
    assert branches["up"]["state"] == expected
    opposite = {"state1": "state3", "state2": "state4", "state3": "state1"}
    assert branches["down"]["state"] == [opposite[name] for name in expected]


def test_opposite_fields_read_the_same(sharp):
    """Reversing all magnets changes nothing, so the two branches are mirror images."""
    for data in sharp[0]["schemes"].values():
        for loops in data["loops"].values():
            up, down = (np.array(loops[branch]["R"]) for branch in ("up", "down"))
            np.testing.assert_allclose(up, down, rtol=1e-7)
            assert np.ptp(up[0]) > 1e3 * np.abs(up - down)[0].max()


def test_files(comm, shared_directory):
    """The same numbers in the table as in results.json, SI; nothing left aside; pictures again."""
    config = with_loop(output={"directory": str(shared_directory)})
    file = shared_directory / "device.yaml"
    if comm.rank == 0:
        file.write_text(json.dumps(config))
    comm.Barrier()
    out = shared_directory / "out"
    result = CliRunner().invoke(main, ["loop", str(file), "-o", str(out)])
    assert result.exit_code == 0, result.output + str(result.exception)
    comm.Barrier()
    if comm.rank > 0:
        return
    first, cost, last = result.stdout.splitlines()
    assert first == f"34 points, 4 magnetic states solved; {out / 'loop.csv'}"
    assert cost.startswith("time ") and cost.endswith(" GB")
    assert last == f"results in {out}"
    pictures = {f"loop_{scheme}_{probe}.png" for scheme in ("thermal", "electrical") for probe in PROBES}
    assert {path.name for path in out.iterdir()} == pictures | {"loop.csv", "results.json"}
    results = json.loads((out / "results.json").read_text())
    assert results["config"] == load_config(file, [f"output.directory={out}"]).resolved()
    with (out / "loop.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 2 * 2 * 34
    for row in rows:
        at = results["schemes"][row["scheme"]]["loops"][row["probe"]][row["branch"]]
        i = results["loop"]["branches"][row["branch"]]["B"].index(float(row["B [T]"]))
        r1, r2 = float(row["R1"]), float(row["R2"])
        assert (r1, r2) == (at["R"][0][i], at["R"][1][i])
        magnets = results["loop"]["states"][row["state"]]["magnets"]
        assert magnets == {region: int(row[region]) for region in ("Py1", "Py2")}
        assert float(row["V2f rms [V]"]) == pytest.approx(r2 * RMS**2 / math.sqrt(2), rel=1e-12, abs=0)
        assert float(row["R⁽²⁾ Î² [V]"]) == pytest.approx(2 * r2 * RMS**2, rel=1e-12, abs=0)
    (out / "loop_thermal_lead.png").unlink()
    assert {path.name for path in plot(out)} == pictures


def test_rotating_magnet(sharp, comm, shared_directory):
    """With vector spin: the electrical signal goes with the cosine between the magnets, nearly."""
    config = with_loop(
        solver={"spin": "vector", "orders": 1},
        loop=ROTATING,
        probes={"nonlocal": ["contact3", "contact4"]},
        schemes={"electrical": {"contact1": "current", "contact5": "ground"}},
    )
    loaded = load_config(config)
    trace = Trace.of(loaded, Device.of(loaded))
    results, count = run(config, comm, shared_directory)
    assert count == len(trace.states) == results["loop"]["solved_states"]
    rotating, collinear = (
        np.array(found["schemes"]["electrical"]["loops"]["nonlocal"]["up"]["R"])[0]
        for found in (results, sharp[0])
    )
    signal = np.ptp(collinear)
    for name, value in zip(results["loop"]["branches"]["up"]["state"], rotating, strict=True):
        m1, m2 = (np.array(results["loop"]["states"][name]["magnets"][region]) for region in ("Py1", "Py2"))
        expected = (collinear.max() + collinear.min()) / 2 + signal / 2 * (m1 @ m2)
        assert value == pytest.approx(expected, abs=0.1 * signal)


def test_field_acts_on_spins(comm, shared_directory):
    """With a relaxation time in the copper every B is solved by itself, unless that is switched off."""
    scheme = {"electrical": {"contact1": "current", "contact5": "ground"}}
    loop = SHARP | {"axis": "z", "range": ["-4 T", "4 T"], "points": 3}
    loop["magnets"] = {
        name: {"easy_axis": "x", "switching_field": 1, "exchange_bias": -2} for name in ("Py1", "Py2")
    }
    probe = {"nonlocal": ["contact3", "contact4"]}
    solver = {"spin": "vector", "orders": 1}
    config = with_loop(solver=solver, materials=PRECESSING, loop=loop, schemes=scheme, probes=probe)
    results, count = run(config, comm, shared_directory)
    assert count == results["loop"]["solved_states"] == 3
    r = np.array(results["schemes"]["electrical"]["loops"]["nonlocal"]["up"]["R"])[0]
    assert results["loop"]["precession"]
    fixed = {"P": {"Py1": "x", "Py2": "x"}}
    del config["loop"]
    for b, value in zip((-4, 0, 4), r, strict=True):
        one = solved(config | {"magnetic_field": [0, 0, b], "configurations": fixed}, comm)
        assert value == pytest.approx(one.harmonics("electrical", "P", "nonlocal")[0], rel=1e-8, abs=0)
    assert r[0] == pytest.approx(r[2], rel=1e-8, abs=0)
    assert abs(r[1] - r[0]) > 1e-4 * abs(r[1])
    still, count = run(config | {"loop": loop | {"precession": False}}, comm, shared_directory)
    assert count == still["loop"]["solved_states"] == 1
    assert not still["loop"]["precession"]


def test_voltage_driven_scheme_has_no_lock_in(comm, shared_directory):
    schemes = {
        "current": {"contact1": "current", "contact5": "ground"},
        "voltage": {"contact1": {"voltage": "1 mV"}, "contact5": "ground"},
    }
    config = with_loop(
        schemes=schemes,
        loop=SHARP | {"points": 3},
        probes={"lead": ["contact3", "contact5"]},
        solver={"estimate": True},
    )
    results, _ = run(config, comm, shared_directory)
    assert "lock_in" in results["schemes"]["current"]["loops"]["lead"]["up"]
    assert "lock_in" not in results["schemes"]["voltage"]["loops"]["lead"]["up"]
    with (shared_directory / "loop.csv").open(encoding="utf-8") as table:
        rows = {row["scheme"]: row for row in csv.DictReader(table)}
    assert (rows["voltage"]["drive"], rows["voltage"]["V1f rms [V]"]) == ("V", "")
    assert rows["current"]["V1f rms [V]"]


def test_file_without_a_loop(comm, shared_directory):
    config, file = with_loop(), shared_directory / "device.yaml"
    del config["loop"]
    if comm.rank == 0:
        file.write_text(json.dumps(config))
    comm.Barrier()
    result = CliRunner().invoke(main, ["loop", str(file)])
    assert result.exit_code == 2
    if comm.rank == 0:
        assert result.stderr.startswith(f"error: {file}: loop: missing; add it")
