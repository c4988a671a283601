"""Conjugate gradients for several right-hand sides at once, where every field has a factor.

A solve with a factor reads all of its entries; for eight right-hand sides it takes twice as long as for one.
Operators of different signs of magnets share the blocks and the factors: of a column with other signs, rows
of the blocks that couple scalars with spins change theirs.

With an exact factor of V, V is eliminated: the iteration is that for the Schur complement of V, and takes
half the steps (J. K. Reid, SIAM J. Numer. Anal. 9, 325 (1972)). Its natural norm is that of the block
factorisation with the other fields' factors in the place of their Schur complement.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.errors import ConvergenceError
from thermospin.fields import SPIN, TAU, Field, S, V
from thermospin.linear.columns import BlockOperator
from thermospin.linear.preconditioner import FieldPreconditioner
from thermospin.linear.reasons import NOT_A_NUMBER, NOT_POSITIVE, not_converged, stopped, why
from thermospin.linear.request import MARGIN, MAX_CYCLES, Answer, Report, Request
from thermospin.linear.watch import fallen

MOST_COLUMNS = 16
"""Right-hand sides at once. Each takes some 100 bytes an unknown, factors 5000; more of them gain little."""


class Residual(NamedTuple):
    """Residuals of several columns, those of the rows for V eliminated; shape (n, k) on this rank.

    Attributes:
        shift: What eliminates the residual for V: its part of the solution.
        rest: What is left for the other fields.
        step: The preconditioned rest.
        sizes: Square of the norm of the rest, W, shape (k,).
        norms: Norm of the whole residual, W^½, shape (k,).
        current_norms: Norm of its rows for V and s, W^½, shape (k,).
    """

    shift: np.ndarray
    rest: np.ndarray
    step: np.ndarray
    sizes: np.ndarray
    norms: np.ndarray
    current_norms: np.ndarray

    def take(self, columns: np.ndarray) -> "Residual":
        """Some of the columns.

        Args:
            columns: Their numbers.
        """
        return Residual(*(part[..., columns] for part in self))


class SimultaneousSolver:
    """Solves for several right-hand sides at once, each with its own signs of the magnets.

    Args:
        matrix: The operator, a nest of its blocks, symmetric.
        preconditioner: Factors of the fields, V first and by itself.
        fields: The fields in the order of the blocks.
        max_iterations: Iterations allowed in one solve.
        tell: Gets the number of iterations and the part of the expected ones, 0 to 1, after each.
    """

    def __init__(
        self,
        matrix: PETSc.Mat,
        preconditioner: FieldPreconditioner,
        fields: Sequence[Field],
        max_iterations: int,
        tell: Callable[[int, float], object],
    ) -> None:
        self._tell = tell
        self._matrix, self._preconditioner, self._fields = matrix, preconditioner, list(fields)
        self._max_iterations, self._comm = max_iterations, matrix.comm.tompi4py()
        spins, numbers = [field in (S, TAU) for field in fields], range(len(self._fields))
        odd = [(i, j) for i in numbers for j in numbers[i:] if spins[i] != spins[j]]
        self._operator = BlockOperator(matrix, odd)
        self._all, self._charge, self._others = set(numbers), {0}, set(numbers[1:])

    def solve(self, requests: Sequence[Request]) -> list[Answer]:
        """Solve requests that fix the same unknowns (collective).

        Args:
            requests: The requests.

        Raises:
            ConvergenceError: Too many iterations, or an operator that is not positive definite.
        """
        starts = range(0, len(requests), MOST_COLUMNS)
        parts = [self._solve(requests[start : start + MOST_COLUMNS]) for start in starts]
        return [answer for part in parts for answer in part]

    def _solve(self, requests: Sequence[Request]) -> list[Answer]:
        """Solve some requests at once (collective)."""
        fixed, signs = requests[0].constraint.fixed, self._signs(requests)
        reports = [Report(0, np.inf, np.inf, request.scale or 0.0) for request in requests]
        previous = np.full(len(requests), np.inf)
        remainder = np.empty((self._matrix.getLocalSize()[0], len(requests)), order="F")
        left = np.arange(len(requests))
        remainder[:, left], residual = self._measured(requests, left, signs, fixed, reports)
        for report in reports:
            report.scale = report.scale or report.norm
        left, residual = _unsolved(reports, requests, left, residual)
        for _ in range(MAX_CYCLES):
            if not len(left):
                break
            begun = residual.norms
            self._descend(requests, left, residual, signs, fixed, reports)
            remainder[:, left], residual = self._measured(requests, left, signs, fixed, reports)
            going = np.array(
                [
                    not reports[i].is_final(requests[i].tolerance, min(start, previous[i]))
                    for i, start in zip(left, begun, strict=True)
                ]
            )
            previous[left] = residual.norms
            left, residual = left[going], residual.take(going)
        return [Answer(report, self._vector(part)) for report, part in zip(reports, remainder.T, strict=True)]

    def _signs(self, requests: Sequence[Request]) -> dict[int, np.ndarray]:
        """The factors of all requests by the number of their field; none where all are 1."""
        found = {}
        for i, field in enumerate(self._fields):
            if any(field in request.signs for request in requests):
                ones = np.ones(self._operator.rows[i].stop - self._operator.rows[i].start)
                found[i] = np.stack([request.signs.get(field, ones) for request in requests], axis=1)
        return found

    def _measured(
        self,
        requests: Sequence[Request],
        columns: np.ndarray,
        signs: Mapping[int, np.ndarray],
        fixed: np.ndarray,
        reports: Sequence[Report],
    ) -> tuple[np.ndarray, Residual]:
        """True residuals of some requests, put into their reports (collective)."""
        for i in columns:
            requests[i].centre(requests[i].x)
        x, b = (
            np.stack([vector.array_r for vector in vectors], axis=1)
            for vectors in ([requests[i].x for i in columns], [requests[i].rhs for i in columns])
        )
        remainder = b - self._operator.multiply(x, _taken(signs, columns), self._all, self._all)
        free = remainder.copy(order="F")
        free[fixed] = 0.0
        residual = self._eliminated(free, _taken(signs, columns), fixed)
        for i, norm, current in zip(columns, residual.norms, residual.current_norms, strict=True):
            if not np.isfinite(norm):
                raise ConvergenceError(f"the linear solver stopped: {why(NOT_A_NUMBER)}")
            reports[i].norm, reports[i].current_norm = float(norm), float(current)
        return remainder, residual

    def _eliminated(self, r: np.ndarray, signs: Mapping[int, np.ndarray], fixed: np.ndarray) -> Residual:
        """Residuals without their rows for V (collective)."""
        shift = self._solved(r, self._charge)
        rest = r - self._operator.multiply(shift, signs, self._others, self._charge)
        rest[self._operator.rows[0]] = 0.0
        rest[fixed] = 0.0
        step = self._solved(rest, self._others)
        step[fixed] = 0.0
        products = np.array([_by_column(part, z) for part, z in self._pairs((r, shift), (rest, step))])
        products = self._comm.allreduce(products, MPI.SUM)
        current = [i for i, field in enumerate(self._fields) if field in (V, *SPIN)]
        norms = [np.maximum(part.sum(axis=0), 0.0) ** 0.5 for part in (products, products[current])]
        return Residual(shift, rest, step, products[1:].sum(axis=0), *norms)

    def _pairs(self, charge, others):
        """The rows of every field of two pairs of columns: of V from the first, of others from the second."""
        for i, rows in enumerate(self._operator.rows):
            yield tuple(part[rows] for part in (others if i else charge))

    def _solved(self, r: np.ndarray, fields: set[int]) -> np.ndarray:
        """Columns preconditioned in the rows of some fields, 0 in others (collective)."""
        return self._preconditioner.solve_columns(r, [self._fields[i] for i in fields])

    def _descend(
        self,
        requests: Sequence[Request],
        columns: np.ndarray,
        residual: Residual,
        signs: Mapping[int, np.ndarray],
        fixed: np.ndarray,
        reports: Sequence[Report],
    ) -> None:
        """Conjugate gradients for the fields other than V, and V that belongs to them (collective)."""
        goals = np.array([MARGIN * requests[i].tolerance * reports[i].scale for i in columns]) ** 2
        found, left = residual.shift.copy(order="F"), np.arange(len(columns))
        _, r, z, sizes, *_ = residual
        p, going = z.copy(order="F"), sizes > goals
        start, count = sizes, 0
        self._tell(count, 0.0)
        while going.any():
            left, r, p, sizes = left[going], r[:, going], p[:, going], sizes[going]
            here = _taken(signs, columns[left])
            product = self._operator.multiply(p, here, self._all, self._others)
            product[fixed] = 0.0
            shift = self._solved(product, self._charge)
            product -= self._operator.multiply(shift, here, self._others, self._charge)
            product[self._operator.rows[0]] = 0.0
            product[fixed] = 0.0
            curvature = self._comm.allreduce(_by_column(p, product), MPI.SUM)
            self._check(curvature, [reports[i] for i in columns[left]], sizes)
            length = sizes / curvature
            found[:, left] += length * (p - shift)
            r = r - length * product
            z = self._solved(r, self._others)
            z[fixed] = 0.0
            before, sizes = sizes, self._comm.allreduce(_by_column(r, z), MPI.SUM)
            p = z + sizes / before * p
            going, count = sizes > goals[left], count + 1
            self._tell(count, min(map(fallen, start[left], sizes, goals[left])))
            for i in columns[left]:
                reports[i].iterations += 1
        for i, step in zip(columns, found.T, strict=True):
            requests[i].x.axpy(1.0, self._vector(step))

    def _check(self, curvature: np.ndarray, reports: Sequence[Report], sizes: np.ndarray) -> None:
        """Raise an error where the method cannot go on."""
        worst = max(float(size) ** 0.5 / report.scale for size, report in zip(sizes, reports, strict=True))
        count = max(report.iterations for report in reports)
        if not np.all(np.isfinite(curvature)):
            raise ConvergenceError(stopped(count, worst, NOT_A_NUMBER))
        if np.any(curvature <= 0.0):
            raise ConvergenceError(stopped(count, worst, NOT_POSITIVE))
        if count >= self._max_iterations:
            raise ConvergenceError(not_converged(self._max_iterations, worst))

    def _vector(self, part: np.ndarray) -> PETSc.Vec:
        """A vector of all unknowns with this rank's part."""
        vector = self._matrix.createVecLeft()
        vector.setArray(part)
        return vector


def _unsolved(
    reports: Sequence[Report], requests: Sequence[Request], columns: np.ndarray, residual: Residual
) -> tuple[np.ndarray, Residual]:
    """The columns whose start is not good enough."""
    goals = np.array([MARGIN * requests[i].tolerance * reports[i].scale for i in columns])
    going = residual.norms > goals
    return columns[going], residual.take(going)


def _taken(signs: Mapping[int, np.ndarray], columns: np.ndarray) -> dict[int, np.ndarray]:
    """The signs of some columns."""
    return {i: factors[:, columns] for i, factors in signs.items()}


def _by_column(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Scalar products of the columns, those of this rank alone."""
    return np.einsum("nk,nk->k", first, second)
