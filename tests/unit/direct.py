"""Direct solution of the coupled system, the same on any number of ranks."""

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg
from valve import gather

from thermospin.compat import PETSc


def global_matrix(matrix, comm):
    """The operator on all ranks, in the order of the distributed vector (collective)."""
    rows = matrix.convert("aij", PETSc.Mat())
    starts, columns, values = rows.getValuesCSR()
    lengths = gather(comm, np.diff(starts))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    size = rows.getSize()[0]
    return sp.csr_matrix((gather(comm, values), gather(comm, columns), starts), shape=(size, size))


class Direct:
    """Direct solution of the system for a scheme, the same on all ranks (collective).

    Args:
        problem: A magnetised problem.
        constraint: The fixed unknowns.
    """

    def __init__(self, problem, constraint):
        self.comm = problem.spaces.comm
        first = problem.linear.matrix.getOwnershipRange()[0]
        self.matrix = global_matrix(problem.linear.matrix, self.comm)
        fixed = gather(self.comm, constraint.fixed + first)
        self.free = np.setdiff1d(np.arange(self.matrix.shape[0]), fixed)
        inner = self.matrix[self.free][:, self.free].tocsc()
        options = {"SymmetricMode": True}
        self.factors = scipy.sparse.linalg.splu(inner, "MMD_AT_PLUS_A", 0.0, options=options)

    def solve(self, rhs, x):
        """The solution with the fixed unknowns of ``x``, refined once."""
        b, solution = gather(self.comm, rhs.array_r), gather(self.comm, x.array_r)
        solution[self.free] = 0.0
        for _ in range(3):
            solution[self.free] += self.factors.solve((b - self.matrix @ solution)[self.free])
        return solution
