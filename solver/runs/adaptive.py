"""Finer and finer meshes, until the error bars of the readings are small enough."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device.on_mesh import device_on
from thermospin.meshes.read import DeviceMesh
from thermospin.meshes.record import MeshRecord
from thermospin.output.stages import SilentProgress
from thermospin.runs.comparison import most_unknowns
from thermospin.runs.estimates import estimate_record
from thermospin.runs.goals import Goal, errors_of, find_goals
from thermospin.runs.levels import REACHED, Level, end_of, next_text, refusal
from thermospin.runs.preparation import prepare, read_device
from thermospin.runs.problem import Problem
from thermospin.runs.refinement import refine
from thermospin.runs.results import Results
from thermospin.runs.simulation import solve
from thermospin.runtime.failures import on_root


@dataclass(frozen=True)
class Solved:
    """A device solved on one mesh.

    Attributes:
        config: The configuration, with the options of the mesh.
        record: The mesh.
        problem: The problem on it, still to be freed.
        results: The results.
    """

    config: Config
    record: MeshRecord
    problem: Problem
    results: Results


def solve_device(config: Config, comm: MPI.Comm, progress: SilentProgress) -> Solved:
    """Solve a device, on one mesh or, with a target for its error bars, on as many as it takes (collective).

    Args:
        config: The configuration.
        comm: Ranks that share the work.
        progress: Its stages and notes.

    Returns:
        The last mesh and its results, with the history of all under ``accuracy``.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
        ConvergenceError: The solver does not converge.
    """
    begun = time.perf_counter()
    record, mesh = prepare(config, comm, progress)
    found = _solved(config, record, mesh, progress)
    if config.accuracy is None:
        return found
    levels, reason = [_level(found, begun)], None
    while reason is None:
        progress.note(levels[-1].text)
        reason = end_of(levels, config.accuracy)
        if reason is None:
            begun = time.perf_counter()
            finer = _finer(found, levels[-1].goals, comm, progress)
            unknowns = _size(finer, found, comm)
            reason = _refused(finer, found, unknowns)
        if reason is None:
            progress.note(next_text(levels[-1], unknowns))
            found.problem.free()
            found = _solved(*finer, read_device(device_on(*finer), finer[1], comm, progress), progress)
            levels.append(_level(found, begun))
    if reason != REACHED:
        progress.note(f"warning: accuracy not reached: {reason}")
    found.results.data["accuracy"] = {
        "target": config.accuracy.target,
        "reached": reason == REACHED,
        "end": reason,
        "meshes": [level.data for level in levels],
    }
    return found


def _solved(config: Config, record: MeshRecord, mesh: DeviceMesh, progress: SilentProgress) -> Solved:
    """The device solved on one mesh (collective)."""
    problem = Problem(config, mesh, progress)
    return Solved(config, record, problem, solve(problem, progress))


def _finer(
    found: Solved, goals: Sequence[Goal], comm: MPI.Comm, progress: SilentProgress
) -> tuple[Config, MeshRecord]:
    """The next mesh (collective)."""
    with progress.stage("refinement"):
        errors = errors_of(goals, found.problem.device.probes, found.results.expansions, comm)
        return refine(found.config, found.record, errors, comm)


def _size(finer: tuple[Config, MeshRecord], found: Solved, comm: MPI.Comm) -> float:
    """About the number of unknowns on the next mesh (collective)."""
    return on_root(comm, lambda: estimate_record(found.problem.device, finer[1]).unknowns)


def _refused(finer: tuple[Config, MeshRecord], found: Solved, unknowns: float) -> str | None:
    """The reason not to solve on the next mesh."""
    config, record = finer
    estimated = most_unknowns(found.problem)
    return refusal(unknowns, record.cells, found.record.cells, estimated, config.accuracy)


def _level(found: Solved, begun: float) -> Level:
    """The mesh that was solved last, begun at a time of the clock, s."""
    goals = find_goals(found.results.data, found.config.accuracy)
    seconds = time.perf_counter() - begun
    return Level(found.record.cells, found.problem.spaces.n_dofs, seconds, goals)
