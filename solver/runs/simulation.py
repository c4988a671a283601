"""A whole run: mesh, solve every scheme and configuration, collect the numbers, write the files."""

import importlib.metadata
import resource
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from thermospin.compat import MPI, versions
from thermospin.config import Config
from thermospin.device import Device, Drive
from thermospin.errors import ConvergenceError
from thermospin.meshes import MeshRecord
from thermospin.observables.lock_in import lock_in
from thermospin.output import Case, SilentProgress, draw_maps, print_table, write_fields
from thermospin.output.files import replacing
from thermospin.output.layout import SCHEMA
from thermospin.output.place import begin_results, claim, finish_results, new_run, numbers_kept
from thermospin.output.progress import progress_of
from thermospin.output.readings import write_readings
from thermospin.response.solution import Expansion
from thermospin.runs.fields import CaseSampler, SolvedFields, as_written, drawn
from thermospin.runs.numbers import check_balances, configuration_data
from thermospin.runs.observed import observables, torques_of
from thermospin.runs.preparation import prepare
from thermospin.runs.probes import signals
from thermospin.runs.problem import Problem
from thermospin.runs.resolution import unresolved
from thermospin.runs.results import Results
from thermospin.runtime.failures import on_root
from thermospin.validation.contrast import suspects


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
        record, mesh = prepare(config, comm, shown)
        problem = Problem(config, mesh, shown)
        results = solve(problem, shown)
        results.data.update(describe_mesh(config, problem.device, record, comm))
        try:
            if directory is not None:
                write(problem, results, record, shown)
        finally:  # once the numbers are written, they are printed, whatever comes after
            known = directory is None or "complete" in results.data
            if known and not quiet and comm.rank == 0:
                print_table(results.data)
        problem.free()
    return results


def note_missing_probes(config: Config, progress: Any) -> None:
    """Note that nothing is read without probes; fields, maps, maxima and torques are results too.

    Args:
        config: The configuration.
        progress: Anything with ``note(text)``.
    """
    if not config.probes:
        remedy = (
            "none, so there are no readings R1, R2 …; add a pair of terminals, such as '{v: [plus, minus]}'"
        )
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
    return {"mesh": about, "warnings": on_root(comm, lambda: unresolved(config, device, record))}


def solve(problem: Problem, progress: Any, keep_fields: bool = True) -> Results:
    """Solve every scheme and configuration of a problem (collective).

    Args:
        problem: The problem.
        progress: Anything with a ``stage(name)`` context manager.
        keep_fields: Whether the results hold the fields of all of them.
    """
    config, device = problem.config, problem.device
    observer = problem.observer()
    torques = problem.torques()
    expansions: dict[tuple[str, str], Expansion] = {}
    schemes: dict[str, Any] = {}
    for scheme, drive in device.drives.items():
        with progress.stage("preconditioner"):
            solver = problem.scheme(scheme)
        configurations = {}
        for name, state in device.states.items():
            with progress.stage("assembly"):
                problem.magnetise(state)
            with progress.stage("solve"), _with_suspects(config, device):
                expansion = _expand(problem, solver)
            if device.numerics.estimate:
                with progress.stage("estimate"):
                    problem.estimate(solver, expansion)
            expansion.key = scheme, name
            _report(progress, scheme, name, expansion)
            operating = operating_drive(config, drive)
            data = configuration_data(
                expansion, device.probes, operating, device.heating_model == "conserving"
            )
            check_balances(data, device.numerics.tolerance, f"{scheme}, {name}")
            data["adjoint_iterations"] = solver.adjoint_iterations
            with progress.stage("observables"):
                data |= observables(device, observer, expansion, operating)
                if torques:
                    data["torques"] = torques_of(torques, expansion, operating)
            configurations[name] = data
            if keep_fields:
                expansions[scheme, name] = expansion
        schemes[scheme] = {
            "drive": {"quantity": drive.quantity, "unit": drive.unit},
            "configurations": configurations,
            "signals": signals(configurations),
        }
        if config.lock_in and drive.quantity == "current":
            schemes[scheme]["lock_in"] = {
                probe: {
                    name: lock_in(data["probes"][probe]["R"], config.lock_in.rms_current)
                    for name, data in configurations.items()
                }
                for probe in device.probes
            }
    data = _summary(problem, schemes, progress)
    return Results(
        data, expansions, SolvedFields(problem, expansions, data["run"]["id"]) if keep_fields else None
    )


