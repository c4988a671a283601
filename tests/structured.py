"""Structured meshes of devices made of boxes: uniform refinement, for convergence orders."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.device import Device
from thermospin.device.on_mesh import places
from thermospin.meshes.cut import store_cut, tag_pairs
from thermospin.meshes.numbering import exterior_facets
from thermospin.meshes.ordering import facet_neighbours, order_mesh
from thermospin.meshes.read import DeviceMesh, read_mesh
from thermospin.meshes.terminals import side_of

KUHN = np.array([[0, 1, 3, 7], [0, 1, 5, 7], [0, 2, 3, 7], [0, 2, 6, 7], [0, 4, 5, 7], [0, 4, 6, 7]])
"""Six tetrahedra of a cube; bit i of a vertex number is its coordinate along axis i."""


def structured_device(
    config: Config,
    spacing: float,
    directory: Path,
    comm: MPI.Comm,
    warp: Callable[[np.ndarray], np.ndarray] = np.copy,
    mirrored: Sequence[int] = (),
) -> DeviceMesh:
    """A mesh of cubes cut into tetrahedra, and along interfaces, of a device of boxes (collective).

    Args:
        config: The device; all faces of its boxes lie on multiples of the spacing.
        spacing: Edge of a cube, m.
        directory: Where the arrays are written, seen by all ranks.
        comm: Ranks that share the mesh.
        warp: Moves the nodes, m, shape (n, 3), of the uniform mesh.
        mirrored: Axes at whose origin the mesh of a symmetric device is mirrored.
    """
    regions = {name: tag for tag, name in enumerate(config.geometry.materials, start=1)}
    faces = {name: tag for tag, name in enumerate(config.terminals, start=1)}
    device = Device.of(config)
    interfaces, conductors = places(device), device.conductors
    if comm.rank == 0:
        _write(config, spacing, directory, regions, warp, mirrored)
        store_cut(directory, tag_pairs(regions, interfaces), [regions[name] for name in conductors])
    comm.Barrier()
    return read_mesh(directory, regions, faces, {}, comm, interfaces, conductors)


def _write(config, spacing: float, directory: Path, regions: dict[str, int], warp, mirrored) -> None:
    corners = np.array([[s.box.min, s.box.max] for s in config.geometry.solids]) / spacing
    low, high = corners.min(axis=(0, 1)).round().astype(int), corners.max(axis=(0, 1)).round().astype(int)
    low[list(mirrored)] = 0
    points, cells = grid(low, high)
    centres = points[cells].mean(axis=1)
    tags = np.zeros(len(cells), dtype=np.int32)
    for solid, box in sorted(zip(config.geometry.solids, corners, strict=True), key=lambda p: p[0].priority):
        tags[np.all((centres > box[0]) & (centres < box[1]), axis=1)] = regions[solid.name]
    used, cells = np.unique(cells[tags > 0], return_inverse=True)
    points, cells, tags = points[used], cells.reshape(-1, 4), tags[tags > 0]
    for axis in mirrored:
        points, cells, tags = mirror(points, cells, tags, axis)
    facets, facet_tags = _terminal_facets(config, points, cells, tags, regions)
    points, cells, tags, facet_cells = order_mesh(points, cells, tags, facets)
    arrays = {
        "points": warp(points * spacing),
        "cells": cells,
        "cell_tags": tags,
        "facet_cells": facet_cells,
        "facet_tags": facet_tags,
        "neighbours": facet_neighbours(cells),
    }
    for name, array in arrays.items():
        np.save(directory / f"{name}.npy", array)


def grid(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integer points and tetrahedra of a block of unit cubes."""
    axes = [np.arange(a, b + 1) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    number = np.arange(points[..., 0].size).reshape(points.shape[:-1])
    ends = slice(None, -1), slice(1, None)
    corners = [number[ends[v & 1], ends[v >> 1 & 1], ends[v >> 2 & 1]].ravel() for v in range(8)]
    return points.reshape(-1, 3).astype(float), np.stack(corners, axis=1)[:, KUHN].reshape(-1, 4)


def mirror(points: np.ndarray, cells: np.ndarray, tags: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """Points, cells and tags of a mesh and of its image at the origin of an axis, joined there."""
    image = points * np.where(np.arange(3) == axis, -1.0, 1.0)
    points, number = np.unique(np.concatenate([points, image]) + 0.0, axis=0, return_inverse=True)
    both = number.ravel()[np.concatenate([cells, cells + len(image)])]
    return points, both, np.tile(tags, 2)


def _terminal_facets(config, points, cells, tags, regions) -> tuple[np.ndarray, np.ndarray]:
    facets, owner = exterior_facets(cells)
    found, found_tags = [np.empty((0, 3), dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    for tag, terminal in enumerate(config.terminals.values(), start=1):
        axis, end = side_of(terminal.face)
        mine = facets[tags[owner] == regions[terminal.region]]
        heights = points[mine][:, :, axis]
        side = heights.max() if end else heights.min()
        found.append(mine[np.all(heights == side, axis=1)])
        found_tags.append(np.full(len(found[-1]), tag, dtype=np.int32))
    return np.concatenate(found), np.concatenate(found_tags)
