"""Unknowns that are tied together, as one: spaces and blocks without the jumps at stiff interfaces."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from thermospin.compat import PETSc, cpp, fem


class Merger:
    """Unknowns of a space at the same place, as one unknown each.

    Copies of an unknown may be on several ranks; the merged one is where the first of them is.

    Args:
        space: The space.
        pairs: Local unknowns that are the same, shape (n, 2); those of other ranks count too.

    Attributes:
        injection: The matrix from merged unknowns to those of the space.
        copies: Owned unknowns (local numbers) that have been merged with others.
    """

    def __init__(self, space: fem.FunctionSpace, pairs: np.ndarray) -> None:
        index_map, comm = space.dofmap.index_map, space.mesh.comm
        first, last = index_map.local_range
        copies, images = _representatives(np.concatenate(comm.allgather(_unique(index_map, pairs))))
        dropped = copies[copies != images]
        of_owned = np.arange(first, last)
        here = slice(*np.searchsorted(copies, (first, last)))
        self.copies = copies[here] - first
        self._kept = np.setdiff1d(of_owned, dropped).astype(PETSc.IntType)
        of_owned[self.copies] = images[here]
        columns = of_owned - np.searchsorted(dropped, of_owned)
        sizes = [(len(of_owned), PETSc.DETERMINE), (len(self._kept), PETSc.DETERMINE)]
        starts = np.arange(len(of_owned) + 1, dtype=PETSc.IntType)
        csr = starts, columns.astype(PETSc.IntType), np.ones(len(of_owned))
        self.injection = PETSc.Mat().createAIJ(sizes, csr=csr, comm=comm)

    def block(self, block: PETSc.Mat) -> PETSc.Mat:
        """A block of the space in terms of merged unknowns (collective).

        Args:
            block: The block.
        """
        product = block.ptap(self.injection)
        merged = product.duplicate(copy=True)  # without the work space of the product
        product.destroy()
        return merged

    def interpolation(self, interpolation: PETSc.Mat, low: "Merger") -> PETSc.Mat:
        """An interpolation from another space in terms of the merged unknowns of both (collective).

        Args:
            interpolation: The interpolation.
            low: The merger of the other space.
        """
        rows = PETSc.IS().createGeneral(self._kept, comm=interpolation.comm)
        return interpolation.matMult(low.injection).createSubMatrix(rows)

    def images(self, dofs: np.ndarray) -> np.ndarray:
        """Owned merged unknowns, local numbers, of which a copy is among some unknowns (collective).

        Args:
            dofs: Owned unknowns of the space, local numbers.
        """
        mark, image = self.injection.createVecLeft(), self.injection.createVecRight()
        with mark as array:
            array[dofs] = 1.0
        self.injection.multTranspose(mark, image)
        return np.flatnonzero(image.array_r).astype(np.int32)


def _unique(index_map: cpp.common.IndexMap, pairs: np.ndarray) -> np.ndarray:
    """Pairs of local unknowns in global numbers, each once."""
    numbers = index_map.local_to_global(pairs.ravel().astype(np.int32))
    return np.unique(numbers.reshape(-1, 2), axis=0)


def _representatives(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All numbers in some pairs, sorted, and for each the lowest of those that pairs connect it to."""
    numbers, ends = np.unique(pairs, return_inverse=True)
    rows, columns = ends.reshape(-1, 2).T
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(numbers), len(numbers)))
    _, group = connected_components(graph, directed=False)
    _, lowest = np.unique(group, return_index=True)
    return numbers, numbers[lowest[group]]
