"""A tiny device, and commands as processes of their own that are killed, starved or given faults."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

DEVICE = """
geometry:
  solids:
    - {name: F, material: Py, box: {min: [0 nm, 0 nm, 0 nm], max: [50 nm, 20 nm, 10 nm]}}
    - {name: N, material: Cu, box: {min: [50 nm, 0 nm, 0 nm], max: [100 nm, 20 nm, 10 nm]}}
mesh: {max_size: 10 nm}
interfaces: [{between: [F, N], area_resistance: 1 fohm m^2}]
terminals:
  left: {region: F, face: xmin, sink: true}
  right: {region: N, face: xmax, sink: true}
schemes: {through: {left: current, right: ground}}
probes: {across: [left, right]}
solver: {degree: 1, orders: 2, estimate: false}
"""
"""Two boxes with a resistive interface."""
RUN = "from thermospin.cli import main; main()"
FAULT = """
import importlib, os, signal, sys
from mpi4py import MPI
def fail(*_, **__):
    {fault}
if MPI.COMM_WORLD.rank == {rank}:
    *path, name = {target!r}.split(".")
    holder = importlib.import_module(path[0])
    for i, part in enumerate(path[1:], 2):
        holder = getattr(holder, part, None) or importlib.import_module(".".join(path[:i]))
    setattr(holder, name, fail)
from thermospin.cli import main
main(sys.argv[1:])
"""


def write_device(directory: Path, text: str = DEVICE) -> Path:
    """The device as a file."""
    file = directory / "device.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def environment(**changes) -> dict[str, str]:
    """This process's environment with changes."""
    return os.environ | {name: str(value) for name, value in changes.items()}


def start(*arguments, ranks=1, code=RUN, **changes) -> subprocess.Popen:
    """Start a command that heeds Ctrl-C, even where this process runs in the background of a script."""
    launcher = ["env", "--default-signal=INT,TERM,HUP", *(["mpirun", "-n", str(ranks)] if ranks > 1 else [])]
    return subprocess.Popen(
        [*launcher, sys.executable, "-c", code, *map(str, arguments)],
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def finish(process: subprocess.Popen, timeout: float = 120.0) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a command that must end in time."""
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill(process)
        raise AssertionError("the command hangs") from None
    return process.returncode, output, errors


def kill(process: subprocess.Popen) -> None:
    """End a command and all its children as a power cut does."""
    os.killpg(process.pid, 9)
    process.communicate()


def wait_for(process: subprocess.Popen, happened, timeout: float = 60.0) -> None:
    """Wait until something has happened while a command runs, or the command has ended."""
    deadline = time.monotonic() + timeout
    while process.poll() is None and not happened():
        assert time.monotonic() < deadline, "it never happens"
        time.sleep(0.005)


def messages(errors: str) -> list[str]:
    """The lines of standard error without progress and without what the MPI launcher adds."""
    added = ("[", "Abort(", "=", "Attempting", "application called")
    return [line for line in errors.splitlines() if line.strip() and not line.startswith(added)]


def readings(out: Path) -> list[float]:
    """R1, R2, … of the device."""
    data = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return data["schemes"]["through"]["configurations"]["P"]["probes"]["across"]["R"]
