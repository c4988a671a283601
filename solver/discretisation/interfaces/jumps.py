"""Resistive interfaces (solver/physics.md §4): the mesh is cut there, and jumps of the fields drive currents.

The two sides have their own unknowns at the same places. The currents across are assembled on pairs of
coincident facets into the blocks of the fields. The sides share no entity, so UFL cannot write them as a
form.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from thermospin.compat import PETSc
from thermospin.device import ResistiveInterface
from thermospin.discretisation.interfaces.facet_coefficients import FacetCoefficients
from thermospin.discretisation.interfaces.facets import FacetPairs
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import S_VECTOR, TAU_VECTOR, Field, S, State, V
from thermospin.lift import ScalarAndSpin, SpinVector
from thermospin.materials.interface import KINDS, Kind
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.balance import weak_form
from thermospin.physics.terms.calculus import Trace
from thermospin.physics.terms.heating import Heating
from thermospin.physics.terms.transport import currents, transport
from thermospin.textures import MagneticState

Block = tuple[int, int]
Couples = tuple[np.ndarray, np.ndarray]
"""Local unknowns of rows and of columns, any of a facet with any: shapes (n, k) and (n, l)."""
SIGNS = np.array([[1.0, -1.0], [-1.0, 1.0]])


class Springs(NamedTuple):
    """Pairs of unknowns at the same places on the two sides of an interface.

    Attributes:
        first: Local unknowns on side 1, shape (n,); one comes once per facet that it is on.
        second: Local unknowns on side 2.
        strengths: Contribution of the facet to the diagonal of the field's block at either, shape (n,).
    """

    first: np.ndarray
    second: np.ndarray
    strengths: np.ndarray


class Interfaces:
    """The interfaces of a device that are alike: between conductors, on insulators, or on insulating magnets.

    An insulating magnet takes spins from the metal beside it and exchanges heat with it; there the spins jump
    to 0 (solver/physics.md §11).

    Args:
        spaces: The spaces.
        interfaces: Law, sides and magnet of every interface.
        temperature: T0, K.

    Attributes:
        fields: The fields that jump.
        pairs: The facets.
        coefficients: The coefficients.
        names: Names of the interfaces.
    """

    def __init__(
        self, spaces: Spaces, interfaces: Mapping[str, ResistiveInterface], temperature: float
    ) -> None:
        self._spaces, self._resistive, self.names = spaces, interfaces, tuple(interfaces)
        self._kind = next(iter(interfaces.values())).law.kind
        self.fields = _fields(spaces, self._kind)
        facets = [spaces.device.interfaces[name] for name in interfaces]
        self._interface = np.repeat(np.arange(len(interfaces)), [len(part) for part in facets])
        self.pairs = FacetPairs(spaces, np.concatenate(facets), self.fields)
        self.coefficients = FacetCoefficients(
            interfaces, self._interface, self.pairs, temperature, spaces.unknowns
        )
        self._crossing, self._absorbed = self.coefficients.crossing, self.coefficients.absorbed
        first, second = (
            self.coefficients.per_facet(lambda interface, i=i: interface.magnet == interface.place[i])
            for i in (1, 0)
        )
        self._normal = np.eye(2)[None] * np.stack([first, second], axis=1)  # 1 on the side beside a magnet

    @property
    def turns(self) -> bool:
        """Whether the components of a spin mix."""
        return self._absorbed is not None or self._crossing.electrical.turns

    @property
    def is_symmetric(self) -> bool:
        """Whether no spin precesses when a magnet reflects it."""
        parts = (self._crossing, self._absorbed)
        return all(part is None or part.electrical.turning is None for part in parts)

    @property
    def _takes_spins(self) -> bool:
        """Whether the interfaces are those of insulating magnets."""
        return self._kind == "spins"

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Set the magnetisation of some regions.

        Args:
            magnetisation: Sign or direction of every magnetic region.
        """
        self.coefficients.magnetise(magnetisation)

    def couples(self, key: Block) -> Couples:
        """Unknowns of the rows and of the columns of a block that the interfaces couple, facet by facet.

        Args:
            key: Numbers of the two fields.
        """
        rows, columns = (self.pairs.sides[self._spaces.fields[i]].both for i in key)
        return rows, columns

    def jumps(self, key: Block) -> bool:
        """Whether both fields of a block jump.

        Args:
            key: Numbers of the two fields.
        """
        return {self._spaces.fields[i] for i in key} <= set(self.fields)

    def add(self, block: PETSc.Mat, key: Block, part: Callable[[Coefficients], Coefficients]) -> None:
        """Add the currents across the interfaces, and those that magnets absorb there, to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the two fields.
            part: Takes the part of the coefficients that is wanted.
        """
        if not self.jumps(key):
            return
        row, column = (self.pairs.present[self._spaces.fields[i]] for i in key)
        signs = SIGNS * row[:, :, None] * column[:, None, :]
        local = signs[:, :, None, :, None] * self._local(part(self._crossing), key)
        if self._absorbed is not None:
            local = local + self._normal[:, :, None, :, None] * self._local(part(self._absorbed), key)
        add_values(block, *(self.pairs.sides[self._spaces.fields[i]].both for i in key), local)

    def _local(self, coefficients: Coefficients, key: Block) -> np.ndarray:
        mass = self.pairs.mass(self._density(coefficients, key))
        return mass[:, None, :, None, :]

    def _unit(self, field: int) -> State:
        """A jump of 1 of one field, from side 1 to side 2."""
        numbers = range(len(self._spaces.fields))
        return State(*(Trace(1.0 if i == field else 0.0, 0.0) for i in numbers))

    def springs(self, field: Field) -> dict[str, Springs]:
        """Couplings of the two sides of every interface in a field.

        A component of a spin is coupled at a magnet as far as it is along the magnetisation: this changes,
        and such interfaces are left out.

        Args:
            field: The field.

        Returns:
            By the name of the interface.
        """
        if field not in self.fields:
            return {}
        number = self._spaces.fields.index(field)
        density = self._density(self._crossing.isotropic, (number, number))
        strengths = np.einsum("nkk->nk", self.pairs.mass(density))
        first, second = self.pairs.sides[field]
        doubled = first != second
        is_component = field in (*S_VECTOR, *TAU_VECTOR)
        found = {}
        for i, (name, interface) in enumerate(self._resistive.items()):
            if not (is_component and interface.magnet):
                here = doubled & (self._interface == i)[:, None]
                found[name] = Springs(first[here], second[here], strengths[here])
        return found

    def unknowns(self, field: Field, magnets: Collection[str]) -> np.ndarray:
        """Local unknowns of a field on the interfaces whose sign is that of one of some magnets.

        Args:
            field: The field.
            magnets: Names of the magnets.
        """
        if field not in self.fields:
            return np.empty(0, dtype=np.int32)
        chosen = np.array([interface.magnet in magnets for interface in self._resistive.values()])[
            self._interface
        ]
        return np.unique(self.pairs.sides[field].both[chosen])

    def heat(self, heating: Heating, first: State, second: State, field: Field, loads: np.ndarray) -> None:
        """Add the heat of two fields to this rank's part of the load of a temperature, ghosts included.

        Args:
            heating: The heat source.
            first: Functions.
            second: Functions.
            field: ϑ or a component of τ.
            loads: The load, A·V/K, changed in place.
        """
        if not self._heats(field):
            return
        a, b = self.pairs.traces(first), self.pairs.traces(second)
        for side, unknowns in enumerate(self.pairs.sides[field]):
            density = self._heat(heating, a, b, self._on_side(field, side).temperatures)
            np.add.at(loads, unknowns, self.pairs.integrate(density))

    def _heats(self, field: Field) -> bool:
        """Whether currents across heat a field."""
        return field in self.fields and (V in self.fields or self._takes_spins)

    def _heat(self, heating: Heating, a: State, b: State, v: ScalarAndSpin) -> np.ndarray:
        """Heat of traces of two fields, weighted with temperatures, per area at the quadrature points."""
        none = np.zeros((len(self._interface), len(self.pairs.weights)))
        if self._takes_spins:
            return none + heating.absorbed(self._crossing, a, b, v)
        density = none + heating.source(self._crossing, a, b, v, 1.0)
        if self._absorbed is None:
            return density
        return density + heating.absorbed(self._absorbed, self.beside(a), self.beside(b), v)

    def weighted_heat(
        self, heating: Heating, fields: State, weights: State, field: Field, loads: np.ndarray
    ) -> None:
        """Add the heat of fields with another one, weighted with temperatures, to this rank's part of a load.

        Args:
            heating: The heat source.
            fields: Functions.
            weights: Functions, whose temperatures are the weights.
            field: The other field.
            loads: The load, ghosts included, changed in place.
        """
        if not self._heats(field):
            return
        a, z = self.pairs.traces(fields), self.pairs.traces(weights).temperatures
        for side, unknowns in enumerate(self.pairs.sides[field]):
            density = self._heat(heating, a, self._on_side(field, side), z)
            np.add.at(loads, unknowns, self.pairs.integrate(density))

    def flow(self, functions: State, field: Field, loads: np.ndarray) -> None:
        """Add the currents across to this rank's part of the residual of a field.

        Args:
            functions: Functions.
            field: The field; with spins along one axis.
            loads: The residual, changed in place.
        """
        if field not in self.fields:
            return
        traces, none = self.pairs.traces(functions), np.zeros((len(self._interface), len(self.pairs.weights)))
        for side, unknowns in enumerate(self.pairs.sides[field]):
            density = weak_form(transport(self._crossing, traces), self._on_side(field, side), 1.0) + none
            np.add.at(loads, unknowns, self.pairs.integrate(density))

    def add_heat(
        self, block: PETSc.Mat, key: Block, heating: Heating, functions: State, factor: float
    ) -> None:
        """Add ``factor`` times the derivative of half the heat of fields with themselves to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the row's field, a temperature, and of the column's.
            heating: The heat source.
            functions: The fields, functions; with spins along one axis.
            factor: The factor.
        """
        row, column = (self._spaces.fields[i] for i in key)
        if not self._heats(row) or not self.jumps(key):
            return
        traces = self.pairs.traces(functions)
        for i, rows in enumerate(self.pairs.sides[row]):
            v = self._on_side(row, i).temperatures
            for j, columns in enumerate(self.pairs.sides[column]):
                density = factor * self._heat(heating, traces, self._on_side(column, j), v)
                add_values(block, rows, columns, self.pairs.mass(density))

    def _on_side(self, field: Field, side: int) -> State:
        """1 of one field on one side where it lives there, 0 of all others."""
        values = [Trace(0.0, 0.0)] * len(self._spaces.fields)
        one = self.pairs.present[field][:, side, None]
        values[self._spaces.fields.index(field)] = Trace(*(one if i == side else 0.0 for i in range(2)))
        return State(*values)

    def torque(self, magnet: str, fields: State) -> SpinVector:
        """This rank's part of ``∫ j_s⊥ dA`` into a magnet, A: the transverse spin current that it absorbs.

        Args:
            magnet: Name of the magnet.
            fields: One function per field.
        """
        return SpinVector(*self.absorbed_currents(fields)[:, self.beside_magnet(magnet)].sum(axis=(1, 2)))

    def absorbed_currents(self, fields: State) -> np.ndarray:
        """Transverse spin current that magnets absorb at every quadrature point, A, (3, n, q).

        The weights of the points and the areas of the facets are in it: its sum is an integral.

        Args:
            fields: One function per field.
        """
        shape = len(self._interface), len(self.pairs.weights)
        absorbing, traces = self._absorbed, self.pairs.traces(fields)
        if self._takes_spins:
            absorbing = self.coefficients.across
        elif absorbing is not None:
            traces = self.beside(traces)
        if absorbing is None:
            return np.zeros((3, *shape))
        _, absorbed = currents(absorbing, traces)
        # positive currents go from side 1 to side 2
        towards = np.where(self._normal[:, 0, 0] > 0, 1.0, -1.0)
        weights = 2 * (self.pairs.areas * towards)[:, None] * self.pairs.weights  # the weights add up to ½
        return np.array([weights * (j + np.zeros(shape)) for j in absorbed])

    def beside_magnet(self, magnet: str) -> np.ndarray:
        """Whether every facet is on an interface of a magnet, (n,).

        Args:
            magnet: Name of the magnet.
        """
        of_magnet = [interface.magnet == magnet for interface in self._resistive.values()]
        return np.array(of_magnet, dtype=bool)[self._interface]

    @property
    def cells_of_magnets(self) -> np.ndarray:
        """Local cell on the magnet's side of every facet, (n,)."""
        return self.pairs.cells(np.where(self._normal[:, 0, 0] > 0, 1, 0))

    def beside(self, traces: State) -> State:
        """Traces on the side that is not the magnet's, and 0 on the magnet's.

        Args:
            traces: The traces.
        """
        first, second = (self._normal[:, i, i, None] for i in (0, 1))
        return State(*(Trace(first * trace.first, second * trace.second) for trace in traces))

    def _density(self, coefficients: Coefficients, key: Block) -> np.ndarray:
        """Coupling of the jumps of two fields, per area, shape (n, 1), or (n, q) at quadrature points."""
        coupling = weak_form(transport(coefficients, self._unit(key[1])), self._unit(key[0]), 1.0)
        return coupling * np.ones((len(self._interface), 1))


