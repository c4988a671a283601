"""Profiles of a field along a straight line, as CSV and as a plot."""

from pathlib import Path

import numpy as np
import pyvista as pv

from thermospin.config.outputs import Line
from thermospin.errors import InputError
from thermospin.output.curves import save_profile
from thermospin.output.files import write_csv
from thermospin.output.grids import CELL, RegionGrids
from thermospin.output.quantities import Quantity
from thermospin.output.scales import per_drive


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
    stem: Path, regions: RegionGrids, line: Line, order: int, drive: str, title: str
) -> list[Path]:
    """Write a profile as CSV (SI) and as a plot (PNG).

    Args:
        stem: Path of the files without suffix.
        regions: The field on its regions.
        line: The line.
        order: Power of the drive whose coefficient is drawn, 0 for the field itself.
        drive: Unit of the drive, ``A`` or ``V``.
        title: Title of the plot.

    Returns:
        The two files.

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
    ends = " to ".join("(" + ", ".join(f"{1e9 * x:.6g}" for x in end) + ")" for end in (line.start, line.end))
    shown = {name: curve / scale.factor for name, curve in curves.items()}
    save_profile(picture, distance * 1e9, shown, f"{title}, {ends} nm", label)
    return [table, picture]


def _curves(quantity: Quantity, values: np.ndarray) -> dict[str, np.ndarray]:
    """Curves of a profile: a scalar, the length of a vector in space, the components of one in spin space."""
    if quantity.components == 1:
        return {quantity.name: values[:, 0]}
    if quantity.in_spin_space:
        return {f"along {axis}": values[:, i] for i, axis in enumerate("xyz")}
    return {quantity.name: np.linalg.norm(values, axis=1)}
