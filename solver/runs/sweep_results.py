"""Results of a sweep: the readings of all points as tables and as a dataset."""

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from thermospin.compat import versions
from thermospin.errors import InputError
from thermospin.output.files import read_results
from thermospin.output.layout import SCHEMA, check_layout
from thermospin.output.place import new_run
from thermospin.output.readings import COLUMNS, reading_rows
from thermospin.output.sweeps import shown_value, sweep_table
from thermospin.validation import Sweep

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def collect(sweep: Sweep, found: Sequence[tuple[str, str, Mapping[str, Any] | None]]) -> dict[str, Any]:
    """Content of ``results.json`` of a sweep.

    Args:
        sweep: The sweep.
        found: For every point its hash, its folder, and its results; None where there are none yet.
    """
    si = {key: sweep.si(key) for key in sweep.keys}
    points = []
    for point, (digest, folder, results) in zip(sweep.points, found, strict=True):
        entry = {
            "index": point.index,
            "values": dict(point.values),
            "si": {key: values[point.index] if values else None for key, values in si.items()},
            "hash": digest,
            "directory": folder,
        }
        kept = ("failed", "mesh", "warnings", "solver", "schemes", "accuracy")
        entry |= {key: results[key] for key in kept if results and key in results}
        points.append(entry)
    return {
        "schema": SCHEMA,
        "title": sweep.config.title,
        "sweep": [
            {"keys": list(axis.targets), "scale": axis.scale, "count": axis.count}
            for axis in sweep.config.sweep
        ],
        "points": points,
        "run": new_run(sweep.config.source),
        "config": sweep.config.resolved(),
        "versions": {"thermospin": importlib.metadata.version("thermospin"), **versions()},
    }


@dataclass(frozen=True, repr=False)
class SweepResults:
    """The results of a sweep; the same on all ranks.

    Attributes:
        data: The content of its ``results.json``: plain types, SI.
    """

    data: dict[str, Any]

    @classmethod
    def load(cls, directory: Path | str) -> Self:
        """Read the results of an earlier sweep.

        Args:
            directory: The directory of the results.

        Raises:
            InputError: There are no results of a sweep.
        """
        data = read_results(Path(directory))
        if "sweep" not in data:
            raise InputError("these are not the results of a sweep", file=str(directory))
        check_layout(data, str(directory))
        return cls(data)

    def __repr__(self) -> str:
        return f"<SweepResults {self.data['title']!r}, {len(self.data['points'])} points of {self.keys}>"

    @property
    def keys(self) -> list[str]:
        """The keys that change, axis by axis."""
        return [key for axis in self.data["sweep"] for key in axis["keys"]]

    @property
    def readings(self) -> "pd.DataFrame":
        """Readings of the probes at every point: a row for every reading and order.

        Columns: ``point``, its number; the keys of the sweep, in SI or as the file gives them; then those of
        :attr:`thermospin.Results.readings`. Points that failed have no rows.
        """
        import pandas as pd

        columns = ["scheme", "configuration", "probe", "order", *COLUMNS, "unit"]
        table = pd.DataFrame(self._rows(), columns=["point", *self.keys, *columns])
        return table.astype({"point": int, "order": int, **dict.fromkeys(COLUMNS, float)})

    def _rows(self) -> Iterator[dict[str, Any]]:
        for point in self.data["points"]:
            if "schemes" in point:
                start = {"point": point["index"]} | {key: shown_value(point, key) for key in self.keys}
                yield from (start | row for row in reading_rows(point))

    @property
    def table(self) -> "pd.DataFrame":
        """Content of ``sweep.csv``: a row for every reading, with all its orders, and for every failure."""
        import pandas as pd

        header, rows = sweep_table(self.data)
        return pd.DataFrame(list(rows), columns=header)

    def to_xarray(self) -> "xr.Dataset":
        """The readings on the axes of the sweep: :func:`thermospin.output.datasets.sweep_dataset`."""
        from thermospin.output.datasets import sweep_dataset

        return sweep_dataset(self.data)
