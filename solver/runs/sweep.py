"""A whole sweep: every point a run of its own, kept on disk as soon as it is solved, then one table."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.errors import InputError
from thermospin.meshes.record import MeshRecord
from thermospin.output import SilentProgress
from thermospin.output.files import read_results
from thermospin.output.place import claim
from thermospin.output.progress import progress_of
from thermospin.output.sweeps import write_sweep
from thermospin.runs.jobs import Job, batches, blaming, find_jobs, shares
from thermospin.runs.preparation import prepare_mesh
from thermospin.runs.run import note_missing_probes
from thermospin.runs.sweep_points import solve_points
from thermospin.runs.sweep_results import SweepResults, collect
from thermospin.runtime.failures import on_root
from thermospin.validation import Sweep, load_sweep

POINTS = "points"
"""Folder of the points, in the directory of a sweep."""


def sweep(
    source: Config | str | Path | Mapping[str, Any],
    *overrides: str,
    output: Path | str | None = None,
    progress: Callable[[str], object] | SilentProgress | None = None,
    quiet: bool = True,
    comm: MPI.Comm = MPI.COMM_WORLD,
    **options: Any,
) -> SweepResults:
    """Solve the points of a sweep (collective; all ranks get the numbers).

    Args:
        source: A YAML file with a section ``sweep``, the same content as a mapping, or a configuration.
        overrides: Texts such as ``"solver.degree=2"``, laid over a file or a mapping.
        output: Directory for the table and all points; points that an earlier call has left there are not
            solved again. Nothing is written without.
        progress: Gets a line for every point, such as ``print``.
        quiet: False shows these lines on stderr.
        comm: Ranks that share the work.
        options: ``groups``, ``chosen``, ``task``, ``fields`` and ``retry`` of :func:`run_sweep`.

    Raises:
        InputError: There is no sweep, a point has a mistake, a device cannot be meshed or is not a closed
            circuit.
    """
    if isinstance(source, Config):
        source = source.resolved()
    found = load_sweep(source, overrides)
    directory = None if output is None else Path(output)
    data = run_sweep(found, directory, comm, progress=progress, quiet=quiet, **options)
    return SweepResults(comm.bcast(data))


def run_sweep(
    sweep: Sweep,
    directory: Path | None,
    comm: MPI.Comm = MPI.COMM_WORLD,
    *,
    groups: int = 1,
    chosen: Sequence[int] | None = None,
    task: tuple[int, int] = (1, 1),
    fields: bool = False,
    retry: bool = False,
    progress: Callable[[str], object] | SilentProgress | None = None,
    quiet: bool = True,
) -> dict[str, Any]:
    """Solve the points of a sweep that are not solved yet, and write the table once all are (collective).

    Args:
        sweep: The sweep.
        directory: Where the results go; without one nothing is written.
        comm: Ranks that share the work.
        groups: Number of groups into which the ranks are divided; each solves points of its own.
        chosen: Indices of the points to solve; all by default.
        task: ``(k, n)`` solves only the k-th of n parts of them.
        fields: Also write fields and maps of every point.
        retry: Solve points again that failed before.
        progress: Gets a line for every point, on rank 0 of every group.
        quiet: False shows these lines on stderr.

    Returns:
        Content of ``results.json``, on rank 0, with the points that are there; empty on other ranks.

    Raises:
        InputError: The groups do not fit the ranks, a device cannot be meshed or is not a closed circuit.
    """
    if not 1 <= groups <= comm.size:
        raise InputError(f"must be 1 to {comm.size}, the number of ranks, not {groups}", file="--groups")
    if fields and directory is None:
        raise InputError("fields can only be written to a directory; give 'output'", key="fields")
    if directory is not None:
        on_root(comm, lambda: claim(directory, sweep.config.source))
    jobs = find_jobs(sweep, comm)
    known: dict[str, Any] = {}
    on_root(comm, lambda: known.update(_kept(jobs, directory, fields, retry)))
    done = comm.bcast(set(known))
    wanted = jobs if chosen is None else [jobs[i] for i in chosen]
    todo = list(
        {job.hash: job for job in shares(wanted, task[1])[task[0] - 1] if job.hash not in done}.values()
    )
    shown = progress_of(progress, quiet, comm.rank)
    if comm.rank == 0:
        meshes = len({job.mesh for job in todo})
        note_missing_probes(sweep.config, shown)
        shown.note(f"{len(todo)} of {len(jobs)} points to solve, on {meshes} meshes")
    records = _make_meshes(todo, comm)
    if comm.rank == 0:
        for note in dict.fromkeys(note for record in records.values() for note in record.notes):
            shown.note(note)
    points = directory and directory / POINTS
    follow = partial(progress_of, progress, quiet)
    known |= _solve_in_groups(todo, records, points, comm, groups, fields, follow)
    results: dict[str, Any] = {}
    on_root(comm, lambda: results.update(_finish(sweep, jobs, directory, known)))
    return results


def parse_part(points: str | None, task: str | None, count: int) -> dict[str, Any]:
    """Points that ``--points A:B`` and ``--task K/N`` select, as arguments of :func:`run_sweep`.

    Args:
        points: Text of ``--points``, or None.
        task: Text of ``--task``, or None.
        count: Number of points.

    Raises:
        InputError: They are not of that form, or name no points.
    """
    part: dict[str, Any] = {}
    if points is not None:
        match = re.fullmatch(r"(\d+)(?::(\d+))?", points)
        first, last = (int(match[1]), int(match[2] or int(match[1]) + 1)) if match else (0, 0)
        if not first < last <= count:
            raise InputError(
                f"'{points}' are not points of this sweep; write A:B with 0 <= A < B <= {count}, or a number",
                file="--points",
            )
        part["chosen"] = range(first, last)
    if task is not None:
        match = re.fullmatch(r"(\d+)/(\d+)", task)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise InputError(f"cannot read '{task}'; write K/N with 1 <= K <= N, such as 3/8", file="--task")
        part["task"] = int(match[1]), int(match[2])
    return part


def check_sweep(sweep: Sweep, comm: MPI.Comm = MPI.COMM_WORLD) -> None:
    """Make and check the meshes of all points, without solving (collective).

    Args:
        sweep: The sweep.
        comm: Ranks that share the work.

    Raises:
        InputError: A device cannot be meshed, or is not a closed circuit.
    """
    _make_meshes(find_jobs(sweep, comm), comm)


def _kept(jobs: Sequence[Job], directory: Path | None, fields: bool, retry: bool) -> dict[str, Any]:
    """The results that an earlier run or another task has left, by the hash of their point."""
    kept: dict[str, Any] = {}
    if directory is None:
        return kept
    for name in {job.hash for job in jobs}:
        try:
            found = read_results(directory / POINTS / name)
        except InputError:
            continue
        point = found.get("point", {}) if found.get("complete", True) else {}
        if point.get("hash") == name and not (retry and "failed" in found) and point["fields"] >= fields:
            kept[name] = found
    return kept


def _make_meshes(jobs: Sequence[Job], comm: MPI.Comm) -> dict[str, MeshRecord]:
    """Make and check the meshes of all points, each on one rank; by their hashes (collective).

    Raises:
        InputError: A device cannot be meshed, or is not a closed circuit; the first of the points counts.
    """
    meshes = list(dict.fromkeys(job.mesh for job in jobs))
    records, mistakes = {}, {}
    for mesh in meshes[comm.rank :: comm.size]:
        for job in (job for job in jobs if job.mesh == mesh):
            try:
                records[mesh] = blaming(job.point, prepare_mesh)
            except InputError as mistake:
                mistakes[job.point.index] = mistake
                break
    found = [mistake for part in comm.allgather(mistakes) for mistake in part.items()]
    if found:
        raise min(found, key=lambda item: item[0])[1]
    return {mesh: record for part in comm.allgather(records) for mesh, record in part.items()}


def _solve_in_groups(
    jobs: Sequence[Job],
    records: Mapping[str, MeshRecord],
    directory: Path | None,
    comm: MPI.Comm,
    groups: int,
    fields: bool,
    follow: Callable[[int], SilentProgress],
) -> dict[str, Any]:
    """Solve points on groups of ranks; the results by the hash of the point, on rank 0 (collective)."""
    if not jobs:
        return {}
    groups = min(groups, len(batches(jobs)))
    number = comm.rank * groups // comm.size
    group = comm.Split(number, comm.rank)
    share = shares(jobs, groups, {mesh: record.cells for mesh, record in records.items()})[number]
    found, mistake = {}, None
    try:
        found = solve_points(share, records, directory, group, fields, follow(group.rank))
    except InputError as error:
        mistake = error
    mistakes = [error for error in comm.allgather(mistake) if error]
    if mistakes:
        raise mistakes[0]
    group.Free()
    return {name: data for part in comm.gather(found) or [] for name, data in part.items()}


def _finish(
    sweep: Sweep, jobs: Sequence[Job], directory: Path | None, known: dict[str, Any]
) -> dict[str, Any]:
    """Collect all points, those of other tasks too; write their table, once all are there."""
    missing = [job for job in jobs if job.hash not in known]
    known |= _kept(missing, directory, False, False)
    results = collect(sweep, [(job.hash, f"{POINTS}/{job.hash}", known.get(job.hash)) for job in jobs])
    missing = [job for job in jobs if job.hash not in known]
    if not missing and directory is not None:
        write_sweep(directory, results)
    return results
