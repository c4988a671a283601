"""Progress of an iteration, by the fall of its residual."""

import math
from collections.abc import Callable

from thermospin.compat import PETSc


class Watch:
    """Monitor of a Krylov method: the residual falls by a constant factor, on average.

    PETSc keeps it alive, so it refers to no solver.

    Args:
        tell: Gets the number of iterations and the part of the expected ones, 0 to 1, after each.
    """

    def __init__(self, tell: Callable[[int, float], object]) -> None:
        self._tell, self._start = tell, 0.0

    def __call__(self, ksp: PETSc.KSP, number: int, norm: float) -> None:
        """Tell of an iteration.

        Args:
            ksp: The Krylov method.
            number: Iterations so far.
            norm: Norm of the residual.
        """
        if number == 0:
            self._start = norm
        relative, absolute, *_ = ksp.getTolerances()
        self._tell(number, fallen(self._start, norm, max(relative * self._start, absolute)))


def fallen(start: float, norm: float, goal: float) -> float:
    """Part of the way from a norm to its goal on a logarithmic scale, 0 to 1.

    Args:
        start: The first norm.
        norm: The present one.
        goal: The goal.
    """
    if not start > goal > 0.0 or not norm > 0.0:
        return 0.0
    return min(max(math.log(start / norm) / math.log(start / goal), 0.0), 1.0)
