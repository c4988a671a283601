"""An infinite film on an insulating magnet: spin Hall magnetoresistance, spin Seebeck and Peltier effects.

The matrices are those of a small block of it. On fields that depend on z alone, beside a uniform field along
x or y, they are those of the infinite film (solver/physics.md §11).
"""

from copy import deepcopy

import numpy as np
import pytest
from structured import structured_device
from support import SilentProgress, prepare_problem
from yig import LENGTH, NM, SIGMA, K, film

from thermospin.runs.problem import Problem
from thermospin.validation import load_config

THETA, D = 0.02, 8 * NM
SIZE = (2, 2, 8)
SOLVER = {"solver": {"spin": "vector", "degree": 2, "orders": 1}}
VOLUME = 2 * 2 * 8 * NM**3
MIXING = {"mixing_conductance": 3e14, "mixing_conductance_imaginary": 1e14, "phonon_heat_conductance": 2e8}
MAGNON = {"spin_conductance": 3e13, "interface_spin_seebeck": "5 uV/K", "phonon_heat_conductance": 2e8}


class Film:
    """Response of the film to uniform fields and to temperatures of its top and bottom.

    Args:
        law: Coefficients of the interface.
        m: Direction of the magnet.
        comm: Ranks.
        directory: Where the mesh is kept.
    """

    def __init__(self, law, m, comm, directory):
        config = load_config(film(law, m, metal={"spin_hall_angle": THETA}, size=SIZE, **SOLVER))
        device = structured_device(config, 2 * NM, directory, comm)
        self.problem = problem = Problem(config, device, SilentProgress())
        problem.magnetise(problem.states["P"])
        self.matrix, self.fields = problem.system.matrix, problem.spaces.fields
        self.free = self._profiles()
        self.drives = [self._vector({0: lambda x, i=i: x[i]}) for i in range(2)]
        self.drives.append(self._warm_top())
        images = [self.matrix * vector for vector in (*self.free, *self.drives)]
        rows = np.array([[a.dot(b) for b in images] for a in (*self.free, *self.drives)])
        n = len(self.free)
        inner = np.linalg.solve(rows[:n, :n], rows[:n, n:])
        self.response = rows[n:, n:] - rows[n:, :n] @ inner

    def _vector(self, given):
        """Fields by their number, as functions of the position."""
        functions, found = self.problem.spaces.functions(), self.matrix.createVecRight()
        with found as array:
            for i, function in given.items():
                field = self.fields[i]
                functions[i].interpolate(function)
                part = self.problem.spaces.ranges[field]
                array[part] = functions[i].x.array[: part.stop - part.start]
        return found

    def _profiles(self):
        """1 of a field at one height, 0 elsewhere; not the temperature of the ends, nor a constant V."""
        heights = np.arange(-8, 9) * NM
        found = []
        for i, field in enumerate(self.fields):
            inside = heights[heights >= 0] if field.on_conductors else heights[1:-1]
            for z in inside[1 if i == 0 else 0 :]:
                for half in (0, 1) if not field.on_conductors and z == 0 else (None,):
                    found.append(self._at(i, z, half))
        return found

    def _at(self, i, z, half):
        """The fields that are 1 at a height; of the two sides of the interface, below (0) or above it (1)."""
        found = self._vector({i: lambda x: np.isclose(x[2], z, atol=1e-12).astype(float)})
        return found if half is None else self._side(found, i, half)

    def _side(self, vector, i, half):
        """The part of a temperature in the magnet or in the metal."""
        space = self.problem.spaces.space(False)
        cells = self.problem.spaces.device.cells([("YIG", "N")[half]])
        inside = np.zeros(space.dofmap.index_map.size_local + space.dofmap.index_map.num_ghosts)
        inside[space.dofmap.list[cells].ravel()] = 1
        part = self.problem.spaces.ranges[self.fields[i]]
        with vector as array:
            array[part] *= inside[: part.stop - part.start]
        return vector

    def _warm_top(self):
        """1 K at the top, 0 elsewhere."""
        top = 8 * NM
        return self._vector({len(self.fields) - 1: lambda x: np.isclose(x[2], top, atol=1e-12).astype(float)})

    @property
    def resistivity(self):
        """ρ along x and y, Ω m."""
        return np.linalg.inv(self.response[:2, :2] / VOLUME)


