"""Requests to a linear solver, and its answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.constraints import Constraint
from thermospin.fields import Field

MAX_CYCLES = 8
MARGIN = 0.9
"""Tolerance on the recursive residual relative to that on the true one."""
STAGNATION = 0.5
"""Factor by which a cycle must reduce the true residual; with less, rounding has been reached."""
ROUNDING, SLACK = 1e-13, 10.0
"""Residual relative to the right-hand side, and to the tolerance, below which rounding has been reached."""

Signs = Mapping[Field, np.ndarray]
"""Factors ±1 of owned rows by field: they turn the odd blocks of an operator into those of other magnets."""


@dataclass(frozen=True)
class Request:
    """A right-hand side ``A x = b`` to solve for the unknowns that are not fixed.

    Attributes:
        rhs: Right-hand side.
        x: Start, overwritten by the solution; its fixed unknowns are kept.
        constraint: The fixed unknowns.
        tolerance: Relative tolerance on the true residual.
        scale: Norm that the tolerance refers to; by default that of the residual of the start.
        centre: Changes the reference of V in a vector, in place. It is called before a true residual is
            evaluated, which is most accurate where the potential is small.
        transpose: Whether to solve with ``Aᵀ``.
        signs: Signs of the operator relative to the matrix of the solver; those of the matrix if empty.
    """

    rhs: PETSc.Vec
    x: PETSc.Vec
    constraint: Constraint
    tolerance: float
    scale: float | None = None
    centre: Callable[[PETSc.Vec], None] = lambda x: None
    transpose: bool = False
    signs: Signs = field(default_factory=dict)


@dataclass
class Report:
    """Outcome of a linear solve.

    All norms are those of the preconditioner, ``(r M⁻¹ r)^½``, in which the rows of every field have the same
    unit; for a residual it estimates the energy norm of the error.

    Attributes:
        iterations: Conjugate-gradient iterations, all cycles together.
        norm: Norm of the true residual, W^½.
        current_norm: Norm of its rows for V and s, W^½.
        scale: Norm of the right-hand side, W^½.
    """

    iterations: int
    norm: float
    current_norm: float
    scale: float

    @property
    def residual(self) -> float:
        """True residual over right-hand side."""
        return self.norm / self.scale if self.scale else 0.0

    def is_final(self, tolerance: float, before: float) -> bool:
        """Whether the residual is small enough, or as small as rounding lets it be.

        Args:
            tolerance: Relative tolerance on it.
            before: Its norm a cycle before, W^½.
        """
        enough = max(tolerance, min(ROUNDING, SLACK * tolerance)) * self.scale
        return self.norm <= enough or self.norm > STAGNATION * before


class Answer(NamedTuple):
    """Outcome of a request.

    Attributes:
        report: The norms.
        remainder: The true residual ``b − A x``; at fixed unknowns it is the flow out of the device.
    """

    report: Report
    remainder: PETSc.Vec
