"""The state of a run of `thermospin dynamics`, to go on from after it was killed."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from thermospin.config import Config
from thermospin.errors import InputError
from thermospin.micromagnetics.dynamics import Point
from thermospin.output.files import replacing
from thermospin.runs.spin_torque import SpinTorque
from thermospin.runtime.failures import on_root

if TYPE_CHECKING:
    from thermospin.runs.dynamics import Motion

FILE = "restart.npz"
CHANGEABLE = "duration", "points", "pictures", "ovf_cell", "noise"
"""Entries of `dynamics` that may differ from those of the run that is gone on with."""


def digest_of(config: Config) -> str:
    """Digest of all in a configuration that a run shares with the one that it goes on from, but the mesh.

    Args:
        config: The configuration, with `dynamics`.
    """
    content = config.resolved()
    for name in ("title", "output", "parameters"):
        content.pop(name, None)
    content["geometry"].pop("file", None)
    for name in CHANGEABLE:
        content["dynamics"].pop(name, None)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def write_restart(directory: Path, motion: "Motion", rows: list[dict[str, float]]) -> None:
    """Write the state (collective).

    Args:
        directory: Directory of the results.
        motion: The moving magnets.
        rows: The table so far.
    """
    integrator, body = motion.integrator, motion.magnet.body
    known = motion.torque.known if motion.torque else []
    points = body.collected(body.points.T)
    history = [body.collected(point.m) for point in integrator.history]
    fields = [body.collected(field) for _, field in known]
    readings = motion.torque.readings if motion.torque else {}
    balance, squares = motion.balance, body.collected(motion.balance.squares[None])
    missed = _errors(motion.torque)

    def write() -> None:
        with replacing(directory / FILE) as aside, aside.open("wb") as file:
            np.savez(
                file,
                digest=motion.digest,
                points=points,
                times=[point.time for point in integrator.history],
                m=np.array(history),
                field_times=[time for time, _ in known],
                fields=np.array(fields),
                next_step=integrator.next_step,
                steps=integrator.steps,
                probes=list(readings),
                readings=list(readings.values()),
                squares=squares,
                totals=[balance.heat, balance.work, balance.since, *missed],
                columns=list(rows[0]),
                rows=[list(row.values()) for row in rows],
            )

    on_root(body.comm, write)


def read_restart(directory: Path, motion: "Motion") -> list[dict[str, float]]:
    """Put moving magnets where an earlier run left them (collective).

    Args:
        directory: Directory of the results.
        motion: The moving magnets.

    Returns:
        The rows of the table of that run.

    Raises:
        InputError: There is no such state, or it is that of another mesh or configuration.
    """
    body, path = motion.magnet.body, directory / FILE
    points = body.collected(body.points.T)
    data = on_root(body.comm, lambda: _read(path, points, motion.digest))
    times, m = data["times"], data["m"]
    history = [Point(float(t), body.distributed(part)) for t, part in zip(times, m, strict=True)]
    motion.integrator.go_on(history, float(data["next_step"]))
    motion.integrator.steps = int(data["steps"])
    balance = motion.balance
    balance.heat, balance.work, balance.since, *missed = map(float, data["totals"])
    balance.squares = body.distributed(data["squares"])[0]
    if motion.torque:
        pairs = zip(data["field_times"], data["fields"], strict=True)
        motion.torque.go_on([(float(time), body.distributed(field)) for time, field in pairs])
        motion.torque.misfit, motion.torque.drift, motion.torque.largest = missed
        motion.torque.readings = dict(
            zip(map(str, data["probes"]), map(float, data["readings"]), strict=True)
        )
    columns = [str(name) for name in data["columns"]]
    return [dict(zip(columns, map(float, row), strict=True)) for row in data["rows"]]


def _errors(torque: SpinTorque | None) -> list[float]:
    """Errors of extrapolated torques so far, and the largest torque."""
    return [torque.misfit, torque.drift, torque.largest] if torque else [0.0] * 3


def _read(path: Path, points: np.ndarray, digest: str) -> dict[str, np.ndarray]:
    """The content of the file, on one rank."""
    try:
        with np.load(path) as file:
            data = dict(file)
        has_mesh, has_numbers = np.array_equal(data["points"], points), str(data["digest"]) == digest
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        raise InputError("there is no state to go on from; run without --resume", file=str(path)) from None
    if not (has_mesh and has_numbers):
        other = "configuration" if has_mesh else "mesh"
        raise InputError(
            f"this is the state of another {other}; undo the changes, or run without --resume", file=str(path)
        )
    return data