@pytest.fixture(scope="module")
def make(comm, tmp_path_factory):
    def made(law, m):
        return Film(law, m, comm, comm.bcast(tmp_path_factory.mktemp("film")))

    return made


@pytest.mark.parametrize("m", [(0, 1, 0), (1, 0, 0), (0, 0, 1), (0.6, 0.8, 0)])
def test_spin_hall_magnetoresistance(make, m):
    """``ρ_xx = ρ + Δρ0 + Δρ1 (1 − m_y²)``, ``ρ_xy = Δρ1 m_x m_y + Δρ2 m_z`` (Chen et al. 2013)."""
    found = make(MIXING, m).resistivity * SIGMA
    g = 2 * LENGTH * (3e14 + 1e14j)
    f = g * np.tanh(D / 2 / LENGTH) ** 2 / (SIGMA + g / np.tanh(D / LENGTH))
    zero = -(THETA**2) * (2 * LENGTH / D) * np.tanh(D / 2 / LENGTH)
    first, second = THETA**2 * LENGTH / D * f.real, -(THETA**2) * LENGTH / D * f.imag
    assert found[0, 0] - 1 == pytest.approx(zero + first * (1 - m[1] ** 2), rel=1e-3)
    across = first * m[0] * m[1] + second * m[2]
    assert found[0, 1] == pytest.approx(across, rel=1e-3, abs=1e-9)


def test_spin_seebeck_and_peltier_effects(make):
    """A spin current into the film drives a current in it; heat that a current drives is its partner."""
    film_, reversed_ = make(MAGNON, (0, 1, 0)), make(MAGNON, (0, -1, 0))
    current = -film_.response[0, 2] / VOLUME
    per_kelvin = 2 * 3e13 * 5e-6
    heat = 1 / (D / K + 1 / 2e8 + D / 7)
    into = -per_kelvin * heat / 2e8 / (1 + 2 * 3e13 * LENGTH / SIGMA / np.tanh(D / LENGTH))
    assert current == pytest.approx(THETA * into * LENGTH / D * np.tanh(D / 2 / LENGTH), rel=1e-3)
    assert film_.response[2, 0] == pytest.approx(reversed_.response[0, 2], rel=1e-10, abs=0)
    assert reversed_.response[0, 2] == pytest.approx(-film_.response[0, 2], rel=1e-10, abs=0)


def test_onsager_partners_in_one_device(comm):
    """``V(m)/ΔT`` of a warm garnet is ``Q(−m)/(T0 I)``, the heat that a current in the metal draws from it.

    ΔT is so small that the Joule heat of its currents does not count.
    """
    t0, warm = 300.0, 0.01
    states = {"up": {}, "down": {"YIG": -1}}
    given = film(MAGNON, (1, 2, 2), metal={"spin_hall_angle": THETA, "seebeck": "-5 uV/K"}, size=(20, 10, 8))
    solver = given["solver"] | {"tolerance": 1e-12, "estimate": False}
    given |= {"temperature": t0, "configurations": states, "solver": solver}
    heated = deepcopy(given) | {"schemes": {"through": {"right": "ground"}}}
    heated["terminals"]["bottom"]["sink"] = t0 + warm
    problem = prepare_problem(given, comm)
    peltier = {state: problem.solve("through", state).orders[0].heat["bottom"] for state in states}
    problem.adopt(load_config(heated))
    for state, other in (("up", "down"), ("down", "up")):
        problem.magnetise(problem.states[state])
        volts = problem.scheme("through").at(0.0).terminals
        assert (volts["left"] - volts["right"]) / warm == pytest.approx(peltier[other] / t0, rel=1e-10, abs=0)
    problem.free()