@contextmanager
def _with_suspects(config: Config, device: Device) -> Iterator[None]:
    """Add the file to a failure of the solver, and a possible cause in the configuration."""
    try:
        yield
    except ConvergenceError as error:
        told = "steady state" in str(error)  # which has reasons of its own
        file = f"{config.source}: " if config.source else ""
        raise ConvergenceError(f"{file}{error}{'' if told else suspects(config, device)}") from None


def _expand(problem: Problem, solver: Any) -> Expansion:
    """Solve for all orders, and R1 with injector and probe exchanged."""
    expansion, device = problem.expand(solver), problem.device
    if device.numerics.reciprocity and expansion.orders:
        first = expansion.orders[0]
        found = {name: solver.reciprocal(pair, first) for name, pair in device.probes.items()}
        expansion.reciprocity.update({name: value for name, value in found.items() if value is not None})
    return expansion


def _report(progress: Any, scheme: str, configuration: str, expansion: Expansion) -> None:
    iterations = ", ".join(str(order.iterations) for order in expansion.by_power.values())
    worst = max(order.residual for order in expansion.by_power.values())
    progress.note(f"{scheme} {configuration}: iterations {iterations}; residual {worst:.1e}")


def operating_drive(config: Config, drive: Drive) -> float | None:
    """The drive of the maxima: ``output.current``, else the drive of the configuration; None without one.

    Args:
        config: The configuration.
        drive: The drive of the scheme.
    """
    if drive.quantity == "temperature":
        return 0.0
    if drive.quantity == "voltage":
        return drive.scale
    if config.output.current is not None:
        return config.output.current
    if config.solver.currents:
        return max(map(abs, config.solver.currents))
    return config.lock_in.rms_current * 2**0.5 if config.lock_in else None


def _summary(problem: Problem, schemes: dict[str, Any], progress: Any) -> dict[str, Any]:
    config, comm = problem.config, problem.spaces.comm
    peaks = comm.allgather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    found = [data for scheme in schemes.values() for data in scheme["configurations"].values()]
    return {
        "schema": SCHEMA,
        "title": config.title,
        "schemes": schemes,
        "solver": {
            "dofs": problem.spaces.n_dofs,
            "degree": problem.spaces.degree,
            "iterations": sum(sum(data["iterations"]) + data["adjoint_iterations"] for data in found),
            "ranks": comm.size,
        },
        "timings": dict(progress.timings),
        "memory": {"peak_per_rank": peaks, "peak": sum(peaks)},
        "run": comm.bcast(new_run(config.source)),
        "config": config.resolved(),
        "versions": {"thermospin": importlib.metadata.version("thermospin"), **versions()},
    }


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
    states = {name: list(problem.states) for name in problem.schemes}
    for key, expansion in results.expansions.items():
        wanted = drawn(config.output, states, key)
        if not config.output.fields and not wanted:
            continue
        with progress.stage("sampling"):
            is_driven_by_current = results.data["schemes"][key[0]]["drive"]["unit"] == "A"
            shown = [config.output.current, *(map.current for map in wanted.values())]
            case = sampler.case(key, expansion, shown if is_driven_by_current else ())
        on_root(problem.spaces.comm, partial(_write_case, config, directory, case, wanted, progress))


def _write_case(config: Config, directory: Path, case: Case, maps: Mapping[str, Any], progress: Any) -> None:
    """Write the fields of a scheme and configuration and draw its maps, on one rank."""
    if config.output.fields:
        with progress.stage("fields"):
            write_fields(directory, as_written(case, maps), config.output.current)
    with progress.stage("maps"):
        draw_maps(directory, maps, case)