def add_values(block: PETSc.Mat, rows: np.ndarray, columns: np.ndarray, local: np.ndarray) -> None:
    """Add a matrix per facet to a block.

    Args:
        block: The block, not assembled yet.
        rows: Local unknowns of its rows, shape (n, k).
        columns: Local unknowns of its columns, shape (n, l).
        local: The matrices, shape (n, k, l) or another of as many numbers.
    """
    block.setValuesLocalRCV(
        rows.astype(PETSc.IntType),
        columns.astype(PETSc.IntType),
        local.reshape(len(rows), rows.shape[1] * columns.shape[1]),
        addv=PETSc.InsertMode.ADD_VALUES,
    )


def resistive_interfaces(
    spaces: Spaces, interfaces: Mapping[str, ResistiveInterface], temperature: float
) -> list[Interfaces]:
    """The interfaces along which the mesh is cut, by what crosses them.

    Args:
        spaces: The spaces.
        interfaces: Law, sides and magnet of every interface.
        temperature: T0, K.
    """
    present = {name: interfaces[name] for name in spaces.device.interfaces}
    kinds = ({n: c for n, c in present.items() if c.law.kind == kind} for kind in KINDS)
    return [Interfaces(spaces, kind, temperature) for kind in kinds if kind]


def _fields(spaces: Spaces, kind: Kind) -> tuple[Field, ...]:
    """The fields that jump at interfaces of a kind."""
    if kind == "charge":
        return spaces.fields
    spins = {S, *S_VECTOR} if kind == "spins" else ()
    return tuple(field for field in spaces.fields if field in spins or not field.on_conductors)


def couples_across(interfaces: Sequence[Interfaces], key: Block) -> list[Couples]:
    """Unknowns of a block that interfaces couple.

    Args:
        interfaces: The interfaces.
        key: Numbers of the two fields.
    """
    return [interface.couples(key) for interface in interfaces if interface.jumps(key)]
