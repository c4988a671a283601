"""Profiles of a field along a straight line, as CSV and as a plot."""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyvista as pv

from thermospin.config.outputs import Line, Style
from thermospin.errors import InputError
from thermospin.output.curves import Piece, save_profile
from thermospin.output.files import write_csv
from thermospin.output.grids import CELL, RegionGrids, skin
from thermospin.output.quantities import Quantity
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
    values = np.full((line.points, regions.quantity.components), np.nan)
    names = np.full(line.points, "", dtype=object)
    for name, grid in regions.grids.items():
        probed = pv.PolyData(points * 1e9).sample(grid, tolerance=1e-4, mark_blank=False)
        inside = (np.asarray(probed["vtkValidPointMask"]) == 1) & (names == "")
        cells = np.asarray(probed[CELL])[inside].astype(int)
        values[inside] = regions.fields[name].at(1e9 * points[inside], cells)
        names[inside] = name
    return points, values, names


def draw_profile(
    stem: Path, regions: RegionGrids, line: Line, order: int, drive: str, title: str, style: Style
) -> list[Path]:
    """Write a profile as CSV (SI) and as a plot.

    Args:
        stem: Path of the files without suffix.
        regions: The field on its regions.
        line: The line.
        order: Power of the drive whose coefficient is drawn, 0 for the field itself.
        drive: Unit of the drive, ``A`` or ``V``.
        title: Title of the plot.
        style: Look of the plot.

    Returns:
        The files.

    Raises:
        InputError: The field does not exist anywhere on the line.
    """
    quantity = regions.quantity
    points, values, names = sample_line(regions, line)
    curves = _curves(quantity, values)
    if not np.isfinite(values).any():
        raise InputError(f"there is no {quantity.name} anywhere on a line", key="output.maps")
    distance = np.linalg.norm(points - points[0], axis=1)
    table, picture = (stem.with_name(stem.name + suffix) for suffix in (".csv", ".png"))
    parts = [quantity.name] if quantity.components == 1 else [f"{quantity.name}_{axis}" for axis in "xyz"]
    unit = per_drive(quantity.unit, order, drive)
    header = ["distance [m]", "x [m]", "y [m]", "z [m]", *(f"{part} [{unit}]" for part in parts), "region"]
    rows = zip(distance, *points.T, *values.T, names, strict=True)
    write_csv(table, header, rows)
    scale = quantity.scale(float(np.nanmax(np.abs(list(curves.values())))), order, drive)
    label = f"{quantity.drawn if len(curves) == 1 else quantity.symbol} ({scale.unit})"
    across, shift, rest = _axis(line)
    pieces = [
        Piece(name, shift + place, {key: one / scale.factor for key, one in _curves(quantity, found).items()})
        for name, place, found in pieces_of(regions, line)
    ]
    return [table, *save_profile(picture, pieces, f"{title}{rest}", (across, label), style)]


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


def _curves(quantity: Quantity, values: np.ndarray) -> dict[str, np.ndarray]:
    """Curves of a profile: a scalar, the length of a vector in space, the components of one in spin space."""
    if quantity.components == 1:
        return {quantity.name: values[:, 0]}
    if quantity.in_spin_space:
        return {f"along {axis}": values[:, i] for i, axis in enumerate("xyz")}
    return {quantity.name: np.linalg.norm(values, axis=1)}
