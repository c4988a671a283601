"""Devices, parameters and data of a fit, read and checked before anything is solved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.config import Config
from thermospin.config.fit import DataSet
from thermospin.config.inputs import Input
from thermospin.config.loading import read_data, replaced, validated
from thermospin.config.parameters import full_key
from thermospin.config.uncertainties import SECTION as UNCERTAINTIES
from thermospin.config.uncertainties import with_uncertainties
from thermospin.device import Device
from thermospin.device.drive import Drive
from thermospin.errors import InputError
from thermospin.inference.measured import Datum, placed, read_measured
from thermospin.inference.parameters import Parameter, Priors
from thermospin.runs.fit_parameters import find_offsets, fit_parameters, fit_priors
from thermospin.runs.probes import SIGNALS
from thermospin.validation.loading import checked

ASIDE = ("fit", "sweep", "loop", "accuracy", "lock_in", UNCERTAINTIES, "correlations")
"""Sections that a fitted device has no use for."""


@dataclass(frozen=True)
class FitPoint:
    """A device with one set of swept values, and the data that were measured on it.

    Attributes:
        name: Name of its data set.
        config: Its configuration, with what the data need only.
        rows: Numbers of its data.
        targets: By number of a parameter, the input that it sets.
        offsets: By number of a parameter that adds to readings, its weights in them, shape (n_rows,).
    """

    name: str
    config: Config
    rows: Sequence[int]
    targets: Mapping[int, Input]
    offsets: Mapping[int, np.ndarray]


@dataclass(frozen=True)
class FitPlan:
    """A fit, ready to begin.

    Attributes:
        config: The configuration with the section ``fit``.
        parameters: The parameters.
        data: The data, in the order of the files.
        points: The devices.
        priors: The priors of the parameters.
    """

    config: Config
    parameters: Sequence[Parameter]
    data: Sequence[Datum]
    points: Sequence[FitPoint]
    priors: Priors

    @classmethod
    def of(cls, config: Config) -> "FitPlan":
        """The fit that a configuration asks for.

        Args:
            config: The configuration.

        Raises:
            InputError: There is no fit, or something in it does not agree; it names file, key or line.
        """
        if config.fit is None:
            raise config.error(
                "fit",
                "nothing to fit; add '{parameters: {materials.Py.spin_seebeck: {}}, data: measured.csv}'",
            )
        data: list[Datum] = []
        devices = []
        for name, given in config.fit.data.items():
            document, file = _document(config, name, given)
            measured = read_measured(_path(config, given.file), _drives(document, file))
            for device, chosen in _devices(document, file, measured):
                own = [_placed(datum, device) for datum in chosen]
                rows = range(len(data), len(data) + len(own))
                data += own
                devices.append((name, _reduced(device, own), rows))
        parameters, inputs = fit_parameters(config, [(name, device) for name, device, _ in devices])
        offsets = find_offsets(config, [(name, [data[i] for i in rows]) for name, _, rows in devices])
        numbers = [{len(parameters) + i: w for i, w in found.items()} for found in offsets.weights]
        parameters += offsets.parameters
        free = sum(parameter.prior is None for parameter in parameters)
        if len(data) < free:
            raise config.error(
                "fit.data",
                f"{len(data)} readings cannot determine {free} parameters without priors; measure more, fit "
                "fewer, or give priors",
            )
        points = [
            FitPoint(name, device, rows, inputs[i], numbers[i])
            for i, (name, device, rows) in enumerate(devices)
        ]
        return cls(config, parameters, data, points, fit_priors(config, parameters))


def with_assumption(plan: FitPlan, key: str, value: Any) -> FitPlan:
    """A fit with another value of a key in its devices.

    Args:
        plan: The fit.
        key: The key.
        value: Its value, as a file has it.

    Raises:
        InputError: No device has the key, or the value is not possible.
    """
    points, mistake = [], None
    for point in plan.points:
        try:
            document = replaced(point.config.document, full_key(key, point.config.document), value, "")
            device = checked(document, point.config.source)
            kept = {part: getattr(point.config, part) for part in ("schemes", "probes", "solver")}
            points.append(replace(point, config=device.model_copy(update=kept)))
        except InputError as error:
            mistake = error
            points.append(point)
    if all(new is old for new, old in zip(points, plan.points, strict=True)):
        raise plan.config.error(f"fit.assumptions.{key}", str(mistake and mistake.message))
    return replace(plan, points=points)


def _path(config: Config, name: str) -> Path:
    """The path of a file that is given relative to that of a configuration."""
    return Path(config.source).parent / name if config.source else Path(name)


def _devices(
    document: Mapping[str, Any], file: str, measured: Sequence[Datum]
) -> Iterator[tuple[Config, list[Datum]]]:
    """The devices of a data set: one for all data of the same swept values."""
    groups: dict[tuple[tuple[str, str], ...], list[Datum]] = {}
    for datum in measured:
        groups.setdefault(tuple(datum.swept.items()), []).append(datum)
    for swept, chosen in groups.items():
        own = document
        try:
            for key, value in swept:
                own = replaced(own, full_key(key, own), _scalar(value), file)
            device = checked(own, file)
            for key, _ in swept:
                device.check_parameter(full_key(key, own))
        except InputError as error:
            if not swept:
                raise
            raise chosen[0].error(f"{error.key}: {error.message}") from None
        yield device, chosen


def _scalar(text: str) -> float | str:
    """A cell as a configuration would hold it."""
    try:
        return float(text)
    except ValueError:
        return text


def _document(config: Config, name: str, given: DataSet) -> tuple[dict[str, Any], str]:
    """The document of a data set's device without what a fit has no use for, and its file."""
    document, file = dict(config.document), config.source
    if given.device is not None:
        document, file = read_data(str(_path(config, given.device)), ())
    certain = with_uncertainties(document, file)
    if given.device is not None:
        _check_priors(config, certain.get(UNCERTAINTIES, {}), file)
    found = {key: part for key, part in certain.items() if key not in ASIDE}
    for key, value in given.set.items():
        found = replaced(found, full_key(key, found), value, f"fit.data.{name}.set")
    return found, file


