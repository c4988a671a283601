"""Profiles of a field along a straight line, as CSV and as a plot."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyvista as pv

from thermospin.config.outputs import Line
from thermospin.errors import InputError
from thermospin.output.files import write_csv
from thermospin.output.grids import CELL, RegionGrids, skin
from thermospin.output.panels import LinePanel, Piece
from thermospin.output.scales import per_drive

INSIDE = 1e-4
"""Part of a piece by which its ends are moved inwards to find their tetrahedra."""
SMALLEST = 1e-6
"""Part of a line below which two surfaces lie at one place."""


def sample_line(regions: RegionGrids, line: Line) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values along a line: those of the element's polynomials.

    Args:
        regions: The field on its regions.
        line: The line; on a face shared by two regions the first counts.

    Returns:
        Points in metres, (n, 3); values in SI, (n, components), NaN where the field does not exist;
        names of the regions, (n,), empty outside.
    """
    points = np.linspace(line.start, line.end, line.points)
    return points, *sample_points(regions, points)


def sample_points(regions: RegionGrids, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values at points: those of the element's polynomials.

    Args:
        regions: The field on its regions; on a face shared by two the first counts.
        points: Coordinates, m, (n, 3).

    Returns:
        Values in SI, (n, components), NaN where the field does not exist; names of the regions, (n,), empty
        outside.
    """
    values = np.full((len(points), regions.quantity.components), np.nan)
    names = np.full(len(points), "", dtype=object)
    for name, grid in regions.grids.items():
        probed = pv.PolyData(points * 1e9).sample(grid, tolerance=1e-4, mark_blank=False)
        inside = (np.asarray(probed["vtkValidPointMask"]) == 1) & (names == "")
        cells = np.asarray(probed[CELL])[inside].astype(int)
        values[inside] = regions.fields[name].at(1e9 * points[inside], cells)
        names[inside] = name
    return values, names


@dataclass(frozen=True)
class Profile:
    """A field along a line.

    Attributes:
        regions: The field on its regions.
        line: The line.
        order: Power of the drive whose coefficient is shown, 0 for the field itself.
        drive: Unit of the drive, ``A`` or ``V``.
        name: What is said of its curves beside those of others, such as the magnetic configuration.
    """

    regions: RegionGrids
    line: Line
    order: int
    drive: str
    name: str = ""

    def sampled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points, values and regions as :func:`sample_line` gives them.

        Raises:
            InputError: The field does not exist anywhere on the line.
        """
        points, values, names = sample_line(self.regions, self.line)
        if not np.isfinite(values).any():
            raise InputError(
                f"there is no {self.regions.quantity.name} anywhere on a line", key="output.maps"
            )
        return points, values, names

    def write(self, path: Path) -> Path:
        """Write it as CSV, SI.

        Args:
            path: The file.

        Raises:
            InputError: The field does not exist anywhere on the line.
        """
        quantity = self.regions.quantity
        points, values, names = self.sampled()
        distance = np.linalg.norm(points - points[0], axis=1)
        parts = [quantity.name] if quantity.components == 1 else [f"{quantity.name}_{axis}" for axis in "xyz"]
        unit = per_drive(quantity.unit, self.order, self.drive)
        columns = (f"{part} [{unit}]" for part in parts)
        header = ["distance [m]", "x [m]", "y [m]", "z [m]", *columns, "region"]
        write_csv(path, header, zip(distance, *points.T, *values.T, names, strict=True))
        return path

    def curves(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Curves: of a scalar, of the length of a vector in space, of the components of one in spin space.

        Args:
            values: Values, SI, (n, components).
        """
        quantity = self.regions.quantity
        if quantity.components == 1:
            return {self.name or quantity.name: values[:, 0]}
        if quantity.in_spin_space:
            start = f"{self.name}, " if self.name else ""
            return {f"{start}along {axis}": values[:, i] for i, axis in enumerate("xyz")}
        return {self.name or quantity.name: np.linalg.norm(values, axis=1)}


def line_panel(profiles: Sequence[Profile], title: str, is_log: bool = False) -> LinePanel:
    """A plot of one field along one line, a curve or three for every profile.

    Args:
        profiles: The profiles.
        title: Title of the plot.
        is_log: Whether the scale is logarithmic, of the sizes of the values.

    """
    first = profiles[0]
    quantity = first.regions.quantity
    across, shift, rest = _axis(first.line)
    found = [
        (name, shift + place, one.curves(values))
        for one in profiles
        for name, place, values in pieces_of(one.regions, one.line)
    ]
    sizes = [np.nan_to_num(np.abs(values)) for *_, curves in found for values in curves.values()]
    largest = max((float(size.max()) for size in sizes), default=0.0)
    scale = quantity.scale(largest, first.order, first.drive)
    shows_length = quantity.components == 3 and not quantity.in_spin_space
    symbol = quantity.size if shows_length or is_log else quantity.symbol
    pieces = [
        Piece(name, place, {key: values / scale.factor for key, values in curves.items()})
        for name, place, curves in found
    ]
    label = f"{quantity.label} {symbol} ({scale.unit})"
    return LinePanel(pieces, f"{title}{rest}", (across, label), is_log)


def _axis(line: Line) -> tuple[str, float, str]:
    """Label of the axis along a line, the number at its start, and the rest of its place for the title.

    A line along x, y or z has that coordinate; others have the distance from the start.
    """
    start, end = 1e9 * np.array(line.start), 1e9 * np.array(line.end)
    moving = [i for i in range(3) if start[i] != end[i]]
    if len(moving) == 1 and end[moving[0]] > start[moving[0]]:
        (i,) = moving
        others = ", ".join(f"{'xyz'[j]} = {start[j]:.6g} nm" for j in range(3) if j != i)
        return f"{'xyz'[i]} (nm)", float(start[i]), f", {others}"
    ends = " to ".join("(" + ", ".join(f"{x:.6g}" for x in point) + ")" for point in (start, end))
    return "distance (nm)", 0.0, f", {ends} nm"


def pieces_of(regions: RegionGrids, line: Line) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Parts of a line between the surfaces of the regions, each with both its ends.

    Args:
        regions: The field on its regions.
        line: The line.

    Yields:
        Region; distances from the start, nm, (n,); values, SI, (n, components), those of this region at
        the ends too.
    """
    start, end = 1e9 * np.array(line.start), 1e9 * np.array(line.end)
    length = float(np.linalg.norm(end - start))
    for low, high in _parts(regions, start, end):
        place = np.linspace(low, high, max(2, math.ceil(line.points * (high - low) / length)))
        inside = np.clip(place, low + INSIDE * (high - low), high - INSIDE * (high - low))
        for name, grid in regions.grids.items():
            probed = pv.PolyData(start + np.outer(inside / length, end - start)).sample(
                grid, tolerance=1e-4, mark_blank=False
            )
            if np.asarray(probed["vtkValidPointMask"]).all():
                exact = start + np.outer(place / length, end - start)
                yield name, place, regions.fields[name].at(exact, np.asarray(probed[CELL]).astype(int))
                break


def _parts(regions: RegionGrids, start: np.ndarray, end: np.ndarray) -> list[tuple[float, float]]:
    """Distances along a line, nm, between which it meets no surface of a region."""
    length = float(np.linalg.norm(end - start))
    cuts = [0.0, length]
    for grid in regions.grids.values():
        places, _ = skin(grid).triangulate().ray_trace(start, end)
        cuts += [float(np.linalg.norm(place - start)) for place in places]
    cuts.sort()
    return [(low, high) for low, high in pairwise(cuts) if high - low > SMALLEST * length]
