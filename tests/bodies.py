"""Bars that are magnets, for tests of micromagnetics on any number of ranks."""

from pathlib import Path

import numpy as np
from structured import grid

from thermospin.compat import MPI
from thermospin.meshes.ordering import facet_neighbours, order_mesh
from thermospin.meshes.read import DeviceMesh, read_mesh
from thermospin.micromagnetics.body import Body

REGION = "F"


def bar(size, cells, directory: Path, comm: MPI.Comm, moved=lambda points: points) -> DeviceMesh:
    """A bar with a corner at the origin, of bricks cut into tetrahedra (collective).

    Args:
        size: Its edges, m.
        cells: Bricks along every edge.
        directory: Where the arrays are written, seen by all ranks.
        comm: The ranks.
        moved: From the points of a bar to those of another body, m, (n, 3).
    """
    place = directory / "x".join(map(str, cells))
    if comm.rank == 0:
        place.mkdir(exist_ok=True)
        points, tetrahedra = grid(np.zeros(3, dtype=int), np.array(cells))
        tags = np.ones(len(tetrahedra), dtype=np.int32)
        facets = np.empty((0, 3), dtype=np.int64)
        points, tetrahedra, tags, facet_cells = order_mesh(points, tetrahedra, tags, facets)
        arrays = {
            "points": moved(points * np.array(size) / cells),
            "cells": tetrahedra,
            "cell_tags": tags,
            "facet_cells": facet_cells,
            "facet_tags": np.empty(0, dtype=np.int32),
            "neighbours": facet_neighbours(tetrahedra),
        }
        for name, array in arrays.items():
            np.save(place / f"{name}.npy", array)
    comm.Barrier()
    return read_mesh(place, {REGION: 1}, {}, {}, comm)


def sphere(diameter: float, n: int, directory: Path, comm: MPI.Comm) -> Body:
    """A sphere about the origin as the mesh of a magnet: a cube of n³ bricks, bent (collective)."""

    def moved(points):
        x, y, z = (2 * points / diameter - 1).T ** 2
        parts = (1 - (y + z) / 2 + y * z / 3, 1 - (z + x) / 2 + z * x / 3, 1 - (x + y) / 2 + x * y / 3)
        return (points - diameter / 2) * np.sqrt(np.transpose(parts))

    return Body(bar((diameter,) * 3, (n,) * 3, directory, comm, moved), [REGION])


def body(size, cells, directory: Path, comm: MPI.Comm) -> Body:
    """The same as the mesh of a magnet (collective); arguments as of :func:`bar`."""
    return Body(bar(size, cells, directory, comm), [REGION])
