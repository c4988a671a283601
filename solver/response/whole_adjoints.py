"""Adjoints while the currents of equipotential terminals, and not their potentials, are given."""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.compat import PETSc
from thermospin.response.linear_response import Unit
from thermospin.response.scheme import Scheme
from thermospin.response.solution import TerminalPair
from thermospin.response.terminals import Terminals


class KeptCurrents:
    """Turns adjoints at given potentials into those at given currents of the equipotential terminals.

    Args:
        units: Effects of 1 V at every such terminal.
        matrix: The operator.
    """

    def __init__(self, units: Mapping[str, Unit], matrix: PETSc.Mat) -> None:
        self.units = list(units.values())
        flows = [matrix * unit.fields for unit in self.units]
        self._conductance = np.array([[unit.weights.dot(flow) for flow in flows] for unit in self.units])

    def whole(self, adjoint: PETSc.Vec, read: Sequence[float]) -> PETSc.Vec:
        """The adjoint of a functional at given currents; itself where no terminal is equipotential.

        Args:
            adjoint: That at given potentials.
            read: The functional of the fields of every unit.
        """
        if not self.units:
            return adjoint
        found = adjoint.copy()
        for volt, unit in zip(np.linalg.solve(self._conductance.T, read), self.units, strict=True):
            found.axpy(volt, unit.weights)
        return found


def whole_adjoints(
    solver: Scheme, terminals: Terminals, matrix: PETSc.Mat, tolerance: float
) -> tuple[dict[TerminalPair, PETSc.Vec], KeptCurrents]:
    """The adjoints of the probes while the currents of equipotential terminals are given (collective).

    Args:
        solver: The solver of the scheme.
        terminals: The terminals.
        matrix: The operator, in the magnetic state of the adjoints.
        tolerance: Relative tolerance on the residuals of the adjoints.

    Returns:
        The adjoints, and what makes others alike.
    """
    adjoints, units = solver.find_adjoints(tolerance), solver.find_units()
    kept = KeptCurrents(units, matrix)
    volts = [terminals.readings(unit.fields) for unit in kept.units]
    return {
        (plus, minus): kept.whole(adjoint, [read[plus] - read[minus] for read in volts])
        for (plus, minus), adjoint in adjoints.items()
    }, kept
