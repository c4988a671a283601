"""The spin-transfer torque of a device on a magnetisation that moves (solver/physics.md §12)."""

from time import perf_counter

import numpy as np

from thermospin.config.dynamics import TorqueDrive
from thermospin.micromagnetics.body import dot
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.spin_torque import Interpolation, NodalTorque, torque_field
from thermospin.response.accuracy import STEPS, STEPS_ADJOINT
from thermospin.response.extrapolation import ExtrapolatedStarts
from thermospin.response.solution import Solution
from thermospin.runs.problem import Problem
from thermospin.textures import MagneticState

TURNED = 0.1
"""Largest change of m since the preconditioner was made, from which on it is made anew."""
LATER = 1e-17
"""A time after an edge of a course, s, at which the factor behind the edge holds."""


class SpinTorque:
    """Solves the device for one magnetisation after another; between them the torque is extrapolated.

    Args:
        problem: The device, with vector spin.
        magnet: The body of the moving magnets.
        drive: The scheme and its drive in time.
        state: Directions of all magnets; those that move are replaced.

    Attributes:
        readings: Voltage of every probe at the last solution, V.
        solutions: Number of solutions.
        iterations: Iterations of their linear solver.
        solution: The last solution; None before the first.
        misfit: Largest difference of an extrapolated torque from the one that was solved for next, relative
            to the largest torque so far.
        largest: Largest field of a torque so far, T.
        drift: Estimate of how far these differences turned m in all, rad.
        elapsed: Time that they took, s.
    """

    def __init__(
        self, problem: Problem, magnet: Micromagnet, drive: TorqueDrive, state: MagneticState
    ) -> None:
        self._problem, self._magnet, self._drive, self._state = problem, magnet, drive, dict(state)
        self._interpolation = Interpolation(magnet.body)
        self._nodal = NodalTorque(problem.spaces.device, magnet.body)
        problem.adjoint_tolerance = STEPS_ADJOINT
        self._scheme = problem.scheme(drive.scheme, STEPS)
        self._starts = ExtrapolatedStarts(problem.starts(drive.scheme))
        self._preconditioned: np.ndarray | None = None
        self._torques, self._observer = problem.torques(), problem.observer()
        self.solution: Solution | None = None
        self._last = np.zeros((3, magnet.body.n_owned))
        self._known: list[tuple[float, np.ndarray]] = []
        self.readings: dict[str, float] = {}
        self.misfit, self.drift, self.largest = 0.0, 0.0, 0.0
        self.solutions, self.iterations, self.elapsed = 0, 0, 0.0

    @property
    def unknowns(self) -> int:
        """Number of unknowns of the device."""
        return self._problem.spaces.n_dofs

    @property
    def known(self) -> list[tuple[float, np.ndarray]]:
        """Times, s, and fields, T, (3, n), of the last solutions, at most two."""
        return list(self._known)

    def go_on(self, known: list[tuple[float, np.ndarray]]) -> None:
        """Go on from the fields of an earlier run.

        Args:
            known: Times and fields, as :attr:`known` gives them.
        """
        self._known = list(known)

    def forget(self) -> None:
        """Forget solutions, where the drive jumps."""
        self._known = []
        self._starts.forget()

    def update(self, time: float, m: np.ndarray) -> None:
        """Solve the device for a magnetisation (collective).

        Args:
            time: s.
            m: Magnetisation, (3, n).

        Raises:
            ConvergenceError: The device cannot be solved.
        """
        begin = perf_counter()
        torque = self.torque(m, self._drive.course.at(time + LATER), time)
        self.elapsed += perf_counter() - begin
        field = torque_field(self._magnet, m, torque)
        if self._known:
            self._compare(time, m, field)
        self._known = [*self._known[-1:], (time, field)]

    def warm(self, powers: np.ndarray) -> None:
        """Let heat of damping arise in the moving magnets from the next solution on (collective).

        Args:
            powers: Heat in every owned tetrahedron of them, W, (k,).
        """
        self._problem.warm_cells(self._nodal.cells, powers)

    def _compare(self, time: float, m: np.ndarray, field: np.ndarray) -> None:
        """Measure what extrapolation has missed of a field (collective): half of it in the mean, or less."""
        missed = field - self(time, m)
        largest, size = (self._magnet.body.largest(np.sqrt(dot(part, part))) for part in (missed, field))
        self.largest = max(self.largest, size)
        self.misfit = max(self.misfit, largest / self.largest if self.largest else 0.0)
        self.drift += self._magnet.rate * largest * (time - self._known[-1][0]) / 2

    def begin_afresh(self) -> None:
        """Let the next solution depend on nothing but the magnetisation, as after a restart."""
        self._preconditioned = None
        self._starts.forget()

    def _magnetise(self, m: np.ndarray) -> None:
        """Turn the moving magnets; make the preconditioner anew where they have turned far (collective)."""
        state = self._state | dict.fromkeys(self._magnet.magnets, self._interpolation.texture(m))
        before = self._preconditioned
        if before is not None and self._magnet.body.largest(np.abs(m - before)) < TURNED:
            self._problem.turn(state)
        else:
            self._problem.magnetise(state)
            self._preconditioned = m

    def torque(self, m: np.ndarray, factor: float = 1.0, time: float = 0.0) -> np.ndarray:
        """Torque at every node, J, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
            factor: Factor on the drive; on temperature rises and given heat in a scheme without a current.
            time: s, later at every call.

        Raises:
            ConvergenceError: The device cannot be solved.
        """
        problem = self._problem
        self._magnetise(m)
        is_thermal = problem.device.drives[self._drive.scheme].quantity == "temperature"
        drive = 0.0 if is_thermal else factor * self._drive.amplitude
        problem.scale_heat(factor if is_thermal else 1.0)
        self._starts.place(time, drive)
        before = problem.linear.iterations
        solution = self._scheme.at(drive)
        self._starts.keep(time, drive)
        self.solutions += 1
        self.iterations += problem.linear.iterations - before
        self.solution = solution
        self.readings = {name: solution.reading(pair) for name, pair in problem.device.probes.items()}
        cells = self._torques.in_cells(solution)
        self._last = self._nodal.gathered(cells, self._torques.at_facets())
        return self._last

    def fields(self) -> dict[str, np.ndarray]:
        """Fields of the last solution in the moving magnets, at owned nodes (collective).

        Returns:
            ``T``, K, (1, n); ``J``, A/m², (3, n); ``torque``, J/m³, (3, n), that of interfaces
            spread over the volume of a node. Empty before the first solution.
        """
        if self.solution is None:
            return {}
        seen = self._observer.observe(self.solution)
        rise = self._nodal.averaged(seen.rise.mean(axis=1)[None])
        volumes = sum(self._magnet.body.volumes.values())
        return {
            "T": self._problem.device.temperature + rise,
            "J": self._nodal.averaged(seen.j.T),
            "torque": self._last / volumes,
        }

    def __call__(self, time: float, m: np.ndarray) -> np.ndarray:
        """Field that turns m as the torque does, T, (3, n), extrapolated from the last two solutions.

        Args:
            time: s.
            m: Magnetisation, (3, n).
        """
        last, field = self._known[-1]
        if len(self._known) < 2 or time == last:
            return field
        before, earlier = self._known[0]
        return field + (time - last) / (last - before) * (field - earlier)
