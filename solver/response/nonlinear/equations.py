"""Residual and exact Jacobian of solver/physics.md §§3–5 with coefficients at the local temperature.

The terms are those of the linear problem. The Jacobian is the derivative of the residual with respect to the
fields, and through every coefficient with respect to ϑ, by UFL.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from thermospin.compat import MPI, PETSc, fem, la, ufl
from thermospin.discretisation.assembly.blocks import block_forms
from thermospin.discretisation.assembly.compiled import CompiledForm
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.interfaces.jumps import Block, Interfaces, couples_across
from thermospin.discretisation.spaces import CONDUCTORS, INSULATORS, Spaces
from thermospin.discretisation.system import together
from thermospin.fields import THETA, State
from thermospin.physics.terms.bulk import bulk_form
from thermospin.physics.terms.heating import joule
from thermospin.response.nonlinear.local import LocalCoefficients


class Equations:
    """Nonlinear equations of the fields, without terminals: ``N(u) = b`` with the injected currents b.

    Args:
        spaces: The spaces, with all spins along one axis.
        local: The coefficients at the local temperature.
        heat: The heat source.
        interfaces: The resistive interfaces, whose coefficients are constant.
        transfer: Heat transfer at faces, if any.

    Attributes:
        spaces: The spaces.
        jacobian: ``N'(u)`` at the fields of the last :meth:`linearise`, a nest of blocks.
    """

    def __init__(
        self,
        spaces: Spaces,
        local: LocalCoefficients,
        heat: HeatSource,
        interfaces: Sequence[Interfaces],
        transfer: HeatTransfer | None = None,
    ) -> None:
        self._transfer = transfer
        self.spaces, self._local, self._heat, self._interfaces = spaces, local, heat, interfaces
        self._fields = spaces.functions()
        residual = self._form(State(*ufl.TestFunctions(spaces.mixed)))
        maps = [spaces.entity_map]
        self._residual = [fem.form(part, entity_maps=maps) for part in ufl.extract_blocks(residual)]
        generated = heat.heating.source(local.all, self._fields, self._fields, (1, 0), spaces.dx(CONDUCTORS))
        self._generated = fem.form(generated, entity_maps=maps)
        blocks = block_forms(self._derivative(residual), lambda key: True)
        self._forms = {key: self._compiled(key, form) for key, form in blocks.items()}
        self._blocks = {key: form.empty() for key, form in self._forms.items()}
        numbers = range(len(spaces.fields))
        rows = [[self._blocks.get((i, j)) for j in numbers] for i in numbers]
        self.jacobian = PETSc.Mat().createNest(rows, comm=spaces.comm)
        self.jacobian.setVecType(PETSc.Vec.Type.STANDARD)

    def _compiled(self, key: Block, form: ufl.Form) -> CompiledForm:
        row, column = (self.spaces.fields[i] for i in key)
        return CompiledForm(self.spaces, form, (row, column), couples_across(self._interfaces, key))

    def _form(self, v: State) -> ufl.Form:
        """The residual in the bulk."""
        c, u, dx = self._local.all, self._fields, self.spaces.dx
        return (
            bulk_form(c, u, v, dx(CONDUCTORS), "conductors")
            + bulk_form(c, u, v, dx(INSULATORS), "insulators")
            - self._heat.heating.source(c, u, u, v.temperatures, dx(CONDUCTORS))
        )

    def _derivative(self, residual: ufl.Form) -> ufl.Form:
        """The derivative of the residual in the bulk, in the direction of the trial functions."""
        du = State(*ufl.TrialFunctions(self.spaces.mixed))
        through_fields = sum(
            ufl.derivative(residual, u, direction) for u, direction in zip(self._fields, du, strict=True)
        )
        return through_fields + sum(
            ufl.derivative(residual, part, slope * du.theta) for part, slope in self._local.slopes.items()
        )

    def residual(self, vector: PETSc.Vec) -> PETSc.Vec:
        """``N(u)`` (collective).

        Args:
            vector: The fields u.

        Raises:
            RangeError: A law does not hold at the temperatures of the fields.
        """
        self._load(vector)
        found = vector.duplicate()
        with found as array:
            for field, form in zip(self.spaces.fields, self._residual, strict=True):
                load = fem.assemble_vector(form)
                for interface in self._interfaces:
                    interface.flow(self._fields, field, load.array)
                    if field in self.spaces.unknowns.temperatures:
                        load.array[:] -= self._interface_heat(interface, field, len(load.array))
                if self._transfer is not None and field is THETA:
                    self._transfer.flow(self._fields.theta, load)
                load.scatter_reverse(la.InsertMode.add)
                part = self.spaces.ranges[field]
                array[part] = load.array[: part.stop - part.start]
        return found

    def linearise(self, vector: PETSc.Vec) -> None:
        """Assemble the Jacobian at fields (collective).

        Args:
            vector: The fields.

        Raises:
            RangeError: A law does not hold at the temperatures of the fields.
        """
        self._load(vector)
        for key, form in self._forms.items():
            block = self._blocks[key]
            form.assemble(block)
            for interface in self._interfaces:
                interface.add(block, key, lambda c: c)
                if self._is_temperature(key):
                    interface.add_heat(block, key, self._heat.interface_heating, self._fields, -2.0)
            if self._transfer is not None:
                self._transfer.add(block, key)
            block.assemble()
        self.jacobian.assemble()

    def generated(self, vector: PETSc.Vec) -> float:
        """Heat that fields generate, W (collective).

        Args:
            vector: The fields.
        """
        self._load(vector)
        local = fem.assemble_scalar(self._generated)
        size = len(self._fields.theta.x.array)
        local += sum(self._interface_heat(interface, THETA, size).sum() for interface in self._interfaces)
        return self.spaces.comm.allreduce(local, MPI.SUM) * self._local.all.temperature

    @cached_property
    def _weight(self) -> tuple[fem.Function, fem.Form]:
        """A change of the temperature, and the Joule heat in proportion to it as a load."""
        space = self.spaces.spaces[THETA]
        change, (heat, _) = fem.Function(space), joule(self._local.all, self._fields, self._fields)
        load = heat / self._local.all.temperature * change * ufl.TestFunction(space)
        return change, fem.form(load * self.spaces.dx(CONDUCTORS), entity_maps=[self.spaces.entity_map])

    def weighted(self, change: PETSc.Vec) -> PETSc.Vec:
        """Load of the Joule heat of the fields of the last assembly, times a change of ϑ (collective).

        Args:
            change: The change, a vector of all unknowns.
        """
        (rise, form), found = self._weight, change.duplicate()
        part = self.spaces.ranges[THETA]
        rise.x.array[: part.stop - part.start] = change.array_r[part]
        rise.x.scatter_forward()
        load = fem.assemble_vector(form)
        load.scatter_reverse(la.InsertMode.add)
        with found as array:
            array[:] = 0.0
            array[part] = load.array[: part.stop - part.start]
        return found

    @property
    def sensitivity(self) -> float:
        """The largest relative change of a conductivity with the temperature anywhere, 1/K (collective)."""
        return self.spaces.comm.allreduce(self._local.sensitivity, MPI.MAX)

    def _interface_heat(self, interface: Interfaces, field, size: int) -> np.ndarray:
        """Heat at interfaces as this rank's part of the load of a temperature."""
        loads = np.zeros(size)
        interface.heat(self._heat.interface_heating, self._fields, self._fields, field, loads)
        return loads

    def _is_temperature(self, key: Block) -> bool:
        return self.spaces.fields[key[0]] in self.spaces.unknowns.temperatures

    def _load(self, vector: PETSc.Vec) -> None:
        """Take fields, and the coefficients at their temperatures (collective)."""
        self.spaces.load(vector, self._fields)
        together(self.spaces.comm, lambda: self._local.update(self._fields.theta))
