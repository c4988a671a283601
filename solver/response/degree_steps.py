"""Steps of readings from one polynomial degree to the next, cell by cell."""

from collections.abc import Mapping
from typing import NamedTuple

from thermospin.compat import PETSc
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.prolongation import Prolongation
from thermospin.response.error_density import CellShares, Densities
from thermospin.response.solution import TerminalPair

Fields = Mapping[int, PETSc.Vec]
"""Fields by power of the drive."""


class Solved(NamedTuple):
    """A scheme and magnetic configuration solved with one degree.

    Attributes:
        fields: The fields by power of the drive.
        adjoints: The adjoints of the probes, currents of equipotential terminals kept.
    """

    fields: Fields
    adjoints: Mapping[TerminalPair, PETSc.Vec]


class DegreeSteps:
    """Divides steps of readings among cells.

    Args:
        prolongation: From the lower degree to the higher one.
        shares: Cells' shares in the unknowns of the higher degree.
    """

    def __init__(self, prolongation: Prolongation, shares: CellShares) -> None:
        self._prolongation, self._shares = prolongation, shares

    def divide(self, low: Solved, high: Solved, matrix: PETSc.Mat, heat: HeatSource) -> Densities:
        """The parts of the cells (collective).

        Args:
            low: With the lower degree.
            high: With the higher one.
            matrix: The operator with the higher one.
            heat: The heat source with it.

        Returns:
            By probe and power of the drive, V per power of the drive, shape (n_cells,).
        """
        lower = {n: self._up(vector, matrix) for n, vector in low.fields.items()}
        duals = {pair: (self._up(low.adjoints[pair], matrix), z) for pair, z in high.adjoints.items()}
        found: Densities = {pair: {} for pair in duals}
        for n, fields in high.fields.items():
            changed = heat_of(heat, matrix, high.fields, n) - heat_of(heat, matrix, lower, n)
            flow = matrix * (fields - lower[n])
            for pair, (below, adjoint) in duals.items():
                found[pair][n] = self._shares.divide((adjoint - below) * flow + below * changed)
        return found

    def _up(self, vector: PETSc.Vec, matrix: PETSc.Mat) -> PETSc.Vec:
        """Fields of the lower degree with the higher one (collective)."""
        found = matrix.createVecLeft()
        self._prolongation.up(vector, found)
        return found


def heat_of(heat: HeatSource, matrix: PETSc.Mat, fields: Fields, power: int) -> PETSc.Vec:
    """The heat of all pairs of orders that add up to one (collective).

    Args:
        heat: The heat source.
        matrix: The operator, for the layout of the result.
        fields: The orders by power of the drive.
        power: The order that they heat.
    """
    rhs = matrix.createVecLeft()
    rhs.set(0.0)
    for i in range(power // 2 + 1):
        j = power - i
        if i in fields and j in fields:
            heat.add(rhs, fields[i], fields[j], 1.0 if i == j else 2.0)
    return rhs
