"""Integrands of forms with coefficients that are constant in every cell.

Such a form of two scalar fields is ``∫ a ∇u·∇v + b u v``. UFL evaluates its integrand for a u and a v of
known value and gradient, so that the terms are written once.
"""

from collections.abc import Callable, Mapping

import numpy as np

from thermospin.compat import apply_algebra_lowering, ufl

ANYWHERE = (0.0, 0.0, 0.0)
"""Point at which UFL evaluates; any does for integrands that are constant in a cell."""


def of_gradients(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray:
    """Factor a of ``∇u·∇v`` in every cell, shape (n_cells,).

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
        n_cells: The number of cells.
    """
    return _evaluate(form, subdomains, n_cells, _field(0.0, 1.0))


def of_values(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray:
    """Factor b of ``u v`` in every cell, shape (n_cells,).

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
        n_cells: The number of cells.
    """
    return _evaluate(form, subdomains, n_cells, _field(1.0))


def is_stiffness_and_mass(form: ufl.Form, subdomains: Mapping[int, np.ndarray]) -> bool:
    """Whether the integrand is ``a ∇u·∇v + b u v``, in a cell of every subdomain.

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
    """
    one = {tag: cells[:1] for tag, cells in subdomains.items()}
    n_cells = max((int(cells[0]) + 1 for cells in one.values() if len(cells)), default=0)
    a, b, both, other = (
        _evaluate(form, one, n_cells, field)
        for field in (_field(0.0, 1.0), _field(1.0), _field(1.0, 1.0), _field(1.0, 1.0, -2.0))
    )
    sums = abs(a) + abs(b)
    return bool(np.all(abs(both - a - b) <= 1e-12 * sums) and np.all(abs(other - 5 * a - b) <= 1e-11 * sums))


def _field(value: float, *slopes: float) -> Callable[..., float]:
    """A field with a value and derivatives along x and y, as UFL calls it."""
    derivatives = {(): value} | {(axis,): slope for axis, slope in enumerate(slopes)}
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
