"""Readings of the devices of a fit, put together with the parameters that add to them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from thermospin.config.inputs import Input
from thermospin.inference.least_squares import Prediction
from thermospin.runs.fit_plan import FitPlan

Record = dict[str, Any]
"""Readings of a point: ``values``, (n_rows,); with derivatives also ``corrections`` and ``mesh``, their error
bars, (n_rows,), and ``jacobian``, (n_rows, n_targets)."""


class MeshErrors(NamedTuple):
    """Errors of the mesh of all readings; 0 where they are not estimated.

    Attributes:
        corrections: Their estimates, which added to the readings correct them, shape (n_data,).
        bars: Error bars of the corrected readings, shape (n_data,).
    """

    corrections: np.ndarray
    bars: np.ndarray

    def differ(self, other: "MeshErrors") -> np.ndarray:
        """The larger of the changes of correction and bar, shape (n_data,).

        Args:
            other: Errors to compare with.
        """
        found: np.ndarray = np.max(np.abs(np.subtract(self, other)), axis=0)
        return found


class FitReadings(Protocol):
    """A model of all readings of a fit; every method is collective."""

    def predict(self, values: np.ndarray) -> Prediction | None:
        """The readings and their derivatives; None where the values are not possible.

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """

    def readings(self, values: np.ndarray) -> np.ndarray | None:
        """The readings, (n_data,); None where the values are not possible.

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """

    def mesh_errors(self, values: np.ndarray) -> MeshErrors:
        """Errors of the mesh of all readings.

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """

    def start_mesh_errors(self, values: np.ndarray) -> MeshErrors:
        """Errors of the mesh that are expected at the minimum, from the start.

        Args:
            values: Values of the parameters, shape (n_parameters,).
        """

    def clear(self) -> None:
        """Free what the model holds."""


def gathered(plan: FitPlan, records: Sequence[Record], values: np.ndarray) -> Prediction:
    """All readings and their derivatives, which are 0 where records have none.

    Args:
        plan: The fit.
        records: The readings of its points.
        values: Values of the parameters, shape (n_parameters,).
    """
    shape = len(plan.data), len(plan.parameters)
    readings, jacobian = np.zeros(shape[0]), np.zeros(shape)
    for point, record in zip(plan.points, records, strict=True):
        readings[point.rows] = record["values"]
        if "jacobian" in record:
            jacobian[np.ix_(point.rows, list(point.targets))] = record["jacobian"]
        for number, weights in point.offsets.items():
            readings[point.rows] += values[number] * weights
            jacobian[point.rows, number] = weights
    return Prediction(readings, jacobian)


def told(plan: FitPlan, values: np.ndarray) -> str:
    """Values of the parameters in words.

    Args:
        plan: The fit.
        values: Their values, shape (n_parameters,).
    """
    return ", ".join(
        f"{p.name} = {value:.6g} {p.unit}".rstrip() for p, value in zip(plan.parameters, values, strict=True)
    )


def changes(targets: Mapping[int, Input], values: np.ndarray) -> list[tuple[str, float, str]]:
    """Keys, values and units of the inputs of a device.

    Args:
        targets: The inputs by number of a parameter.
        values: Values of the parameters, shape (n_parameters,).
    """
    return [(given.key, float(values[i]), given.unit) for i, given in targets.items()]
