"""One multigrid per field (solver/physics.md §1), built from the field-diagonal blocks.

On P1, aggregation multigrid with signed strength of connection. On P2 and P3, a smoother on every degree
down to 2 around one cycle of that same multigrid on P1. All configurations and orders share it. A scheme
that fixes V at other terminals has its own for V and s: keeping the aggregates would save its set-up, the
cost of a few iterations, and take a quarter more iterations in every solve.

Where the two sides of a stiff interface are tied together, a smoother hardly moves both at once, and the
aggregates see nothing but the tie. There the multigrid is that of the fields without jumps.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc, fem, forget_product
from thermospin.discretisation.spaces import interpolation_matrix
from thermospin.fields import Field
from thermospin.linear.anchored import AnchoredBlock
from thermospin.linear.jumps import MergedMultigrid
from thermospin.linear.merger import Merger
from thermospin.linear.options import SMOOTHER, Options

AGGREGATION = {
    "pc_type": "gamg",
    "pc_gamg_type": "agg",
    "pc_gamg_threshold": "0.03",
    "pc_gamg_threshold_scale": "0.3",
    "pc_gamg_reuse_interpolation": "false",
    **{f"mg_levels_{key}": value for key, value in SMOOTHER.items()},
}
"""PETSc options of the multigrid of a field; ``solver.petsc: {<field>_<option>: …}`` overrides them."""

HIGHER_ORDER_SMOOTHER = SMOOTHER | {"ksp_chebyshev_esteig": "0,0.2,0,1.1"}
"""The degree below represents the lowest fifth of the spectrum: the smoother need not reach further down."""
COARSE_AGGREGATION = AGGREGATION | {"pc_gamg_aggressive_coarsening": "0"}
"""Below P2, P1 is small: a better hierarchy costs little there."""


class AggregationMultigrid:
    """Aggregation multigrid of a P1 block.

    Args:
        field: The field.
        block: Its diagonal block without boundary conditions.
        options: The PETSc options of the problem.
    """

    def __init__(self, field: Field, block: PETSc.Mat, options: Options) -> None:
        self.block = AnchoredBlock(block)
        self.pc = PETSc.PC().create(block.comm)
        self.pc.setOptionsPrefix(options.defaults(f"{field.symbol}_", AGGREGATION))
        self.pc.setFromOptions()
        self.pc.setOperators(self.block.matrix)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix some unknowns (collective).

        Args:
            dofs: Owned unknowns, local numbers: one array, for the only space.
        """
        self.block.anchor(dofs[0])
        self.pc.setUp()
        _forget_products(self.pc)


