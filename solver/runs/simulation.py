"""The numbers of a device: every scheme and configuration solved, read and balanced."""

import importlib.metadata
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from thermospin.compat import versions
from thermospin.config import Config
from thermospin.device import Device
from thermospin.errors import ConvergenceError
from thermospin.output.layout import SCHEMA
from thermospin.output.place import new_run
from thermospin.response.solution import Expansion
from thermospin.runs.fields import SolvedFields
from thermospin.runs.input_errors import InputErrors
from thermospin.runs.measured import Measurements
from thermospin.runs.problem import Problem
from thermospin.runs.readout import Readout
from thermospin.runs.results import Results
from thermospin.validation.contrast import suspects


def solve(problem: Problem, progress: Any, keep_fields: bool = True) -> Results:
    """Solve every scheme and configuration of a problem (collective).

    Args:
        problem: The problem.
        progress: Stages of the run, such as :class:`thermospin.output.SilentProgress`.
        keep_fields: Whether the results hold the fields of all of them.
    """
    readout, expansions = Readout(problem.config, problem.device), {}
    (data,) = solve_for(problem, [readout], progress, expansions if keep_fields else None)
    return Results(
        data, expansions, SolvedFields(problem, expansions, data["run"]["id"]) if keep_fields else None
    )


def solve_for(
    problem: Problem,
    readouts: Sequence[Readout],
    progress: Any,
    expansions: dict[tuple[str, str], Expansion] | None = None,
) -> list[dict[str, Any]]:
    """Solve every scheme and configuration once, and read it for several configurations (collective).

    Args:
        problem: The problem, which has the probes of all of them.
        readouts: What configurations with these solutions ask of them.
        progress: Stages of the run.
        expansions: Gets the solutions, by scheme and configuration.

    Returns:
        The content of ``results.json`` for every one, without the mesh.
    """
    config, device = problem.config, problem.device
    measurements, input_errors = Measurements(problem), InputErrors.of(problem)
    with progress.steps("configurations", [1.0] * (len(device.drives) * len(device.states))):
        for scheme in device.drives:
            with progress.stage("preconditioner"):
                solver = problem.scheme(scheme)
            found = problem.expansions(solver)
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
                for readout in readouts:
                    readout.read(expansion, solver.adjoint_iterations)
                with progress.stage("observables"):
                    drives = [readout.operating_drive(scheme) for readout in readouts]
                    measured = measurements.of(expansion, drives)
                    bars = measurements.bars(measured, compared, drives) if compared else []
                for readout, *parts in zip_longest(readouts, measured, bars):
                    readout.add(expansion.key, *parts)
                if expansions is not None:
                    expansions[expansion.key] = expansion
                progress.step()
    results = [_summary(problem, readout, progress) for readout in readouts]
    if input_errors:
        for data in results:
            input_errors.write(data)
    return results


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
        found = {pair: solver.reciprocal(pair, first) for pair in device.probes.values()}
        expansion.reciprocity.update({pair: value for pair, value in found.items() if value is not None})
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


def _summary(problem: Problem, readout: Readout, progress: Any) -> dict[str, Any]:
    config, comm, schemes = readout.config, problem.spaces.comm, readout.schemes()
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
