"""Small motions about an equilibrium: frequencies, decay and shapes of eigenmodes (solver/physics.md §12).

With ``δṁ = λ δm`` across m, and the restoring field ``H δ = (m·B) δ − δB``, the equation of motion is
``H δ = −(λ/γ) (α + m ×) δ``. So ``−γ/λ`` are the eigenvalues of ``H⁻¹ (α + m ×)``, largest for the slowest
modes, which SLEPc finds. H is symmetric and, about a stable equilibrium, positive definite: conjugate
gradients invert it.
"""

from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc, slepc
from thermospin.errors import ConvergenceError
from thermospin.micromagnetics.body import cross, dot, unit
from thermospin.micromagnetics.model import Micromagnet

INNER = 1e-11
"""Relative tolerance of the inverse of H."""


class Mode(NamedTuple):
    """An eigenmode ``δm ∝ exp(λt)`` with ``λ = iω − κ``.

    Attributes:
        frequency: ω, rad/s, not negative; 0 of a mode that only decays, whose shape is real.
        decay: κ, 1/s.
        shape: δm, complex, (3, n).
    """

    frequency: float
    decay: float
    shape: np.ndarray


def eigenmodes(magnet: Micromagnet, m: np.ndarray, count: int = 6, tolerance: float = 1e-8) -> list[Mode]:
    """The slowest modes about an equilibrium, in order of their frequency (collective).

    Args:
        magnet: The body with its energy.
        m: A stable equilibrium, (3, n).
        count: Number of modes.
        tolerance: Relative tolerance of λ.

    Returns:
        The modes; one of every pair ``±ω``.

    Raises:
        ConvergenceError: They are not found; where m is no stable equilibrium, H has no inverse.
    """
    body = magnet.body
    operator = _Operator(magnet, m)
    sizes = ((2 * body.n_owned, 2 * body.n_nodes),) * 2
    matrix = PETSc.Mat().createPython(sizes, operator, comm=body.comm)
    matrix.setUp()
    solver = slepc().EPS().create(body.comm)
    solver.setOperators(matrix)
    solver.setProblemType(slepc().EPS.ProblemType.NHEP)
    solver.setWhichEigenpairs(slepc().EPS.Which.LARGEST_MAGNITUDE)
    solver.setDimensions(nev=2 * count)
    solver.setTolerances(tol=tolerance, max_it=500)
    solver.solve()
    if operator.failure:
        raise ConvergenceError(
            f"the restoring field of small motions has no inverse (PETSc's reason {operator.failure}), so "
            "m is no stable equilibrium; relax the magnetisation first"
        )
    if solver.getConverged() < 2 * count:
        raise ConvergenceError(
            f"only {solver.getConverged()} of {2 * count} modes were found; relax the magnetisation first, "
            "or ask for fewer"
        )
    real, imaginary = matrix.createVecs()
    found = []
    for i in range(solver.getConverged()):
        rate = -magnet.rate / solver.getEigenpair(i, real, imaginary)
        if rate.imag >= 0:
            shape = operator.spread(real.array_r) + 1j * operator.spread(imaginary.array_r)
            found.append(Mode(rate.imag, -rate.real, shape))
    return sorted(found, key=lambda mode: mode.frequency)[:count]


class _Operator:
    """``H⁻¹ (α + m ×)`` in two coordinates across m at every node, times the square roots of moments.

    An error raised in a product is lost in SLEPc: `failure` keeps PETSc's reason, negative, for which H was
    not inverted, after which products leave H out.
    """

    def __init__(self, magnet: Micromagnet, m: np.ndarray) -> None:
        self._magnet, self._m, self._along = magnet, m, dot(m, magnet.field(m))
        away = np.where(abs(m[0]) < 0.9, np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))
        first = unit(cross(away, m))
        self._axes = first, cross(m, first)
        body = magnet.body
        sizes = ((2 * body.n_owned, 2 * body.n_nodes),) * 2
        inner = PETSc.Mat().createPython(sizes, _Stiffness(self), comm=body.comm)
        inner.setUp()
        self._inverse = PETSc.KSP().create(body.comm)
        self._inverse.setOperators(inner)
        self._inverse.setType(PETSc.KSP.Type.CG)
        self._inverse.getPC().setType(PETSc.PC.Type.NONE)
        self._inverse.setTolerances(rtol=INNER, atol=0.0, max_it=10_000)
        self._root = np.sqrt(magnet.moments)
        self.failure = 0

    def spread(self, coordinates: np.ndarray) -> np.ndarray:
        """Change of m, (3, n), of scaled coordinates, (2n,)."""
        x, y = coordinates.reshape(2, -1) / self._root
        return x * self._axes[0] + y * self._axes[1]

    def restored(self, coordinates: np.ndarray) -> np.ndarray:
        """``H``, T, in scaled coordinates, (2n,)."""
        change = self.spread(coordinates)
        field = self._along * change - self._magnet.mean_slope(self._m, self._m, change)
        return np.concatenate([self._root * dot(axis, field) for axis in self._axes])

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply it."""
        first, second = x.array_r.reshape(2, -1)
        damping = self._magnet.damping
        load = x.duplicate()
        load.array_w = np.concatenate([damping * first - second, damping * second + first])
        if self.failure:
            load.copy(y)
            return
        self._inverse.solve(load, y)
        self.failure = min(self._inverse.getConvergedReason(), 0)


class _Stiffness:
    """H as PETSc multiplies with it."""

    def __init__(self, operator: _Operator) -> None:
        self._restored = operator.restored

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply it."""
        y.array_w = self._restored(x.array_r)
