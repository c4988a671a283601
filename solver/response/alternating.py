"""Fields of a drive that alternates, in linear response (solver/physics.md §3).

With ``exp(iωt)`` the fields obey ``(K + iωC) x = b``: K is the operator of the steady state, C the storage of
spins. With the steady fields ``x₀ = K⁻¹ b`` and the spins u of ``x − x₀``,

    ``(1 + iω K⁻¹C) u = −iω K⁻¹C x₀``

on spins alone, which GMRES solves; K is inverted as in a steady state. With the adjoint z of a reading, its
change is ``−iω z·C x``, which loses no digits where the reading is small.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.constraints import Constraint
from thermospin.discretisation.spin_storage import SpinStorage
from thermospin.errors import ConvergenceError
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.request import Request
from thermospin.response.solution import TerminalPair

INNER = 1e-10
"""Relative tolerance of the inverse of K."""
OUTER = 1e-8
"""Relative tolerance of the spins."""
MOST = 300
"""Iterations. About ω τ_sf of them are needed where that is large."""


class AlternatingFields(NamedTuple):
    """Fields of a drive that alternates, per A or V.

    Attributes:
        changes: What has to be added to the steady fields, in phase with the drive and a quarter of a period
            ahead of it: the real and the imaginary part.
        readings: Change of the reading of every probe, V per A or V.
        iterations: Iterations of GMRES.
    """

    changes: tuple[PETSc.Vec, PETSc.Vec]
    readings: Mapping[TerminalPair, complex]
    iterations: int


class AlternatingResponse:
    """Solves for alternating drives in one scheme and magnetic state.

    Args:
        linear: The linear solver, in that state.
        constraint: The unknowns that the scheme fixes.
        storage: The spins that are stored, in that state.
        steady: The fields at frequency 0, per A or V.
        adjoints: Adjoints of the probes.
    """

    def __init__(
        self,
        linear: LinearSolver,
        constraint: Constraint,
        storage: SpinStorage,
        steady: PETSc.Vec,
        adjoints: Mapping[TerminalPair, PETSc.Vec],
    ) -> None:
        self._linear, self._constraint, self._storage = linear, constraint, storage
        self._adjoints = adjoints
        self._steady = steady.array_r[storage.rows]
        (self._delayed,) = self._answered([self._steady])

    def at(self, frequency: float) -> AlternatingFields:
        """The fields at a frequency (collective).

        Args:
            frequency: ω, rad/s.

        Raises:
            ConvergenceError: There are too many iterations.
        """
        sizes = ((2 * len(self._steady), None),) * 2
        product = _Product(self, frequency)
        operator = PETSc.Mat().createPython(sizes, product, comm=self._linear.matrix.comm)
        operator.setUp()
        solver = PETSc.KSP().create(operator.comm)
        solver.setOperators(operator)
        solver.setType(PETSc.KSP.Type.GMRES)
        solver.getPC().setType(PETSc.PC.Type.NONE)
        solver.setTolerances(rtol=OUTER, atol=0.0, max_it=MOST)
        found, load = operator.createVecs()
        with load as array:
            array[len(self._steady) :] = -frequency * self._delayed.array_r[self._storage.rows]
        solver.solve(load, found)
        reason, iterations = solver.getConvergedReason(), solver.getIterationNumber()
        real, imaginary = found.array_r.reshape(2, -1).copy()
        solver.destroy()
        operator.destroy()
        if reason < 0:
            raise ConvergenceError(
                f"no solution at {frequency / (2 * np.pi):.4g} Hz within {MOST} iterations; ask for lower "
                "frequencies: a period far below the relaxation times is beyond the diffusion of spins"
            )
        spins = self._steady + real, imaginary
        behind, ahead = (self._answered([part])[0] for part in spins)
        ahead.scale(frequency)
        behind.scale(-frequency)
        stored = [self._storage.multiply(part) for part in spins]
        readings = {pair: self._reading(z, frequency, stored) for pair, z in self._adjoints.items()}
        return AlternatingFields((ahead, behind), readings, iterations)

    def _reading(self, adjoint: PETSc.Vec, frequency: float, stored: Sequence[np.ndarray]) -> complex:
        """``−iω z·C x`` (collective)."""
        comm = adjoint.comm.tompi4py()
        real, imaginary = (
            comm.allreduce(float(adjoint.array_r[self._storage.rows] @ part)) for part in stored
        )
        return complex(frequency * imaginary, -frequency * real)

    def _answered(self, spins: Sequence[np.ndarray]) -> list[PETSc.Vec]:
        """``K⁻¹C`` of spins, all fields (collective)."""
        requests = []
        for part in spins:
            load, start = (self._linear.matrix.createVecLeft() for _ in range(2))
            with load as array:
                array[self._storage.rows] = self._storage.multiply(part)
            self._constraint.project(load)
            requests.append(Request(load, start, self._constraint, INNER))
        asked = [request for request in requests if request.rhs.norm() > 0]
        if asked:
            self._linear.answer(asked)
        return [request.x for request in requests]

    def delayed(self, spins: np.ndarray) -> np.ndarray:
        """Spins of ``K⁻¹C`` of spins in phase and ahead, (2, n) (collective).

        Args:
            spins: The spins, V, (2, n).
        """
        return np.stack([vector.array_r[self._storage.rows] for vector in self._answered(list(spins))])


class _Product:
    """``1 + iω K⁻¹C`` on real and imaginary parts, one after the other."""

    def __init__(self, response: AlternatingResponse, frequency: float) -> None:
        self._delayed, self._frequency = response.delayed, frequency

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply it (collective)."""
        spins = x.array_r.reshape(2, -1)
        real, imaginary = self._delayed(spins)
        y.array_w = (spins + self._frequency * np.stack([-imaginary, real])).ravel()
