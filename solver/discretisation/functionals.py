"""Linear functionals of one field, as this rank's part of sparse vectors."""

from dataclasses import dataclass

import numpy as np

from thermospin.compat import basix, fem, la


@dataclass(frozen=True)
class Functional:
    """A linear functional of one field, as this rank's part of a sparse vector.

    Attributes:
        dofs: Owned unknowns of the field, local numbers.
        weights: Their weights.
    """

    dofs: np.ndarray
    weights: np.ndarray

    def scaled(self, factor: float) -> "Functional":
        """The functional times a factor.

        Args:
            factor: The factor.
        """
        return Functional(self.dofs, factor * self.weights)


NOTHING = Functional(np.empty(0, np.int32), np.empty(0))
"""The functional that is 0."""


def collected(space: fem.FunctionSpace, unknowns: np.ndarray, weights: np.ndarray) -> Functional:
    """Functional of weights that ranks give one another for unknowns that they share (collective).

    Args:
        space: The space.
        unknowns: Local unknowns, ghosts among them, of any shape.
        weights: Their weights, of the same shape; those of the same unknown add up.
    """
    total = fem.Function(space)
    np.add.at(total.x.array, unknowns.ravel(), weights.ravel())
    total.x.scatter_reverse(la.InsertMode.add)
    owned = total.x.array[: space.dofmap.index_map.size_local]
    dofs = np.flatnonzero(owned).astype(np.int32)
    return Functional(dofs, owned[dofs])


def cell_volumes(mesh, cells: np.ndarray) -> np.ndarray:
    """Volumes of flat tetrahedra, m³, shape (n,).

    Args:
        mesh: The mesh.
        cells: Local cells, shape (n,).
    """
    corners = mesh.geometry.x[mesh.geometry.dofmaps[0][cells]]
    return np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6


def cell_integral(space: fem.FunctionSpace, cells: np.ndarray, volumes: np.ndarray) -> Functional:
    """Integral over cells (collective).

    Args:
        space: The space.
        cells: Owned cells, shape (n,).
        volumes: Volume of each, m³, shape (n,).
    """
    element = space.element.basix_element
    points, weights = basix.make_quadrature(basix.CellType.tetrahedron, element.degree)
    averages = weights @ element.tabulate(0, points)[0, :, :, 0] / weights.sum()
    return collected(space, space.dofmap.list[cells], volumes[:, None] * averages)
