"""The right-hand side: heat that two orders of the solution produce together (physics.md §§5, 7)."""

from thermospin.coefficients import CellCoefficients
from thermospin.compat import PETSc, fem, la, ufl
from thermospin.fields import THETA
from thermospin.spaces import CONDUCTORS, Spaces
from thermospin.terms.heating import ConservingHeating, JouleHeating


class HeatSource:
    """Assembles the heat source of two fields, which is bilinear and symmetric in them.

    Args:
        spaces: The spaces.
        coefficients: The coefficients, with the magnetisation of the moment.
        model: ``joule`` or ``conserving``.
        scale: ζ, for ``joule``.
    """

    def __init__(self, spaces: Spaces, coefficients: CellCoefficients, model: str, scale: float) -> None:
        self._spaces = spaces
        self._first, self._second = spaces.functions(), spaces.functions()
        heating = (
            JouleHeating(fem.Constant(spaces.device.mesh, scale)) if model == "joule" else ConservingHeating()
        )
        form = heating.source(
            coefficients.all,
            self._first,
            self._second,
            ufl.TestFunction(spaces.spaces[THETA]),
            spaces.dx(CONDUCTORS),
        )
        self._form = fem.form(form, entity_maps=[spaces.entity_map])

    def add(self, rhs: PETSc.Vec, first: PETSc.Vec, second: PETSc.Vec, factor: float = 1.0) -> None:
        """Add ``factor`` times the heat of two fields to a right-hand side (collective).

        The potentials may be relative to any reference: only their gradients enter.
        """
        self._spaces.load(first, self._first)
        self._spaces.load(second, self._second)
        vector = fem.assemble_vector(self._form)
        vector.scatter_reverse(la.InsertMode.add)
        part = self._spaces.ranges[THETA]
        with rhs as array:
            array[part] += factor * vector.array[: part.stop - part.start]
