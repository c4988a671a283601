"""The sources of the orders of the expansion where coefficients follow the temperature (physics.md §7).

With ``u = Σ Iⁿ u_n``, a law gives ``c(T0 + ϑ) = Σ Iⁿ c_n`` by its derivatives at T0. The currents, heat
fluxes and heat of the terms, written with truncated power series at the quadrature points, have a coefficient
of Iⁿ that is linear in ``u_n``, with the matrix at T0, and otherwise a source made of lower orders.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from thermospin.coefficients import Coefficients
from thermospin.compat import PETSc, fem, la, ufl
from thermospin.fields import SPIN_HEAT, TAU, THETA, Field, S, State
from thermospin.heat import HeatSource
from thermospin.laws import Taylor
from thermospin.local import Points, coefficient_parts, coefficients_of
from thermospin.materials import Material
from thermospin.spaces import CONDUCTORS, INSULATORS, Spaces
from thermospin.terms.calculus import Sample, value
from thermospin.terms.transport import fluxes, heat_flux

CHUNK = 20_000
"""Cells whose points are evaluated at once: what bounds the memory."""


class OrderSources:
    """Assembles the sources of one order after another.

    Args:
        spaces: The spaces, with all spins along one axis.
        materials: Material of every region, with its laws.
        temperature: T0, K.
        magnetic_field: B, T, along the axis of the spins.
        m: Sign of the magnetisation, one number per cell.
        heat: The heat source.
    """

    def __init__(
        self,
        spaces: Spaces,
        materials: Mapping[str, Material],
        temperature: float,
        magnetic_field: float,
        m: fem.Function,
        heat: HeatSource,
    ) -> None:
        self._spaces, self._materials, self._temperature = spaces, materials, temperature
        self._magnetic_field, self._m, self._heat = magnetic_field, m, heat
        self._split = any(field in SPIN_HEAT for field in spaces.fields)
        self._points = Points(spaces)
        self._orders: list[_AtPoints] = []
        self._fluxes = {field: fem.Function(self._points.space((3,))) for field in spaces.fields}
        self._sources = {field: self._points.scalar() for field in spaces.fields}
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
        """Add the source of the order that follows given ones to a right-hand side (collective)."""
        order = len(lower) + 1
        while len(self._orders) < len(lower):
            self._orders.append(_AtPoints(self._spaces, self._points))
        for at_points, vector in zip(self._orders, lower, strict=False):
            at_points.load(vector)
        for region, cells in self._chunks():
            self._evaluate(region, cells, order)
        for field, form in self._forms.items():
            load = fem.assemble_vector(form)
            load.scatter_reverse(la.InsertMode.add)
            part = self._spaces.ranges[field]
            with rhs as array:
                array[part] += load.array[: part.stop - part.start]
        for i in range(1, order):
            self._heat.add_at_interfaces(rhs, lower[i - 1], lower[order - i - 1])

    def _chunks(self) -> Iterator[tuple[str, np.ndarray]]:
        """Owned cells of every region, a few at a time."""
        device = self._spaces.device
        for region in self._materials:
            cells = device.owned(device.cells([region]))
            for start in range(0, len(cells), CHUNK):
                yield region, cells[start : start + CHUNK]

    def _evaluate(self, region: str, cells: np.ndarray, order: int) -> None:
        """The fluxes and sources of an order at the points of cells of a region."""
        is_conductor = self._materials[region].is_conductor
        u = self._series(cells, order, is_conductor)
        c = self._coefficients(region, value(u.theta), self._signs(cells))
        found = dict.fromkeys(self._spaces.fields, (0.0, 0.0))
        if is_conductor:
            found |= self._in_conductors(c, u)
        else:
            found[THETA] = heat_flux(c, u), 0.0
        points = self._points.cells[cells].ravel()
        for field, (flux, source) in found.items():
            if isinstance(flux, Taylor):
                self._fluxes[field].x.array.reshape(-1, 3)[points] = flux.coefficients[order].T
            if isinstance(source, Taylor):
                self._sources[field].x.array[points] = source.coefficients[order]

    def _in_conductors(self, c: Coefficients, u: State) -> dict[Field, tuple[Any, Any]]:
        """The flux and the source of every field, such that both make up its right-hand side."""
        t0, fields = self._temperature, self._spaces.fields
        heat, gained = self._heat.at_interfaces.parts(c, u, u)
        sources = {
            S: (0.0, -c.relaxation.on_spin(value(u.s))),
            THETA: (gained[0] / t0, heat[0] / t0),
            TAU: (gained[1] / t0, heat[1] / t0 - c.heat_relaxation.on_spin(value(u.tau))),
        }
        found = dict(zip(fields, ((flux, 0.0) for flux in fluxes(c, u)), strict=True))
        for field in fields[1:]:
            gain, source = sources[field]
            found[field] = found[field][0] + gain, source
        return found

    def _series(self, cells: np.ndarray, order: int, is_conductor: bool) -> State:
        """The fields at the points of cells as power series, up to an order, without that order itself."""
        shape = len(self._spaces.fields), 4, len(cells) * len(self._points.places)
        coefficients = np.zeros((order + 1, *shape))
        for n, at_points in enumerate(self._orders[: order - 1], start=1):
            coefficients[n] = at_points.evaluate(cells, is_conductor)
        samples = (
            Sample(Taylor(values[:, 0]), Taylor(values[:, 1:])) for values in coefficients.swapaxes(0, 1)
        )
        return State(*samples)

    def _coefficients(self, region: str, theta: Taylor, signs: np.ndarray) -> Coefficients:
        """The coefficients of a region as power series: those of its laws at T0, composed with that of ϑ."""
        at_t0, order = np.array([self._temperature]), theta.order
        material = self._materials[region]
        response = material.response(at_t0, order, self._magnetic_field, self._temperature)
        parts = {}
        for name, derivatives in coefficient_parts(response, self._temperature, self._split).items():
            law = Taylor.of_derivatives(derivatives).coefficients
            series = theta.constant(law[order])
            for coefficient in law[order - 1 :: -1]:
                series = series * theta + coefficient
            parts[name] = series
        return coefficients_of(parts, signs, self._temperature)

    def _signs(self, cells: np.ndarray) -> np.ndarray:
        """The sign of the magnetisation at the points of cells."""
        dofs = self._m.function_space.dofmap.list[cells, 0]
        return np.repeat(self._m.x.array[dofs], len(self._points.places))


class _AtPoints:
    """Fields at quadrature points: values and gradients. Nothing but :meth:`load` is collective."""

    def __init__(self, spaces: Spaces, points: Points) -> None:
        self._spaces, self._fields = spaces, spaces.functions()
        table = spaces.spaces[THETA].element.basix_element.tabulate(1, points.places)[..., 0]
        self._basis, self._gradients = table[0], table[1:]

    def load(self, vector: PETSc.Vec) -> None:
        """Take other fields (collective)."""
        self._spaces.load(vector, self._fields)

    def evaluate(self, cells: np.ndarray, is_conductor: bool) -> np.ndarray:
        """Values and gradients, shape (n_fields, 4, n_cells × n_points); 0 where a field does not live."""
        spaces, geometry = self._spaces, self._spaces.device.mesh.geometry
        x = geometry.x[geometry.dofmaps[0][cells]]
        inverse = np.linalg.inv(x[:, 1:] - x[:, :1])
        found = np.zeros((len(spaces.fields), 4, len(cells), len(self._basis)))
        for i, (field, function) in enumerate(zip(spaces.fields, self._fields, strict=True)):
            if field.on_conductors and not is_conductor:
                continue
            dofmap = spaces.spaces[field].dofmap.list
            values = function.x.array[dofmap[spaces.sub_cells[cells] if field.on_conductors else cells]]
            found[i, 0] = values @ self._basis.T
            slopes = np.einsum("dqk,ck->cdq", self._gradients, values, optimize=True)
            found[i, 1:] = np.einsum("cxd,cdq->xcq", inverse, slopes, optimize=True)
        return found.reshape(*found.shape[:2], -1)
