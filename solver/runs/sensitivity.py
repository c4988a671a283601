"""Sensitivities of all readings of a device to the numbers of its materials and interfaces."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.config import Config
from thermospin.config.correlations import input_covariance
from thermospin.config.inputs import Input, uncertain_inputs
from thermospin.config.numbers import Place
from thermospin.device import Device
from thermospin.discretisation.cell_gradient import CellGradient
from thermospin.discretisation.interfaces.jumps import Interfaces
from thermospin.discretisation.interfaces.work import InterfaceWork
from thermospin.discretisation.sheets.sheets import Sheets
from thermospin.discretisation.sheets.work import SheetWork
from thermospin.output.place import claim
from thermospin.output.progress import progress_of
from thermospin.output.sensitivities import print_sensitivities, write_sensitivities
from thermospin.output.stages import SilentProgress
from thermospin.response.accuracy import SENSITIVITY_TOLERANCE
from thermospin.response.degree_steps import Fields
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.sensitivity import (
    FaceResiduals,
    Sensitivity,
    lead_derivatives,
    order_adjoints,
)
from thermospin.response.solution import Expansion, TerminalPair
from thermospin.runs.coefficient_changes import Change, find_changes
from thermospin.runs.differences import (
    DifferenceSensitivity,
    as_input,
    sensitivities_by_differences,
    used_lengths,
)
from thermospin.runs.probes import SIGNALS
from thermospin.runs.problem import Problem
from thermospin.runs.sampling import sample
from thermospin.runtime.failures import on_root
from thermospin.section import dotted
from thermospin.validation.sensitivity import check_sensitivity, has_adjoints


@dataclass(frozen=True)
class Sensitivities:
    """Derivatives of readings by the numbers of a configuration.

    Attributes:
        data: The content of ``sensitivity.json``: ``parameters``, a list of ``key``, ``value`` and ``unit``;
            ``readings``, a list of ``scheme``, ``probe``, ``name`` (a configuration, ``baseline`` or
            ``spin``), ``order``, ``value``, ``unit`` and, by parameter, ``derivatives`` and ``relative``,
            which is None where the reading is 0. With draws, ``sampling`` as
            :func:`thermospin.runs.sampling.sample` has it, and ``linear``, the errors by linear propagation.
    """

    data: Mapping[str, Any]

    def of(self, scheme: str, probe: str, name: str, order: int) -> dict[str, float]:
        """Derivatives of a reading by parameter, in its unit per SI unit of the parameter.

        Args:
            scheme: Name of the scheme.
            probe: Name of the probe.
            name: A magnetic configuration, ``baseline`` or ``spin``.
            order: The power of the drive, from 1 on.

        Raises:
            KeyError: There is no such reading.
        """
        for reading in self.data["readings"]:
            if [reading[key] for key in ("scheme", "probe", "name", "order")] == [scheme, probe, name, order]:
                keys = [parameter["key"] for parameter in self.data["parameters"]]
                return dict(zip(keys, reading["derivatives"], strict=True))
        raise KeyError((scheme, probe, name, order))


def sensitivity(
    config: Config,
    output: Path | str | None = None,
    progress: Callable[[str], object] | SilentProgress | None = None,
    quiet: bool = True,
    draws: int = 0,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Sensitivities:
    """Find how every reading depends on every number of the materials and interfaces (collective).

    Args:
        config: The configuration.
        output: Directory for ``sensitivity.json``, ``sensitivity.csv`` and bar charts; nothing is written
            without.
        progress: Gets a line for every stage, such as ``print``.
        quiet: False shows the stages on stderr and prints the table, as the command does.
        draws: Number of draws of the uncertain numbers, to check linear propagation; each is solved.
        comm: Ranks that share the work.

    Raises:
        InputError: Nothing is read, or the device cannot be meshed.
        ConvergenceError: The solver does not converge.
    """
    device = Device.of(config)
    check_sensitivity(config, device)
    find = find_sensitivities if has_adjoints(device) else sensitivities_by_differences
    tolerance = min(config.solver.tolerance, SENSITIVITY_TOLERANCE)
    solver = config.solver.model_copy(update={"tolerance": tolerance, "estimate": False})
    config = config.model_copy(update={"solver": solver, "accuracy": None})
    if output is not None:
        on_root(comm, lambda: claim(Path(output), config.source))
    with progress_of(progress, quiet, comm.rank) as shown, Problem.of(config, comm, shown) as problem:
        data = find(problem, shown)
        if draws:
            data["sampling"] = with_linear(sample(problem, draws, shown), data, config)
    if output is not None:
        on_root(comm, lambda: write_sensitivities(Path(output), data, config.output.style))
    if not quiet and comm.rank == 0:
        print_sensitivities(data)
    return Sensitivities(data)


def find_sensitivities(
    problem: Problem, progress: Any, places: Collection[Place] | None = None
) -> dict[str, Any]:
    """The content of ``sensitivity.json`` (collective).

    Args:
        problem: The problem.
        progress: Anything with a ``stage(name)`` context manager.
        places: Places of the numbers that are wanted; all of them by default.
    """
    found = ProblemSensitivity(problem, places)
    readings = []
    for scheme in problem.schemes:
        with progress.stage("preconditioner"):
            solver = problem.scheme(scheme)
        cases = {}
        for name, state in problem.states.items():
            with progress.stage("assembly"):
                problem.magnetise(state)
            with progress.stage("solve"):
                expansion = solver.expand(problem.device.numerics.orders)
            with progress.stage("sensitivities"):
                cases[name] = found.of_case(solver, expansion)
        unit = problem.device.drives[scheme].unit
        readings += [
            {"scheme": scheme, "probe": probe, "unit": unit} | row
            for probe in problem.device.probes
            for row in _rows({name: case[probe] for name, case in cases.items()}, found.values)
        ]
    again = [] if places is not None else _add_differences(problem, found, readings)
    return {
        "parameters": [
            {"key": change.number.key, "value": change.number.value, "unit": change.number.unit}
            for change in found.changes
        ]
        + [{"key": given.key, "value": given.value, "unit": given.unit} for given in again],
        "readings": readings,
    }


def with_linear(sampling: dict[str, Any], data: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Add the errors by linear propagation to those of draws.

    Args:
        sampling: The draws (:func:`.sample`).
        data: The sensitivities.
        config: The configuration.
    """
    inputs, sizes = uncertain_inputs(config)
    covariance = input_covariance(config, inputs, sizes)
    keys = [parameter["key"] for parameter in data["parameters"]]
    by = {
        (r["scheme"], r["probe"], r["name"], r["order"]): dict(zip(keys, r["derivatives"], strict=True))
        for r in data["readings"]
    }
    for read in sampling["readings"]:
        found = by[read["scheme"], read["probe"], read["name"], read["order"]]
        by_input = np.array([_by_input(given, found) for given in inputs])
        read["linear"] = float(np.sqrt(max(by_input @ covariance @ by_input, 0.0)))
    return sampling


