"""The coupled system: assembled once, in blocks, and in part again when the magnetisation changes."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from thermospin.coefficients import CellCoefficients, Coefficients, Magnetisation
from thermospin.compat import MPI, PETSc, cpp, create_matrix, fem, la, ufl
from thermospin.errors import ThermospinError
from thermospin.fields import SPIN, SPIN_HEAT, Field, S, State
from thermospin.interfaces.jumps import Interfaces
from thermospin.spaces import CONDUCTORS, INSULATORS, MAGNETS, Spaces
from thermospin.terms.relaxation import larmor_precession, spin_relaxation
from thermospin.terms.transport import conduction, transport

Block = tuple[int, int]
Part = Callable[[Coefficients], Coefficients]


class Blocks:
    """Blocks of the operator, without boundary conditions.

    What no magnetisation enters is assembled once; the blocks that have a magnetic part, by :meth:`assemble`.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
        interfaces: The resistive interfaces.
        wanted: Which blocks.
        part: Takes what is wanted of the coefficients.

    Attributes:
        blocks: The matrices.
        magnetic: The blocks that change with the magnetisation.
    """

    def __init__(
        self,
        spaces: Spaces,
        coefficients: CellCoefficients,
        interfaces: Sequence[Interfaces],
        wanted: Callable[[Block], bool],
        part: Part = lambda c: c,
    ) -> None:
        self._spaces, self._interfaces, self._part = spaces, interfaces, part
        c = part(coefficients.all)
        constant = compiled_blocks(spaces, constant_form(spaces, c), wanted)
        magnetic = compiled_blocks(spaces, magnetic_form(spaces, c), wanted)
        turning = {key for key in _all_blocks(spaces) if wanted(key) and self._turns(key)}
        self.magnetic = sorted(magnetic.keys() | turning)
        self._forms = {
            key: [forms[key] for forms in (constant, magnetic) if key in forms] for key in self.magnetic
        }
        constant = {key: form for key, form in constant.items() if key not in self._forms}
        # The magnetic field is the only constant of these forms.
        self._in_field = {key: form for key, form in constant.items() if form.ufcx_form.num_constants}
        self.blocks: dict[Block, PETSc.Mat] = {}
        self._assemble_constant(constant)
        for key, forms in self._forms.items():
            self.blocks[key] = empty_block(self._spaces, self._interfaces, key, forms)

    def assemble(self) -> None:
        """Assemble the blocks that change with the magnetisation (collective)."""
        for key, forms in self._forms.items():
            self._assemble(key, forms, self._part)

    def precess(self) -> None:
        """Assemble the blocks that change with the magnetic field or with the magnetisation (collective)."""
        for key, form in self._in_field.items():
            self._assemble(key, [form], self._isotropic)
        self.assemble()

    def _turns(self, key: Block) -> bool:
        """Whether interfaces mix the components of a spin in a block."""
        of_spins = all(self._spaces.fields[i] in SPIN | SPIN_HEAT for i in key)
        return of_spins and any(interface.turns and interface.jumps(key) for interface in self._interfaces)

    def _assemble_constant(self, forms: Mapping[Block, fem.Form]) -> None:
        """Assemble blocks without a magnetic part; those of the same spaces share their sparsity pattern."""
        patterns: dict[tuple, PETSc.Mat] = {}
        for key, form in forms.items():
            place = tuple(self._spaces.fields[i].on_conductors for i in key)
            if place not in patterns:
                self.blocks[key] = empty_block(self._spaces, self._interfaces, key, [form])
                patterns[place] = self.blocks[key]
            else:
                self.blocks[key] = patterns[place].duplicate()
            self._assemble(key, [form], self._isotropic)

    def _assemble(self, key: Block, forms: Sequence[fem.Form], part: Part) -> None:
        """Assemble forms, and a part of what couples the sides of interfaces, into a block (collective)."""
        block = self.blocks[key]
        block.zeroEntries()
        for form in forms:
            fem.petsc.assemble_matrix(block, form)
        for interface in self._interfaces:
            interface.add(block, key, part)
        block.assemble()

    def _isotropic(self, coefficients: Coefficients) -> Coefficients:
        return self._part(coefficients).isotropic


class CoupledSystem:
    """The operator of physics.md §3, without boundary conditions; its symmetric part is positive definite.

    It is symmetric unless spins precess. Then the blocks of two spins are assembled on both sides of the
    diagonal; all other blocks below the diagonal are transposes of those above.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
        interfaces: The resistive interfaces.
        basis: Axes for the spins of the blocks for preconditioners, the rows of a matrix; default x, y, z.

    Attributes:
        matrix: The operator, a nest of the blocks.
        is_symmetric: Whether it is symmetric.
        diagonal: The field-diagonal blocks for preconditioners: symmetric, with relaxation as strong as
            precession instead of it.
        changing: Fields whose diagonal blocks change with the magnetisation.
    """

    def __init__(
        self,
        spaces: Spaces,
        coefficients: CellCoefficients,
        interfaces: Sequence[Interfaces] = (),
        basis: np.ndarray | None = None,
    ) -> None:
        self.spaces, self.coefficients, self._interfaces = spaces, coefficients, interfaces
        self.is_symmetric = coefficients.all.is_symmetric and all(i.is_symmetric for i in interfaces)
        self._whole = Blocks(spaces, coefficients, interfaces, self._is_assembled)
        self._parts = [self._whole]
        if not self.is_symmetric or basis is not None:
            self._parts.append(diagonal_blocks(spaces, coefficients, interfaces, basis))
        self.diagonal = [self._parts[-1].blocks[i, i] for i in range(len(spaces.fields))]
        self.changing = [spaces.fields[i] for i, j in self._parts[-1].magnetic if i == j]
        self.matrix = self._nest()
        self._magnetisation: Magnetisation = {}
        if self.changing:
            self._assemble_magnetic()

    def _is_assembled(self, key: Block) -> bool:
        """Whether a block is assembled, and not the transpose of another one."""
        i, j = key
        of_spins = all(self.spaces.fields[k] in SPIN | SPIN_HEAT for k in key)
        return j >= i or (of_spins and not self.is_symmetric)

    def magnetise(self, magnetisation: Magnetisation) -> None:
        """Assemble the blocks of a magnetic configuration: sign or direction of every magnetic region."""
        flips = self._flips(magnetisation) if self._magnetisation else None
        self._magnetisation = dict(magnetisation)
        together(self.spaces.comm, lambda: self._point(magnetisation))
        if flips is None:
            self._assemble_magnetic()
        else:
            for i, j in self._whole.magnetic:
                self._whole.blocks[i, j].diagonalScale(L=flips[self.spaces.fields[i]])
        self.matrix.assemble()

    def precess(self) -> None:
        """Assemble what changes with the magnetic field, in the configuration of the moment (collective)."""
        for part in self._parts:
            part.precess()
        self.matrix.assemble()

    def _point(self, magnetisation: Magnetisation) -> None:
        self.coefficients.magnetise(magnetisation)
        for interface in self._interfaces:
            interface.magnetise(magnetisation)

    def _flips(self, signs: Magnetisation) -> dict[Field, PETSc.Vec] | None:
        """Factors ±1 for the rows of every field that turn the magnetic blocks into those of other signs.

        A row of a magnetic block belongs to one magnet, unless magnets touch, or the same node of a normal
        metal touches two through resistive interfaces: then there are no such factors (collective).
        """
        if S not in self.spaces.fields:
            return None
        reversed_magnets = [name for name, sign in signs.items() if sign != self._magnetisation[name]]
        kept = [name for name in self.spaces.magnets if name not in reversed_magnets]
        if any(sign not in (1, -1) for sign in signs.values()):
            return None
        flips = {}
        for field in dict.fromkeys(self.spaces.fields[i] for i, _ in self._whole.magnetic):
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

    def blocks(self, fields: Sequence[Field]) -> list[list[PETSc.Mat | None]]:
        """The blocks of some fields, row by row."""
        numbers = [self.spaces.fields.index(field) for field in fields]
        return [[self._entry(i, j) for j in numbers] for i in numbers]

    @property
    def scales(self) -> PETSc.Vec:
        """At every unknown, the square root of the mean diagonal of its field's block."""
        scales = self.matrix.createVecLeft()
        with scales as array:
            for field, block in zip(self.spaces.fields, self.diagonal, strict=True):
                diagonal = block.getDiagonal()
                array[self.spaces.ranges[field]] = (diagonal.sum() / diagonal.getSize()) ** 0.5
        return scales

    def _assemble_magnetic(self) -> None:
        for part in self._parts:
            part.assemble()

    def _nest(self) -> PETSc.Mat:
        numbers = range(len(self.spaces.fields))
        rows = [[self._entry(i, j) for j in numbers] for i in numbers]
        nest = PETSc.Mat().createNest(rows, comm=self.spaces.comm)
        nest.setVecType(PETSc.Vec.Type.STANDARD)
        nest.setOption(PETSc.Mat.Option.SYMMETRIC, self.is_symmetric)
        return nest

    def _entry(self, i: int, j: int) -> PETSc.Mat | None:
        blocks = self._whole.blocks
        if (i, j) in blocks:
            return blocks[i, j]
        if (j, i) in blocks and not self._is_assembled((i, j)):
            return PETSc.Mat().createTranspose(blocks[j, i])
        return None


