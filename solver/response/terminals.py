"""Terminals as functionals: what is injected, held and read there (solver/physics.md §6)."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.device import Drive
from thermospin.discretisation.constraints import Constraint, constrain
from thermospin.discretisation.functionals import NOTHING
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import Terminal
from thermospin.discretisation.thermal_source import ThermalSource
from thermospin.fields import THETA, Field, V
from thermospin.response.solution import Solution

HEATED_BY_CURRENTS = 2
"""The order that given currents heat: they are of the first order alone."""


class Terminals:
    """Terminals as functionals on the vector of all unknowns.

    Args:
        spaces: The spaces.
        terminals: All terminals.
        sinks: Terminals whose temperature is given.
        temperature: T0, K.
        transfer: Heat transfer at faces.
        thermal: Heat without a drive.

    Attributes:
        by_name: All terminals.
        electrical: Names of those on conductors.
        temperature: T0, K.
    """

    def __init__(
        self,
        spaces: Spaces,
        terminals: Mapping[str, Terminal],
        sinks: list[str],
        temperature: float,
        transfer: HeatTransfer,
        thermal: ThermalSource,
    ) -> None:
        self._conductances, self._thermal = transfer.conductances, thermal
        self.spaces, self.by_name, self.sinks = spaces, terminals, sinks
        self.temperature = temperature
        self._start = {field: part.start for field, part in spaces.ranges.items()}
        self.electrical = [name for name, terminal in terminals.items() if terminal.electrical]

    def constraint(self, drive: Drive) -> Constraint:
        """Unknowns that a drive and the sinks fix.

        Args:
            drive: The drive.
        """
        return constrain(self.spaces, self.by_name, drive.held, self.sinks)

    def inject(self, rhs: PETSc.Vec, currents: Mapping[str, float]) -> None:
        """Add currents of uniform density, and the Peltier heat that leads bring, to a right-hand side.

        Args:
            rhs: The right-hand side, A.
            currents: Currents by terminal, A.
        """
        with rhs as array:
            for name, current in currents.items():
                terminal = self.by_name[name]
                array[terminal.average.dofs + self._start[V]] += current * terminal.average.weights
                rise = terminal.mean_rise
                array[rise.dofs + self._start[THETA]] += current * terminal.seebeck * rise.weights

    def carry_heat(self, rhs: PETSc.Vec, currents: Mapping[str, float], fields: PETSc.Vec) -> float:
        """Add the Peltier heat that currents bring because terminals are warmer than T0 (collective).

        Args:
            rhs: The right-hand side, A·V/K in the rows of ϑ.
            currents: Currents by terminal, A.
            fields: The fields, with the temperatures of the terminals.

        Returns:
            The heat, W.
        """
        total = 0.0
        for name, current in currents.items():
            terminal = self.by_name[name]
            if not terminal.follows_temperature:
                continue
            rise = terminal.mean_rise
            heat = current * terminal.seebeck * self.warmth(name, fields)
            with rhs as array:
                array[rise.dofs + self._start[THETA]] += heat / self.temperature * rise.weights
            total += heat
        return total

    def warmth(self, name: str, fields: PETSc.Vec) -> float:
        """Area average of ϑ at a terminal with a lead, K; 0 at others (collective).

        Args:
            name: Name of the terminal.
            fields: The fields.
        """
        rise = self.by_name[name].mean_rise
        return self._sum(fields.array_r[rise.dofs + self._start[THETA]] * rise.weights)

    def count_leads(self, solution: Solution, currents: Mapping[str, float]) -> Solution:
        """A solution with the Joule heat that leads do not return to the device.

        Args:
            solution: The solution of the order that currents heat, or at a drive.
            currents: Currents by terminal, A.
        """
        lost = {name: current**2 * self.by_name[name].lost_heat for name, current in currents.items()}
        heat = {name: leaving + lost.get(name, 0.0) for name, leaving in solution.heat.items()}
        return replace(solution, heat=heat, generated=solution.generated + sum(lost.values()))

    def heat_leads(self, rhs: PETSc.Vec, currents: Mapping[str, float]) -> float:
        """Add the Joule heat that enters from leads to a right-hand side.

        Args:
            rhs: The right-hand side, A·V/K in the rows of ϑ.
            currents: Currents by terminal, A.

        Returns:
            The heat, W.
        """
        total = 0.0
        with rhs as array:
            for name, current in currents.items():
                terminal = self.by_name[name]
                heat, rise = current**2 * terminal.returned_heat, terminal.mean_rise
                array[rise.dofs + self._start[THETA]] += heat / self.temperature * rise.weights
                total += heat
        return total

    def hold(self, vector: PETSc.Vec, potentials: Mapping[str, float], shift: float = 0.0) -> None:
        """Write potentials into the fixed unknowns of a vector.

        Args:
            vector: Vector of all unknowns, changed in place.
            potentials: Potentials by terminal, V.
            shift: Potential that is called zero in the vector, V.
        """
        with vector as array:
            for name, value in potentials.items():
                array[self.by_name[name].dofs[V] + self._start[V]] = value - shift

    def warm(self, vector: PETSc.Vec, rises: Mapping[str, float]) -> None:
        """Write temperature rises into the fixed unknowns of a vector.

        Args:
            vector: Vector of all unknowns, changed in place.
            rises: Rises by terminal, K.
        """
        with vector as array:
            for name, value in rises.items():
                array[self.by_name[name].dofs[THETA] + self._start[THETA]] = value

    def readings(self, vector: PETSc.Vec, currents: Mapping[str, float] | None = None) -> dict[str, float]:
        """Area averages of V on all electrical terminals, V; of leads, V at their far end (collective).

        Args:
            vector: The fields.
            currents: Currents that enter through leads, A; 0 where none is named.
        """
        array = vector.array_r
        local = np.zeros(len(self.electrical))
        for i, name in enumerate(self.electrical):
            terminal = self.by_name[name]
            average, rise = terminal.average, terminal.mean_rise
            local[i] = array[average.dofs + self._start[V]] @ average.weights
            local[i] += terminal.seebeck * (array[rise.dofs + self._start[THETA]] @ rise.weights)
        found = dict(zip(self.electrical, self.spaces.comm.allreduce(local, MPI.SUM).tolist(), strict=True))
        for name, current in (currents or {}).items():
            found[name] += current * self.by_name[name].resistance
        return found

    def reading_per_watt(self, adjoint: PETSc.Vec) -> float:
        """Largest ``|ϑ|/T0`` of the adjoint of a reading, V/W (collective).

        By reciprocity it is the largest reading that a watt of heat anywhere in the device gives. With τ,
        heat in one channel is read through ``ϑ ± τ``.

        Args:
            adjoint: The adjoint of the reading.
        """
        parts = [self.spaces.ranges[field] for field in self.spaces.unknowns.temperatures]
        largest = [
            self.spaces.comm.allreduce(abs(adjoint.array_r[part]).max(initial=0.0), MPI.MAX) for part in parts
        ]
        return sum(largest) / self.temperature

    def coldest(self, vector: PETSc.Vec) -> float:
        """Lowest temperature of fields, K (collective).

        Args:
            vector: The fields.
        """
        local = vector.array_r[self.spaces.ranges[THETA]].min(initial=np.inf)
        return self.temperature + self.spaces.comm.allreduce(local, MPI.MIN)

    def raise_potential(self, vector: PETSc.Vec, shift: float) -> None:
        """Add a constant to the potential, at fixed unknowns too.

        Args:
            vector: The fields, changed in place.
            shift: The constant, V.
        """
        with vector as array:
            array[self.spaces.ranges[V]] += shift

    def currents_out(self, residual: PETSc.Vec, held: Collection[str]) -> dict[str, float]:
        """Current that leaves through every terminal where V is fixed, A (collective).

        It is the residual of the discrete equations at the fixed unknowns, so currents balance to the
        accuracy of the solver. Unknowns on an edge that two terminals share count for the first of them.

        Args:
            residual: ``b − A x``.
            held: Terminals at which V is fixed.
        """
        return self._flows(residual, held, V)

    def heat_out(
        self,
        residual: PETSc.Vec,
        vector: PETSc.Vec,
        thermal: ThermalSource | None,
        currents: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """Heat that leaves through every terminal with a thermal condition, W (collective).

        At sinks it follows from the residual, as in :meth:`currents_out`.

        Args:
            residual: ``b − A x``.
            vector: x, the fields.
            thermal: Heat without a drive that is in b; None without.
            currents: Currents in b, A, which bring Peltier heat where leads continue.
        """
        flows = self._flows(residual, self.sinks, THETA)
        found = {name: flow * self.temperature for name, flow in flows.items()}
        rises = vector.array_r[self.spaces.ranges[THETA]]
        for name, entering in self._thermal.entering.items():
            conductance = self._conductances.get(name, NOTHING)
            leaving = self._sum(rises[conductance.dofs] * conductance.weights)
            found[name] = leaving - (entering if thermal else 0.0)
        found |= {name: 0.0 for name, part in self.by_name.items() if part.has_lead and name not in found}
        for name, current in (currents or {}).items():
            if self.by_name[name].has_lead:
                found[name] -= self.temperature * self.by_name[name].seebeck * current
        return found

    def _flows(self, residual: PETSc.Vec, names: Collection[str], field: Field) -> dict[str, float]:
        array = residual.array_r[self.spaces.ranges[field]].copy()
        flows = {}
        for name in names:
            dofs = self.by_name[name].dofs[field]
            flows[name] = self._sum(array[dofs])
            array[dofs] = 0.0
        return flows

    def generated(self, rhs: PETSc.Vec) -> float:
        """Heat that a right-hand side generates in the device, W (collective).

        Args:
            rhs: The right-hand side, A·V/K in the rows of ϑ.
        """
        return self._sum(rhs.array_r[self.spaces.ranges[THETA]]) * self.temperature

    def _sum(self, values: np.ndarray) -> float:
        return float(self.spaces.comm.allreduce(values.sum(), MPI.SUM))
