"""Files of a magnetisation in time: a table, and vectors for ParaView."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from thermospin.micromagnetics.body import Body
from thermospin.output.files import replacing, write_csv
from thermospin.output.vectors import on_grid, write_series, write_vectors
from thermospin.runtime.failures import on_root
from thermospin.textures.ovf import write_ovf

TABLE = "dynamics.csv"
FOLDER = "dynamics"


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

    def add(self, row: dict[str, float], body: Body, pictured: Mapping[str, np.ndarray]) -> None:
        """Add a row and, at some of them, a picture (collective).

        Args:
            row: Numbers by name; time, s, is one of them.
            body: The magnets.
            pictured: Vectors at the nodes by name, (3, n), ``m`` among them; empty for no picture.
        """
        self.rows.append(row | {"picture": float(bool(pictured))})
        vectors = {name: body.collected(values) for name, values in pictured.items()}
        on_root(self._comm, lambda: self._write(vectors))

    def _write(self, vectors: Mapping[str, np.ndarray]) -> None:
        header = list(self.rows[0])
        write_csv(self._directory / TABLE, header, [list(row.values()) for row in self.rows])
        if not vectors:
            return
        times = [row["time"] for row in self.rows if row["picture"]]
        names = [f"m_{i:04d}.vtu" for i in range(len(times))]
        folder = self._directory / FOLDER
        arrays = {name: values.T for name, values in vectors.items()}
        write_vectors(folder / names[-1], self._points.T, self._cells, arrays)
        if self._cell:
            grid = on_grid(self._points.T, self._cells, arrays["m"], self._cell)
            with replacing(folder / names[-1].replace(".vtu", ".ovf")) as aside:
                write_ovf(aside, grid, "m")
        write_series(folder / "m.pvd", dict(zip(names, times, strict=True)))
