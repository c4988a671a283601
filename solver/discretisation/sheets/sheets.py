"""Sheets on faces (solver/physics.md §4): charge, spin and heat flow along them.

The fields on a face are those of the cells beside it, so a sheet has no unknowns of its own; on an insulator
the cells beside it get those of V, s and τ, of which all that are not on the sheet are idle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from thermospin.compat import PETSc
from thermospin.device import Device, Sheet
from thermospin.discretisation.interfaces.jumps import (
    Block,
    Couples,
    Interfaces,
    add_values,
    resistive_interfaces,
)
from thermospin.discretisation.sheets.facets import Facets
from thermospin.discretisation.sheets.terms import FaceTerm
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import Field, State, Unknowns
from thermospin.lift import Lift, SpinVector
from thermospin.materials import ChannelPair, ChannelValues
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.calculus import OnFace
from thermospin.physics.terms.heating import Heating
from thermospin.physics.terms.sheet import sheet_form


class Sheets(FaceTerm):
    """The sheets of a device that are alike: all that conduct, or all that carry heat only.

    Args:
        spaces: The spaces.
        sheets: The sheets by name.
        temperature: T0, K.

    Attributes:
        names: Their names.
        conducts: Whether current flows along them.
        facets: Their facets.
    """

    def __init__(self, spaces: Spaces, sheets: Mapping[str, Sheet], temperature: float) -> None:
        self._spaces, self.names = spaces, list(sheets)
        self.conducts = all(sheet.values.is_conductor for sheet in sheets.values())
        fields = tuple(field for field in spaces.fields if self.conducts or not field.on_conductors)
        faces = [spaces.sheets[name] for name in sheets]
        self._number = np.repeat(np.arange(len(sheets)), [len(part) for part in faces])
        self.facets = Facets(spaces, np.concatenate(faces), fields)
        self._temperature = temperature
        self._coefficients = self.with_values(sheets, temperature)

    def with_values(self, sheets: Mapping[str, Sheet], temperature: float) -> Coefficients:
        """The coefficients with other values of the sheets, one number per facet.

        The T0 by which heat is divided stays.

        Args:
            sheets: The sheets by name.
            temperature: T0 of the other coefficients, K.
        """
        values = [sheets[name].values for name in self.names]
        found = _coefficients(values, self._number, temperature, self._spaces.unknowns)
        return replace(found, temperature=self._temperature)

    def jumps(self, key: Block) -> bool:
        """Whether both fields of a block live on the sheets.

        Args:
            key: Numbers of the two fields.
        """
        return {self._spaces.fields[i] for i in key} <= set(self.facets.dofs)

    def couples(self, key: Block) -> Couples:
        """Unknowns of the rows and of the columns of a block that the sheets couple, facet by facet.

        Args:
            key: Numbers of the two fields.
        """
        rows, columns = (self.facets.dofs[self._spaces.fields[i]] for i in key)
        return rows, columns

    def add(self, block: PETSc.Mat, key: Block, part: Callable[[Coefficients], Coefficients]) -> None:
        """Add the currents along the sheets to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the two fields.
            part: Takes the part of the coefficients that is wanted.
        """
        if self.jumps(key):
            c = part(self._coefficients)
            self._add(block, key, lambda u, v: sheet_form(c, u, v, self.conducts))

    def heat(self, heating: Heating, first: State, second: State, field: Field, loads: np.ndarray) -> None:
        """Add the heat of two fields to this rank's part of the load of a temperature, ghosts included.

        Args:
            heating: The heat source.
            first: Functions.
            second: Functions.
            field: ϑ or a component of τ.
            loads: The load, A·V/K, changed in place.
        """
        if self.conducts:
            a, b = self.facets.traces(first), self.facets.traces(second)
            c = self._coefficients
            self._load(loads, field, lambda v: heating.source(c, a, b, v.temperatures, 1.0))

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
        if self.conducts:
            a, z = self.facets.traces(fields), self.facets.traces(weights).temperatures
            self._load(loads, field, lambda u: heating.source(self._coefficients, a, u, z, 1.0))

    def flow(self, functions: State, field: Field, loads: np.ndarray) -> None:
        """Add the currents along the sheets to this rank's part of the residual of a field.

        Args:
            functions: Functions.
            field: The field.
            loads: The residual, changed in place.
        """
        u = self.facets.traces(functions)
        self._load(loads, field, lambda v: sheet_form(self._coefficients, u, v, self.conducts))

    def add_heat(
        self, block: PETSc.Mat, key: Block, heating: Heating, functions: State, factor: float
    ) -> None:
        """Add ``factor`` times the derivative of half the heat of fields with themselves to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the row's field, a temperature, and of the column's.
            heating: The heat source.
            functions: The fields.
            factor: The factor.
        """
        if self.conducts:
            a, c = self.facets.traces(functions), self._coefficients
            self._add(block, key, lambda u, v: factor * heating.source(c, a, u, v.temperatures, 1.0))

    def _add(self, block: PETSc.Mat, key: Block, form: Callable[[State, State], np.ndarray]) -> None:
        """Add the matrices of a bilinear form of trial and test function, a density per area."""
        row, column = (self._spaces.fields[i] for i in key)
        parts = [[form(u, v) for u in self._units(column)] for v in self._units(row)]
        shape = np.broadcast_shapes(*(np.shape(part) for line in parts for part in line), (1, 1))
        parts = np.array([[np.broadcast_to(part, shape) for part in line] for line in parts])
        rows, columns = self.couples(key)
        add_values(block, rows, columns, self.facets.matrices(parts))

    def _load(self, loads: np.ndarray, field: Field, form: Callable[[State], np.ndarray]) -> None:
        """Add the integrals of a linear form of a test function, a density per area."""
        if field in self.facets.dofs:
            parts = np.array(np.broadcast_arrays(*(form(v) for v in self._units(field))))
            np.add.at(loads, self.facets.dofs[field], self.facets.loads(parts))

    def _units(self, field: Field) -> list[State]:
        """1 for the value of a field, then for its slope along x, y and z; 0 for all others."""
        found = []
        for part in np.eye(4):
            values = [OnFace(np.zeros((1, 1)), np.zeros((3, 1, 1)))] * len(self._spaces.fields)
            values[self._spaces.fields.index(field)] = OnFace(part[:1, None], part[1:, None, None])
            found.append(State(*values))
        return found


def _coefficients(
    values: Sequence[ChannelValues[float]], number: np.ndarray, temperature: float, unknowns: Unknowns
) -> Coefficients:
    """Coefficients of sheets per square, one number per facet, shape (n, 1).

    Args:
        values: Those of every sheet.
        number: The sheet of every facet, shape (n,).
        temperature: T0, K.
        unknowns: What is solved for.
    """
    m = SpinVector(0.0, 0.0, 1.0) if unknowns.vector else 1.0

    def scalar(quantity: Callable[[ChannelValues[float]], float]) -> np.ndarray:
        return np.array([quantity(sheet) for sheet in values], dtype=float)[number][:, None]

    def lift(pair: Callable[[ChannelValues[float]], ChannelPair[float]], scale: float = 1.0) -> Lift:
        return Lift(scale * scalar(lambda sheet: pair(sheet).sum), 0.0, m)

    split, none = unknowns.spin_heat, Lift(0, 0, m)
    heat = scalar(lambda s: (s.phonon_heat(temperature) if split else s.thermal_conductivity) / temperature)
    relaxation = scalar(lambda s: s.spin_heat_relaxation(temperature) / temperature) if split else 0
    return Coefficients(
        electrical=lift(lambda s: s.electrical),
        thermoelectric=lift(lambda s: s.thermoelectric),
        heat=heat,
        electronic_heat=lift(lambda s: s.electronic_heat(temperature), 1 / temperature) if split else none,
        relaxation=Lift(scalar(lambda s: s.spin_relaxation), 0, m),
        heat_relaxation=Lift(relaxation, 0, m),
        temperature=temperature,
    )


class Idle(FaceTerm):
    """Unknowns of V, s and τ beside sheets on insulators that stand for nothing: each is held at 0 by itself.

    Args:
        spaces: The spaces.
        sheets: The sheets by name.
        temperature: T0, K.
    """

    def __init__(self, spaces: Spaces, sheets: Mapping[str, Sheet], temperature: float) -> None:
        self._spaces = spaces
        values = [sheet.values for sheet in sheets.values() if sheet.values.is_conductor]
        self._electrical = max(sheet.conductivity for sheet in values)
        self._heat = max(sheet.electronic_heat(temperature).sum for sheet in values) / temperature

    def jumps(self, key: Block) -> bool:
        """Whether it is part of a block: of the diagonal ones of fields on conductors.

        Args:
            key: Numbers of the two fields.
        """
        return key[0] == key[1] and self._spaces.fields[key[0]].on_conductors

    def couples(self, key: Block) -> Couples:
        """Every idle unknown with itself.

        Args:
            key: Numbers of the two fields.
        """
        return self._spaces.idle[:, None], self._spaces.idle[:, None]

    def add(self, block: PETSc.Mat, key: Block, part: Callable[[Coefficients], Coefficients]) -> None:
        """Add a number of the size of a sheet's to the diagonal of a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the two fields.
            part: Not used.
        """
        if self.jumps(key):
            is_potential = self._spaces.fields[key[0]] in self._spaces.unknowns.potentials
            size = self._electrical if is_potential else self._heat
            add_values(block, *self.couples(key), np.full((len(self._spaces.idle), 1, 1), size))


def face_terms(spaces: Spaces, device: Device) -> list[Interfaces | FaceTerm]:
    """All that is on faces of a device: its resistive interfaces and its sheets.

    Args:
        spaces: The spaces.
        device: The device.
    """
    found: list[Interfaces | FaceTerm] = [
        *resistive_interfaces(spaces, device.resistive_interfaces, device.temperature)
    ]
    for kind in (True, False):
        alike = {
            name: sheet for name, sheet in device.sheets.items() if bool(sheet.values.is_conductor) is kind
        }
        if alike:
            found.append(Sheets(spaces, alike, device.temperature))
    if spaces.has_idle:
        found.append(Idle(spaces, device.sheets, device.temperature))
    return found
