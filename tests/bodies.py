"""Bars that are magnets, for tests of micromagnetics on any number of ranks."""

from pathlib import Path

import numpy as np
from structured import grid

from thermospin.compat import MPI
from thermospin.meshes.ordering import facet_neighbours, order_mesh
from thermospin.meshes.read import DeviceMesh, read_mesh
from thermospin.micromagnetics.body import Body

REGION = "F"


def bar(size, cells, directory: Path, comm: MPI.Comm) -> DeviceMesh:
    """A bar with a corner at the origin, of bricks cut into tetrahedra (collective).

    Args:
        size: Its edges, m.
        cells: Bricks along every edge.
        directory: Where the arrays are written, seen by all ranks.
        comm: The ranks.
    """
    place = directory / "x".join(map(str, cells))
    if comm.rank == 0:
        place.mkdir(exist_ok=True)
        points, tetrahedra = grid(np.zeros(3, dtype=int), np.array(cells))
        tags = np.ones(len(tetrahedra), dtype=np.int32)
        facets = np.empty((0, 3), dtype=np.int64)
        points, tetrahedra, tags, facet_cells = order_mesh(points, tetrahedra, tags, facets)
        arrays = {
            "points": points * np.array(size) / cells,
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


def body(size, cells, directory: Path, comm: MPI.Comm) -> Body:
    """The same as the mesh of a magnet (collective); arguments as of :func:`bar`."""
    return Body(bar(size, cells, directory, comm), [REGION])
