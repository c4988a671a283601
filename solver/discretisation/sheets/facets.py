"""Facets with the basis on them: values, and slopes along them."""

import numpy as np

from thermospin.compat import basix, fem
from thermospin.discretisation.spaces import Spaces, closures
from thermospin.discretisation.terminals import facet_areas
from thermospin.fields import THETA, Field, State
from thermospin.meshes.ordering import FACES
from thermospin.physics.terms.calculus import OnFace


class Facets:
    """Some facets of this rank.

    Args:
        spaces: The spaces.
        facets: (cell, face), local numbers, shape (n, 2).
        fields: The fields that live there.

    Attributes:
        dofs: Local unknowns of every field, shape (n, k).
    """

    def __init__(self, spaces: Spaces, facets: np.ndarray, fields: tuple[Field, ...]) -> None:
        self._spaces = spaces
        space = spaces.spaces[THETA]
        points, weights = basix.make_quadrature(
            basix.CellType.triangle, 2 * space.element.basix_element.degree
        )
        on_face, basis = _tables(space, points)
        self._weights = 2 * weights * facet_areas(spaces.device.mesh, facets)[:, None]
        self._basis = _along(spaces, facets, basis[facets[:, 1]])
        self.dofs = {field: self._unknowns(field, facets, on_face) for field in fields}

    def traces(self, functions: State) -> State:
        """The fields at the quadrature points; one that does not live there is 0.

        Args:
            functions: One function per field.
        """
        return State(
            *(self._trace(field, f) for field, f in zip(self._spaces.fields, functions, strict=True))
        )

    def matrices(self, parts: np.ndarray) -> np.ndarray:
        """Matrices ``∫ Σ_ab d_ab D_a v D_b u``, with D the value and the slopes along x, y, z.

        Args:
            parts: d_ab at the quadrature points, shape (4, 4, n, q), or (4, 4, n, 1).

        Returns:
            m² times the unit of ``v d u``, shape (n, k, k).
        """
        weighted = self._weights * parts
        return np.einsum("abnq,anqi,bnqj->nij", weighted, self._basis, self._basis, optimize=True)

    def loads(self, parts: np.ndarray) -> np.ndarray:
        """Integrals ``∫ Σ_a d_a D_a v``, shape (n, k).

        Args:
            parts: d_a at the quadrature points, shape (4, n, q).
        """
        return np.einsum("anq,anqi->ni", self._weights * parts, self._basis)

    def integral(self, density: np.ndarray | float) -> float:
        """Integral over the facets of a density at their quadrature points.

        Args:
            density: The density, shape (n, q), or one that fits it.
        """
        return float(np.sum(self._weights * density))

    def _trace(self, field: Field, function: fem.Function) -> OnFace:
        if field not in self.dofs:
            return OnFace(np.zeros((1, 1)), np.zeros((3, 1, 1)))
        value, *slope = np.einsum("anqi,ni->anq", self._basis, function.x.array[self.dofs[field]])
        return OnFace(value, np.array(slope))

    def _unknowns(self, field: Field, facets: np.ndarray, on_face: np.ndarray) -> np.ndarray:
        cells = self._spaces.sub_cells[facets[:, 0]] if field.on_conductors else facets[:, 0]
        dofs = self._spaces.spaces[field].dofmap.list[cells]
        return np.take_along_axis(dofs, on_face[facets[:, 1]], axis=1)


def _tables(space: fem.FunctionSpace, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each face of the reference cell: its unknowns, (4, k), and the basis there with two derivatives.

    The derivatives are along the edges from the first vertex of the face: shape (4, 3, n_points, k).
    """
    element, on_face = space.element.basix_element, closures(space)
    vertices = basix.geometry(basix.CellType.tetrahedron)
    basis = []
    for face, dofs in zip(FACES, on_face, strict=True):
        origin, first, second = vertices[face]
        edges = np.array([first - origin, second - origin])
        values, *slopes = element.tabulate(1, origin + points @ edges)[..., 0][:, :, dofs]
        basis.append([values, *np.einsum("ec,cqk->eqk", edges, np.array(slopes))])
    return on_face, np.array(basis)


def _along(spaces: Spaces, facets: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Values of the basis and slopes along x, y, z on facets, shape (4, n, q, k).

    Args:
        spaces: The spaces.
        facets: (cell, face).
        basis: Values and derivatives along two edges, shape (n, 3, q, k).
    """
    geometry = spaces.device.mesh.geometry
    corners = geometry.x[np.take_along_axis(geometry.dofmaps[0][facets[:, 0]], FACES[facets[:, 1]], axis=1)]
    edges = corners[:, 1:] - corners[:, :1]
    # the gradient in the plane is the dual of the edges
    dual = np.linalg.solve(edges @ edges.transpose(0, 2, 1), edges)
    slopes = np.einsum("nex,neqk->xnqk", dual, basis[:, 1:])
    return np.concatenate([basis[None, :, 0], slopes])
