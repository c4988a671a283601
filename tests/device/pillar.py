"""A pillar in one dimension: linear response of layers and interfaces, apart from the solver.

Linear elements for V, s, ϑ and τ on a line, with the coefficients of solver/physics.md §§2–4 written out and
the heat equations divided by T0.
"""

from dataclasses import dataclass

import numpy as np

from thermospin.config import Config
from thermospin.device import Device
from thermospin.materials import ChannelValues, InterfaceMaterial

FIELDS = 4
"""V, s, ϑ, τ."""


@dataclass(frozen=True)
class Line:
    """Layers in a row.

    Attributes:
        layers: Material, thickness (m) and magnet sign of every layer.
        interfaces: What lies between layers and the sign that applies, by the number of the layer below.
        temperature: T0, K.
        spin_heat: Whether the spins have temperatures of their own.
    """

    layers: tuple[tuple[ChannelValues, float, int], ...]
    interfaces: dict[int, tuple[InterfaceMaterial, int]]
    temperature: float = 300.0
    spin_heat: bool = False
    elements: int = 60

    @classmethod
    def of(cls, config: Config, configuration: str) -> "Line":
        """The pillar of a configuration between its leads, all of one cross-section."""
        pillar, signs = config.geometry, Device.of(config).states[configuration]
        regions = {"BottomLead": (pillar.bottom_material, pillar.bottom_thickness)}
        regions |= {layer.name: (layer.material, layer.thickness) for layer in pillar.layers}
        regions |= {"TopLead": (pillar.top_material, pillar.top_thickness)}
        layers = tuple(
            (config.material(name), d, signs.get(region, 1)) for region, (name, d) in regions.items()
        )
        names = list(regions)
        interfaces = {
            min(names.index(c.first), names.index(c.second)): (c.law, signs.get(c.magnet, 1))
            for c in Device.of(config).resistive_interfaces.values()
        }
        return cls(layers, interfaces, config.temperature, config.solver.spin_heat)

    def solve(self, current: float = 0.0, heat: float = 0.0, hot: float | None = None) -> np.ndarray:
        """V, s, ϑ, τ at the nodes (those of an interface twice), shape (n, 4).

        Args:
            current: Current density into the first layer, A/m².
            heat: Heat flux into the first layer, W/m².
            hot: Temperature rise of its end instead, K.
        """
        matrix, n = self._matrix()
        load = np.zeros(FIELDS * n)
        load[0], load[2] = current, heat / self.temperature
        last = FIELDS * (n - 1)
        held = {1, 3, last, last + 1, last + 2, last + 3}
        if not self.spin_heat:
            held |= set(range(3, FIELDS * n, FIELDS))
        values = np.zeros(FIELDS * n)
        if hot is not None:
            held.add(2)
            values[2] = hot
        free = np.setdiff1d(np.arange(FIELDS * n), sorted(held))
        # Potentials and temperatures differ by orders of magnitude, so the rows do too.
        scale = 1 / np.sqrt(np.diag(matrix)[free])
        scaled = scale[:, None] * matrix[np.ix_(free, free)] * scale
        values[free] = scale * np.linalg.solve(scaled, scale * (load - matrix @ values)[free])
        return values.reshape(n, FIELDS)

    def _matrix(self) -> tuple[np.ndarray, int]:
        n = sum(self.elements for _ in self.layers) + 1 + len(self.interfaces)
        matrix, node = np.zeros((FIELDS * n, FIELDS * n)), 0
        for i, (material, thickness, sign) in enumerate(self.layers):
            h = thickness / self.elements
            stiff, decay = self._bulk(material, sign), self._decay(material)
            for _ in range(self.elements):
                _add(matrix, node, stiff / h)
                here = slice(FIELDS * node, FIELDS * (node + 2))
                matrix[here, here] += np.kron([[2, 1], [1, 2]], np.diag(decay)) * h / 6
                node += 1
            if i in self.interfaces:
                law, magnet = self.interfaces[i]
                electronic = law.electronic_heat(self.temperature)
                pairs = (law.electrical, law.thermoelectric, electronic, law.phonon_heat_conductance)
                _add(matrix, node, self._lifted(*pairs, magnet))
                node += 1
        return matrix, n

    def _bulk(self, material: ChannelValues, sign: int) -> np.ndarray:
        heat, phonons = material.electronic_heat(self.temperature), material.phonon_heat(self.temperature)
        return self._lifted(material.electrical, material.thermoelectric, heat, phonons, sign)

    def _lifted(self, electrical, thermoelectric, heat, phonons, sign) -> np.ndarray:
        (a, b), (c, d), (e, f) = electrical, thermoelectric, heat
        t0, b, d, f = self.temperature, sign * b, sign * d, sign * f
        return np.array(
            [
                [a, b, c, d],
                [b, a, d, c],
                [c, d, (e + phonons) / t0, f / t0],
                [d, c, f / t0, e / t0],
            ]
        )

    def _decay(self, material: ChannelValues) -> np.ndarray:
        rate = material.conductivity * (1 - material.polarisation**2) / material.spin_diffusion_length**2
        of_heat = 0.0
        if self.spin_heat:
            k_e, difference = material.electronic_heat(self.temperature)
            of_heat = (k_e - difference**2 / k_e) / material.spin_heat_length**2 / self.temperature
        return np.array([0.0, rate, 0.0, of_heat])


def _add(matrix: np.ndarray, node: int, block: np.ndarray) -> None:
    """Let `block` times the difference of two neighbouring nodes flow between them."""
    here = slice(FIELDS * node, FIELDS * (node + 2))
    matrix[here, here] += np.kron([[1, -1], [-1, 1]], block)
