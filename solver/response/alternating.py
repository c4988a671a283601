"""Fields of a drive that alternates, in linear response (solver/physics.md §3).

With ``exp(iωt)`` the fields obey ``(K + iωC) x = b``: K is the operator of the steady state, C the storage of
spins. With the steady fields ``x₀ = K⁻¹ b`` and the spins u of ``x − x₀``,

    ``(1 + iω K⁻¹C) u = −iω K⁻¹C x₀``

on spins alone, which GMRES solves; K is inverted as in a steady state. With the adjoint z of a reading, its
change is ``−iω z·C x``, which loses no digits where the reading is small. The potentials of equipotential
terminals follow, so that no other current flows there.
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
from thermospin.response.linear_response import Unit
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


class Delayed(NamedTuple):
    """``K⁻¹C`` of spins.

    Attributes:
        fields: The fields.
        stored: ``C`` of the spins, A s, (n,).
        volts: Potential of every equipotential terminal, V s.
    """

    fields: PETSc.Vec
    stored: np.ndarray
    volts: np.ndarray


class AlternatingResponse:
    """Solves for alternating drives in one scheme and magnetic state.

    Args:
        linear: The linear solver, in that state.
        constraint: The unknowns that the scheme fixes.
        storage: The spins that are stored, in that state.
        steady: The fields at frequency 0, per A or V.
        adjoints: Adjoints of the probes.
        units: Effects of 1 V at every equipotential terminal, by name.
    """

    def __init__(
        self,
        linear: LinearSolver,
        constraint: Constraint,
        storage: SpinStorage,
        steady: PETSc.Vec,
        adjoints: Mapping[TerminalPair, PETSc.Vec],
        units: Mapping[str, Unit],
    ) -> None:
        self._linear, self._constraint, self._storage = linear, constraint, storage
        self._adjoints, self._units = adjoints, list(units.values())
        self._conductance = np.array(
            [[unit.solution.currents[name] for unit in self._units] for name in units]
        )
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
            array[len(self._steady) :] = -frequency * self._delayed.fields.array_r[self._storage.rows]
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
        ahead, behind = (self._answered([part])[0] for part in (imaginary, self._steady + real))
        readings = {
            pair: complex(frequency * self._reading(pair, ahead), -frequency * self._reading(pair, behind))
            for pair in self._adjoints
        }
        ahead.fields.scale(frequency)
        behind.fields.scale(-frequency)
        return AlternatingFields((ahead.fields, behind.fields), readings, iterations)

    def _reading(self, pair: TerminalPair, delayed: Delayed) -> float:
        """Reading of a probe (collective)."""
        adjoint = self._adjoints[pair]
        own = adjoint.comm.tompi4py().allreduce(float(adjoint.array_r[self._storage.rows] @ delayed.stored))
        readings = [unit.solution.reading(pair) for unit in self._units]
        return own + float(delayed.volts @ readings)

    def _answered(self, spins: Sequence[np.ndarray]) -> list[Delayed]:
        """``K⁻¹C`` of spins (collective)."""
        stored, requests = [self._storage.multiply(part) for part in spins], []
        for part in stored:
            load, start = (self._linear.matrix.createVecLeft() for _ in range(2))
            with load as array:
                array[self._storage.rows] = part
            self._constraint.project(load)
            requests.append(Request(load, start, self._constraint, INNER))
        asked = [i for i, request in enumerate(requests) if request.rhs.norm() > 0]
        volts = np.zeros((len(spins), len(self._units)))
        if asked:
            answers = self._linear.answer([requests[i] for i in asked])
            for i, answer in zip(asked, answers, strict=True):
                volts[i] = self._float(requests[i].x, answer.remainder)
        return [Delayed(request.x, *parts) for request, *parts in zip(requests, stored, volts, strict=True)]

    def _float(self, fields: PETSc.Vec, remainder: PETSc.Vec) -> np.ndarray:
        """Potentials of equipotential terminals without a current, V s; they are added to the fields."""
        if not self._units:
            return np.zeros(0)
        leaving = [unit.weights.dot(remainder) for unit in self._units]
        volts = np.linalg.solve(self._conductance, leaving)
        for unit, volt in zip(self._units, volts, strict=True):
            fields.axpy(volt, unit.fields)
        return volts

    def delayed(self, spins: np.ndarray) -> np.ndarray:
        """Spins of ``K⁻¹C`` of spins in phase and ahead, (2, n) (collective).

        Args:
            spins: The spins, V, (2, n).
        """
        return np.stack([found.fields.array_r[self._storage.rows] for found in self._answered(list(spins))])


class _Product:
    """``1 + iω K⁻¹C`` on real and imaginary parts, one after the other."""

    def __init__(self, response: AlternatingResponse, frequency: float) -> None:
        self._delayed, self._frequency = response.delayed, frequency

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply it (collective)."""
        spins = x.array_r.reshape(2, -1)
        real, imaginary = self._delayed(spins)
        y.array_w = (spins + self._frequency * np.stack([-imaginary, real])).ravel()
