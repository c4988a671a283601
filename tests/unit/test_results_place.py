"""Rows 25, 26, 38 and 39: where results go is tried out first, and nothing is lost or mixed there."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import pytest
import pyvista as pv
from accidents import DEVICE, finish, messages, readings, start, write_device
from circuit_valve import VALVE
from click.testing import CliRunner
from mpi4py import MPI
from test_output_fields import MAPS, case, results_of  # noqa: F401  (a fixture)

from thermospin.cli import main
from thermospin.errors import InputError
from thermospin.networks import load_circuit
from thermospin.output import Case, plot, write_fields, write_results
from thermospin.output.place import begin_results, claim, finish_results, new_run
from thermospin.output.vtu import read_orders
from thermospin.validation import load_config

pytestmark = pytest.mark.serial
ALONE = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts processes of its own")


def command(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def files(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


# ---- row 25: before the solve ----


@pytest.fixture
def no_work(monkeypatch):
    """Any work is a failure of the test."""

    def refuse(*_, **__):
        raise AssertionError("this should have been told before")

    for place in ("runs.preparation.prepare_mesh", "runs.loop.prepare_mesh", "networks.study.study"):
        monkeypatch.setattr(f"thermospin.{place}", refuse)
    monkeypatch.setattr("thermospin.runs.sweep.prepare_mesh", refuse)


@pytest.mark.parametrize("out", ["file", "file/below", "results", 300 * "a"])
@pytest.mark.parametrize("name", ["run", "sweep", "loop", "circuit"])
def test_row_25_an_output_that_cannot_be_written(tmp_path, no_work, name, out):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "results" / "results.json").mkdir(parents=True)
    sections = {
        "sweep": "sweep: [{key: temperature, values: [200, 300]}]\n",
        "loop": "loop: {range: [-100 mT, 100 mT], magnets: {F: {switching_field: 30 mT}}}\n",
    }
    text = VALVE if name == "circuit" else DEVICE + sections.get(name, "")
    file = write_device(tmp_path, text)
    found = command(name, file, "-o", tmp_path / out)
    assert found.exit_code == 2, found.output
    assert found.stderr.startswith(f"error: {tmp_path / out}")
    assert ": cannot write: " in found.stderr
    assert found.stderr.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_row_25_trying_leaves_nothing_behind(tmp_path):
    claim(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a\0b", "a text holds the character"),
        ("a\nb", "output.*: a directory name must not contain control characters"),
    ],
)
def test_row_37_control_characters_in_the_directory(tmp_path, name, words):
    text = json.dumps(name)
    with pytest.raises(InputError, match=words):
        load_config(write_device(tmp_path), [f"output.directory={text}"])
    valve = tmp_path / "valve.yaml"
    valve.write_text(VALVE)
    with pytest.raises(InputError, match=words):
        load_circuit(valve, [f"output={text}"])


def test_row_37_a_null_byte_from_a_script(tmp_path):
    with pytest.raises(InputError, match="cannot write: .*embedded null"):
        claim(tmp_path / "a\0b")


# ---- row 26: never mixed ----


def test_row_26_two_files_of_one_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.yaml").write_text(VALVE)
    assert command("circuit", "a/x.yaml").exit_code == 0
    before = (tmp_path / "results/x/results.json").read_bytes()
    assert command("circuit", "a/x.yaml").exit_code == 0
    refused = command("circuit", "b/x.yaml")
    assert refused.exit_code == 2
    assert refused.stderr == (
        f"error: results/x: holds the results of {tmp_path / 'a/x.yaml'}; give b/x.yaml a directory of "
        "its own with -o, or with 'output' in the file\n"
    )
    assert (tmp_path / "results/x/results.json").read_bytes() != b"" != before
    assert command("circuit", "b/x.yaml", "-o", "results/b").exit_code == 0
    (tmp_path / "b/x.yaml").rename(tmp_path / "c.yaml")
    assert command("circuit", "a/x.yaml").exit_code == 0  # the other file is gone


def test_row_26_earlier_results_go_and_other_files_stay(tmp_path, case):  # noqa: F811
    data = results_of([MAPS["slice"]])
    write_results(tmp_path, data)
    write_fields(tmp_path, case)
    plot(tmp_path)
    for name in ("mesh.msh", "loop.csv", "loop_t_v.png", "sweep.csv", "fields/old/P/order3.vtu"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    mine = ["notes.txt", "fields/mine.txt", "maps/mine.txt", "points/abc/results.json"]
    for name in mine:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    write_results(tmp_path, data)
    assert files(tmp_path) == sorted([*mine, "results.csv", "results.json"])
    assert not (tmp_path / "fields/thermal").exists()


def test_row_26_a_folder_without_results_is_not_touched(tmp_path):
    for name in ("maps/world.png", "points.csv", "fields/a/b/order1.vtu"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    begin_results(tmp_path, results_of([]))
    assert files(tmp_path) == ["fields/a/b/order1.vtu", "maps/world.png", "points.csv", "results.json"]


# ---- row 39: what belongs together ----


def test_row_39_fields_of_another_run_are_refused(tmp_path, case):  # noqa: F811
    numbers = [results_of([MAPS["slice"]]) | {"run": new_run("")} for _ in range(2)]
    for data in numbers:
        write_results(tmp_path, data)
        run = data["run"]["id"]
        write_fields(tmp_path, Case("thermal", "P", case.orders, 300.0, run=run), current=1e-3)
        assert plot(tmp_path)
    os.replace(tmp_path / "fields", tmp_path / "kept")
    write_results(tmp_path, numbers[0])
    os.replace(tmp_path / "kept", tmp_path / "fields")
    with pytest.raises(
        InputError, match=r"order1.vtu: these fields and results.json beside them are of different runs"
    ):
        plot(tmp_path)
    assert read_orders(tmp_path, "thermal", "P").keys() == {1, 2}


def test_row_39_a_run_that_was_killed_while_it_wrote(tmp_path, case):  # noqa: F811
    """Numbers of the new run and no field of the old one."""
    old = results_of([MAPS["slice"]])
    write_results(tmp_path, old)
    write_fields(tmp_path, case)
    begin_results(tmp_path, old | {"title": "new"})
    data = json.loads((tmp_path / "results.json").read_text())
    assert (data["title"], data["complete"]) == ("new", False)
    assert files(tmp_path) == ["results.json"]
    with pytest.raises(InputError, match="no fields here; run again"):
        plot(tmp_path)
    finish_results(tmp_path, data)
    assert json.loads((tmp_path / "results.json").read_text())["complete"] is True


@pytest.mark.parametrize("damage", [b"", b"<?xml", b"not a file of VTK"])
def test_damaged_fields_are_one_line(tmp_path, case, damage):  # noqa: F811
    write_results(tmp_path, results_of([MAPS["slice"]]))
    (write_fields(tmp_path, case) / "order1.vtu").write_bytes(damage)
    with pytest.raises(InputError, match="order1.vtu: (cannot be read|this is not a field file)"):
        plot(tmp_path)


# ---- row 38: a full disk ----


@contextmanager
def limit(size):
    """Let no file grow beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_row_38_fields_without_room(tmp_path, case):  # noqa: F811
    with limit(500), pytest.raises(InputError, match=r"order1.vtu: cannot write: File too large"):
        write_fields(tmp_path, case)
    assert files(tmp_path) == []


