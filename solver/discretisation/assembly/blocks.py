"""The blocks of the operator: assembled once, and in part again when the magnetisation changes."""

from collections.abc import Callable, Collection, Sequence
from itertools import groupby, product

import numpy as np

from thermospin.compat import FormSplitter, PETSc, ufl
from thermospin.discretisation.assembly.cellwise import CellSets, CellwiseForm
from thermospin.discretisation.assembly.compiled import CompiledForm
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.interfaces.jumps import Block, Interfaces, couples_across
from thermospin.discretisation.spaces import CONDUCTORS, INSULATORS, MAGNETS, Spaces
from thermospin.fields import State
from thermospin.physics.coefficients import CellCoefficients, Coefficients
from thermospin.physics.terms.bulk import bulk_form

Part = Callable[[Coefficients], Coefficients]
BlockForm = CellwiseForm | CompiledForm


class Blocks:
    """Blocks of the operator, without boundary conditions.

    The part without magnetisation is assembled once; the blocks that have a magnetic part, by
    :meth:`assemble`.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
        interfaces: The resistive interfaces.
        wanted: Tells which blocks are assembled, by the numbers of row and column.
        part: Takes the part of the coefficients to assemble.
        transfer: Heat transfer at faces, if any.

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
        transfer: HeatTransfer | None = None,
    ) -> None:
        self._spaces, self._interfaces, self._part = spaces, interfaces, part
        self._transfer = transfer
        self._are_cellwise = coefficients.are_cellwise
        c = part(coefficients.all)
        constant = block_forms(constant_form(spaces, c), wanted)
        magnetic = block_forms(magnetic_form(spaces, c), wanted)
        turning = {key for key in _all_blocks(spaces) if wanted(key) and self._turns(key)}
        self.magnetic = sorted(magnetic.keys() | turning)
        self._sets = CellSets()
        forms = {
            key: self._block_form(key, constant.get(key, 0) + magnetic.get(key, ufl.Form([])))
            for key in [*constant, *(key for key in self.magnetic if key not in constant)]
        }
        # The magnetic field is the only constant of these forms.
        in_field = {key for key, form in constant.items() if form.constants()}
        self._magnetic = {key: forms.pop(key) for key in self.magnetic}
        self._in_field = {key: form for key, form in forms.items() if key in in_field}
        self.blocks: dict[Block, PETSc.Mat] = {}
        self._assemble_constant(forms)
        for key, form in self._magnetic.items():
            self.blocks[key] = form.empty()

    def assemble(self, keys: Collection[Block] | None = None) -> None:
        """Assemble the blocks that change with the magnetisation (collective).

        Args:
            keys: Those of them that are assembled; default all.
        """
        for key in self.magnetic if keys is None else keys:
            self._assemble(key, self._magnetic[key], self._part)
        if not self._spaces.unknowns.vector:  # the blocks of other signs mostly follow from these
            for key, form in self._magnetic.items():
                form.release(self.blocks[key])
            for cells in self._sets.values():
                cells.release()

    def precess(self) -> None:
        """Assemble the blocks that change with the magnetic field or with the magnetisation (collective)."""
        for key, form in self._in_field.items():
            self._assemble(key, form, self._isotropic)
        self.assemble()

    def _block_form(self, key: Block, form: ufl.Form) -> BlockForm:
        row, column = (self._spaces.fields[i] for i in key)
        couples = couples_across(self._interfaces, key)
        if self._are_cellwise:
            return CellwiseForm(self._spaces, form, (row, column), couples, self._sets)
        return CompiledForm(self._spaces, form, (row, column), couples)

    def _turns(self, key: Block) -> bool:
        """Whether interfaces mix the components of a spin in a block."""
        of_spins = all(self._spaces.fields[i] in self._spaces.unknowns.spins for i in key)
        return of_spins and any(interface.turns and interface.jumps(key) for interface in self._interfaces)

    def _assemble_constant(self, forms: dict[Block, BlockForm]) -> None:
        """Assemble blocks without a magnetic part; those that couple the same unknowns are alike."""

        def place(key: Block) -> list[bool]:
            spaces = [self._spaces.fields[i].on_conductors for i in key]
            return spaces + [interface.jumps(key) for interface in self._interfaces]

        for _, keys in groupby(sorted(forms, key=place, reverse=True), place):
            self._assemble_alike({key: forms.pop(key) for key in keys})

    def _assemble_alike(self, forms: dict[Block, BlockForm]) -> None:
        """Assemble blocks with one sparsity pattern."""
        first, *others = forms
        self.blocks[first] = forms[first].empty()
        for key in others:
            self.blocks[key] = self.blocks[first].duplicate()
        for key, form in forms.items():
            self._assemble(key, form, self._isotropic)
            if key not in self._in_field:
                form.release(self.blocks[key])

    def _assemble(self, key: Block, form: BlockForm, part: Part) -> None:
        """Assemble a form, a part of the coupling across interfaces, and heat transfer (collective)."""
        block = self.blocks[key]
        form.assemble(block)
        for interface in self._interfaces:
            interface.add(block, key, part)
        if self._transfer is not None:
            self._transfer.add(block, key)
        block.assemble()

    def _isotropic(self, coefficients: Coefficients) -> Coefficients:
        return self._part(coefficients).isotropic


def diagonal_blocks(
    spaces: Spaces,
    coefficients: CellCoefficients,
    interfaces: Sequence[Interfaces] = (),
    basis: np.ndarray | None = None,
    transfer: HeatTransfer | None = None,
) -> Blocks:
    """The symmetric field-diagonal blocks alone, for preconditioners.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
        interfaces: The resistive interfaces.
        basis: Axes for the spins, the rows of a matrix (3, 3); default x, y, z.
        transfer: Heat transfer at faces, if any.
    """

    def part(c: Coefficients) -> Coefficients:
        return c.along(basis).damped

    return Blocks(spaces, coefficients, interfaces, lambda key: key[0] == key[1], part, transfer)


def constant_form(spaces: Spaces, coefficients: Coefficients) -> ufl.Form:
    """The bilinear form without its magnetic part.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
    """
    u, v = State(*ufl.TrialFunctions(spaces.mixed)), State(*ufl.TestFunctions(spaces.mixed))
    c, dx = coefficients.isotropic, spaces.dx
    return bulk_form(c, u, v, dx(CONDUCTORS), "conductors") + bulk_form(c, u, v, dx(INSULATORS), "insulators")


def magnetic_form(spaces: Spaces, coefficients: Coefficients) -> ufl.Form:
    """The part of the bilinear form that changes with the magnetisation.

    Args:
        spaces: The spaces.
        coefficients: The coefficients.
    """
    u, v = State(*ufl.TrialFunctions(spaces.mixed)), State(*ufl.TestFunctions(spaces.mixed))
    dx = spaces.dx(MAGNETS)
    if not coefficients.is_anisotropic:
        return bulk_form(coefficients.magnetic, u, v, dx, "conductors")
    whole, isotropic = (bulk_form(c, u, v, dx, "conductors") for c in coefficients.magnetic_difference)
    return whole - isotropic


def block_forms(form: ufl.Form, wanted: Callable[[Block], bool]) -> dict[Block, ufl.Form]:
    """Some blocks of a form, without empty ones.

    Args:
        form: The form.
        wanted: Tells which blocks, by the numbers of row and column.
    """
    splitter = FormSplitter()
    found = {}
    numbers = range(1 + max((argument.part() for argument in form.arguments()), default=-1))
    for key in filter(wanted, product(numbers, numbers)):
        block = splitter.split(form, *key)
        if len(block.arguments()) == 2:
            found[key] = block
    return found


def _all_blocks(spaces: Spaces) -> list[Block]:
    numbers = range(len(spaces.fields))
    return [(i, j) for i in numbers for j in numbers]
