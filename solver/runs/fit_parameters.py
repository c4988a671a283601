"""Parameters of a fit: what they set in the devices, starts, bounds and priors."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from thermospin.config import Config
from thermospin.config.correlations import correlation_of
from thermospin.config.fit import FitParameter
from thermospin.config.inputs import Input, find_input, uncertain_inputs
from thermospin.config.parameters import full_key
from thermospin.errors import InputError
from thermospin.inference.measured import Datum
from thermospin.inference.parameters import Parameter, Priors
from thermospin.runs.probes import SIGNALS
from thermospin.units.uncertain import split_uncertain

AT = " @ "
"""Separates the key of a parameter from the data set whose own it is."""
OFFSET = "offset"
"""Key of the parameter that adds to R1 of every magnetic configuration."""


def fit_parameters(
    config: Config, devices: Sequence[tuple[str, Config]]
) -> tuple[list[Parameter], list[dict[int, Input]]]:
    """The parameters that numbers of the devices follow, and of every device the inputs that they set.

    Args:
        config: The configuration with the section ``fit``.
        devices: The data set of every device, and the device.

    Raises:
        InputError: No number has a key, or a start, bound or prior is not possible.
    """
    uncertain = _uncertain(config)
    given = {full_key(key, config.document): entry for key, entry in config.fit.parameters.items()}
    wanted = given | {key: FitParameter() for key in uncertain if key not in given}
    wanted.pop(OFFSET, None)
    found: list[Parameter] = []
    inputs: list[dict[int, Input]] = [{} for _ in devices]
    known: dict[tuple[str, str], Input | None] = {}  # devices in many fields have the same numbers
    texts = [json.dumps(_without_field(device), sort_keys=True, default=str) for _, device in devices]
    for key, entry in wanted.items():
        names: dict[str, int] = {}
        for number, (data_set, device) in enumerate(devices):
            if (key, texts[number]) not in known:
                known[key, texts[number]] = _target(device, key)
            target = known[key, texts[number]]
            if target is None:
                continue
            name = f"{key}{AT}{data_set}" if entry.per_device else key
            if name not in names:
                names[name] = len(found)
                found.append(_parameter(config, name, key, entry, target, uncertain.get(key)))
            inputs[number][names[name]] = target
        if not names:
            find_input(devices[0][1], key)  # says why
            raise config.error(f"fit.parameters.{key}", "no number of a device follows it; remove it")
    return found, inputs


def fit_priors(config: Config, parameters: Sequence[Parameter]) -> Priors:
    """The priors of all parameters; those of uncertain numbers of the file with its `correlations`.

    Args:
        config: The configuration with the section ``fit``.
        parameters: The parameters.

    Raises:
        InputError: A parameter with correlations has a value for every data set.
    """
    given = {full_key(key, config.document): entry for key, entry in config.fit.parameters.items()}
    own = {key for key, entry in given.items() if entry.prior is not None}
    names = [parameter.name for parameter in parameters]
    for key in {key for entry in config.correlations for key in entry.between} & given.keys() - own:
        if given[key].per_device:
            message = "a number with 'correlations' is one for all devices; remove this, or give a prior here"
            raise config.error(f"fit.parameters.{key}.per_device", message)
    return Priors.of(parameters, correlation_of(config, ["" if name in own else name for name in names]))


class Offsets(NamedTuple):
    """Parameters that add to readings.

    Attributes:
        parameters: The parameters.
        weights: Of every device, by number of a parameter, its weights in the readings, shape (n_data,).
    """

    parameters: list[Parameter]
    weights: list[dict[int, np.ndarray]]


def find_offsets(config: Config, devices: Sequence[tuple[str, Sequence[Datum]]]) -> Offsets:
    """The offsets of R1, if they are fitted.

    Args:
        config: The configuration with the section ``fit``.
        devices: The data set of every device, and its data.

    Raises:
        InputError: A start, bound or prior is not possible.
    """
    found = Offsets([], [{} for _ in devices])
    entry = config.fit.parameters.get(OFFSET)
    if entry is None or full_key(OFFSET, config.document) != OFFSET:
        return found
    names: dict[str, int] = {}
    for (data_set, data), weights in zip(devices, found.weights, strict=True):
        name = f"{OFFSET}{AT}{data_set}" if entry.per_device else OFFSET
        if name not in names:
            names[name] = len(names)
            sizes = [abs(datum.value) for other, part in devices for datum in part if other == data_set]
            target = Input(OFFSET, 0.0, f"V/{data[0].drive}", {})
            made = _parameter(config, name, OFFSET, entry, target, None)
            found.parameters.append(replace(made, size=max(sizes)))
        weights[names[name]] = np.array([_weight(datum) for datum in data])
    return found


def _weight(datum: Datum) -> float:
    """Weight in a reading of an offset that all configurations have."""
    return float(datum.order == 1) * sum(SIGNALS.get(datum.name, (1.0,)))


def _uncertain(config: Config) -> dict[str, tuple[float, float]]:
    """Values and uncertainties of uncertain inputs by key, the priors of a fit."""
    return {given.key: (given.value, size) for given, size in zip(*uncertain_inputs(config), strict=True)}


def _without_field(device: Config) -> dict[str, Any]:
    """The document of a device without the magnetic field, which no input follows."""
    return {key: part for key, part in device.document.items() if key != "magnetic_field"}


def _target(device: Config, key: str) -> Input | None:
    """The input of a device that has a key; None where it has none, or no number follows it."""
    try:
        found = find_input(device, key)
    except InputError:
        return None
    return found if found.shares or found.whole else None


def _parameter(
    config: Config, name: str, key: str, entry: FitParameter, target: Input, known: tuple[float, float] | None
) -> Parameter:
    """A parameter with its start, bounds and prior in the unit of the input."""
    place = f"fit.parameters.{key}"

    def read(text: float | str, part: str) -> float:
        try:
            return target.read(text)
        except ValueError as error:
            raise config.error(f"{place}.{part}", str(error)) from None

    prior = known
    if entry.prior is not None:
        both = split_uncertain(entry.prior)
        if both is None:
            raise config.error(
                f"{place}.prior", "must be a value with an uncertainty, such as '0.25 +/- 0.05'"
            )
        prior = read(both[0], "prior"), read(both[1], "prior")
        if prior[1] <= 0:
            raise config.error(f"{place}.prior", "the uncertainty must be greater than 0")
    start = target.value if entry.start is None else read(entry.start, "start")
    found = Parameter(name, target.unit, start, prior=prior)
    if entry.bounds is None:
        return found
    lower, upper = (read(end, "bounds") for end in entry.bounds)
    if not lower < upper:
        raise config.error(
            f"{place}.bounds", f"the first, {lower:g}, must be less than the second, {upper:g}"
        )
    if not lower < start < upper:
        raise config.error(
            f"{place}.bounds",
            f"exclude the start, {start:g} {target.unit}".rstrip() + "; widen them, or give a start inside",
        )
    return replace(found, lower=lower, upper=upper)
