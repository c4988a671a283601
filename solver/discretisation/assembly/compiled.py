"""Forms of any kind, assembled cell by cell by DOLFINx with the kernels that FFCx generates."""

from collections.abc import Sequence

from thermospin.compat import PETSc, cpp, create_matrix, fem, ufl
from thermospin.discretisation.interfaces.jumps import Couples
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import Field


class CompiledForm:
    """A bilinear form of two fields.

    Args:
        spaces: The spaces.
        form: The form, which may be empty.
        fields: The fields of the test function and of the trial function.
        couples: Unknowns coupled otherwise; the form's matrix has room for them.
    """

    def __init__(
        self, spaces: Spaces, form: ufl.Form, fields: tuple[Field, Field], couples: Sequence[Couples] = ()
    ) -> None:
        self._comm, self._couples = spaces.comm, couples
        self._maps = [spaces.spaces[field].dofmap.index_map for field in fields]
        self._form = None if form.empty() else fem.form(form, entity_maps=[spaces.entity_map])

    def empty(self) -> PETSc.Mat:
        """A matrix with room for the form (collective)."""
        if self._form is None:
            pattern = cpp.la.SparsityPattern(self._comm, self._maps, [1, 1])
        else:
            pattern = fem.create_sparsity_pattern(self._form)
        for rows, columns in self._couples:
            for row, column in zip(rows, columns, strict=True):
                pattern.insert(row, column)
        pattern.finalize()
        return create_matrix(self._comm, pattern)

    def assemble(self, matrix: PETSc.Mat) -> None:
        """Set the values of a matrix from :meth:`empty`, of this form or of one like it (collective).

        Args:
            matrix: The matrix.
        """
        matrix.zeroEntries()
        if self._form is not None:
            fem.petsc.assemble_matrix(matrix, self._form)

    def release(self, matrix: PETSc.Mat) -> None:
        """Do nothing: a matrix keeps no data to be assembled again.

        Args:
            matrix: The matrix.
        """
