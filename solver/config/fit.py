"""The `fit:` section: parameters that `thermospin fit` adjusts, and the measured readings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from thermospin.section import Name, Section, Truth, mistake, whole

End = float | str
"""A quantity of the kind of a parameter."""


class FitParameter(Section):
    """A parameter of a fit: a number of the file by its key, or `offset`, added to R1 of all states."""

    start: End | None = None
    """Start of the fit; by default the value in the file."""
    bounds: tuple[End, End] | None = None
    """Smallest and largest value."""
    prior: str | None = None
    """Value and uncertainty that are known beforehand, such as `0.25 +/- 0.05`; by default those of an
    uncertain number in the file, with its `correlations`. One that stands here has none."""
    per_device: Truth = False
    """Fit a value of its own for every device of `data`."""


class DataSet(Section):
    """Measured readings of one device."""

    file: str
    """CSV file, relative to this file, with columns `configuration or signal`, `order`, `value` and
    `uncertainty`, where needed `scheme`, `probe`, `unit`, and any key that changes from row to row."""
    device: str | None = None
    """File of the device, relative to this file; by default this file."""
    set: dict[str, Any] = {}
    """Other values of keys of the device, as for `--set`."""


def _named(value: Any) -> Any:
    """Data sets by name: a file alone, or a list of them, is called by the names of the files."""
    entries = value if isinstance(value, list) else [value]
    if isinstance(value, Mapping) and "file" not in value:
        return value
    found: dict[str, Any] = {}
    for i, entry in enumerate(entries):
        file = entry.get("file") if isinstance(entry, Mapping) else entry
        if not isinstance(file, str):
            raise mistake("must be the name of a CSV file, or {file: …, device: …}", i)
        name = Path(file).stem.replace(" ", "_")
        found[name if name not in found else f"{name}_{i}"] = {"file": entry} if entry is file else entry
    return found


_written = str | DataSet | list[str | DataSet] | dict[Name, DataSet]


class Fit(Section):
    """A fit of the device to measured readings."""

    parameters: Annotated[dict[str, FitParameter], Field(min_length=1)]
    """Fitted numbers, by key. Uncertain numbers of the file take part too, with their prior."""
    data: Annotated[dict[Name, DataSet], BeforeValidator(_named, json_schema_input_type=_written)]
    """Measured readings: a CSV file, a list of them, or data sets by name."""
    model: Literal["device", "wire"] = "device"
    """`device`: the finite elements; `wire`: the formula of a nonlocal valve in one dimension, for R1 in a
    field across the spins (Hanle curves), with backflow into contacts of finite width."""
    method: Literal["least_squares", "posterior"] = "least_squares"
    """`least_squares`: the minimum and its covariance; `posterior`: also samples."""
    posterior: Literal["linear", "full"] = "linear"
    """Samples of the model that is linear about the minimum, or of the model itself, which is solved for
    every sample."""
    samples: whole(ge=100, le=1_000_000) = 4000
    """Samples of `posterior`."""
    profile: tuple[str, ...] = ()
    """Parameters whose profile likelihood is found: the others are fitted again at values of it."""
    assumptions: dict[str, Any] = {}
    """Other values of keys that are not fitted, such as `geometry.contact_gap: 200 nm`: how the fitted values
    would move with each of them."""
    loss: Literal["linear", "soft_l1", "huber", "cauchy", "arctan"] = "linear"
    """All but `linear` give less weight to outliers."""
