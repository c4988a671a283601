"""Outer faces of the device, where heat passes to the surroundings."""

import numpy as np

from thermospin.compat import basix
from thermospin.discretisation.interfaces.facets import face_tables
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import facet_areas
from thermospin.fields import THETA


class Faces:
    """Some owned faces, with the basis of ϑ on them.

    Args:
        spaces: The spaces.
        facets: Cell and local facet of each, shape (n, 2).

    Attributes:
        areas: m², shape (n,).
        points: Quadrature points, m, shape (n, q, 3).
        normals: Outward unit normals, shape (n, 3).
        unknowns: Local unknowns of ϑ, shape (n, k).
    """

    def __init__(self, spaces: Spaces, facets: np.ndarray) -> None:
        space = spaces.spaces[THETA]
        degree = 2 * space.element.basix_element.degree + 1
        points, weights = basix.make_quadrature(basix.CellType.triangle, degree)
        closures, _, basis, at = face_tables(space, points)
        geometry = spaces.device.mesh.geometry
        corners = geometry.x[geometry.dofmaps[0][facets[:, 0]]]
        self.areas = facet_areas(spaces.device.mesh, facets)
        self.points = np.einsum("nkv,nvx->nkx", at[facets[:, 1]], corners)
        self.normals = _outward(corners, facets[:, 1])
        dofs = space.dofmap.list[facets[:, 0]]
        self.unknowns = np.take_along_axis(dofs, closures[facets[:, 1]], axis=1)
        self._basis, self._weights = basis[facets[:, 1]], 2 * weights

    def integrate(self, density: np.ndarray) -> np.ndarray:
        """Integrals of a density times the basis, m² times its unit, shape (n, k).

        Args:
            density: Its values at the points, shape (n, q).
        """
        return np.einsum("nq,nqi->ni", self._weights * self.areas[:, None] * density, self._basis)

    def mass(self, density: np.ndarray) -> np.ndarray:
        """Mass matrices with a density, m² times its unit, shape (n, k, k).

        Args:
            density: Its values at the points, shape (n, q).
        """
        weights = self._weights * self.areas[:, None] * density
        return np.einsum("nqi,nqj->nij", weights[:, :, None] * self._basis, self._basis, optimize=True)


def _outward(corners: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Unit normals of faces that point away from the opposite vertex, shape (n, 3)."""
    opposite = corners[np.arange(len(face)), face]
    others = corners[np.arange(4)[None, :] != face[:, None]].reshape(-1, 3, 3)
    normal = np.cross(others[:, 1] - others[:, 0], others[:, 2] - others[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    inward = np.einsum("nx,nx->n", normal, opposite - others[:, 0]) > 0
    return np.where(inward[:, None], -normal, normal)
