"""Magnetic states of a scheme solved side by side, where one solve serves several of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.response.starts import KEPT_STATES
from thermospin.textures import MagneticState

if TYPE_CHECKING:
    from thermospin.runs.problem import Problem

MOST = KEPT_STATES
"""States at once. Each has its fields and adjoints of probes: with one probe eight right-hand sides."""


def groups(problem: "Problem", states: Sequence[MagneticState]) -> Iterator[Sequence[MagneticState]]:
    """The states that are solved side by side, in their order (collective).

    Operators of states in a group differ by signs of rows, and every field has a factor. Otherwise every
    state is a group of its own.

    Args:
        problem: The problem.
        states: The states.
    """
    numerics = problem.device.numerics
    shares = (
        problem.shares_solves and numerics.method == "expansion" and not problem.device.follows_temperature
    )
    is_shared = shares and all(problem.system.signs(state) is not None for state in states)
    size = MOST if is_shared else 1
    for start in range(0, len(states), size):
        yield states[start : start + size]


def expand(problem: "Problem", solver: SchemeSolver, states: Sequence[MagneticState]) -> list[Expansion]:
    """The orders that the configuration asks for, in every state of a group (collective).

    Args:
        problem: The problem.
        solver: The solver of a scheme.
        states: The states.
    """
    if len(states) == 1:
        problem.magnetise(states[0])
        return [problem.expand(solver)]
    return solver.expand_together(
        problem.device.numerics.orders,
        len(states),
        lambda number: problem.magnetise(states[number]),
        lambda number: problem.system.signs(states[number]),
    )
