"""The devices of a fit as a model: readings, derivatives and mesh errors for any values of the parameters."""

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.inputs import find_input, with_values
from thermospin.config.textures import contents_of_files
from thermospin.device import Device
from thermospin.errors import ConvergenceError, InputError, ThermospinError
from thermospin.inference.least_squares import Prediction
from thermospin.output.files import write_json
from thermospin.output.stages import SilentProgress
from thermospin.response.accuracy import SENSITIVITY_TOLERANCE
from thermospin.runs.fit_plan import FitPlan, FitPoint
from thermospin.runs.fit_readings import MeshErrors, Record, changes, gathered, told
from thermospin.runs.preparation import find_hash, prepare_mesh
from thermospin.runs.reading_rows import reading_rows
from thermospin.runs.sampling import readings_of
from thermospin.runs.workbench import Workbench
from thermospin.runtime.failures import on_root
from thermospin.validation.checks import check

EVALUATIONS = "evaluations"
"""Folder of finished evaluations, by which a killed fit goes on where it was."""


KEPT = ("values", "corrections", "mesh", "jacobian")
"""Content of a finished evaluation with derivatives."""


class _Wanted(NamedTuple):
    """Purpose of an evaluation besides readings: derivatives, error bars of the mesh."""

    derivatives: bool = False
    bars: bool = False


class NotWritten(InputError):
    """A finished evaluation cannot be kept."""


