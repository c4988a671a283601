"""The command line with vector spin, from a file to files: numbers, fields, maps, and maps drawn again."""

import json
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv
import yaml
from click.testing import CliRunner
from lateral import device, solved
from support import COMPARES_RANKS

from thermospin.cli import main
from thermospin.compat import MPI
from thermospin.output.vtu import read_orders
from thermospin.validation import load_config

REFERENCE = Path(__file__).parents[2] / "configs" / "references" / "slachter2010.yaml"

ALONG_Y = {"start": ["0 nm", "-150 nm", "15 nm"], "end": ["0 nm", "40 nm", "15 nm"], "points": 20}
MAPS = [
    {"field": "mu_s", "current": "1 mA", "slice": {"z": "6 nm"}, "name": "slice"},
    {"field": "mu_s", "order": 1, "line": ALONG_Y, "name": "line"},
    {"field": "m", "surface": True, "regions": ["Py1", "Cu", "Py2"], "name": "magnets"},
    {"field": "torque", "order": 1, "slice": {"z": "6 nm"}, "configuration": "AP", "name": "torque"},
    {"field": "mu_s_x", "order": 1, "surface": True, "scheme": "electrical", "name": "component"},
]
TILTED = {"Py1": [1, 0, 0], "Py2": {"theta": "120 deg", "phi": "30 deg"}}


def vector_device(solver=None, **sections):
    return device(solver={"orders": 2, "spin": "vector"} | (solver or {}), **sections)


def command(*arguments):
    """Run a command on all ranks (collective)."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + str(result.exception)


def finish(comm, directory, config):
    """The directory of the results of a configuration (collective)."""
    file, out = directory / "device.yaml", directory / "out"
    if comm.rank == 0:
        file.write_text(yaml.safe_dump(json.loads(json.dumps(config)), sort_keys=False))
    comm.Barrier()
    command("run", file, "-o", out)
    comm.Barrier()
    return out


@pytest.fixture(scope="module")
def tilted(comm, tmp_path_factory):
    """Results with magnets that point in different directions."""
    config = vector_device(magnetisation=TILTED, output={"current": "1 mA", "maps": MAPS})
    return finish(comm, comm.bcast(tmp_path_factory.mktemp("tilted")), config)


@pytest.fixture(scope="module")
def both(comm, tmp_path_factory):
    """Results with all magnets along z: collinear, and as a special case of vector spin.

    The tolerance bounds an error of the whole; values at points, of a part, are worse, so it is small.
    """
    return {
        spin: finish(
            comm,
            comm.bcast(tmp_path_factory.mktemp(spin)),
            vector_device({"spin": spin, "tolerance": 1e-12}),
        )
        for spin in ("collinear", "vector")
    }


def results(out):
    return json.loads((out / "results.json").read_text())


def pictures(out):
    return {path.name: pv.read(path)["PNGImage"] for path in (out / "maps").glob("*.png")}


def test_files(tilted):
    assert {path.name for path in (tilted / "maps").iterdir()} == {
        *(f"{item['name']}.png" for item in MAPS),
        "line.csv",
    }
    sample = read_orders(tilted, "thermal", "AP")[2]
    assert {"mu_s", "mu_s_x", "mu_s_y", "mu_s_z"} <= sample.point_data.keys()
    assert {"J_s_x", "J_s_y", "J_s_z", "m"} <= sample.cell_data.keys()
    across = np.array([3**0.5 / 2 * 3**0.5 / 2, 3**0.5 / 4, -0.5])
    m = sample.cell_data["m"][sample.region == sample.regions["Py2"]]
    np.testing.assert_allclose(m, np.broadcast_to(-across, m.shape), rtol=1e-6)


@pytest.mark.parametrize("name", ["P", "AP"])
def test_torques_in_the_files_add_up_to_those_of_the_results(tilted, name):
    found = results(tilted)["schemes"]["electrical"]["configurations"][name]["torques"]
    for order, sample in read_orders(tilted, "electrical", name).items():
        corners = sample.points[sample.vertices]
        volumes = abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6
        for magnet, expected in found.items():
            inside = sample.region == sample.regions[magnet]
            total = sample.cell_data["torque"][inside].astype(float).T @ volumes[inside]
            size = np.linalg.norm(expected["torque"][f"order{order}"])
            np.testing.assert_allclose(total, expected["torque"][f"order{order}"], rtol=0, atol=1e-5 * size)


@COMPARES_RANKS
def test_results_do_not_depend_on_ranks(tilted, comm):
    if comm.rank > 0:
        return
    found = results(tilted)["schemes"]
    config = vector_device(magnetisation=TILTED)
    for scheme, data in solved(config, MPI.COMM_SELF).data["schemes"].items():
        for name, expected in data["configurations"].items():
            case = found[scheme]["configurations"][name]
            r = [values["probes"]["nonlocal"]["R"] for values in (case, expected)]
            np.testing.assert_allclose(*r, rtol=1e-6)
            for interface, averages in expected["interfaces"].items():
                spins = [
                    [at["interfaces"][interface][f"mu_s_{axis}"]["mean"] for axis in "xyz"]
                    for at in (case, expected)
                ]
                scale = np.linalg.norm(spins[1])
                np.testing.assert_allclose(*spins, rtol=0, atol=1e-6 * scale)
                currents = set() if "Sub" in interface else {"current", "crossing"}
                spins = {"mu_s_x", "mu_s_y", "mu_s_z"}
                assert averages["orders"].keys() == {"gradient_T"} | currents | spins


def test_the_injector_polarises_along_itself(tilted):
    """Next to Py1, which points along x, far more spins are along x than across."""
    spins = results(tilted)["schemes"]["electrical"]["configurations"]["P"]["interfaces"]["Py1|Cu"]
    means = np.abs([spins[f"mu_s_{axis}"]["mean"] for axis in "xyz"])
    assert means[0] > 20 * means[1:].max() > 0


def test_plot_and_compare(tilted, comm, shared_directory):
    first = pictures(tilted)
    comm.Barrier()
    if comm.rank == 0:
        command("plot", tilted)
        again = pictures(tilted)
        assert again.keys() == first.keys()
        for name, image in first.items():
            np.testing.assert_array_equal(again[name], image)
        command("compare", tilted, "--reference", REFERENCE)


def test_resolved_configuration_runs_again(tilted):
    config = results(tilted)["config"]
    assert load_config(config).resolved() == config


def test_along_z_the_fields_are_collinear(both):
    collinear, vector = (results(both[name])["schemes"] for name in ("collinear", "vector"))
    for scheme in collinear:
        for name, case in collinear[scheme]["configurations"].items():
            same = vector[scheme]["configurations"][name]
            for interface, averages in case["interfaces"].items():
                spins = same["interfaces"][interface]
                assert spins["mu_s_z"] == pytest.approx(averages["mu_s"], rel=1e-7, abs=0)
                largest = abs(averages["mu_s"]["mean"])
                assert max(abs(spins[f"mu_s_{axis}"][end]) for axis in "xy" for end in ("min", "max")) < (
                    1e-9 * largest
                )
            samples = [read_orders(both[mode], scheme, name) for mode in ("collinear", "vector")]
            for order, sample in samples[0].items():
                other = samples[1][order]
                np.testing.assert_array_equal(other.points, sample.points)
                pairs = [(sample.point_data[key], other.point_data[key]) for key in ("V", "T")]
                pairs.append((sample.point_data["mu_s"], other.point_data["mu_s_z"]))
                pairs.append((sample.cell_data["J_s"], other.cell_data["J_s_z"]))
                for expected, found in pairs:
                    size = np.nanmax(np.abs(expected))
                    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * size)
