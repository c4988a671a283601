"""A bar with the spin Hall effect: accumulations at its surfaces, and its conductance (§11.1)."""

import numpy as np
import pytest
from hall_bar import METAL, PITCH, T, W, bar
from support import prepare_problem

SIGMA, THETA, LENGTH = 4e6, 0.3, 20e-9
FINE = {
    "solver": {"spin": "vector", "degree": 2},
    "mesh": {"max_size": "20 nm", "interface_size": "20 nm", "elements_across_film": 2},
}


@pytest.fixture(scope="module")
def solved(comm):
    """The bar at 1 A, with the resistance between the probes."""
    metal = METAL | {"spin_hall_angle": THETA, "spin_diffusion_length": LENGTH}
    problem = prepare_problem(bar(metal, **FINE), comm)
    found = problem.solve("through", "P")
    yield problem, found.orders[0], found.harmonics(("Amin", "Bmin"))[0]
    problem.free()


def test_conductance(solved):
    """Two pairs of surfaces, each as of a film: ``1 + θ² (2λ/d) tanh(d/2λ)``."""
    _, _, resistance = solved
    gains = [THETA**2 * (2 * LENGTH / d) * np.tanh(d / 2 / LENGTH) for d in (T, W)]
    assert resistance == pytest.approx(PITCH / (SIGMA * W * T) / (1 + sum(gains)), rel=1e-3)


def at_surface(problem, solution, height):
    """Mean of s along y in the middle of the bar, at a height, V (collective)."""
    functions = problem.spaces.functions()
    problem.spaces.load(solution.vector, functions)
    x, y, z = problem.spaces.space(True).tabulate_dof_coordinates().T
    chosen = (abs(x - 230e-9) < 30e-9) & (abs(y - W / 2) < W / 6) & (abs(z - height) < 1e-12)
    values = functions[2].x.array[chosen]
    return np.divide(*problem.spaces.comm.allreduce(np.array([values.sum(), len(values)])))


def test_accumulation(solved):
    """``s^y = ∓θ E λ tanh(d/2λ)`` at ``z = ±d/2``, with E along x."""
    problem, first, resistance = solved
    known = THETA * resistance / PITCH * LENGTH * np.tanh(T / 2 / LENGTH)
    for height, sign in ((T, -1), (0, 1)):
        assert at_surface(problem, first, height) == pytest.approx(sign * known, rel=1e-3)


SEEBECK, NERNST, COLD = -20e-6, -0.5, 0.3


def test_spin_nernst_effect(comm):
    """Heat alone, in open circuit: ``∂_z s = θ ∂_x V + S θ_N ∂_x T`` at the surfaces, and ``j = 0``.

    With ``t = Σ (2λ/d) tanh(d/2λ)`` of the two pairs of surfaces,
    ``∂_x V = − S ∂_x T (1 + θ θ_N t)/(1 + θ² t)``. It is so cold that currents carry no heat.
    """
    metal = METAL | {"spin_hall_angle": THETA, "spin_nernst_angle": NERNST, "seebeck": SEEBECK}
    given = bar(metal | {"spin_diffusion_length": LENGTH}, temperature=COLD, **FINE)
    given["terminals"]["right"]["sink"] = COLD + 10
    given["schemes"]["through"] = {"right": "ground"}
    problem = prepare_problem(given, comm)
    problem.magnetise(problem.states["P"])
    solution, gradient = problem.scheme("through").at(0.0), 10 / 460e-9
    t = sum(2 * LENGTH / d * np.tanh(d / 2 / LENGTH) for d in (T, W))
    slope = -SEEBECK * gradient * (1 + THETA * NERNST * t) / (1 + THETA**2 * t)
    found = solution.terminals["Bmin"] - solution.terminals["Amin"]
    assert found == pytest.approx(slope * PITCH, rel=1e-3)
    known = LENGTH * np.tanh(T / 2 / LENGTH) * (THETA * slope + SEEBECK * NERNST * gradient)
    for height, sign in ((T, 1), (0, -1)):
        assert at_surface(problem, solution, height) == pytest.approx(sign * known, rel=1e-3)
    problem.free()


def test_hall_field(solved):
    """``E_H = E − j/σ``: what spins drive, across the gradients of their components."""
    problem, first, _ = solved
    found = problem.observer().observe(first)
    expected = found.electric_field - found.charge_flux / SIGMA
    scale = np.abs(found.electric_field).max()
    np.testing.assert_allclose(found.hall_field, expected, rtol=0, atol=1e-9 * scale)
    assert np.abs(found.hall_field).max() > 0.01 * scale
