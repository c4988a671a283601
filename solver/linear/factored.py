"""One sparse factor per field, for meshes whose cells are too stretched for point smoothers.

On columns graded towards edges and interfaces an unknown is coupled along one axis a hundred times more
strongly than along the others. A point smoother cannot see that, and aggregation multigrid stalls. The
Cholesky factor of a field's block is exact. All orders, configurations and adjoints of a scheme share it, and
the Krylov method has only the coupling of the fields left to solve.
"""

from collections.abc import Sequence

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.fields import Field
from thermospin.linear.anchored import AnchoredBlock
from thermospin.linear.options import set_options
from thermospin.spaces import Spaces

FACTOR = {"pc_type": "cholesky", "pc_factor_mat_solver_type": "mumps"}
"""PETSc options of a factor; ``-<field>_factor_<option>`` overrides them."""
STRETCHED = 20.0
"""Stretching of a cell, from which point smoothers do not reduce errors across its short direction."""
MANY = 0.1
"""Share of such cells from which multigrid stalls. Meshes of films from Gmsh have less than 0.01, graded
columns more than 0.5."""
LARGEST = 1_500_000
"""Unknowns of a field up to which its factor is affordable."""

_REGULAR = np.array([[1, 0, 0], [1 / 2, 3**0.5 / 2, 0], [1 / 2, 3**0.5 / 6, (2 / 3) ** 0.5]])


class FactoredBlock:
    """The sparse Cholesky factor of a field-diagonal block.

    Args:
        field: The field.
        block: Its diagonal block without boundary conditions.
    """

    def __init__(self, field: Field, block: PETSc.Mat) -> None:
        self.block = AnchoredBlock(block)
        self.pc = PETSc.PC().create(block.comm)
        prefix = f"{field.symbol}_factor_"
        set_options(prefix, FACTOR)
        self.pc.setOptionsPrefix(prefix)
        self.pc.setFromOptions()
        self.pc.setOperators(self.block.matrix)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix the given owned unknowns, of the first space, and factorise (collective)."""
        self.block.anchor(dofs[0])
        self.pc.setUp()


def stretching(points: np.ndarray) -> np.ndarray:
    """Largest over smallest extent of tetrahedra, as the condition of their maps from the regular one.

    Args:
        points: Vertices, m, shape (n, 4, 3).

    Returns:
        1 for a regular tetrahedron, infinity for a flat one; shape (n,).
    """
    maps = np.linalg.solve(_REGULAR, points[:, 1:] - points[:, :1])
    extents = np.linalg.svd(maps, compute_uv=False)
    with np.errstate(divide="ignore"):
        return extents[:, 0] / extents[:, 2]


def needs_factors(spaces: Spaces) -> bool:
    """Whether multigrid would stall on stretched cells and factors are affordable (collective).

    Args:
        spaces: The spaces of the problem.
    """
    mesh = spaces.device.mesh
    largest = max(space.dofmap.index_map.size_global for space in spaces.spaces.values())
    cells = mesh.geometry.dofmaps[0][: mesh.topology.index_map(3).size_local]
    found = stretching(mesh.geometry.x[cells]) > STRETCHED
    stretched, total = spaces.comm.allreduce(np.array([found.sum(), len(found)]), MPI.SUM)
    return largest <= LARGEST and bool(stretched > MANY * total)
