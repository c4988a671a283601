"""Solutions: the fields, the reference of their potential, and their readings and balances."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from thermospin.compat import PETSc
from thermospin.response.power_series import terms

TerminalPair = tuple[str, str]
"""Two terminals, plus and minus."""

Errors = dict[TerminalPair, dict[int, np.ndarray]]
"""By probe and power of the drive, what adds up to the estimated discretisation error of the reading: the
true one less the discrete one, V per power of the drive."""

HEATING_VOLTAGE = 0.1
"""Voltage, V, that heats a metal by hundreds of kelvins, whatever its size (Kohlrausch): of the same order of
magnitude are all orders of the response there."""


@dataclass
class Solution:
    """Fields that solve the linear system for one right-hand side, or a linear combination of such.

    Attributes:
        vector: The fields.
        offset: Constant to add to V in ``vector``, V: the potential is kept relative to a probe.
        terminals: Area average of V on every electrical terminal, V, with the same reference as ``vector``.
        corrections: Contribution of the residual to the voltage between the two terminals of a probe, V: to
            first order, the error of the fields' own voltage.
        currents: Current that enters at every electrical terminal, A.
        heat: Heat that leaves at every terminal with a thermal condition, W.
        generated: Heat generated in the device, W.
        given: The part of it that the configuration gives, W.
        uncertainty: Estimate of the solver's error in the reading of every probe, V.
        iterations: Iterations of the linear solver.
        norm: True residual in the norm of the preconditioner, W^½: an estimate of the error's energy norm.
        current_error: The part of it in V and s, W^½.
        scale: Right-hand side in that norm, W^½.
        residual_vector: True residual, A and W, where it was asked for.
    """

    vector: PETSc.Vec
    offset: float
    terminals: dict[str, float]
    corrections: dict[TerminalPair, float]
    currents: dict[str, float]
    heat: dict[str, float]
    generated: float
    uncertainty: dict[TerminalPair, float]
    iterations: int
    norm: float
    current_error: float
    scale: float
    given: float = 0.0
    residual_vector: PETSc.Vec | None = None

    @property
    def residual(self) -> float:
        """Relative true residual."""
        return self.norm / self.scale if self.scale else 0.0

    def reading(self, pair: TerminalPair) -> float:
        """Voltage between two terminals, plus minus minus, V; most accurate if they are a probe.

        Args:
            pair: The terminals.
        """
        return self.terminals[pair[0]] - self.terminals[pair[1]] + self.corrections.get(pair, 0.0)

    def scaled(self, factor: float) -> "Solution":
        """The fields times a factor.

        Args:
            factor: The factor.
        """
        return combine([(factor, self)])

    @property
    def power(self) -> float:
        """Electrical power that enters at the terminals, W."""
        return sum(current * self.terminals[name] for name, current in self.currents.items())

    @property
    def heating_drive(self) -> float:
        """Drive, A or V, at which a first order has :data:`HEATING_VOLTAGE` over the device."""
        power = abs(sum(current * self.potential(name) for name, current in self.currents.items()))
        current = sum(map(abs, self.currents.values())) / 2
        return HEATING_VOLTAGE * current / power if power else 1.0

    def potential(self, terminal: str) -> float:
        """Potential of a terminal, V.

        Args:
            terminal: Its name.
        """
        return self.terminals[terminal] + self.offset


def combine(parts: Iterable[tuple[float, Solution]]) -> Solution:
    """A linear combination of solutions.

    Args:
        parts: Factors and solutions.
    """
    parts = list(parts)
    vector = parts[0][1].vector.duplicate()
    vector.set(0.0)
    for factor, part in parts:
        vector.axpy(factor, part.vector)

    def total(values) -> dict:
        return {key: sum(factor * values(part)[key] for factor, part in parts) for key in values(parts[0][1])}

    uncertain = parts[0][1].uncertainty

    return Solution(
        vector=vector,
        offset=sum(factor * part.offset for factor, part in parts),
        terminals=total(lambda part: part.terminals),
        corrections=total(lambda part: part.corrections),
        currents=total(lambda part: part.currents),
        heat=total(lambda part: part.heat),
        generated=sum(factor * part.generated for factor, part in parts),
        given=sum(factor * part.given for factor, part in parts),
        uncertainty={
            pair: sum(abs(factor) * part.uncertainty[pair] for factor, part in parts) for pair in uncertain
        },
        iterations=sum(part.iterations for _, part in parts),
        norm=sum(abs(factor) * part.norm for factor, part in parts),
        current_error=sum(abs(factor) * part.current_error for factor, part in parts),
        scale=sum(abs(factor) * part.scale for factor, part in parts),
    )


@dataclass
class Expansion:
    """The fields of a scheme and a configuration as a power series in the drive (solver/physics.md §7).

    Attributes:
        orders: The coefficients of the first, second, … power, per A or V to that power.
        rest: The fields without a drive; present only when a sink is not at T0 or spins have an
            equilibrium of their own.
        reciprocity: For every probe that allows it, R1 with injector and probe exchanged, Ω.
        points: The drives that were solved at, A or V, and the fields there, where a polynomial was fitted.
        weights: By power, the weight of every one of these; they fit all other quantities as they fit the
            fields.
        errors: By probe and power of the drive, what adds up to the estimated discretisation error of the
            reading (:mod:`thermospin.response.discretisation_error`), V per power of the drive; empty where
            it is not estimated.
        unestimated: Reason why it is not, where it was asked for; else empty.
        densities: Likewise, the part that every owned cell makes of it; empty where it is not asked for.
        key: The scheme and the configuration.
        cut_off: Part of the cross-section that curved walls, flat in the mesh, cut off.
    """

    orders: list[Solution]
    rest: Solution | None = None
    reciprocity: dict[TerminalPair, float] = field(default_factory=dict)
    points: list[tuple[float, Solution]] = field(default_factory=list)
    weights: dict[int, np.ndarray] = field(default_factory=dict)
    errors: Mapping[TerminalPair, Mapping[int, np.ndarray]] = field(default_factory=dict)
    unestimated: str = ""
    densities: Mapping[TerminalPair, Mapping[int, np.ndarray]] = field(default_factory=dict)
    key: tuple[str, str] = ("", "")
    cut_off: float = 0.0

    @property
    def by_power(self) -> dict[int, Solution]:
        """The coefficients by power of the drive; 0 is at rest."""
        return ({0: self.rest} if self.rest else {}) | dict(enumerate(self.orders, start=1))

    def at(self, drive: float) -> Solution:
        """The fields at a drive.

        Args:
            drive: The drive, A or V.
        """
        return combine(terms(self.by_power, drive))

    def harmonics(self, probe: TerminalPair) -> np.ndarray:
        """``R1, R2, …`` of a probe, V per power of the drive.

        Args:
            probe: The probe.
        """
        return np.array([order.reading(probe) for order in self.orders])
