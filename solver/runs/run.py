"""A whole run: mesh, solve every scheme and configuration, collect the numbers, write the files."""

import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device import Device
from thermospin.meshes.record import MeshRecord
from thermospin.output import Case, SilentProgress, map_drawer, print_table, write_fields
from thermospin.output.convergence import print_history
from thermospin.output.files import replacing
from thermospin.output.place import begin_results, claim, finish_results, numbers_kept
from thermospin.output.progress import progress_of
from thermospin.output.readings import write_readings
from thermospin.runs.adaptive import solve_device
from thermospin.runs.fields import CaseSampler, as_written, drawn
from thermospin.runs.problem import Problem
from thermospin.runs.resolution import unresolved
from thermospin.runs.results import Results
from thermospin.runtime.failures import on_root


def run(
    config: Config,
    output: Path | str | None = None,
    progress: Callable[[str], object] | SilentProgress | None = None,
    quiet: bool = True,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Results:
    """Solve a device (collective; all ranks get the numbers).

    Nothing is printed and nothing is written unless it is asked for, but for the mesh, which the user's cache
    keeps.

    Args:
        config: The configuration.
        output: Directory for the files that the configuration asks for under ``output``: numbers, mesh,
            fields, maps.
        progress: Gets a line for every stage of the run, such as ``print``.
        quiet: False shows the stages on stderr and prints the table of the readings, as the command does.
        comm: Ranks that share the work.

    Raises:
        InputError: The device cannot be meshed, is not a closed circuit, or the directory cannot be written.
        ConvergenceError: The solver does not converge.
    """
    directory = None if output is None else Path(output)
    if directory is not None:
        on_root(comm, lambda: claim(directory, config.source))
        changed = config.output.model_copy(update={"directory": directory})
        config = config.model_copy(update={"output": changed})
    with progress_of(progress, quiet, comm.rank) as shown:
        note_missing_probes(config, shown)
        solved = solve_device(config, comm, shown)
        config, record, problem, results = solved.config, solved.record, solved.problem, solved.results
        results.data.update(describe_mesh(config, problem.device, record, comm))
        try:
            if directory is not None:
                write(problem, results, record, shown)
        finally:  # once the numbers are written, they are printed, whatever comes after
            known = directory is None or "complete" in results.data
            if known and not quiet and comm.rank == 0:
                print_table(results.data)
                print_history(results.data)
        problem.free()
    return results


def note_missing_probes(config: Config, progress: Any) -> None:
    """Note that nothing is read without probes; fields, maps, maxima and torques are results too.

    Args:
        config: The configuration.
        progress: Anything with ``note(text)``.
    """
    if not config.probes:
        remedy = "there are no readings R1, R2 …; add a pair of terminals, such as '{v: [plus, minus]}'"
        progress.note(str(config.error("probes", remedy)))


def describe_mesh(config: Config, device: Device, record: MeshRecord, comm: MPI.Comm) -> dict[str, Any]:
    """The mesh and warnings of unresolved lengths, for the results (collective).

    Args:
        config: The configuration.
        device: Its device.
        record: Its mesh.
        comm: The ranks.
    """
    about = {"file": record.file.name, "hash": record.hash, "cells": record.cells, "points": record.points}
    if record.cut_off:
        about["cut_off"] = record.cut_off
    return {"mesh": about, "warnings": on_root(comm, lambda: unresolved(config, device, record))}


def write(problem: Problem, results: Results, record: MeshRecord, progress: Any) -> None:
    """Write the numbers of a run, then its mesh, fields and maps (collective; rank 0 writes).

    Args:
        problem: The problem.
        results: Its results.
        record: Its mesh.
        progress: Anything with a ``stage(name)`` context manager and ``timings``.

    Raises:
        InputError: The directory cannot be written.
    """
    config, comm, data = problem.config, problem.spaces.comm, results.data
    directory = Path(config.output.directory)
    on_root(comm, lambda: begin_results(directory, data))
    with numbers_kept(directory):
        on_root(comm, lambda: write_readings(directory / "results.csv", data))
        on_root(comm, lambda: _copy_mesh(record, directory))
        if config.output.fields or config.output.maps:
            _write_fields(problem, results, directory, progress)
        data["timings"] = dict(progress.timings)
        on_root(comm, lambda: finish_results(directory, data))
        data["complete"] = True


def _copy_mesh(record: MeshRecord, directory: Path) -> None:
    with replacing(directory / record.file.name) as aside:
        shutil.copyfile(record.file, aside)


def _write_fields(problem: Problem, results: Results, directory: Path, progress: Any) -> None:
    """Write the fields of one scheme and configuration after another, and draw the maps that show them."""
    config = problem.config
    sampler = CaseSampler(problem, results.data["run"]["id"])
    comm = problem.spaces.comm
    drawer = map_drawer(directory, config.output) if comm.rank == 0 else None
    states = {name: list(problem.states) for name in problem.schemes}
    for key, expansion in results.expansions.items():
        wanted = drawn(config.output, states, key)
        if not config.output.fields and not wanted:
            continue
        with progress.stage("sampling"):
            is_driven_by_current = results.data["schemes"][key[0]]["drive"]["unit"] == "A"
            shown = [config.output.current, *(map.current for map in wanted.values())]
            case = sampler.case(key, expansion, shown if is_driven_by_current else ())
        on_root(comm, partial(_write_case, config, directory, case, wanted, drawer, progress))


def _write_case(
    config: Config, directory: Path, case: Case, maps: Mapping[str, Any], drawer: Any, progress: Any
) -> None:
    """Write the fields of a scheme and configuration and draw its maps, on one rank."""
    if config.output.fields:
        with progress.stage("fields"):
            write_fields(directory, as_written(case, maps), config.output.current)
    with progress.stage("maps"):
        drawer.draw(maps, case)
