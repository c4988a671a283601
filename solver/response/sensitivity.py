"""Sensitivities of readings to the coefficients, by adjoints (solver/physics.md §7).

Order n solves ``A uₙ = bₙ + Σ h(uᵢ, uⱼ)`` over the pairs i + j = n. With the adjoint w₀ of a probe and

    Aᵀ wₖ = 2 Σ wₖ₋ⱼ·h(uⱼ, ·),   j = 1 … k,

the derivative of its reading R_N by any number p is ``Σ wₙ₋ₘ·(Σ ∂h/∂p(uᵢ, uⱼ) − ∂A/∂p uₘ)`` with n = N, over
m = 1 … N and i + j = m. No field is solved for again, whatever the number of parameters is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.device import Drive
from thermospin.discretisation.cell_gradient import CellGradient
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.interfaces.facet_coefficients import FacetCoefficients
from thermospin.discretisation.interfaces.work import InterfaceWork
from thermospin.discretisation.sheets.work import SheetWork
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import State
from thermospin.physics.coefficients import Coefficients
from thermospin.response.accuracy import SENSITIVITY_TOLERANCE
from thermospin.response.degree_steps import Fields, heat_of
from thermospin.response.scheme import Scheme
from thermospin.response.solution import TerminalPair
from thermospin.response.terminals import Terminals
from thermospin.response.whole_adjoints import whole_adjoints

OrderAdjoints = Mapping[TerminalPair, Sequence[PETSc.Vec]]
"""By probe, w₀, w₁, …: adjoints of its reading of an order for the fields of that order, the one before, …"""


def order_adjoints(
    solver: Scheme, terminals: Terminals, matrix: PETSc.Mat, heat: HeatSource, fields: Fields
) -> OrderAdjoints:
    """The adjoints of the readings of all orders (collective).

    Args:
        solver: The solver of the scheme.
        terminals: The terminals.
        matrix: The operator, in the magnetic state of the fields.
        heat: The heat source.
        fields: The orders by power of the drive, from 1 on.
    """
    adjoints, kept = whole_adjoints(solver, terminals, matrix, SENSITIVITY_TOLERANCE)
    found = {}
    for pair, first in adjoints.items():
        chain = [first]
        for k in range(1, len(fields)):
            load = matrix.createVecLeft()
            for j in range(1, k + 1):
                load.axpy(2.0, heat.weighted(fields[j], chain[k - j]))
            terminals.carry_heat(load, solver.drive.uniform, chain[k - 1])
            adjoint = solver.solve_transposed(load, SENSITIVITY_TOLERANCE)
            chain.append(kept.whole(adjoint, [load.dot(unit.fields) for unit in kept.units]))
        found[pair] = chain
    return found


def pairs_of(power: int) -> Iterator[tuple[int, int, float]]:
    """Pairs of orders from 1 on that add up to a power of the drive, and how often each occurs.

    Args:
        power: The power.
    """
    for i in range(1, power // 2 + 1):
        yield i, power - i, 1.0 if 2 * i == power else 2.0


@dataclass(frozen=True)
class Gradient:
    """Derivatives of the readings of a probe; the first index is the order, from R1 on.

    Attributes:
        cells: By the quantities of every region, shape (n_orders, n_regions, n_quantities).
        heating: By ζ, V per power of the drive, shape (n_orders,).
        temperature: By T0 that divides heat, at interfaces too, V/K per power of the drive, (n_orders,).
    """

    cells: np.ndarray
    heating: np.ndarray
    temperature: np.ndarray


class Sensitivity:
    """Derivatives of the readings of a scheme in a magnetic state.

    Args:
        cells: Derivatives in the bulk.
        matrix: The operator.
        heat: The heat source.
        fields: The orders by power of the drive, from 1 on.
        adjoints: The adjoints of the readings.
    """

    def __init__(
        self,
        cells: CellGradient,
        matrix: PETSc.Mat,
        heat: HeatSource,
        fields: Fields,
        adjoints: OrderAdjoints,
    ) -> None:
        self._cells, self._heat, self._fields, self._adjoints = cells, heat, fields, adjoints
        self._sources = {m: heat_of(heat, matrix, fields, m) for m in fields}

    def gradient(self, pair: TerminalPair) -> Gradient:
        """The derivatives by coefficients of the bulk and by ζ (collective).

        Args:
            pair: The probe.
        """
        chain, orders = self._adjoints[pair], range(1, len(self._fields) + 1)
        parts = {(m, k): self._part(m, chain[k]) for m in orders for k in range(len(orders) + 1 - m)}
        heats = {(m, k): chain[k].dot(self._sources[m]) for m, k in parts}
        heating = np.array([sum(heats[m, n - m] for m in range(1, n + 1)) for n in orders])
        return Gradient(
            np.array([sum(parts[m, n - m] for m in range(1, n + 1)) for n in orders]),
            heating / self._heat.scale,
            -heating / self._heat.temperature,
        )

    def _part(self, power: int, weights: PETSc.Vec) -> np.ndarray:
        """Derivatives of the weighted residual of one order."""
        found = -self._cells.of_currents(self._fields[power], weights)
        for i, j, factor in pairs_of(power):
            found += factor * self._cells.of_heat(self._fields[i], self._fields[j], weights)
        return found


class LeadGradient(NamedTuple):
    """Derivatives of the readings of a probe at a lead; the index is the order, from R1 on.

    Attributes:
        seebeck: By S, K per power of the drive, shape (n_orders,).
        temperature: By T0, V/K per power of the drive, shape (n_orders,).
    """

    seebeck: np.ndarray
    temperature: np.ndarray


def lead_derivatives(
    terminals: Terminals, drive: Drive, fields: Fields, chain: Sequence[PETSc.Vec], pair: TerminalPair
) -> dict[str, LeadGradient]:
    """Derivatives of the readings of a probe at leads that carry Peltier heat, by terminal (collective).

    S brings Peltier heat with the current, and reads the temperature at the terminals of the probe. T0
    divides the heat that currents bring because terminals are warmer than T0.

    Args:
        terminals: The terminals.
        drive: The drive of the scheme.
        fields: The orders by power of the drive, from 1 on.
        chain: The adjoints of the readings of the probe.
        pair: The probe.

    """
    found, orders = {}, range(1, len(fields) + 1)
    for name, terminal in terminals.by_name.items():
        if not terminal.has_lead:
            continue
        current = drive.uniform.get(name, 0.0)
        warmth = {n: terminals.warmth(name, vector) for n, vector in fields.items()}
        follows = warmth.items() if terminal.follows_temperature else ()
        brought = {n + 1: rise / terminals.temperature for n, rise in follows}
        weights = [terminals.warmth(name, adjoint) for adjoint in chain]
        read = (name == pair[0]) - (name == pair[1])
        warmer = [sum(brought.get(m, 0.0) * weights[n - m] for m in range(2, n + 1)) for n in orders]
        heat = current * np.array(warmer)
        found[name] = LeadGradient(
            np.array([read * warmth[n] + current * weights[n - 1] for n in orders]) + heat,
            -terminal.seebeck / terminals.temperature * heat,
        )
    return found


class FaceResiduals:
    """Parts that interfaces or sheets have in the weighted residuals whose derivatives are those of readings.

    Args:
        spaces: The spaces.
        work: The interfaces or sheets.
        heat: The heat source.
        fields: The orders by power of the drive, from 1 on.
        adjoints: The adjoints of the readings.
    """

    def __init__(
        self,
        spaces: Spaces,
        work: InterfaceWork | SheetWork,
        heat: HeatSource,
        fields: Fields,
        adjoints: OrderAdjoints,
    ) -> None:
        self._comm, self._work, self._heating = spaces.comm, work, heat.interface_heating
        functions = spaces.functions()

        def traces(vector: PETSc.Vec) -> State:
            spaces.load(vector, functions)
            return work.traces(functions)

        self._fields = {m: traces(vector) for m, vector in fields.items()}
        self._adjoints = {pair: [traces(w) for w in chain] for pair, chain in adjoints.items()}

    def with_coefficients(self, c: FacetCoefficients | Coefficients, pair: TerminalPair) -> np.ndarray:
        """The parts of the readings of all orders with given coefficients, shape (n_orders,) (collective).

        Args:
            c: The coefficients.
            pair: The probe.
        """
        chain, orders = self._adjoints[pair], range(1, len(self._fields) + 1)
        found = [sum(self._part(c, m, chain[n - m]) for m in range(1, n + 1)) for n in orders]
        return self._comm.allreduce(np.array(found), MPI.SUM)

    def _part(self, c: FacetCoefficients | Coefficients, power: int, weights: State) -> float:
        """This rank's part of the weighted residual of one order."""
        found = -self._work.of_currents(c, self._fields[power], weights)
        for i, j, factor in pairs_of(power):
            heat = self._work.of_heat(c, self._heating, self._fields[i], self._fields[j], weights)
            found += factor * heat
        return found
