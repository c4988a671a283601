"""Estimates of the discretisation error of readings, by dual-weighted residuals.

The discrete fields u and adjoints z of polynomial degree p are put into the space of degree p + 1 on the
same mesh. There they leave residuals, and what is missing from them there, e and e_z, is solved for to a
thousandth. With the reading ``ℓ`` and the source ``f_n`` of order n, which lower orders make, the error is

    η_n = ℓ·e_n + (z + e_z)·(f_n(u + e) − A(u_n + e_n)) − z·(f_n(u) − A u_n)

The last term is what the reading is corrected for already. As the adjoint multiplies a residual, η has the
product of the errors of e and e_z only: a thousandth of either leaves a millionth of η, so that those of P
and AP may be subtracted (R. Becker, R. Rannacher, Acta Numerica 10, 1 (2001)).
"""

from collections.abc import Callable, Hashable, Mapping

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.device import Drive
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.prolongation import Prolongation
from thermospin.linear.krylov import LinearSolver
from thermospin.response.accuracy import (
    ESTIMATE_CANCELLATION,
    ESTIMATE_CHANGE,
    ESTIMATE_SAFETY,
    ESTIMATE_SWEEPS,
    ESTIMATE_TOLERANCE,
    LAST_ESTIMATE_TOLERANCE,
    SOURCE_REDUCTION,
)
from thermospin.response.error_density import CellShares, Densities
from thermospin.response.linear_response import Unit
from thermospin.response.solution import Expansion, TerminalPair
from thermospin.response.terminals import HEATED_BY_CURRENTS, Terminals

Source = Callable[[PETSc.Vec, Mapping[int, PETSc.Vec], int], None]
"""Adds to a right-hand side what fields, by power of the drive, are the source of in one order."""


Errors = dict[TerminalPair, dict[int, np.ndarray]]
"""By probe and power of the drive, what adds up to the estimate η of the reading's error (the true reading
less the discrete one), V per power of the drive: the residuals of the order in the equations of all fields,
in their order, then what lower orders change of its source."""


