"""A device on a mesh, ready to be solved: everything that all schemes and configurations share."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.config.interfaces import contacts
from thermospin.config.petsc import petsc_options
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.interfaces.jumps import resistive_interfaces
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.spin_source import Equilibrium
from thermospin.discretisation.system import CoupledSystem
from thermospin.discretisation.terminals import locate_terminals
from thermospin.errors import InputError
from thermospin.linear.basis import spin_basis
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.options import Options
from thermospin.linear.preconditioning import (
    FieldFactors,
    FieldMultigrids,
    Preconditioning,
    is_factorised,
    precesses_fast,
)
from thermospin.meshes.read import DeviceMesh
from thermospin.observables.cells import Observer
from thermospin.observables.local import LocalObserver
from thermospin.observables.torque import Torques
from thermospin.output.progress import SilentProgress
from thermospin.physics.coefficients import CellCoefficients, Magnetisation
from thermospin.response.adjoints import KnownAdjoints
from thermospin.response.drive import Circuit, Drive
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.nonlinear.equations import Equations
from thermospin.response.nonlinear.local import LocalCoefficients, LocalMaterials
from thermospin.response.nonlinear.orders import OrderSources
from thermospin.response.nonlinear.series import PointSeries
from thermospin.response.nonlinear.steady import ResponsiveSolver
from thermospin.response.solution import Expansion
from thermospin.runs.preparation import prepare
from thermospin.section import one_of

if TYPE_CHECKING:
    import pyvista as pv


class Problem:
    """The discrete model of a device: mesh, operator and preconditioner, for one solution after another.

    :meth:`of` makes it from a configuration, :meth:`solve` solves a scheme in a configuration, and
    :meth:`observe` gives the fields. ``with`` frees it at the end. All ranks make the same calls.

    Args:
        config: The configuration.
        device: Its mesh.
        progress: Anything with a ``stage(name)`` context manager.

    Attributes:
        config: The configuration.
        spaces: Function spaces.
        coefficients: Material coefficients.
        system: The coupled operator.
        circuit: The terminals.
        heat: The heat source.
        preconditioning: The preconditioner.
        linear: The linear solver.
        contacts: The resistive interfaces by name.
    """

    def __init__(self, config: Any, device: DeviceMesh, progress: Any) -> None:
        self.contacts = contacts(config, device.surfaces)
        self._nonlinear: list[Any] = []
        self._prepared: tuple[str, SchemeSolver] | None = None
        self._adjoints = KnownAdjoints()
        self._options = Options(petsc_options(config.solver.petsc))
        materials = {region: config.material(name) for region, name in config.geometry.materials.items()}
        self._laws = {
            region: config.material_laws(name) for region, name in config.geometry.materials.items()
        }
        self._responds = not all(material.is_constant for material in self._laws.values())
        conductors = [region for region, material in materials.items() if material.is_conductor]
        # Clusters in a field polarise a metal that no configuration reverses.
        polarised = [region for region, m in materials.items() if m.polarisation or m.spin_seebeck]
        magnets = list(dict.fromkeys([*config.magnets, *polarised]))
        with progress.stage("spaces"):
            fields, degree = config.unknowns, config.solver.degree
            # A unit vector that varies is no polynomial: with one quadrature for all terms energy balances.
            # So are products with a law of the temperature.
            quadrature = 2 * degree + 2 if config.is_textured or self._responds else None
            self.spaces = Spaces(device, conductors, magnets, degree, fields, quadrature)
            self.coefficients = CellCoefficients(
                device,
                materials,
                config.temperature,
                fields,
                config.magnetic_field,
                degree if config.is_textured else 0,
            )
        with progress.stage("assembly"):
            self.interfaces = resistive_interfaces(self.spaces, self.contacts, config.temperature)
            factorised = is_factorised(config, self.spaces)
            component_wise = not factorised and not precesses_fast(config, fields)
            self._basis = spin_basis(config) if component_wise else None
            self.system = CoupledSystem(self.spaces, self.coefficients, self.interfaces, self._basis)
            self._terminals = locate_terminals(self.spaces)
            self.adopt(config)
        has_equilibrium = self.coefficients.all.equilibrium is not None
        self._equilibrium = Equilibrium(self.spaces, self.coefficients) if has_equilibrium else None
        with progress.stage("preconditioner"), self._options.blamed():
            self.preconditioning: Preconditioning = (
                FieldFactors(self.system, self._options)
                if factorised
                else FieldMultigrids(config, self.system, self.contacts, self._basis, self._options)
            )
            scales = None if self.system.is_symmetric else self.system.scales
            self.linear = self._solver(self.system.matrix, scales)

    @classmethod
    def of(cls, config: Any, comm: MPI.Comm = MPI.COMM_WORLD, progress: Any = None) -> Self:
        """Mesh a device and discretise it (collective).

        Args:
            config: The configuration.
            comm: Ranks that share the work.
            progress: Anything with a ``stage(name)`` context manager and ``note(text)``; nothing is shown
                without.

        Raises:
            InputError: The device cannot be meshed, or is not a closed circuit.
        """
        progress = progress or SilentProgress()
        _, device = prepare(config, comm, progress)
        return cls(config, device, progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.free()

    @property
    def schemes(self) -> Sequence[str]:
        """Names of the injection schemes."""
        return list(self.config.schemes)

    @property
    def states(self) -> Mapping[str, Magnetisation]:
        """The magnetic configurations by name: the sign of every magnet or, with vector spin, direction."""
        return self.config.states

    def solve(self, scheme: str, configuration: str) -> Expansion:
        """Solve a scheme in a magnetic configuration, for as many orders as ``solver.orders`` (collective).

        The preconditioner is fitted to a scheme: solve all configurations of one, then go on to the next.

        Args:
            scheme: Name of the injection scheme.
            configuration: Name of the magnetic configuration.

        Returns:
            The fields, order by order; ``harmonics`` are what a pair of terminals reads of them.

        Raises:
            InputError: There is no such scheme or configuration.
            ConvergenceError: The solver does not converge.
        """
        for name, known, kind in (
            (scheme, self.schemes, "scheme"),
            (configuration, self.states, "configuration"),
        ):
            if name not in known:
                raise InputError(one_of(name, known, kind))
        if self._prepared is None or self._prepared[0] != scheme:
            self._prepared = scheme, self.scheme(scheme)
        self.magnetise(self.states[configuration])
        found = self.expand(self._prepared[1])
        found.key = scheme, configuration
        return found

    def expand(self, solver: SchemeSolver) -> Expansion:
        """The orders that the configuration asks for, in the magnetic configuration set last (collective).

        Args:
            solver: The solver of a scheme, as :meth:`scheme` makes it.
        """
        options = self.config.solver
        if options.method == "demodulate":
            return solver.demodulate(options.currents, options.orders)
        return solver.expand(options.orders)

    def observe(
        self, expansion: Expansion, *, order: int | None = None, drive: float | None = None
    ) -> "pv.UnstructuredGrid":
        """The fields of a solution, on all ranks (collective).

        Args:
            expansion: What :meth:`solve` gave.
            order: Which coefficient of the power series in the drive; 0 are the fields without a drive.
            drive: Instead, the fields at this drive, A or V.

        Returns:
            A grid of the device with the arrays of the VTU files: see :meth:`thermospin.Results.fields`.

        Raises:
            InputError: There is no such order, or not one of order and drive is given.
        """
        from thermospin.runs.fields import SolvedFields

        if (order is None) == (drive is None):
            raise InputError("give 'order' or 'drive', one of the two", key="observe")
        fields = SolvedFields(self, {expansion.key: expansion})
        if order is not None:
            return fields.of_order(expansion.key, order)
        return fields.at_drive(expansion.key, drive)

    def _solver(self, matrix: PETSc.Mat, scales: PETSc.Vec | None) -> LinearSolver:
        """A linear solver for a matrix, symmetric if there are no scales, with the preconditioner of all."""
        return LinearSolver(
            matrix,
            self.preconditioning.preconditioner,
            self.config.solver.max_iterations,
            self._options,
            scales,
        )

    def adopt(self, config: Any) -> None:
        """Take another configuration with the same operator (collective).

        It may have other drives, probes, sinks, heating and, unless one of the two is zero, another field B.
        """
        self.config, self._prepared = config, None
        if np.any(self.coefficients.magnetic_field.value != config.magnetic_field):
            self._precess(config.magnetic_field)
        model, scale = config.heating.model, config.heating.scale
        self.heat = HeatSource(self.spaces, self.coefficients, model, scale, self.interfaces)
        self.circuit = Circuit(self.spaces, self._terminals, list(config.sinks), config.temperature)
        self._free_tangent()

    def free(self) -> None:
        """Free what PETSc keeps alive (collective); the problem cannot be used afterwards."""
        self._free_tangent()
        self._prepared = None
        self.linear.free()
        self.preconditioning.preconditioner.free()
        self._options.free()

    def _free_tangent(self) -> None:
        """Free what belongs to the nonlinear equations; they depend on the heating (collective)."""
        for part in self._nonlinear:
            part.free()
        self._nonlinear = []
        for name in ("_tangent", "_sources"):
            self.__dict__.pop(name, None)

    @cached_property
    def _tangent(self) -> tuple[Equations, LinearSolver, PETSc.Vec]:
        """The nonlinear equations, the linear solver of their Jacobian and the scales of the unknowns."""
        local, scales = LocalCoefficients(self.spaces, self._local), self.system.scales
        equations = Equations(self.spaces, local, self.heat, self.interfaces)
        tangent = self._solver(equations.jacobian, scales)
        self._nonlinear.append(tangent)
        return equations, tangent, scales

    @cached_property
    def _sources(self) -> OrderSources:
        """The sources of the orders of the expansion, where coefficients follow laws."""
        return OrderSources(self.spaces, self._series, self.config.temperature, self.heat)

    @cached_property
    def _series(self) -> PointSeries:
        """Fields and coefficients at the quadrature points, where coefficients follow laws."""
        return PointSeries(self.spaces, self._local)

    def observer(self) -> Observer:
        """What evaluates solutions on the cells, with the magnetisation of the moment."""
        if self._is_nonlinear:
            return LocalObserver(self.spaces, self.coefficients, self._series)
        return Observer(self.spaces, self.coefficients)

    @property
    def _local(self) -> LocalMaterials:
        """What coefficients that follow laws come from, with the magnetisation of the moment."""
        config = self.config
        return LocalMaterials(
            self._laws, config.temperature, config.axial_field, self.coefficients.magnetisation
        )

    def scheme(self, name: str) -> SchemeSolver:
        """The solver of an injection scheme; the multigrid is fitted to what the scheme fixes."""
        self._prepared = None
        drive = Drive.of(self.config.schemes[name])
        rises = {sink: kelvin - self.config.temperature for sink, kelvin in self.config.sinks.items()}
        given = self.circuit, self.heat, drive, self.config.probes, rises, self.config.solver.tolerance
        if self._is_nonlinear:
            at_drives = self.config.solver.method == "demodulate" or drive.quantity == "temperature"
            tangent = self._tangent if at_drives else None
            solver = ResponsiveSolver(self.linear, self._sources, tangent, *given)
            self._nonlinear.append(solver)
        else:
            solver = SchemeSolver(self.linear, *given, self._equilibrium, self._adjoints)
        with self._options.blamed():
            self.preconditioning.anchor(solver.constraint, drive.held, self.circuit.sinks)
        return solver

    @property
    def _is_nonlinear(self) -> bool:
        """Whether more than the linear response at T0 depends on the laws."""
        options = self.config.solver
        at_drives = options.method == "demodulate" or any(
            not scheme.is_driven for scheme in self.config.schemes.values()
        )
        return self._responds and (options.orders > 1 or at_drives)

    def magnetise(self, magnetisation: Magnetisation) -> None:
        """Set the magnetic configuration: the sign, or the direction, of every magnetic region."""
        self.system.magnetise(magnetisation)
        self._adjoints.configuration = tuple(magnetisation.items())
        with self._options.blamed():
            self.preconditioning.magnetise(magnetisation)

    def _precess(self, magnetic_field: Sequence[float]) -> None:
        """Set the magnetic field, T, about which spins precess, where there has been one (collective)."""
        self.coefficients.magnetic_field.value[:] = magnetic_field
        self.system.precess()
        with self._options.blamed():
            self.preconditioning.precess()
        self.linear.scale(self.system.scales)

    def torques(self) -> Torques | None:
        """What evaluates the torques on the magnets; None while all spins are along one axis."""
        config = self.config
        if config.solver.spin != "vector" or not config.magnets:
            return None
        others = {*config.magnets, *config.insulators}
        metals = [region for region in config.geometry.materials if region not in others]
        dephasing = [
            magnet for magnet in config.magnets if config.material(config.geometry.materials[magnet]).dephases
        ]
        return Torques(self.spaces, self.coefficients, self.interfaces, config.magnets, metals, dephasing)
