"""Forms with coefficients that are constant in every cell, assembled for all cells at once."""

from collections.abc import Sequence
from weakref import WeakValueDictionary

import numpy as np

from thermospin.compat import PETSc, cpp, forget_places, has_places, ufl
from thermospin.discretisation.assembly.cells import CellSet
from thermospin.discretisation.assembly.integrand import Integrand
from thermospin.discretisation.interfaces.jumps import Couples
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import Field

CellSets = WeakValueDictionary[tuple[bool, frozenset[int]], CellSet]


class CellwiseForm:
    """A bilinear form of two fields whose coefficients are constant in every cell.

    Args:
        spaces: The spaces.
        form: The form, which may be empty.
        fields: The fields of the test function and of the trial function.
        couples: Unknowns coupled otherwise; the form's matrix has room for them.
        sets: The sets of cells of other forms of these spaces, to be shared; a new one is added.
    """

    def __init__(
        self,
        spaces: Spaces,
        form: ufl.Form,
        fields: tuple[Field, Field],
        couples: Sequence[Couples],
        sets: CellSets,
    ) -> None:
        self._spaces, self._fields, self._couples = spaces, fields, couples
        self._integrand = Integrand(form, spaces.subdomains)
        assert self._integrand.is_stiffness_and_mass(), "the form has other terms"
        tags = frozenset(integral.subdomain_id() for integral in form.integrals())
        place = any(field.on_conductors for field in fields), tags
        self._set = sets.get(place) or CellSet(spaces, tags, place[0])
        sets[place] = self._set

    def empty(self) -> PETSc.Mat:
        """A matrix with room for the form (collective)."""
        maps = self._maps
        matrix = PETSc.Mat().create(self._spaces.comm)
        matrix.setSizes([(index_map.size_local, index_map.size_global) for index_map in maps])
        matrix.setType(PETSc.Mat.Type.AIJ)
        self._place(matrix)
        matrix.setLGMap(*(_numbers(index_map, matrix.comm) for index_map in maps))
        return matrix

    def assemble(self, matrix: PETSc.Mat) -> None:
        """Set the values of a matrix from :meth:`empty`, of this form or of one like it (collective).

        Args:
            matrix: The matrix.
        """
        if not has_places(matrix):
            self._place(matrix)
        n_cells = self._set.n_cells
        number = self._integrand.of_gradients(n_cells)
        tensor = self._integrand.of_directions(n_cells, number)
        if tensor is None:
            values = self._set.stiffness(number)
        else:
            values = self._set.tensor_stiffness(tensor)
        of_values = self._integrand.of_values(n_cells)
        if of_values.any():
            values += self._set.mass(of_values)
        n_couples = sum(row.shape[1] * column.size for row, column in self._couples)
        matrix.setValuesCOO(np.append(values, np.zeros(n_couples)))

    def release(self, matrix: PETSc.Mat) -> None:
        """Free the data that assemble a matrix again; they are made again when needed.

        Args:
            matrix: The matrix.
        """
        forget_places(matrix)

    @property
    def _maps(self) -> list[cpp.common.IndexMap]:
        return [self._spaces.spaces[field].dofmap.index_map for field in self._fields]

    def _place(self, matrix: PETSc.Mat) -> None:
        """Tell a matrix where the values go (collective)."""
        rows, columns = self._set.places(*self._fields)
        for unknowns in self._couples:
            row, column = np.broadcast_arrays(unknowns[0][:, :, None], unknowns[1][:, None, :])
            rows = np.append(rows, self._maps[0].local_to_global(row.ravel()))
            columns = np.append(columns, self._maps[1].local_to_global(column.ravel()))
        matrix.setPreallocationCOO(rows.astype(PETSc.IntType), columns.astype(PETSc.IntType))


def _numbers(index_map: cpp.common.IndexMap, comm: PETSc.Comm) -> PETSc.LGMap:
    """Global numbers of local unknowns, as PETSc keeps them."""
    local = np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
    return PETSc.LGMap().create(index_map.local_to_global(local).astype(PETSc.IntType), comm=comm)
