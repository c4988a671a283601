"""Bars along x with a small square cross-section: problems of one dimension, solved in three."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from support import prepare_problem

from thermospin.fields import Field
from thermospin.response.solution import Solution
from thermospin.runs.problem import Problem

NM = 1e-9
COLD = 0.01
"""Base temperature, K, at which Peltier heat is negligible: spin signals shift by 1e-6."""
THERMOELECTRIC = {
    "A": {
        "conductivity": 2e6,
        "spin_diffusion_length": "20 nm",
        "seebeck": "150 uV/K",
        "thermal_conductivity": 20,
    },
    "B": {
        "conductivity": 1e7,
        "spin_diffusion_length": "50 nm",
        "seebeck": "-60 uV/K",
        "thermal_conductivity": 90,
    },
    "C": {
        "conductivity": 5e6,
        "spin_diffusion_length": "30 nm",
        "seebeck": "30 uV/K",
        "thermal_conductivity": 45,
    },
}
"""Metals of large Seebeck coefficients."""


@dataclass(frozen=True)
class Layer:
    """One metal of a bar.

    Attributes:
        name: Name of the region.
        material: Name of the material.
        length: Extent along x, m.
    """

    name: str
    material: str
    length: float


@dataclass(frozen=True)
class Bar:
    """Layers from x = 0 on, and what is applied at the two ends.

    Attributes:
        layers: The layers, from left to right.
        width: Edge of the square cross-section, m.
        temperature: T0, K.
        sinks: Temperature rise of the left and of the right end, K.
        materials: Materials that the library does not have.
        interface_size: Size of the elements where a magnet begins, m.
        max_size: Their largest size, m.
    """

    layers: Sequence[Layer]
    width: float = 4 * NM
    temperature: float = COLD
    sinks: tuple[float, float] = (0.0, 0.0)
    materials: Mapping[str, Any] | None = None
    interface_size: float = 1.5 * NM
    max_size: float = 12 * NM

    @property
    def area(self) -> float:
        """Cross-section, m²."""
        return self.width**2

    @property
    def ends(self) -> np.ndarray:
        """Where the layers end, m, beginning with 0."""
        return np.cumsum([0.0, *(layer.length for layer in self.layers)])

    def config(self) -> dict[str, Any]:
        """The configuration: current enters at the left end and leaves at the right one, s = 0 at both."""
        half = self.width / 2
        solids = [
            {
                "name": layer.name,
                "material": layer.material,
                "box": {"min": [start, -half, -half], "max": [end, half, half]},
            }
            for layer, start, end in zip(self.layers, self.ends[:-1], self.ends[1:], strict=True)
        ]
        hot, cold = (self.temperature + rise for rise in self.sinks)
        return {
            "temperature": self.temperature,
            "geometry": {"solids": solids},
            "mesh": {
                "interface_size": self.interface_size,
                "max_size": self.max_size,
                "elements_across_film": 1,
                "film_aspect": 10,
                "growth_rate": 1.3,
            },
            "materials": dict(self.materials or {}),
            "terminals": {
                "left": {"region": self.layers[0].name, "face": "xmin", "sink": hot},
                "right": {"region": self.layers[-1].name, "face": "xmax", "sink": cold},
            },
            "heating": {"scale": 0},
            "schemes": {"along": {"left": {"current": "equipotential"}, "right": "ground"}},
            "probes": {"along": ["left", "right"]},
            "solver": {"degree": 2, "orders": 1, "method": "demodulate", "currents": [1e-6]},
        }

    def problem(self, comm) -> Problem:
        """The bar, meshed and discretised (collective)."""
        return prepare_problem(self.config(), comm)


def driven(problem: Problem, current: float) -> Iterator[tuple[str, Solution]]:
    """Every magnetic configuration and its fields at a current in A (collective)."""
    solver = problem.scheme("along")
    for name, signs in problem.states.items():
        problem.magnetise(signs)
        yield name, solver.at(current)


@dataclass(frozen=True)
class Profile:
    """A field along a bar.

    Attributes:
        x: Where there are nodes, m, sorted.
        values: Mean over the nodes there.
    """

    x: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, problem: Problem, solution: Solution, field: Field) -> "Profile":
        """The profile of a field of a solution, on all ranks (collective)."""
        part = problem.spaces.ranges[field]
        values = solution.vector.array_r[part]
        x = problem.spaces.spaces[field].tabulate_dof_coordinates()[: len(values), 0]
        x, values = (np.concatenate(problem.spaces.comm.allgather(array)) for array in (x, values))
        places, which = np.unique(np.round(x / NM, 6), return_inverse=True)
        return cls(places * NM, np.bincount(which, values) / np.bincount(which))

    def at(self, x: float) -> float:
        """The value at a place where there are nodes, such as an interface."""
        nearest = np.argmin(abs(self.x - x))
        assert abs(self.x[nearest] - x) < 1e-6 * NM
        return float(self.values[nearest])

    def line(self, start: float, end: float) -> tuple[float, float]:
        """Slope and value at x = 0 of the straight line through the nodes between two places."""
        inside = (self.x >= start) & (self.x <= end)
        slope, value = np.polyfit(self.x[inside] / NM, self.values[inside], 1)
        return float(slope / NM), float(value)