class SiblingMultigrid:
    """Multigrid of a P1 block with the interpolation of another field on the same space.

    The components of a vector spin have the Laplacian of V, and relaxation only helps: the coarse spaces of V
    suit them, and three hierarchies need not be built.

    Args:
        field: The field.
        block: Its diagonal block without boundary conditions.
        elder: The other field's multigrid; it is anchored first.
        options: The PETSc options of the problem.
    """

    def __init__(self, field: Field, block: PETSc.Mat, elder: AggregationMultigrid, options: Options) -> None:
        self.block, self._elder = AnchoredBlock(block), elder
        levels = {f"mg_levels_{key}": value for key, value in SMOOTHER.items()}
        self._prefix = options.defaults(f"{field.symbol}_", levels | {"pc_mg_galerkin": "both"})
        self.pc = self._empty()

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix some unknowns (collective).

        Args:
            dofs: Owned unknowns, local numbers: one array, for the only space.
        """
        self.block.anchor(dofs[0])
        levels = self._elder.pc.getMGLevels()
        self.pc = self._empty()
        self.pc.setMGLevels(levels)
        for level in range(1, levels):
            self.pc.setMGInterpolation(level, self._elder.pc.getMGInterpolation(level))
        self.pc.setFromOptions()
        self.pc.setUp()
        _forget_products(self.pc)

    def _empty(self) -> PETSc.PC:
        pc = PETSc.PC().create(self.block.matrix.comm)
        pc.setOptionsPrefix(self._prefix)
        pc.setType(PETSc.PC.Type.MG)
        pc.setOperators(self.block.matrix)
        return pc


class DegreeMultigrid:
    """A smoother on the block of every higher degree around aggregation multigrid on that of P1.

    Args:
        field: The field.
        blocks: The blocks from the highest degree to P1.
        interpolations: From every lower degree to the next higher one, in the same order.
        options: The PETSc options of the problem.
    """

    def __init__(
        self,
        field: Field,
        blocks: Sequence[PETSc.Mat],
        interpolations: Sequence[PETSc.Mat],
        options: Options,
    ) -> None:
        self.blocks = [AnchoredBlock(block) for block in blocks]
        part = f"{field.symbol}_p_"
        options.defaults(f"{part}mg_coarse_", {"ksp_type": "preonly", **COARSE_AGGREGATION})
        smoother = {f"mg_levels_{key}": value for key, value in HIGHER_ORDER_SMOOTHER.items()}
        self.pc = PETSc.PC().create(blocks[0].comm)
        self.pc.setOptionsPrefix(options.defaults(part, smoother))
        self.pc.setType(PETSc.PC.Type.MG)
        self.pc.setMGLevels(len(blocks))
        for level, interpolation in enumerate(reversed(interpolations), start=1):
            self.pc.setMGInterpolation(level, interpolation)
        self.pc.setOperators(self.blocks[0].matrix)
        self.pc.setFromOptions()
        for level, block in enumerate(reversed(self.blocks)):
            self.pc.getMGSmoother(level).setOperators(block.matrix)

    def anchor(self, dofs: Sequence[np.ndarray]) -> None:
        """Fix some unknowns (collective).

        Args:
            dofs: Owned unknowns, local numbers, of every space, finest first.
        """
        for block, fixed in zip(self.blocks, dofs, strict=True):
            block.anchor(fixed)
        self.pc.setUp()
        _forget_products(self.pc.getMGCoarseSolve().getPC())


Multigrid = AggregationMultigrid | SiblingMultigrid | DegreeMultigrid | MergedMultigrid


class Level(NamedTuple):
    """The discretisation of a field with one degree, for its multigrid.

    Attributes:
        space: The space.
        block: The field's diagonal block.
        tied: Pairs of local unknowns that stiff interfaces tie together, shape (n, 2), if there are any.
    """

    space: fem.FunctionSpace
    block: PETSc.Mat
    tied: np.ndarray | None


def field_multigrid(
    field: Field, levels: Sequence[Level], options: Options, elder: Multigrid | None = None
) -> Multigrid:
    """The multigrid of a field, with P1 alone or with P1 below higher degrees (collective).

    Args:
        field: The field.
        levels: Finest first.
        options: The PETSc options of the problem.
        elder: The multigrid of a field on the same space, from which P1 alone takes its coarse spaces.
    """
    if len(levels) == 1 and levels[0].tied is None and isinstance(elder, AggregationMultigrid):
        return SiblingMultigrid(field, levels[0].block, elder, options)
    blocks = [level.block for level in levels]
    down = [interpolation_matrix(low.space, high.space) for high, low in pairwise(levels)]
    if levels[0].tied is None:
        return _multigrid(field, blocks, down, options)
    mergers = [Merger(level.space, level.tied) for level in levels]
    merged = [merger.block(block) for merger, block in zip(mergers, blocks, strict=True)]
    down = [high.interpolation(part, low) for part, (high, low) in zip(down, pairwise(mergers), strict=True)]
    multigrid = _multigrid(field, merged, down, options)
    return MergedMultigrid(field, blocks[0], mergers, multigrid, options)


def _multigrid(
    field: Field, blocks: Sequence[PETSc.Mat], interpolations: Sequence[PETSc.Mat], options: Options
) -> Multigrid:
    if interpolations:
        return DegreeMultigrid(field, blocks, interpolations, options)
    return AggregationMultigrid(field, blocks[0], options)


def _forget_products(pc: PETSc.PC) -> None:
    """Free the data that form coarse matrices again with other values: they are formed from scratch.

    Unless the user's options have interpolation kept, or something else than a multigrid.
    """
    kept = PETSc.Options().getBool(f"{pc.getOptionsPrefix()}pc_gamg_reuse_interpolation", False)
    if kept or pc.getType() not in (PETSc.PC.Type.GAMG, PETSc.PC.Type.MG):
        return
    solvers = [pc.getMGCoarseSolve(), *(pc.getMGSmoother(level) for level in range(1, pc.getMGLevels()))]
    for solver in solvers:
        forget_product(solver.getOperators()[1])
    for level in range(1, len(solvers)):
        forget_product(pc.getMGInterpolation(level))
