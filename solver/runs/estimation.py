"""Estimates of the discretisation error of a problem's readings, or the reason why there are none."""

from typing import TYPE_CHECKING, NamedTuple

from thermospin.config import Config
from thermospin.errors import ConvergenceError
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.runs.comparison import DegreeComparison, most_unknowns

if TYPE_CHECKING:
    from thermospin.runs.problem import Problem


class Compared(NamedTuple):
    """A solution of the neighbouring degree.

    Attributes:
        problem: The problem of the neighbouring degree, in the magnetic state of the solution.
        expansion: Its solution.
        bar: Error bar of a number over its step between the degrees.
    """

    problem: "Problem"
    expansion: Expansion
    bar: float


class Estimation:
    """Estimates from the neighbouring degree, solved with when the first is asked for.

    Args:
        problem: The problem.
        follows_temperature: Whether coefficients follow the temperature beyond the linear response.
    """

    def __init__(self, problem: "Problem", follows_temperature: bool) -> None:
        self._problem, self._follows_temperature = problem, follows_temperature
        self._comparison: DegreeComparison | None = None

    def add(self, scheme: str, solver: SchemeSolver, expansion: Expansion) -> Compared | None:
        """Add estimates to a solution, or the reason why there are none (collective).

        Args:
            scheme: Name of its scheme.
            solver: The solver of its scheme.
            expansion: The solution in the magnetic configuration set last.

        Returns:
            What it was compared with; None without estimates.
        """
        if not self._problem.device.probes:
            return None
        expansion.unestimated = self._obstacle()
        if expansion.unestimated:
            return None
        try:
            if self._comparison is None:
                self._comparison = DegreeComparison(self._problem)
            found = self._comparison.estimate(scheme, solver, expansion)
        except ConvergenceError as error:
            expansion.unestimated = f"the estimate failed: {error}"
            return None
        expansion.errors, expansion.densities = found.errors, found.densities
        expansion.cut_off = self._problem.spaces.device.cut_off
        return Compared(self._comparison.neighbour, found.compared, self._comparison.bar)

    def adopt(self, config: Config) -> None:
        """Take another configuration with the same operator (collective).

        Args:
            config: The other configuration of the problem.
        """
        if self._comparison is not None:
            self._comparison.adopt(config)

    def free(self) -> None:
        """Free what PETSc keeps alive (collective)."""
        if self._comparison is not None:
            self._comparison.free()

    def _obstacle(self) -> str:
        """Reason why nothing can be estimated; empty where it can (collective)."""
        spaces = self._problem.spaces
        if self._follows_temperature and spaces.degree == 1:
            return "errors of degree 1 are not estimated where coefficients follow the temperature"
        most = most_unknowns(self._problem)
        if most is not None and spaces.n_dofs > most:
            return (
                f"errors of degree 1 are estimated with at most {most:,} unknowns on such a mesh, not "
                f"{spaces.n_dofs:,}"
            )
        return ""
