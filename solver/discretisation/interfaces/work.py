"""Weighted currents and heat of fields at interfaces, with any coefficients there (solver/physics.md §4)."""

import numpy as np

from thermospin.discretisation.interfaces.facet_coefficients import FacetCoefficients
from thermospin.discretisation.interfaces.jumps import Interfaces
from thermospin.fields import State, V
from thermospin.physics.terms.balance import weak_form
from thermospin.physics.terms.heating import Heating
from thermospin.physics.terms.transport import transport


class InterfaceWork:
    """Contributions of interfaces to ``w·A u`` and ``w·h(a, b)``, on this rank.

    Args:
        interfaces: The interfaces.

    Attributes:
        interfaces: The interfaces.
    """

    def __init__(self, interfaces: Interfaces) -> None:
        self.interfaces, self._pairs = interfaces, interfaces.pairs

    def traces(self, functions: State) -> State:
        """The fields at the quadrature points of the facets.

        Args:
            functions: One function per field.
        """
        return self._pairs.traces(functions)

    def of_currents(self, c: FacetCoefficients, u: State, w: State) -> float:
        """``w·A u``, A·V.

        Args:
            c: The coefficients.
            u: Traces of the fields.
            w: Traces of the weights.
        """
        density = weak_form(transport(c.crossing, u), w, 1.0)
        if c.absorbed is not None:
            beside = self.interfaces.beside
            density = density + weak_form(transport(c.absorbed, beside(u)), beside(w), 1.0)
        return self._integral(density)

    def of_heat(self, c: FacetCoefficients, heating: Heating, a: State, b: State, w: State) -> float:
        """``w·h(a, b)``, A·V.

        Args:
            c: The coefficients.
            heating: The heat source.
            a: Traces of the fields of the first factor.
            b: Traces of those of the second.
            w: Traces of the weights, of which the temperatures count.
        """
        if V not in self.interfaces.fields:
            taken = c.across is not None
            return self._integral(heating.absorbed(c.crossing, a, b, w.temperatures)) if taken else 0.0
        density = heating.source(c.crossing, a, b, w.temperatures, 1.0)
        if c.absorbed is not None:
            beside = self.interfaces.beside
            density = density + heating.absorbed(c.absorbed, beside(a), beside(b), w.temperatures)
        return self._integral(density)

    def _integral(self, density: np.ndarray | float) -> float:
        """Integral over the facets of a density at their quadrature points."""
        full = density + np.zeros((len(self._pairs.areas), len(self._pairs.weights)))
        return float(2 * self._pairs.areas @ (full @ self._pairs.weights))
