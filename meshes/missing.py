"""Tetrahedra that are missing from a mesh: voids and notches into which exactly one would fit.

A void that was drawn has more faces, and a notch that was drawn does not continue the planes around it.
Nodes that a file places inside a volume do not lie on its outside either.
"""

from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.conformity import Tetrahedra, outward_normals
from thermospin.meshes.ordering import FACES
from thermospin.meshes.places import in_nm

FLUSH = 1e-8
"""One minus the cosine of the angle between planes that continue each other."""

SHARP = 0.3
"""Sine of the angle from which an edge counts as a dent."""

FEW = 0.1
"""Share of nodes on the outside below which nodes said to be inside are believed to be."""


@dataclass(frozen=True, eq=False)
class Outside:
    """The exterior facets and their common edges.

    Attributes:
        mesh: The tetrahedra.
        owner: Cell of every facet.
        facets: Nodes, shape (n, 3).
        normals: Unit normals that point outwards, shape (n, 3).
        pairs: Facets that meet in an edge of just these two, shape (m, 2).
        edges: Nodes of these edges, sorted, shape (m, 2).
    """

    mesh: Tetrahedra
    owner: np.ndarray
    facets: np.ndarray
    normals: np.ndarray
    pairs: np.ndarray
    edges: np.ndarray

    def tips(self) -> np.ndarray:
        """The node of each facet of a pair that is not on their edge, shape (m, 2)."""
        return self.facets[self.pairs].sum(axis=2) - self.edges.sum(axis=1)[:, None]

    def dents(self, tips: np.ndarray) -> np.ndarray:
        """Sine of the angle of the second facet of a pair to the plane of the first, shape (m,).

        Args:
            tips: The nodes from :attr:`tips`, shape (m, 2).
        """
        rise = self.mesh.points[tips[:, 1]] - self.mesh.points[self.edges[:, 0]]
        along = self.mesh.points[self.edges[:, 1]] - self.mesh.points[self.edges[:, 0]]
        height = np.linalg.norm(np.cross(rise, along), axis=1) / np.linalg.norm(along, axis=1)
        return np.einsum("ij,ij->i", rise, self.normals[self.pairs[:, 0]]) / height


def outside_of(mesh: Tetrahedra) -> Outside:
    """Exterior facets of a mesh.

    Args:
        mesh: The tetrahedra.
    """
    owner, faces = np.nonzero(mesh.neighbours < 0)
    facets = mesh.cells[owner[:, None], FACES[faces]]
    normals = outward_normals(mesh.points[facets], mesh.points[mesh.cells[owner, faces]])
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    edges = np.sort(facets[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    order = np.lexsort(edges.T)
    edges = edges[order]
    first = np.flatnonzero(np.append(True, (edges[1:] != edges[:-1]).any(axis=1)))
    two = first[np.diff(np.append(first, len(edges))) == 2]
    pairs = np.column_stack([order[two], order[two + 1]]) // 3
    return Outside(mesh, owner, facets, normals, pairs, edges[two])


def check_nothing_missing(file: str, mesh: Tetrahedra, inner: np.ndarray) -> None:
    """Refuse a mesh that lacks tetrahedra.

    Args:
        file: Name of the file, for messages.
        mesh: The tetrahedra.
        inner: Nodes that the file places inside a volume.

    Raises:
        InputError: Some are missing; it names a place.
    """
    outside = outside_of(mesh)
    tips = outside.tips()
    dents = np.flatnonzero(outside.dents(tips) > SHARP / 30)
    for facet in (
        *exposed(outside, dents, tips, inner)[:1],
        *outside.pairs[dents[_notches(outside, dents, tips)], 0][:1],
    ):
        place = in_nm(mesh.points[outside.facets[facet]].mean(axis=0))
        raise InputError(
            f"{file}: a tetrahedron of region {mesh.region(outside.owner[facet])} is missing at {place}; "
            "repair the mesh",
            key="geometry.file",
        )


def exposed(outside: Outside, dents: np.ndarray, tips: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Facets with a sharp dent at a node that should be inside.

    Args:
        outside: The exterior facets.
        dents: Numbers of the pairs of facets that make a dent.
        tips: The nodes from :attr:`Outside.tips`, shape (m, 2).
        inner: Nodes that the file places inside a volume.

    Returns:
        Numbers of the facets.
    """
    nodes = np.unique(outside.facets)
    shown = np.intersect1d(nodes, inner)
    if not 0 < len(shown) < FEW * len(nodes):
        return np.empty(0, np.int64)
    sharp = dents[outside.dents(tips)[dents] > SHARP]
    return outside.pairs[sharp[np.isin(outside.edges[sharp], shown).any(axis=1)], 0]


def _notches(outside: Outside, dents: np.ndarray, tips: np.ndarray) -> np.ndarray:
    """Whether dents are notches that one tetrahedron would fill, flush with the faces around.

    The two facets of a dent span a tetrahedron. Of its other two faces each is an exterior facet too, or
    continues the exterior facets across its edges.
    """
    (a, b), (c, d) = outside.edges[dents].T, tips[dents].T
    facet_of = _Rows(outside.facets)
    found = np.zeros((2, len(dents)), dtype=bool)
    flush = np.zeros((2, len(dents)), dtype=int)
    for side, (tip, base) in enumerate(((a, b), (b, a))):
        face = np.column_stack([tip, c, d])
        found[side] = facet_of.find(face) >= 0
        normal = outward_normals(outside.mesh.points[face], outside.mesh.points[base])
        normal /= np.linalg.norm(normal, axis=1)[:, None]
        for ends, other in (((tip, c), base), ((tip, d), base), ((c, d), base)):
            flush[side] += _continues(outside, np.column_stack(ends), other, normal)
    closed = found.all(axis=0)
    cap = (found[0] & (flush[1] >= 2)) | (found[1] & (flush[0] >= 2))
    wedge = ~found.any(axis=0) & (flush >= 2).all(axis=0)
    return closed | cap | wedge


def _continues(outside: Outside, edges: np.ndarray, base: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Whether one of the two exterior facets at an edge, not the one with node ``base``, has the normal."""
    at = _Rows(outside.edges).find(edges)
    pairs = outside.pairs[at]
    away = ~(outside.facets[pairs] == base[:, None, None]).any(axis=2)
    alike = np.einsum("nkx,nx->nk", outside.normals[pairs], normal) > 1 - FLUSH
    return (at >= 0) & (away & alike).any(axis=1)


class _Rows:
    """Rows of node numbers, found by their content in any order.

    Args:
        rows: Shape (n, k).
    """

    def __init__(self, rows: np.ndarray) -> None:
        self._type = np.dtype([(f"f{i}", np.int64) for i in range(rows.shape[1])])
        self._keys = self._key(rows)
        self._order = np.argsort(self._keys)

    def _key(self, rows: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.sort(rows, axis=1), dtype=np.int64).view(self._type).ravel()

    def find(self, rows: np.ndarray) -> np.ndarray:
        """Number of each row, -1 where it is not there."""
        keys = self._key(rows)
        at = np.searchsorted(self._keys, keys, sorter=self._order)
        at = self._order[np.minimum(at, len(self._order) - 1)]
        return np.where(self._keys[at] == keys, at, -1)
