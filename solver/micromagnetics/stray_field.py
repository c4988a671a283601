"""The stray field of magnets in open space (solver/physics.md §12).

The method of Fredkin and Koehler (1990) in a symmetric form. Within the magnets the potential is ``u1 + u2``:
``∫ ∇u1·∇v = ∫ M·∇v`` for every v, and u2 is that of the dipole layer u1 on the surface. The energy is

    ``E = (μ0/2) (∫ |∇u1|² − ⟨W u1, u1⟩)``,

with the normal derivative W of the potential of a dipole layer. For linear functions it is
``⟨W u, v⟩ = (1/4π) ∬ (n × ∇u)·(n' × ∇v)/|x − y|``: an interaction of surface currents, constant on every
triangle (Nédélec 1982). The gradient of E by m is linear and symmetric, so the energy law of a step holds.
"""

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_matrix

from thermospin.compat import MPI, PETSc
from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.errors import InputError
from thermospin.micromagnetics.body import Body
from thermospin.micromagnetics.energies import Energy
from thermospin.micromagnetics.surface_charges import CHUNK, Triangles
from thermospin.micromagnetics.wrapped import wrapped

PINNING = 1e-9
"""Part of the diagonal that is added to the stiffness, which leaves constants free."""
FACTORISED = 50_000
"""Nodes up to which the stiffness is factorised."""
REDUCTION = 1e-12
"""Relative tolerance of its solution on larger bodies."""
MOST = 25_000
"""Nodes of a surface up to which its dense matrix is made: 5 GB."""


class StrayField(Energy):
    """The stray field of magnets on themselves and on one another.

    Args:
        body: The magnets.
        magnetisations: Region to M_s, A/m; regions that are left out have no charges.

    Raises:
        InputError: The surface has too many nodes.
    """

    name = "demagnetisation"

    def __init__(self, body: Body, magnetisations: Mapping[str, float]) -> None:
        self._comm = body.comm
        self._surface = DipoleLayer(body)
        self._slopes = body.slopes(magnetisations)
        self._inverse = _inverse(body)
        axes = np.eye(3)[:, :, None] * np.ones(body.n_owned)
        self._local = np.array([self.gradient(axis) for axis in axes])

    def gradient(self, m: np.ndarray) -> np.ndarray:
        """``∂E/∂m``, J, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        load = np.zeros(m.shape[1])
        for slope, component in zip(self._slopes, m, strict=True):
            load += self._product(slope.multTranspose, component)
        first = self._product(self._inverse.solve, load)
        both = first - self._product(self._inverse.solve, self._surface.flux(first))
        return VACUUM_PERMEABILITY * np.array([self._product(slope.mult, both) for slope in self._slopes])

    def quick_slope(self, m: np.ndarray, u: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Change of the gradient if the whole body changed as every node does, J, (3, n).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            change: Change of u, (3, n).
        """
        return np.einsum("jn,jin->in", change, self._local)

    def _product(self, operation, values: np.ndarray) -> np.ndarray:
        """Result of an operation from vector to vector."""
        found = np.empty_like(values)
        with wrapped(self._comm, values.copy(), found) as (x, y):
            operation(x, y)
        return found


def _inverse(body: Body) -> PETSc.KSP:
    """Solves with the stiffness of the body (collective)."""
    matrix = body.stiffness(dict.fromkeys(body.volumes, 1.0))
    matrix.setDiagonal(matrix.getDiagonal() * (1 + PINNING))
    matrix.setOption(PETSc.Mat.Option.SPD, True)
    solver = PETSc.KSP().create(body.comm)
    solver.setOperators(matrix)
    if body.n_nodes <= FACTORISED:
        solver.setType(PETSc.KSP.Type.PREONLY)
        solver.getPC().setType(PETSc.PC.Type.CHOLESKY)
        solver.getPC().setFactorSolverType("mumps")
    else:
        solver.setType(PETSc.KSP.Type.CG)
        solver.getPC().setType(PETSc.PC.Type.GAMG)
        solver.setTolerances(rtol=REDUCTION, atol=0.0, max_it=500)
        solver.setErrorIfNotConverged(True)
    solver.setUp()
    return solver


class DipoleLayer:
    """The operator W of a surface, as a dense symmetric matrix whose rows are shared by the ranks.

    Args:
        body: The magnets within the surface.

    Raises:
        InputError: The surface has too many nodes.
    """

    def __init__(self, body: Body) -> None:
        self._comm = body.comm
        faces, corners = body.surface()
        ids, nodes = np.unique(faces, return_inverse=True)
        self._n = len(ids)
        if self._n > MOST:
            raise InputError(
                f"the surface of the magnets has {self._n} nodes, and their stray field would take "
                f"{8e-9 * self._n**2:.0f} GB; make the mesh of the magnets coarser, or use "
                "'demagnetisation: prism'"
            )
        self._owned = np.flatnonzero(np.isin(body.numbers, ids))
        self._places = np.searchsorted(ids, body.numbers[self._owned])
        order = np.lexsort(corners.mean(axis=1).T)
        part = np.sort(np.array_split(order, body.comm.size)[body.comm.rank])
        self._rows, self._matrix = _currents(nodes.reshape(-1, 3), corners, part, self._n)

    def flux(self, values: np.ndarray) -> np.ndarray:
        """``W u`` at owned nodes, (n,); zero within the body (collective).

        Args:
            values: u at owned nodes, (n,).
        """
        surface = np.zeros(self._n)
        surface[self._places] = values[self._owned]
        self._comm.Allreduce(MPI.IN_PLACE, surface, MPI.SUM)
        total = np.zeros(self._n)
        total[self._rows] = self._matrix @ surface
        self._comm.Allreduce(MPI.IN_PLACE, total, MPI.SUM)
        found = np.zeros_like(values)
        found[self._owned] = total[self._places]
        return found


def _currents(
    nodes: np.ndarray, corners: np.ndarray, part: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Contribution of some triangles to W.

    Args:
        nodes: Nodes of the surface at the corners of its triangles, (k, 3).
        corners: m, (k, 3, 3).
        part: Numbers of the triangles, (p,).
        n: Number of nodes.

    Returns:
        Nodes of these triangles, (r,), and the rows of these nodes, m, (r, n).
    """
    opposite = np.roll(corners, -2, axis=1) - np.roll(corners, -1, axis=1)
    rows = np.repeat(np.arange(len(nodes)), 3)
    curls = [
        csr_matrix((opposite[:, :, i].ravel() / 2, (rows, nodes.ravel())), shape=(len(nodes), n))
        for i in range(3)
    ]
    touched = np.unique(nodes[part])
    triangles, found = Triangles(corners), np.zeros((len(touched), n))
    for chosen in np.array_split(part, 1 + len(part) * len(nodes) // CHUNK):
        mean = triangles.rows(chosen)
        for curl in curls:
            found += curl[chosen][:, touched].T @ (curl.T @ mean.T).T
    return touched, found / (4 * np.pi)
