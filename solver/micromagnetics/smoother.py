"""The symmetric matrix that preconditions steps of the midpoint rule."""

import numpy as np

from thermospin.compat import PETSc
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.wrapped import wrapped

LAGGED = 1.5
"""Ratio of time steps from which the matrix is made anew."""
STIFF = 1.0
"""Largest rotation by exchange within half a time step, rad, for which the diagonal is enough."""
FACTORISED = 20_000
"""Nodes up to which the parts of the matrix are factorised."""


class Smoother:
    """Solves with ``(1 + α) M_s V + γ Δt K``, with the stiffness K of exchange, for every component.

    Where exchange does not turn short waves much within a step, by the diagonal; else by factors of the
    overlapping parts of the ranks or, on large bodies, by one cycle of multigrid.

    Args:
        magnet: The body with its energy.
    """

    def __init__(self, magnet: Micromagnet) -> None:
        self._magnet, self._length = magnet, 0.0
        self._unit = magnet.body.sum(magnet.moments) / magnet.body.n_nodes  # factors dislike tiny pivots
        self._solver: PETSc.PC | None = None

    def fit(self, length: float) -> None:
        """Make it anew where the time step has changed much (collective).

        Args:
            length: Δt, s.
        """
        if self._solver is not None and 1 / LAGGED < length / self._length < LAGGED:
            return
        self._length, magnet = length, self._magnet
        matrix = magnet.exchange.matrix.copy()
        matrix.scale(magnet.rate * length / self._unit)
        stiff, mass = matrix.getDiagonal(), matrix.createVecLeft()
        mass.array_w = (1 + magnet.damping) * magnet.moments / self._unit
        is_stiff = magnet.body.largest(stiff.array_r / mass.array_r) > STIFF
        matrix.setDiagonal(stiff + mass)
        matrix.setOption(PETSc.Mat.Option.SPD, True)
        self._solver = PETSc.PC().create(magnet.body.comm)
        self._solver.setOperators(matrix)
        self._choose(self._solver, is_stiff)
        self._solver.setUp()

    def _choose(self, solver: PETSc.PC, is_stiff: bool) -> None:
        if not is_stiff:
            solver.setType(PETSc.PC.Type.JACOBI)
        elif self._magnet.body.n_nodes > FACTORISED:
            solver.setType(PETSc.PC.Type.GAMG)
        else:
            solver.setType(PETSc.PC.Type.ASM)
            solver.setUp()
            for part in solver.getASMSubKSP():
                part.setType(PETSc.KSP.Type.PREONLY)
                part.getPC().setType(PETSc.PC.Type.CHOLESKY)

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Solve for every component of right-hand sides times the moments, (3, n) (collective).

        Args:
            rows: Right-hand sides, (3, n).
        """
        comm, found = self._magnet.body.comm, np.empty_like(rows)
        for source, target in zip(rows * self._magnet.moments / self._unit, found, strict=True):
            with wrapped(comm, source, target) as (b, x):
                self._solver.apply(b, x)
        return found