class FitModel:
    """Solves the devices of a fit, each on its mesh, in groups of ranks.

    Args:
        plan: The fit.
        directory: Directory of the results; evaluations are not kept without.
        progress: Its notes.
        groups: Number of groups of ranks, each at devices of its own.
        comm: Ranks that share the work.
    """

    def __init__(
        self, plan: FitPlan, directory: Path | None, progress: SilentProgress, groups: int, comm: MPI.Comm
    ) -> None:
        if not 1 <= groups <= comm.size:
            raise InputError(f"must be 1 to {comm.size}, the number of ranks, not {groups}", file="--groups")
        self._plan, self._progress, self._comm = plan, progress, comm
        self._kept = directory and directory / EVALUATIONS
        self._groups = min(groups, len(plan.points))
        self._number = comm.rank * self._groups // comm.size
        self._bench = Workbench(comm.Split(self._number, comm.rank))
        self._count = 0

    def predict(self, values: np.ndarray) -> Prediction | None:
        """The readings and their derivatives; None where the values are not possible (collective).

        Args:
            values: Values of the parameters, shape (n_parameters,).

        Raises:
            NotWritten: The directory of the evaluations cannot be written.
        """
        found = self._tried(values, _Wanted(derivatives=True))
        if found is None:
            return None
        self._count += 1
        self._progress.note(f"evaluation {self._count}: {told(self._plan, values)}")
        return gathered(self._plan, found, values)

    def readings(self, values: np.ndarray) -> np.ndarray | None:
        """The readings, (n_data,); None where the values are not possible (collective).

        Args:
            values: Values of the parameters, shape (n_parameters,).

        Raises:
            NotWritten: The directory of the evaluations cannot be written.
        """
        found = self._tried(values, _Wanted())
        return None if found is None else gathered(self._plan, found, values).values

    def _tried(self, values: np.ndarray, wanted: "_Wanted") -> list[Record] | None:
        try:
            return self._evaluate(values, wanted)
        except NotWritten:
            raise
        except (InputError, ConvergenceError) as error:
            self._progress.note(f"not possible: {error}")
            return None

    def mesh_errors(self, values: np.ndarray) -> MeshErrors:
        """Errors of the mesh of all readings (collective).

        Args:
            values: Values of the parameters, shape (n_parameters,).

        Raises:
            InputError: The values are not possible.
        """
        return self._readings_and_errors(values)[1]

    def start_mesh_errors(self, values: np.ndarray) -> MeshErrors:
        """Errors of the mesh that are expected at the minimum, from the start (collective).

        Where a reading is larger than what was measured, its errors are taken smaller in proportion.

        Args:
            values: Values of the parameters, shape (n_parameters,).

        Raises:
            InputError: The values are not possible.
        """
        readings, errors = self._readings_and_errors(values)
        largest = np.array([abs(datum.value) + datum.uncertainty for datum in self._plan.data])
        share = largest / np.maximum(np.abs(readings), largest)
        return MeshErrors(errors.corrections * share, errors.bars * share)

    def clear(self) -> None:
        """Free meshes and operators (collective)."""
        self._bench.clear()

    def fitted(self, point: FitPoint, values: np.ndarray) -> Config:
        """The device of a point with values of the parameters.

        Args:
            point: The point.
            values: Values of the parameters, shape (n_parameters,).

        Raises:
            InputError: The values are not possible.
        """
        config = with_values(point.config, changes(point.targets, values))
        check(config)
        kept = {key: getattr(point.config, key) for key in ("schemes", "probes", "solver")}
        return config.model_copy(update=kept)

    def _readings_and_errors(self, values: np.ndarray) -> tuple[np.ndarray, MeshErrors]:
        """All readings, (n_data,), and their errors of the mesh (collective)."""
        found = self._evaluate(values, _Wanted(derivatives=True, bars=True))
        errors = MeshErrors(*np.zeros((2, len(self._plan.data))))
        for point, record in zip(self._plan.points, found, strict=True):
            for part, key in zip(errors, ("corrections", "mesh"), strict=True):
                part[point.rows] = [value or 0.0 for value in record[key]]
        return gathered(self._plan, found, values).values, errors

    def _evaluate(self, values: np.ndarray, wanted: "_Wanted") -> list[Record]:
        """The records of all points (collective)."""
        values = self._comm.bcast(values)
        configs = [self._config(point, values, wanted.bars) for point in self._plan.points]
        meshes = on_root(self._comm, lambda: [find_hash(config, Device.of(config)) for config in configs])
        jobs = [
            (config, self._digest(point, config, mesh, wanted.derivatives))
            for point, config, mesh in zip(self._plan.points, configs, meshes, strict=True)
        ]
        known = self._comm.bcast(self._read({name for _, name in jobs}) if self._comm.rank == 0 else None)
        todo = [
            (point, config, name)
            for point, (config, name) in zip(self._plan.points, jobs, strict=True)
            if name not in known
        ]
        found: dict[str, Record] = {}
        mistake: ThermospinError | None = None
        try:
            share = todo[self._number :: self._groups]
            with self._progress.steps("devices", [1.0] * len(share)):
                for point, config, name in share:
                    found[name] = self._solve(point, config, name, wanted.derivatives)
                    self._progress.step()
        except ThermospinError as error:
            mistake = error
        everything = self._comm.allgather((found, mistake))
        for _, error in everything:
            if error:
                raise error
        for part, _ in everything:
            known |= part
        return [known[name] for _, name in jobs]

    def _config(self, point: FitPoint, values: np.ndarray, estimate: bool) -> Config:
        """The device of a point as it is solved."""
        config = self.fitted(point, values)
        tolerance = min(config.solver.tolerance, SENSITIVITY_TOLERANCE)
        wanted = estimate and config.solver.estimate
        solver = config.solver.model_copy(update={"estimate": wanted, "tolerance": tolerance})
        return config.model_copy(update={"solver": solver})

    def _digest(self, point: FitPoint, config: Config, mesh: str, derivatives: bool) -> str:
        """A digest of all that the record of a point depends on, the content of files included."""
        content = config.resolved()
        del content["title"], content["output"]
        content["geometry"].pop("file", None)
        content |= {"mesh": mesh, "textures": contents_of_files(config.magnetisation)}
        content |= {"thermospin": importlib.metadata.version("thermospin")}
        targets = point.targets.items() if derivatives else ()
        content["targets"] = [[i, given.key] for i, given in targets]
        content["kept"] = list(KEPT) if derivatives else ["values"]
        content["rows"] = [_at(self._plan, row) for row in point.rows]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def _solve(self, point: FitPoint, config: Config, name: str, derivatives: bool) -> Record:
        """The record of a point (collective in the group)."""
        bench = self._bench
        record = on_root(bench.comm, lambda: prepare_mesh(config))
        problem = bench.problem(config, record, SilentProgress())
        at = [_at(self._plan, row) for row in point.rows]
        if derivatives:
            targets = [find_input(config, given.key) for given in point.targets.values()]
            rows = reading_rows(problem, targets)
            data = {
                "values": [rows[key].value for key in at],
                "corrections": [rows[key].correction for key in at],
                "mesh": [rows[key].mesh for key in at],
                "jacobian": [rows[key].derivatives for key in at],
            }
        else:
            values = readings_of(problem)
            data = {"values": [values[key] for key in at]}
        if self._kept is not None:
            kept = self._kept / f"{name}.json"
            on_root(bench.comm, lambda: _keep(kept, data))
        return data

    def _read(self, names: set[str]) -> dict[str, Record]:
        """Records that an earlier evaluation has left."""
        found = {}
        for name in names if self._kept is not None else ():
            try:
                found[name] = json.loads((self._kept / f"{name}.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
        return found


def _keep(path: Path, data: Record) -> None:
    try:
        write_json(path, data)
    except InputError as error:
        raise NotWritten(error.message, key=error.key, file=error.file) from None


def _at(plan: FitPlan, row: int) -> tuple[str, str, str, int]:
    """Scheme, probe, name and order of a datum."""
    datum = plan.data[row]
    return datum.scheme, datum.probe, datum.name, datum.order
