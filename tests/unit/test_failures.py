"""Row 34: an error of any kind on any rank is one message, and all ranks end."""

import pickle
import signal

import numpy as np
import pytest
from accidents import FAULT, finish, messages, start, write_device
from circuit_valve import VALVE
from mpi4py import MPI

from thermospin.errors import ConvergenceError, InputError
from thermospin.observables.polynomials import polynomial_fit
from thermospin.runtime import failures

pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts processes of its own"),
]
INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"


def faulty(rank, target, fault):
    return FAULT.format(rank=rank, target=target, fault=fault)


@pytest.fixture
def circuit(tmp_path):
    file = tmp_path / "valve.yaml"
    file.write_text(VALVE)
    return file


@pytest.mark.parametrize(
    ("rank", "target", "fault", "code", "words"),
    [
        (0, "thermospin.networks.study.study", "1 / 0", 2, "unexpected ZeroDivisionError: division by zero"),
        (1, "thermospin.networks.load_circuit", "raise OSError(5, 'I/O error', 'x')", 2, "x: I/O error (on"),
        (1, "thermospin.networks.load_circuit", INTERRUPT, 130, "interrupted (on rank 1 only)"),
    ],
)
def test_row_34_one_rank_fails(circuit, tmp_path, rank, target, fault, code, words):
    code_of_main = faulty(rank, target, fault)
    process = start("circuit", circuit, "-o", tmp_path / "out", ranks=2, code=code_of_main)
    found, _, errors = finish(process, timeout=60)
    lines = messages(errors)
    assert (found, len(lines)) == (code, 1), errors
    assert lines[0].startswith(f"error: {words}")
    assert not (tmp_path / "out" / "results.json").exists()


def test_row_34_a_rank_fails_in_the_middle_of_a_run(tmp_path):
    file = write_device(tmp_path)
    code_of_main = faulty(1, "thermospin.runs.adaptive.solve", "raise MemoryError")
    found, _, errors = finish(start("run", file, "-o", tmp_path / "out", ranks=2, code=code_of_main))
    lines = messages(errors)
    assert (found, len(lines)) == (2, 1), errors
    assert lines[0].startswith("error: there is not enough memory")
    assert not (tmp_path / "out").exists()


TARGETS = [
    "thermospin.config.load_config",
    "thermospin.runs.run.claim",
    "thermospin.runs.preparation.prepare_mesh",
    "thermospin.runs.preparation.read_mesh",
    "thermospin.runs.adaptive.Problem",
    "thermospin.response.solution.Expansion.at",
    "thermospin.linear.krylov.PETSc.KSP.solve",
    "thermospin.observables.sampling.Sampler.sample",
    "thermospin.output.readings.write_csv",
    "thermospin.output.vtu.write_sample",
]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["1 / 0", INTERRUPT, "raise MemoryError", "raise OSError(28, 'full', 'x')"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rank", [0, 1])
def test_row_34_failing_ranks(tmp_path, rank, target, fault):
    file = write_device(tmp_path)
    process = start("run", file, "-o", tmp_path / "out", ranks=2, code=faulty(rank, target, fault))
    code, _, errors = finish(process, timeout=90)
    assert code in (0, 2, 130), errors
    assert "Traceback" not in errors
    assert sum(line.startswith("error: ") for line in errors.splitlines()) == (code != 0), errors


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_is_one_line(circuit, tmp_path, name, code):
    slow = "import sys, time; sys.stderr.write('here\\n'); sys.stderr.flush(); time.sleep(60)"
    process = start("circuit", circuit, code=faulty(0, "thermospin.networks.study.study", slow))
    assert process.stderr.readline() == "here\n"
    process.send_signal(getattr(signal, name))
    found, _, errors = finish(process, timeout=20)
    assert (found, messages(errors)) == (code, [f"error: {'interrupted' if code == 130 else 'terminated'}"])


@pytest.mark.parametrize(
    ("name", "code", "ranks"),
    [
        ("SIGINT", 130, 1),
        pytest.param("SIGTERM", 143, 1, marks=pytest.mark.slow),
        pytest.param("SIGHUP", 129, 1, marks=pytest.mark.slow),
        ("SIGTERM", 143, 2),
    ],
)
def test_row_32_a_signal_after_the_libraries_are_loaded(tmp_path, name, code, ranks):
    """PETSc, UCX and Gmsh have handlers of their own, which abort or print."""
    fault = f"import time; os.kill(os.getpid(), signal.{name}); time.sleep(30)"
    code_of_main = faulty(0, "thermospin.runs.preparation.prepare_mesh", fault)
    process = start("run", write_device(tmp_path), "-o", tmp_path / "out", ranks=ranks, code=code_of_main)
    found, _, errors = finish(process, timeout=60)
    assert "PETSC" not in errors and "UCX" not in errors
    word = "interrupted" if name == "SIGINT" else "terminated"
    assert (found, messages(errors)) == (code, [f"error: {word}"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["device.yaml"]


def test_a_hangup_that_the_caller_ignores_is_ignored(tmp_path):
    """A run under ``nohup`` goes on when its terminal is closed."""
    ignore = "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    hang_up = "os.kill(os.getpid(), signal.SIGHUP); raise MemoryError"
    code_of_main = ignore + faulty(0, "thermospin.runs.preparation.prepare_mesh", hang_up)
    found, _, errors = finish(start("run", write_device(tmp_path), "-o", tmp_path / "out", code=code_of_main))
    assert (found, len(messages(errors))) == (2, 1), errors
    assert "not enough memory" in errors


@pytest.mark.parametrize(
    ("error", "line", "code"),
    [
        (InputError("is wrong", key="a.b", file="x.yaml"), "x.yaml: a.b: is wrong", 2),
        (ConvergenceError("stuck\n at 3"), "stuck at 3", 2),
        (KeyboardInterrupt(), "interrupted", 130),
        (failures.Terminated(), "terminated", 143),
        (pickle.loads(pickle.dumps(failures.Terminated(1))), "terminated", 129),
        (OSError(28, "No space left on device", "out/a"), "out/a: No space left on device", 2),
        (failures.RootError("interrupted", 130), "interrupted", 130),
    ],
)
def test_lines_and_exit_codes(error, line, code):
    assert (failures.describe(error), failures.exit_code(error)) == (line, code)


def test_an_unexpected_error_says_where(monkeypatch):
    try:
        failures.on_root(None, None)
    except AttributeError as error:
        line = failures.describe(error)
    assert line.startswith(
        "unexpected AttributeError: 'NoneType' object has no attribute 'rank' (failures.py"
    )
    assert "THERMOSPIN_TRACEBACK=1" in line


def test_an_unexpected_error_in_a_library_says_where_it_was_called():
    """In every room of the program."""
    with pytest.raises(np.linalg.LinAlgError) as caught:
        polynomial_fit(1, np.zeros((4, 3)), np.zeros(4))
    assert "(polynomials.py, line " in failures.describe(caught.value)


class Unsendable(Exception):
    def __reduce__(self):
        raise TypeError("not to be sent")


@pytest.mark.parametrize("error", [Unsendable("a"), KeyError("b"), InputError("c", file="d")])
def test_errors_reach_other_ranks(error):
    sent = failures._portable(error)
    assert type(sent) in (failures.RootError, InputError)
    assert str(error.args[0]) in str(sent)
