"""Adjoint solutions: their product with a load is a reading."""

from collections.abc import Hashable
from dataclasses import dataclass

from thermospin.compat import PETSc
from thermospin.discretisation.system import CoupledSystem
from thermospin.linear.krylov import Report
from thermospin.response.solution import TerminalPair

KEPT = 16
"""Adjoints that are kept to begin with; the oldest goes first."""


@dataclass(frozen=True)
class Adjoint:
    """Adjoint solution of a reading; of a probe, the fields of 1 A into its plus, out of its minus terminal.

    Attributes:
        vector: The fields, V/A and K/A for a probe.
        report: Outcome of the solve.
        per_watt: Largest reading that 1 W of heat anywhere in the device gives, V.
        state: State of the operator that it belongs to.
    """

    vector: PETSc.Vec
    report: Report
    per_watt: float
    state: int


class KnownAdjoints:
    """Adjoints found before, by probe and magnetic state, to start later solves from.

    Other held terminals change the reference of the potential, and little else.

    Args:
        system: The operator, whose magnetic state is that of adjoints that are kept and looked up.
    """

    def __init__(self, system: CoupledSystem) -> None:
        self._system = system
        self._found: dict[tuple[TerminalPair, Hashable], Adjoint] = {}

    def keep(self, pair: TerminalPair, adjoint: Adjoint) -> None:
        """Keep an adjoint in the magnetic state of the operator.

        Args:
            pair: The probe.
            adjoint: Its adjoint.
        """
        key = self._key(pair)
        self._found.pop(key, None)
        self._found[key] = adjoint
        if len(self._found) > KEPT:
            self._found.pop(next(iter(self._found)))

    def get(self, pair: TerminalPair) -> Adjoint | None:
        """Adjoint kept for a probe in the magnetic state of the operator; None if there is none.

        Args:
            pair: The probe.
        """
        return self._found.get(self._key(pair))

    def _key(self, pair: TerminalPair) -> tuple[TerminalPair, Hashable]:
        return pair, tuple(self._system.state.items())
