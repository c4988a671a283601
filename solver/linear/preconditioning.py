"""Preconditioners of the operator of a device: a multigrid per field, or factors where these are cheap."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

from thermospin.compat import PETSc
from thermospin.device import Device
from thermospin.discretisation.assembly.blocks import Blocks, diagonal_blocks
from thermospin.discretisation.constraints import Constraint, constrain
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.interfaces.jumps import Interfaces
from thermospin.discretisation.interfaces.stiff import stiff_interfaces, tied_unknowns
from thermospin.discretisation.sheets.sheets import face_terms
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.system import CoupledSystem
from thermospin.discretisation.terminals import locate_terminals
from thermospin.fields import S_VECTOR, TAU_VECTOR, Field, V
from thermospin.linear.factors import FACTORISED, FAST, LARGEST, Factors
from thermospin.linear.multigrid import Level, Multigrid, field_multigrid
from thermospin.linear.options import Options
from thermospin.linear.precession import Precession
from thermospin.linear.preconditioner import FieldPreconditioner, Fields
from thermospin.linear.stretching import is_stretched
from thermospin.textures import MagneticState


class Discretisation(NamedTuple):
    """The operator's diagonal with one polynomial degree.

    Attributes:
        spaces: The spaces.
        interfaces: The resistive interfaces.
        diagonal: The field-diagonal blocks.
        blocks: The object that assembles them; None if they are the system's own.
    """

    spaces: Spaces
    interfaces: Sequence[Interfaces]
    diagonal: Sequence[PETSc.Mat]
    blocks: Blocks | None


class Preconditioning(Protocol):
    """Keeps a preconditioner up to date.

    Attributes:
        preconditioner: The preconditioner.
    """

    preconditioner: FieldPreconditioner

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Follow the system into a magnetic configuration (collective).

        Args:
            magnetisation: Sign or direction of every magnetic region.
        """

    def precess(self) -> None:
        """Follow the system into another magnetic field (collective)."""

    def anchor(self, constraint: Constraint, held: Collection[str], sinks: Collection[str]) -> None:
        """Fix the unknowns that a scheme fixes (collective).

        Args:
            constraint: The unknowns.
            held: Terminals at which V and s are fixed.
            sinks: Terminals at which ϑ and τ are fixed.
        """


def is_factorised(spaces: Spaces) -> bool:
    """Whether fields are factorised (collective).

    The components of a vector spin mix where magnets dephase it and fields turn it, more the more directions
    there are. Multigrid of single components is slow there; a factor of all of them is exact. On stretched
    cells every multigrid stalls.

    Args:
        spaces: The spaces.
    """
    if spaces.unknowns.vector and 3 * spaces.size(S_VECTOR[0]) <= FACTORISED:
        return True
    largest = max(spaces.size(field) for field in spaces.fields)
    return largest <= LARGEST and is_stretched(spaces)


