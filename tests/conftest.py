"""The same suite on any number of ranks: garbage, output, failures and directories of parallel runs."""

import gc
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest
from mpi4py import MPI

COMM = MPI.COMM_WORLD
PATIENCE = 300.0
"""How long a rank waits for the others at the end of a test before it ends the run, s."""
KEPT = ("fenics", "matplotlib")
"""Caches that are kept from one session to the next: compiled forms, fonts."""


def session_cache() -> Path:
    """A new cache directory for all ranks, in which only :data:`KEPT` outlive the session.

    Meshes are made anew, so that the tests see today's mesh generator.
    """
    if COMM.rank == 0:
        user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        cache = Path(tempfile.mkdtemp(prefix="thermospin-tests-"))
        for name in KEPT:
            (user / name).mkdir(parents=True, exist_ok=True)
            (cache / name).symlink_to(user / name)
    else:
        cache = None
    return COMM.bcast(cache)


CACHE = session_cache()
os.environ["XDG_CACHE_HOME"] = str(CACHE)

from thermospin.compat import PETSc  # noqa: E402  (before any test imports DOLFINx)

# Meetings of the test runner must not mix with the messages of a test that failed half-way.
RUNNER = COMM.Dup()
FAILED: list[str] = []
ELSEWHERE: list[str] = []


def pytest_configure(config):
    config.addinivalue_line("markers", "serial: nothing in the test is collective; only rank 0 runs it")
    PETSc.Options()["options_left"] = "no"
    if COMM.size > 1:
        # Destructors of PETSc objects are collective: they must run at the same place on all ranks.
        gc.collect()
        gc.freeze()
        gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    if COMM.rank > 0:
        session.config.get_terminal_writer()._file = open(os.devnull, "w")  # noqa: SIM115


def pytest_runtest_setup(item):
    if COMM.rank > 0 and item.get_closest_marker("serial"):
        pytest.skip("runs on rank 0")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    known = len(FAILED)
    result = yield
    if COMM.size > 1:
        gc.collect()
        meet(item.nodeid)
        if RUNNER.allreduce(len(FAILED) > known, MPI.LOR) and item.config.option.maxfail:
            item.session.shouldfail = "failed on some rank"
    return result


def meet(where: str) -> None:
    """Wait for the other ranks; end the run if they are stuck in a collective call of the test."""
    request, begun = RUNNER.Ibarrier(), time.monotonic()
    while not request.Test():
        if time.monotonic() - begun > PATIENCE:
            print(f"rank {COMM.rank}: other ranks did not finish {where}", file=sys.__stderr__)
            print("\n".join(FAILED[-1:]), file=sys.__stderr__, flush=True)
            COMM.Abort(1)
        time.sleep(2e-4)


def pytest_runtest_logreport(report):
    if report.failed:
        FAILED.append(f"{report.nodeid} ({report.when})\n{report.longreprtext}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    session.exitstatus = RUNNER.allreduce(int(exitstatus), MPI.MAX)
    for rank, failed in enumerate(RUNNER.allgather(FAILED)):
        ELSEWHERE.extend(f"rank {rank}: {text}" for text in failed if rank > 0)


def pytest_terminal_summary(terminalreporter):
    if ELSEWHERE:
        terminalreporter.section("failures on other ranks")
        for text in ELSEWHERE:
            terminalreporter.write_line(text)


def pytest_unconfigure(config):
    RUNNER.Barrier()
    if COMM.rank == 0:
        shutil.rmtree(CACHE, ignore_errors=True)


@pytest.fixture(scope="session")
def comm():
    """All ranks."""
    return COMM


@pytest.fixture(autouse=True)
def alone(request, monkeypatch):
    """Commands in a serial test, which rank 0 runs alone, wait for no other rank."""
    if COMM.size > 1 and request.node.get_closest_marker("serial"):
        for module in ("cli", "commands.shared", "runtime.failures"):
            monkeypatch.setattr(f"thermospin.{module}.communicator", lambda: None)


@pytest.fixture
def shared_directory(tmp_path, request):
    """A temporary directory that all ranks see (collective); in a serial test, of rank 0 alone."""
    return tmp_path if request.node.get_closest_marker("serial") else COMM.bcast(tmp_path)
