"""Integrands of forms with coefficients that are constant in every cell.

Such a form of two scalar fields is ``∫ ∇v·a ∇u + b u v``, where a is a number or, if a magnetisation turns
currents, a tensor. UFL evaluates its integrand for a u and a v of known value and gradient, so that the terms
are written once.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from thermospin.compat import StackDict, expand_derivatives, ufl

ANYWHERE = (0.0, 0.0, 0.0)
"""Point at which UFL evaluates; any does for integrands that are constant in a cell."""
FLAT, AXES = (0.0, 0.0, 0.0), np.eye(3).tolist()

GENERIC = (1.0, -(3.0**0.5), 2.0**0.5 - 1), (5.0**0.5 / 3, 2.0 ** (1 / 3), math.e)
"""Gradients of u and v in no special direction: no axis that people write lies in their plane."""
Gradients = tuple[Sequence[float], Sequence[float]]


class Integrand:
    """The integrand of a form, prepared once for all its values.

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
    """

    def __init__(self, form: ufl.Form, subdomains: Mapping[int, np.ndarray]) -> None:
        self._form = form
        self._parts = [
            (subdomains[integral.subdomain_id()], expand_derivatives(integral.integrand()))
            for integral in form.integrals()
        ]

    def of_gradients(self, n_cells: int) -> np.ndarray:
        """Factor a of ``∇u·∇v`` in every cell, shape (n_cells,).

        Args:
            n_cells: The number of cells.
        """
        return self._evaluate(n_cells, 0.0, (AXES[0], AXES[0]))

    def of_directions(self, n_cells: int, number: np.ndarray) -> np.ndarray | None:
        """Tensor a of ``∇v·a ∇u`` in every cell, shape (3, 3, n_cells); None where it is a number everywhere.

        Args:
            n_cells: The number of cells.
            number: What :meth:`of_gradients` gives.
        """
        found = self._evaluate(n_cells, 0.0, GENERIC)
        if np.all(abs(found - np.dot(*GENERIC) * number) <= 1e-12 * abs(number)):
            return None
        return np.array([[self._evaluate(n_cells, 0.0, (column, row)) for column in AXES] for row in AXES])

    def of_values(self, n_cells: int) -> np.ndarray:
        """Factor b of ``u v`` in every cell, shape (n_cells,).

        Args:
            n_cells: The number of cells.
        """
        return self._evaluate(n_cells, 1.0)

    def is_stiffness_and_mass(self) -> bool:
        """Whether it is ``∇v·a ∇u + b u v``, in a cell of every subdomain."""
        one = [(cells[:1], integrand) for cells, integrand in self._parts]
        n_cells = max((int(cells[0]) + 1 for cells, _ in one if len(cells)), default=0)
        a, b, both, doubled = (
            self._evaluate(n_cells, value, gradients, one)
            for value, gradients in (
                (0.0, GENERIC),
                (1.0, (FLAT, FLAT)),
                (1.0, GENERIC),
                (0.0, (np.multiply(2.0, GENERIC[0]), GENERIC[1])),
            )
        )
        sums = abs(a) + abs(b)
        return bool(
            np.all(abs(both - a - b) <= 1e-12 * sums) and np.all(abs(doubled - 2 * a) <= 1e-11 * sums)
        )

    def _evaluate(
        self,
        n_cells: int,
        value: float,
        gradients: Gradients = (FLAT, FLAT),
        parts: Sequence[tuple[np.ndarray, Any]] | None = None,
    ) -> np.ndarray:
        """The integrand in every cell, for u and v of one value, with the gradients of u and of v."""
        found = np.zeros(n_cells)
        known = {f: _field(value, gradients[1 - f.number()]) for f in self._form.arguments()}
        known |= {constant: constant.value for constant in self._form.constants()}
        for here, integrand in self._parts if parts is None else parts:
            known |= {f: f.x.array[f.function_space.dofmap.list[here, 0]] for f in self._form.coefficients()}
            found[here] += integrand.evaluate(ANYWHERE, known, (), StackDict())
        return found


def _field(value: float, slopes: Sequence[float]) -> Callable[..., float]:
    """A field with a value and derivatives along x, y and z, as UFL calls it."""
    derivatives = {(): value} | {(axis,): slope for axis, slope in enumerate(slopes)}
    return lambda _, along=(): derivatives.get(along, 0.0)
