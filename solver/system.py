"""The coupled system: assembled once, in blocks, and in part again when a magnet is reversed."""

from collections.abc import Mapping

from thermospin.coefficients import CellCoefficients
from thermospin.compat import PETSc, fem, ufl
from thermospin.fields import State
from thermospin.spaces import CONDUCTORS, INSULATORS, MAGNETS, Spaces
from thermospin.terms.relaxation import spin_relaxation
from thermospin.terms.transport import conduction, transport

Block = tuple[int, int]


class CoupledSystem:
    """The symmetric positive definite operator of physics.md §3, without boundary conditions.

    The blocks that no magnetisation enters are assembled once. The magnetic ones, which live on magnets
    only, are assembled by :meth:`magnetise`. Blocks below the diagonal are transposes of those above.

    Attributes:
        matrix: The operator, a nest of the blocks.
        diagonal: The field-diagonal blocks.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients) -> None:
        self.spaces, self.coefficients = spaces, coefficients
        constant = assemble_blocks(spaces, compiled_blocks(spaces, constant_form(spaces, coefficients)))
        self._magnetic_forms = compiled_blocks(spaces, magnetic_form(spaces, coefficients))
        self._magnetic = {key: fem.petsc.create_matrix(form) for key, form in self._magnetic_forms.items()}
        overlap = constant.keys() & self._magnetic.keys()
        assert not overlap, f"blocks {overlap} have a constant and a magnetic part"
        self._blocks = constant | self._magnetic
        self.diagonal = [self._blocks[i, i] for i in range(len(spaces.fields))]
        self.matrix = self._nest()

    def magnetise(self, signs: Mapping[str, int]) -> None:
        """Assemble the blocks of a magnetic configuration: the sign of every magnetic region."""
        self.coefficients.magnetise(signs)
        for key, form in self._magnetic_forms.items():
            block = self._magnetic[key]
            block.zeroEntries()
            fem.petsc.assemble_matrix(block, form)
            block.assemble()
        self.matrix.assemble()

    def _nest(self) -> PETSc.Mat:
        numbers = range(len(self.spaces.fields))
        rows = [[self._entry(i, j) for j in numbers] for i in numbers]
        nest = PETSc.Mat().createNest(rows, comm=self.spaces.comm)
        nest.setVecType(PETSc.Vec.Type.STANDARD)
        nest.setOption(PETSc.Mat.Option.SYMMETRIC, True)
        return nest

    def _entry(self, i: int, j: int) -> PETSc.Mat | None:
        if (i, j) in self._blocks:
            return self._blocks[i, j]
        if (j, i) in self._blocks:
            return PETSc.Mat().createTranspose(self._blocks[j, i])
        return None


def constant_form(spaces: Spaces, coefficients: CellCoefficients) -> ufl.Form:
    """The bilinear form without its magnetic part."""
    u, v = State(*ufl.TrialFunctions(spaces.mixed)), State(*ufl.TestFunctions(spaces.mixed))
    c, dx = coefficients.all, spaces.dx
    return (
        transport(c.isotropic, u, v, dx(CONDUCTORS))
        + spin_relaxation(c, u, v, dx(CONDUCTORS))
        + conduction(c, u, v, dx(INSULATORS))
    )


def magnetic_form(spaces: Spaces, coefficients: CellCoefficients) -> ufl.Form:
    """The part of the bilinear form that changes when a magnet is reversed."""
    u, v = State(*ufl.TrialFunctions(spaces.mixed)), State(*ufl.TestFunctions(spaces.mixed))
    return transport(coefficients.all.magnetic, u, v, spaces.dx(MAGNETS))


def compiled_blocks(spaces: Spaces, form: ufl.Form) -> dict[Block, fem.Form]:
    """Compile the blocks on and above the diagonal; the others are their transposes."""
    return {
        (i, j): fem.form(block, entity_maps=[spaces.entity_map])
        for i, row in enumerate(ufl.extract_blocks(form))
        for j, block in enumerate(row)
        if j >= i and block is not None and not block.empty()
    }


def diagonal_blocks(spaces: Spaces, coefficients: CellCoefficients) -> list[PETSc.Mat]:
    """The field-diagonal blocks alone, for the coarse level of P2."""
    forms = compiled_blocks(spaces, constant_form(spaces, coefficients))
    blocks = assemble_blocks(spaces, {key: form for key, form in forms.items() if key[0] == key[1]})
    return [blocks[i, i] for i in range(len(spaces.fields))]


def assemble_blocks(spaces: Spaces, forms: Mapping[Block, fem.Form]) -> dict[Block, PETSc.Mat]:
    """Assemble blocks without boundary conditions; those of the same spaces share their sparsity pattern."""
    blocks: dict[Block, PETSc.Mat] = {}
    patterns: dict[tuple, PETSc.Mat] = {}
    for (i, j), form in forms.items():
        place = (spaces.fields[i].on_conductors, spaces.fields[j].on_conductors)
        if place not in patterns:
            patterns[place] = blocks[i, j] = fem.petsc.create_matrix(form)
        else:
            blocks[i, j] = patterns[place].duplicate()
        fem.petsc.assemble_matrix(blocks[i, j], form)
        blocks[i, j].assemble()
    return blocks
