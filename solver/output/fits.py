"""Fits: values with errors, correlations, residuals, what is not determined; files and pictures of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.table import Table

from thermospin.config.outputs import Style
from thermospin.output.files import write_csv, write_json, write_text
from thermospin.output.scales import number, reading_scale
from thermospin.output.tables import new_table, plain_console

MATTERS = 0.5
"""Correlation from which on it is printed."""


def print_fit(data: Mapping[str, Any]) -> None:
    """Print the outcome of a fit.

    Args:
        data: The content of ``fit.json``.
    """
    console = plain_console()
    console.print(_parameter_table(data))
    console.print(_residual_table(data))
    if data.get("assumptions"):
        console.print(_assumption_table(data))
    told = [f"χ² = {number(data['chi2'], 4)} for {data['freedom']} degrees of freedom"]
    if data["probability"] is not None:
        told[0] += f"; probability of as much or more {number(data['probability'], 2)}"
    keys = [parameter["key"] for parameter in data["parameters"]]
    for i, row in enumerate(data["correlation"]):
        told += [
            f"correlation of {keys[j]} and {keys[i]}: {value:+.3f}"
            for j, value in enumerate(row[:i])
            if abs(value) >= MATTERS
        ]
    told += data["undetermined"]
    told += [_interval(found, data) for found in data.get("profiles", ())]
    if "posterior" in data:
        told += _of_posterior(data)
    told += _of_assumptions(data)
    for line in told:
        console.print(line, highlight=False, markup=False)


def write_fit(
    directory: Path,
    data: Mapping[str, Any],
    samples: np.ndarray | None,
    files: Mapping[str, Mapping[str, Any]],
    style: Style,
) -> None:
    """Write ``fit.json``, ``residuals.csv``, the fitted devices, samples, and pictures of all of them.

    Args:
        directory: The directory; made when missing.
        data: The content of the JSON file.
        samples: Samples of the posterior, shape (n_samples, n_parameters); None without.
        files: The fitted devices as plain data, by the name of their data set.
        style: Look of the pictures.

    Raises:
        InputError: The directory cannot be written.
    """
    from thermospin.output.fit_pictures import save_corner, save_profiles, save_residuals

    write_json(directory / "fit.json", data)
    header = ["scheme", "probe", "configuration or signal", "order", "swept", "file", "line"]
    header += ["value", "uncertainty", "model", "mesh error", "residual"]
    write_csv(directory / "residuals.csv", header, (_cells(row) for row in data["residuals"]))
    for name, document in files.items():
        file = "fitted.yaml" if len(files) == 1 else f"fitted_{name}.yaml"
        text = yaml.safe_dump(_plain(document), sort_keys=False, allow_unicode=True)
        write_text(directory / file, text)
    save_residuals(directory / "fit.png", data, style)
    if data.get("profiles"):
        save_profiles(directory / "profile.png", data, style)
    if samples is not None:
        keys = [parameter["key"] for parameter in data["parameters"]]
        write_csv(directory / "samples.csv", keys, samples.tolist())
        save_corner(directory / "corner.png", data, samples, style)


def _cells(row: Mapping[str, Any]) -> list[Any]:
    swept = "; ".join(f"{key}={value}" for key, value in row["swept"].items())
    keys = "scheme", "probe", "name", "order", "file", "line", "measured", "uncertainty", "model", "mesh"
    cells = [row[key] for key in keys]
    return [*cells[:4], swept, *cells[4:], row["residual"]]


def _plain(document: Any) -> Any:
    """Mappings and lists of plain values."""
    if isinstance(document, Mapping):
        return {key: _plain(part) for key, part in document.items()}
    return (
        [_plain(part) for part in document]
        if isinstance(document, Sequence | tuple) and not isinstance(document, str)
        else document
    )


def _parameter_table(data: Mapping[str, Any]) -> Table:
    table = new_table(data["title"] or "fit")
    for column in ("parameter", "value", "unit", "start", "prior"):
        table.add_column(column, justify="left" if column == "parameter" else "right")
    for p in data["parameters"]:
        prior = "" if p["prior"] is None else with_error(*p["prior"])
        value = with_error(p["value"], p["error"])
        table.add_row(p["key"], value, p["unit"] or "1", f"{p['start']:.4g}", prior)
    return table


def _interval(found: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The interval of a profile in words."""
    value = next(p["value"] for p in data["parameters"] if p["key"] == found["key"])
    below, above = (
        "beyond its bounds or two errors" if end is None else f"{sign}{number(abs(end - value), 2)}"
        for sign, end in zip("-+", found["interval"], strict=True)
    )
    if found["lower"]:
        there, drop = found["lower"]
        return (
            f"profile of {found['key']}: the fit is not the best; at {there:.4g} {found['unit']}".rstrip()
            + f" χ² is less by {number(drop, 2)}; start the fit there"
        )
    return f"profile of {found['key']}: {value:.4g} {below} {above} {found['unit']}".rstrip()


