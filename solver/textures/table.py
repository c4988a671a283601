"""Textures from files: vectors at points, interpolated between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from thermospin.errors import InputError
from thermospin.textures.ovf import read_ovf

ARRAY = "m"
"""Name of the array of vectors in a VTU file."""
FARTHEST = 1e6
"""Largest coordinate, m."""
NEAR = 1e-6
"""Rounding of distances, as a part of a step."""
COLUMNS = ("x", "y", "z", "mx", "my", "mz")


@dataclass(frozen=True, eq=False)
class Table:
    """Vectors at points.

    Attributes:
        points: Coordinates (n, 3), m.
        vectors: Vectors (n, 3).
        interpolation: ``linear`` between the points and nearest outside them, or ``nearest``.
        step: Edges of the cells of a regular grid whose centres the points are, m, (3,).
    """

    points: np.ndarray
    vectors: np.ndarray
    interpolation: Literal["linear", "nearest"] = "linear"
    step: np.ndarray | None = None

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The vectors at points (n, 3) in m."""
        places = self._scaled(points)
        found = self.vectors[self._tree.query(places)[1]]
        if self.interpolation == "linear":
            inside = self._linear(places)
            found = np.where(np.isnan(inside), found, inside)
        return found

    def covers(self, points: np.ndarray) -> np.ndarray:
        """Whether there are vectors within one step of points, (n,).

        The step along an axis is the largest between two coordinates of the table; along axes that its points
        share, a table without cells has no end.

        Args:
            points: Coordinates, m, (n, 3).
        """
        if self.step is not None:
            from scipy.spatial import KDTree

            distance, _ = KDTree(self.points / self.step).query(points / self.step, p=np.inf)
            return distance < 1 + NEAR
        found = np.ones(len(points), dtype=bool)
        for axis in self._axes:
            places = np.unique(self.points[:, axis])
            step = np.diff(places).max() * (1 + NEAR)
            found &= (points[:, axis] > places[0] - step) & (points[:, axis] < places[-1] + step)
        return found

    @cached_property
    def _axes(self) -> list[int]:
        """The axes along which the points of the table differ; along the others nothing changes."""
        extent = np.ptp(self.points, axis=0)
        return [i for i in range(3) if extent[i] > 1e-9 * extent.max()]

    def _scaled(self, points: np.ndarray) -> np.ndarray:
        """The coordinates that matter, as parts of the largest extent of the table."""
        origin, extent = self.points.min(axis=0), np.ptp(self.points, axis=0).max()
        return ((points - origin) / (extent or 1.0))[:, self._axes or [0]]

    @cached_property
    def _tree(self):
        from scipy.spatial import KDTree

        return KDTree(self._scaled(self.points))

    @cached_property
    def _linear(self):
        if len(self._axes) < 2:
            return self._along_a_line
        from scipy.interpolate import LinearNDInterpolator
        from scipy.spatial import QhullError

        try:
            return LinearNDInterpolator(self._scaled(self.points), self.vectors)
        except QhullError:
            raise InputError(
                f"no triangulation of its {len(self.points)} points; use 'interpolation: nearest'"
            ) from None

    def _along_a_line(self, places: np.ndarray) -> np.ndarray:
        """Linear interpolation of a table whose points lie on a line along an axis."""
        (at,) = self._scaled(self.points).T
        order = np.argsort(at, kind="stable")
        return np.transpose([np.interp(places[:, 0], at[order], v[order]) for v in self.vectors.T])


