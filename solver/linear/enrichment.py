"""A preconditioner for one polynomial degree more than a problem has, around the problem's own.

Chebyshev–Jacobi smoothing with the field-diagonal blocks of the higher degree, around one application of the
preconditioner of the degree below. Nothing is copied and nothing is set up but the largest eigenvalues.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.discretisation.constraints import Constraint
from thermospin.discretisation.prolongation import Prolongation
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import Field
from thermospin.linear.preconditioner import FieldPreconditioner

SMOOTHING = 1
"""Degree of the Chebyshev polynomial of the smoother, before and after."""
SPECTRUM = 0.3, 1.1
"""Part of the spectrum that the smoother reduces, relative to the estimated largest eigenvalue."""
POWERS = 12
"""Power iterations for that estimate."""


class EnrichedPreconditioner:
    """One cycle on two polynomial degrees.

    Args:
        spaces: The spaces of the higher degree.
        diagonal: The field-diagonal blocks of the higher degree, in the order of the fields.
        prolongation: From the lower degree to the higher one.
        coarse: The preconditioner of the lower degree; it is anchored by the problem that it belongs to.
        low: An empty vector of the lower degree.
    """

    def __init__(
        self,
        spaces: Spaces,
        diagonal: Sequence[PETSc.Mat],
        prolongation: Prolongation,
        coarse: FieldPreconditioner,
        low: PETSc.Vec,
    ) -> None:
        self._spaces, self._prolongation, self._coarse = spaces, prolongation, coarse
        self._blocks: Mapping[Field, PETSc.Mat] = dict(zip(spaces.fields, diagonal, strict=True))
        self._works = {field: block.createVecs() for field, block in self._blocks.items()}
        sizes = sum(block.getLocalSize()[0] for block in diagonal), PETSc.DETERMINE
        self._inverse = PETSc.Vec().createMPI(sizes, comm=diagonal[0].comm)
        self._residual, self._product, self._step, self._direction = (
            self._inverse.duplicate() for _ in range(4)
        )
        self._low_residual, self._low_step = low.duplicate(), low.duplicate()
        self._constraint: Constraint | None = None
        self._low_constraint: Constraint | None = None
        self._largest: dict[Field, float] = {}

    def free(self) -> None:
        """Free nothing: the preconditioner below belongs to the problem."""

    def anchor(self, constraint: Constraint, low: Constraint) -> None:
        """Fix what a scheme fixes on both degrees, and find the spectrum of the blocks (collective).

        Args:
            constraint: Unknowns of the higher degree that the scheme fixes.
            low: The same on the lower degree.
        """
        self._constraint, self._low_constraint = constraint, low
        with self._inverse as array:
            for field, block in self._blocks.items():
                array[self._spaces.ranges[field]] = 1.0 / block.getDiagonal().array_r
        constraint.project(self._inverse)
        self._largest = self._eigenvalues()

    def _eigenvalues(self) -> dict[Field, float]:
        """Largest eigenvalues of the scaled blocks, by power iteration (collective)."""
        vector, product = self._step, self._product
        generator = np.random.default_rng(1 + self._spaces.comm.rank)
        with vector as array:
            array[:] = generator.standard_normal(len(array))
        found: dict[Field, float] = {}
        for _ in range(POWERS):
            self._multiply(vector, product)
            product.pointwiseMult(product, self._inverse)
            with product as array:
                for field in self._spaces.fields:
                    part = array[self._spaces.ranges[field]]
                    before = vector.array_r[self._spaces.ranges[field]]
                    sums = np.array([part @ part, part @ before, before @ before])
                    squared, _, begun = self._spaces.comm.allreduce(sums, MPI.SUM)
                    found[field] = float((squared / begun) ** 0.5) if begun else 1.0
                    part /= squared**0.5 or 1.0
            product.copy(vector)
        return found

    def _multiply(self, vector: PETSc.Vec, product: PETSc.Vec) -> None:
        """The product with the field-diagonal blocks (collective)."""
        for field, block in self._blocks.items():
            right, left = self._works[field]
            right.array[:] = vector.array_r[self._spaces.ranges[field]]
            block.mult(right, left)
            with product as array:
                array[self._spaces.ranges[field]] = left.array_r

    def apply(self, residual: PETSc.Vec, correction: PETSc.Vec, transpose: bool = False) -> None:
        """Precondition: ``z = M⁻¹ r``, or with ``M⁻ᵀ`` (collective).

        Args:
            residual: r.
            correction: z, which is overwritten.
            transpose: Whether the operator is transposed.
        """
        correction.set(0.0)
        self._smooth(residual, correction, fresh=True)
        self._defect(residual, correction)
        self._prolongation.down(self._residual, self._low_residual)
        self._low_constraint.project(self._low_residual)
        self._coarse.apply(self._low_residual, self._low_step, transpose)
        self._prolongation.up(self._low_step, self._step)
        self._constraint.project(self._step)
        correction.axpy(1.0, self._step)
        self._smooth(residual, correction)

    def _defect(self, residual: PETSc.Vec, correction: PETSc.Vec) -> None:
        self._multiply(correction, self._product)
        self._residual.waxpy(-1.0, self._product, residual)
        self._constraint.project(self._residual)

    def _smooth(self, residual: PETSc.Vec, correction: PETSc.Vec, fresh: bool = False) -> None:
        """Reduce the upper part of the spectrum by Chebyshev's polynomial (collective)."""
        low, high = SPECTRUM
        theta, delta = (high + low) / 2, (high - low) / 2
        sigma, rho = theta / delta, delta / theta
        for i in range(SMOOTHING):
            if i or not fresh:
                self._defect(residual, correction)
            else:
                residual.copy(self._residual)
            self._residual.pointwiseMult(self._residual, self._inverse)
            self._unscale(self._residual)
            if i == 0:
                self._residual.copy(self._direction)
                self._direction.scale(1.0 / theta)
            else:
                new = 1.0 / (2.0 * sigma - rho)
                self._direction.scale(new * rho)
                self._direction.axpy(2.0 * new / delta, self._residual)
                rho = new
            correction.axpy(1.0, self._direction)

    def _unscale(self, vector: PETSc.Vec) -> None:
        """Divide every field by the largest eigenvalue of its block."""
        with vector as array:
            for field, largest in self._largest.items():
                array[self._spaces.ranges[field]] /= largest

    def products(self, first: PETSc.Vec, second: PETSc.Vec) -> dict[tuple[Field, ...], float]:
        """The scalar product of two vectors, field by field (collective).

        Args:
            first: A vector of the higher degree.
            second: Another.
        """
        local = [first.array_r[part] @ second.array_r[part] for part in self._spaces.ranges.values()]
        sums = self._spaces.comm.allreduce(np.array(local), MPI.SUM)
        return {(field,): float(value) for field, value in zip(self._spaces.fields, sums, strict=True)}
