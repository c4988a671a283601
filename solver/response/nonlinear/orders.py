"""Sources of the orders where coefficients follow the temperature (solver/physics.md §7).

The currents, heat fluxes and heat of the terms, written with truncated power series at the quadrature points
(:mod:`thermospin.response.nonlinear.series`), have a coefficient of Iⁿ that is linear in ``u_n``, with the
matrix at T0, and otherwise a source made of lower orders.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from thermospin.compat import PETSc, fem, la, ufl
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.spaces import CONDUCTORS, INSULATORS, Spaces
from thermospin.fields import TAU, THETA, Field, State
from thermospin.materials.laws import Taylor
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.balance import Balance
from thermospin.physics.terms.bulk import bulk_balance
from thermospin.physics.terms.calculus import value
from thermospin.response.nonlinear.series import PointSeries

Parts = dict[Field, tuple[Any, Any]]
"""Field to its flux and its source at points; numbers are 0."""


class OrderSources:
    """Assembles the sources of one order after another.

    Args:
        spaces: The spaces, with all spins along one axis.
        series: Fields and coefficients at the quadrature points.
        temperature: T0, K.
        heat: The heat source.
    """

    def __init__(self, spaces: Spaces, series: PointSeries, temperature: float, heat: HeatSource) -> None:
        self._spaces, self._series, self._temperature, self._heat = spaces, series, temperature, heat
        points = series.points
        self._fluxes = {field: fem.Function(points.space((3,))) for field in spaces.fields}
        self._sources = {field: points.scalar() for field in spaces.fields}
        self._forms = {field: self._form(field) for field in spaces.fields}

    def _form(self, field: Field) -> fem.Form:
        """The load of a flux and a source of one field."""
        v, dx = ufl.TestFunction(self._spaces.spaces[field]), self._spaces.dx
        integrand = ufl.inner(self._fluxes[field], ufl.grad(v)) + self._sources[field] * v
        form = integrand * dx(CONDUCTORS)
        if not field.on_conductors:
            form += integrand * dx(INSULATORS)
        return fem.form(form, entity_maps=[self._spaces.entity_map])

    def add(self, rhs: PETSc.Vec, lower: Sequence[PETSc.Vec]) -> None:
        """Add the source of the next order to a right-hand side (collective).

        Args:
            rhs: The right-hand side.
            lower: All lower orders, from the first.
        """
        order = len(lower) + 1
        self._series.load(dict(enumerate(lower, start=1)))
        for region, cells in self._series.chunks():
            self._evaluate(region, cells, order)
        for field, form in self._forms.items():
            load = fem.assemble_vector(form)
            load.scatter_reverse(la.InsertMode.add)
            part = self._spaces.ranges[field]
            with rhs as array:
                array[part] += load.array[: part.stop - part.start]
        for i in range(1, order):
            self._heat.add_at_interfaces(rhs, lower[i - 1], lower[order - i - 1])

    def _evaluate(self, region: str, cells: np.ndarray, order: int) -> None:
        """The fluxes and sources of an order at the points of cells of a region."""
        u = self._series.fields(region, cells, order)
        c = self._series.coefficients(region, cells, value(u.theta))
        if self._series.materials[region].is_conductor:
            found = self._heated(self._parts(bulk_balance(c, u, "conductors")), c, u)
        else:
            found = self._parts(bulk_balance(c, u, "insulators"))
        points = self._series.points.cells[cells].ravel()
        for field, (flux, source) in found.items():
            if isinstance(flux, Taylor):
                self._fluxes[field].x.array.reshape(-1, 3)[points] = flux.coefficients[order].T
            if isinstance(source, Taylor):
                self._sources[field].x.array[points] = source.coefficients[order]

    def _parts(self, balance: Balance) -> Parts:
        """The flux and the source of every field, such that both make up its right-hand side."""
        fields = self._spaces.fields
        nothing = (0,) * len(fields)
        sources = [-loss for loss in balance.losses or nothing]
        return dict(zip(fields, zip(balance.fluxes or nothing, sources, strict=True), strict=True))

    def _heated(self, parts: Parts, c: Coefficients, u: State) -> Parts:
        """Fluxes and sources with the heat that the fields make, and its part of the heat fluxes."""
        heat, gained = self._heat.interface_heating.parts(c, u, u)
        for i, field in enumerate((THETA, TAU)):
            if field in parts:
                flux, source = parts[field]
                parts[field] = flux + gained[i] / self._temperature, source + heat[i] / self._temperature
        return parts
