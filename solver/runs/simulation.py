"""A whole run: mesh, solve every scheme and configuration, collect the numbers, write the files."""

import importlib.metadata
import itertools
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from thermospin.circuit import Drive
from thermospin.compat import MPI, versions
from thermospin.config import Config
from thermospin.contacts import contact_regions
from thermospin.errors import ThermospinError
from thermospin.lock_in import lock_in
from thermospin.meshes import MeshRecord
from thermospin.meshes.read import DeviceMesh, read_mesh
from thermospin.observables.cells import CellFields, Observer, total
from thermospin.observables.sampling import Sampler
from thermospin.observables.torque import Torques, torque_data
from thermospin.output import Case, Progress, draw_maps, plan_maps, print_table, write_fields, write_results
from thermospin.output.files import replacing
from thermospin.problem import Problem
from thermospin.results import Results, configuration_data, signals
from thermospin.runs.checks import check_mesh, make_mesh, untold
from thermospin.runs.estimates import estimate_record
from thermospin.solution import Expansion


def run(config: Config, comm: MPI.Comm = MPI.COMM_WORLD) -> Results:
    """Solve a device and write the results to ``config.output.directory`` (collective).

    Args:
        config: The configuration.
        comm: Ranks that share the work.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
        ConvergenceError: The solver does not converge.
    """
    with Progress(comm.rank) as progress:
        record, device = prepare(config, comm, progress)
        problem = Problem(config, device, progress)
        results = solve(problem, progress)
        results.data["mesh"] = describe_mesh(record)
        write(problem, results, record, progress)
        if comm.rank == 0:
            print_table(results.data)
    return results


def prepare(config: Config, comm: MPI.Comm, progress: Any) -> tuple[MeshRecord, DeviceMesh]:
    """Make or find the mesh on rank 0, check and cut it, and read it on all ranks (collective)."""
    with progress.stage("mesh"):
        record = on_root(comm, lambda: checked_mesh(config, progress.note))
    return record, read_device(config, record, comm, progress)


def read_device(config: Config, record: MeshRecord, comm: MPI.Comm, progress: Any) -> DeviceMesh:
    """Read the mesh that :func:`checked_mesh` left on all ranks (collective)."""
    weights = {  # for load balance: a conductor has all the fields, an insulator one
        region: float(len(config.unknowns)) if config.material(name).is_conductor else 1.0
        for region, name in record.materials.items()
    }
    with progress.stage("read"):
        return read_mesh(
            record.directory,
            record.regions,
            record.terminals,
            weights,
            comm,
            contact_regions(config, record),
            [region for region in record.regions if region not in config.insulators],
            record.surfaces,
        )


def describe_mesh(record: MeshRecord) -> dict[str, Any]:
    """The mesh, for the results."""
    return {"file": record.file.name, "hash": record.hash, "cells": record.cells, "points": record.points}


