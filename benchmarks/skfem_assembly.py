"""Fast assembly for tetrahedra of degree 1 and 2 on top of scikit-fem's elements, quadrature and numbering.

The gradients of affine tetrahedra are constant, so that every local matrix is a small reference matrix
times the metric of the cell: one product of dense matrices for all cells. Only the upper triangle is
computed. The map from cells to matrix entries is sorted once; a coefficient that is constant per cell then
becomes a matrix by one sparse product.
"""

from functools import cached_property
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix
from skfem import ElementTetP1, ElementTetP2, ElementTriP1, ElementTriP2, MeshTet
from skfem.assembly.dofs import Dofs
from skfem.quadrature import get_quadrature
from skfem.refdom import RefTet, RefTri

TETRAHEDRA = {1: ElementTetP1(), 2: ElementTetP2()}
TRIANGLES = {1: ElementTriP1(), 2: ElementTriP2()}
METRIC = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
"""The six independent entries of the metric ∇X_c·∇X_d of the reference coordinates."""


class Cells:
    """Volumes and gradients of reference coordinates.

    Args:
        points: Coordinates, m, shape (n_points, 3).
        cells: Nodes, shape (n_cells, 4).
    """

    def __init__(self, points: np.ndarray, cells: np.ndarray) -> None:
        self._measure(points, cells)

    def of(self, chosen: np.ndarray) -> Self:
        """Some of the cells."""
        part = object.__new__(type(self))
        part.volumes, part.gradients = self.volumes[chosen], self.gradients[chosen]
        return part

    def _measure(self, points: np.ndarray, cells: np.ndarray) -> None:
        a, b, c = (points[cells[:, i]] - points[cells[:, 0]] for i in (1, 2, 3))
        cross = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
        determinant = np.einsum("ni,ni->n", a, cross[:, 0])
        self.volumes = np.abs(determinant) / 6
        self.gradients = cross / determinant[:, None, None]

    @cached_property
    def metric(self) -> np.ndarray:
        """Volume times the entries `METRIC` of the metric, m, shape (n_cells, 6)."""
        G = self.gradients
        products = [np.einsum("ni,ni->n", G[:, c], G[:, d]) * self.volumes for c, d in METRIC]
        return np.stack(products, axis=1)


