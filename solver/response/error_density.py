"""The estimated discretisation error of a reading, cell by cell."""

import numpy as np

from thermospin.compat import PETSc, fem, la
from thermospin.discretisation.spaces import Spaces
from thermospin.response.solution import TerminalPair

Densities = dict[TerminalPair, dict[int, np.ndarray]]
"""By probe and power of the drive, the part of the estimate that every owned cell makes, V per power of the
drive, shape (n_cells,)."""


class CellShares:
    """Divides what belongs to an unknown equally among the cells around it.

    Args:
        spaces: The spaces of the unknowns.
    """

    def __init__(self, spaces: Spaces) -> None:
        self._spaces = spaces
        self._cells = {place: spaces.owned_cells(place) for place in (True, False)}
        self._shares = {place: self._count(place) for place in self._cells}
        self._functions = spaces.functions()

    def _count(self, on_conductors: bool) -> np.ndarray:
        """One over the number of cells around every local unknown (collective)."""
        count = fem.Function(self._spaces.space(on_conductors))
        nodes = self._spaces.unknowns_in(self._cells[on_conductors], on_conductors)
        count.x.array[:] = np.bincount(nodes.ravel(), minlength=len(count.x.array))
        count.x.scatter_reverse(la.InsertMode.add)
        count.x.scatter_forward()
        return 1.0 / np.maximum(count.x.array, 1.0)

    def divide(self, values: PETSc.Vec) -> np.ndarray:
        """The sums over cells of their shares in values at the unknowns of every field (collective).

        Args:
            values: Any unit.

        Returns:
            The same unit, shape (n_fields, n_cells), of owned cells. Over all ranks they add up to the sum of
            the values.
        """
        self._spaces.load(values, self._functions)
        found = np.zeros((len(self._functions), len(self._cells[False])))
        for field, function, sums in zip(self._spaces.fields, self._functions, found, strict=True):
            place = field.on_conductors
            nodes = self._spaces.unknowns_in(self._cells[place], place)
            sums[self._cells[place]] = (function.x.array * self._shares[place])[nodes].sum(axis=1)
        return found
