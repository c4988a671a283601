"""A device solved with the neighbouring polynomial degree, to estimate the discretisation error."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

from thermospin.config import Config
from thermospin.linear.stretching import is_stretched
from thermospin.output.stages import SilentProgress
from thermospin.response.accuracy import COMPARISON_TOLERANCE, LOCAL_TOLERANCE
from thermospin.response.degree_steps import DegreeSteps, Solved
from thermospin.response.discretisation_error import bar_of_number
from thermospin.response.error_density import Densities
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Errors, Expansion
from thermospin.response.step_errors import StepErrors
from thermospin.response.whole_adjoints import whole_adjoints
from thermospin.runs.side_by_side import expand
from thermospin.textures import MagneticState

if TYPE_CHECKING:
    from thermospin.runs.problem import Problem

LARGEST_SIZE = 4_000_000
"""Unknowns of degree 2 with which those of degree 1 are compared; they take 2 kB each."""
LARGEST_FACTORISED = 1_500_000
"""The same on stretched cells, where every field is factorised and takes 6 kB."""


def most_unknowns(problem: "Problem") -> int | None:
    """Unknowns of a problem on cells like these up to which its errors are estimated; None without a limit.

    (Collective.)

    Args:
        problem: The problem.
    """
    if problem.spaces.degree > 1:
        return None
    return (LARGEST_FACTORISED if is_stretched(problem.spaces) else LARGEST_SIZE) // 8


def compared_degree(degree: int) -> int:
    """The degree that a degree is compared with: the one below, or 2.

    Args:
        degree: The degree.
    """
    return degree - 1 if degree > 1 else 2


class Estimates(NamedTuple):
    """Estimates of the discretisation error of a solution.

    Attributes:
        errors: Of its readings.
        densities: The same by cell.
        compared: The solution with the neighbouring degree.
    """

    errors: Errors
    densities: Densities
    compared: Expansion


class DegreeComparison:
    """The problem of the neighbouring degree, and the estimates that it gives.

    Args:
        problem: The problem whose errors are estimated.

    Attributes:
        neighbour: The problem of the neighbouring degree.
        bar: Error bar of a number over its step between the degrees, where nothing else is known.
    """

    def __init__(self, problem: "Problem") -> None:
        self._problem = problem
        self.neighbour = type(problem)(_compared(problem.config), problem.spaces.device, SilentProgress())
        self.neighbour.adjoint_tolerance = LOCAL_TOLERANCE
        self._schemes: tuple[SchemeSolver, SchemeSolver] | None = None
        self._others: dict[Hashable, Expansion] = {}
        low, high = self._sorted(problem, self.neighbour)
        is_higher = problem.spaces.degree == high.spaces.degree
        self._steps = DegreeSteps(low.spaces, high.spaces)
        self._errors = StepErrors(
            problem.spaces.device, problem.device.materials, high.spaces.degree, is_higher
        )
        self.bar = bar_of_number(high.spaces.degree, is_higher)

    def adopt(self, config: Config) -> None:
        """Take another configuration with the same operator (collective).

        Args:
            config: The other configuration of the problem.
        """
        self._schemes = None
        self.neighbour.adopt(_compared(config))

    def free(self) -> None:
        """Free what PETSc keeps alive (collective)."""
        self.neighbour.free()

    def estimate(self, name: str, solver: SchemeSolver, expansion: Expansion) -> Estimates:
        """Estimates for the readings of a solution in the problem's magnetic state, and by cell (collective).

        Args:
            name: Name of the scheme.
            solver: The problem's solver of it.
            expansion: The solution.
        """
        if self._schemes is None or self._schemes[0] is not solver:
            self._schemes, self._others = (solver, self.neighbour.scheme(name)), {}
            self._errors.begin()
        problem, neighbour = self._problem, self.neighbour
        other = self._other(self._schemes[1])
        solved = [
            Solved(
                {n: order.vector for n, order in found.by_power.items()},
                whole_adjoints(scheme, case.terminals, case.system.matrix, LOCAL_TOLERANCE)[0],
            )
            for case, scheme, found in zip(
                (problem, neighbour), self._schemes, (expansion, other), strict=True
            )
        ]
        high = self._sorted(problem, neighbour)[1]
        steps = self._steps.divide(*self._sorted(*solved), high.system.matrix, high.heat)
        lower, higher = self._sorted(expansion, other)
        errors: Errors = {pair: {} for pair in steps}
        densities: Densities = {pair: {} for pair in steps}
        for pair, by_power in steps.items():
            for n, found in by_power.items():
                step = higher.by_power[n].reading(pair) - lower.by_power[n].reading(pair)
                densities[pair][n] = self._errors.left(pair, n, found, step)
                errors[pair][n] = self._errors.by_place(densities[pair][n])
        return Estimates(errors, densities, other)

    def _other(self, solver: SchemeSolver) -> Expansion:
        """The neighbour's solution in the problem's magnetic state (collective).

        States in which the problem was solved together are so here, too.
        """
        states, present = self._problem.side_by_side, self._problem.system.state
        if _name(present) not in self._others:
            states = states if present in states else [present]
            found = expand(self.neighbour, solver, states)
            self._others = {_name(state): part for state, part in zip(states, found, strict=True)}
        self.neighbour.magnetise(present)
        return self._others.pop(_name(present))

    def _sorted[T](self, own: T, neighbours: T) -> tuple[T, T]:
        """The two in the order of their degrees."""
        is_higher = self._problem.spaces.degree > self.neighbour.spaces.degree
        return (neighbours, own) if is_higher else (own, neighbours)


def _name(state: MagneticState) -> Hashable:
    return tuple(state.items())


def _compared(config: Config) -> Config:
    """The configuration with the neighbouring degree, without PETSc options of its user."""
    tolerance = max(config.solver.tolerance, COMPARISON_TOLERANCE)
    changes = {
        "degree": compared_degree(config.solver.degree),
        "estimate": False,
        "reciprocity": False,
        "tolerance": tolerance,
        "petsc": {},
    }
    return config.model_copy(update={"accuracy": None, "solver": config.solver.model_copy(update=changes)})
