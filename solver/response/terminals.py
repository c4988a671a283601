"""Terminals as functionals: what is injected, held and read there (solver/physics.md §6)."""

from collections.abc import Collection, Mapping

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
        self._temperature = temperature
        self._start = {field: part.start for field, part in spaces.ranges.items()}
        self.electrical = [name for name, terminal in terminals.items() if terminal.electrical]

    def constraint(self, drive: Drive) -> Constraint:
        """Unknowns that a drive and the sinks fix.

        Args:
            drive: The drive.
        """
        return constrain(self.spaces, self.by_name, drive.held, self.sinks)

    def inject(self, rhs: PETSc.Vec, currents: Mapping[str, float]) -> None:
        """Add currents of uniform density to a right-hand side.

        Args:
            rhs: The right-hand side, A.
            currents: Currents by terminal, A.
        """
        with rhs as array:
            for name, current in currents.items():
                functional = self.by_name[name].average
                array[functional.dofs + self._start[V]] += current * functional.weights

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

    def readings(self, vector: PETSc.Vec) -> dict[str, float]:
        """Area averages of V on all electrical terminals, V (collective).

        Args:
            vector: The fields.
        """
        array = vector.array_r
        local = np.zeros(len(self.electrical))
        for i, name in enumerate(self.electrical):
            functional = self.by_name[name].average
            local[i] = array[functional.dofs + self._start[V]] @ functional.weights
        return dict(zip(self.electrical, self.spaces.comm.allreduce(local, MPI.SUM).tolist(), strict=True))

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
        return sum(largest) / self._temperature

    def coldest(self, vector: PETSc.Vec) -> float:
        """Lowest temperature of fields, K (collective).

        Args:
            vector: The fields.
        """
        local = vector.array_r[self.spaces.ranges[THETA]].min(initial=np.inf)
        return self._temperature + self.spaces.comm.allreduce(local, MPI.MIN)

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
        self, residual: PETSc.Vec, vector: PETSc.Vec, thermal: ThermalSource | None
    ) -> dict[str, float]:
        """Heat that leaves through every terminal with a thermal condition, W (collective).

        At sinks it follows from the residual, as in :meth:`currents_out`.

        Args:
            residual: ``b − A x``.
            vector: x, the fields.
            thermal: Heat without a drive that is in b; None without.
        """
        flows = self._flows(residual, self.sinks, THETA)
        found = {name: flow * self._temperature for name, flow in flows.items()}
        rises = vector.array_r[self.spaces.ranges[THETA]]
        for name, entering in self._thermal.entering.items():
            conductance = self._conductances.get(name, NOTHING)
            leaving = self._sum(rises[conductance.dofs] * conductance.weights)
            found[name] = leaving - (entering if thermal else 0.0)
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
        return self._sum(rhs.array_r[self.spaces.ranges[THETA]]) * self._temperature

    def _sum(self, values: np.ndarray) -> float:
        return float(self.spaces.comm.allreduce(values.sum(), MPI.SUM))
