"""Observables where coefficients follow the temperature: fluxes with the coefficients at the local one.

Such a flux is not linear in the fields, and its orders are not the fluxes of the orders.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import THETA
from thermospin.observables.cells import CellFields, Observer
from thermospin.observables.polynomials import polynomial_fit
from thermospin.physics.coefficients import CellCoefficients
from thermospin.physics.terms.bulk import bulk_balance
from thermospin.physics.terms.calculus import value
from thermospin.physics.terms.electric_field import electric_fields
from thermospin.response.nonlinear.series import PointSeries
from thermospin.response.solution import Expansion, Solution


class LocalObserver(Observer):
    """Evaluates solutions on the cells of the device, with polynomials for the fluxes in every cell.

    They are the best fit at the quadrature points, of one degree less than the fields but at least linear.
    The mean is that of the flux: with every linear test function it is the flux that the equations conserve.

    Args:
        spaces: The spaces, with all spins along one axis.
        coefficients: The coefficients, in the magnetic configuration set by ``magnetise``.
        series: Fields and coefficients at the quadrature points.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients, series: PointSeries) -> None:
        super().__init__(spaces, coefficients)
        self._series = series
        degree = max(spaces.degree - 1, 1)
        self._fit = polynomial_fit(degree, series.points.places, series.points.weights)

    def each_order(self, expansion: Expansion) -> Iterator[tuple[int, CellFields]]:
        """Evaluate the coefficients of one power of the drive after another (collective).

        Where fields are fitted through solutions at several drives, so are the fluxes.

        Args:
            expansion: The orders of the response.
        """
        parts = expansion.by_power
        found = self._fitted(expansion) if expansion.points else self._expanded(parts)
        for n, part in parts.items():
            yield n, self._seen(part, found[n])

    def _fluxes(self, solution: Solution) -> np.ndarray:
        """The fluxes and the electric fields at a drive, shape (n_cells, n, p, 3) (collective)."""
        return self._linear({0: solution.vector}, 0)[0]

    def _expanded(self, parts: Mapping[int, Solution]) -> np.ndarray:
        """The fluxes by power of the drive, of fields that are known by power."""
        return self._linear({n: part.vector for n, part in parts.items()}, max(parts))

    def _fitted(self, expansion: Expansion) -> dict[int, np.ndarray]:
        """The fluxes by power of the drive, of fields that are known at drives."""
        found = dict.fromkeys(expansion.weights, 0.0)
        for i, (_, solution) in enumerate(expansion.points):
            at_drive = self._fluxes(solution)
            for n, weights in expansion.weights.items():
                found[n] = found[n] + weights[i] * at_drive
        return found

    def _linear(self, parts: Mapping[int, PETSc.Vec], order: int) -> np.ndarray:
        """The fluxes, then the electric fields, at their nodes (collective).

        Shape (order + 1, n_cells, n, p, 3), NaN where a field does not exist.
        """
        fields, n_vectors = self._spaces.fields, self._n_vectors
        self._series.load(parts)
        found = np.full((order + 1, self._n_cells, n_vectors, len(self._fit), 3), np.nan)
        for region, cells in self._series.chunks():
            u = self._series.fields(region, cells, order)
            c = self._series.coefficients(region, cells, value(u.theta))
            is_conductor = self._series.materials[region].is_conductor
            if is_conductor:
                vectors = dict(enumerate([*bulk_balance(c, u, "conductors").fluxes, *electric_fields(c, u)]))
            else:
                theta = fields.index(THETA)
                vectors = {theta: bulk_balance(c, u, "insulators").fluxes[theta]}
            for i, vector in vectors.items():
                at_nodes = vector.coefficients.reshape(order + 1, 3, len(cells), -1) @ self._fit.T
                found[:, cells, i] = at_nodes.transpose(0, 2, 3, 1)
        return found
