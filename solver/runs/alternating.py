"""Drives that alternate: a run of `thermospin alternating` (solver/physics.md §3)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device import Device
from thermospin.discretisation.spin_storage import SpinStorage
from thermospin.output.alternating import save_alternating, write_alternating, write_phases
from thermospin.output.place import claim
from thermospin.response.alternating import AlternatingFields, AlternatingResponse
from thermospin.response.solution import Expansion, Solution
from thermospin.runs.fields import CaseSampler
from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runtime.failures import on_root
from thermospin.validation.alternating import storage_times

ADJOINT = 1e-9
"""Relative tolerance on the residuals of adjoints."""
MIDDLE = np.full((1, 3), 0.25)
"""Middle of the reference cell."""

UNITS = {"current": "Ω", "voltage": "", "temperature": "V"}
"""Units of readings over the drive, by what drives a scheme."""
Row = dict[str, Any]
"""Scheme, configuration, probe, frequency, the real and the imaginary part of a reading, and its unit."""


def run_alternating(config: Config, comm: MPI.Comm, directory: Path, progress: Any) -> list[Row]:
    """Solve all schemes and configurations at all frequencies, and write what is found (collective).

    Args:
        config: The configuration, with `alternating`.
        comm: Ranks that share the work.
        directory: Where the table, the picture and the fields go.
        progress: Follows the stages.

    Returns:
        The rows of the table.

    Raises:
        InputError: There is no such section.
        ConvergenceError: The solver does not converge.
    """
    if config.alternating is None:
        raise config.error("alternating", "missing; add it, such as 'alternating: {frequencies: [10 GHz]}'")
    times = storage_times(config, Device.of(config))
    on_root(comm, lambda: claim(directory, config.source))
    rows: list[Row] = []
    with progress:
        _, mesh = prepare(config, comm, progress)
        with Problem(config, mesh, progress) as problem:
            storage = SpinStorage(problem.spaces, problem.device.materials, times)
            for scheme in problem.schemes:
                with progress.stage(f"scheme {scheme}"):
                    for found in _of_scheme(problem, storage, scheme, directory):
                        rows += found
        on_root(comm, lambda: write_alternating(directory, rows))
        on_root(comm, lambda: save_alternating(directory, rows, config.output.style))
    return rows


def respond(
    problem: Problem, storage: SpinStorage, scheme: str, configuration: str
) -> tuple[Solution, AlternatingResponse]:
    """The steady fields of a scheme per A or V, and what finds those at a frequency (collective).

    The spins of a scheme without a current alternate with the temperatures of its sinks, and with the
    equilibrium that they relax to.

    Args:
        problem: The device; it is left in that configuration.
        storage: The spins that it stores.
        scheme: Name of the scheme.
        configuration: Name of the magnetic configuration.

    Raises:
        ConvergenceError: The solver does not converge.
    """
    solver = problem.scheme(scheme)
    problem.magnetise(problem.states[configuration])
    storage.magnetise(problem.coefficients.direction(MIDDLE))
    is_thermal = problem.device.drives[scheme].quantity == "temperature"
    steady = solver.at(0.0) if is_thermal else solver.linear()
    given = problem.linear, solver.constraint, storage, steady.vector
    return steady, AlternatingResponse(*given, solver.find_adjoints(ADJOINT), solver.find_units())


def _of_scheme(problem: Problem, storage: SpinStorage, scheme: str, directory: Path) -> Iterator[list[Row]]:
    """Rows of one configuration and frequency after another; their fields are written (collective)."""
    section, probes = problem.config.alternating, problem.device.probes
    for configuration in problem.states:
        key = scheme, configuration
        steady, response = respond(problem, storage, *key)
        for i, frequency in enumerate(section.values):
            found = response.at(2 * np.pi * frequency)
            if section.fields:
                _write_fields(problem, key, steady, found, directory, i)
            unit = UNITS[problem.device.drives[scheme].quantity]
            yield _rows(probes, key, frequency, steady, found, unit)


def _rows(
    probes: Mapping[str, tuple[str, str]],
    key: tuple[str, str],
    frequency: float,
    steady: Solution,
    found: AlternatingFields,
    unit: str,
) -> list[Row]:
    """A row for every probe."""
    rows = []
    for probe, pair in probes.items():
        reading = steady.reading(pair) + found.readings[pair]
        rows.append(
            {"scheme": key[0], "configuration": key[1], "probe": probe, "frequency": frequency}
            | {"real": reading.real, "imaginary": reading.imag, "unit": unit}
        )
    return rows


def _write_fields(
    problem: Problem,
    key: tuple[str, str],
    steady: Solution,
    found: AlternatingFields,
    directory: Path,
    number: int,
) -> None:
    """Write the fields in phase with the drive, and those ahead of it (collective)."""
    in_phase, ahead = steady.vector.copy(), found.changes[1]
    in_phase.axpy(1.0, found.changes[0])
    parts = [replace(steady, vector=in_phase), replace(steady, vector=ahead, offset=0.0)]
    sampler = CaseSampler(problem)
    cases = [sampler.case_of_order(key, Expansion([part]), 1) for part in parts]
    on_root(problem.spaces.comm, lambda: write_phases(directory, cases, number))
