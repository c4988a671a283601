"""Row 12: vector spins in any stack converge at the default tolerance, and in few iterations.

Polarisation, relaxation, dephasing, precession of either sign, mixing, a field, spin heat, both heatings,
currents and voltages are drawn at random.
"""

import pytest
from random_stacks import stack
from support import SilentProgress, prepare_problem

from thermospin.runs.simulation import solve

ITERATIONS = 300


def solved(config, comm):
    """The results (collective)."""
    return solve(prepare_problem(config, comm), SilentProgress())


def check(results):
    """Every solve took few iterations, and what comes in goes out."""
    for found in results.data["schemes"]["main"]["configurations"].values():
        assert max(found["iterations"]) <= ITERATIONS
        balances = found["balances"]
        assert balances["charge"] < 1e-8
        assert balances.get("heat", 0) < 1e-6


@pytest.mark.parametrize(
    "seed", [*range(10), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(10, 60))]
)
def test_row_12_random_stacks_converge(seed, comm):
    check(solved(stack(seed), comm))
