"""Pairs of coincident facets, and the traces of the fields on their two sides."""

from typing import NamedTuple

import numpy as np

from thermospin.compat import basix, fem
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import facet_areas
from thermospin.fields import THETA, Field, State
from thermospin.physics.terms.calculus import Trace


class Sides(NamedTuple):
    """The unknowns of a field on the two sides of facets, place by place.

    Attributes:
        first: Local unknowns on side 1, shape (n, k).
        second: Those at the same places on side 2.
    """

    first: np.ndarray
    second: np.ndarray

    @property
    def both(self) -> np.ndarray:
        """Side 1, then side 2: shape (n, 2k)."""
        return np.hstack(self)


class FacetPairs:
    """Some facets of this rank with a cell on either side that share no unknowns.

    Args:
        spaces: The spaces.
        facets: (cell on side 1, face, cell on side 2, face), local numbers, shape (n, 4).
        fields: The fields that live on both sides; of those on conductors, one side is enough.

    Attributes:
        areas: m², shape (n,).
        weights: Weights of the quadrature points of :meth:`traces`, which add up to ½, shape (q,).
        sides: The unknowns of every field on both sides; where it lives on one only, twice those of that.
        present: Whether a field lives on side 1 and on side 2, 0 or 1, shape (n, 2).
    """

    def __init__(self, spaces: Spaces, facets: np.ndarray, fields: tuple[Field, ...]) -> None:
        self._spaces, self._facets = spaces, facets
        element = spaces.spaces[THETA].element.basix_element
        points, self.weights = basix.make_quadrature(basix.CellType.triangle, 2 * element.degree)
        closures, self._places, basis, self._at = face_tables(spaces.spaces[THETA], points)
        self._closures, self._basis = closures, basis[facets[:, 1]]
        self.areas = facet_areas(spaces.device.mesh, facets[:, :2])
        self.present = {field: self._lives(field) for field in fields}
        self.sides = {field: self._sides(field) for field in fields}

    @property
    def points(self) -> np.ndarray:
        """Quadrature points, m, shape (n, q, 3)."""
        return self._positions(self._facets[:, :2], self._at)

    def cells(self, side: np.ndarray) -> np.ndarray:
        """Local cell of every facet on one of its sides, shape (n,).

        Args:
            side: 0 for side 1 and 1 for side 2, shape (n,).
        """
        return np.where(side == 0, self._facets[:, 0], self._facets[:, 2])

    def mass(self, density: np.ndarray) -> np.ndarray:
        """Mass matrix of every facet with a density.

        Args:
            density: Its values at the quadrature points, shape (n, q), or (n, 1).

        Returns:
            m² times the unit of the density, shape (n, k, k).
        """
        weights = 2 * self.weights * self.areas[:, None] * density
        return np.einsum("nqi,nqj->nij", weights[:, :, None] * self._basis, self._basis, optimize=True)

    def traces(self, functions: State) -> State:
        """The fields at the quadrature points of the facets, either side of shape (n, q).

        A field that does not live on both sides is 0.

        Args:
            functions: One function per field.
        """
        return State(
            *(self._trace(field, f) for field, f in zip(self._spaces.fields, functions, strict=True))
        )

    def integrate(self, density: np.ndarray) -> np.ndarray:
        """Integrals of a density times the basis, shape (n, k).

        Args:
            density: Its values at the quadrature points, shape (n, q).
        """
        weights = 2 * self.areas[:, None] * self.weights
        return np.einsum("nq,nqi->ni", weights * density, self._basis)

    def _trace(self, field: Field, function: fem.Function) -> Trace:
        if field not in self.sides:
            return Trace(0.0, 0.0)
        values, present = function.x.array, self.present[field].T[:, :, None]
        at_points = (np.einsum("nqi,ni->nq", self._basis, values[dofs]) for dofs in self.sides[field])
        return Trace(*(here * values for here, values in zip(present, at_points, strict=True)))

    def _lives(self, field: Field) -> np.ndarray:
        """Whether a field lives on either side, shape (n, 2)."""
        cells = self._facets[:, ::2]
        return (
            (self._spaces.sub_cells[cells] >= 0).astype(float)
            if field.on_conductors
            else np.ones(cells.shape)
        )

    def _sides(self, field: Field) -> Sides:
        here, there = self._facets[:, :2], self._facets[:, 2:]
        distance = np.linalg.norm(
            self._positions(here, self._places)[:, :, None] - self._positions(there, self._places)[:, None],
            axis=-1,
        )
        match = distance.argmin(axis=2)
        apart = np.take_along_axis(distance, match[:, :, None], axis=2)[:, :, 0]
        assert np.all(apart <= 1e-6 * np.sqrt(self.areas)[:, None]), "the sides do not coincide"
        first = self._dofs(field, here)
        second = np.take_along_axis(self._dofs(field, there), match, axis=1)
        lives = self.present[field][:, :, None] > 0
        assert np.all(lives.any(axis=1)), "a field lives on neither side"
        return Sides(np.where(lives[:, 0], first, second), np.where(lives[:, 1], second, first))

    def _dofs(self, field: Field, facets: np.ndarray) -> np.ndarray:
        """Unknowns on facets; any where the field does not live there."""
        cells = self._spaces.sub_cells[facets[:, 0]] if field.on_conductors else facets[:, 0]
        dofs = self._spaces.spaces[field].dofmap.list[cells]
        return np.take_along_axis(dofs, self._closures[facets[:, 1]], axis=1)

    def _positions(self, facets: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Positions, m, shape (n, k, 3), of places given by face in barycentric coordinates, (4, k, 4)."""
        geometry = self._spaces.device.mesh.geometry
        corners = geometry.x[geometry.dofmaps[0][facets[:, 0]]]
        return np.einsum("nkv,nvx->nkx", places[facets[:, 1]], corners)


def face_tables(space: fem.FunctionSpace, points: np.ndarray) -> tuple[np.ndarray, ...]:
    """Tables of the four faces of the reference cell, in the order of their unknowns.

    Args:
        space: The space.
        points: Points of the reference triangle, shape (n_points, 2).

    Returns:
        The unknowns on the face, shape (4, k); their barycentric coordinates in the cell, (4, k, 4); the
        basis at points of the reference triangle put on the face, (4, n_points, k); the barycentric
        coordinates of these, (4, n_points, 4).
    """
    element = space.element.basix_element
    closures = np.array([space.dofmap.dof_layout.entity_closure_dofs(2, face) for face in range(4)])
    places = _barycentric(element.points)
    vertices = basix.geometry(basix.CellType.tetrahedron)
    basis, at = [], []
    for face, dofs in zip(basix.topology(basix.CellType.tetrahedron)[2], closures, strict=True):
        origin, first, second = vertices[face]
        on_face = origin + points @ np.array([first - origin, second - origin])
        basis.append(element.tabulate(0, on_face)[0, :, :, 0][:, dofs])
        at.append(_barycentric(on_face))
    return closures, places[closures], np.array(basis), np.array(at)


def _barycentric(points: np.ndarray) -> np.ndarray:
    """Barycentric coordinates (n, 4) of points of the reference cell."""
    return np.column_stack([1 - points.sum(axis=1), points])
