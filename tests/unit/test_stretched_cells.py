"""Cells stretched by grading: a factor per field where point smoothers stall.

The mesh is of the kind of the last entry in the list of faults: columns, graded geometrically towards edges
and interfaces and cut into tetrahedra.
"""

from functools import partial

import numpy as np
import pytest
from direct import Direct
from stretched import graded, prepare
from valve import gather

from thermospin.linear.factors import Factors
from thermospin.linear.preconditioning import FieldMultigrids
from thermospin.linear.request import Request
from thermospin.linear.stretching import is_stretched, stretching

REGULAR = np.array([[0, 0, 0], [1, 0, 0], [1 / 2, 3**0.5 / 2, 0], [1 / 2, 3**0.5 / 6, (2 / 3) ** 0.5]])


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
    problem.linear.solve(Request(rhs, x, solver.constraint, 1e-12))
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
