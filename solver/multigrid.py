"""One multigrid per field (physics.md §1), built from the field-diagonal blocks.

On P1, aggregation multigrid with signed strength of connection. On P2, a smoother on P2 around one
cycle of that same multigrid on P1. All configurations and orders share it. A scheme that fixes V at other
terminals has its own for V and s: keeping the aggregates would save its set-up, the cost of a few
iterations, and take a quarter more iterations in every solve.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.fields import Field

SMOOTHER = {"ksp_type": "chebyshev", "ksp_max_it": "2", "pc_type": "jacobi"}
"""Chebyshev–Jacobi: positive definite and the same on any number of ranks. Gauss–Seidel within each rank is
no faster here, and overshoots where ranks meet until the preconditioner is indefinite."""

AGGREGATION = {
    "pc_type": "gamg",
    "pc_gamg_type": "agg",
    "pc_gamg_threshold": "0.03",
    "pc_gamg_threshold_scale": "0.3",
    "pc_gamg_reuse_interpolation": "false",
    **{f"mg_levels_{key}": value for key, value in SMOOTHER.items()},
}
"""PETSc options of the multigrid of a field; ``-<field>_<option>`` overrides them."""

HIGHER_ORDER_SMOOTHER = SMOOTHER | {"ksp_chebyshev_esteig": "0,0.2,0,1.1"}
"""P1 represents the lowest fifth of the spectrum of P2: the smoother need not reach further down."""
COARSE_AGGREGATION = AGGREGATION | {"pc_gamg_aggressive_coarsening": "0"}
"""Below P2, P1 is small: a better hierarchy costs little there."""


class AnchoredBlock:
    """A copy of a field-diagonal block in which the unknowns that are given are decoupled from the rest.

    Args:
        block: The block without boundary conditions.
    """

    def __init__(self, block: PETSc.Mat) -> None:
        self._block = block
        self.matrix = block.duplicate(copy=True)
        self.matrix.setOption(PETSc.Mat.Option.SPD, True)
        self.matrix.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        diagonal = block.getDiagonal()
        self._mean = diagonal.sum() / diagonal.getSize()

    def anchor(self, dofs: np.ndarray) -> None:
        """Decouple the given owned unknowns (local numbers), and only them."""
        self._block.copy(self.matrix, structure=PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        first = self.matrix.getOwnershipRange()[0]
        self.matrix.zeroRowsColumns((dofs + first).astype(PETSc.IntType), diag=self._mean)


class AggregationMultigrid:
    """Aggregation multigrid of a P1 block.

    Args:
        field: The field.
        block: Its diagonal block without boundary conditions.
    """

    def __init__(self, field: Field, block: PETSc.Mat) -> None:
        self.block = AnchoredBlock(block)
        self.pc = PETSc.PC().create(block.comm)
        set_options(f"{field.symbol}_", AGGREGATION)
        self.pc.setOptionsPrefix(f"{field.symbol}_")
        self.pc.setFromOptions()
        self.pc.setOperators(self.block.matrix)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix the given owned unknowns: one array, for the only space."""
        self.block.anchor(dofs[0])
        self.pc.setUp()


class TwoLevelMultigrid:
    """A smoother on a higher-order block around aggregation multigrid on its P1 counterpart.

    Args:
        field: The field.
        block: The higher-order block.
        low_order: The P1 block.
        interpolation: From P1 to the higher order.
    """

    def __init__(
        self, field: Field, block: PETSc.Mat, low_order: PETSc.Mat, interpolation: PETSc.Mat
    ) -> None:
        self.block, self.low_order = AnchoredBlock(block), AnchoredBlock(low_order)
        prefix = f"{field.symbol}_p_"
        set_options(prefix, {f"mg_levels_{key}": value for key, value in HIGHER_ORDER_SMOOTHER.items()})
        set_options(f"{prefix}mg_coarse_", {"ksp_type": "preonly", **COARSE_AGGREGATION})
        self.pc = PETSc.PC().create(block.comm)
        self.pc.setOptionsPrefix(prefix)
        self.pc.setType(PETSc.PC.Type.MG)
        self.pc.setMGLevels(2)
        self.pc.setMGInterpolation(1, interpolation)
        self.pc.setOperators(self.block.matrix)
        self.pc.setFromOptions()
        self.pc.getMGCoarseSolve().setOperators(self.low_order.matrix)
        self.pc.getMGSmoother(1).setOperators(self.block.matrix)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix the given owned unknowns of the higher-order space and of the P1 space."""
        self.block.anchor(dofs[0])
        self.low_order.anchor(dofs[1])
        self.pc.setUp()


class FieldMultigrid:
    """The preconditioner of the coupled system: the multigrids of the fields, side by side.

    Args:
        multigrids: One per field, in the order of the blocks.
    """

    def __init__(self, multigrids: Mapping[Field, AggregationMultigrid | TwoLevelMultigrid]) -> None:
        self._multigrids = multigrids
        self._anchors: dict[Field, Sequence[np.ndarray]] = {}
        blocks = [multigrid.block.matrix for multigrid in multigrids.values()]
        ends = np.cumsum([0] + [block.getLocalSize()[0] for block in blocks])
        comm = blocks[0].comm
        self._comm = comm.tompi4py()
        vector = PETSc.Vec().createMPI((ends[-1], PETSc.DETERMINE), comm=comm)
        first = vector.getOwnershipRange()[0]
        self._sets = [
            PETSc.IS().createStride(end - start, first + start, 1, comm=comm)
            for start, end in zip(ends, ends[1:], strict=False)
        ]

    def anchor(self, dofs: Mapping[Field, Sequence[np.ndarray]]) -> None:
        """Fix unknowns of every field: per field, one array for each of its spaces, finest first."""
        for field, multigrid in self._multigrids.items():
            if not self._is_anchored(field, dofs[field]):
                multigrid.anchor(dofs[field])
                self._anchors[field] = dofs[field]

    def _is_anchored(self, field: Field, dofs: Sequence[np.ndarray]) -> bool:
        """Whether exactly these unknowns are fixed already (collective)."""
        known = self._anchors.get(field)
        same = known is not None and all(map(np.array_equal, known, dofs))
        return self._comm.allreduce(same, MPI.LAND)

    def apply(self, residual: PETSc.Vec, correction: PETSc.Vec) -> None:
        """``z = M⁻¹ r`` (collective)."""
        for part, multigrid in zip(self._sets, self._multigrids.values(), strict=True):
            r, z = residual.getSubVector(part), correction.getSubVector(part)
            multigrid.pc.apply(r, z)
            residual.restoreSubVector(part, r)
            correction.restoreSubVector(part, z)

    def products(self, first: PETSc.Vec, second: PETSc.Vec) -> dict[Field, float]:
        """The scalar product of two vectors, field by field (collective)."""
        found = {}
        for part, field in zip(self._sets, self._multigrids, strict=True):
            a, b = first.getSubVector(part), second.getSubVector(part)
            found[field] = a.dot(b)
            first.restoreSubVector(part, a)
            second.restoreSubVector(part, b)
        return found


def set_options(prefix: str, options: Mapping[str, str]) -> None:
    """Put options into PETSc's database unless they are there already (the user's come first)."""
    database = PETSc.Options()
    for key, value in options.items():
        if not database.hasName(prefix + key):
            database[prefix + key] = value
