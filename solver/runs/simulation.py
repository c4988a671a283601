"""The numbers of a device: every scheme and configuration solved, read and balanced."""

import importlib.metadata
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from thermospin.compat import versions
from thermospin.config import Config
from thermospin.device import Device, Drive
from thermospin.errors import ConvergenceError
from thermospin.observables.lock_in import lock_in
from thermospin.output.layout import SCHEMA
from thermospin.output.place import new_run
from thermospin.output.readings import shown_orders
from thermospin.response.solution import Expansion
from thermospin.runs.fields import SolvedFields
from thermospin.runs.input_errors import InputErrors
from thermospin.runs.measured import Measurements
from thermospin.runs.numbers import check_balances, configuration_data
from thermospin.runs.probes import signals
from thermospin.runs.problem import Problem
from thermospin.runs.results import Results
from thermospin.validation.contrast import suspects


def solve(problem: Problem, progress: Any, keep_fields: bool = True) -> Results:
    """Solve every scheme and configuration of a problem (collective).

    Args:
        problem: The problem.
        progress: Stages of the run, such as :class:`thermospin.output.SilentProgress`.
        keep_fields: Whether the results hold the fields of all of them.
    """
    config, device = problem.config, problem.device
    measurements, input_errors = Measurements(problem), InputErrors.of(problem)
    expansions: dict[tuple[str, str], Expansion] = {}
    schemes: dict[str, Any] = {}
    with progress.steps("configurations", [1.0] * (len(device.drives) * len(device.states))):
        for scheme, drive in device.drives.items():
            with progress.stage("preconditioner"):
                solver = problem.scheme(scheme)
            configurations, found = {}, problem.expansions(solver)
            for name in device.states:
                with progress.stage("solve"), _with_suspects(config, device):
                    expansion = _with_reciprocity(problem, solver, next(found))
                if input_errors:
                    with progress.stage("sensitivities"):
                        input_errors.add(scheme, name, solver, expansion)
                compared = None
                if device.numerics.estimate:
                    with progress.stage("estimate"):
                        compared = problem.estimate(scheme, solver, expansion)
                expansion.key = scheme, name
                _report(progress, scheme, name, expansion)
                operating = operating_drive(config, drive)
                data = configuration_data(
                    expansion, device.probes, operating, device.heating_model == "conserving", device.images
                )
                check_balances(data, device.numerics.tolerance, f"{scheme}, {name}")
                data["adjoint_iterations"] = solver.adjoint_iterations
                with progress.stage("observables"):
                    measured = measurements.of(expansion, operating)
                    data |= measured
                    if compared:
                        data["mesh_bars"] = measurements.bars(measured, compared, operating)
                configurations[name] = data
                if keep_fields:
                    expansions[scheme, name] = expansion
                progress.step()
            schemes[scheme] = {
                "drive": {"quantity": drive.quantity, "unit": drive.unit},
                "configurations": configurations,
                "signals": signals(configurations),
            }
            if config.lock_in and drive.quantity == "current":
                schemes[scheme]["lock_in"] = {
                    probe: {
                        name: lock_in(shown_orders(data["probes"][probe]), config.lock_in.rms_current)
                        for name, data in configurations.items()
                    }
                    for probe in device.probes
                }
    data = _summary(problem, schemes, progress)
    if input_errors:
        input_errors.write(data)
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


def _with_reciprocity(problem: Problem, solver: Any, expansion: Expansion) -> Expansion:
    """Add R1 with injector and probe exchanged to a solution."""
    device = problem.device
    if device.numerics.reciprocity and expansion.orders:
        first = expansion.orders[0]
        found = {name: solver.reciprocal(pair, first) for name, pair in device.probes.items()}
        expansion.reciprocity.update({name: value for name, value in found.items() if value is not None})
    return expansion


def _report(progress: Any, scheme: str, configuration: str, expansion: Expansion) -> None:
    iterations = ", ".join(str(order.iterations) for order in expansion.by_power.values())
    worst = max(order.residual for order in expansion.by_power.values())
    progress.note(f"{scheme} {configuration}: iterations {iterations}; residual {worst:.1e}")
    if expansion.unestimated:
        progress.note(
            f"warning: {scheme} {configuration} has no error bars of the mesh: {expansion.unestimated}; "
            "compare with a finer mesh ('mesh.refinement: 1.4')"
        )


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
