"""Numbering of nodes and cells, and the connectivity that is stored with a mesh."""

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from thermospin.meshes.ordering import FACES, order_mesh
from thermospin.meshes.record import RawMesh


def renumber(mesh: RawMesh, order: np.ndarray | None = None) -> RawMesh:
    """Drop unused nodes; put nodes and cells into the order of `thermospin.meshes.ordering`.

    Args:
        mesh: The mesh.
        order: As for :func:`thermospin.meshes.ordering.order_mesh`.
    """
    used, cells = np.unique(mesh.cells, return_inverse=True)
    compact = np.full(len(mesh.points), -1)
    compact[used] = np.arange(len(used))
    cells, numbers = cells.reshape(mesh.cells.shape), np.arange(len(mesh.cells))
    points, cells, order, facet_cells = order_mesh(
        mesh.points[used], cells, numbers, compact[mesh.facets], order
    )
    return replace(
        mesh,
        points=points,
        cells=cells,
        cell_tags=mesh.cell_tags[order].astype(np.int32),
        facets=np.take_along_axis(cells[facet_cells[:, 0]], FACES[facet_cells[:, 1]], axis=1),
        facet_tags=mesh.facet_tags.astype(np.int32),
        cell_arrays={name: array[order] for name, array in mesh.cell_arrays.items()},
    )


def exterior_facets(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles that belong to one cell only, shape (n, 3), and the number of that cell, shape (n,).

    Args:
        cells: Nodes of the tetrahedra, shape (m, 4).
    """
    triangles = cells[:, FACES].reshape(-1, 3)
    _, first, count = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True, return_counts=True)
    outer = np.sort(first[count == 1])
    return triangles[outer], outer // 4


def components(pairs: np.ndarray, count: int) -> np.ndarray:
    """Number of the connected component of each of some things that are joined in pairs, shape (count,).

    Args:
        pairs: Numbers of the joined things, shape (n, 2).
        count: Number of things.
    """
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), pairs.T), shape=(count, count))
    return connected_components(graph, directed=False)[1]
