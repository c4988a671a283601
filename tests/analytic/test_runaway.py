"""Thermal runaway of a rod between cold ends, at the current where its steady states end.

With ``θ = T − T0`` and Joule heat alone, ``k θ'' + ρ(T) j² = 0``, ``θ = 0`` at both ends of a length L. With
``ρ = ρ0 (1 + α θ)`` there is a state that is positive up to ``j L √(α ρ0/k) = π``. With ``σ = σ0 (1 − a θ)``,
``u = a θ`` and ``λ = a ρ0 j²/k`` the first integral gives ``u = 1 − exp(v² − y²)`` at a distance
``√(2/λ) exp(v² − y²) D(v)`` from the middle, with Dawson's function D and ``√(2/λ) D(y) = L/2``: two states,
of which the hotter one is unstable, up to the maximum of D, and none beyond.
"""

import numpy as np
import pytest
from bars import NM, Bar, Layer
from scipy.integrate import cumulative_trapezoid
from scipy.optimize import brentq
from scipy.special import dawsn
from support import prepare_problem

from thermospin.compat import MPI
from thermospin.errors import ConvergenceError
from thermospin.fields import THETA, V
from thermospin.response.nonlinear.stability import feedback

T0, LENGTH, AREA, RHO, K, SLOPE = 300.0, 400 * NM, (40 * NM) ** 2, 2e-7, 50.0, 2e-3
HIGHEST = 0.9241388730
"""Where Dawson's function is largest."""
UNIT = AREA * np.sqrt(K / (SLOPE * RHO)) / LENGTH
"""The current at which ``j L √(α ρ0/k) = 1``, A."""
LAWS = {
    "resistivity": {"resistivity": f"{RHO} ohm m", "temperature_coefficient": f"{SLOPE} /K"},
    "conductivity": {"linear": f"{1 / RHO} S/m", "temperature_coefficient": f"{-SLOPE} /K"},
}
LAST = {"resistivity": np.pi * UNIT, "conductivity": 8**0.5 * dawsn(HIGHEST) * UNIT}
"""The current at which the steady states end, A."""


def rod(comm, law):
    metal = {
        "conductivity": LAWS[law] | {"reference": "300 K"},
        "thermal_conductivity": f"{K} W/(m K)",
        "spin_diffusion_length": "100 nm",
    }
    bar = Bar(
        [Layer("Rod", "metal", LENGTH)],
        width=40 * NM,
        temperature=T0,
        materials={"metal": metal},
        interface_size=20 * NM,
        max_size=20 * NM,
    )
    config = bar.config()
    problem = prepare_problem(config | {"heating": {"model": "joule"}}, comm)
    problem.magnetise({})
    return problem


def highest(comm, problem, vector):
    return comm.allreduce(vector.array_r[problem.spaces.ranges[THETA]].max(initial=0.0), MPI.MAX)


class State:
    """One of the two states of a rod whose conductivity falls linearly."""

    def __init__(self, current, hot):
        self._reach = np.sqrt(2) * UNIT / current  # in units of the length
        bounds = (HIGHEST, 6.0) if hot else (1e-9, HIGHEST)
        self._y = brentq(lambda y: self._reach * dawsn(y) - 0.5, *bounds)
        self.highest = (1 - np.exp(-(self._y**2))) / SLOPE
        self._current = current

    def temperature(self, x):
        v = np.linspace(0, self._y, 10_001)
        scale = np.exp(v**2 - self._y**2)
        return np.interp(abs(x / LENGTH - 0.5), self._reach * scale * dawsn(v), 1 - scale) / SLOPE

    def potential(self, x):
        grid = np.linspace(0, LENGTH, 10_001)
        field = self._current / AREA * RHO / (1 - SLOPE * self.temperature(grid))
        fallen = cumulative_trapezoid(field, grid, initial=0)
        return np.interp(x, grid, fallen[-1] - fallen)


@pytest.fixture(scope="module")
def falling(comm):
    return rod(comm, "conductivity")


@pytest.mark.parametrize("part", [0.6, 0.9, 0.98])
@pytest.mark.parametrize("hot", [False, True], ids=["stable", "unstable"])
def test_two_states(comm, falling, part, hot):
    """Newton's method converges to either, from close to it, and only one is accepted."""
    current = part * LAST["conductivity"]
    scheme, known = falling.scheme("along"), State(current, hot)
    start = scheme._guess(current)
    with start as array:
        for field, values in ((THETA, known.temperature), (V, known.potential)):
            place = falling.spaces.ranges[field]
            x = falling.spaces.spaces[field].tabulate_dof_coordinates()[: place.stop - place.start, 0]
            array[place] = values(x)
    found = scheme.newton.solve(start, scheme._loads(current, start))
    assert highest(comm, falling, found) == pytest.approx(known.highest, rel=0.02)
    scheme.newton.linearise(found)
    strength = feedback(scheme._equations, scheme.newton, found)
    assert strength == np.inf if hot else 0 < strength < 0.8
    if hot:
        with pytest.raises(ConvergenceError, match="runaway"):
            scheme._stable(start, current)


@pytest.mark.parametrize("part", [0.5, 0.95])
def test_the_state_that_is_found(comm, falling, part):
    solution = falling.scheme("along").at(part * LAST["conductivity"])
    known = State(part * LAST["conductivity"], hot=False)
    assert highest(comm, falling, solution.vector) == pytest.approx(known.highest, rel=0.01)


@pytest.mark.parametrize(
    ("law", "excess"), [pytest.param("resistivity", 1.03, marks=pytest.mark.slow), ("conductivity", 5.0)]
)
def test_last_good_current(comm, law, excess):
    scheme = rod(comm, law).scheme("along")
    with pytest.raises(ConvergenceError, match=r"thermal runaway.*the last good current is \S+ A") as error:
        scheme.at(excess * LAST[law])
    last = float(str(error.value).split("the last good current is ")[1].split(" A")[0])
    assert 0.96 * LAST[law] < last < 1.01 * LAST[law]
