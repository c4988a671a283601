"""Estimates of the discretisation error of a problem's readings, or the reason why there are none."""

from typing import TYPE_CHECKING

from thermospin.errors import ConvergenceError
from thermospin.response.harmonics import SchemeSolver
from thermospin.response.solution import Expansion
from thermospin.runs.enrichment import LARGEST_DEGREE, Enrichment, most_unknowns

if TYPE_CHECKING:
    from thermospin.runs.problem import Problem


class Estimation:
    """Estimates in a richer space, which is made when the first is asked for.

    Args:
        problem: The problem.
        follows_temperature: Whether coefficients follow the temperature beyond the linear response.
    """

    def __init__(self, problem: "Problem", follows_temperature: bool) -> None:
        self._problem, self._follows_temperature = problem, follows_temperature
        self._enrichment: Enrichment | None = None

    def add(self, solver: SchemeSolver, expansion: Expansion) -> None:
        """Add estimates to a solution, or the reason why there are none (collective).

        Args:
            solver: The solver of its scheme.
            expansion: The solution in the magnetic configuration set last.
        """
        if not self._problem.device.probes:
            return
        expansion.unestimated = self._obstacle()
        if expansion.unestimated:
            return
        if self._enrichment is None:
            self._enrichment = Enrichment(self._problem)
        try:
            expansion.errors, expansion.densities = self._enrichment.estimate(solver, expansion)
        except ConvergenceError as error:
            expansion.unestimated = f"the estimate failed: {error}"

    def free(self) -> None:
        """Free the richer space (collective)."""
        if self._enrichment is not None:
            self._enrichment.free()
        self._enrichment = None

    def _obstacle(self) -> str:
        """Reason why nothing can be estimated; empty where it can (collective)."""
        spaces = self._problem.spaces
        if self._follows_temperature:
            return "errors are not estimated where coefficients follow the temperature"
        if spaces.degree > LARGEST_DEGREE:
            return f"errors are estimated with elements of degree {LARGEST_DEGREE} at most"
        most = most_unknowns(spaces)
        if spaces.n_dofs > most:
            return (
                f"errors are estimated with at most {most:,} unknowns on such a mesh, not {spaces.n_dofs:,}"
            )
        return ""
