"""Integrands of forms with coefficients that are constant in every cell.

Such a form of two scalar fields is ``∫ ∇v·a ∇u + b u v``, where a is a number or, if a magnetisation turns
currents, a tensor. UFL evaluates its integrand for a u and a v of known value and gradient, so that the terms
are written once.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from thermospin.compat import apply_algebra_lowering, ufl

ANYWHERE = (0.0, 0.0, 0.0)
"""Point at which UFL evaluates; any does for integrands that are constant in a cell."""
FLAT, AXES = (0.0, 0.0, 0.0), np.eye(3).tolist()


GENERIC = (1.0, -2.0, 0.5), (0.75, 1.0, 3.0)
"""Gradients of u and v in no special direction."""
Gradients = tuple[Sequence[float], Sequence[float]]


def of_gradients(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray:
    """Factor a of ``∇u·∇v`` in every cell, shape (n_cells,).

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
        n_cells: The number of cells.
    """
    return _evaluate(form, subdomains, n_cells, 0.0, (AXES[0], AXES[0]))


def of_directions(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray | None:
    """Tensor a of ``∇v·a ∇u`` in every cell, shape (3, 3, n_cells); None where it is a number everywhere.

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
        n_cells: The number of cells.
    """
    given = form, subdomains, n_cells
    number, found = of_gradients(*given), _evaluate(*given, 0.0, GENERIC)
    if np.all(abs(found - np.dot(*GENERIC) * number) <= 1e-12 * abs(number)):
        return None
    return np.array([[_evaluate(*given, 0.0, (column, row)) for column in AXES] for row in AXES])


def of_values(form: ufl.Form, subdomains: Mapping[int, np.ndarray], n_cells: int) -> np.ndarray:
    """Factor b of ``u v`` in every cell, shape (n_cells,).

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
        n_cells: The number of cells.
    """
    return _evaluate(form, subdomains, n_cells, 1.0)


def is_stiffness_and_mass(form: ufl.Form, subdomains: Mapping[int, np.ndarray]) -> bool:
    """Whether the integrand is ``∇v·a ∇u + b u v``, in a cell of every subdomain.

    Args:
        form: The form.
        subdomains: The cells of every subdomain.
    """
    one = {tag: cells[:1] for tag, cells in subdomains.items()}
    n_cells = max((int(cells[0]) + 1 for cells in one.values() if len(cells)), default=0)
    given = form, one, n_cells
    a, b = _evaluate(*given, 0.0, GENERIC), of_values(*given)
    both = _evaluate(*given, 1.0, GENERIC)
    doubled = _evaluate(*given, 0.0, (np.multiply(2.0, GENERIC[0]), GENERIC[1]))
    sums = abs(a) + abs(b)
    return bool(np.all(abs(both - a - b) <= 1e-12 * sums) and np.all(abs(doubled - 2 * a) <= 1e-11 * sums))


def _field(value: float, slopes: Sequence[float]) -> Callable[..., float]:
    """A field with a value and derivatives along x, y and z, as UFL calls it."""
    derivatives = {(): value} | {(axis,): slope for axis, slope in enumerate(slopes)}
    return lambda _, along=(): derivatives.get(along, 0.0)


def _evaluate(
    form: ufl.Form,
    subdomains: Mapping[int, np.ndarray],
    n_cells: int,
    value: float,
    gradients: Gradients = (FLAT, FLAT),
) -> np.ndarray:
    """The integrand in every cell, for u and v of one value, with the gradients of u and of v."""
    found = np.zeros(n_cells)
    known = {argument: _field(value, gradients[1 - argument.number()]) for argument in form.arguments()}
    known |= {constant: constant.value for constant in form.constants()}
    for integral in form.integrals():
        here = subdomains[integral.subdomain_id()]
        known |= {f: f.x.array[f.function_space.dofmap.list[here, 0]] for f in form.coefficients()}
        found[here] += apply_algebra_lowering(integral.integrand())(ANYWHERE, known)
    return found
