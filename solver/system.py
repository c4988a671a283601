"""The coupled system: assembled once, in blocks, and in part again when a magnet is reversed."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from thermospin.coefficients import CellCoefficients
from thermospin.compat import MPI, PETSc, create_matrix, fem, la, ufl
from thermospin.fields import FIELDS, Field, State
from thermospin.interfaces import Interfaces
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

    def __init__(
        self, spaces: Spaces, coefficients: CellCoefficients, interfaces: Sequence[Interfaces] = ()
    ) -> None:
        self.spaces, self.coefficients, self._interfaces = spaces, coefficients, interfaces
        constant = assemble_blocks(compiled_blocks(spaces, constant_form(spaces, coefficients)), interfaces)
        self._magnetic_forms = compiled_blocks(spaces, magnetic_form(spaces, coefficients))
        self._magnetic = {
            key: empty_block(key, form, interfaces) for key, form in self._magnetic_forms.items()
        }
        overlap = constant.keys() & self._magnetic.keys()
        assert not overlap, f"blocks {overlap} have a constant and a magnetic part"
        self._blocks = constant | self._magnetic
        self.diagonal = [self._blocks[i, i] for i in range(len(FIELDS))]
        self.matrix = self._nest()
        self._signs: dict[str, int] = {}

    def magnetise(self, signs: Mapping[str, int]) -> None:
        """Assemble the blocks of a magnetic configuration: the sign of every magnetic region."""
        flips = self._flips(signs) if self._signs else None
        self._signs = dict(signs)
        self.coefficients.magnetise(signs)
        for interface in self._interfaces:
            interface.magnetise(signs)
        if flips is None:
            self._assemble_magnetic()
        else:
            for (i, _), block in self._magnetic.items():
                block.diagonalScale(L=flips[FIELDS[i]])
        self.matrix.assemble()

    def _flips(self, signs: Mapping[str, int]) -> dict[Field, PETSc.Vec] | None:
        """Factors ±1 for the rows of every field that turn the magnetic blocks into those of other signs.

        A row of a magnetic block belongs to one magnet, unless magnets touch, or the same node of a normal
        metal touches two through resistive interfaces: then there are no such factors (collective).
        """
        reversed_magnets = [name for name, sign in signs.items() if sign != self._signs[name]]
        kept = [name for name in signs if name not in reversed_magnets]
        if any(sign not in (1, -1) for sign in signs.values()):
            return None
        flips = {}
        for field in dict.fromkeys(FIELDS[i] for i, _ in self._magnetic):
            flipped, other = (self._rows(field, names) for names in (reversed_magnets, kept))
            if self.spaces.comm.allreduce(bool(np.any(flipped & other)), MPI.LOR):
                return None
            flips[field] = factors = PETSc.Vec().createMPI(
                (len(flipped), PETSc.DETERMINE), comm=self.matrix.comm
            )
            factors.setArray(np.where(flipped, -1.0, 1.0))
        return flips

    def _rows(self, field: Field, magnets: Collection[str]) -> np.ndarray:
        """Which owned unknowns of a field are in magnets, or across an interface with one (collective)."""
        space = self.spaces.spaces[field]
        mark = fem.Function(space)
        cells = self.spaces.device.cells(magnets)
        mark.x.array[space.dofmap.list[self.spaces.sub_cells[cells] if field.on_conductors else cells]] = 1
        for interface in self._interfaces:
            mark.x.array[interface.unknowns(field, magnets)] = 1
        mark.x.scatter_reverse(la.InsertMode.add)
        return mark.x.array[: space.dofmap.index_map.size_local] > 0

    def _assemble_magnetic(self) -> None:
        for key, form in self._magnetic_forms.items():
            block = self._magnetic[key]
            block.zeroEntries()
            fem.petsc.assemble_matrix(block, form)
            for interface in self._interfaces:
                interface.add(block, key, interface.coefficients.magnetic)
            block.assemble()

    def _nest(self) -> PETSc.Mat:
        rows = [[self._entry(i, j) for j in range(len(FIELDS))] for i in range(len(FIELDS))]
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


def diagonal_blocks(
    spaces: Spaces, coefficients: CellCoefficients, interfaces: Sequence[Interfaces] = ()
) -> list[PETSc.Mat]:
    """The field-diagonal blocks alone, for the coarse level of P2."""
    forms = compiled_blocks(spaces, constant_form(spaces, coefficients))
    diagonal = {key: form for key, form in forms.items() if key[0] == key[1]}
    blocks = assemble_blocks(diagonal, interfaces)
    return [blocks[i, i] for i in range(len(FIELDS))]


def assemble_blocks(
    forms: Mapping[Block, fem.Form], interfaces: Sequence[Interfaces] = ()
) -> dict[Block, PETSc.Mat]:
    """Assemble blocks without boundary conditions; those of the same spaces share their sparsity pattern."""
    blocks: dict[Block, PETSc.Mat] = {}
    patterns: dict[tuple, PETSc.Mat] = {}
    for (i, j), form in forms.items():
        spaces = (FIELDS[i].on_conductors, FIELDS[j].on_conductors)
        if spaces not in patterns:
            patterns[spaces] = blocks[i, j] = empty_block((i, j), form, interfaces)
        else:
            blocks[i, j] = patterns[spaces].duplicate()
        fem.petsc.assemble_matrix(blocks[i, j], form)
        for interface in interfaces:
            interface.add(blocks[i, j], (i, j), interface.coefficients.isotropic)
        blocks[i, j].assemble()
    return blocks


def empty_block(key: Block, form: fem.Form, interfaces: Sequence[Interfaces]) -> PETSc.Mat:
    """A matrix with room for a form and for what couples the sides of interfaces."""
    jumping = [interface for interface in interfaces if {FIELDS[i] for i in key} <= set(interface.fields)]
    if not jumping:
        return fem.petsc.create_matrix(form)
    pattern = fem.create_sparsity_pattern(form)
    for interface in jumping:
        interface.reserve(pattern, key)
    pattern.finalize()
    return create_matrix(form.mesh.comm, pattern)
