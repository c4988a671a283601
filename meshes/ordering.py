"""An order of cells and nodes in which every contiguous range is a compact piece of the device.

With it a mesh file needs no partitioner: rank r of n takes the r-th range of the cells, and the
nodes, numbered by their first appearance, fall into contiguous ranges as well.
"""

import numpy as np

LEAF = 64
FACES = np.array(
    [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
)  # face i of a tetrahedron is opposite to vertex i


def bisection_order(centres: np.ndarray) -> np.ndarray:
    """Order points by recursive bisection along the longest side of their bounding box.

    Args:
        centres: Coordinates, shape (n, 3).

    Returns:
        A permutation of ``range(n)``.
    """
    order = np.arange(len(centres))
    rows = np.ascontiguousarray(centres.T)  # many times faster to search
    stack = [(0, len(centres))]
    while stack:
        start, stop = stack.pop()
        if stop - start <= LEAF:
            continue
        part = order[start:stop]
        points = rows[:, part]
        axis = np.argmax(points.max(axis=1) - points.min(axis=1))
        middle = len(part) // 2
        order[start:stop] = part[np.argpartition(points[axis], middle)]
        stack += [(start, start + middle), (start + middle, stop)]
    return order


def first_appearance(cells: np.ndarray, n_points: int) -> np.ndarray:
    """Number of every node in the order in which the cells mention them, shape (n_points,).

    Args:
        cells: Nodes of the cells, shape (n_cells, 4).
        n_points: Number of nodes.

    Raises:
        ValueError: A node belongs to no cell.
    """
    nodes, first = np.unique(cells.ravel(), return_index=True)
    if len(nodes) != n_points:
        raise ValueError("the mesh has nodes that belong to no cell")
    number = np.empty(n_points, dtype=np.int64)
    number[nodes[np.argsort(first)]] = np.arange(n_points)
    return number


def facet_cells(facets: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The cell and the local face of each boundary triangle.

    Args:
        facets: Node numbers, shape (n_facets, 3).
        cells: Node numbers, shape (n_cells, 4).

    Returns:
        Shape (n_facets, 2): cell number, face number (the face opposite to that vertex). A triangle
        between two cells gets the lower-numbered one.

    Raises:
        ValueError: A triangle is not a face of any cell.
    """
    marked = np.zeros(max(cells.max(), facets.max(initial=0)) + 1, dtype=bool)
    marked[facets.ravel()] = True
    candidates = np.flatnonzero(marked[cells].sum(axis=1) >= 3)
    faces = np.sort(cells[candidates][:, FACES], axis=2).reshape(-1, 3)
    triple = np.dtype([("a", np.int64), ("b", np.int64), ("c", np.int64)])
    faces = np.ascontiguousarray(faces, dtype=np.int64).view(triple).ravel()
    wanted = np.ascontiguousarray(np.sort(facets, axis=1), dtype=np.int64).view(triple).ravel()
    order = np.argsort(faces, kind="stable")
    found = np.searchsorted(faces, wanted, sorter=order)
    if np.any(found == len(order)) or not np.array_equal(faces[order[found]], wanted):
        raise ValueError("a boundary triangle is not the face of any tetrahedron")
    found = order[found]
    return np.column_stack([candidates[found // 4], found % 4])


def order_mesh(
    points: np.ndarray,
    cells: np.ndarray,
    cell_tags: np.ndarray,
    facets: np.ndarray,
    order: np.ndarray | None = None,
) -> tuple:
    """Put a mesh into the order of the cache.

    Args:
        points: Coordinates, m, shape (n_points, 3).
        cells: Nodes of the tetrahedra, shape (n_cells, 4).
        cell_tags: Region of every cell, shape (n_cells,).
        facets: Nodes of the triangles of terminals and surfaces, shape (n_facets, 3).
        order: The cells, so that contiguous ranges are compact; default by :func:`bisection_order`.

    Returns:
        ``points, cells, cell_tags, facet_cells`` renumbered; ``facet_cells`` as in :func:`facet_cells`.
    """
    if order is None:
        order = bisection_order(points[cells].mean(axis=1))
    number = first_appearance(cells[order], len(points))
    new_points = np.empty_like(points)
    new_points[number] = points
    new_cells = number[cells[order]]
    return new_points, new_cells, cell_tags[order], facet_cells(number[facets], new_cells)


def facet_neighbours(cells: np.ndarray) -> np.ndarray:
    """The cell across each face of every cell, -1 at the boundary.

    Args:
        cells: Node numbers, shape (n_cells, 4).

    Returns:
        Shape (n_cells, 4), int32, face i opposite to vertex i.
    """
    n = np.int64(cells.max()) + 1
    faces = np.sort(cells[:, FACES].reshape(-1, 3), axis=1)
    # Two passes of an ordinary sort on single numbers beat one on triples.
    order = np.lexsort((faces[:, 2], faces[:, 0] * n + faces[:, 1]))
    faces = faces[order]
    same = np.flatnonzero((faces[1:] == faces[:-1]).all(axis=1))
    neighbours = np.full(len(order), -1, dtype=np.int32)
    neighbours[order[same]] = order[same + 1] // 4
    neighbours[order[same + 1]] = order[same] // 4
    return neighbours.reshape(-1, 4)
