"""Heat without a drive: sinks, surroundings, and heat that is given (solver/physics.md §6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

import numpy as np

from thermospin.config import Config
from thermospin.device.leads import find_leads

Box = Callable[[str], np.ndarray]
"""From a region to its lowest and highest corner, m, shape (2, 3)."""


class Transfer(Protocol):
    """Law of the heat that leaves a face: a coefficient times the temperature above that of the surroundings.

    Attributes:
        ambient: Rise of the temperature of the surroundings above T0, K.
    """

    ambient: float

    def coefficient(self, points: np.ndarray, normals: np.ndarray, box: Box) -> np.ndarray:
        """Heat per area and kelvin, W/(m² K), shape (n, q).

        Args:
            points: Places on faces, m, shape (n, q, 3).
            normals: Outward normals of the faces, shape (n, 3).
            box: Gives the lowest and the highest corner of a region, m, shape (2, 3) (collective).
        """


@dataclass(frozen=True)
class UniformTransfer:
    """Heat transfer with the same coefficient everywhere.

    Attributes:
        value: The coefficient, W/(m² K).
        ambient: Rise of the temperature of the surroundings above T0, K.
    """

    value: float
    ambient: float

    def coefficient(self, points: np.ndarray, normals: np.ndarray, box: Box) -> np.ndarray:
        """Heat per area and kelvin, W/(m² K), shape (n, q).

        Args:
            points: Places on faces, m, shape (n, q, 3).
            normals: Not used.
            box: Not used.
        """
        return np.full(points.shape[:2], self.value)


@dataclass(frozen=True)
class HalfSpaceTransfer:
    """Heat transfer into a half space around the device.

    Far from where heat spreads, the rise in a half space falls as 1/r, so that ``q·n = k ϑ (r·n)/r²``.

    Attributes:
        conductivity: k, W/(m K).
        top: Region whose top has the place in its centre from which heat spreads, unless it is given.
        centre: That place, m, or None.
        faces: Sides at which the regions continue. A side that is not among them while the opposite one is,
            is a mirror plane: the place lies there.
        ambient: Rise of the half space far away above T0, K.
    """

    conductivity: float
    top: str
    centre: tuple[float, float, float] | None
    faces: tuple[str, ...]
    ambient: float = 0.0

    def coefficient(self, points: np.ndarray, normals: np.ndarray, box: Box) -> np.ndarray:
        """Heat per area and kelvin, W/(m² K), shape (n, q).

        Args:
            points: Places on faces, m, shape (n, q, 3).
            normals: Outward normals of the faces, shape (n, 3).
            box: Gives the lowest and the highest corner of a region, m, shape (2, 3) (collective).
        """
        centre = self._middle(*box(self.top)) if self.centre is None else self.centre
        r = points - centre
        along = np.einsum("nqx,nx->nq", r, normals) / np.einsum("nqx,nqx->nq", r, r)
        return self.conductivity * np.maximum(along, 0.0)

    def _middle(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """The centre of the top of the device of which a box is the whole, a half or a quarter, m."""
        middle = (low + high) / 2
        for axis, name in enumerate("xy"):
            ends = [f"{name}{end}" in self.faces for end in ("min", "max")]
            if ends.count(True) == 1:
                middle[axis] = high[axis] if ends[0] else low[axis]
        middle[2] = high[2]
        return middle


@dataclass(frozen=True)
class GivenHeat:
    """Heat that enters a terminal or arises in a region, with uniform density.

    Attributes:
        total: W; None if the density is given.
        density: W/m² or W/m³; None if the total is given.
    """

    total: float | None = None
    density: float | None = None

    def per(self, size: float) -> float:
        """Density, W/m² or W/m³.

        Args:
            size: Area of the terminal, m², or volume of the region, m³.
        """
        return self.total / size if self.density is None else self.density

    def __bool__(self) -> bool:
        return bool(self.total or self.density)


@dataclass(frozen=True)
class ThermalDrive:
    """All that makes fields without an electrical drive; nothing by default.

    Attributes:
        rises: Temperature rise of every sink and of the surroundings of every other terminal, K.
        faces: Heat that enters through terminals.
        regions: Heat that arises in regions.
    """

    rises: Mapping[str, float] = field(default_factory=dict)
    faces: Mapping[str, GivenHeat] = field(default_factory=dict)
    regions: Mapping[str, GivenHeat] = field(default_factory=dict)

    def __bool__(self) -> bool:
        parts = *self.rises.values(), *self.faces.values(), *self.regions.values()
        return any(parts)

    @classmethod
    def of(cls, config: Config) -> Self:
        """The thermal drive of a configuration.

        Args:
            config: The configuration.
        """
        terminals, heating = config.all_terminals, config.heating
        sinks = {name: kelvin - config.temperature for name, kelvin in config.sinks.items()}
        surroundings = {name: transfer.ambient for name, transfer in find_transfers(config).items()}
        totals = {region: GivenHeat(total=watts / config.images) for region, watts in heating.power.items()}
        densities = {region: GivenHeat(density=value) for region, value in heating.power_density.items()}
        return cls(
            rises=sinks | surroundings,
            faces={
                name: GivenHeat(
                    None if terminal.power is None else terminal.power / config.images, terminal.power_density
                )
                for name, terminal in terminals.items()
                if terminal.power is not None or terminal.power_density is not None
            },
            regions=totals | densities,
        )


def find_transfers(config: Config) -> dict[str, Transfer]:
    """Terminals through which heat goes to surroundings, by name.

    Args:
        config: The configuration.
    """
    found: dict[str, Transfer] = {
        name: UniformTransfer(
            terminal.heat_transfer, (terminal.ambient or config.temperature) - config.temperature
        )
        for name, terminal in config.all_terminals.items()
        if terminal.heat_transfer is not None
    }
    found |= {name: UniformTransfer(lead.heat_transfer, 0.0) for name, lead in find_leads(config).items()}
    around = config.surroundings
    if around is not None:
        for name, terminal in around.terminals.items():
            material = config.material(config.geometry.materials[terminal.region])
            found[name] = HalfSpaceTransfer(
                material.thermal_conductivity, around.half_space[0], around.centre, around.faces
            )
    return found
