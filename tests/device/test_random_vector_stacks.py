"""Row 12: vector spins in any stack converge at the default tolerance, and in few iterations.

Polarisation, relaxation, dephasing, precession of either sign, mixing, a field, spin heat, both heatings,
currents and voltages are drawn at random.
"""

import json
from pathlib import Path

import pytest
from random_stacks import stack
from support import SilentProgress, prepare_problem

from thermospin.linear import preconditioning
from thermospin.linear.factors import Factors
from thermospin.runs.simulation import solve

ITERATIONS = 300
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 60))]
READINGS = {
    "P": [4603.155, 2025086, 4.656180e10, 5.697229e11],
    "AP": [4604.719, 2025111, 4.675342e10, 4.506118e11],
}
"""R1 to R4 of the stack of many iterations, V/Aⁿ."""


def case(name):
    """A stack of the table of rows, at the default limit of iterations."""
    config = json.loads((Path(__file__).parent / f"vector_{name}.json").read_text())
    del config["solver"]["max_iterations"]
    return config


def solved(config, comm):
    """The problem and its results (collective)."""
    problem = prepare_problem(config, comm)
    return problem, solve(problem, SilentProgress())


def most(results):
    """The most iterations of a solve; with `conserving` heat, energy is conserved."""
    found = results.data["schemes"]["main"]["configurations"].values()
    assert all(one["balances"].get("energy", 0.0) < 1e-7 for one in found)
    return max(max(one["iterations"]) for one in found)


@pytest.mark.parametrize("seed", SEEDS)
def test_row_12_random_stacks_converge(seed, comm):
    problem, results = solved(stack(seed, orders=2), comm)
    parts = problem.preconditioning.preconditioner._parts.values()
    assert all(isinstance(part, Factors) for part in parts)
    assert most(results) <= ITERATIONS


@pytest.mark.slow
def test_row_12_no_false_breakdown(comm):
    """Held at both ends, a voltage reads itself; rounding of a residual was taken for a breakdown."""
    _, results = solved(case("gmres_breakdown"), comm)
    assert most(results) <= ITERATIONS
    for name in ("P", "AP"):
        assert results.harmonics("main", name, "v") == pytest.approx([1, 0, 0, 0], abs=1e-12)


@pytest.mark.slow
def test_row_12_many_iterations(comm):
    _, results = solved(case("many_iterations"), comm)
    assert most(results) <= ITERATIONS
    for name, readings in READINGS.items():
        assert results.harmonics("main", name, "v") == pytest.approx(readings, rel=1e-6, abs=0)


@pytest.mark.parametrize("seed", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_multigrids_of_larger_meshes_agree(seed, comm, monkeypatch):
    """Above the size that is factorised: the same readings, in more iterations."""
    _, factorised = solved(stack(seed, orders=2), comm)
    monkeypatch.setattr(preconditioning, "FACTORISED", 0)
    problem, results = solved(stack(seed, orders=2), comm)
    parts = problem.preconditioning.preconditioner._parts.values()
    assert not any(isinstance(part, Factors) for part in parts)
    assert most(factorised) < most(results) <= ITERATIONS
    for name in ("P", "AP"):
        one, other = (
            found.data["schemes"]["main"]["configurations"][name]["sinks"] for found in (factorised, results)
        )
        for sink in one:
            assert one[sink]["heat"][1] == pytest.approx(other[sink]["heat"][1], rel=1e-8)
