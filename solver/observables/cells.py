"""Fields on the cells: values at the nodes of the elements, current densities, maxima of regions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from functools import cached_property
from typing import Any

import numpy as np

from thermospin.compat import MPI, basix, fem, ufl
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import CONSTANTS, THETA, Field, State, output_fields
from thermospin.lift import SpinVector
from thermospin.observables.extrema import largest, longest
from thermospin.observables.faces import InterfacePlace
from thermospin.observables.interfaces import InterfaceViews
from thermospin.observables.polynomials import coefficients, exponents, means, polynomial_fit
from thermospin.physics.coefficients import CellCoefficients
from thermospin.physics.terms.bulk import bulk_balance
from thermospin.physics.terms.electric_field import electric_fields, has_hall_field
from thermospin.response.power_series import terms
from thermospin.response.solution import Expansion, Solution

CENTRE = np.full((1, 3), 0.25)
CHUNK = 20_000
"""Number of cells whose fluxes are evaluated at once; it bounds the memory."""


@dataclass(frozen=True)
class CellFields:
    """Fields on this rank's owned cells, NaN where a field does not exist.

    Fields are polynomials in every cell, given at the k nodes of the element, the four vertices first.
    Fluxes are polynomials of one degree less in every cell and jump between cells. They are given at the p
    nodes of the element of that degree: 1, 4 or 10.

    Attributes:
        V: Charge potential, V, shape (n_cells, k).
        s: Half the spin splitting, V, shape (n_cells, k).
        rise: Temperature rise, K, shape (n_cells, k).
        charge_flux: Charge current density, A/m², shape (n_cells, p, 3).
        spin_flux: Spin current density ``j↑ − j↓``, A/m², shape (n_cells, p, 3).
        heat_flux: Heat flux at the base temperature, W/m², shape (n_cells, p, 3).
        electric_field: Electric field, V/m, shape (n_cells, p, 3).
        tau: Half the spin splitting of the temperature, K, shape (n_cells, k); None without.
        spin_heat_flux: Spin heat flux ``q↑ − q↓`` at the base temperature, W/m², shape (n_cells, p, 3),
            likewise.
        m: Direction of the magnetisation at the centre, shape (n_cells, 3); None without vector spin.
        torque: Torque per volume of the cell, J/m³, shape (n_cells, 3), as :meth:`Torques.density` gives it;
            None where nobody asked for it.
        hall_field: Field of the Hall and Nernst effects, V/m, shape (n_cells, p, 3); None where no current
            turns in space.

    With vector spin, ``s``, ``spin_flux``, ``tau`` and ``spin_heat_flux`` have the components in spin space
    as second axis: shapes (n_cells, 3, k) and (n_cells, 3, p, 3).
    """

    V: np.ndarray
    s: np.ndarray
    rise: np.ndarray
    charge_flux: np.ndarray
    spin_flux: np.ndarray
    heat_flux: np.ndarray
    electric_field: np.ndarray
    tau: np.ndarray | None = None
    spin_heat_flux: np.ndarray | None = None
    m: np.ndarray | None = None
    torque: np.ndarray | None = None
    hall_field: np.ndarray | None = None

    @property
    def j(self) -> np.ndarray:
        """Mean charge current density of every cell, A/m², shape (n_cells, 3)."""
        return means(self.charge_flux)

    @property
    def j_s(self) -> np.ndarray:
        """Mean spin current density of every cell, A/m², shape (n_cells, 3) or (n_cells, 3, 3)."""
        return means(self.spin_flux)

    @property
    def q(self) -> np.ndarray:
        """Mean heat flux of every cell, W/m², shape (n_cells, 3)."""
        return means(self.heat_flux)

    @property
    def q_s(self) -> np.ndarray | None:
        """Mean spin heat flux of every cell, W/m², shape (n_cells, 3) or (n_cells, 3, 3); None without τ."""
        return None if self.spin_heat_flux is None else means(self.spin_heat_flux)

    @property
    def e(self) -> np.ndarray:
        """Mean electric field of every cell, V/m, shape (n_cells, 3)."""
        return means(self.electric_field)

    @property
    def e_h(self) -> np.ndarray | None:
        """Mean Hall field of every cell, V/m, shape (n_cells, 3); None where no current turns."""
        return None if self.hall_field is None else means(self.hall_field)

    @property
    def accumulations(self) -> dict[str, np.ndarray]:
        """``mu_s`` (eV) and, if there is one, ``T_s`` (K) at the nodes, shape (n_cells, k).

        With vector spin, their components: ``mu_s_x``, …
        """
        fields = output_fields(self.is_vector, self.tau is not None)
        return {field.name: field.values(self) for field in fields if field.at_interfaces}

    @property
    def is_vector(self) -> bool:
        """Whether spins may point anywhere."""
        return self.m is not None


def total(orders: Mapping[int, CellFields], drive: float, start: CellFields | None = None) -> CellFields:
    """Fields at a drive: the sum of all orders.

    Args:
        orders: Coefficients by power of the drive.
        drive: The drive, A or V.
        start: The sum of other orders at this drive, to which these are added; None counts as zero.
    """
    found = start
    for factor, part in terms(orders, drive):
        found = _sum(found, part, factor)
    return found


def _sum(fields: CellFields | None, others: CellFields, factor: float) -> CellFields:
    """Fields, zero where they are None, plus a factor times others."""
    present = {
        part.name: value
        for part in dataclass_fields(CellFields)
        if (value := getattr(others, part.name)) is not None and part.name not in CONSTANTS
    }
    if fields is None:
        return replace(others, **{name: factor * value for name, value in present.items()})
    sums = {name: getattr(fields, name) + factor * value for name, value in present.items()}
    return replace(fields, **sums)


class Observer:
    """Evaluates solutions on the cells of the device.

    Args:
        spaces: The spaces.
        coefficients: The coefficients, in the magnetic configuration set by ``magnetise``.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients) -> None:
        self._spaces, self._device = spaces, spaces.device
        self._fields = spaces.functions()
        self._c, self._coefficients = coefficients.all, coefficients
        self._n_vectors = len(self._fields) + (2 if has_hall_field(self._c) else 1)
        self._n_cells = len(self._device.owned(np.arange(len(self._device.cell_tags), dtype=np.int32)))
        self._conducting = self._device.owned(spaces.conducting_cells)
        self._insulating = np.setdiff1d(np.arange(self._n_cells, dtype=np.int32), self._conducting)

    @cached_property
    def _flux_points(self) -> tuple[np.ndarray, np.ndarray]:
        """Points of the reference cell where fluxes are evaluated, and the matrix to their nodes."""
        degree = self._spaces.degree - 1
        if not self._coefficients.are_cellwise:
            given = basix.make_quadrature(basix.CellType.tetrahedron, self._spaces.quadrature_degree)
            return given[0], polynomial_fit(max(degree, 1), *given)
        if degree == 0:
            return CENTRE, np.ones((1, 1))
        nodes = exponents(degree, 4)[:, 1:] / degree
        return nodes, np.eye(len(nodes))

    @cached_property
    def _flux_expressions(self) -> tuple[fem.Expression, fem.Expression]:
        given = {"comm": self._spaces.comm, "entity_maps": [self._spaces.entity_map]}
        in_conductors, in_insulators = (
            bulk_balance(self._c, self._fields, place).fluxes for place in ("conductors", "insulators")
        )
        in_conductors = (*in_conductors, *electric_fields(self._c, self._fields))
        points, _ = self._flux_points
        heat_flux = in_insulators[self._spaces.fields.index(THETA)]
        all_fluxes = ufl.as_matrix([list(flux) for flux in in_conductors])
        return fem.Expression(all_fluxes, points, **given), fem.Expression(heat_flux, points, **given)

    def observe(self, solution: Solution) -> CellFields:
        """Evaluate the fields of a solution (collective).

        Args:
            solution: The solution.
        """
        return self._seen(solution, self._fluxes(solution))

    def orders(self, expansion: Expansion) -> dict[int, CellFields]:
        """Evaluate the coefficients of all powers of the drive, by power (collective).

        Args:
            expansion: The orders of the response.
        """
        return dict(self.each_order(expansion))

    def each_order(self, expansion: Expansion) -> Iterator[tuple[int, CellFields]]:
        """Evaluate the coefficients of one power of the drive after another (collective).

        Args:
            expansion: The orders of the response.
        """
        for n, part in expansion.by_power.items():
            yield n, self.observe(part)

    def _fluxes(self, solution: Solution) -> np.ndarray:
        """The fluxes of all fields, then the electric fields, at their nodes (collective).

        Shape (n_cells, n, p, 3), NaN where a field does not exist.
        """
        self._spaces.load(solution.vector, self._fields)
        conductors, insulators = self._flux_expressions
        names, (_, fit) = self._spaces.fields, self._flux_points
        found = np.full((self._n_cells, self._n_vectors, len(fit), 3), np.nan)
        for cells in _chunks(self._conducting):
            at_points = conductors.eval(self._device.mesh, cells).reshape(len(cells), -1, self._n_vectors, 3)
            found[cells] = np.einsum("ap,cpfk->cfak", fit, at_points, optimize=True)
        for cells in _chunks(self._insulating):
            at_points = insulators.eval(self._device.mesh, cells).reshape(len(cells), -1, 3)
            found[cells, names.index(THETA)] = fit @ at_points
        return found

    def _seen(self, solution: Solution, fluxes: np.ndarray) -> CellFields:
        """The fields of a solution, with the fluxes that belong to it (collective)."""
        self._spaces.load(solution.vector, self._fields)
        names = self._spaces.fields
        vectors = np.moveaxis(fluxes, 1, 0)
        flux, value = State(*vectors[: len(names)]), State(*map(self._at_nodes, names))
        electric_field, *turned = vectors[len(names) :]
        t0, spin_heat = self._c.temperature, {}
        if len(names) in (4, 8):
            spin_heat = {"tau": _stacked(value.tau), "spin_heat_flux": _stacked(flux.tau) * t0}
        return CellFields(
            V=value.V + solution.offset,
            s=_stacked(value.s),
            rise=value.theta,
            charge_flux=flux.V,
            spin_flux=_stacked(flux.s),
            heat_flux=flux.theta * t0,
            electric_field=electric_field,
            m=self._coefficients.direction(CENTRE),
            hall_field=turned[0] if turned else None,
            **spin_heat,
        )

    def _at_nodes(self, field: Field) -> np.ndarray:
        """Values at the nodes of the owned cells, the vertices first."""
        dofmap = self._spaces.spaces[field].dofmap.list
        values = self._fields[self._spaces.fields.index(field)].x.array
        if not field.on_conductors:
            return values[dofmap[: self._n_cells]]
        result = np.full((self._n_cells, dofmap.shape[1]), np.nan)
        result[self._conducting] = values[dofmap[self._spaces.sub_cells[self._conducting]]]
        return result

    def maxima(self, fields: CellFields) -> dict[str, dict[str, float]]:
        """Largest temperature rise (K), current and spin current density (A/m²) in every region (collective).

        With vector spin the latter is the root of the sum of squares of all nine components. All are largest
        anywhere in a cell.

        Args:
            fields: The fields on every rank's cells.
        """
        names = "max_temperature_rise", "max_current_density", "max_spin_current_density"
        tags, local = self._device.cell_tags[: self._n_cells], []
        for tag in self._device.regions.values():
            inside = tags == tag
            fluxes = (_by_node(flux[inside]) for flux in (fields.charge_flux, fields.spin_flux))
            local.append([largest(coefficients(fields.rise[inside]), 4), *map(longest, fluxes)])
        highest = np.empty_like(local)
        self._spaces.comm.Allreduce(np.array(local), highest, MPI.MAX)
        return {
            region: dict(zip(names, map(float, values), strict=True))
            for region, values in zip(self._device.regions, highest, strict=True)
        }

    def interface(
        self, fields: CellFields, first: str, second: str, surface: str | None = None
    ) -> dict[str, Any] | None:
        """Averages over the interface of two regions, from the side of the first (collective).

        Args:
            fields: The fields on every rank's cells.
            first: Name of the first region.
            second: Name of the second region.
            surface: Physical surface to which the interface is confined.

        Returns:
            None if the regions do not touch. ``area`` (m²); ``gradient_T`` (K/m): mean normal derivative of T
            in the first region, from first to second; if the first region conducts, ``mu_s`` (eV) and, if
            there is one, ``T_s`` (K): spin and spin heat accumulation, ``mean``, ``min`` and ``max`` anywhere
            on it; if both conduct, ``current`` (A): the net current from first to second, and ``crossing``
            (A): the current in either direction, half of ``∫ |j·n| dA``, which is larger where current makes
            a detour through the second region.
        """
        place = InterfacePlace(first, second, surface)
        return self._interfaces.averages(fields, place, self._interfaces.currents(fields))

    def interfaces(
        self, fields: CellFields, places: Collection[InterfacePlace]
    ) -> dict[InterfacePlace, dict[str, Any] | None]:
        """Averages as of :meth:`interface` at several places (collective).

        Args:
            fields: The fields on every rank's cells.
            places: The interfaces.
        """
        currents = self._interfaces.currents(fields)
        return {place: self._interfaces.averages(fields, place, currents) for place in places}

    @property
    def places(self) -> list[InterfacePlace]:
        """All places where two regions touch, in the order of the regions (collective at first use)."""
        return self._interfaces.places

    @cached_property
    def _interfaces(self) -> InterfaceViews:
        return InterfaceViews(self._spaces)


def _chunks(cells: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(cells), CHUNK):
        yield cells[start : start + CHUNK]


def _by_node(flux: np.ndarray) -> np.ndarray:
    """All components at every node, shape (n_cells, p, 3) or (n_cells, p, 9); 0 where there is no flux.

    Args:
        flux: Shape (n_cells, p, 3) or, in spin space, (n_cells, 3, p, 3).
    """
    flux = np.nan_to_num(flux)
    return flux if flux.ndim == 3 else np.moveaxis(flux, 1, 2).reshape(len(flux), flux.shape[2], 9)


def _stacked(part: np.ndarray | SpinVector) -> np.ndarray:
    """A spin part as one array, with the components in spin space as second axis."""
    return np.stack(part, axis=1) if isinstance(part, SpinVector) else part
