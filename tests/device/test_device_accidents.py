"""Rows 20, 32, 39 and 40, and kills at any moment: the same command then works and gives the same numbers."""

import json
import random
import signal
import time

import numpy as np
import pytest
from accidents import DEVICE, finish, kill, messages, readings, start, wait_for, write_device
from click.testing import CliRunner
from mpi4py import MPI

from thermospin.cli import main
from thermospin.output.files import read_results

pytestmark = pytest.mark.serial
ALONE = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts processes of its own")
SWEEP = "sweep: [{key: heating.scale, values: [1, 2, 3]}]\n"


def command(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The readings of the device."""
    directory = tmp_path_factory.mktemp("expected")
    found = command("run", write_device(directory), "-o", directory / "out")
    assert found.exit_code == 0, found.output
    return readings(directory / "out")


@ALONE
@pytest.mark.parametrize("mistake", ["heating.scael", "materials.F.sebeck"])
def test_row_20_validate_gives_one_verdict(tmp_path, mistake):
    file = write_device(tmp_path, DEVICE + f"sweep: [{{key: {mistake}, values: [1]}}]\n")
    found = command("validate", file)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith(f"error: {file}: sweep[0].values[0]: ")


@ALONE
def test_row_20_a_valid_sweep(tmp_path):
    found = command("validate", write_device(tmp_path, DEVICE + SWEEP))
    assert found.exit_code == 0, found.output
    assert found.stdout.count(": valid\n") == 1
    assert found.stdout.endswith("  sweep: 3 points of heating.scale\n")


@ALONE
@pytest.mark.parametrize(("failing", "code"), [({1, 2, 3}, 1), ({2}, 0)])
def test_row_40_a_sweep_whose_points_all_fail(tmp_path, monkeypatch, failing, code):
    from thermospin.errors import ConvergenceError
    from thermospin.runs import adaptive

    solve = adaptive.solve

    def fail(problem, progress):
        if problem.config.heating.scale in failing:
            raise ConvergenceError("it does not converge")
        return solve(problem, progress)

    monkeypatch.setattr(adaptive, "solve", fail)
    found = command("sweep", write_device(tmp_path, DEVICE + SWEEP), "-o", tmp_path / "out")
    assert found.exit_code == code, found.output
    solved = 3 - len(failing)
    assert f"{solved} of 3 points solved; {len(failing)} failed (see sweep.csv" in found.stdout


@ALONE
def test_row_39_a_point_without_its_fields_is_solved_again(tmp_path):
    """As a kill leaves it: the numbers, and not all of the fields that were asked for."""
    file, out = write_device(tmp_path, DEVICE + SWEEP.replace("1, 2, 3", "1")), tmp_path / "out"
    assert command("sweep", file, "-o", out, "--fields").exit_code == 0
    (point,) = (out / "points").iterdir()
    data = read_results(point)
    assert data["complete"]
    (point / "results.json").write_text(json.dumps(data | {"complete": False}))
    (point / "fields/through/P/order1.vtu").unlink()
    found = command("sweep", file, "-o", out, "--fields")
    assert "1 of 1 points to solve" in found.stderr
    assert (point / "fields/through/P/order1.vtu").exists()


def assert_consistent(out):
    """A killed run leaves numbers that are whole or not there, and fields of the same run."""
    try:
        data = read_results(out)
    except Exception as error:
        assert "no results here" in str(error)
        return
    assert data["schemes"]["through"]["configurations"]["P"]["probes"]["across"]["R"]
    for path in out.rglob("*.vtu"):
        if ".partial" not in str(path):
            assert data["run"]["id"].encode() in path.read_bytes() or path.stat().st_size > 0


def check_kills(tmp_path, expected, moments, ranks=1):
    """Kill a run at moments of its progress or times, s, then let it finish."""
    file, out = write_device(tmp_path), tmp_path / "out"
    places = {"XDG_CACHE_HOME": tmp_path / "cache", "TMPDIR": tmp_path}
    for moment in moments:
        process = start("run", file, "-o", out, ranks=ranks, **places)
        if isinstance(moment, str):
            wait_for(process, lambda pattern=moment: any(tmp_path.glob(pattern)))
        else:
            time.sleep(moment)
        kill(process)
        assert_consistent(out)
    code, output, errors = finish(start("run", file, "-o", out, ranks=ranks, **places))
    assert (code, messages(errors)) == (0, []), errors
    np.testing.assert_allclose(readings(out), expected, rtol=1e-9)
    assert read_results(out)["complete"]
    assert command("plot", out).stderr.count("asked for no maps") == 1
    fields = sorted(path.name for path in (out / "fields/through/P").iterdir())
    assert fields == ["order1.vtu", "order2.vtu", "orders.pvd"]


@ALONE
@pytest.mark.slow
def test_row_32_kills_in_the_first_run(tmp_path, expected):
    """While the mesh is written, while forms are compiled, and while fields are written."""
    mesh, form = "cache/thermospin/meshes/.*", "thermospin-forms-*/*.c"
    check_kills(tmp_path, expected, [mesh, form, "out/results.json"])


@ALONE
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("ranks", [1, 2])
def test_kills_at_any_time(tmp_path, expected, seed, ranks):
    moments = random.Random(seed).choices(np.linspace(0.5, 12, 100), k=6)
    check_kills(tmp_path, expected, map(float, moments), ranks)


@ALONE
@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow), (signal.SIGTERM, 143)],
)
def test_row_32_a_signal_in_the_first_run(tmp_path, number, code):
    places = {"XDG_CACHE_HOME": tmp_path / "cache", "TMPDIR": tmp_path}
    file = write_device(tmp_path)
    process = start("run", file, "-o", tmp_path / "out", **places)
    wait_for(process, lambda: any(tmp_path.glob("thermospin-forms-*/*.c")))
    process.send_signal(number)
    found, _, errors = finish(process, timeout=60)
    assert found == code, errors
    assert len(messages(errors)) == 1, errors
    assert not list(tmp_path.glob("thermospin-*"))
    assert not (tmp_path / "out").exists()


@ALONE
def test_a_sweep_that_is_killed_goes_on(tmp_path):
    """No point that was solved is solved again, and none is lost."""
    file, out = write_device(tmp_path, DEVICE + SWEEP), tmp_path / "out"
    process = start("sweep", file, "-o", out)
    wait_for(process, lambda: any(out.glob("points/*/results.json")))
    kill(process)
    kept = {path: path.read_bytes() for path in out.glob("points/*/results.json")}
    done = [path for path, content in kept.items() if json.loads(content)["complete"]]
    found = command("sweep", file, "-o", out)
    assert found.exit_code == 0, found.output
    assert f"{3 - len(done)} of 3 points to solve" in found.stderr
    assert all(path.read_bytes() == kept[path] for path in done)
    assert "3 of 3 points solved" in found.stdout
