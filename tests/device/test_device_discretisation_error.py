"""Estimates of the discretisation error: fractions of what the next polynomial degree changes."""

import numpy as np
import pytest
from lateral import device, solved
from random_stacks import stack
from support import COMPARES_RANKS, SilentProgress, prepare_problem

from thermospin.compat import MPI
from thermospin.runs.simulation import solve

KEYS = ["scheme", "probe", "configuration", "order"]


def readings(config, comm, mesh=(), **solver):
    """The readings of a configuration with some options, by scheme, probe, configuration and order."""
    changed = config | {"solver": config["solver"] | solver, "mesh": config["mesh"] | dict(mesh)}
    with prepare_problem(changed, comm) as problem:
        return solve(problem, SilentProgress()).readings.set_index(KEYS)


@pytest.mark.parametrize("seed", [0, pytest.param(4, marks=pytest.mark.slow)])
def test_estimate_at_degree_one(seed, comm):
    """It is about the step to degree 2, and the bars hold that.

    Vector spins that precess: uniform currents (4), equipotential terminals (0).
    """
    config = stack(seed, degree=1, orders=2)
    found = readings(config, comm, estimate=True)
    step = readings(config, comm, degree=2).value - found.value
    assert np.all(abs(step) <= found.mesh_error)
    assert 0.7 <= (found.correction / step).median() <= 1.4


@COMPARES_RANKS
def test_any_number_of_ranks(comm):
    """One rank alone estimates what all estimate together, to the accuracy of an estimate."""
    scheme = {"electrical": device()["schemes"]["electrical"]}
    config = device(solver={"orders": 2, "estimate": True}, schemes=scheme)
    together = readings(config, comm)
    if comm.rank == 0:
        alone = readings(config, MPI.COMM_SELF)
        assert np.all(abs(together.correction - alone.correction) <= 0.05 * alone.mesh_error)
        np.testing.assert_allclose(together.mesh_error, alone.mesh_error, rtol=0.1)


@pytest.mark.parametrize("degree", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_lateral_device(degree, comm):
    """Singular edges: what degree 3 changes of R1 and R2 of a lateral valve is within the bars."""
    scheme = {"electrical": device()["schemes"]["electrical"]}
    config = device(solver={"orders": 2, "degree": degree, "estimate": True}, schemes=scheme)
    found = readings(config, comm)
    step = readings(config, comm, degree=3, estimate=False).value - found.value
    assert np.all(abs(step) <= found.mesh_error)
    assert np.all(found.mesh_error >= abs(found.correction))


def numbers(results):
    """Potentials, heat and highest temperatures of all configurations, and their bars."""
    found, bars = [], []
    for scheme in results.data["schemes"].values():
        for case in scheme["configurations"].values():
            for into, source in ((found, case), (bars, case.get("mesh_bars"))):
                if source:
                    into += [volt for terminal in source["terminals"].values() for volt in terminal["V"]]
                    into += [watt for sink in source["sinks"].values() for watt in sink["heat"]]
                    into += [region["max_temperature_rise"] for region in source["regions"].values()]
    return np.array(found), np.array(bars)


def test_bars_of_other_numbers(comm):
    """Bars of degree 2 hold what degree 3 changes of potentials, heat flows and temperatures."""
    config = device(solver={"orders": 2, "degree": 2, "estimate": True})
    found, bars = numbers(solved(config, comm))
    truth, _ = numbers(solved(device(solver={"orders": 2, "degree": 3}), comm))
    scale = np.abs(truth).max()
    assert np.mean(np.abs(truth - found) <= bars + 1e-12 * scale) >= 0.95
    assert np.median(bars / np.abs(truth - found)) <= 10