class Reference:
    """Integrals over the reference tetrahedron, of volume 1.

    Args:
        degree: Degree of the element.
    """

    def __init__(self, degree: int) -> None:
        self.element = TETRAHEDRA[degree]
        self.size = {1: 4, 2: 10}[degree]
        self.upper = [(i, j) for i in range(self.size) for j in range(i, self.size)]
        X, weights = get_quadrature(RefTet, 4)
        weights = weights * 6
        values, gradients = self._basis(X)
        full = np.einsum("icq,jdq,q->ijcd", gradients, gradients, weights)
        self.stiffness = np.array(
            [[full[i, j, c, d] + (c != d) * full[i, j, d, c] for i, j in self.upper] for c, d in METRIC]
        )
        mass = np.einsum("iq,jq,q->ij", values, values, weights)
        self.mass = np.array([mass[i, j] for i, j in self.upper])
        corners = RefTet.p if degree == 2 else np.full((3, 1), 0.25)
        self.at_corners = self._basis(corners)[1]
        linear = np.vstack([1 - X.sum(axis=0), X]) if degree == 2 else np.ones((1, X.shape[1]))
        self.load = np.einsum("aq,bq,iq,q->abi", linear, linear, values, weights)

    def _basis(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (size, n) and reference gradients (size, 3, n) of the basis at points (3, n)."""
        found = [self.element.lbasis(X, i) for i in range(self.size)]
        ones = np.ones(X.shape[1])
        return np.array([phi * ones for phi, _ in found]), np.array([dphi * ones for _, dphi in found])


class Numbering:
    """Numbers of the unknowns of one field on the whole mesh.

    Args:
        points: Coordinates, m.
        cells: Nodes of the tetrahedra.
        degree: Degree of the element.
    """

    def __init__(self, points: np.ndarray, cells: np.ndarray, degree: int) -> None:
        self.degree = degree
        if degree == 1:
            self.cells, self.size = np.ascontiguousarray(cells.T), len(points)
            return
        mesh = MeshTet(np.ascontiguousarray(points.T), np.ascontiguousarray(cells.T), validate=False)
        dofs = Dofs(mesh, TETRAHEDRA[2])
        self.cells, self.size, self.edges = dofs.element_dofs, int(dofs.N), mesh.edges
        self._first = len(points)

    @cached_property
    def interpolation(self) -> csr_matrix:
        """From degree 1 to degree 2: an edge has the mean of its ends."""
        n, m = self._first, self.edges.shape[1]
        rows = np.concatenate([np.arange(n), n + np.repeat(np.arange(m), 2)])
        columns = np.concatenate([np.arange(n), self.edges.T.ravel()])
        return csr_matrix((np.concatenate([np.ones(n), np.full(2 * m, 0.5)]), (rows, columns)))

    def facets(self, facets: np.ndarray) -> np.ndarray:
        """Unknowns of triangles given by their nodes (n, 3): shape (n, 3 or 6), nodes first."""
        if self.degree == 1:
            return facets
        n = self._first
        edges = np.sort(self.edges, axis=0).astype(np.int64)
        keys = edges[0] * n + edges[1]
        order = np.argsort(keys)
        pairs = np.stack([facets[:, [0, 1]], facets[:, [1, 2]], facets[:, [0, 2]]], axis=1)
        wanted = pairs.min(axis=2) * n + pairs.max(axis=2)
        return np.hstack([facets, n + order[np.searchsorted(keys, wanted, sorter=order)]])


def sorting(keys: np.ndarray, size: int) -> np.ndarray:
    """Permutation that sorts numbers below ``size`` and keeps the order of equal ones, in linear time.

    It is the transposition of a sparse matrix with one entry per row.
    """
    rows = np.arange(len(keys) + 1, dtype=np.int32)
    one_each = csr_matrix((np.ones(len(keys), np.int8), keys, rows), shape=(len(keys), size))
    return one_each.tocsc().indices


class Entries:
    """Places of the local matrices of some cells, and their values per unit coefficient.

    Args:
        unknowns: Unknowns of the cells, shape (local size, n_cells).
        size: Number of unknowns.
        cells: The cells.
        reference: The element.
    """

    def __init__(self, unknowns: np.ndarray, size: int, cells: Cells, reference: Reference) -> None:
        self._shape, self._cells, self._reference = (size, size), cells, reference
        first, second = (unknowns.T[:, [pair[k] for pair in reference.upper]].ravel() for k in (0, 1))
        row, column = np.minimum(first, second), np.maximum(first, second)
        order = sorting(column, size)
        self._order = order[sorting(row[order], size)]
        row, column = row[self._order], column[self._order]
        new = np.concatenate([[True], (row[1:] != row[:-1]) | (column[1:] != column[:-1])])
        starts = np.flatnonzero(new).astype(np.int32)
        self._rows = np.concatenate([starts, [len(row)]], dtype=np.int32)
        self._cell = self._order // np.int32(len(reference.upper))
        self._expand(row[starts], column[starts])

    def _expand(self, row: np.ndarray, column: np.ndarray) -> None:
        """The structure of the full matrix, and which upper entry each of its entries is."""
        number, off = np.arange(len(row), dtype=np.int32), np.flatnonzero(row != column).astype(np.int32)
        rows, columns = np.concatenate([row, column[off]]), np.concatenate([column, row[off]])
        pattern = csr_matrix((np.concatenate([number, off]), (rows, columns)), shape=self._shape)
        self._indptr, self._indices, self._source = pattern.indptr, pattern.indices, pattern.data

    @cached_property
    def _stiffness(self) -> csr_matrix:
        return self._from_cells(self._cells.metric @ self._reference.stiffness)

    def _from_cells(self, local: np.ndarray) -> csr_matrix:
        shape = (len(self._rows) - 1, len(local))
        return csr_matrix((local.ravel()[self._order], self._cell, self._rows), shape=shape)

    def stiffness(self, coefficient: np.ndarray) -> csr_matrix:
        """``∫ c ∇u·∇v`` of a coefficient per cell."""
        return self._matrix(self._stiffness @ coefficient)

    def mass(self, coefficient: np.ndarray) -> csr_matrix:
        """``∫ c u v`` of a coefficient per cell."""
        local = (coefficient * self._cells.volumes)[:, None] * self._reference.mass
        return self._matrix(np.add.reduceat(local.ravel()[self._order], self._rows[:-1]))

    def _matrix(self, upper: np.ndarray) -> csr_matrix:
        return csr_matrix((upper[self._source], self._indices, self._indptr), shape=self._shape)


def facet_average(unknowns: np.ndarray, points: np.ndarray, facets: np.ndarray, degree: int) -> tuple:
    """The average over a terminal as unknowns and weights, from its triangles."""
    a, b, c = (points[facets[:, i]] for i in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    X, weights = get_quadrature(RefTri, degree)
    local = [TRIANGLES[degree].lbasis(X, i)[0] * np.ones(X.shape[1]) @ weights for i in range(3 * degree)]
    numbers, position = np.unique(unknowns, return_inverse=True)
    values = np.bincount(position.ravel(), (areas[:, None] * np.array(local)).ravel())
    return numbers, values / values.sum()
