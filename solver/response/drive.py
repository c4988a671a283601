"""The electrical side of a scheme: driven, held and read terminals (solver/physics.md §6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.discretisation.constraints import Constraint, constrain
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import Terminal
from thermospin.fields import SPIN_HEAT, THETA, Field, V


@dataclass(frozen=True)
class Drive:
    """Electrical drive of a scheme, per unit of the drive (1 A, or 1 V).

    Attributes:
        quantity: ``current``, ``voltage``, or ``temperature`` where sinks at two temperatures alone drive it.
        uniform: Terminals into which current is injected with uniform density, and their shares.
        equipotential: Terminals into which current is injected at uniform potential, and their shares.
        potentials: Terminals held at a potential, V per unit of the drive; 0 at ground.
        scale: Value of the drive in the configuration: 1 A, or the largest given voltage.
    """

    quantity: str
    uniform: Mapping[str, float]
    equipotential: Mapping[str, float]
    potentials: Mapping[str, float]
    scale: float

    @classmethod
    def of(cls, scheme) -> "Drive":
        """The drive of a scheme of the configuration.

        Args:
            scheme: The scheme.
        """
        shares = {kind: {} for kind in ("uniform", "equipotential")}
        for name, drive in scheme.currents.items():
            shares[drive.current][name] = drive.share
        largest = max(map(abs, scheme.potentials.values()))
        scale = 1.0 if scheme.currents else largest or 1.0
        return cls(
            quantity="current" if scheme.currents else "voltage" if largest else "temperature",
            uniform=shares["uniform"],
            equipotential=shares["equipotential"],
            potentials={name: volt / scale for name, volt in scheme.potentials.items()},
            scale=scale,
        )

    @property
    def unit(self) -> str:
        """Unit of the drive; that of a temperature, which is no variable, drives nothing per unit."""
        return {"current": "A", "voltage": "V", "temperature": "K"}[self.quantity]

    @property
    def held(self) -> list[str]:
        """Terminals whose V is uniform, so that s = 0 there."""
        return [*self.potentials, *self.equipotential]


class Circuit:
    """Terminals as functionals on the vector of all unknowns.

    Args:
        spaces: The spaces.
        terminals: All terminals.
        sinks: Terminals whose temperature is given.
        temperature: T0, K.
    """

    def __init__(
        self, spaces: Spaces, terminals: Mapping[str, Terminal], sinks: list[str], temperature: float
    ) -> None:
        self.spaces, self.terminals, self.sinks = spaces, terminals, sinks
        self._temperature = temperature
        self._start = {field: part.start for field, part in spaces.ranges.items()}
        self.electrical = [name for name, terminal in terminals.items() if terminal.electrical]

    def constraint(self, drive: Drive) -> Constraint:
        """Unknowns that a drive and the sinks fix.

        Args:
            drive: The drive.
        """
        return constrain(self.spaces, self.terminals, drive.held, self.sinks)

    def inject(self, rhs: PETSc.Vec, currents: Mapping[str, float]) -> None:
        """Add currents of uniform density to a right-hand side.

        Args:
            rhs: The right-hand side, A.
            currents: Currents by terminal, A.
        """
        with rhs as array:
            for name, current in currents.items():
                functional = self.terminals[name].average
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
                array[self.terminals[name].dofs[V] + self._start[V]] = value - shift

    def warm(self, vector: PETSc.Vec, rises: Mapping[str, float]) -> None:
        """Write temperature rises into the fixed unknowns of a vector.

        Args:
            vector: Vector of all unknowns, changed in place.
            rises: Rises by terminal, K.
        """
        with vector as array:
            for name, value in rises.items():
                array[self.terminals[name].dofs[THETA] + self._start[THETA]] = value

    def readings(self, vector: PETSc.Vec) -> dict[str, float]:
        """Area averages of V on all electrical terminals, V (collective).

        Args:
            vector: The fields.
        """
        array = vector.array_r
        local = np.zeros(len(self.electrical))
        for i, name in enumerate(self.electrical):
            functional = self.terminals[name].average
            local[i] = array[functional.dofs + self._start[V]] @ functional.weights
        return dict(zip(self.electrical, self.spaces.comm.allreduce(local, MPI.SUM).tolist(), strict=True))

    def reading_per_watt(self, adjoint: PETSc.Vec) -> float:
        """Largest ``|ϑ|/T0`` of the adjoint of a reading, V/W (collective).

        By reciprocity it is the largest reading that a watt of heat anywhere in the device gives. With τ,
        heat in one channel is read through ``ϑ ± τ``.

        Args:
            adjoint: The adjoint of the reading.
        """
        parts = [
            self.spaces.ranges[field] for field in self.spaces.fields if field is THETA or field in SPIN_HEAT
        ]
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

    def heat_out(self, residual: PETSc.Vec) -> dict[str, float]:
        """Heat that leaves through every sink, W (collective), from the residual as in :meth:`currents_out`.

        Args:
            residual: ``b − A x``.
        """
        flows = self._flows(residual, self.sinks, THETA)
        return {name: flow * self._temperature for name, flow in flows.items()}

    def _flows(self, residual: PETSc.Vec, names: Collection[str], field: Field) -> dict[str, float]:
        array = residual.array_r[self.spaces.ranges[field]].copy()
        flows = {}
        for name in names:
            dofs = self.terminals[name].dofs[field]
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
