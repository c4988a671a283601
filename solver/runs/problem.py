"""A device on a mesh, ready to be solved: everything that all schemes and configurations share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.config import Config
from thermospin.device import Device
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.sheets.faces import sheets_and_hosts
from thermospin.discretisation.sheets.sheets import face_terms
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.spin_source import SpinSource
from thermospin.discretisation.system import CoupledSystem
from thermospin.discretisation.terminals import locate_terminals
from thermospin.discretisation.thermal_source import ThermalSource
from thermospin.errors import InputError
from thermospin.linear.basis import spin_basis
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.options import Options
from thermospin.linear.preconditioner import FieldPreconditioner
from thermospin.linear.preconditioning import (
    FieldFactors,
    FieldMultigrids,
    Preconditioning,
    is_factorised,
    precesses_fast,
)
from thermospin.linear.simultaneous import SimultaneousSolver
from thermospin.meshes.read import DeviceMesh
from thermospin.observables.cells import Observer
from thermospin.observables.torque import Torques
from thermospin.output.stages import SilentProgress
from thermospin.physics.coefficients import CellCoefficients
from thermospin.response.accuracy import EXACT, LOCAL_TOLERANCE, Precision
from thermospin.response.adjoints import KnownAdjoints
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.response.starts import Starts
from thermospin.response.terminals import Terminals
from thermospin.runs.estimation import Compared, Estimation
from thermospin.runs.local_response import LocalResponse
from thermospin.runs.preparation import prepare
from thermospin.runs.side_by_side import expand, groups
from thermospin.section import one_of
from thermospin.textures import MagneticState

if TYPE_CHECKING:
    import pyvista as pv


class Problem:
    """The discrete model of a device: mesh, operator and preconditioner, for one solution after another.

    :meth:`of` makes it from a configuration, :meth:`solve` solves a scheme in a configuration, and
    :meth:`observe` gives the fields. ``with`` frees it at the end. All ranks make the same calls.

    Args:
        config: The configuration.
        mesh: Its mesh.
        progress: Stages of the run, such as :class:`thermospin.output.SilentProgress`.

    Attributes:
        config: The configuration.
        device: The device that it describes, on the mesh.
        spaces: Function spaces.
        coefficients: Material coefficients.
        system: The coupled operator.
        terminals: The terminals.
        heat: The heat source.
        preconditioning: The preconditioner.
        linear: The linear solver.
        interfaces: The resistive interfaces and the sheets, alike ones together.
        adjoint_tolerance: Relative tolerance on the residuals of the probes' adjoints; None for the default.
        side_by_side: The magnetic states that were solved together with the present one.
    """

    def __init__(self, config: Config, mesh: DeviceMesh, progress: Any) -> None:
        device = Device.of(config, mesh.surfaces)
        self._local: LocalResponse | None = None
        self._prepared: tuple[str, SchemeSolver] | None = None
        self._estimation: Estimation | None = None
        self._starts: dict[str, tuple[Any, Starts]] = {}
        self.adjoint_tolerance = LOCAL_TOLERANCE if device.numerics.estimate else None
        self.side_by_side: Sequence[MagneticState] = ()
        self.options = Options(device.numerics.petsc)
        # Clusters in a field polarise a metal that no configuration reverses.
        magnets = dict.fromkeys([*device.magnets, *device.polarised, *device.field_metals])
        magnets = [region for region in magnets if region in device.conductors]
        with progress.stage("spaces"):
            degree = device.numerics.degree
            # A unit vector that varies is no polynomial: with one quadrature for all terms energy balances.
            # So are products with a law of the temperature.
            quadrature = 2 * degree + 2 if device.is_textured or device.has_laws else None
            given = mesh, device.conductors, magnets, degree, device.unknowns, quadrature
            self.spaces = Spaces(*given, *sheets_and_hosts(mesh, device.sheets))
            self.coefficients = CellCoefficients(
                mesh,
                device.materials,
                device.temperature,
                device.unknowns,
                device.magnetic_field,
                degree if device.is_textured else 0,
                device.directions,
            )
        progress.size = float(self.spaces.n_dofs)
        with progress.stage("assembly"):
            self.interfaces = face_terms(self.spaces, device)
            factorised = is_factorised(self.spaces)
            component_wise = not factorised and not precesses_fast(device)
            self._basis = spin_basis(device) if component_wise else None
            self._transfer = HeatTransfer(self.spaces, device.transfers, device.temperature)
            self.system = CoupledSystem(
                self.spaces, self.coefficients, self.interfaces, self._basis, transfer=self._transfer
            )
            self._adjoints = KnownAdjoints(self.system.identify)
            self._located = locate_terminals(self.spaces, device.leads)
        has_spin_source = self.coefficients.all.equilibrium is not None
        self._spin_source = SpinSource(self.spaces, self.coefficients) if has_spin_source else None
        with progress.stage("preconditioner"), self.options.blamed():
            self.preconditioning: Preconditioning = (
                FieldFactors(self.system, self.options)
                if factorised
                else FieldMultigrids(device, self.system, self._basis, self.options)
            )
            self._solvers = partial(
                linear_solver,
                self.preconditioning.preconditioner,
                device.numerics.max_iterations,
                self.options,
                progress.iterate,
            )
            scales = None if self.system.is_symmetric else self.system.scales
            self.shares_solves = factorised and self.system.is_symmetric and not self.options.given
            given = (
                self.preconditioning.preconditioner,
                device.unknowns.fields,
                device.numerics.max_iterations,
                progress.iterate,
            )
            together = SimultaneousSolver(self.system.matrix, *given) if self.shares_solves else None
            self.linear = self._solvers(self.system.matrix, scales, together, self.system.identify)
        with progress.stage("assembly"):
            self._adopt(config, device)

    @classmethod
    def of(cls, config: Config, comm: MPI.Comm = MPI.COMM_WORLD, progress: Any = None) -> Self:
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
        _, mesh = prepare(config, comm, progress)
        return cls(config, mesh, progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.free()

    @property
    def schemes(self) -> Sequence[str]:
        """Names of the injection schemes."""
        return list(self.device.drives)

    @property
    def states(self) -> Mapping[str, MagneticState]:
        """The magnetic configurations by name: the sign of every magnet or, with vector spin, direction."""
        return self.device.states

    def solve(self, scheme: str, configuration: str) -> Expansion:
        """Solve a scheme in a magnetic configuration, for as many orders as ``solver.orders`` (collective).

        The preconditioner is fitted to a scheme: solve all configurations of one, then go on to the next.

        Args:
            scheme: Name of the injection scheme.
            configuration: Name of the magnetic configuration.

        Returns:
            The fields, order by order; ``harmonics`` are the readings of a pair of terminals.

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
        self.side_by_side = [self.states[configuration]]
        (found,) = expand(self, self._prepared[1], self.side_by_side)
        if self.device.numerics.estimate:
            self.estimate(scheme, self._prepared[1], found)
        found.key = scheme, configuration
        return found

    def expand(self, solver: SchemeSolver) -> Expansion:
        """The orders that the configuration asks for, in the magnetic configuration set last (collective).

        Args:
            solver: The solver of a scheme, as :meth:`scheme` makes it.
        """
        numerics = self.device.numerics
        if numerics.method == "demodulate":
            return solver.demodulate(numerics.currents, numerics.orders)
        return solver.expand(numerics.orders)

    def expansions(self, solver: SchemeSolver) -> Iterator[Expansion]:
        """The orders in all magnetic configurations, one after another, set as each is given (collective).

        Args:
            solver: The solver of a scheme, as :meth:`scheme` makes it.
        """
        for states in groups(self, list(self.states.values())):
            found = expand(self, solver, states)
            for state, expansion in zip(states, found, strict=True):
                self.magnetise(state)
                self.side_by_side = states
                yield expansion

    def estimate(self, scheme: str, solver: SchemeSolver, expansion: Expansion) -> Compared | None:
        """Estimate the discretisation error of the readings of a solution (collective).

        Nothing is estimated where the degree is 1 and degree 2 would be too large or coefficients follow the
        temperature beyond the linear response, or where the solver does not converge with the other degree:
        ``expansion.unestimated`` says so.

        Args:
            scheme: Name of the scheme.
            solver: The solver of the scheme.
            expansion: The solution in the magnetic configuration set last; the estimates are added.

        Returns:
            What it was compared with; None where nothing is estimated.
        """
        if self._estimation is None:
            self._estimation = Estimation(self, self._local.is_needed)
        return self._estimation.add(scheme, solver, expansion)

    def observe(
        self, expansion: Expansion, *, order: int | None = None, drive: float | None = None
    ) -> "pv.UnstructuredGrid":
        """The fields of a solution, on all ranks (collective).

        Args:
            expansion: Result of :meth:`solve`.
            order: Which coefficient of the power series in the drive; 0 are the fields without a drive.
            drive: Instead, the fields at this drive, A or V.

        Returns:
            A grid of the device with the arrays of the VTU files: see :meth:`thermospin.Results.fields`.

        Raises:
            InputError: There is no such order, or not one of order and drive is given.
        """
        from thermospin.runs.fields import SolvedFields

        if (order is None) == (drive is None):
            raise InputError("give either 'order' or 'drive'", key="observe")
        fields = SolvedFields(self, {expansion.key: expansion})
        if order is not None:
            return fields.of_order(expansion.key, order)
        return fields.at_drive(expansion.key, drive)

    def adopt(self, config: Config) -> None:
        """Take another configuration with the same operator (collective).

        It may have other drives, probes, sinks, heating and, unless one of the two is zero, another field B.

        Args:
            config: The other configuration.
        """
        self._adopt(config, Device.of(config, self.spaces.device.surfaces))

    def _adopt(self, config: Config, device: Device) -> None:
        self.config, self.device, self._prepared = config, device, None
        if np.any(self.coefficients.magnetic_field.value != device.magnetic_field):
            self._precess(device.magnetic_field)
        heating = device.heating_model, device.heating_scale
        self.heat = HeatSource(self.spaces, self.coefficients, *heating, self.interfaces)
        given = list(device.sinks), device.temperature
        self._thermal = ThermalSource(self.spaces, self._transfer, device.thermal, *given)
        self.terminals = Terminals(self.spaces, self._located, *given, self._transfer, self._thermal)
        if self._local is not None:
            self._local.free()
        if self._estimation is not None:
            self._estimation.adopt(config)
        self._local = LocalResponse(self.system, device, self.heat, self._solvers)

    def free(self) -> None:
        """Free the objects that PETSc keeps alive (collective); the problem cannot be used afterwards."""
        self._local.free()
        self._prepared = None
        if self._estimation is not None:
            self._estimation.free()
        self.linear.free()
        self.preconditioning.preconditioner.free()
        self.options.free()

    def observer(self) -> Observer:
        """Evaluates solutions on the cells, in the magnetic configuration set by :meth:`magnetise`."""
        if self._local.is_needed:
            return self._local.observer()
        return Observer(self.spaces, self.coefficients)

    def scheme(self, name: str, precision: Precision = EXACT) -> SchemeSolver:
        """The solver of an injection scheme, with the preconditioner fitted to it (collective).

        Args:
            name: Name of the scheme.
            precision: How precise fields at given drives are, unless coefficients follow the temperature.
        """
        self._prepared = None
        device, drive = self.device, self.device.drives[name]
        given = self.terminals, self.heat, drive, device.probes, self._thermal, device.numerics.tolerance
        solver: SchemeSolver
        if self._local.is_needed:
            solver = self._local.scheme(name, self.linear, *given)
        else:
            solver = SchemeSolver(
                self.linear,
                *given,
                self._spin_source,
                self._adjoints,
                self.adjoint_tolerance,
                self.starts(name),
                precision,
            )
        with self.options.blamed():
            self.preconditioning.anchor(solver.constraint, drive.held, self.terminals.sinks)
        return solver

    def starts(self, name: str) -> Starts:
        """Solutions of a scheme with other probes or magnets, but the same drive, heat and sinks.

        Args:
            name: Name of the scheme.
        """
        device = self.device
        heat = device.heating_model, device.heating_scale, device.thermal, dict(device.sinks)
        key = device.drives[name], heat, list(device.magnetic_field)
        if name not in self._starts or self._starts[name][0] != key:
            self._starts[name] = key, Starts()
        return self._starts[name][1]

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Set the magnetic configuration (collective).

        Args:
            magnetisation: Sign or direction of every magnetic region.
        """
        self.system.magnetise(magnetisation)
        with self.options.blamed():
            self.preconditioning.magnetise(magnetisation)

    def turn(self, magnetisation: MagneticState) -> None:
        """Set the magnetic configuration, and keep the preconditioner of one much like it (collective).

        Args:
            magnetisation: Direction of every magnetic region.
        """
        self.system.magnetise(magnetisation, keeps_diagonal=True)

    def scale_heat(self, factor: float) -> None:
        """Multiply temperature rises of sinks and surroundings, and given heat, until this is called again.

        Args:
            factor: The factor.
        """
        self._thermal.factor = factor

    def warm_cells(self, cells: np.ndarray, powers: np.ndarray) -> None:
        """Let heat arise in some cells, beside all other heat, until this is called again (collective).

        Args:
            cells: Owned cells, (n,).
            powers: Heat in each, W, (n,).
        """
        self._thermal.warm_cells(cells, powers)

    def _precess(self, magnetic_field: Sequence[float]) -> None:
        """Set the magnetic field, T, where there has been one (collective)."""
        self.coefficients.set_field(magnetic_field)
        self.system.precess()
        with self.options.blamed():
            self.preconditioning.precess()
        self.linear.scale(self.system.scales)

    def torques(self) -> Torques | None:
        """Evaluates the torques on the magnets; None while all spins are along one axis."""
        device = self.device
        if not device.unknowns.vector or not device.magnets:
            return None
        dephasing = [magnet for magnet in device.magnets if device.materials[magnet].dephases]
        regions = device.magnets, device.normal_metals, dephasing
        return Torques(self.spaces, self.coefficients, self.interfaces, *regions, device.images)


def linear_solver(
    preconditioner: FieldPreconditioner,
    max_iterations: int,
    options: Options,
    tell: Callable[[int, float], object],
    matrix: PETSc.Mat,
    scales: PETSc.Vec | None,
    *others: Any,
) -> LinearSolver:
    """The linear solver of a matrix; it refers to no problem, which PETSc could not free then.

    Args:
        preconditioner: The preconditioner.
        max_iterations: Iterations before it gives up.
        options: The PETSc options of the problem.
        tell: Gets the number of iterations and the part of the expected ones after each.
        matrix: The matrix.
        scales: At every unknown, its scale, for a matrix that is not symmetric; None for one that is.
        others: Further arguments of :class:`.LinearSolver`.
    """
    return LinearSolver(matrix, preconditioner, max_iterations, options, scales, tell, *others)
