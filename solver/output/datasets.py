"""The readings of a sweep on the axes of the sweep, as an xarray dataset and a NetCDF file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from thermospin.output.files import replacing
from thermospin.output.readings import COLUMNS, reading_rows
from thermospin.output.sweeps import shown_value

READ = "scheme", "configuration", "probe", "order"
"""Dimensions of the readings of one point."""


def sweep_dataset(results: Mapping[str, Any]) -> xr.Dataset:
    """The readings of a sweep, NaN where a point is missing or has failed.

    Args:
        results: Content of ``results.json`` of a sweep.

    Returns:
        The numbers of :func:`reading_rows`, with a dimension for every axis of the sweep, called by its first
        key, and for ``scheme``, ``configuration`` (or signal), ``probe`` and ``order``. Coordinates are in
        SI, or texts where they are not all numbers; further keys of an axis are coordinates along it.
        ``unit`` belongs to scheme and order.
    """
    shape = tuple(axis["count"] for axis in results["sweep"])
    rows = [list(reading_rows(point)) if "schemes" in point else [] for point in results["points"]]
    names = {key: list(dict.fromkeys(row[key] for read in rows for row in read)) for key in READ}
    names["order"].sort()
    places = {key: {name: i for i, name in enumerate(found)} for key, found in names.items()}
    full = (len(rows), *(len(found) for found in names.values()))
    arrays = {key: np.full(full, np.nan) for key in COLUMNS}
    units = np.full((len(names["scheme"]), len(names["order"])), "", dtype=object)
    for number, read in enumerate(rows):
        for row in read:
            at = tuple(places[key][row[key]] for key in READ)
            units[at[0], at[-1]] = row["unit"]
            for key, array in arrays.items():
                array[(number, *at)] = np.nan if row[key] is None else row[key]
    dimensions = (*(axis["keys"][0] for axis in results["sweep"]), *READ)
    variables = {key: (dimensions, array.reshape(*shape, *full[1:])) for key, array in arrays.items()}
    coordinates: dict[str, Any] = {key: (key, found) for key, found in names.items()}
    coordinates["unit"] = ("scheme", "order"), units.astype(str)
    for i, axis in enumerate(results["sweep"]):
        step = int(np.prod(shape[i + 1 :], dtype=int))
        along = results["points"][: step * shape[i] : step]
        for key in axis["keys"]:
            coordinates[key] = axis["keys"][0], _coordinate([shown_value(point, key) for point in along])
    return xr.Dataset(variables, coordinates, {"title": results.get("title", "")})


def write_dataset(path: Path, results: Mapping[str, Any]) -> None:
    """Write :func:`sweep_dataset` as NetCDF 4, whole or not at all.

    Args:
        path: The file.
        results: Content of ``results.json`` of a sweep.

    Raises:
        InputError: The file cannot be written.
    """
    with replacing(path) as aside:
        sweep_dataset(results).to_netcdf(aside, engine="h5netcdf")


def _coordinate(values: Sequence[Any]) -> np.ndarray:
    """Values along an axis: numbers, or texts if not all are."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return np.array(values, dtype=float) if numbers else np.array([str(value) for value in values])
