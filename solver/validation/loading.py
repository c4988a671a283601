"""From a YAML file to a checked configuration."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thermospin.config import Config
from thermospin.config.loading import check_overrides, read_data, validated
from thermospin.validation.checks import check


def load_config(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> Config:
    """Read and check a configuration.

    Args:
        source: A YAML file, or the same content as a mapping.
        overrides: Texts such as ``solver.degree=2`` or ``probes.nonlocal[0]=contact1``, laid over it.

    Returns:
        The configuration in SI.

    Raises:
        InputError: The first mistake found, with file, key and remedy in one line.
    """
    config = checked(*read_data(source, overrides))
    check_overrides(config, overrides)
    return config


def load(source: str | Path | Mapping[str, Any], *overrides: str) -> Config:
    """Read and check a configuration.

    Args:
        source: A YAML file, or the same content as a mapping.
        overrides: Texts such as ``"solver.degree=2"``, laid over it one after another.

    Returns:
        The configuration in SI.

    Raises:
        InputError: The first mistake found, with file, key and remedy in one line.
    """
    return load_config(source, overrides)


def checked(data: Mapping[str, Any], file: str) -> Config:
    """The configuration that data of a file make, checked.

    Args:
        data: The content of the file.
        file: Its name, or an empty text.

    Raises:
        InputError: The first mistake found.
    """
    config = validated(Config, data, file)
    check(config)
    return config