def together(comm: MPI.Comm, work: Callable[[], None]) -> None:
    """Do something on every rank; a mistake that one of them finds is raised on all (collective)."""
    error = None
    try:
        work()
    except ThermospinError as found:
        error = found
    errors = [found for found in comm.allgather(error) if found]
    if errors:
        raise errors[0]


def empty_block(
    spaces: Spaces, interfaces: Sequence[Interfaces], key: Block, forms: Sequence[fem.Form]
) -> PETSc.Mat:
    """A matrix with room for the first of some forms and for what couples the sides of interfaces."""
    jumping = [interface for interface in interfaces if interface.jumps(key)]
    if forms and not jumping:
        return fem.petsc.create_matrix(forms[0])
    of_block = [spaces.spaces[spaces.fields[i]] for i in key]
    if forms:
        pattern = fem.create_sparsity_pattern(forms[0])
    else:
        maps = [space.dofmap.index_map for space in of_block]
        pattern = cpp.la.SparsityPattern(spaces.comm, maps, [1, 1])
    for interface in jumping:
        interface.reserve(pattern, key)
    pattern.finalize()
    return create_matrix(of_block[0].mesh.comm, pattern)


def constant_form(spaces: Spaces, coefficients: Coefficients) -> ufl.Form:
    """The bilinear form without its magnetic part."""
    u, v = State(*ufl.TrialFunctions(spaces.mixed)), State(*ufl.TestFunctions(spaces.mixed))
    c, dx = coefficients.isotropic, spaces.dx
    form = (
        transport(c, u, v, dx(CONDUCTORS))
        + spin_relaxation(c, u, v, dx(CONDUCTORS))
        + conduction(c, u, v, dx(INSULATORS))
    )
    return form if c.larmor is None else form + larmor_precession(c, u, v, dx(CONDUCTORS))


