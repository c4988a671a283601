"""The torque of a magnet without dephasing: spins that precession takes, not those that the lattice takes.

Spins across m relax as those along it do. In the closed forms of a long magnet (solver/physics.md §8.10) the
torque is the integral of what the exchange field turns (§4), and the rest of what flows in is lost.
"""

import numpy as np
import pytest
from bars import NM, Bar, Layer
from test_exchange_sign import INJECTOR, METAL
from test_vector_elements import PER_AMPERE, components, solved, vector_problem
from vector_forms import Decay

from thermospin.fields import S_VECTOR

LENGTH, FLIP, SPAN, SIGMA = 10 * NM, 3e-14, 100 * NM, 1e7
A = -0.4
"""τ_p H with tensor diffusion, where τ_sf = 3 τ_p."""
LAWS = {
    "precession_length": (
        14 * NM,
        Decay.dephasing(LENGTH, 14 * NM).kappa,
        SIGMA,
        -1j / (14 * NM) ** 2,
    ),
    "tensor_diffusion": (
        {
            "momentum_time": FLIP / 3,
            "spin_flip_time": FLIP,
            "diffusion_constant": LENGTH**2 / FLIP,
            "precession_frequency": -3 * A / FLIP,
        },
        Decay.tensor(A, LENGTH, 3.0).kappa,
        SIGMA / (1 + 1j * A),
        3j * A / LENGTH**2,
    ),
}
"""The law, κ, the conductivity across m, and what turns the spins, σ × 1/m², all but the first complex."""


@pytest.mark.parametrize("kind", LAWS)
def test_torque_without_dephasing(kind, comm):
    law, kappa, across, turning = LAWS[kind]
    rod = Bar(
        [Layer("F", "Injector", 30 * NM), Layer("B", "Other", SPAN)],
        width=4 * NM,
        materials={
            "Injector": INJECTOR,
            "Other": METAL | {"magnetic": True, "spin_diffusion_length": LENGTH, kind: law},
        },
        interface_size=1 * NM,
        max_size=2 * NM,
    )
    problem = vector_problem(rod, comm, {"F": "x", "B": "z"})
    solution = solved(problem, 1e11 * rod.area)
    _, s = components(problem, solution, S_VECTOR, "B")
    start = s[0, 0] + 1j * s[0, 1]
    inflow = across * kappa * start
    taken = SIGMA * turning * start / kappa
    lattice = SIGMA * start / (kappa * LENGTH**2)
    assert taken + lattice == pytest.approx(inflow, rel=1e-12)
    assert abs(lattice) > 0.2 * abs(inflow)
    torque = problem.torques().of(solution)["B"] / rod.area / PER_AMPERE
    assert torque[0] + 1j * torque[1] == pytest.approx(taken, abs=2e-3 * abs(inflow))
    assert abs(torque[2]) < 1e-6 * abs(inflow)
    assert np.linalg.norm(problem.torques().of(solution)["F"]) == 0
