"""Magnetisation in time: midpoint steps as long as the accuracy allows (solver/physics.md §12)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from thermospin.compat import PETSc
from thermospin.errors import ConvergenceError
from thermospin.micromagnetics.body import dot
from thermospin.micromagnetics.midpoint import Midpoint, Step
from thermospin.micromagnetics.model import Micromagnet

SHORTEST = 1e-18
"""Shortest time step, s."""
GROWTH = 2.0
"""Largest ratio of a time step to the one before."""
SAFETY = 0.9
"""Part of the time step that the estimate of its error allows."""
FIRST = 0.3
"""First time step, as a part of what the tolerance seems to allow."""
HISTORY = 3
"""Points through which the magnetisation is extrapolated."""

Field = Callable[[float], np.ndarray]
"""Time, s, to the applied field, T, (3,)."""
TimedDrive = Callable[[float, np.ndarray], np.ndarray]
"""Time, s, and magnetisation, (3, n), to a field that no energy gives, T, (3, n)."""


@dataclass(frozen=True)
class Point:
    """The magnetisation at a time.

    Attributes:
        time: s.
        m: Magnetisation, (3, n).
        step: Length of the step that led there, s; 0 at the beginning.
        newton: Steps of Newton's method.
        krylov: Iterations of the linear solver.
    """

    time: float
    m: np.ndarray
    step: float = 0.0
    newton: int = 0
    krylov: int = 0

    def moved(self, m: np.ndarray) -> "Point":
        """Another magnetisation at the same time.

        Args:
            m: Magnetisation, (3, n).
        """
        return replace(self, m=m)


class Integrator:
    """Integrates the equation of motion of a body.

    The error of a step is estimated from the distance of its end from a parabola through the last three
    points, which also is where Newton's method starts.

    Args:
        magnet: The body with its energy.
        m: Magnetisation at the beginning, (3, n).
        tolerance: Largest estimated error of m in a step.
        longest: Longest time step, s.
        time: Time at the beginning, s.
        first: First time step, s; by default from the tolerance and the effective field.

    Attributes:
        point: The last point.
        drive: Field that no energy gives, such as that of a torque; it may be changed between steps.
        field: Applied field by time; the field of the body by default.
        next_step: Length of the next step, s.
        steps: Number of steps that its user counts.
    """

    def __init__(
        self,
        magnet: Micromagnet,
        m: np.ndarray,
        tolerance: float = 1e-4,
        longest: float = np.inf,
        time: float = 0.0,
        first: float = 0.0,
    ) -> None:
        self.magnet, self.point, self.steps = magnet, Point(time, m), 0
        self.drive: TimedDrive | None = None
        self.field: Field | None = None
        self._tolerance, self._longest = tolerance, longest
        self._midpoint, self._history = Midpoint(magnet), [self.point]
        self.next_step = first or self._first()

    def forget(self) -> None:
        """Forget the points before the last one, where the drive or the field jumps (collective)."""
        self._history = [self.point]
        self.next_step = min(self.next_step, self._first())

    @property
    def history(self) -> list[Point]:
        """The points through which the magnetisation is extrapolated, to go on from later."""
        return list(self._history)

    def go_on(self, history: Sequence[Point], next_step: float) -> None:
        """Go on from the points of an earlier run.

        Args:
            history: The points, the last one at the end.
            next_step: Length of the next step, s.
        """
        self._history, self.point, self.next_step = list(history), history[-1], next_step

    def until(self, end: float) -> Iterator[Point]:
        """Step to a time, exactly (collective).

        Args:
            end: The time, s.

        Yields:
            The points after the present one.

        Raises:
            ConvergenceError: No step is short enough.
        """
        while end - self.point.time > SHORTEST:
            left = end - self.point.time
            length = min(self.next_step, self._longest)
            if length > 0.99 * left:
                length = left
            elif length > 0.5 * left:
                length = 0.5 * left
            self._advance(length)
            PETSc.garbage_cleanup(self.magnet.body.comm)  # else ranks keep all that a step has shared
            yield self.point

    def _advance(self, length: float) -> None:
        """Take one step, shorter than asked for if it must be."""
        asked = length
        while True:
            if length < SHORTEST:
                raise ConvergenceError(
                    f"the magnetisation at {self.point.time:.4g} s cannot be followed: no time step of "
                    f"{SHORTEST:g} s or more converges; check fields, torques and the mesh"
                )
            guess = self._extrapolated(self.point.time + length)
            step = self._step(length, guess)
            error = np.inf if step is None else self._error(step, guess, length)
            if error <= self._tolerance:
                break
            length *= 0.5 if not np.isfinite(error) else max(0.25, self._factor(error))
        wanted = length * min(GROWTH, self._factor(error))
        is_cut = length == asked < self.next_step
        self.next_step = max(wanted, self.next_step) if is_cut else wanted
        if len(self._history) < HISTORY:
            self.next_step = length
        self.point = Point(self.point.time + length, step.m, length, step.newton, step.krylov)
        self._history = [*self._history[-HISTORY + 1 :], self.point]

    def _step(self, length: float, guess: np.ndarray | None) -> Step | None:
        middle = self.point.time + length / 2
        if self.field is not None:
            self.magnet.zeeman.field = np.asarray(self.field(middle))
        drive = None if self.drive is None else partial(self.drive, middle)
        return self._midpoint.step(self.point.m, length, drive, guess)

    def _factor(self, error: float) -> float:
        return SAFETY * (self._tolerance / error) ** (1 / 3) if error > 0 else GROWTH

    def _first(self) -> float:
        m, field = self.point.m, self.magnet.field(self.point.m)
        if self.drive is not None:
            field = field + self.drive(self.point.time, m)
        largest = self.magnet.body.largest(np.sqrt(dot(field, field)))
        if largest == 0:
            return min(self._longest, 1e-12)
        return min(self._longest, FIRST * self._tolerance ** (1 / 3) / (self.magnet.rate * largest))

    def _extrapolated(self, time: float) -> np.ndarray | None:
        """The parabola through the last points; None where there are too few."""
        if len(self._history) < HISTORY:
            return None
        times = [point.time for point in self._history]
        found = np.zeros_like(self.point.m)
        for i, point in enumerate(self._history):
            others = [t for j, t in enumerate(times) if j != i]
            found += np.prod([(time - t) / (times[i] - t) for t in others]) * point.m
        return found

    def _error(self, step: Step, guess: np.ndarray | None, length: float) -> float:
        """Estimated error of a step: ``Δt³/12`` times the third derivative (collective)."""
        if guess is None:
            return 0.0
        distance = step.m - guess
        largest = self.magnet.body.largest(np.sqrt(dot(distance, distance)))
        first, second, last = (point.time for point in self._history)
        spans = (length + last - second) * (length + last - first)
        return float(largest * length**2 / (2 * spans))
