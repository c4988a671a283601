"""Steps of readings from one polynomial degree to the next, cell by cell.

With the fields u of degree p and u' of degree p − 1 on the same mesh, and the adjoint z of a reading, the
step of the reading from one degree to the other is a sum over cells: with ``e = u − u'``, the operator A and
the heat f that the fields of lower orders make,

    J − J' = (z − z')·A e + z'·(f(u) − f(u'))

(the dual-weighted residual; R. Becker, R. Rannacher, Acta Numerica 10, 1 (2001)).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.prolongation import Prolongation
from thermospin.discretisation.spaces import Spaces
from thermospin.response.decay import Bending
from thermospin.response.error_density import CellShares
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


class Step(NamedTuple):
    """A step of a reading: the part of every field, and at last that of the heat.

    Attributes:
        parts: V per power of the drive, shape (n_fields + 1, n_cells), of owned cells.
        bending: How much the fields bend, or their adjoint if it bends more; likewise. Heat bends as V does.
    """

    parts: np.ndarray
    bending: np.ndarray


Steps = dict[TerminalPair, dict[int, Step]]
"""By probe and power of the drive."""


class DegreeSteps:
    """Divides steps of readings among cells.

    Args:
        low: The spaces of the lower degree.
        high: Those of the higher degree; one of both is 2.
    """

    def __init__(self, low: Spaces, high: Spaces) -> None:
        self._prolongation, self._shares = Prolongation(low, high), CellShares(high)
        self._bends_low = low.degree == 2
        self._bending = Bending(low if self._bends_low else high)

    def divide(self, low: Solved, high: Solved, matrix: PETSc.Mat, heat: HeatSource) -> Steps:
        """The steps of all readings (collective).

        Args:
            low: With the lower degree.
            high: With the higher one.
            matrix: The operator with the higher one.
            heat: The heat source with it.
        """
        quadratic = low if self._bends_low else high
        lower = {n: self._up(vector, matrix) for n, vector in low.fields.items()}
        duals = {
            pair: (self._up(low.adjoints[pair], matrix), z, self._bending.of(quadratic.adjoints[pair]))
            for pair, z in high.adjoints.items()
        }
        found: Steps = {pair: {} for pair in duals}
        for n, fields in high.fields.items():
            changed = heat_of(heat, matrix, high.fields, n) - heat_of(heat, matrix, lower, n)
            flow = matrix * (fields - lower[n])
            bent = self._bending.of(quadratic.fields[n])
            for pair, (below, adjoint, bent_adjoint) in duals.items():
                flows = self._shares.divide((adjoint - below) * flow)
                heats = self._shares.divide(below * changed).sum(axis=0)
                bends = np.maximum(bent, bent_adjoint)
                found[pair][n] = Step(np.vstack([flows, heats]), np.vstack([bends, bent[0]]))
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