def magnetic_form(spaces: Spaces, coefficients: Coefficients) -> ufl.Form:
    """The part of the bilinear form that changes with the magnetisation."""
    u, v = State(*ufl.TrialFunctions(spaces.mixed)), State(*ufl.TestFunctions(spaces.mixed))
    c, dx = coefficients.magnetic, spaces.dx(MAGNETS)
    form = transport(c, u, v, dx)
    return form + spin_relaxation(c, u, v, dx) if c.turns else form


def compiled_blocks(spaces: Spaces, form: ufl.Form, wanted: Callable[[Block], bool]) -> dict[Block, fem.Form]:
    """Compile some blocks of a form."""
    return {
        (i, j): fem.form(block, entity_maps=[spaces.entity_map])
        for i, row in enumerate(ufl.extract_blocks(form))
        for j, block in enumerate(row)
        if wanted((i, j)) and block is not None and not block.empty()
    }


def diagonal_blocks(
    spaces: Spaces,
    coefficients: CellCoefficients,
    interfaces: Sequence[Interfaces] = (),
    basis: np.ndarray | None = None,
) -> Blocks:
    """The symmetric field-diagonal blocks alone, for preconditioners; of spins along the axes of a basis."""

    def part(c: Coefficients) -> Coefficients:
        return c.along(basis).damped

    return Blocks(spaces, coefficients, interfaces, lambda key: key[0] == key[1], part)


def _all_blocks(spaces: Spaces) -> list[Block]:
    numbers = range(len(spaces.fields))
    return [(i, j) for i in numbers for j in numbers]
