"""Where meshes are refined for the readings that are not accurate enough."""

from types import SimpleNamespace

import numpy as np

from thermospin.compat import MPI
from thermospin.runs.goals import Goal, errors_of

PROBES = {"near": ("a", "b"), "far": ("c", "d")}


def goal(probe: str, bar: float) -> Goal:
    """A reading of 1 V that may be 0.01 V wrong."""
    return Goal("main", probe, "P", 1, {"P": 1.0}, 1.0, bar, 0.01)


def expansions(near: list[float], far: list[float]) -> dict:
    """A solution with the errors of both probes by cell."""
    densities = {PROBES["near"]: {1: np.array(near)}, PROBES["far"]: {1: np.array(far)}}
    return {("main", "P"): SimpleNamespace(densities=densities)}


def test_a_goal_that_is_far_off_leaves_cells_to_the_others():
    found = errors_of(
        [goal("near", 50.0), goal("far", 0.02)],
        PROBES,
        expansions([-50.0, 0.0, 0.0], [0.0, 0.01, -0.01]),
        MPI.COMM_SELF,
    )
    np.testing.assert_allclose(found, [[-1.0, 0.0, 0.0], [0.0, 0.5, -0.5]])


def test_goals_that_are_met_count_for_nothing():
    found = errors_of(
        [goal("near", 0.001), goal("far", 0.02)],
        PROBES,
        expansions([0.001, 0.0], [0.0, 0.02]),
        MPI.COMM_SELF,
    )
    np.testing.assert_allclose(found, [[0.0, 1.0]])


def test_signals_are_divided_after_configurations_are_combined():
    spin = Goal("main", "near", "spin", 1, {"P": 1.0, "AP": -1.0}, 1e-3, 0.1, 1e-5)
    both = {
        ("main", name): SimpleNamespace(densities={PROBES["near"]: {1: np.array(parts)}})
        for name, parts in (("P", [5.0, 1.0]), ("AP", [5.0, 0.5]))
    }
    np.testing.assert_allclose(errors_of([spin], PROBES, both, MPI.COMM_SELF), [[0.0, 1.0]])
