"""The network as a linear system: Kirchhoff's rules for charge, spin, heat and spin heat at every node.

Every node has eight fields, ``u = (V, s, ϑ, τ)``. The flow out of a node through its elements, and the
relaxation in it, is ``K u``; the flow from outside is ``f``. Some fields are given (reservoirs), some vanish
(τ in the thermalised regime, the transverse spin of a ferromagnet); the rest are free.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse.csgraph import connected_components

from thermospin.constants import LORENZ_NUMBER, TORQUE_PER_SPIN_CURRENT
from thermospin.networks.config import CircuitConfig
from thermospin.networks.elements import ElementLaw

FIELDS = 8
"""Number of fields of a node: V, s_x, s_y, s_z, ϑ, τ_x, τ_y, τ_z."""
V, S, THETA, TAU = 0, slice(1, 4), 4, slice(5, 8)
ROUNDING = 1e-14
"""Sum relative to its terms, below which it is a rounding error."""


@dataclass(frozen=True)
class Sources:
    """Sources of the network: given fields of the reservoirs and currents into them.

    Attributes:
        fields: Given V and ϑ, (nodes, 8); zero elsewhere.
        currents: Currents that enter, A, (nodes,).
    """

    fields: np.ndarray
    currents: np.ndarray

    def scaled(self, factor: float) -> "Sources":
        """All sources times a factor.

        Args:
            factor: The factor.
        """
        return Sources(factor * self.fields, factor * self.currents)


@dataclass(frozen=True)
class NetworkState:
    """Fields and flows of a network.

    Without an area all flows are per area.

    Attributes:
        nodes: Names.
        fields: (nodes, 8), V and K.
        entering: Flow into each node from outside: current (A), spin current (A, 3), heat (W), spin heat
            (W, 3), (nodes, 8). Relaxation inside counts as a flow out through an element.
        absorbed: Transverse spin current into each ferromagnet, A, (3,).
        crossing: Current (A) and heat (W) through each element from its node 1 to its node 2.
    """

    nodes: tuple[str, ...]
    fields: np.ndarray
    entering: np.ndarray
    absorbed: Mapping[str, np.ndarray]
    crossing: Mapping[str, tuple[float, float]]

    def of(self, node: str) -> np.ndarray:
        """Fields of a node, (8,), V and K.

        Args:
            node: Its name.
        """
        return self.fields[self.nodes.index(node)]

    def current(self, node: str) -> float:
        """Current that enters at a node, A.

        Args:
            node: Its name.
        """
        return float(self.entering[self.nodes.index(node), V])

    def heat(self, node: str) -> float:
        """Heat that enters at a node, W; linear in the sources, so without Joule heat.

        Args:
            node: Its name.
        """
        return float(self.entering[self.nodes.index(node), THETA])

    def spin_heat_accumulation(self, node: str) -> np.ndarray:
        """``T_s = T↑ − T↓`` of a node along x, y, z, K, (3,).

        Args:
            node: Its name.
        """
        return 2 * self.of(node)[TAU]

    @property
    def torques(self) -> dict[str, np.ndarray]:
        """Spin-transfer torque on each ferromagnet, ``(ħ/2e) j_s⊥``, J, (3,)."""
        return {name: TORQUE_PER_SPIN_CURRENT * spin for name, spin in self.absorbed.items()}

    @property
    def balance(self) -> float:
        """Sum of the currents that enter over the sum of their sizes."""
        currents = self.entering[:, V]
        return float(abs(currents.sum()) / max(abs(currents).sum(), np.finfo(float).tiny))


@dataclass(frozen=True)
class Joint:
    """An element in place: numbers of its nodes, the ferromagnet's name and the normal node's number."""

    name: str
    first: int
    second: int
    magnet: str | None
    normal: int | None
    area: float
    law: ElementLaw


class Network:
    """A network with the magnetisations left open.

    Args:
        config: The network.
    """

    def __init__(self, config: CircuitConfig) -> None:
        self.config = config
        self.nodes = tuple(config.nodes)
        self.area = 1.0 if config.area is None else config.area
        self.joints = [self._joint(i) for i in range(len(config.elements))]
        # 1 V and 1 V/√L0 in kelvins drive like currents, which makes the matrix well conditioned.
        self._units = np.tile([1.0] * 4 + [LORENZ_NUMBER**-0.5] * 4, len(self.nodes))

    def _joint(self, i: int) -> Joint:
        element, magnets = self.config.elements[i], self.config.magnets
        first, second = (self.nodes.index(name) for name in element.between)
        magnet = next((name for name in element.between if name in magnets), None)
        normal = None
        if magnet is not None:
            normal = second if element.between[0] == magnet else first
        return Joint(
            name=f"{i + 1}: {'|'.join(element.between)}",
            first=first,
            second=second,
            magnet=magnet,
            normal=normal,
            area=self.area if element.area is None else element.area,
            law=element.law(self.config.temperature, magnet is not None),
        )

    @cached_property
    def sources(self) -> Sources:
        """The sources of the configuration."""
        fields, currents = np.zeros((len(self.nodes), FIELDS)), np.zeros(len(self.nodes))
        for i, node in enumerate(self.config.nodes.values()):
            fields[i, V] = node.voltage or 0.0
            if node.temperature is not None:
                fields[i, THETA] = node.temperature - self.config.temperature
            currents[i] = (node.current or 0.0) + (node.current_density or 0.0) * self.area
        return Sources(fields, currents)

    def bias(self, node: str, volts: float = 0.0, kelvins: float = 0.0) -> Sources:
        """Sources of one reservoir at a voltage and a temperature rise, all others at 0 and without current.

        Args:
            node: Name of the reservoir.
            volts: V.
            kelvins: Temperature rise, K.
        """
        fields = np.zeros((len(self.nodes), FIELDS))
        fields[self.nodes.index(node), [V, THETA]] = volts, kelvins
        return Sources(fields, np.zeros(len(self.nodes)))

    def solve(
        self,
        magnetisations: Mapping[str, np.ndarray] | None = None,
        sources: Sources | None = None,
        held: Collection[str] = (),
    ) -> NetworkState:
        """The steady state.

        Args:
            magnetisations: Directions of ferromagnets in place of the configuration's, (3,).
            sources: In place of the configuration's.
            held: Reservoirs of which V and ϑ are given, whatever the configuration says.
        """
        magnets = {**self.config.magnets, **(magnetisations or {})}
        sources = sources or self.sources
        matrix, basis, conductance = self.system(magnets, held)
        given, load = sources.fields.ravel(), np.zeros_like(sources.fields)
        load[:, V] = sources.currents
        free = np.linalg.solve(matrix, basis.T @ (load.ravel() - conductance @ given))
        free = _without_rounding(free, max(abs(free).max(initial=0.0), abs(given / self._units).max()))
        fields = given + basis @ free
        flows = _without_rounding(conductance @ fields, abs(conductance) @ abs(fields))
        return self._state(magnets, flows, fields.reshape(-1, FIELDS))

    def joins(self, first: str, second: str) -> bool:
        """Whether elements lead from one node to another.

        Args:
            first: Name of a node.
            second: Name of the other.
        """
        links = np.zeros((len(self.nodes), len(self.nodes)), dtype=bool)
        for joint in self.joints:
            links[joint.first, joint.second] = True
        _, part = connected_components(links, directed=False)
        return bool(part[self.nodes.index(first)] == part[self.nodes.index(second)])

    def system(
        self, magnets: Mapping[str, np.ndarray], held: Collection[str]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The matrix of the free coordinates, their directions in all fields, and ``K``.

        Args:
            magnets: Directions of all ferromagnets, (3,).
            held: Reservoirs of which V and ϑ are given, whatever the configuration says.
        """
        conductance, basis = self._conductance(magnets), self._basis(magnets, held)
        return basis.T @ conductance @ basis, basis, conductance

    def conductance(self) -> np.ndarray:
        """``K`` with the magnetisations of the configuration, A/V and the like, heat over T0, (8 n, 8 n)."""
        return self._conductance(self.config.magnets)

    def _conductance(self, magnets: Mapping[str, np.ndarray]) -> np.ndarray:
        """``K``, A/V and the like, heat over T0; (8 n, 8 n)."""
        count, t0 = len(self.nodes), self.config.temperature
        k = np.zeros((count, FIELDS, count, FIELDS))
        for joint in self.joints:
            m = magnets.get(joint.magnet)
            crossing = self._scaled(joint.area * joint.law.longitudinal(m, t0))
            for here, there in ((joint.first, joint.second), (joint.second, joint.first)):
                k[here, :, here] += crossing
                k[here, :, there] -= crossing
            if joint.normal is not None:
                k[joint.normal, :, joint.normal] += self._scaled(joint.area * joint.law.transverse(m, t0))
        for i, node in enumerate(self.config.nodes.values()):
            lost = [0.0, *[node.spin_relaxation] * 3, node.lattice_conductance / t0]
            lost += [node.spin_heat_relaxation / t0] * 3
            k[i, :, i] += self._scaled(self.area * np.diag(lost))
        return k.reshape(count * FIELDS, count * FIELDS)

    def _scaled(self, block: np.ndarray) -> np.ndarray:
        """The contribution of an element or a node, (8, 8)."""
        return block

    def _basis(self, magnets: Mapping[str, np.ndarray], held: Collection[str]) -> np.ndarray:
        """The directions in which the fields are free, scaled alike, (8 n, free)."""
        columns = []
        for i, (name, node) in enumerate(self.config.nodes.items()):
            spins = [] if node.is_reservoir else [magnets[name]] if name in magnets else np.eye(3)
            free = [(V, 1.0)] if node.voltage is None and name not in held else []
            free += [(THETA, 1.0)] if (node.adiabatic or not node.is_reservoir) and name not in held else []
            free += [(S, spin) for spin in spins]
            free += [(TAU, spin) for spin in spins if self.config.regime == "non-interacting"]
            for field, direction in free:
                column = np.zeros((len(self.nodes), FIELDS))
                column[i, field] = direction
                columns.append(column.ravel() * self._units)
        return np.array(columns).reshape(-1, len(self._units)).T

    def _state(
        self, magnets: Mapping[str, np.ndarray], flows: np.ndarray, fields: np.ndarray
    ) -> NetworkState:
        t0 = self.config.temperature
        absorbed, crossing = {name: np.zeros(3) for name in magnets}, {}
        for joint in self.joints:
            m = magnets.get(joint.magnet)
            through = joint.law.longitudinal(m, t0) @ (fields[joint.first] - fields[joint.second])
            crossing[joint.name] = float(joint.area * through[V]), float(joint.area * t0 * through[THETA])
            if joint.normal is not None:
                absorbed[joint.magnet] = (
                    absorbed[joint.magnet]
                    + joint.area * (joint.law.transverse(m, t0) @ fields[joint.normal])[S]
                )
        heats = np.array([1.0] * 4 + [t0] * 4)
        return NetworkState(self.nodes, fields, flows.reshape(-1, FIELDS) * heats, absorbed, crossing)


def _without_rounding(values: np.ndarray, sizes: np.ndarray | float) -> np.ndarray:
    """Values with those set to zero that are rounding errors of sums of these sizes."""
    return np.where(abs(values) > ROUNDING * sizes, values, 0.0)