def _check_priors(config: Config, uncertain: Mapping[str, str], file: str) -> None:
    """Refuse uncertain numbers of another file that have no prior in the file of the fit."""
    priors = {full_key(key, config.document) for key, entry in config.fit.parameters.items() if entry.prior}
    for key in uncertain:
        if key not in config.uncertainties and key not in priors:
            message = "is uncertain here, but not in the file of the fit; give its prior there, or write it "
            raise InputError(f"{message}without uncertainty", key=key, file=file)


def _drives(document: Mapping[str, Any], file: str) -> dict[str, str]:
    """Units of the drives of a document by scheme."""
    schemes = validated(Config, document, file).schemes
    return {name: Drive.of(scheme).unit for name, scheme in schemes.items()}


def _placed(datum: Datum, device: Config) -> Datum:
    own = Device.of(device)
    if datum.order == 0 and not own.thermal:
        message = (
            "order: 0 is a voltage without a drive, and the device is at its base temperature; give heat, or "
        )
        raise datum.error(f"{message}a sink's 'temperature'")
    states = list(own.states)
    signals = list(SIGNALS) if {"P", "AP"} <= set(states) else []
    given = list(device.schemes), list(device.probes), [*states, *signals], device.solver.orders
    return placed(datum, *given)


def _reduced(device: Config, data: Sequence[Datum]) -> Config:
    """The device with the schemes, probes and orders that its data need."""
    schemes, probes = ({getattr(datum, key) for datum in data} for key in ("scheme", "probe"))
    orders = max(1, *(datum.order for datum in data))
    return device.model_copy(
        update={
            "schemes": {name: scheme for name, scheme in device.schemes.items() if name in schemes},
            "probes": {name: probe for name, probe in device.probes.items() if name in probes},
            "solver": device.solver.model_copy(update={"orders": orders, "reciprocity": False}),
        }
    )
