"""Covariance of uncertain inputs, from their uncertainties and the section `correlations`."""

from collections.abc import Sequence

import numpy as np

from thermospin.config.inputs import Input, uncertain_inputs
from thermospin.config.root import Config
from thermospin.section import one_of

ROUNDING = 1e-4
"""Size of a negative eigenvalue of correlations that have been rounded."""


def input_covariance(config: Config, inputs: Sequence[Input], sizes: Sequence[float]) -> np.ndarray:
    """The covariance of uncertain inputs, in their units, shape (n_inputs, n_inputs).

    Args:
        config: The configuration.
        inputs: The inputs that take part; correlations with others do not count.
        sizes: Their standard uncertainties.

    Raises:
        InputError: A number is not uncertain, a pair stands there twice, or they are not possible together.
    """
    return correlation_of(config, [given.key for given in inputs]) * np.outer(sizes, sizes)


def correlation_of(config: Config, keys: Sequence[str]) -> np.ndarray:
    """The correlations of uncertain numbers, shape (n_keys, n_keys).

    Args:
        config: The configuration.
        keys: Keys of the numbers that take part; correlations with others do not count.

    Raises:
        InputError: A number is not uncertain, a pair stands there twice, or they are not possible together.
    """
    places = {key: i for i, key in enumerate(keys)}
    found = np.eye(len(keys))
    for first, second, value in _pairs(config):
        if first in places and second in places:
            i, j = places[first], places[second]
            found[i, j] = found[j, i] = value
    if len(found) and np.linalg.eigvalsh(found).min() < -ROUNDING:
        raise config.error("correlations", "cannot all hold at once; make them smaller in size")
    return found


def check_correlations(config: Config) -> None:
    """Refuse correlations that are not possible.

    Args:
        config: The configuration.

    Raises:
        InputError: It names the key and the remedy.
    """
    if config.correlations:
        input_covariance(config, *uncertain_inputs(config))


def _pairs(config: Config) -> list[tuple[str, str, float]]:
    """Two keys and their correlation, each pair once."""
    found: dict[frozenset[str], tuple[str, str, float]] = {}
    for i, entry in enumerate(config.correlations):
        place, pair = f"correlations[{i}].between", frozenset(entry.between)
        for j, key in enumerate(entry.between):
            if key not in config.uncertainties:
                raise config.error(f"{place}[{j}]", one_of(key, config.uncertainties, "uncertain number"))
        if len(pair) < 2:
            raise config.error(place, "names one number twice; name two")
        if pair in found:
            raise config.error(place, "this pair has a correlation already; keep one")
        found[pair] = (*entry.between, entry.value)
    return list(found.values())
