"""Arrays as vectors of PETSc."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from thermospin.compat import MPI, PETSc


@contextmanager
def wrapped(comm: MPI.Comm, *arrays: np.ndarray) -> Iterator[Sequence[PETSc.Vec]]:
    """Vectors that share the memory of arrays, until the end of the block (collective).

    On several ranks PETSc keeps objects that are not destroyed, and so the arrays, until ranks collect them.

    Args:
        comm: The ranks.
        arrays: Values at owned nodes, one array for every vector.
    """
    vectors = [PETSc.Vec().createWithArray(array, comm=comm) for array in arrays]
    try:
        yield vectors
    finally:
        for vector in vectors:
            vector.destroy()
