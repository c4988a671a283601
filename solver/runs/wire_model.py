"""The formula of a nonlocal wire as the model of a fit, in place of finite elements."""

import json
from collections.abc import Sequence

import numpy as np

from thermospin.compat import MPI
from thermospin.config.differences import stencil_points, stencil_weights
from thermospin.config.inputs import with_values
from thermospin.errors import InputError
from thermospin.inference.least_squares import Prediction
from thermospin.output.stages import SilentProgress
from thermospin.runs.fit_plan import FitPlan, FitPoint
from thermospin.runs.fit_readings import MeshErrors, Record, changes, gathered, told
from thermospin.runs.nonlocal_formula import NonlocalFormula
from thermospin.runtime.failures import on_root

FIELD = "magnetic_field"
"""Section in which readings of one wire may differ."""


class WireModel:
    """Readings of wires in fields, by formula, and differences of them.

    Args:
        plan: The fit.
        progress: Its notes.
        comm: Ranks, all of which get the readings.

    Raises:
        InputError: A reading is none that the formula has, or a device is no wire.
    """

    def __init__(self, plan: FitPlan, progress: SilentProgress, comm: MPI.Comm) -> None:
        self._plan, self._progress, self._comm, self._count = plan, progress, comm, 0
        for datum in plan.data:
            if datum.order != 1 or datum.name == "baseline":
                raise datum.error(
                    "the formula of a wire has R1 of P, AP and spin only; set fit.model: device"
                )
        for point in plan.points:
            if len(point.config.schemes) > 1 or len(point.config.probes) > 1:
                message = "the formula of a wire is for one scheme and one probe; use a data set for each"
                raise plan.data[point.rows[0]].error(message)
        self._wires: dict[str, list[FitPoint]] = {}
        for point in plan.points:
            self._wires.setdefault(_wire_key(point), []).append(point)
        on_root(comm, lambda: self._at(np.array([p.start for p in plan.parameters])))

    def predict(self, values: np.ndarray) -> Prediction | None:
        """The readings and their derivatives; None where the values are not possible (collective).

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """
        return on_root(self._comm, lambda: self._predicted(values))

    def readings(self, values: np.ndarray) -> np.ndarray | None:
        """The readings, (n_data,); None where the values are not possible (collective).

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """
        return on_root(self._comm, lambda: self._tried(values))

    def mesh_errors(self, values: np.ndarray) -> MeshErrors:
        """Zeros: there is no mesh.

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """
        return MeshErrors(*np.zeros((2, len(self._plan.data))))

    start_mesh_errors = mesh_errors

    def clear(self) -> None:
        """Nothing: there is no mesh."""

    def _predicted(self, values: np.ndarray) -> Prediction | None:
        found = self._tried(values)
        if found is None:
            return None
        jacobian = np.zeros((len(found), len(values)))
        for i, value in enumerate(values):
            if value and any(i in point.targets for point in self._plan.points):
                ends = [self._tried(_replaced(values, i, x)) for x in stencil_points(float(value))]
                if any(end is None for end in ends):
                    return None
                jacobian[:, i] = stencil_weights(float(value)) @ np.array(ends)
        offsets = gathered(self._plan, [{"values": 0.0} for _ in self._plan.points], values).jacobian
        self._count += 1
        self._progress.note(f"evaluation {self._count}: {told(self._plan, values)}")
        return Prediction(found, jacobian + offsets)

    def _tried(self, values: np.ndarray) -> np.ndarray | None:
        try:
            return self._at(values)
        except InputError as error:
            self._progress.note(f"not possible: {error}")
            return None

    def _at(self, values: np.ndarray) -> np.ndarray:
        """All readings, (n_data,)."""
        records: dict[int, Record] = {}
        for points in self._wires.values():
            config = with_values(points[0].config, changes(points[0].targets, values))
            kept = {key: getattr(points[0].config, key) for key in ("schemes", "probes", "solver")}
            found = iter(self._of_wire(NonlocalFormula.of(config.model_copy(update=kept)), points))
            for point in points:
                records[id(point)] = {"values": [next(found) for _ in point.rows]}
        return gathered(self._plan, [records[id(point)] for point in self._plan.points], values).values

    def _of_wire(self, formula: NonlocalFormula, points: Sequence[FitPoint]) -> np.ndarray:
        """The readings of one wire in its fields, (n,)."""
        rows = [
            (point.config.magnetic_field, self._plan.data[row].name) for point in points for row in point.rows
        ]
        fields, names = zip(*rows, strict=True)
        apart = np.array([name == "spin" for name in names])
        plus = formula.resistance(fields, ["P" if name == "spin" else name for name in names])
        if not apart.any():
            return plus
        minus = formula.resistance(fields, ["AP" if name == "spin" else name for name in names])
        return np.where(apart, plus - minus, plus)


def _wire_key(point: FitPoint) -> str:
    """Text of all that the formula of a point depends on besides the field."""
    document = {key: part for key, part in point.config.document.items() if key != FIELD}
    return json.dumps(
        [document, [*point.config.schemes], [*point.config.probes]], sort_keys=True, default=str
    )


def _replaced(values: np.ndarray, number: int, value: float) -> np.ndarray:
    changed = values.copy()
    changed[number] = value
    return changed
