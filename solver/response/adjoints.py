"""Adjoints: what times a load is a reading."""

from collections.abc import Hashable
from dataclasses import dataclass

from thermospin.compat import PETSc
from thermospin.linear.krylov import Report
from thermospin.response.solution import Pair

KEPT = 16
"""Adjoints that are kept to begin with; the oldest goes first."""


@dataclass(frozen=True)
class Adjoint:
    """What times a load is a reading: of a probe, the fields of 1 A into its plus terminal, out of its minus.

    Attributes:
        vector: The fields, V/A and K/A for a probe.
        report: How the solve went.
        per_watt: Largest reading that 1 W of heat anywhere in the device gives, V.
        state: State of the operator it belongs to.
    """

    vector: PETSc.Vec
    report: Report
    per_watt: float
    state: int


class KnownAdjoints:
    """Adjoints that were found before, by probe and magnetic configuration: those to begin with.

    What is held elsewhere changes the reference of the potential, and little else.

    Attributes:
        configuration: The magnetic configuration of the moment.
    """

    def __init__(self) -> None:
        self.configuration: Hashable = None
        self._found: dict[tuple[Pair, Hashable], Adjoint] = {}

    def keep(self, pair: Pair, adjoint: Adjoint) -> None:
        """Keep an adjoint in the configuration of the moment."""
        self._found.pop((pair, self.configuration), None)
        self._found[pair, self.configuration] = adjoint
        if len(self._found) > KEPT:
            self._found.pop(next(iter(self._found)))

    def get(self, pair: Pair) -> Adjoint | None:
        """What was kept for a probe in the configuration of the moment."""
        return self._found.get((pair, self.configuration))
