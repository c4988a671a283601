"""Finer and finer meshes, until the error bars of the readings are small enough."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.record import MeshRecord
from thermospin.output.stages import SilentProgress
from thermospin.runs.comparison import most_unknowns
from thermospin.runs.estimates import Estimate, estimate_record
from thermospin.runs.goals import Goal, errors_of, find_goals, too_flat
from thermospin.runs.levels import REACHED, Level, end_of, next_text, refusal
from thermospin.runs.preparation import prepare_on_root
from thermospin.runs.problem import Problem
from thermospin.runs.refinement import refine
from thermospin.runs.results import Results
from thermospin.runs.simulation import solve
from thermospin.runs.workbench import Workbench
from thermospin.runtime.failures import on_root
from thermospin.runtime.machines import machines_of


class Solved(NamedTuple):
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


class AdaptedMeshes:
    """Meshes of several devices, each as fine as those before that began with the same mesh needed it.

    Args:
        bench: Makes the problems, and keeps the last one.

    Attributes:
        bench: The same.
    """

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._adapted: dict[str, tuple[MeshOptions, MeshRecord]] = {}

    def solve(self, config: Config, record: MeshRecord, progress: SilentProgress) -> Solved:
        """Solve a device; with a target for its error bars, on the finest of its meshes so far (collective).

        Args:
            config: The configuration.
            record: Its mesh.
            progress: Its stages and notes.

        Raises:
            InputError: A finer mesh is too large, or there is no place for it.
            ConvergenceError: The solver does not converge.
        """
        options, finest = self._adapted.get(record.hash, (config.mesh, record))
        found = solve_from(config.model_copy(update={"mesh": options}), finest, self.bench, progress)
        self._adapted[record.hash] = found.config.mesh, found.record
        return found


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
    record = prepare_on_root(config, comm, progress)
    return solve_from(config, record, Workbench(comm), progress, begun)


def solve_from(
    config: Config, record: MeshRecord, bench: Workbench, progress: SilentProgress, begun: float | None = None
) -> Solved:
    """Solve a device on a mesh and, with a target for its error bars, on finer ones (collective).

    Args:
        config: The configuration, with the options of the mesh.
        record: The first mesh.
        bench: Makes the problems, and keeps the last one.
        progress: Its stages and notes.
        begun: The time of the clock when the first mesh was begun, s; that of the call by default.

    Returns:
        The last mesh and its results, with the history of all under ``accuracy``.

    Raises:
        InputError: A finer mesh is too large, or there is no place for it.
        ConvergenceError: The solver does not converge.
    """
    begun = time.perf_counter() if begun is None else begun
    found = _solved(config, record, bench, progress)
    if config.accuracy is None:
        return found
    levels, reason = [_level(found, begun)], None
    while reason is None:
        progress.note(levels[-1].text)
        reason = end_of(levels, config.accuracy)
        if reason is None:
            begun = time.perf_counter()
            finer = _finer(found, levels[-1].goals, bench.comm, progress)
            cost = _cost(finer, found, bench.comm)
            reason = _refused(finer, found, cost)
        if reason is None:
            progress.note(next_text(levels[-1], cost.unknowns))
            found = _solved(*finer, bench, progress)
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


def _solved(config: Config, record: MeshRecord, bench: Workbench, progress: SilentProgress) -> Solved:
    """The device solved on one mesh (collective)."""
    problem = bench.problem(config, record, progress)
    return Solved(config, record, problem, solve(problem, progress))


def _finer(
    found: Solved, goals: Sequence[Goal], comm: MPI.Comm, progress: SilentProgress
) -> tuple[Config, MeshRecord]:
    """The next mesh (collective)."""
    with progress.stage("refinement"):
        errors = errors_of(goals, found.problem.device.probes, found.results.expansions, comm)
        return refine(found.config, found.record, errors, comm, too_flat(goals, found.record.cut_off))


def _cost(finer: tuple[Config, MeshRecord], found: Solved, comm: MPI.Comm) -> Estimate:
    """About the number of unknowns on the next mesh, and what they cost (collective)."""
    return on_root(comm, lambda: estimate_record(found.problem.device, finer[1]))


def _refused(finer: tuple[Config, MeshRecord], found: Solved, cost: Estimate) -> str | None:
    """The reason not to solve on the next mesh."""
    config, record = finer
    estimated = most_unknowns(found.problem)
    machines = machines_of(found.problem.spaces.comm)
    return refusal(cost, record.cells, found.record.cells, estimated, machines, config.accuracy)


def _level(found: Solved, begun: float) -> Level:
    """The mesh that was solved last, begun at a time of the clock, s."""
    goals = find_goals(found.results.data, found.config.accuracy)
    seconds = time.perf_counter() - begun
    return Level(found.record.cells, found.problem.spaces.n_dofs, seconds, goals)
