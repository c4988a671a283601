"""Weighted currents and heat of fields along sheets, with any coefficients there (solver/physics.md §4)."""

from thermospin.discretisation.sheets.sheets import Sheets
from thermospin.fields import State
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.heating import Heating
from thermospin.physics.terms.sheet import sheet_form


class SheetWork:
    """Contributions of sheets to ``w·A u`` and ``w·h(a, b)``, on this rank.

    It answers the same questions as :class:`thermospin.discretisation.interfaces.work.InterfaceWork`.

    Args:
        sheets: The sheets.
    """

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    def traces(self, functions: State) -> State:
        """The fields at the quadrature points of the facets.

        Args:
            functions: One function per field.
        """
        return self._sheets.facets.traces(functions)

    def of_currents(self, c: Coefficients, u: State, w: State) -> float:
        """``w·A u``, A·V.

        Args:
            c: The coefficients per square.
            u: Traces of the fields.
            w: Traces of the weights.
        """
        return self._sheets.facets.integral(sheet_form(c, u, w, self._sheets.conducts))

    def of_heat(self, c: Coefficients, heating: Heating, a: State, b: State, w: State) -> float:
        """``w·h(a, b)``, A·V.

        Args:
            c: The coefficients per square.
            heating: The heat source.
            a: Traces of the fields of the first factor.
            b: Traces of those of the second.
            w: Traces of the weights, of which the temperatures count.
        """
        if not self._sheets.conducts:
            return 0.0
        return self._sheets.facets.integral(heating.source(c, a, b, w.temperatures, 1.0))
