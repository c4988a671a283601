"""What forms with coefficients that are constant in every cell are made of.

Such a form of two scalar fields is ``∫ a ∇u·∇v + b u v``. UFL evaluates its integrand for a u and a v of
known value and gradient, so that the terms are written once.
"""

from collections.abc import Callable, Mapping

import numpy as np

from thermospin.compat import apply_algebra_lowering, ufl

ANYWHERE = (0.0, 0.0, 0.0)
"""UFL evaluates at a point; of what is constant in a cell, any does."""


def of_gradients(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray:
    """What multiplies ``∇u·∇v``, a, in every cell.

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
        n_cells: The number of cells.
    """
    return _evaluate(form, subdomains, n_cells, _field(value=0.0, slope=1.0))


def of_values(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray:
    """What multiplies ``u v``, b, likewise."""
    return _evaluate(form, subdomains, n_cells, _field(value=1.0, slope=0.0))


def _field(value: float, slope: float) -> Callable[..., float]:
    """A field with a value and, along x, a derivative, as UFL calls it."""
    derivatives = {(): value, (0,): slope}
    return lambda _, along=(): derivatives.get(along, 0.0)


def _evaluate(
    form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int, field: Callable[..., float]
) -> np.ndarray:
    found = np.zeros(n_cells)
    known = dict.fromkeys(form.arguments(), field) | {c: c.value for c in form.constants()}
    for integral in form.integrals():
        here = subdomains[integral.subdomain_id()]
        known |= {f: f.x.array[f.function_space.dofmap.list[here, 0]] for f in form.coefficients()}
        found[here] += apply_algebra_lowering(integral.integrand())(ANYWHERE, known)
    return found
