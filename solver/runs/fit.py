"""A whole fit: devices solved for one set of parameters after another, then values, errors, pictures."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.parameters import full_key
from thermospin.errors import ConvergenceError, InputError
from thermospin.inference.least_squares import Fitted
from thermospin.inference.least_squares import fit as least_squares
from thermospin.inference.posterior import Chain, Posterior, sample_full_posterior, sample_posterior
from thermospin.inference.profile import STEPS, profile
from thermospin.output.fits import print_fit, write_fit
from thermospin.output.place import claim
from thermospin.output.progress import progress_of
from thermospin.output.scales import duration
from thermospin.output.stages import SilentProgress
from thermospin.runs.fit_document import (
    assumption,
    fit_document,
    fitted_file,
    posterior_document,
    profile_document,
)
from thermospin.runs.fit_model import FitModel
from thermospin.runs.fit_parameters import AT
from thermospin.runs.fit_plan import FitPlan, with_assumption
from thermospin.runs.fit_readings import FitReadings, MeshErrors
from thermospin.runs.wire_model import WireModel
from thermospin.runtime.failures import on_root
from thermospin.section import one_of

MESH_MATTERS = 0.1
"""Change of a mesh error over the uncertainty of a datum, from which on weights are made again."""
PASSES = 3
"""Fits, one from the outcome of the other, before such changes are left."""


@dataclass(frozen=True)
class FitResults:
    """The outcome of a fit. Numbers are the same on all ranks.

    Attributes:
        data: The content of ``fit.json``: ``parameters`` (``key``, ``value``, ``error``, ``unit``, ``start``,
            ``prior``), ``covariance``, ``correlation``, ``chi2``, ``freedom``, ``probability``,
            ``directions``, ``undetermined`` (sentences), ``residuals``, and where they are asked for
            ``profiles``, ``posterior`` and ``assumptions``.
        samples: Samples of the posterior, shape (n_samples, n_parameters); None without.
        files: The devices with the fitted values, as plain data, by the name of their data set.
    """

    data: Mapping[str, Any]
    samples: np.ndarray | None
    files: Mapping[str, Mapping[str, Any]]

    def value(self, key: str) -> tuple[float, float]:
        """The value of a parameter and its standard error, in its unit.

        Args:
            key: Its key.

        Raises:
            KeyError: There is no such parameter.
        """
        for parameter in self.data["parameters"]:
            if parameter["key"] == key:
                return parameter["value"], parameter["error"]
        raise KeyError(key)


def fit(
    config: Config,
    output: Path | str | None = None,
    progress: Callable[[str], object] | SilentProgress | None = None,
    quiet: bool = True,
    groups: int = 1,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> FitResults:
    """Fit numbers of a device to measured readings, as its section ``fit`` says (collective).

    Args:
        config: The configuration.
        output: Directory for tables, pictures, the fitted device, and finished evaluations, by which a fit
            that was killed goes on; nothing is written without.
        progress: Gets a line for every evaluation, such as ``print``.
        quiet: False shows these lines on stderr and prints the result, as the command does.
        groups: Number of groups of ranks, each at devices of its own.
        comm: Ranks that share the work.

    Raises:
        InputError: Data, parameters and devices do not agree, no reading depends on a parameter, or the mesh
            is too coarse for the data.
        ConvergenceError: A device or the fit does not converge.
    """
    plan = FitPlan.of(config)
    others = {key: with_assumption(plan, key, value) for key, value in config.fit.assumptions.items()}
    profiled = _profiled(plan)
    directory = None if output is None else Path(output)
    if directory is not None:
        on_root(comm, lambda: claim(directory, config.source))
    with progress_of(progress, quiet, comm.rank) as shown:
        model = _model(plan, directory, shown, groups, comm)
        fitted, errors = _fitted(plan, model, shown)
        data = fit_document(plan, fitted, errors)
        if profiled:
            data["profiles"] = [_profile(plan, model, fitted, number, shown) for number in profiled]
        posterior = None
        if config.fit.method == "posterior":
            posterior = _posterior(plan, model, fitted, shown, comm)
            data["posterior"] = posterior_document(config.fit.posterior, posterior)
        files = {point.name: fitted_file(point, fitted) for point in reversed(plan.points)}
        model.clear()
        if others:
            data["assumptions"] = []
        for key, other in others.items():
            shown.note(f"assumption {key} = {config.fit.assumptions[key]}")
            moved = _model(other, directory, shown, groups, comm)
            data["assumptions"].append(assumption(plan, fitted, key, moved.predict(fitted.values)))
            moved.clear()
    samples = None if posterior is None else posterior.samples
    if directory is not None:
        on_root(comm, lambda: write_fit(directory, data, samples, files, config.output.style))
    if not quiet and comm.rank == 0:
        print_fit(data)
    return FitResults(data, samples, files)


def _profiled(plan: FitPlan) -> list[int]:
    """Numbers of the parameters whose profile is wanted."""
    names = [parameter.name for parameter in plan.parameters]
    for key in plan.config.fit.profile:
        if full_key(key, plan.config.document) not in names:
            raise plan.config.error("fit.profile", one_of(key, names, "parameter"))
    return [names.index(full_key(key, plan.config.document)) for key in plan.config.fit.profile]


def _profile(
    plan: FitPlan, model: FitReadings, fitted: Fitted, number: int, progress: SilentProgress
) -> dict[str, Any]:
    """The profile likelihood of a parameter, as ``fit.json`` has it (collective)."""
    name = plan.parameters[number].name
    progress.note(f"profile of {name}: {len(STEPS)} values, at each of which the other parameters are fitted")
    try:
        found = profile(model.predict, fitted, number)
    except InputError as error:
        raise plan.config.error("fit.profile", error.message) from None
    return profile_document(plan.parameters[number], found)


def _posterior(
    plan: FitPlan, model: FitReadings, fitted: Fitted, progress: SilentProgress, comm: MPI.Comm
) -> Posterior:
    """Samples, after a note of what they cost (collective)."""
    count = plan.config.fit.samples
    if plan.config.fit.posterior == "linear":
        return comm.bcast(on_root(comm, lambda: sample_posterior(fitted, count)))
    evaluations = Chain.of_full(len(plan.parameters), count).evaluations
    began = time.monotonic()
    model.readings(fitted.values)
    each = time.monotonic() - began
    progress.note(
        f"posterior of the model itself: {evaluations} evaluations of {len(plan.points)} devices, "
        f"about {duration(evaluations * each)}; it goes on where it was if it is killed"
    )
    return sample_full_posterior(fitted, count, model.readings)


def _model(
    plan: FitPlan, directory: Path | None, progress: SilentProgress, groups: int, comm: MPI.Comm
) -> FitReadings:
    """The model that a fit asks for (collective)."""
    if plan.config.fit.model == "wire":
        return WireModel(plan, progress, comm)
    return FitModel(plan, directory, progress, groups, comm)


def _fitted(plan: FitPlan, model: FitReadings, progress: SilentProgress) -> tuple[Fitted, MeshErrors]:
    """The fit, whose data are less the corrections of the model, and the errors of the mesh (collective)."""
    measured = np.array([datum.value for datum in plan.data])
    uncertainties = np.array([datum.uncertainty for datum in plan.data])
    parameters, loss = plan.parameters, plan.config.fit.loss
    start = np.array([parameter.start for parameter in parameters])
    errors = model.start_mesh_errors(start)
    _check_mesh(plan, errors.bars)
    if not errors.bars.any() and isinstance(model, FitModel):
        progress.note("warning: errors of the mesh are not estimated and do not enter the fit")
    _check_dependence(plan, model, start)
    for _ in range(PASSES):  # errors of the mesh follow the readings; they stay while the fit moves
        sizes, targets = np.hypot(uncertainties, errors.bars), measured - errors.corrections
        try:
            fitted = least_squares(model.predict, parameters, targets, sizes, loss, plan.priors)
        except ConvergenceError as error:
            raise plan.config.error("fit.parameters", str(error)) from None
        found = model.mesh_errors(fitted.values)
        _check_mesh(plan, found.bars)
        if np.all(found.differ(errors) < MESH_MATTERS * uncertainties):
            break
        errors = found
        parameters = [
            replace(parameter, start=value)
            for parameter, value in zip(parameters, fitted.values.tolist(), strict=True)
        ]
    sizes, targets = np.hypot(uncertainties, found.bars), measured - found.corrections
    return replace(fitted, parameters=plan.parameters, measured=targets, sizes=sizes), found


def _check_mesh(plan: FitPlan, bars: np.ndarray) -> None:
    """Refuse a mesh whose errors exceed those of the data."""
    ratios = bars / np.array([datum.uncertainty for datum in plan.data])
    worst = int(ratios.argmax())
    if ratios[worst] > 1:
        raise plan.data[worst].error(
            f"the error of the mesh, {bars[worst]:.2g}, exceeds the uncertainty of this reading, "
            f"{plan.data[worst].uncertainty:.2g} (SI); refine the mesh, 'mesh.refinement: 1.4' or "
            "'solver.degree: 2'"
        )


def _check_dependence(plan: FitPlan, model: FitReadings, start: np.ndarray) -> None:
    """Refuse a parameter on which nothing depends (collective)."""
    found = model.predict(start)
    if found is None:
        raise plan.config.error("fit.parameters", "the start is not possible; give others with 'start'")
    for parameter, column in zip(plan.parameters, found.jacobian.T, strict=True):
        if parameter.prior is None and not np.any(
            np.abs(column * parameter.scale) > 1e-12 * np.abs(found.values)
        ):
            key = f"fit.parameters.{parameter.name.partition(AT)[0]}"
            raise plan.config.error(
                key, "no reading of the data depends on it; remove it, or measure another"
            )
