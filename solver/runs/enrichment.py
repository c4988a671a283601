"""A problem with one polynomial degree more, in which the discretisation error of readings is estimated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from thermospin.compat import PETSc
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.prolongation import Prolongation
from thermospin.discretisation.sheets.sheets import face_terms
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.spin_source import SpinSource
from thermospin.discretisation.system import CoupledSystem
from thermospin.discretisation.terminals import locate_terminals
from thermospin.discretisation.thermal_source import ThermalSource
from thermospin.linear.enrichment import EnrichedPreconditioner
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.preconditioning import FieldFactors
from thermospin.linear.stretching import is_stretched
from thermospin.response.discretisation_error import ErrorEstimator, Errors, add_heat
from thermospin.response.error_density import Densities
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.response.terminals import Terminals

if TYPE_CHECKING:
    from thermospin.runs.problem import Problem


LARGEST_DEGREE = 2
"""Degree of a problem whose errors are estimated: matrices are assembled up to degree 3."""
LARGEST_SIZE = 4_000_000
"""Unknowns of the richer space, which take 2 kB each."""
LARGEST_FACTORISED = 1_500_000
"""The same on stretched cells, where every field is factorised and takes 6 kB."""


def most_unknowns(spaces: Spaces) -> int:
    """Unknowns of a problem on cells like these up to which its errors are estimated (collective).

    Args:
        spaces: The spaces of a problem.
    """
    if spaces.degree > LARGEST_DEGREE:
        return 0
    largest = LARGEST_FACTORISED if is_stretched(spaces) else LARGEST_SIZE
    return int(largest * (spaces.degree / (spaces.degree + 1)) ** 3)


class Enrichment:
    """The operator of a problem in the richer space, and its estimators.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: "Problem") -> None:
        self._problem, self._state = problem, problem.system.state
        self._prepared: tuple[SchemeSolver, ErrorEstimator] | None = None
        low, device = problem.spaces, problem.device
        self.spaces = low.of_degree(low.degree + 1)
        interfaces = face_terms(self.spaces, device)
        given = list(device.sinks), device.temperature
        transfer = HeatTransfer(self.spaces, device.transfers, device.temperature)
        self.system = CoupledSystem(
            self.spaces,
            problem.coefficients,
            interfaces,
            magnetisation=problem.system.state,
            transfer=transfer,
        )
        self._prolongation = Prolongation(low, self.spaces)
        self._factors = FieldFactors(self.system, problem.options) if is_stretched(low) else None
        self._cycle = EnrichedPreconditioner(
            self.spaces,
            self.system.diagonal,
            self._prolongation,
            problem.preconditioning.preconditioner,
            problem.system.matrix.createVecLeft(),
        )
        scales = None if self.system.is_symmetric else self.system.scales
        self.linear = LinearSolver(
            self.system.matrix,
            self._factors.preconditioner if self._factors else self._cycle,
            device.numerics.max_iterations,
            problem.options,
            scales,
        )
        located = locate_terminals(self.spaces, device.leads)
        self._thermal = ThermalSource(self.spaces, transfer, device.thermal, *given)
        self._terminals = Terminals(self.spaces, located, *given, transfer, self._thermal)
        has_spin_source = problem.coefficients.all.equilibrium is not None
        self._spin_source = SpinSource(self.spaces, problem.coefficients) if has_spin_source else None
        heating = device.heating_model, device.heating_scale
        self._heat = HeatSource(self.spaces, problem.coefficients, *heating, interfaces)

    def free(self) -> None:
        """Free what PETSc keeps alive (collective)."""
        self.linear.free()
        if self._factors is not None:
            self._factors.preconditioner.free()

    def estimate(self, solver: SchemeSolver, expansion: Expansion) -> tuple[Errors, Densities]:
        """Estimates for the readings of a solution in the problem's magnetic state, and by cell (collective).

        Args:
            solver: The solver of its scheme; the problem's preconditioner is fitted to it.
            expansion: The solution.
        """
        if self._prepared is None or self._prepared[0] is not solver:
            self._prepared = solver, self._estimator(solver)
        state = self._problem.system.state
        if self._state is not state:
            self._state = state
            self.system.magnetise(state)
            if self._factors is not None:
                self._factors.magnetise(state)
        return self._prepared[1].estimate(
            expansion, solver.find_adjoints(), solver.find_units(), solver.correction_adjoints
        )

    def _estimator(self, solver: SchemeSolver) -> ErrorEstimator:
        given = self.linear, self._terminals, solver.drive, self._prolongation, self._source
        found = ErrorEstimator(*given, self._problem.device.numerics.localise)
        if self._factors is not None:
            self._factors.anchor(found.constraint, solver.drive.held, self._terminals.sinks)
        else:
            self._cycle.anchor(found.constraint, solver.constraint)
        return found

    def _source(self, rhs: PETSc.Vec, fields: Mapping[int, PETSc.Vec], power: int) -> None:
        """Add what fields, by power of the drive, are the source of in one order (collective)."""
        add_heat(self._heat, rhs, fields, power)
        if power == 0:
            self._thermal.add_regions(rhs)
            self._thermal.add_faces(rhs)
        if power == 0 and self._spin_source is not None:
            self._spin_source.add(rhs)
