"""What is seen in the fields where coefficients follow the temperature: fluxes with those at the local one.

A flux is then no linear function of the fields, and its orders are not the fluxes of the orders.
"""

from collections.abc import Mapping

import numpy as np

from thermospin.coefficients import CellCoefficients
from thermospin.compat import PETSc
from thermospin.fields import THETA
from thermospin.nonlinear.series import PointSeries
from thermospin.observables.cells import CellFields, Observer
from thermospin.solution import Expansion, Solution
from thermospin.spaces import Spaces
from thermospin.terms.calculus import value
from thermospin.terms.transport import fluxes, heat_flux


class LocalObserver(Observer):
    """Evaluates solutions on the cells of the device, with the mean of the fluxes in every cell.

    Where coefficients are constant it is that at the centre. With every linear test function it is the flux
    that the equations conserve.

    Args:
        spaces: The spaces, with all spins along one axis.
        coefficients: The coefficients, with the magnetisation of the moment.
        series: Fields and coefficients at the quadrature points.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients, series: PointSeries) -> None:
        super().__init__(spaces, coefficients)
        self._series = series

    def orders(self, expansion: Expansion) -> dict[int, CellFields]:
        """Evaluate the coefficients of all powers of the drive, by power (collective).

        The fluxes of fields that were fitted are fitted likewise, to those at the drives that were solved at.
        """
        parts = expansion.by_power
        found = self._fitted(expansion) if expansion.points else self._expanded(parts)
        return {n: self._seen(part, found[n]) for n, part in parts.items()}

    def _fluxes(self, solution: Solution) -> np.ndarray:
        """The fluxes of all fields at a drive, shape (n_cells, n_fields, 3) (collective)."""
        return self._means({0: solution.vector}, 0)[0]

    def _expanded(self, parts: Mapping[int, Solution]) -> np.ndarray:
        """The fluxes by power of the drive, of fields that are known by power."""
        return self._means({n: part.vector for n, part in parts.items()}, max(parts))

    def _fitted(self, expansion: Expansion) -> dict[int, np.ndarray]:
        """The same, of fields that are known at drives."""
        found = dict.fromkeys(expansion.weights, 0.0)
        for i, (_, solution) in enumerate(expansion.points):
            at_drive = self._fluxes(solution)
            for n, weights in expansion.weights.items():
                found[n] = found[n] + weights[i] * at_drive
        return found

    def _means(self, parts: Mapping[int, PETSc.Vec], order: int) -> np.ndarray:
        """The means of the fluxes in the cells, shape (order + 1, n_cells, n_fields, 3) (collective)."""
        fields, weights = self._spaces.fields, self._series.points.weights
        self._series.load(parts)
        found = np.full((order + 1, self._n_cells, len(fields), 3), np.nan)
        for region, cells in self._series.chunks():
            u = self._series.fields(region, cells, order)
            c = self._series.coefficients(region, cells, value(u.theta))
            at_points = {THETA: heat_flux(c, u)}
            if self._series.materials[region].is_conductor:
                at_points = dict(zip(fields, fluxes(c, u), strict=True))
            for field, flux in at_points.items():
                means = flux.coefficients.reshape(order + 1, 3, len(cells), -1) @ weights
                found[:, cells, fields.index(field)] = means.transpose(0, 2, 1)
        return found
