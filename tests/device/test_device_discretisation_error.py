"""Estimates of the discretisation error: what the next polynomial degree changes."""

import numpy as np
import pytest
from lateral import device
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


@pytest.mark.parametrize("seed", [0, 4])
def test_estimate_is_the_step_to_the_next_degree(seed, comm):
    """Vector spins that precess: uniform currents (4), equipotential terminals (0)."""
    config = stack(seed, degree=1, orders=2)
    found = readings(config, comm, estimate=True)
    step = readings(config, comm, degree=2).value - found.value
    np.testing.assert_allclose(found.correction, step, rtol=0.1, atol=0.02 * abs(step).max())


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


def test_lateral_device(comm):
    """Singular edges: R1 and R2 of a lateral valve at the next degree, in two schemes."""
    config = device(solver={"orders": 2, "estimate": True})
    found = readings(config, comm)
    step = readings(config, comm, degree=2, estimate=False).value - found.value
    assert np.all(abs(found.correction - step) <= 0.1 * found.mesh_error)
    assert np.all(found.mesh_error >= abs(found.correction))