class ErrorEstimator:
    """Estimates the discretisation error of the readings of a scheme.

    Args:
        linear: The linear solver of the richer space; its matrix is in the magnetic state of the problem.
        terminals: The terminals in the richer space.
        drive: The drive of the scheme.
        prolongation: From the space of the problem to the richer one.
        source: What fields are the source of in the richer space.
        localised: Whether to find what every cell makes of the error.

    Attributes:
        constraint: What the scheme fixes in the richer space.
        iterations: Iterations of the linear solver spent so far.
    """

    def __init__(
        self,
        linear: LinearSolver,
        terminals: Terminals,
        drive: Drive,
        prolongation: Prolongation,
        source: Source,
        localised: bool = False,
    ) -> None:
        self._shares = CellShares(terminals.spaces) if localised else None
        self._linear, self._terminals, self._drive = linear, terminals, drive
        self._prolongation, self._source = prolongation, source
        self.constraint = terminals.constraint(drive)
        self.iterations = 0
        self._known: dict[Hashable, PETSc.Vec] = {}
        self._units: dict[str, Unit] = {}
        self._conductance = np.empty((0, 0))

    def estimate(
        self,
        expansion: Expansion,
        adjoints: Mapping[TerminalPair, PETSc.Vec],
        units: Mapping[str, Unit],
        correction_adjoints: Mapping[TerminalPair, PETSc.Vec],
    ) -> tuple[Errors, Densities]:
        """The estimates for the readings of a solution, and where they are made (collective).

        Args:
            expansion: The solution, in the magnetic state of the matrix.
            adjoints: Adjoints of the probes in the space of the problem.
            units: By equipotential terminal, what 1 V there does in the space of the problem.
            correction_adjoints: By probe, the adjoint of the reading of one order as the heat of the order
                before; empty where it is not known.

        Returns:
            The estimates, and their parts by cell; these are empty where they are not asked for.
        """
        self._find_units(units)
        duals = {pair: self._dual(pair, vector) for pair, vector in adjoints.items()}
        low = {n: self._up(order.vector) for n, order in expansion.by_power.items()}
        effects = {pair: self._up(vector) for pair, vector in correction_adjoints.items()}
        found, total, remainder = {pair: {} for pair in duals}, dict(low), None
        densities: Densities = {pair: {} for pair in duals}
        for n in low:
            residual = self._residual(low, n)
            for _ in range(ESTIMATE_SWEEPS if 0 in low else 1):
                total[n] = self._total(low, total, n)
            before, error, remainder = remainder, total[n] - low[n], self._residual(total, n)
            for pair, (adjoint, missing, _) in duals.items():
                parts = self._products(missing, residual)
                whole = self._read(error, pair) + adjoint.dot(remainder - residual) + missing.dot(remainder)
                if before is not None and pair in effects:
                    whole += effects[pair].dot(before)
                found[pair][n] = np.append(parts, whole - parts.sum())
            if self._shares is not None:
                changed = self._rhs(total, n) - self._rhs(low, n)
                for pair, (adjoint, missing, left) in duals.items():
                    parts = missing * residual + (adjoint + missing) * changed + left * error
                    if before is not None and pair in effects:
                        parts += effects[pair] * before
                    densities[pair][n] = self._shares.divide(parts)
        return found, densities

    def _up(self, vector: PETSc.Vec) -> PETSc.Vec:
        """A field of the problem in the richer space (collective)."""
        fine = self._linear.matrix.createVecLeft()
        self._prolongation.up(vector, fine)
        return fine

    def _rhs(self, fields: Mapping[int, PETSc.Vec], power: int) -> PETSc.Vec:
        """The right-hand side of an order (collective)."""
        rhs = self._linear.matrix.createVecLeft()
        rhs.set(0.0)
        if power == 1:
            self._terminals.inject(rhs, {**self._drive.uniform, **self._drive.equipotential})
        elif power == HEATED_BY_CURRENTS:
            self._terminals.heat_leads(rhs, self._drive.uniform)
        self._source(rhs, fields, power)
        return rhs

    def _residual(self, fields: Mapping[int, PETSc.Vec], power: int) -> PETSc.Vec:
        """The residual of an order (collective)."""
        self._linear.evaluate(self._rhs(fields, power), fields[power])
        return self._linear.remainder.copy()

    def _total(self, low: Mapping[int, PETSc.Vec], total: Mapping[int, PETSc.Vec], power: int) -> PETSc.Vec:
        """An order in the richer space, with the source of others there (collective)."""
        tolerance = estimate_tolerance(power, max(low))
        found = self._solve(("order", power), self._rhs(total, power), low[power], tolerance)
        if self._units:
            leaving = [unit.weights.dot(self._linear.remainder) for unit in self._units.values()]
            volts = np.linalg.solve(self._conductance, leaving)
            for volt, unit in zip(volts, self._units.values(), strict=True):
                found.axpy(volt, unit.fields)
        return found

    def _solve(
        self,
        key: Hashable,
        rhs: PETSc.Vec,
        low: PETSc.Vec,
        tolerance: float = ESTIMATE_TOLERANCE,
        transpose: bool = False,
    ) -> PETSc.Vec:
        """Solve in the richer space, from a field of the problem (collective).

        Args:
            key: Under which what was missing in the last configuration is known.
            rhs: The right-hand side.
            low: The field.
            tolerance: Relative to the residual of the field.
            transpose: Solve with ``Aᵀ`` instead.
        """
        found = low.copy()
        if key in self._known:
            found.axpy(1.0, self._known[key])
            tolerance *= ESTIMATE_CHANGE
        report = self._linear.solve(rhs, found, self.constraint, tolerance=tolerance, transpose=transpose)
        self.iterations += report.iterations
        self._known[key] = found - low
        return found

    def _find_units(self, units: Mapping[str, Unit]) -> None:
        """Find what 1 V at every equipotential terminal does in the richer space (collective)."""
        none = self._linear.matrix.createVecLeft()
        none.set(0.0)
        self._units = {}
        for name, unit in units.items():
            fields = weights = self._solve(("unit", name), none, self._up(unit.fields))
            if not self._linear.is_symmetric:
                weights = self._solve(("weights", name), none, self._up(unit.weights), transpose=True)
            self._units[name] = Unit(fields, weights)
        flows = [self._linear.matrix * unit.fields for unit in self._units.values()]
        self._conductance = np.array(
            [[unit.weights.dot(flow) for flow in flows] for unit in self._units.values()]
        )

    def _dual(self, pair: TerminalPair, vector: PETSc.Vec) -> tuple[PETSc.Vec, PETSc.Vec, PETSc.Vec]:
        """The adjoint of a probe, what it lacks in the richer space, and its residual there (collective)."""
        rhs = self._linear.matrix.createVecLeft()
        rhs.set(0.0)
        self._terminals.inject(rhs, {pair[0]: 1.0})
        self._terminals.inject(rhs, {pair[1]: -1.0})
        low = self._up(vector)
        missing = self._solve(("adjoint", pair), rhs, low, transpose=True) - low
        left = self._linear.remainder.copy()
        if self._units:
            read = [self._read(unit.fields, pair) for unit in self._units.values()]
            volts = np.linalg.solve(self._conductance.T, read)
            for volt, unit in zip(volts, self._units.values(), strict=True):
                missing.axpy(volt, unit.weights)
        return low, missing, left

    def _read(self, fields: PETSc.Vec, pair: TerminalPair) -> float:
        """The reading of a probe, V (collective)."""
        terminals = self._terminals.readings(fields)
        return terminals[pair[0]] - terminals[pair[1]]

    def _products(self, first: PETSc.Vec, second: PETSc.Vec) -> np.ndarray:
        """The scalar products of two vectors, field by field (collective)."""
        spaces = self._terminals.spaces
        local = [first.array_r[part] @ second.array_r[part] for part in spaces.ranges.values()]
        return spaces.comm.allreduce(np.array(local), MPI.SUM)


def add_heat(heat: HeatSource, rhs: PETSc.Vec, fields: Mapping[int, PETSc.Vec], power: int) -> None:
    """Add the heat of all pairs of orders that add up to one (collective).

    Args:
        heat: The heat source.
        rhs: A right-hand side.
        fields: The orders by power of the drive.
        power: The order that they heat.
    """
    for i in range(power // 2 + 1):
        j = power - i
        if i in fields and j in fields:
            heat.add(rhs, fields[i], fields[j], 1.0 if i == j else 2.0)


def estimate_tolerance(power: int, highest: int) -> float:
    """Tolerance for what is missing from an order, relative to the residual of its fields there.

    The last order is read only, and the adjoint knows what is missing from it. R3 is the heat of the first
    order's currents with the small thermoelectric currents of the second, which so need more digits.

    Args:
        power: The order; 0 are the fields without a drive.
        highest: The last order.
    """
    if power == highest:
        return LAST_ESTIMATE_TOLERANCE
    digits = {1: 1, 2: 3}.get(power, 0) if highest > 2 else 1
    return ESTIMATE_TOLERANCE * SOURCE_REDUCTION**digits


def error_bar(parts: np.ndarray) -> float:
    """The error bar of a reading.

    Args:
        parts: What adds up to its estimate.

    Returns:
        The bar, in the unit of the estimate.
    """
    return float(ESTIMATE_SAFETY * abs(parts.sum()) + ESTIMATE_CANCELLATION * np.abs(parts).sum())
