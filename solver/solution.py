"""Solutions: the fields, the reference of their potential, and what was read and balanced from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from thermospin.compat import PETSc


@dataclass
class Solution:
    """Fields that solve the linear system for one right-hand side, or a linear combination of such.

    Attributes:
        vector: The fields.
        offset: What must be added to V in ``vector``, V: the potential is kept relative to a probe.
        terminals: Area average of V on every electrical terminal, V, relative to the same as ``vector``.
        currents: Current that enters at every electrical terminal, A.
        heat: Heat that leaves at every sink, W.
        generated: Heat generated in the device, W.
        uncertainty: How much the last cycle of the solver changed the reading of each probe, V.
        iterations: Iterations of the linear solver.
        residual: Largest relative true residual.
    """

    vector: PETSc.Vec
    offset: float
    terminals: dict[str, float]
    currents: dict[str, float]
    heat: dict[str, float]
    generated: float
    uncertainty: np.ndarray
    iterations: int
    residual: float

    def reading(self, probe: tuple[str, str]) -> float:
        """Voltage between two terminals, plus minus minus, V."""
        return self.terminals[probe[0]] - self.terminals[probe[1]]

    def potential(self, terminal: str) -> float:
        """Potential of a terminal, V."""
        return self.terminals[terminal] + self.offset


def combine(parts: Iterable[tuple[float, Solution]]) -> Solution:
    """A linear combination of solutions."""
    parts = list(parts)
    vector = parts[0][1].vector.duplicate()
    vector.set(0.0)
    for factor, part in parts:
        vector.axpy(factor, part.vector)

    def total(values) -> dict[str, float]:
        return {key: sum(factor * values(part)[key] for factor, part in parts) for key in values(parts[0][1])}

    return Solution(
        vector=vector,
        offset=sum(factor * part.offset for factor, part in parts),
        terminals=total(lambda part: part.terminals),
        currents=total(lambda part: part.currents),
        heat=total(lambda part: part.heat),
        generated=sum(factor * part.generated for factor, part in parts),
        uncertainty=sum(abs(factor) * part.uncertainty for factor, part in parts),
        iterations=sum(part.iterations for _, part in parts),
        residual=max(part.residual for _, part in parts),
    )


@dataclass
class Expansion:
    """The fields of a scheme and a configuration as a power series in the drive (physics.md §7).

    Attributes:
        orders: The coefficients of the first, second, … power, per A or V to that power.
        rest: The fields without a drive; present only when a sink is not at T0.
        reciprocity: For every probe that allows it, R1 with injector and probe exchanged, Ω.
    """

    orders: list[Solution]
    rest: Solution | None = None
    reciprocity: dict[str, float] = field(default_factory=dict)

    def at(self, drive: float) -> Solution:
        """The fields at a drive in A or V."""
        parts = [(drive**n, order) for n, order in enumerate(self.orders, start=1)]
        return combine(parts + ([(1.0, self.rest)] if self.rest else []))

    def harmonics(self, probe: tuple[str, str]) -> np.ndarray:
        """``R1, R2, …`` of a probe, V per power of the drive."""
        return np.array([order.reading(probe) for order in self.orders])
