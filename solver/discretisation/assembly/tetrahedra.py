"""Stiffness and mass matrices of all tetrahedra of a mesh at once.

Gradients of the coordinates of an affine tetrahedron are constant. Its matrices are therefore combinations of
few matrices of the reference tetrahedron, and one product of dense matrices makes those of all cells.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from thermospin.compat import basix

METRIC = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
"""The independent entries of the metric ∇X_c·∇X_d of the reference coordinates X."""
OFF_DIAGONAL = [(0, 1), (0, 2), (1, 2)]
"""Pairs of different reference coordinates."""
DENOMINATORS = {1: 5, 2: 5, 3: 560}
"""Common denominator of the integrals of products of slopes over the reference tetrahedron, by degree."""


class LocalMatrices:
    """Matrices per unit coefficient, their upper triangles row by row.

    Args:
        element: A Lagrange element with equidistant nodes, of degree 1, 2 or 3.
        corners: The vertices of every cell, m, shape (n_cells, 4, 3).

    Attributes:
        upper: Rows and columns of the upper triangle, two arrays of shape (k,).
    """

    def __init__(self, element: basix.finite_element.FiniteElement, corners: np.ndarray) -> None:
        self._element = element
        self.upper = np.triu_indices(element.dim)
        edges = np.ascontiguousarray(np.moveaxis(corners[:, 1:] - corners[:, :1], 0, 2))
        normals = [np.cross(edges[i - 2], edges[i - 1], axis=0) for i in range(3)]
        determinant = _product(edges[0], normals[0])
        self._volumes = abs(determinant) / 6
        self._normals, self._scale = normals, self._volumes / determinant**2

    @property
    def stiffness(self) -> np.ndarray:
        """``∫ ∇φ_i·∇φ_j`` of every cell, m, shape (n_cells, k)."""
        return self._symmetric(self._normals)

    def tensor_stiffness(self, tensor: np.ndarray) -> np.ndarray:
        """``∫ ∇φ_i·a ∇φ_j`` of every cell for a symmetric tensor a, m times its unit, shape (n_cells, k).

        Args:
            tensor: a in every cell, shape (3, 3, n_cells).
        """
        return self._symmetric([np.einsum("abn,bn->an", tensor, normal) for normal in self._normals])

    def turning_stiffness(self, axis: np.ndarray) -> np.ndarray:
        """``∫ ∇φ_i·(w × ∇φ_j)`` of every cell, m times the unit of w, shape (n_cells, k); antisymmetric.

        Args:
            axis: w in every cell, shape (3, n_cells).
        """
        turned = [np.cross(axis, normal, axis=0) for normal in self._normals]
        metric = np.stack(
            [_product(self._normals[c], turned[d]) * self._scale for c, d in OFF_DIAGONAL], axis=1
        )
        denominator, integrals = DENOMINATORS[self._element.degree], self._integrals
        differences = (integrals[c, d] - integrals[d, c] for c, d in OFF_DIAGONAL)
        return (
            metric
            / denominator
            @ np.array([np.round(denominator * part[self.upper]) for part in differences])
        )

    def _symmetric(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Integrals with the metric of the gradients of reference coordinates, and their images.

        On the reference tetrahedron these are fractions with a common denominator. Their numerators, taken as
        whole numbers, have no error: one that all cells shared would make constant fields drive currents out
        of all nodes.
        """
        denominator, integrals = DENOMINATORS[self._element.degree], self._integrals
        metric = np.stack([_product(self._normals[c], images[d]) * self._scale for c, d in METRIC], axis=1)
        sums = ((integrals[c, d] + integrals[d, c]) / (1 + (c == d)) for c, d in METRIC)
        return metric / denominator @ np.array([np.round(denominator * part[self.upper]) for part in sums])

    @cached_property
    def _integrals(self) -> np.ndarray:
        """Means of products of slopes ``∂φ_i/∂X_c ∂φ_j/∂X_d`` over the reference cell, (3, 3, k, k)."""
        _, *slopes = self._basis
        return np.einsum("q,cqi,dqj->cdij", self._weights, slopes, slopes, optimize=True)

    @property
    def mass(self) -> np.ndarray:
        """``∫ φ_i φ_j`` of every cell, m³, shape (n_cells, k)."""
        values = self._basis[0]
        return np.outer(self._volumes, np.einsum("q,qi,qj->ij", self._weights, values, values)[self.upper])

    @cached_property
    def _quadrature(self) -> tuple[np.ndarray, np.ndarray]:
        return basix.make_quadrature(basix.CellType.tetrahedron, 2 * self._element.degree)

    @property
    def _weights(self) -> np.ndarray:
        """Weights that add up to 1."""
        return 6 * self._quadrature[1]

    @cached_property
    def _basis(self) -> np.ndarray:
        """Values of the basis and its three derivatives at the quadrature points, shape (4, q, k)."""
        return self._element.tabulate(1, self._quadrature[0])[..., 0]


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The scalar products of vectors, shapes (3, n)."""
    return np.einsum("in,in->n", a, b)
