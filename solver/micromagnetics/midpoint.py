"""One step of the midpoint rule (solver/physics.md §12).

With ``u = (m + m⁺)/2`` and the field B averaged between m and m⁺, the step solves at every node

    ``m⁺ − m = −γ Δt u × (B + B_drive) + α u × (m⁺ − m)``.

``m⁺ − m`` is normal to ``m⁺ + m``, so the length of m is kept. Without a drive the energy falls by
``(α/γ) Σ M_s V |m⁺ − m|²/Δt``, whatever the step is. Newton's method solves it, and GMRES the linear systems.
Its preconditioner: across u, where J = ``u ×`` acts like i, the matrix is about ``1 − Jκ`` with
``κ = α + γΔt K/M_s V`` and the stiffness K of exchange. Its inverse ``(1 + Jκ)/(1 + κ²)`` is replaced by
``(1 + κ)⁻¹ (1 + Jκ) (1 + κ)⁻¹``: eigenvalues ``(1 + κ²)/(1 + κ)²`` lie between 1/2 and 1, whatever the mesh
and the step are. All components are divided by the same matrix ``(1 + α) M_s V + γ Δt K``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from thermospin.compat import PETSc
from thermospin.micromagnetics.body import cross, dot, unit
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.smoother import Smoother
from thermospin.micromagnetics.wrapped import wrapped

TOLERANCE = 1e-10
"""Largest residual of a step, in units of |m| = 1."""
INEXACT = 3e-2
"""Reduction of the residual by the linear solver in every step of Newton's method."""
MOST_NEWTON = 20
"""Steps of Newton's method before a time step counts as too long."""

Drive = Callable[[np.ndarray], np.ndarray]
"""Magnetisation (3, n) to a field that no energy gives, T, (3, n)."""


@dataclass(frozen=True)
class Step:
    """Outcome of a step.

    Attributes:
        m: Magnetisation at its end, (3, n).
        newton: Steps of Newton's method.
        krylov: Iterations of the linear solver.
    """

    m: np.ndarray
    newton: int
    krylov: int


class Midpoint:
    """Solves steps of the midpoint rule, with PETSc.

    Args:
        magnet: The body with its energy.
    """

    def __init__(self, magnet: Micromagnet) -> None:
        self._magnet = magnet
        self._smoother = Smoother(magnet)
        self._jacobian = _Jacobian(magnet)
        self._krylov = self._solver()

    def _solver(self) -> PETSc.KSP:
        n, total = self._magnet.body.n_owned, self._magnet.body.n_nodes
        comm = self._magnet.body.comm
        matrix = PETSc.Mat().createPython(((3 * n, 3 * total),) * 2, self._jacobian, comm=comm)
        matrix.setUp()
        solver = PETSc.KSP().create(comm)
        solver.setOperators(matrix)
        solver.setType(PETSc.KSP.Type.FGMRES)
        solver.setGMRESRestart(60)
        solver.setTolerances(rtol=INEXACT, atol=0.0, max_it=300)
        solver.getPC().setType(PETSc.PC.Type.PYTHON)
        solver.getPC().setPythonContext(_Preconditioner(self._smoother, self._jacobian))
        return solver

    def step(
        self, m: np.ndarray, length: float, drive: Drive | None = None, guess: np.ndarray | None = None
    ) -> Step | None:
        """The magnetisation one step later; None where Newton's method does not converge (collective).

        Args:
            m: Magnetisation, (3, n).
            length: Δt, s.
            drive: Field that no energy gives.
            guess: Guess of the magnetisation at the end, (3, n).
        """
        body = self._magnet.body
        u = m.copy() if guess is None else (m + guess) / 2
        self._smoother.fit(length)
        residual = self._residual(m, u, length, drive)
        size, krylov = _size(body, residual), 0
        for newton in range(MOST_NEWTON):
            if not np.isfinite(size):
                return None
            if size <= TOLERANCE:
                return Step(unit(2 * u - m), newton, krylov)
            field = self._magnet.mean_field(m, u) + (drive(u) if drive else 0.0)
            self._jacobian.place(m, u, field, length)
            change, iterations = self._solve(residual)
            krylov += iterations
            found = self._search(m, u, change, length, drive, size)
            if found is None:
                return None
            u, residual, size = found
        return None

    def _search(self, m, u, change, length, drive, size):
        """The longest of some parts of a change that reduces the residual; None where none does."""
        for part in (1.0, 0.5, 0.25, 0.125):
            tried = u - part * change
            residual = self._residual(m, tried, length, drive)
            smaller = _size(self._magnet.body, residual)
            if smaller < (1 - 0.1 * part) * size:
                return tried, residual, smaller
        return None

    def _residual(self, m: np.ndarray, u: np.ndarray, length: float, drive: Drive | None) -> np.ndarray:
        """``u − m + ½ γ Δt u × (B + B_drive) + α u × m``, (3, n)."""
        field = self._magnet.mean_field(m, u)
        if drive is not None:
            field = field + drive(u)
        half = self._magnet.rate * length / 2
        return u - m + cross(u, half * field + self._magnet.damping * m)

    def _solve(self, residual: np.ndarray) -> tuple[np.ndarray, int]:
        found = np.zeros_like(residual)
        comm = self._magnet.body.comm
        with wrapped(comm, residual.reshape(-1), found.reshape(-1)) as (b, x):
            self._krylov.solve(b, x)
        return found, self._krylov.getIterationNumber()


def _size(body, residual: np.ndarray) -> float:
    return body.largest(np.sqrt(dot(residual, residual)))


class _Jacobian:
    """Derivative of the residual by u, as PETSc multiplies with it; of the stray field approximately."""

    def __init__(self, magnet: Micromagnet) -> None:
        self._magnet = magnet

    def place(self, m: np.ndarray, u: np.ndarray, field: np.ndarray, length: float) -> None:
        """Set where the derivative is taken.

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            field: The field that acts there, T, (3, n).
            length: Δt, s.
        """
        self.m, self.u, self._half = m, u, self._magnet.rate * length / 2
        self._turning = self._half * field + self._magnet.damping * m

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """``J x``.

        Args:
            _matrix: The matrix of PETSc.
            x: A change of u.
            y: Gets the change of the residual.
        """
        change = x.array_r.reshape(3, -1)
        slope = self._half * self._magnet.quick_slope(self.m, self.u, change)
        y.array_w = (change + cross(change, self._turning) + cross(self.u, slope)).reshape(-1)


class _Preconditioner:
    """``(1 + κ)⁻¹ (1 + u × κ) (1 + κ)⁻¹`` across u and 1 along it."""

    def __init__(self, smoother: Smoother, jacobian: _Jacobian) -> None:
        self._smoother, self._jacobian = smoother, jacobian

    def apply(self, _pc: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply it.

        Args:
            _pc: The preconditioner of PETSc.
            x: A residual.
            y: Gets a change of u.
        """
        residual, u = x.array_r.reshape(3, -1), unit(self._jacobian.u)
        along = u * dot(u, residual)
        across = residual - along
        smooth = self._smoother.apply(across)
        turned = self._smoother.apply(smooth + cross(u, across - smooth))
        y.array_w = (along + turned - u * dot(u, turned)).reshape(-1)