def _of_posterior(data: Mapping[str, Any]) -> list[str]:
    """Samples in words, a line for every parameter."""
    found = data["posterior"]
    independent = "" if found["independent"] is None else f", about {found['independent']:.0f} independent"
    whose = {"linear": "the linear model", "full": "the model itself"}[found["model"]]
    told = [f"posterior of {whose}: {found['samples']} samples{independent}"]
    for parameter, (low, middle, high) in zip(data["parameters"], found["values"], strict=True):
        errors = f"-{number(middle - low, 2)} +{number(high - middle, 2)} {parameter['unit']}".rstrip()
        told.append(f"posterior of {parameter['key']}: {middle:.4g} {errors}")
    return told


def _of_assumptions(data: Mapping[str, Any]) -> list[str]:
    """Sentences on the assumption that moves each parameter most."""
    told = []
    known = [found for found in data.get("assumptions", ()) if found["shifts"] is not None]
    for i, parameter in enumerate(data["parameters"] if known else ()):
        worst = max(known, key=lambda found: abs(found["shifts"][i]))
        shift = f"{number(worst['shifts'][i], 2)} {parameter['unit']}".rstrip()
        errors = f"{abs(worst['shifts'][i]) / parameter['error']:.2g} standard errors"
        told.append(
            f"{parameter['key']} moves most with {worst['key']} = {worst['value']}: by {shift}, {errors}"
        )
    return told


def _assumption_table(data: Mapping[str, Any]) -> Table:
    """Changes of the parameters with every assumption."""
    table = new_table("values with other assumptions (first order)")
    table.add_column("assumption")
    for parameter in data["parameters"]:
        table.add_column(f"{parameter['key']} ({parameter['unit'] or '1'})", justify="right")
    for found in data["assumptions"]:
        shifts = found["shifts"] or [None] * len(data["parameters"])
        cells = [
            "not possible" if shift is None else f"{p['value'] + shift:.4g} ({shift:+.2g})"
            for p, shift in zip(data["parameters"], shifts, strict=True)
        ]
        table.add_row(f"{found['key']} = {found['value']}", *cells)
    return table


def with_error(value: float, error: float | None) -> str:
    """A value with its standard error, to two digits of the error.

    Args:
        value: The value.
        error: Its standard error; not finite where the value is not determined.
    """
    from uncertainties import ufloat

    if error is None or not np.isfinite(error):
        return f"{value:.4g}, not determined"
    return f"{ufloat(value, error):.2uP}"


def _residual_table(data: Mapping[str, Any]) -> Table:
    """Measured and modelled readings, in the unit that suits them."""
    table = new_table("data and model")
    for column in ("reading", "measured", "model", "± mesh", "residual/σ"):
        table.add_column(column, justify="left" if column == "reading" else "right")
    for row in data["residuals"]:
        scale = reading_scale(abs(row["measured"]), row["order"], row["drive"])
        measured = with_error(row["measured"] / scale.factor, row["uncertainty"] / scale.factor)
        table.add_row(
            label_of(row),
            f"{measured} {scale.unit}",
            f"{number(row['model'] / scale.factor, 4)} {scale.unit}",
            number(row["mesh"] / scale.factor, 2),
            f"{row['residual']:+.2f}",
        )
    return table


def label_of(row: Mapping[str, Any]) -> str:
    """A datum in words.

    Args:
        row: A row of the residuals.
    """
    swept = "".join(f", {key.rpartition('.')[2]} = {value}" for key, value in row["swept"].items())
    return f"{row['scheme']}, {row['probe']}, R{row['order']} {row['name']}{swept}"
