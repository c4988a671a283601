"""Derivatives of weighted currents and heat with respect to the coefficients of every region.

Coefficients are functions that are constant in every cell. UFL differentiates the terms themselves with
respect to all of them; one assembly gives the derivatives of all cells.
"""

import numpy as np

from thermospin.compat import MPI, PETSc, fem, ufl
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.spaces import CONDUCTORS, INSULATORS, Spaces
from thermospin.physics.coefficients import CellCoefficients
from thermospin.physics.terms.bulk import bulk_form


class CellGradient:
    """Derivatives in the bulk with respect to the quantities of the materials, region by region.

    All results have the shape (n_regions, n_quantities): regions in the order of the mesh, quantities in that
    of :attr:`.CellCoefficients.quantities`.

    Args:
        spaces: The spaces.
        coefficients: The coefficients, in the magnetic state of the fields.
        heat: The heat source.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients, heat: HeatSource) -> None:
        self._spaces = spaces
        self._functions = [function for function, _ in coefficients.quantities]
        self._space = fem.functionspace(spaces.device.mesh, ("DG", 0, (len(self._functions),)))
        self._first, self._second, self._weights = (spaces.functions() for _ in range(3))
        c, u, w, dx = coefficients.all, self._first, self._weights, spaces.dx
        currents = bulk_form(c, u, w, dx(CONDUCTORS), "conductors")
        currents += bulk_form(c, u, w, dx(INSULATORS), "insulators")
        self._of_currents = self._derivative(currents)
        self._of_heat = self._derivative(
            heat.heating.source(c, u, self._second, w.temperatures, dx(CONDUCTORS))
        )

    def of_currents(self, fields: PETSc.Vec, weights: PETSc.Vec) -> np.ndarray:
        """Derivatives of ``w·A u``, A·V per unit of every quantity (collective).

        Args:
            fields: u.
            weights: w.
        """
        self._spaces.load(fields, self._first)
        self._spaces.load(weights, self._weights)
        return self._by_region(self._of_currents)

    def of_heat(self, first: PETSc.Vec, second: PETSc.Vec, weights: PETSc.Vec) -> np.ndarray:
        """Derivatives of ``w·h(a, b)``, A·V per unit of every quantity (collective).

        Args:
            first: a.
            second: b.
            weights: w, of which the temperatures count.
        """
        self._spaces.load(first, self._first)
        self._spaces.load(second, self._second)
        self._spaces.load(weights, self._weights)
        return self._by_region(self._of_heat)

    def _derivative(self, form: ufl.Form) -> fem.Form:
        """The derivative of a number with respect to the functions, as a load of one number per cell."""
        test = ufl.TestFunction(self._space)
        parts = (ufl.derivative(form, function, test[i]) for i, function in enumerate(self._functions))
        return fem.form(sum(parts, ufl.Form([])), entity_maps=[self._spaces.entity_map])

    def _by_region(self, form: fem.Form) -> np.ndarray:
        device, found = self._spaces.device, np.zeros(self._shape)
        by_cell = fem.assemble_vector(form).array.reshape(-1, len(self._functions))
        for row, region in enumerate(device.regions):
            cells = device.owned(device.cells([region]))
            found[row] = by_cell[self._space.dofmap.list[cells, 0]].sum(axis=0)
        return self._spaces.comm.allreduce(found, MPI.SUM)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self._spaces.device.regions), len(self._functions)
