"""The terms of the equations in the bulk: one list for assembly, Newton's method and the expansion."""

from collections.abc import Iterator
from typing import Any

from thermospin.fields import State
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.balance import Balance, Place, Term, total, weak_form
from thermospin.physics.terms.relaxation import is_precessing, is_relaxing, larmor_precession, spin_relaxation
from thermospin.physics.terms.spin_hall import has_spin_hall, spin_hall
from thermospin.physics.terms.transport import conduction, transport

TERMS = (
    Term(transport),
    Term(spin_relaxation, enters=is_relaxing),
    Term(larmor_precession, enters=is_precessing),
    Term(spin_hall, enters=has_spin_hall),
    Term(conduction, place="insulators"),
)
"""All terms but the heat sources, which are bilinear in the fields (:mod:`.heating`)."""


def bulk_balance(c: Coefficients, u: State, place: Place) -> Balance:
    """Fluxes and losses of all fields.

    Args:
        c: The coefficients; only a part of them gives that part of fluxes and losses.
        u: The fields, as UFL or as power series at points.
        place: Conductors or insulators.
    """
    return total(term.balance(c, u) for term in _present(c, place))


def bulk_form(c: Coefficients, u: State, v: State, dx: Any, place: Place) -> Any:
    """The weak form of all terms.

    Args:
        c: The coefficients, or a part of them.
        u: The fields, or trial functions.
        v: Test functions.
        dx: The measure of that place.
        place: Conductors or insulators.
    """
    return sum(weak_form(term.balance(c, u), v, dx) for term in _present(c, place))


def _present(c: Coefficients, place: Place) -> Iterator[Term]:
    return (term for term in TERMS if term.place == place and term.enters(c))
