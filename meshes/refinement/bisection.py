"""Conforming refinement of marked tetrahedra by bisection of longest edges.

Every bisection halves the longest edge of its cell. A cell with a node in the middle of another of its edges
is bisected as well, until none is left (Rivara and Levin 1992). Shapes stay bounded.
"""

from dataclasses import dataclass, replace

import numpy as np

from thermospin.meshes.record import RawMesh
from thermospin.meshes.refinement.edges import CutEdges, corner_pairs, edge_keys, longest_edges

HALVING = 3
"""Bisections that halve the size of a tetrahedron."""


@dataclass(frozen=True, eq=False)
class Bisection:
    """A refined mesh and where it comes from.

    Attributes:
        mesh: The refined mesh; its first nodes are those of the coarse mesh.
        parent: The coarse cell that every cell is a part of, shape (n_cells,).
        ends: The two nodes in whose middle each further node lies; their numbers are lower than its own,
            shape (n_new, 2).
    """

    mesh: RawMesh
    parent: np.ndarray
    ends: np.ndarray


def bisect(mesh: RawMesh, marked: np.ndarray, times: int = HALVING, aspect: float = 1.0) -> Bisection:
    """Refine marked tetrahedra, and others as far as needed to conform.

    The result depends on places only, not on the numbers of cells and nodes.

    Args:
        mesh: The coarse mesh.
        marked: Whether to refine each cell, shape (n_cells,).
        times: Fewest bisections between a marked cell and each of its parts.
        aspect: How many times longer cells are to be along x and y than along z. Flat cells that are
            bisected with an aspect of one are first drawn out to slivers, before they become round.
    """
    cuts = CutEdges(mesh.points)
    cells, parent = mesh.cells, np.arange(len(mesh.cells))
    generation = np.zeros(len(cells), dtype=np.int64)
    due = marked & (times > 0)
    while due.any():
        kept = np.count_nonzero(~due)
        cells, origin = _halve(cells, due, cuts, aspect)
        parent, generation = parent[origin], generation[origin]
        generation[kept:] += 1
        due = marked[parent] & (generation < times)
        due |= _are_hanging(cells, kept, cuts)
    facets, facet_parent = _follow(mesh.facets, cuts, aspect)
    refined = replace(
        mesh,
        points=cuts.points,
        cells=cells,
        cell_tags=mesh.cell_tags[parent],
        facets=facets,
        facet_tags=mesh.facet_tags[facet_parent],
        cell_arrays={name: array[parent] for name, array in mesh.cell_arrays.items()},
    )
    return Bisection(refined, parent, cuts.ends)


def _halve(
    nodes: np.ndarray, due: np.ndarray, cuts: CutEdges, aspect: float
) -> tuple[np.ndarray, np.ndarray]:
    """Bisect simplices at their longest edges.

    Args:
        nodes: Corners of simplices, shape (n, k).
        due: Whether to bisect each.
        cuts: Where edges are cut; the longest edges are added.
        aspect: As for :func:`bisect`.

    Returns:
        Corners of the simplices that are kept, then of the halves, turned like their parents; and for each
        the number of the simplex that it is a part of.
    """
    old, rows = nodes[due], np.arange(np.count_nonzero(due))
    edge = longest_edges(cuts.points, old, aspect)
    middle = cuts.cut(edge_keys(old)[rows, edge])
    halves = []
    for corner in corner_pairs(nodes.shape[1])[edge].T:
        half = old.copy()
        half[rows, corner] = middle
        halves.append(half)
    kept, bisected = np.flatnonzero(~due), np.flatnonzero(due)
    return np.concatenate([nodes[kept], *halves]), np.concatenate([kept, bisected, bisected])


def _are_hanging(cells: np.ndarray, kept: int, cuts: CutEdges) -> np.ndarray:
    """Whether cells have a node in the middle of an edge; the first `kept` had none before the last cuts."""
    near = cuts.at_last_cuts[cells].sum(axis=1) >= 2
    near[kept:] = True
    near[near] = cuts.are_cut(edge_keys(cells[near])).any(axis=1)
    return near


def _follow(facets: np.ndarray, cuts: CutEdges, aspect: float) -> tuple[np.ndarray, np.ndarray]:
    """Cut facets as the cells beside them are: each at its longest edge, as long as one is cut.

    Args:
        facets: Corners, shape (n, 3).
        cuts: All edges that are cut.
        aspect: As for :func:`bisect`.

    Returns:
        Corners of the parts, and the facet of which each is a part.
    """
    parent = np.arange(len(facets))
    due = cuts.are_cut(edge_keys(facets)).any(axis=1)
    while due.any():
        facets, origin = _halve(facets, due, cuts, aspect)
        parent = parent[origin]
        due = cuts.are_cut(edge_keys(facets)).any(axis=1)
    return facets, parent
