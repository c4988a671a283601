"""One small device for all unit tests: two magnets, a metal and a substrate."""

from typing import NamedTuple

import numpy as np

from thermospin.compat import fem
from thermospin.fields import TAU, S
from thermospin.meshes.record import MeshRecord
from thermospin.response.solution import Solution
from thermospin.runs.problem import Problem

BOXES = {
    "Sub": ("Oxide", (-20, -20, -20), (95, 50, 0)),
    "N": ("Metal", (0, 0, 0), (60, 30, 12)),
    "F1": ("Magnet", (10, 0, 12), (25, 30, 18)),
    "F2": ("Magnet", (60, 0, 0), (75, 30, 12)),
}
"""Material, lowest and highest corner of every region, nm."""

TERMINALS = {
    "left": {"region": "N", "face": "xmin", "sink": True},
    "right": {"region": "F2", "face": "xmax", "sink": False},
    "top": {"region": "F1", "face": "zmax", "sink": False},
    "bottom": {"region": "Sub", "face": "zmin", "sink": True},
}

MATERIALS = {
    "Magnet": {
        "conductivity": "4.32e6 S/m",
        "polarisation": 0.4,
        "spin_diffusion_length": "8 nm",
        "seebeck": "-20 uV/K",
        "spin_seebeck": "-8 uV/K",
        "thermal_conductivity": 30,
        "phonon_thermal_conductivity": 10,
        "spin_heat_diffusion_length": "5 nm",
    },
    "Metal": {
        "conductivity": "4.26e7 S/m",
        "spin_diffusion_length": "350 nm",
        "seebeck": "1.6 uV/K",
        "thermal_conductivity": 300,
        "spin_heat_ratio": 4,
    },
    "Oxide": {"conductivity": 0, "thermal_conductivity": 1.4},
}


PARALLEL, REVERSED, MIXED = {"F1": 1, "F2": 1}, {"F1": -1, "F2": -1}, {"F1": 1, "F2": -1}


def valve_config(**solver):
    """The configuration of the device, with options of the solver."""
    return {
        "geometry": {
            "solids": [
                {
                    "name": name,
                    "material": material,
                    "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
                }
                for name, (material, low, high) in BOXES.items()
            ]
        },
        "mesh": {"interface_size": "5 nm", "max_size": "20 nm", "elements_across_film": 2},
        "materials": MATERIALS,
        "terminals": TERMINALS,
        "schemes": {
            "through": {"right": "current", "left": "ground"},
            "up": {"top": {"current": "equipotential"}, "left": "ground"},
        },
        "probes": {"local": ["right", "left"], "other": ["top", "left"]},
        "solver": solver,
    }


class Valve(NamedTuple):
    """The mesh on disk and the discrete problem."""

    record: MeshRecord
    problem: Problem


def corners(region):
    """Lowest and highest corner of a region, m."""
    return tuple(np.array(corner) * 1e-9 for corner in BOXES[region][1:])


def volume(region):
    low, high = corners(region)
    return np.prod(high - low)


def side(terminal):
    """Axis, position (m), area (m²) and centre (m) of a terminal's face."""
    low, high = corners(TERMINALS[terminal]["region"])
    face = TERMINALS[terminal]["face"]
    axis, end = "xyz".index(face[0]), high if face.endswith("max") else low
    centre = (low + high) / 2
    centre[axis] = end[axis]
    return axis, end[axis], np.prod(np.delete(high - low, axis)), centre


def linear(value, gradient):
    """The function ``value + gradient · x``, with x in units of 10 nm."""
    return lambda x: value + np.asarray(gradient) @ x[:3] / 1e-8


def solution_of(problem, functions, offset=0.0):
    """A solution whose fields are given functions, by their symbols, and nothing else is known of."""
    spaces, vector = problem.spaces, problem.system.matrix.createVecRight()
    with vector as array:
        for field, part in spaces.ranges.items():
            function = fem.Function(spaces.spaces[field])
            function.interpolate(functions[field.symbol])
            array[part] = function.x.array[: part.stop - part.start]
    empty = {key: {} for key in ("terminals", "corrections", "currents", "heat", "uncertainty")}
    none = dict.fromkeys(("generated", "iterations", "norm", "current_error", "scale"), 0.0)
    return Solution(vector, offset, **empty, **none)


def gather(comm, array):
    """The ranks' arrays, one after another, on all ranks (collective)."""
    return np.concatenate(comm.allgather(np.asarray(array)))


class Vectors:
    """Vectors of the system's size, in which every field contributes alike to ``xᵀ A x``."""

    def __init__(self, problem):
        self.problem, self.ranges = problem, problem.spaces.ranges
        self.random = np.random.default_rng(problem.spaces.comm.rank)
        self.weights = [block.getDiagonal().max()[1] ** -0.5 for block in problem.system.diagonal]

    def of(self, **parts):
        """A vector with given values in the named fields and 0 in the others."""
        vector = self.problem.system.matrix.createVecRight()
        with vector as array:
            for field in self.ranges:
                array[self.ranges[field]] = parts.get(field.symbol, 0.0)
        return vector

    def noise(self, *fields):
        """Random values in some fields."""
        sizes = {field: self.ranges[field].stop - self.ranges[field].start for field in fields}
        weights = dict(zip(self.ranges, self.weights, strict=True))
        return self.of(
            **{field.symbol: weights[field] * self.random.standard_normal(n) for field, n in sizes.items()}
        )

    def only(self, vector, field):
        """The part of a vector in one field, 0 in the others."""
        return self.of(**{field.symbol: self.part(vector, field)})

    def flip(self, vector):
        """The same with s → −s, τ → −τ."""
        flipped = vector.copy()
        with flipped as array:
            for field in self.ranges.keys() & {S, TAU}:
                array[self.ranges[field]] *= -1
        return flipped

    def part(self, vector, field):
        return vector.array_r[self.ranges[field]].copy()


def apply(system, x):
    """``A x`` (collective)."""
    y = system.matrix.createVecLeft()
    system.matrix.mult(x, y)
    return y
