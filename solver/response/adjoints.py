"""Adjoint solutions: their product with a load is a reading."""

from collections.abc import Hashable
from dataclasses import dataclass

from thermospin.compat import PETSc
from thermospin.linear.krylov import Report
from thermospin.response.solution import Pair

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
    """Adjoints found before, by probe and magnetic configuration, to start later solves from.

    Other held terminals change the reference of the potential, and little else.

    Attributes:
        configuration: The magnetic configuration whose adjoints are kept and looked up.
    """

    def __init__(self) -> None:
        self.configuration: Hashable = None
        self._found: dict[tuple[Pair, Hashable], Adjoint] = {}

    def keep(self, pair: Pair, adjoint: Adjoint) -> None:
        """Keep an adjoint for :attr:`configuration`.

        Args:
            pair: The probe.
            adjoint: Its adjoint.
        """
        self._found.pop((pair, self.configuration), None)
        self._found[pair, self.configuration] = adjoint
        if len(self._found) > KEPT:
            self._found.pop(next(iter(self._found)))

    def get(self, pair: Pair) -> Adjoint | None:
        """Adjoint kept for a probe in :attr:`configuration`; None if there is none.

        Args:
            pair: The probe.
        """
        return self._found.get((pair, self.configuration))
