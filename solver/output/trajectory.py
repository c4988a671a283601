"""Files of a magnetisation in time: a table, and vectors for ParaView."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from thermospin.micromagnetics.body import Body
from thermospin.output.files import replacing, write_csv
from thermospin.output.vectors import on_grid, values_on_grid, write_series, write_vectors
from thermospin.runtime.failures import on_root
from thermospin.textures.ovf import write_ovf

TABLE = "dynamics.csv"
FOLDER = "dynamics"
UNITS = {"T": "K", "J": "A/m^2", "torque": "J/m^3"}
"""Units of fields that are no directions."""


class Trajectory:
    """Writes rows and pictures as they come; what is written is complete at any time.

    Args:
        directory: Directory of the results.
        body: The magnets.
        cell: Edge of the cubes of a grid on which vectors are also written as OVF, m.

    Attributes:
        rows: The rows of the table.
    """

    def __init__(self, directory: Path, body: Body, cell: float | None = None) -> None:
        self._directory, self._comm, self._cell = directory, body.comm, cell
        self._points, self._cells = body.collected(body.points.T), body.collected_cells()
        self.rows: list[dict[str, float]] = []

    def add(self, row: dict[str, float], body: Body, fields: Mapping[str, np.ndarray]) -> None:
        """Add a row and, where there are fields, a picture (collective).

        Args:
            row: Numbers by name; time, s, is one of them.
            body: The magnets.
            fields: Fields at owned nodes, (c, n), by name; m is one of them.
        """
        self.rows.append(row | {"picture": float(bool(fields))})
        gathered = {name: body.collected(values) for name, values in fields.items()}
        on_root(self._comm, lambda: self._write(gathered))

    def _write(self, fields: Mapping[str, np.ndarray]) -> None:
        header = list(self.rows[0])
        write_csv(self._directory / TABLE, header, [list(row.values()) for row in self.rows])
        if not fields:
            return
        times = [row["time"] for row in self.rows if row["picture"]]
        names = [f"m_{i:04d}.vtu" for i in range(len(times))]
        folder = self._directory / FOLDER
        arrays = {name: values.T for name, values in fields.items()}
        write_vectors(folder / names[-1], self._points.T, self._cells, arrays)
        if self._cell:
            for name, values in arrays.items():
                self._write_grid(folder / f"{name}_{len(times) - 1:04d}.ovf", name, values)
        write_series(folder / "m.pvd", dict(zip(names, times, strict=True)))

    def _write_grid(self, path: Path, name: str, values: np.ndarray) -> None:
        mesh = self._points.T, self._cells
        unit = UNITS.get(name, "")
        grid = values_on_grid(*mesh, values, self._cell, unit) if unit else on_grid(*mesh, values, self._cell)
        with replacing(path) as aside:
            write_ovf(aside, grid, name)
