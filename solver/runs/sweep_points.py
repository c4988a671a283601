"""The points of a sweep solved, those with the same solutions once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device import Device
from thermospin.errors import ConvergenceError
from thermospin.meshes.record import MeshRecord
from thermospin.output import SilentProgress, write_results
from thermospin.output.files import write_json
from thermospin.output.layout import SCHEMA
from thermospin.runs.adaptive import AdaptedMeshes
from thermospin.runs.jobs import Job, batches, probes_of
from thermospin.runs.problem import Problem
from thermospin.runs.readout import Readout
from thermospin.runs.run import describe_mesh, write
from thermospin.runs.simulation import solve_for
from thermospin.runs.workbench import Workbench
from thermospin.runtime.failures import on_root


def solve_points(
    jobs: Sequence[Job],
    records: Mapping[str, MeshRecord],
    directory: Path | None,
    comm: MPI.Comm,
    fields: bool,
    progress: SilentProgress,
) -> dict[str, Any]:
    """Solve points one after another, those with the same solutions together (collective).

    Args:
        jobs: The points.
        records: Meshes by their hashes.
        directory: Every point writes its results to a folder of its hash there; none are written without.
        comm: Ranks that share the work.
        fields: Also write fields and maps of every point, which is then solved by itself.
        progress: Gets a line for every point.

    Returns:
        Content of ``results.json`` by the hash of the point, on rank 0.
    """
    meshes = AdaptedMeshes(Workbench(comm))
    found: dict[str, Any] = {}
    with progress, progress.steps("points", [float(records[job.mesh].cells) for job in jobs]):
        for batch in [[job] for job in jobs] if fields else batches(jobs):
            record = records[batch[0].mesh]
            shares_solutions = len(batch) > 1 and batch[0].point.config.accuracy is None
            together = _together(batch, record, meshes.bench, directory) if shares_solutions else None
            for i, job in enumerate(batch):
                data = together[i] if together else _alone(job, record, meshes, directory, fields)
                _tell(job, data, progress)
                if comm.rank == 0:
                    found[job.hash] = data
    meshes.bench.clear()
    return found


def _tell(job: Job, data: Mapping[str, Any], progress: SilentProgress) -> None:
    """Show a line about a point that was solved."""
    values = ", ".join(f"{key}={value}" for key, value in job.point.values.items())
    outcome = data.get("failed") or f"{data['solver']['iterations']} iterations"
    if not data.get("accuracy", {}).get("reached", True):
        outcome += f"; warning: accuracy not reached: {data['accuracy']['end']}"
    progress.note(f"point {job.point.index} ({values}): {outcome}")
    progress.step()


def _together(
    jobs: Sequence[Job], record: MeshRecord, bench: Workbench, directory: Path | None
) -> list[dict[str, Any]] | None:
    """The results of points with the same solutions; None where these do not converge (collective)."""
    pairs = {f"{plus} {minus}": (plus, minus) for plus, minus in probes_of(jobs)}
    config = jobs[0].point.config.model_copy(update={"probes": pairs})
    results = None
    try:
        problem = bench.problem(config, record, SilentProgress())
        readouts = [_readout(_output_to(directory, job), problem) for job in jobs]
        results = solve_for(problem, readouts, SilentProgress())
    except ConvergenceError:
        pass
    if results is None:
        bench.clear()
        return None
    for job, data in zip(jobs, results, strict=True):
        data.update(_about(job), **describe_mesh(job.point.config, problem.device, record, bench.comm))
        if directory is not None:
            on_root(bench.comm, partial(write_results, directory / job.hash, data))
    return results


def _readout(config: Config, problem: Problem) -> Readout:
    """Readings that a point asks of solutions that it shares."""
    device: Device = replace(problem.device, probes=dict(config.probes))
    return Readout(config, device)


def _alone(
    job: Job, record: MeshRecord, meshes: AdaptedMeshes, directory: Path | None, fields: bool
) -> dict[str, Any]:
    """The results of a point, or the reason why it does not converge (collective)."""
    config, bench, failed = _output_to(directory, job, fields), meshes.bench, ""
    about = _about(job, fields)
    try:
        config, record, problem, results = meshes.solve(config, record, SilentProgress())
    except ConvergenceError as error:
        failed = str(error)
    if failed:
        bench.clear()
        data = {"schema": SCHEMA, "failed": failed, "schemes": {}, "config": config.resolved(), **about}
        if directory is not None:
            on_root(bench.comm, lambda: write_json(directory / job.hash / "results.json", data))
        return data
    results.data.update(about, **describe_mesh(config, problem.device, record, bench.comm))
    if fields:
        write(problem, results, record, SilentProgress())
    elif directory is not None:
        on_root(bench.comm, lambda: write_results(directory / job.hash, results.data))
    return results.data


def _output_to(directory: Path | None, job: Job, fields: bool = False) -> Config:
    """The configuration of a point that writes to a folder of its own, without pictures unless asked."""
    config = job.point.config
    if directory is None:
        return config
    changes: dict[str, Any] = {"directory": directory / job.hash}
    if not fields:
        changes |= {"fields": False, "maps": ()}
    return config.model_copy(update={"output": config.output.model_copy(update=changes)})


def _about(job: Job, fields: bool = False) -> dict[str, Any]:
    return {"point": {"hash": job.hash, "values": dict(job.point.values), "fields": fields}}
