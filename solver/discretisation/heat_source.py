"""The right-hand side: heat that two orders of the solution produce together (solver/physics.md §§5, 7)."""

from collections.abc import Sequence
from functools import cached_property

from thermospin.compat import MPI, PETSc, fem, la, ufl
from thermospin.discretisation.interfaces.jumps import Interfaces
from thermospin.discretisation.spaces import CONDUCTORS, Spaces
from thermospin.fields import THETA, Field, State
from thermospin.physics.coefficients import CellCoefficients
from thermospin.physics.terms.heating import ConservingHeating, JouleHeating


class HeatSource:
    """Assembles the heat source of two fields, which is bilinear and symmetric in them.

    Args:
        spaces: The spaces.
        coefficients: The coefficients, in the magnetic configuration set by ``magnetise``.
        model: ``joule`` or ``conserving``.
        scale: ζ, for ``joule``.
        interfaces: The resistive interfaces.

    Attributes:
        scale: ζ; 1 where it does not apply.
        temperature: T0, by which heat is divided, K.
        is_joule: Whether all heat is Joule heat, whose error :meth:`error` bounds.
        heating: The heat source in the bulk.
        interface_heating: The heat source at interfaces.
    """

    def __init__(
        self,
        spaces: Spaces,
        coefficients: CellCoefficients,
        model: str,
        scale: float,
        interfaces: Sequence[Interfaces] = (),
    ) -> None:
        self._spaces, self._interfaces = spaces, interfaces
        self._first, self._second = spaces.functions(), spaces.functions()
        self.is_joule = model == "joule"
        constant = fem.Constant(spaces.device.mesh, scale)
        self.heating, self.interface_heating = (
            (JouleHeating(constant), JouleHeating(scale))
            if self.is_joule
            else (ConservingHeating(), ConservingHeating())
        )
        self._coefficients = coefficients.all
        self._temperatures = spaces.unknowns.temperatures
        self.scale, self.temperature = scale if self.is_joule else 1.0, coefficients.all.temperature

    @cached_property
    def _of_two(self) -> dict[Field, fem.Form]:
        """The loads of the heat of two fields."""
        return self._loads(self._first, self._second)

    @cached_property
    def _of_one(self) -> dict[Field, fem.Form]:
        """The loads of the heat of fields with themselves: these read half as much."""
        return self._loads(self._first, self._first)

    @cached_property
    def _weighted(self) -> dict[Field, fem.Form]:
        """The loads of :meth:`weighted`, of every field."""
        dx, maps = self._spaces.dx(CONDUCTORS), [self._spaces.entity_map]
        heating, weights = self.heating, self._second.temperatures
        return {
            field: fem.form(
                heating.source(self._coefficients, self._first, self._test(field), weights, dx),
                entity_maps=maps,
            )
            for field in self._spaces.fields
        }

    def _loads(self, first: State, second: State) -> dict[Field, fem.Form]:
        dx, maps = self._spaces.dx(CONDUCTORS), [self._spaces.entity_map]
        return {
            field: fem.form(
                self.heating.source(self._coefficients, first, second, self._test(field).temperatures, dx),
                entity_maps=maps,
            )
            for field in self._temperatures
        }

    def _test(self, field: Field) -> State:
        """The test function of one field, 0 for the others."""
        space = self._spaces.spaces[field]
        return State(*(ufl.TestFunction(space) if other is field else 0 for other in self._spaces.fields))

    def add(self, rhs: PETSc.Vec, first: PETSc.Vec, second: PETSc.Vec, factor: float = 1.0) -> float:
        """Add ``factor`` times the heat of two fields to a right-hand side (collective).

        The potentials may be relative to any reference: only their gradients enter.

        Args:
            rhs: The right-hand side, A·V/K.
            first: Fields of the first factor.
            second: Fields of the second.
            factor: The factor.

        Returns:
            The heat of the two fields, W.
        """
        self._load(first, second)
        forms = self._of_one if first is second else self._of_two
        generated = {
            field: self._collect(rhs, field, fem.assemble_vector(form), factor)
            for field, form in forms.items()
        }
        return self._spaces.comm.allreduce(generated[THETA], MPI.SUM) * self.temperature

    def add_at_interfaces(
        self, rhs: PETSc.Vec, first: PETSc.Vec, second: PETSc.Vec, factor: float = 1.0
    ) -> None:
        """Add ``factor`` times the heat of two fields at interfaces alone (collective).

        Args:
            rhs: The right-hand side, A·V/K.
            first: Fields of the first factor.
            second: Fields of the second.
            factor: The factor.
        """
        if not self._interfaces:
            return
        self._load(first, second)
        for field in self._temperatures:
            self._collect(rhs, field, la.vector(self._spaces.spaces[field].dofmap.index_map), factor)

    def _load(self, first: PETSc.Vec, second: PETSc.Vec) -> None:
        self._spaces.load(first, self._first)
        self._spaces.load(second, self._second)

    def _collect(self, rhs: PETSc.Vec, field: Field, bulk: la.Vector, factor: float) -> float:
        """Add the heat in the bulk and that at interfaces; their sum on this rank (collective)."""
        for interface in self._interfaces:
            interface.heat(self.interface_heating, self._first, self._second, field, bulk.array)
        bulk.scatter_reverse(la.InsertMode.add)
        part = self._spaces.ranges[field]
        heat = bulk.array[: part.stop - part.start]
        with rhs as array:
            array[part] += factor * heat
        return heat.sum()

    def square(self, fields: PETSc.Vec) -> PETSc.Vec:
        """Right-hand side that fields produce with themselves, A·V/K (collective).

        Args:
            fields: The fields.
        """
        rhs = fields.duplicate()
        rhs.set(0.0)
        self.add(rhs, fields, fields)
        return rhs

    def weighted(self, fields: PETSc.Vec, weights: PETSc.Vec) -> PETSc.Vec:
        """Load whose product with other fields is their weighted heat with given ones (collective).

        Args:
            fields: The given fields.
            weights: Fields, whose temperatures are the weights.

        Returns:
            ``∫ (h z_ϑ + h_s z_τ + …)/T0 dx`` per unit of every unknown: A·V per V in the rows of V and s, per
            K in those of ϑ and τ (solver/physics.md §5).
        """
        self._load(fields, weights)
        found = fields.duplicate()
        with found as array:
            for field, form in self._weighted.items():
                load = fem.assemble_vector(form)
                for interface in self._interfaces:
                    interface.weighted_heat(
                        self.interface_heating, self._first, self._second, field, load.array
                    )
                load.scatter_reverse(la.InsertMode.add)
                part = self._spaces.ranges[field]
                array[part] = load.array[: part.stop - part.start]
        return found

    def error(self, roots: tuple[float, float], errors: tuple[float, float]) -> float:
        """Estimate of the error of the heat of two fields, W: Cauchy–Schwarz on the Joule heat.

        Args:
            roots: Square roots of the heat of either with itself, W^½.
            errors: Estimates of the energy norm of the error in the currents of either, W^½.
        """
        return self.scale**0.5 * (roots[0] * errors[1] + errors[0] * roots[1])
