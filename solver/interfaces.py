"""Resistive interfaces (physics.md §4): where the mesh is cut, and the jumps of the fields drive currents.

The two sides have their own unknowns at the same places. What crosses is assembled on pairs of coincident
facets into the blocks of the fields; the sides share no entity, so it is no form that UFL could write.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from thermospin.coefficients import Coefficients
from thermospin.compat import MPI, PETSc, cpp, fem, la
from thermospin.config.interfaces import Contact
from thermospin.facets import FacetPairs
from thermospin.fields import TAU, THETA, Field, S, State
from thermospin.lift import Lift
from thermospin.spaces import Spaces
from thermospin.terms.calculus import Trace
from thermospin.terms.transport import transport

Block = tuple[int, int]
SIGNS = np.array([[1.0, -1.0], [-1.0, 1.0]])
STIFF = 1.0
"""An interface is stiff if it adds so many times more to the diagonal of a block than the elements beside it
do. From here on, multigrid without jumps takes fewer iterations than multigrid with them."""


class Springs(NamedTuple):
    """Pairs of unknowns at the same places on the two sides of an interface.

    Attributes:
        first: Local unknowns on side 1, shape (n,); one comes once per facet that it is on.
        second: Those on side 2.
        strengths: What the facet adds to the diagonal of the field's block at either, shape (n,).
    """

    first: np.ndarray
    second: np.ndarray
    strengths: np.ndarray


class Interfaces:
    """The interfaces of a device that are alike: all between conductors, or all on insulators.

    Args:
        spaces: The spaces.
        contacts: Law, sides and magnet of every interface.
        temperature: T0, K.

    Attributes:
        fields: The fields that jump.
        coefficients: The coefficients as lifts, one number per facet, shape (n, 1).
    """

    def __init__(self, spaces: Spaces, contacts: Mapping[str, Contact], temperature: float) -> None:
        self._spaces, self._contacts = spaces, contacts
        conducting = all(contact.law.is_conducting for contact in contacts.values())
        self.fields = tuple(field for field in spaces.fields if conducting or not field.on_conductors)
        facets = [spaces.device.contacts[name] for name in contacts]
        self._name = np.repeat(np.arange(len(contacts)), [len(part) for part in facets])
        self.pairs = FacetPairs(spaces, np.concatenate(facets), self.fields)
        self._magnetisation = np.ones((len(self._name), 1))
        self.coefficients = self._lifts(temperature)

    def magnetise(self, signs: Mapping[str, int]) -> None:
        """Set the sign of the magnetisation of the named regions."""
        of_contact = [signs.get(contact.magnet, 1) for contact in self._contacts.values()]
        self._magnetisation[:, 0] = np.array(of_contact, dtype=float)[self._name]

    def reserve(self, pattern: cpp.la.SparsityPattern, key: Block) -> None:
        """Make room in the sparsity pattern of a block for what couples the two sides."""
        rows, columns = (self.pairs.sides[self._spaces.fields[i]].both for i in key)
        for row, column in zip(rows, columns, strict=True):
            pattern.insert(row, column)

    def add(self, block: PETSc.Mat, key: Block, coefficients: Coefficients) -> None:
        """Add what crosses the interfaces to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the two fields.
            coefficients: The part of the coefficients to take.
        """
        if not {self._spaces.fields[i] for i in key} <= set(self.fields):
            return
        mass = self._density(coefficients, key)[:, :, None] * self.pairs.mass
        local = SIGNS[None, :, None, :, None] * mass[:, None, :, None, :]
        rows, columns = (self.pairs.sides[self._spaces.fields[i]].both.astype(PETSc.IntType) for i in key)
        values = local.reshape(len(rows), rows.shape[1] * columns.shape[1])
        block.setValuesLocalRCV(rows, columns, values, addv=PETSc.InsertMode.ADD_VALUES)

    def _unit(self, field: int) -> State:
        """A jump of 1 of one field, from side 1 to side 2."""
        numbers = range(len(self._spaces.fields))
        return State(*(Trace(1.0 if i == field else 0.0, 0.0) for i in numbers))

    def springs(self, field: Field) -> dict[str, Springs]:
        """What ties the two sides of every interface together in a field."""
        if field not in self.fields:
            return {}
        number = self._spaces.fields.index(field)
        density = self._density(self.coefficients.isotropic, (number, number))
        strengths = density * np.einsum("nkk->nk", self.pairs.mass)
        first, second = self.pairs.sides[field]
        doubled = first != second
        return {
            name: Springs(first[here], second[here], strengths[here])
            for name, here in (
                (name, doubled & (self._name == i)[:, None]) for i, name in enumerate(self._contacts)
            )
        }

    def unknowns(self, field: Field, magnets: Collection[str]) -> np.ndarray:
        """Local unknowns of a field on the interfaces whose sign is that of one of the magnets."""
        if field not in self.fields:
            return np.empty(0, dtype=np.int32)
        chosen = np.array([contact.magnet in magnets for contact in self._contacts.values()])[self._name]
        return np.unique(self.pairs.sides[field].both[chosen])

    def heat(
        self, source: Callable[..., Any], first: State, second: State, field: Field, loads: np.ndarray
    ) -> None:
        """Add the heat of two fields to this rank's part of the load of ϑ or τ, ghosts included.

        Args:
            source: A heat source: coefficients, the traces of two fields, a pair of test functions, measure.
            first: Functions.
            second: Functions.
            field: ϑ or τ.
            loads: The load, A·V/K, changed in place.
        """
        if S not in self.fields:
            return
        a, b, none = self.pairs.traces(first), self.pairs.traces(second), Trace(0.0, 0.0)
        for test, unknowns in zip((Trace(1.0, 0.0), Trace(0.0, 1.0)), self.pairs.sides[field], strict=True):
            density = source(self.coefficients, a, b, (test, none) if field is THETA else (none, test), 1.0)
            np.add.at(loads, unknowns, self.pairs.integrate(density))

    def _density(self, coefficients: Coefficients, key: Block) -> np.ndarray:
        """What couples the jumps of two fields, per area of every facet, shape (n, 1)."""
        coupling = transport(coefficients, self._unit(key[1]), self._unit(key[0]), 1.0)
        return coupling * np.ones_like(self._magnetisation)

    def _lifts(self, temperature: float) -> Coefficients:
        laws = [contact.law for contact in self._contacts.values()]

        def per_facet(values: Sequence[float]) -> np.ndarray:
            return np.array(values, dtype=float)[self._name][:, None]

        def lift(pairs) -> Lift:
            sums, differences = (per_facet([pair[i] for pair in pairs]) for i in (0, 1))
            return Lift(sums, differences, self._magnetisation)

        total = per_facet([law.heat_conductance(temperature) / temperature for law in laws])
        electronic = lift([law.electronic_heat(temperature) for law in laws]).scaled(1 / temperature)
        split = TAU in self.fields
        return Coefficients(
            electrical=lift([law.electrical for law in laws]),
            thermoelectric=lift([law.thermoelectric for law in laws]),
            heat=total - electronic.X if split else total,
            electronic_heat=electronic if split else Lift(0.0, 0.0, self._magnetisation),
            relaxation=0.0,
            heat_relaxation=0.0,
            temperature=temperature,
        )


def resistive_interfaces(
    spaces: Spaces, contacts: Mapping[str, Contact], temperature: float
) -> list[Interfaces]:
    """The interfaces along which the mesh is cut, those between conductors apart from those on insulators."""
    present = {name: contacts[name] for name in spaces.device.contacts}
    kinds = ({n: c for n, c in present.items() if c.law.is_conducting is kind} for kind in (True, False))
    return [Interfaces(spaces, kind, temperature) for kind in kinds if kind]


def stiff_interfaces(
    interfaces: Sequence[Interfaces], space: fem.FunctionSpace, field: Field, block: PETSc.Mat
) -> list[str]:
    """Names of the interfaces that conduct much better than the elements beside them (collective).

    Args:
        interfaces: All interfaces.
        space: The space of a field.
        field: The field.
        block: Its diagonal block.
    """
    springs = {name: part for group in interfaces for name, part in group.springs(field).items()}
    if not springs:
        return []
    diagonals = {name: _diagonal(space, part) for name, part in springs.items()}
    elements = block.getDiagonal().array_r - sum(diagonals.values())
    stiff = []
    for name, diagonal in diagonals.items():
        sums = np.array([diagonal.sum(), elements[diagonal > 0].sum()])
        across, beside = space.mesh.comm.allreduce(sums, MPI.SUM)
        if across > STIFF * beside:
            stiff.append(name)
    return stiff


def tied_unknowns(interfaces: Sequence[Interfaces], field: Field, names: Sequence[str]) -> np.ndarray | None:
    """Pairs of local unknowns on the two sides of interfaces, shape (n, 2); None without interfaces."""
    if not names:
        return None
    springs = {name: part for group in interfaces for name, part in group.springs(field).items()}
    return np.concatenate([np.column_stack(springs[name][:2]) for name in names])


def _diagonal(space: fem.FunctionSpace, springs: Springs) -> np.ndarray:
    """What springs add to the diagonal of a block, at this rank's unknowns (collective)."""
    total = fem.Function(space)
    for side in (springs.first, springs.second):
        np.add.at(total.x.array, side, springs.strengths)
    total.x.scatter_reverse(la.InsertMode.add)
    return total.x.array[: space.dofmap.index_map.size_local]