def checked_mesh(config: Config, tell: Callable[[str], None] = untold) -> MeshRecord:
    """Make or find the mesh of a configuration, check and cut it, on one rank.

    Args:
        config: The configuration.
        tell: Gets lines about the size of the problem.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    record = make_mesh(config, tell)
    check_mesh(config, record)
    estimate = estimate_record(config, record)
    tell(estimate.text)
    if estimate.warning:
        tell(f"warning: {estimate.warning}")
    return record


def on_root(comm: MPI.Comm, work: Callable[[], Any]) -> Any:
    """Do something on rank 0 and give the outcome, or the expected error, to all ranks (collective)."""
    outcome: Any = None
    if comm.rank == 0:
        try:
            outcome = work()
        except ThermospinError as error:
            outcome = error
    outcome = comm.bcast(outcome)
    if isinstance(outcome, ThermospinError):
        raise outcome
    return outcome


def solve(problem: Problem, progress: Any, keep_fields: bool = True) -> Results:
    """Solve every scheme and configuration of a problem (collective).

    Args:
        problem: The problem.
        progress: Anything with a ``stage(name)`` context manager.
        keep_fields: Whether the results hold the fields of all of them.
    """
    config = problem.config
    observer = problem.observer()
    torques = problem.torques()
    expansions: dict[tuple[str, str], Expansion] = {}
    schemes: dict[str, Any] = {}
    for scheme in config.schemes:
        drive = Drive.of(config.schemes[scheme])
        with progress.stage("multigrid"):
            solver = problem.scheme(scheme)
        configurations = {}
        for name, state in config.states.items():
            with progress.stage("assembly"):
                problem.magnetise(state)
            with progress.stage("solve"):
                expansion = _expand(config, solver)
            _report(progress, scheme, name, expansion)
            operating = operating_drive(config, drive)
            data = configuration_data(
                expansion, config.probes, operating or 1.0, config.heating.model == "conserving"
            )
            data["adjoint_iterations"] = solver.adjoint_iterations
            with progress.stage("observables"):
                data |= _observables(problem, observer, expansion, operating)
                if torques:
                    data["torques"] = _torques(torques, expansion, operating)
            configurations[name] = data
            if keep_fields:
                expansions[scheme, name] = expansion
        schemes[scheme] = {
            "drive": {"quantity": drive.quantity, "unit": "A" if drive.quantity == "current" else "V"},
            "configurations": configurations,
            "signals": signals(configurations),
        }
        if config.lock_in and drive.quantity == "current":
            schemes[scheme]["lock_in"] = {
                probe: {
                    name: lock_in(data["probes"][probe]["R"], config.lock_in.rms_current)
                    for name, data in configurations.items()
                }
                for probe in config.probes
            }
    return Results(_summary(problem, schemes, progress), expansions)


def _expand(config: Config, solver: Any) -> Expansion:
    """Solve for all orders, and R1 with injector and probe exchanged."""
    options = config.solver
    if options.method == "demodulate":
        expansion = solver.demodulate(options.currents, options.orders)
    else:
        expansion = solver.expand(options.orders)
    if options.reciprocity:
        first = expansion.orders[0]
        found = {name: solver.reciprocal(pair, first) for name, pair in config.probes.items()}
        expansion.reciprocity.update({name: value for name, value in found.items() if value is not None})
    return expansion


def _report(progress: Any, scheme: str, configuration: str, expansion: Expansion) -> None:
    iterations = ", ".join(str(order.iterations) for order in expansion.orders)
    worst = max(order.residual for order in expansion.orders)
    progress.note(f"{scheme} {configuration}: iterations {iterations}; residual {worst:.1e}")


def operating_drive(config: Config, drive: Drive) -> float | None:
    """The drive at which maxima are given: ``output.current``, else what the configuration drives with."""
    if drive.quantity == "voltage":
        return drive.scale
    if config.output.current is not None:
        return config.output.current
    if config.solver.currents:
        return max(map(abs, config.solver.currents))
    return config.lock_in.rms_current * 2**0.5 if config.lock_in else None


def _observables(
    problem: Problem, observer: Observer, expansion: Expansion, drive: float | None
) -> dict[str, Any]:
    """Maxima per region and averages over magnet | normal-metal interfaces, at the operating drive."""
    by_power = observer.orders(expansion)
    fields = [by_power[n] for n in by_power if n]
    orders = [observer.maxima(order) for order in fields]
    regions: dict[str, Any] = {
        region: {"orders": {key: [order[region][key] for order in orders] for key in orders[0][region]}}
        for region in orders[0]
    }
    found: dict[str, Any] = {"regions": regions}
    if drive is None:
        return found
    solved = dict(expansion.points).get(drive)
    at_drive = total(by_power, drive) if solved is None else observer.observe(solved)
    for region, values in observer.maxima(at_drive).items():
        regions[region] |= values
    return found | {"drive": drive, "interfaces": _interfaces(problem, observer, at_drive, fields)}


def _torques(torques: Torques, expansion: Expansion, drive: float | None) -> dict[str, Any]:
    """Torques of every order, of a temperature bias without a drive, and at the operating drive."""
    solutions = {f"order{n}": order for n, order in enumerate(expansion.orders, start=1)}
    if expansion.rest:
        solutions["rest"] = expansion.rest
    if drive is not None:
        solutions["at_drive"] = expansion.at(drive)
    return torque_data(torques, solutions)


def _interfaces(
    problem: Problem, observer: Observer, total: CellFields, orders: list[CellFields]
) -> dict[str, Any]:
    """Averages over every interface of a magnet and a normal metal, from the magnet's side.

    Where the interface resists, fields jump: ``across`` has the averages from the other side.
    """
    config = problem.config
    resistive = {frozenset((contact.first, contact.second)) for contact in problem.contacts.values()}
    normal = [r for r in config.geometry.materials if r not in (*config.magnets, *config.insulators)]
    found = {}
    for first, second in itertools.product(config.magnets, normal):
        averages = observer.interface(total, first, second)
        if averages:
            by_order = [observer.interface(fields, first, second) for fields in orders]
            found[f"{first}|{second}"] = averages | {
                "orders": {key: [order[key] for order in by_order] for key in ("gradient_T", "current")}
                | {key: [order[key]["mean"] for order in by_order] for key in total.accumulations}
            }
            if {first, second} in resistive:
                found[f"{first}|{second}"]["across"] = observer.interface(total, second, first)
    return found


def _summary(problem: Problem, schemes: dict[str, Any], progress: Any) -> dict[str, Any]:
    config, comm = problem.config, problem.spaces.comm
    peaks = comm.allgather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    found = [data for scheme in schemes.values() for data in scheme["configurations"].values()]
    return {
        "schema": 1,
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
        "config": config.resolved(),
        "versions": {"thermospin": importlib.metadata.version("thermospin"), **versions()},
    }


def write(problem: Problem, results: Results, record: MeshRecord, progress: Any) -> None:
    """Write the results, fields and maps of a run; results.json last (collective; rank 0 writes)."""
    config, comm = problem.config, problem.spaces.comm
    directory = Path(config.output.directory)
    on_root(comm, lambda: _copy_mesh(record, directory))
    if config.output.fields or config.output.maps:
        _write_fields(problem, results, directory, progress)
    if comm.rank == 0:
        results.data["timings"] = dict(progress.timings)
        write_results(directory, results.data)


def _copy_mesh(record: MeshRecord, directory: Path) -> None:
    with replacing(directory / record.file.name) as aside:
        shutil.copyfile(record.file, aside)


def _write_fields(problem: Problem, results: Results, directory: Path, progress: Any) -> None:
    """Write the fields of one scheme and configuration after another, and draw the maps that show them."""
    config = problem.config
    observer, sampler = problem.observer(), Sampler(problem.spaces.device)
    maps = plan_maps(config.output.maps, {name: list(config.magnetisations) for name in config.schemes})
    for (scheme, name), expansion in results.expansions.items():
        wanted = maps.get((scheme, name), {})
        if not config.output.fields and not wanted:
            continue
        problem.coefficients.magnetise(config.states[name])
        unit = results.data["schemes"][scheme]["drive"]["unit"]
        shown = {config.output.current, *(map.current for map in wanted.values())} if unit == "A" else set()
        with progress.stage("sampling"):
            samples = {n: sampler.sample(part, 0.0) for n, part in observer.orders(expansion).items()}
            solved = {
                drive: sampler.sample(observer.observe(solution), config.temperature)
                for drive, solution in expansion.points
                if drive in shown
            }
        if problem.spaces.comm.rank == 0:
            case = Case(scheme, name, samples, config.temperature, unit, solved)
            if config.output.fields:
                with progress.stage("fields"):
                    write_fields(directory, case, config.output.current)
            with progress.stage("maps"):
                draw_maps(directory, wanted, case)