def read_table(file: Path, scale: float, interpolation: Literal["linear", "nearest"]) -> Table:
    """Read vectors at points: ``x,y,z,mx,my,mz`` in a CSV, the array ``m`` of a VTU, or an OVF 2.0 grid.

    Args:
        file: The file.
        scale: Its unit of length, m.
        interpolation: Interpolation between the points, see :class:`Table`.

    Raises:
        InputError: The file cannot be read, holds something else, or a vector is zero or not finite.
    """
    if file.exists() and not file.is_file():
        raise InputError(f"{file} is not a regular file; give a CSV or a VTU file")
    read = READERS.get(file.suffix.lower(), _read_csv)
    try:
        points, vectors, step = read(file)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}") from None
    if len(points) == 0:
        raise InputError(f"{file} holds no points")
    with np.errstate(over="ignore"):
        length = np.linalg.norm(vectors, axis=1)
    wrong = ~(np.isfinite(length) & (length > 0) & np.isfinite(points).all(axis=1))
    if wrong.any():
        raise InputError(
            f"point {np.flatnonzero(wrong)[0] + 1} of {file} has no direction; give a vector that is not zero"
        )
    far = np.abs(scale * points).max(axis=1) > FARTHEST
    if far.any():
        raise InputError(
            f"point {np.flatnonzero(far)[0] + 1} of {file} is farther than {FARTHEST:g} m from the origin; "
            "check the unit of length of the file"
        )
    step = None if step is None else scale * step
    table = Table(scale * points, vectors / length[:, None], interpolation, step)
    if interpolation == "linear":
        table(table.points[:1])  # the triangulation may fail, and that is a mistake in the input
    return table


Read = tuple[np.ndarray, np.ndarray, np.ndarray | None]
"""Points, vectors and, of a regular grid, its step, in the unit of the file."""


def _read_csv(file: Path) -> Read:
    """Points and vectors of a CSV, with or without a line of names, in any order when named."""
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    names = [name.strip().lower() for name in lines[0].split(",")] if lines else []
    has_names = set(COLUMNS) <= set(names)
    rows = lines[has_names:]
    if not rows:
        raise InputError(f"{file} holds no points")
    try:
        values = np.loadtxt(rows, delimiter=",", ndmin=2, comments=None)
    except ValueError as error:
        raise InputError(f"{file} is not a CSV file of numbers: {str(error).splitlines()[0]}") from None
    count = values.shape[1]
    if has_names and count != len(names):
        raise InputError(f"{file} has {count} columns under {len(names)} names; give one name for each")
    if not has_names and count != len(COLUMNS):
        raise InputError(f"{file} has {count} columns; give {','.join(COLUMNS)}")
    if has_names:
        values = values[:, [names.index(column) for column in COLUMNS]]
    return values[:, :3], values[:, 3:], None


def _read_vtu(file: Path) -> Read:
    """Points and vectors of a VTU: the array at its points, else at the centres of its cells."""
    import meshio

    if not file.is_file():
        raise FileNotFoundError(2, "No such file")
    try:
        mesh = meshio.read(file)
    except (Exception, SystemExit) as error:  # meshio's parsers raise all sorts, and exit
        reason = str(error).splitlines()[0] if str(error) else "no VTU"
        raise InputError(f"cannot read {file}: {reason}") from None
    if ARRAY in mesh.point_data:
        points, vectors = mesh.points, mesh.point_data[ARRAY]
    elif ARRAY in mesh.cell_data:
        points = np.concatenate([mesh.points[block.data].mean(axis=1) for block in mesh.cells])
        vectors = np.concatenate(mesh.cell_data[ARRAY])
    else:
        known = ", ".join({*mesh.point_data, *mesh.cell_data}) or "none"
        raise InputError(f"{file} has no array '{ARRAY}' of vectors; its arrays: {known}")
    if vectors.ndim != 2 or vectors.shape[1] != 3:
        raise InputError(f"the array '{ARRAY}' of {file} does not have three components")
    return np.asarray(points, dtype=float), np.asarray(vectors, dtype=float), None


def _read_ovf(file: Path) -> Read:
    """Points and vectors of an OVF file; cells with the vector 0 are outside magnets, and left out."""
    grid = read_ovf(file)
    vectors = grid.vectors.reshape(-1, 3)
    inside = np.any(vectors != 0, axis=1)
    return grid.points[inside], vectors[inside], grid.step


READERS = {".vtu": _read_vtu, **dict.fromkeys((".ovf", ".omf"), _read_ovf)}
"""Reader of a file by the end of its name; others are CSV."""