def test_row_38_fields_are_as_vtk_writes_them(tmp_path, case):  # noqa: F811
    path = write_fields(tmp_path, case) / "order1.vtu"
    grid = pv.read(path)
    grid.save(tmp_path / "vtk.vtu", compression="lz4")
    assert path.stat().st_size == pytest.approx((tmp_path / "vtk.vtu").stat().st_size, rel=0.01)
    for name in grid.array_names:
        assert grid[name].tobytes() == pv.read(tmp_path / "vtk.vtu")[name].tobytes()


PRIVATE = "unshare", "--mount", "--propagation", "unchanged"


def has_private_mounts():
    probe = [*PRIVATE, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tempfile.gettempdir()]
    return bool(shutil.which("unshare")) and subprocess.run(probe, capture_output=True).returncode == 0


def run_on_disk(tmp_path, size, cache=False):
    """Run the device with a disk of a size, kB, for its results, or for its caches and temporary files.

    Returns:
        Exit code, standard output, messages, and a copy of the disk.
    """
    file, disk, copy = write_device(tmp_path), tmp_path / "disk", tmp_path / f"copy{size}"
    disk.mkdir(exist_ok=True)
    script = (
        "import os, subprocess, sys\n"
        f"mount = ['mount', '-t', 'tmpfs', '-o', 'size={size}k', 'tmpfs', {str(disk)!r}]\n"
        "subprocess.run(mount, check=True)\n"
        "from thermospin.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        f"    os.system('cp -r {disk} {copy}')\n"
    )
    wrapped = (
        "import os, sys\n"
        f"os.execvp('unshare', [*{PRIVATE!r}, {sys.executable!r}, '-c', {script!r}, *sys.argv[1:]])"
    )
    places = {"XDG_CACHE_HOME": disk, "TMPDIR": disk} if cache else {}
    out = tmp_path / "out" if cache else disk / "o"
    code, output, errors = finish(start("run", file, "-o", out, code=wrapped, **places))
    return code, output, messages(errors), out if cache else copy / "o"


NEEDS_MOUNTS = pytest.mark.skipif(not has_private_mounts(), reason="no private mounts here")


@ALONE
@NEEDS_MOUNTS
def test_row_38_a_full_disk(tmp_path):
    """The table is printed, the numbers are kept, and one line says what is not."""
    code, output, lines, out = run_on_disk(tmp_path, 160)
    assert (code, len(lines)) == (2, 1), lines
    assert ": cannot write: No space left on device; the numbers are in " in lines[0]
    assert "across" in output
    assert len(readings(out)) == 2
    assert not [name for name in files(out) if ".partial" in name]


@ALONE
@NEEDS_MOUNTS
@pytest.mark.slow
@pytest.mark.parametrize("size", [8, 16, 24, 40, 60, 90, 120, 200, 300, 400, 2000])
def test_row_38_disks_of_many_sizes(tmp_path, size):
    code, _, lines, out = run_on_disk(tmp_path, size)
    assert (code, len(lines)) in {(0, 0), (2, 1)}, lines
    if "the numbers are in" in str(lines) or code == 0:
        assert len(readings(out)) == 2
    assert not [name for name in files(out) if ".partial" in name]


@ALONE
@NEEDS_MOUNTS
@pytest.mark.slow
@pytest.mark.parametrize("size", [8, 60, 120, 300, 1000, 20000])
def test_row_36_caches_and_temporary_files_on_a_full_disk(tmp_path, size):
    code, _, lines, out = run_on_disk(tmp_path, size, cache=True)
    assert code in (0, 2)
    assert [line[:6] for line in lines if line.startswith(("error", "Trace"))] == ["error:"] * (code == 2), (
        lines
    )
    if code == 0:
        assert len(readings(out)) == 2
