"""A bar with the spin Hall effect: accumulations at its surfaces, and its conductance (§11.1)."""

import numpy as np
import pytest
from hall_bar import METAL, PITCH, T, W, bar
from support import prepare_problem

SIGMA, THETA, LENGTH = 4e6, 0.3, 20e-9


@pytest.fixture(scope="module")
def solved(comm):
    """The bar at 1 A, with the resistance between the probes."""
    metal = METAL | {"spin_hall_angle": THETA, "spin_diffusion_length": LENGTH}
    problem = prepare_problem(bar(metal, solver={"spin": "vector", "degree": 2}), comm)
    found = problem.solve("through", "P")
    yield problem, found.orders[0], found.harmonics(("Amin", "Bmin"))[0]
    problem.free()


def test_conductance(solved):
    """Two pairs of surfaces, each as of a film: ``1 + θ² (2λ/d) tanh(d/2λ)``."""
    _, _, resistance = solved
    gains = [THETA**2 * (2 * LENGTH / d) * np.tanh(d / 2 / LENGTH) for d in (T, W)]
    assert resistance == pytest.approx(PITCH / (SIGMA * W * T) / (1 + sum(gains)), rel=1e-3)


def test_accumulation(solved):
    """``s^y = ∓θ E λ tanh(d/2λ)`` at ``z = ±d/2``, with E along x."""
    problem, first, resistance = solved
    field = resistance / PITCH
    functions = problem.spaces.functions()
    problem.spaces.load(first.vector, functions)
    space = problem.spaces.space(True)
    x, y, z = space.tabulate_dof_coordinates().T
    middle = (abs(x - 230e-9) < 30e-9) & (abs(y - W / 2) < W / 6)
    for height, sign in ((T, -1), (0, 1)):
        values = functions[2].x.array[middle & (abs(z - height) < 1e-12)]
        known = sign * THETA * field * LENGTH * np.tanh(T / 2 / LENGTH)
        mean = np.divide(*problem.spaces.comm.allreduce(np.array([values.sum(), len(values)])))
        assert mean == pytest.approx(known, rel=1e-2)


def test_hall_field(solved):
    """``E_H = E − j/σ``: what spins drive, across the gradients of their components."""
    problem, first, _ = solved
    found = problem.observer().observe(first)
    expected = found.electric_field - found.charge_flux / SIGMA
    scale = np.abs(found.electric_field).max()
    np.testing.assert_allclose(found.hall_field, expected, rtol=0, atol=1e-9 * scale)
    assert np.abs(found.hall_field).max() > 0.01 * scale
