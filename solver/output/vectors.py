"""Vectors at the corners of tetrahedra: files for ParaView, their order in time, and samples on a grid."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyvista as pv

from thermospin.output.files import replacing
from thermospin.output.vtu import KINDS, collection, encoded
from thermospin.textures.ovf import VectorGrid


def write_vectors(
    path: Path, points: np.ndarray, cells: np.ndarray, arrays: Mapping[str, np.ndarray]
) -> None:
    """Write vectors at the corners of tetrahedra as a VTU file.

    Args:
        path: The file.
        points: Corners, m, (n, 3).
        cells: Corners of every tetrahedron, (k, 4).
        arrays: Vectors by name, (n, 3).

    Raises:
        InputError: The file cannot be written.
    """
    grid = pv.UnstructuredGrid({KINDS[cells.shape[1]]: cells}, points)
    for name, values in arrays.items():
        grid.point_data[name] = values
    with replacing(path) as aside:
        aside.write_bytes(encoded(grid))


def on_grid(points: np.ndarray, cells: np.ndarray, vectors: np.ndarray, edge: float) -> VectorGrid:
    """Vectors at the corners of tetrahedra as unit vectors in cubes, 0 in cubes whose centre is outside.

    Args:
        points: Corners, m, (n, 3).
        cells: Corners of every tetrahedron, (k, 4).
        vectors: Vectors, (n, 3).
        edge: Edge of the cubes, m.
    """
    grid = values_on_grid(points, cells, vectors, edge)
    length = np.linalg.norm(grid.vectors, axis=3, keepdims=True)
    inside = np.divide(grid.vectors, length, out=np.zeros_like(grid.vectors), where=length > 0)
    return replace(grid, vectors=inside)


def values_on_grid(
    points: np.ndarray, cells: np.ndarray, values: np.ndarray, edge: float, unit: str = ""
) -> VectorGrid:
    """Values at the corners of tetrahedra in cubes, 0 in cubes whose centre is outside.

    Args:
        points: Corners, m, (n, 3).
        cells: Corners of every tetrahedron, (k, 4).
        values: Values, (n, c).
        edge: Edge of the cubes, m.
        unit: Their unit.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    shape = np.maximum(np.rint((high - low) / edge), 1).astype(int)
    base = (low + high) / 2 - edge * (shape - 1) / 2
    scale = 1 / edge  # VTK's tolerances are made for lengths of about 1
    grid = pv.UnstructuredGrid({KINDS[4]: cells}, (points - base) * scale)
    grid.point_data["values"] = values
    sampled = pv.ImageData(dimensions=shape, spacing=(1, 1, 1), origin=(0, 0, 0)).sample(grid)
    inside = np.asarray(sampled["vtkValidPointMask"]) > 0
    found = np.asarray(sampled["values"]).reshape(len(inside), -1)
    found = np.where(inside[:, None], found, 0.0).reshape(*shape[::-1], -1)
    return VectorGrid(found.transpose(2, 1, 0, 3), base, np.full(3, edge), unit)


def write_series(path: Path, files: Mapping[str, float]) -> None:
    """Write a PVD file of files in time.

    Args:
        path: The file.
        files: Name of a file beside it to its time.

    Raises:
        InputError: The file cannot be written.
    """
    with replacing(path) as aside:
        aside.write_text(collection({name: f"{time:.9g}" for name, time in files.items()}), encoding="utf-8")
