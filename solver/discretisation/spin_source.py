"""Spins of a magnet that relax to an accumulation of its own even without a drive (Rebei et al. 2005)."""

import numpy as np

from thermospin.compat import PETSc, fem, la, ufl
from thermospin.discretisation.spaces import MAGNETS, Spaces
from thermospin.fields import S_VECTOR
from thermospin.physics.coefficients import CellCoefficients


class SpinSource:
    """Source ``σ R s_eq`` and values ``s_eq`` at terminals, for the magnetisation set by ``magnetise``.

    Args:
        spaces: The spaces, with vector spin.
        coefficients: The coefficients.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients) -> None:
        self._spaces, c = spaces, coefficients.all
        maps, self._forms, self._values = [spaces.entity_map], {}, {}
        relaxed = c.relaxation.on_spin(c.equilibrium)
        for field, source, value in zip(S_VECTOR, relaxed, c.equilibrium, strict=True):
            space = spaces.spaces[field]
            form = source * ufl.TestFunction(space) * spaces.dx(MAGNETS)
            self._forms[field] = fem.form(form, entity_maps=maps)
            points = space.element.basix_element.points
            self._values[field] = fem.Expression(value, points, comm=spaces.comm)

    def add(self, rhs: PETSc.Vec) -> None:
        """Add the source to a right-hand side (collective).

        Args:
            rhs: The right-hand side, A.
        """
        with rhs as array:
            for field, form in self._forms.items():
                vector = fem.assemble_vector(form)
                vector.scatter_reverse(la.InsertMode.add)
                part = self._spaces.ranges[field]
                array[part] += vector.array[: part.stop - part.start]

    def hold(self, vector: PETSc.Vec, fixed: np.ndarray) -> None:
        """Write the equilibrium into fixed unknowns of a vector.

        Args:
            vector: Vector of all unknowns, changed in place.
            fixed: Fixed unknowns, in this rank's numbering.
        """
        cells = self._spaces.conducting_cells
        with vector as array:
            for field, expression in self._values.items():
                dofmap = self._spaces.spaces[field].dofmap
                values = np.zeros(dofmap.index_map.size_local + dofmap.index_map.num_ghosts)
                found = expression.eval(self._spaces.device.mesh, cells)
                values[dofmap.list[self._spaces.sub_cells[cells]]] = found.reshape(len(cells), -1)
                part = self._spaces.ranges[field]
                here = fixed[(fixed >= part.start) & (fixed < part.stop)]
                array[here] = values[here - part.start]