def _by_input(given: Input, derivatives: Mapping[str, float]) -> float:
    """The derivative of a reading by an input: that of a length is whole, others go by what follows them."""
    if given.whole:
        return derivatives[given.key]
    return sum(share * derivatives.get(dotted(place), 0.0) for place, share in given.shares.items())


def _add_differences(
    problem: Problem, adjoint: "ProblemSensitivity", readings: Sequence[dict[str, Any]]
) -> list[Input]:
    """Add derivatives by inputs without adjoints, which are returned (collective).

    Raises:
        InputError: The mesh cannot follow a length.
    """
    inputs = [as_input(number) for number in adjoint.left_out] + used_lengths(problem.config)
    found = DifferenceSensitivity(problem, inputs)
    for row in readings:
        by = found.derivatives(row["scheme"], row["name"], row["probe"])[row["order"] - 1]
        row["derivatives"] += by.tolist()
        if row["relative"] is not None:
            row["relative"] += [
                float(d * given.value / row["value"]) for d, given in zip(by, inputs, strict=True)
            ]
    return inputs


class ProblemSensitivity:
    """Derivatives of the readings of a problem by the numbers of its configuration.

    Args:
        problem: The problem.
        places: Places of the numbers that are wanted; all of them by default.

    Attributes:
        changes: The numbers.
        left_out: Numbers that leads or surroundings depend on, whose derivatives are not found here.
    """

    def __init__(self, problem: Problem, places: Collection[Place] | None = None) -> None:
        self._problem = problem
        device, mesh = problem.device, problem.spaces.device
        every = find_changes(problem.config, device, mesh.surfaces, places)
        self.changes = [change for change in every if not change.is_outside]
        self.left_out = [change.number for change in every if change.is_outside]
        self._cells = CellGradient(problem.spaces, problem.coefficients, problem.heat)
        quantities_at = cache(problem.coefficients.quantities_at)
        self._quantities = [change.quantities(list(mesh.regions), quantities_at) for change in self.changes]
        faces = [part for part in problem.interfaces if isinstance(part, Interfaces | Sheets)]
        self._works = [SheetWork(p) if isinstance(p, Sheets) else InterfaceWork(p) for p in faces]
        self._laws = [[change.face_coefficients(part) for change in self.changes] for part in faces]

    @property
    def values(self) -> np.ndarray:
        """Values of the numbers, in SI."""
        return np.array([change.number.value for change in self.changes])

    def of_case(self, solver: SchemeSolver, expansion: Expansion) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Readings and their derivatives, in the magnetic state of the operator (collective).

        Args:
            solver: The solver of the scheme.
            expansion: Its solution.

        Returns:
            By probe, the readings, shape (n_orders,), and their derivatives, shape (n_orders, n_changes).
        """
        problem = self._problem
        matrix, fields = problem.system.matrix, {n: part.vector for n, part in expansion.by_power.items()}
        adjoints = order_adjoints(solver, problem.terminals, matrix, problem.heat, fields)
        cells = Sensitivity(self._cells, matrix, problem.heat, fields, adjoints)
        given = problem.heat, fields, adjoints
        faces = [
            (FaceResiduals(problem.spaces, work, *given), laws)
            for work, laws in zip(self._works, self._laws, strict=True)
        ]
        found = {}
        for pair in dict.fromkeys(problem.device.probes.values()):
            derivatives = self._in_bulk(cells, pair)
            for residuals, laws in faces:
                derivatives += self._at_faces(residuals, laws, pair)
            derivatives += self._at_leads(solver, fields, adjoints[pair], pair)
            found[pair] = expansion.harmonics(pair), derivatives
        return {name: found[pair] for name, pair in problem.device.probes.items()}

    def _in_bulk(self, cells: Sensitivity, pair: TerminalPair) -> np.ndarray:
        """Parts of the bulk, of ζ and of T0 that divides heat in the derivatives (collective)."""
        gradient = cells.gradient(pair)
        parts = [np.tensordot(gradient.cells, quantities, 2) for quantities in self._quantities]
        scales = np.array([change.heating_scale for change in self.changes])
        base = np.array([change.base_temperature for change in self.changes])
        return np.array(parts).T + np.outer(gradient.heating, scales) + np.outer(gradient.temperature, base)

    def _at_faces(self, residuals: FaceResiduals, laws: Sequence[list], pair: TerminalPair) -> np.ndarray:
        """Parts of interfaces or sheets in the derivatives (collective)."""

        def of(change: Change, coefficients: list) -> np.ndarray:
            values = [residuals.with_coefficients(c, pair) for c in coefficients]
            return change.weights @ values if values else np.zeros(self._problem.device.numerics.orders)

        return np.array([of(*both) for both in zip(self.changes, laws, strict=True)]).T

    def _at_leads(
        self, solver: SchemeSolver, fields: Fields, chain: Sequence[PETSc.Vec], pair: TerminalPair
    ) -> np.ndarray:
        """Parts of the leads in the derivatives: of their S, and of T0 (collective)."""
        found = np.zeros((len(fields), len(self.changes)))
        base = [change.base_temperature for change in self.changes]
        for name, by in lead_derivatives(self._problem.terminals, solver.drive, fields, chain, pair).items():
            found += np.outer(by.seebeck, [change.lead_seebeck(name) for change in self.changes])
            found += np.outer(by.temperature, base)
        return found


Case = tuple[np.ndarray, np.ndarray]
"""Readings of a probe, shape (n_orders,), and their derivatives, shape (n_orders, n_inputs)."""


def with_signals(cases: Mapping[str, Case]) -> dict[str, Case]:
    """Readings of a probe and their derivatives in every configuration, then of baseline and spin signal.

    Args:
        cases: Those of the configurations.
    """
    named = dict(cases)
    if {"P", "AP"} <= cases.keys():
        of_p, of_ap = cases["P"], cases["AP"]
        for signal, (p, ap) in SIGNALS.items():
            named[signal] = p * of_p[0] + ap * of_ap[0], p * of_p[1] + ap * of_ap[1]
    return named


def _rows(cases: Mapping[str, Case], values: np.ndarray) -> list[dict[str, Any]]:
    """The readings of a probe in every configuration, then baseline and spin signal."""
    return [
        {
            "name": name,
            "order": n,
            "value": float(reading),
            "derivatives": by_number.tolist(),
            "relative": (by_number * values / reading).tolist() if reading else None,
        }
        for name, (readings, derivatives) in with_signals(cases).items()
        for n, (reading, by_number) in enumerate(zip(readings, derivatives, strict=True), start=1)
    ]
