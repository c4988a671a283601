"""Errors that one order of the response leaves in the readings of the next.

The first order and order n − 1 together heat order n, whose reading has a part ``2 z·h(u₁, uₙ₋₁)``: h is the
heat source, z the adjoint of the probe. A residual r of order n − 1 is an error ``A⁻¹ r`` of its fields, and
so one of ``w·r`` of that reading, with ``Aᵀ w = 2 z·h(u₁, ·)``: one more adjoint, for all orders. R3 needs
it: it is the heat of the first order's currents with the small thermoelectric currents of the second. Leads
whose Peltier heat follows the temperature bring heat with ϑ of order n − 1 too, which h then includes.
"""

from collections.abc import Sequence
from dataclasses import replace

from thermospin.device import Drive
from thermospin.discretisation.heat_source import HeatSource
from thermospin.linear.request import Request
from thermospin.response import accuracy
from thermospin.response.adjoints import Adjoint, KnownAdjoints
from thermospin.response.linear_response import LinearResponse
from thermospin.response.solution import Solution, TerminalPair
from thermospin.response.terminals import Terminals
from thermospin.response.work import Work


class DualWeightedCorrection:
    """Corrects the readings of every order with the residual of the order before.

    Args:
        response: The linear response of a scheme without terminals that share a current.
        heat: The heat source.
        terminals: The terminals.
        drive: The drive of the scheme.
        pairs: The probes.
    """

    def __init__(
        self,
        response: LinearResponse,
        heat: HeatSource,
        terminals: Terminals,
        drive: Drive,
        pairs: Sequence[TerminalPair],
    ) -> None:
        self._response, self._heat, self._pairs = response, heat, pairs
        self._terminals, self._drive = terminals, drive
        self._known = KnownAdjoints(response.identify)
        response.make_room(self._known)

    @property
    def found(self) -> dict[TerminalPair, Adjoint]:
        """The adjoints w of the probes in the state of the operator."""
        return {pair: found for pair in self._pairs if (found := self._known.get(pair))}

    @property
    def iterations(self) -> int:
        """Iterations spent on w in the state of the operator."""
        return self._known.iterations

    def begin(self, first: Solution) -> Work[None]:
        """Find w for a first order.

        Args:
            first: The first order.
        """
        adjoints = yield from self._response.finding(self._pairs)
        requests = {pair: self._request(first, pair, adjoint) for pair, adjoint in adjoints.items()}
        answers = yield list(requests.values())
        for (pair, request), answer in zip(requests.items(), answers, strict=True):
            self._known.keep(pair, self._response.adjoint_of(request, answer))

    def _request(self, first: Solution, pair: TerminalPair, adjoint: Adjoint) -> Request:
        """Request for w of a probe."""
        load = self._heat.weighted(first.vector, adjoint.vector)
        load.scale(2.0)
        self._terminals.carry_heat(load, self._drive.uniform, adjoint.vector)
        start = self._known.along(pair) or self._known.last(pair)
        return self._response.transposed(load, start, accuracy.CORRECTION_TOLERANCE)

    def correct(self, solution: Solution, before: Solution, heat_error: float) -> Solution:
        """An order with its readings corrected for the residual of the order before (collective).

        Args:
            solution: The order.
            before: The order before, with its residual vector.
            heat_error: Estimate of the error of the heat of the order before, W.
        """
        corrections, uncertainty = dict(solution.corrections), dict(solution.uncertainty)
        for pair, found in self.found.items():
            corrections[pair] += found.vector.dot(before.residual_vector)
            uncertainty[pair] += found.report.norm * before.norm + found.per_watt * heat_error
        return replace(solution, corrections=corrections, uncertainty=uncertainty)
