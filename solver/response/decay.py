"""Decay of errors from degree to degree, judged by the bending of fields of degree 2."""

import numpy as np

from thermospin.compat import PETSc, basix
from thermospin.discretisation.spaces import Spaces

_EDGES = np.array(basix.topology(basix.CellType.tetrahedron)[1])


class Bending:
    """Bending of fields of degree 2 in every owned cell.

    The middle of an edge tells it: its value less the mean of the ends, over the difference of the ends, is
    h/8ℓ where a field goes with exp(x/ℓ), and 2^−λ − ½ where it goes with r^λ from one of the ends.

    Args:
        spaces: The spaces, of degree 2.
    """

    def __init__(self, spaces: Spaces) -> None:
        self._spaces, self._functions = spaces, spaces.functions()

    def of(self, vector: PETSc.Vec) -> np.ndarray:
        """Root of the sum of squares at the middles of edges over that along them (collective).

        Args:
            vector: The fields.

        Returns:
            Shape (n_fields, n_cells); 0 where a field is constant or is not.
        """
        self._spaces.load(vector, self._functions)
        found = np.zeros((len(self._functions), self._spaces.device.mesh.topology.index_map(3).size_local))
        for field, function, bent in zip(self._spaces.fields, self._functions, found, strict=True):
            cells = self._spaces.owned_cells(field.on_conductors)
            values = function.x.array[self._spaces.unknowns_in(cells, field.on_conductors)]
            first, second = values[:, _EDGES[:, 0]], values[:, _EDGES[:, 1]]
            along = ((first - second) ** 2).sum(axis=1)
            beyond = ((values[:, 4:] - (first + second) / 2) ** 2).sum(axis=1)
            bent[cells] = np.sqrt(beyond / np.where(along > 0, along, np.inf))
        return found
