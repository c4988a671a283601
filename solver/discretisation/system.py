"""The coupled system: assembled once, in blocks, and in part again when the magnetisation changes."""

from collections.abc import Callable, Collection, Hashable, Sequence

import numpy as np

from thermospin.compat import MPI, PETSc, fem, la
from thermospin.discretisation.assembly.blocks import Blocks, diagonal_blocks
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.interfaces.jumps import Block, Interfaces
from thermospin.discretisation.spaces import Spaces
from thermospin.errors import ThermospinError
from thermospin.fields import Field
from thermospin.physics.coefficients import CellCoefficients
from thermospin.textures import MagneticState


class CoupledSystem:
    """The operator of solver/physics.md §3, without boundary conditions.

    Its symmetric part is positive definite.

    It is symmetric unless spins precess or currents turn. Where spins precess, the blocks of two spins are
    assembled on both sides of the diagonal, where currents turn all blocks; other blocks below the diagonal
    are transposes of those above.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
        interfaces: The resistive interfaces.
        basis: Axes for the spins of the blocks for preconditioners, the rows of a matrix; default x, y, z.
        magnetisation: Sign or direction of every magnetic region to begin with; +z by default.
        transfer: Heat transfer at faces, if any.

    Attributes:
        interfaces: The resistive interfaces.
        transfer: Heat transfer at faces, or None.
        matrix: The operator, a nest of the blocks.
        is_symmetric: Whether it is symmetric.
        diagonal: The field-diagonal blocks for preconditioners: symmetric, with relaxation as strong as
            precession instead of it.
        changing: Fields whose diagonal blocks change with the magnetisation.
        state: The magnetic state of all blocks; magnets that it does not hold point along +z.
    """

    def __init__(
        self,
        spaces: Spaces,
        coefficients: CellCoefficients,
        interfaces: Sequence[Interfaces] = (),
        basis: np.ndarray | None = None,
        magnetisation: MagneticState | None = None,
        transfer: HeatTransfer | None = None,
    ) -> None:
        self.spaces, self.coefficients, self.interfaces = spaces, coefficients, interfaces
        self.transfer = transfer
        self.is_symmetric = coefficients.all.is_symmetric and all(i.is_symmetric for i in interfaces)
        self._whole = Blocks(spaces, coefficients, interfaces, self._is_assembled, transfer=transfer)
        self._parts, self._revision = [self._whole], 0
        self._known_rows: dict[tuple[Field, frozenset[str]], np.ndarray] = {}
        if not self.is_symmetric or basis is not None:
            self._parts.append(diagonal_blocks(spaces, coefficients, interfaces, basis, transfer))
        self.diagonal = [self._parts[-1].blocks[i, i] for i in range(len(spaces.fields))]
        # The diagonal for preconditioners is even in a sign.
        changes = spaces.unknowns.vector
        self.changing = [spaces.fields[i] for i, j in self._parts[-1].magnetic if i == j and changes]
        self.matrix = self._nest()
        self.state: MagneticState = dict(magnetisation or {})
        if self.state:
            self._point(self.state)
        for part in self._parts:
            part.assemble()
        self.matrix.assemble()

    def _is_assembled(self, key: Block) -> bool:
        """Whether a block is assembled, and not the transpose of another one."""
        i, j = key
        of_spins = all(self.spaces.fields[k] in self.spaces.unknowns.spins for k in key)
        turns = self.coefficients.all.turns_currents
        return j >= i or turns or (of_spins and not self.is_symmetric)

    def magnetise(self, magnetisation: MagneticState, keeps_diagonal: bool = False) -> None:
        """Assemble the blocks of a magnetic configuration (collective).

        Args:
            magnetisation: Sign or direction of every magnetic region.
            keeps_diagonal: Whether to leave blocks as they are that only preconditioners use.
        """
        signs = self.signs(magnetisation)
        self.state = dict(magnetisation)
        together(self.spaces.comm, lambda: self._point(magnetisation))
        if signs is None:
            self._assemble_magnetic(self._parts[:1] if keeps_diagonal else self._parts)
        else:
            for i, j in self._odd:
                block = self._whole.blocks[i, j]
                factors = block.createVecLeft()
                factors.setArray(signs[self.spaces.fields[i]])
                block.diagonalScale(L=factors)
        self.matrix.assemble()

    @property
    def _odd(self) -> list[Block]:
        """Magnetic blocks that change sign with the magnetisation, of scalars with spins; others keep it."""
        spins = self.spaces.unknowns.spins
        return [
            key for key in self._whole.magnetic if len({self.spaces.fields[i] in spins for i in key}) == 2
        ]

    @property
    def _reversing(self) -> list[Block]:
        """Magnetic blocks that reversed magnets change while all spins have one axis.

        These are the odd ones, and those whose tensor in space turns.
        """
        odd, c = self._odd, self.coefficients.all

        def turns(key: Block) -> bool:
            potentials = [self.spaces.fields[i] in self.spaces.unknowns.potentials for i in key]
            same = c.electrical if all(potentials) else c.electronic_heat
            return (same if len(set(potentials)) == 1 else c.thermoelectric).turns_in_space

        return [key for key in self._whole.magnetic if key in odd or turns(key)]

    def identify(self) -> Hashable:
        """A name of the present operator: two with the same name are equal."""
        return self._revision, tuple(self.state.items())

    def precess(self) -> None:
        """Assemble the blocks that change with the magnetic field (collective); magnets stay as they are."""
        self._revision += 1
        for part in self._parts:
            part.precess()
        self.matrix.assemble()

    def _point(self, magnetisation: MagneticState) -> None:
        self.coefficients.magnetise(magnetisation)
        for interface in self.interfaces:
            interface.magnetise(magnetisation)

    def signs(self, magnetisation: MagneticState) -> dict[Field, np.ndarray] | None:
        """Factors ±1 for the owned rows of fields that turn the odd blocks into those of other signs.

        A row of such a block belongs to one magnet, unless magnets touch, or the same node of a normal
        metal touches two through resistive interfaces: then there are no such factors (collective).

        Args:
            magnetisation: Sign or direction of every magnetic region.

        Returns:
            None where there are no such factors.
        """
        if self.spaces.unknowns.vector or self.coefficients.all.turns_currents:
            return None
        # All magnets point along +z to begin with.
        before = dict.fromkeys(magnetisation, 1) | self.state
        reversed_magnets = [name for name, sign in magnetisation.items() if sign != before[name]]
        # Insulating magnets have a sign, too, that of what they take across their interfaces.
        magnets = dict.fromkeys([*self.spaces.magnets, *magnetisation])
        kept = [name for name in magnets if name not in reversed_magnets]
        if any(sign not in (1, -1) for sign in magnetisation.values()):
            return None
        found = {}
        for field in dict.fromkeys(self.spaces.fields[i] for i, _ in self._odd):
            flipped, other = (self._rows(field, names) for names in (reversed_magnets, kept))
            if self.spaces.comm.allreduce(bool(np.any(flipped & other)), MPI.LOR):
                return None
            found[field] = np.where(flipped, -1.0, 1.0)
        return found

    def _rows(self, field: Field, magnets: Collection[str]) -> np.ndarray:
        """Whether owned unknowns of a field are in magnets, or across an interface with one (collective)."""
        key = field, frozenset(magnets)
        if key not in self._known_rows:
            self._known_rows[key] = self._marked(field, magnets)
        return self._known_rows[key]

    def _marked(self, field: Field, magnets: Collection[str]) -> np.ndarray:
        """The same, found out (collective)."""
        space = self.spaces.spaces[field]
        mark = fem.Function(space)
        cells = self.spaces.device.cells(magnets)
        if field.on_conductors:
            cells = cells[self.spaces.sub_cells[cells] >= 0]
        mark.x.array[self.spaces.unknowns_in(cells, field.on_conductors)] = 1
        for interface in self.interfaces:
            mark.x.array[interface.unknowns(field, magnets)] = 1
        mark.x.scatter_reverse(la.InsertMode.add)
        return mark.x.array[: space.dofmap.index_map.size_local] > 0

    def changes(self, fields: Sequence[Field]) -> bool:
        """Whether a block of some fields changes with the magnetisation.

        Args:
            fields: The fields.
        """
        if len(fields) == 1:
            return fields[0] in self.changing
        numbers = {self.spaces.fields.index(field) for field in fields}
        return any({i, j} <= numbers for i, j in self._whole.magnetic)

    def blocks(self, fields: Sequence[Field]) -> list[list[PETSc.Mat | None]]:
        """The blocks of some fields, row by row; None where there is none.

        Args:
            fields: The fields.
        """
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

    def _assemble_magnetic(self, parts: Sequence[Blocks]) -> None:
        if not self.spaces.unknowns.vector:
            self._whole.assemble(self._reversing)
            return
        for part in parts:
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
    """Call a function on every rank; an error that one of them finds is raised on all (collective).

    Args:
        comm: The ranks.
        work: The function.
    """
    error = None
    try:
        work()
    except ThermospinError as found:
        error = found
    errors = [found for found in comm.allgather(error) if found]
    if errors:
        raise errors[0]
