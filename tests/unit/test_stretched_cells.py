"""Cells stretched by grading: a factor per field where point smoothers stall.

The mesh is of the kind of the last entry in the list of faults: columns, graded geometrically towards edges
and interfaces and cut into tetrahedra.
"""

from functools import partial

import numpy as np
import pytest
from direct import Direct
from structured import structured_device
from valve import gather

from thermospin.linear.factors import Factors
from thermospin.linear.preconditioning import FieldMultigrids
from thermospin.linear.stretching import is_stretched, stretching
from thermospin.output import SilentProgress
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

NM = 1e-9
REGULAR = np.array([[0, 0, 0], [1, 0, 0], [1 / 2, 3**0.5 / 2, 0], [1 / 2, 3**0.5 / 6, (2 / 3) ** 0.5]])


def box(name, material, low, high):
    corners = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": material, "box": corners}


def configuration(degree, **solver):
    """A magnet beside a metal on an insulator, in cubes of 60 nm."""
    return load_config(
        {
            "geometry": {
                "solids": [
                    box("F", "Py", (0, 0, 0), (60, 60, 60)),
                    box("N", "Cu", (60, 0, 0), (120, 60, 60)),
                    box("I", "SiO2", (0, 0, -60), (120, 60, 0)),
                ]
            },
            "terminals": {
                "left": {"region": "F", "face": "xmin", "sink": True},
                "right": {"region": "N", "face": "xmax"},
                "bottom": {"region": "I", "face": "zmin", "sink": True},
            },
            "schemes": {"through": {"right": "current", "left": "ground"}},
            "probes": {"across": ["right", "left"]},
            "solver": {"degree": degree, **solver},
        }
    )


def graded(points, factor=0.12):
    """Nodes of a uniform mesh of six cubes a body, moved towards the faces of the bodies in two levels."""
    body, inside = np.divmod(np.round(points / (10 * NM)).astype(int), 6)
    low = np.array([0.0, factor**2, factor])
    if factor == 0.5:
        low /= 1.5
    return 60 * NM * (body + np.concatenate([low, [0.5], 1 - low[::-1]])[inside])


def prepare(comm, directory, degree, warp=np.copy):
    config = configuration(degree)
    device = structured_device(config, 10 * NM, directory, comm, warp)
    problem = Problem(config, device, SilentProgress())
    problem.magnetise({"F": 1})
    return problem


def test_stretching_is_the_condition_of_the_map():
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    shapes = [np.eye(3), np.diag([1, 10, 100.0]), np.diag([2.0, 2.0, 1.0]) @ rotation]
    np.testing.assert_allclose(stretching(np.array([REGULAR @ shape for shape in shapes])), [1, 100, 2])


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_graded_columns_are_solved_in_few_iterations(comm, shared_directory, degree):
    problem = prepare(comm, shared_directory, degree, graded)
    assert all(isinstance(part, Factors) for part in problem.preconditioning.preconditioner._parts.values())
    orders = problem.scheme("through").expand(4).orders
    assert max(order.iterations for order in orders) <= 25


@pytest.mark.parametrize("degree", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("factor", [0.5, 0.25, 0.06])
def test_iterations_at_any_factor(comm, shared_directory, degree, factor):
    """By factors where cells are stretched, by multigrid where they are not."""
    problem = prepare(comm, shared_directory, degree, partial(graded, factor=factor))
    assert is_stretched(problem.spaces) == (factor < 0.2)
    orders = problem.scheme("through").expand(4).orders
    assert max(order.iterations for order in orders) <= 40


@pytest.mark.parametrize("degree", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_solution_on_graded_columns_is_the_direct_one(comm, shared_directory, degree):
    problem = prepare(comm, shared_directory, degree, graded)
    solver = problem.scheme("through")
    rhs, x = (problem.linear.matrix.createVecLeft() for _ in range(2))
    problem.terminals.inject(rhs, {"right": 1e-3})
    expected = Direct(problem, solver.constraint).solve(rhs, x)
    problem.linear.solve(rhs, x, solver.constraint, tolerance=1e-12)
    found, first = gather(comm, x.array_r), problem.linear.matrix.getOwnershipRange()[0]
    for field in problem.spaces.fields:
        part = gather(comm, np.arange(*problem.spaces.ranges[field].indices(len(x.array_r))) + first)
        np.testing.assert_allclose(found[part], expected[part], rtol=0, atol=1e-8 * abs(expected[part]).max())


def test_cubes_keep_their_multigrid(comm, shared_directory):
    problem = prepare(comm, shared_directory, 1)
    assert not is_stretched(problem.spaces)
    assert not any(
        isinstance(part, Factors) for part in problem.preconditioning.preconditioner._parts.values()
    )


def test_fields_too_large_for_a_factor_keep_their_multigrid(comm, shared_directory, monkeypatch):
    monkeypatch.setattr("thermospin.linear.preconditioning.LARGEST", 100)
    problem = prepare(comm, shared_directory, 1, graded)
    assert is_stretched(problem.spaces)
    assert isinstance(problem.preconditioning, FieldMultigrids)
