"""Terms of the equations: their fluxes and losses in the balances of the fields, and their weak form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import Any, Literal, NamedTuple

from thermospin.fields import State
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.calculus import inner, slope, value

Place = Literal["conductors", "insulators"]
"""Place of a term: conductors, or insulators, where ϑ is the only field."""


class Balance(NamedTuple):
    """Contributions to the balance ``∇·flux + loss = 0`` of every field: an entry per field, int 0 for none.

    Attributes:
        fluxes: Flux densities: of charge and spin in A/m², of heat and spin heat over T0 in W/(m² K);
            empty if there is none at all.
        losses: Losses per volume, A/m³ and W/(m³ K); likewise.
    """

    fluxes: Sequence[Any] = ()
    losses: Sequence[Any] = ()


@dataclass(frozen=True)
class Term:
    """A term of the equations in the bulk, linear in the coefficients and in the fields.

    Attributes:
        balance: Its fluxes and losses, for coefficients and fields that are UFL or power series at points.
        enters: Whether it is not zero, for all coefficients or a part of them.
        place: Its place.
    """

    balance: Callable[[Coefficients, State], Balance]
    enters: Callable[[Coefficients], bool] = lambda c: True
    place: Place = "conductors"


def weak_form(balance: Balance, v: State, dx: Any) -> Any:
    """``∫ −flux·∇v + loss v dx``, summed over the fields.

    Args:
        balance: Fluxes and losses.
        v: Test functions, or traces of them at an interface.
        dx: The measure; 1 for the density per area at an interface.
    """
    crossing = (inner(flux, slope(test)) for flux, test in _present(balance.fluxes, v))
    lost = (mul(loss, value(test)) for loss, test in _present(balance.losses, v))
    return (sum(lost) - sum(crossing)) * dx


def total(balances: Iterable[Balance]) -> Balance:
    """Sum of balances of the same fields.

    Args:
        balances: The balances.
    """
    fluxes, losses = zip(*balances, strict=True)
    return Balance(_sums(fluxes), _sums(losses))


def _present(entries: Sequence[Any], tests: State) -> list[tuple[Any, Any]]:
    """The entries that are not 0, with the test functions of their fields."""
    pairs = zip(entries, tests, strict=True) if entries else ()
    return [(entry, test) for entry, test in pairs if not _is_none(entry)]


def _sums(parts: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Sums of sequences, entry by entry; empty ones have no entries."""
    by_field = zip(*(part for part in parts if part), strict=True)
    present = ([entry for entry in entries if not _is_none(entry)] for entries in by_field)
    return tuple(reduce(add, entries) if entries else 0 for entries in present)


def _is_none(entry: Any) -> bool:
    return isinstance(entry, int)