class FieldFactors:
    """A factor of every field; all components of a vector together.

    Factors of single fields are those of their symmetric parts. Where Hall effects make V antisymmetric, too,
    a second sweep makes up for that.

    Args:
        system: The operator.
        options: The PETSc options of the problem.
    """

    def __init__(self, system: CoupledSystem, options: Options) -> None:
        self._system, self._options = system, options
        sweeps = 2 if system.coefficients.all.electrical.turns_in_space else 1
        self.preconditioner = FieldPreconditioner(self._parts(lambda fields: True), sweeps=sweeps)

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Factorise the blocks again that change with the magnetisation (collective).

        Args:
            magnetisation: Sign or direction of every magnetic region.
        """
        self.preconditioner.renew(self._parts(self._system.changes))

    def precess(self) -> None:
        """Factorise the spins again (collective)."""
        self.preconditioner.renew(self._parts(lambda fields: len(fields) > 1))

    def anchor(self, constraint: Constraint, held: Collection[str], sinks: Collection[str]) -> None:
        """Fix the unknowns of a constraint (collective).

        Args:
            constraint: The unknowns.
            held: Not used.
            sinks: Not used.
        """
        self.preconditioner.anchor({field: [dofs] for field, dofs in constraint.dofs.items()})

    def _parts(self, wanted: Callable[[Fields], bool]) -> dict[Fields, Factors]:
        vectors = [vector for vector in (S_VECTOR, TAU_VECTOR) if vector[0] in self._system.spaces.fields]
        members = {field: vector for vector in vectors for field in vector}
        groups = dict.fromkeys(members.get(field, (field,)) for field in self._system.spaces.fields)
        return {group: spin_factors(self._system, group, self._options) for group in filter(wanted, groups)}


def spin_factors(system: CoupledSystem, fields: Fields, options: Options) -> Factors:
    """Factors of a field, or of the components of a vector.

    Args:
        system: The operator.
        fields: The field, or the components.
        options: The PETSc options of the problem.
    """
    name = fields[0].symbol if len(fields) == 1 else "spins" if fields == S_VECTOR else "spin_heat"
    if len(fields) == 1:
        return Factors(name, [[system.diagonal[system.spaces.fields.index(fields[0])]]], True, options)
    return Factors(name, system.blocks(fields), system.is_symmetric, options)


class FieldMultigrids:
    """A multigrid of every field; factors of all spins where they precess fast.

    Args:
        device: The device.
        system: The operator.
        basis: Axes along which multigrids take spins; default x, y, z.
        options: The PETSc options of the problem.

    Attributes:
        levels: Discretisations for multigrid: with the problem's degree, and all below it down to 1.
    """

    def __init__(
        self,
        device: Device,
        system: CoupledSystem,
        basis: Any,
        options: Options,
    ) -> None:
        self._device, self._system, self._basis, self._options = device, system, basis, options
        self.levels = self._discretisations()
        self._low_terminals = [locate_terminals(level.spaces) for level in self.levels[1:]]
        self._elder = self._build(V, None)
        parts = self._parts()
        self._precession = self._precessing([fields[0] for fields in parts if len(fields) == 1])
        self.preconditioner = FieldPreconditioner(parts, self._precession, basis)

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Build the multigrids again that change with the magnetisation (collective).

        Args:
            magnetisation: Sign or direction of every magnetic region.
        """
        changing = set(self._system.changing)
        if not changing:
            return
        for level in self.levels[1:]:
            for interface in level.interfaces:
                interface.magnetise(magnetisation)
            level.blocks.assemble()
        if V in changing:
            # Spins have its coarse spaces.
            self._elder = self._build(V, None)
            changing |= {*S_VECTOR, *TAU_VECTOR}
        self.preconditioner.renew(self._parts(lambda fields: changing & set(fields)))

    def precess(self) -> None:
        """Build the multigrids of spins again (collective)."""
        for level in self.levels[1:]:
            level.blocks.precess()
        if self._precession is not None:
            self._precession.assemble()
        # What changes with the magnetisation too is renewed by the first of them.
        spins = {*S_VECTOR, *TAU_VECTOR} - set(self._system.changing)
        self.preconditioner.renew(self._parts(lambda fields: spins & set(fields)))

    def anchor(self, constraint: Constraint, held: Collection[str], sinks: Collection[str]) -> None:
        """Fix the unknowns that a scheme fixes, on every level (collective).

        Args:
            constraint: The unknowns.
            held: Terminals at which V and s are fixed.
            sinks: Terminals at which ϑ and τ are fixed.
        """
        levels = [constraint]
        for level, terminals in zip(self.levels[1:], self._low_terminals, strict=True):
            levels.append(constrain(level.spaces, terminals, held, sinks))
        fields = self._system.spaces.fields
        self.preconditioner.anchor({field: [level.dofs[field] for level in levels] for field in fields})

    def _discretisations(self) -> list[Discretisation]:
        system = self._system
        levels = [Discretisation(system.spaces, system.interfaces, system.diagonal, None)]
        for degree in range(system.spaces.degree - 1, 0, -1):
            low = system.spaces.of_degree(degree)
            interfaces = face_terms(low, self._device)
            transfer = HeatTransfer(low, self._device.transfers, self._device.temperature)
            blocks = diagonal_blocks(low, system.coefficients, interfaces, self._basis, transfer)
            blocks.assemble()
            diagonal = [blocks.blocks[i, i] for i in range(len(low.fields))]
            levels.append(Discretisation(low, interfaces, diagonal, blocks))
        return levels

    def _parts(
        self, wanted: Callable[[Fields], Any] = lambda fields: True
    ) -> dict[Fields, Multigrid | Factors]:
        """The preconditioner of every field; that of all spins where they precess fast."""
        fields = self._system.spaces.fields
        groups: list[Fields] = [(V,), S_VECTOR] if precesses_fast(self._device) else []
        groups += [(field,) for field in fields if not any(field in group for group in groups)]
        parts: dict[Fields, Multigrid | Factors] = {}
        for group in filter(wanted, groups):
            if len(group) > 1:
                parts[group] = spin_factors(self._system, group, self._options)
            else:
                parts[group] = self._elder if group == (V,) else self._build(group[0], self._elder)
        return parts

    def _precessing(self, fields: Sequence[Field]) -> Precession | None:
        """The coupling of the spins among some fields; None without a magnetic field."""
        if self._system.coefficients.all.larmor is None:
            return None
        return Precession(self._system.spaces, self._system.coefficients, fields, self._basis)

    def _build(self, field: Field, elder: Multigrid | None) -> Multigrid:
        """The multigrid of a field; components of a vector have the coarse spaces of V (collective)."""
        i, finest = self._system.spaces.fields.index(field), self.levels[0]
        stiff = stiff_interfaces(finest.interfaces, finest.spaces.spaces[field], field, finest.diagonal[i])
        levels = [
            Level(
                level.spaces.spaces[field], level.diagonal[i], tied_unknowns(level.interfaces, field, stiff)
            )
            for level in self.levels
        ]
        elder = elder if field in (*S_VECTOR, *TAU_VECTOR) else None
        return field_multigrid(field, levels, self._options, elder)


def precesses_fast(device: Device) -> bool:
    """Whether spins precess so fast between collisions that their components are solved for together.

    Args:
        device: The device.
    """
    angles = (material.collision_angle for material in device.materials.values())
    return device.unknowns.vector and any(abs(angle) > FAST for angle in angles)
