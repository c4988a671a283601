"""Multigrid and conjugate gradients: symmetric, positive, equal to a direct solution on any ranks."""

import gc
import weakref

import numpy as np
import pytest
from direct import Direct
from support import prepare_problem
from valve import MIXED, Vectors, gather, linear, valve_config

from thermospin.compat import MPI, PETSc, fem
from thermospin.discretisation.spaces import interpolation_matrix
from thermospin.errors import ConvergenceError
from thermospin.fields import FIELDS, THETA
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.request import Request
from thermospin.response.linear_response import Reference

SCHEMES = ["through", "up"]


@pytest.fixture
def magnetised(problem):
    problem.magnetise(MIXED)
    return problem


def load(problem):
    """A right-hand side with current and heat, and a start with potentials and temperatures at the sinks."""
    rhs, x = (problem.linear.matrix.createVecLeft() for _ in range(2))
    problem.terminals.inject(rhs, {"right": 1e-3, "top": -3e-4})
    vectors = Vectors(problem)
    rhs.axpy(1e-10, vectors.of(theta=np.abs(vectors.part(vectors.noise(THETA), THETA))))
    problem.terminals.hold(x, {"left": 2e-3})
    problem.terminals.warm(x, {"left": 1.0, "bottom": -3.0})
    return rhs, x


@pytest.mark.parametrize("scheme", SCHEMES)
def test_positive_definite(magnetised, scheme):
    """Without pivoting, the signs of the pivots are those of the eigenvalues (Sylvester)."""
    factors = Direct(magnetised, magnetised.scheme(scheme).constraint).factors
    np.testing.assert_array_equal(factors.perm_r, factors.perm_c)
    assert factors.U.diagonal().min() > 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_preconditioner_is_symmetric_and_positive(magnetised, scheme):
    solver, vectors = magnetised.scheme(scheme), Vectors(magnetised)
    magnetised.linear._constraint = solver.constraint

    def precondition(r):
        z = r.duplicate()
        magnetised.linear.precondition(r, z)
        return z

    def residual():
        r = magnetised.linear.matrix.createVecLeft()
        magnetised.linear.matrix.mult(vectors.noise(*FIELDS), r)
        solver.constraint.project(r)
        return r

    for _ in range(3):
        r, q = residual(), residual()
        z, w = precondition(r), precondition(q)
        size = (r.dot(z) * q.dot(w)) ** 0.5
        assert r.dot(z) > 0 and q.dot(w) > 0
        assert q.dot(z) == pytest.approx(r.dot(w), abs=1e-12 * size)
        assert not z.array_r[solver.constraint.fixed].any()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.symbol)
def test_multigrid_contracts(magnetised, field):
    """The eigenvalues of ``M⁻¹ A`` of every field are not far from 1, on any number of ranks."""
    magnetised.scheme("through")
    multigrid = magnetised.preconditioning.preconditioner._parts[field,]
    matrix = multigrid.pc.getOperators()[0]
    ksp = PETSc.KSP().create(matrix.comm)
    ksp.setOperators(matrix)
    ksp.setType(PETSc.KSP.Type.CG)
    ksp.setPC(multigrid.pc)
    ksp.setComputeEigenvalues(True)
    ksp.setTolerances(rtol=1e-8, max_it=60)
    rhs, x = matrix.createVecLeft(), matrix.createVecRight()
    with rhs as array:
        array[:] = np.random.default_rng(rhs.comm.rank).standard_normal(len(array))
    ksp.solve(rhs, x)
    eigenvalues = ksp.computeEigenvalues().real
    assert ksp.getConvergedReason() > 0
    assert np.abs(1 - eigenvalues).max() < 0.9


def polynomial(degree):
    """A polynomial of a degree, of all three coordinates."""
    return lambda x: linear(1.0, (2, -3, 4))(x) ** degree + linear(0.0, (5, 0, 0))(x) ** degree


@pytest.mark.parametrize("valve", [1], ids=["P1"], indirect=True)
@pytest.mark.parametrize(("low_degree", "high_degree"), [(1, 2), (2, 3), (1, 3)])
def test_interpolation_between_degrees(problem, spaces, comm, low_degree, high_degree):
    """Polynomials of the lower degree are in both spaces: every unknown is reached, on any rank."""
    for field in FIELDS:
        low, high = (spaces.of_degree(degree).spaces[field] for degree in (low_degree, high_degree))
        matrix = interpolation_matrix(low, high)
        coarse, fine = fem.Function(low), fem.Function(high)
        coarse.interpolate(polynomial(low_degree))
        fine.interpolate(polynomial(low_degree))
        x, y = matrix.createVecRight(), matrix.createVecLeft()
        with x as array:
            array[:] = coarse.x.array[: len(array)]
        matrix.mult(x, y)
        expected = fine.x.array[: len(y.array_r)]
        wrong = ~np.isclose(y.array_r, expected, rtol=1e-12, atol=1e-12)
        assert comm.allreduce(wrong.sum(), MPI.SUM) == 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_solution_is_the_direct_one(magnetised, spaces, comm, scheme):
    constraint = magnetised.scheme(scheme).constraint
    rhs, x = load(magnetised)
    expected = Direct(magnetised, constraint).solve(rhs, x)
    reference = Reference(magnetised.terminals, [("right", "left"), ("top", "left")])
    report = magnetised.linear.solve(Request(rhs, x, constraint, 1e-12, centre=reference.centre))
    magnetised.terminals.raise_potential(x, reference.offset)
    assert report.residual <= 1e-12
    first = magnetised.linear.matrix.getOwnershipRange()[0]
    for field in FIELDS:
        part = spaces.ranges[field]
        found = gather(comm, x.array_r[part])
        known = gather(comm, expected[first + part.start : first + part.stop])
        np.testing.assert_allclose(found, known, rtol=0, atol=1e-9 * np.abs(known).max())


def test_fixed_unknowns_are_kept(magnetised):
    constraint = magnetised.scheme("through").constraint
    rhs, x = load(magnetised)
    before = x.array_r[constraint.fixed].copy()
    magnetised.linear.solve(Request(rhs, x, constraint, 1e-10))
    np.testing.assert_array_equal(x.array_r[constraint.fixed], before)


def test_too_few_iterations_is_an_error(comm):
    problem = prepare_problem(valve_config(degree=1, max_iterations=2), comm)
    problem.magnetise(MIXED)
    with pytest.raises(ConvergenceError) as error:
        problem.scheme("through").expand(1)
    text = str(error.value)
    assert "no convergence in 2 iterations" in text
    assert "solver.max_iterations" in text and "mesh" in text and "\n" not in text


class Indefinite:
    """The operator of a problem with the sign of ϑ reversed on one side.

    Args:
        problem: The problem.
    """

    def __init__(self, problem):
        self.matrix, self.part = problem.linear.matrix, problem.spaces.ranges[THETA]

    def mult(self, _, x, y):
        reversed_x = x.copy()
        with reversed_x as array:
            array[self.part] *= -1
        self.matrix.mult(reversed_x, y)


@pytest.mark.parametrize("valve", [1], ids=["P1"], indirect=True)
def test_indefinite_operator_is_an_error(magnetised):
    constraint = magnetised.scheme("through").constraint
    matrix = magnetised.linear.matrix
    indefinite = PETSc.Mat().createPython(matrix.getSizes(), Indefinite(magnetised), comm=matrix.comm)
    indefinite.setUp()
    solver = LinearSolver(indefinite, magnetised.preconditioning.preconditioner, 100, magnetised.options)
    rhs, x = load(magnetised)
    with pytest.raises(ConvergenceError, match="not positive definite"):
        solver.solve(Request(rhs, x, constraint, 1e-10))


@pytest.mark.parametrize("spin", ["collinear", "vector"])
def test_a_problem_that_nobody_holds_is_gone(comm, spin):
    """PETSc, into which Python's collector of garbage does not see, keeps nothing of it alive."""
    config = valve_config(spin=spin)
    if spin == "vector":
        metal = config["materials"]["Metal"] | {"spin_relaxation_time": "100 ps"}
        config |= {"materials": config["materials"] | {"Metal": metal}, "magnetic_field": ["0.1 T", 0, 0]}
    problem = prepare_problem(config, comm)
    assert problem.system.is_symmetric == (spin == "collinear")
    problem.scheme("through")
    gone = weakref.ref(problem)
    del problem
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("degree", [1, 2])
def test_another_preconditioner_by_option(comm, degree):
    """Changes to a multigrid are not made to a preconditioner that a user's option puts in its place."""
    name = "theta_pc_type" if degree == 1 else "theta_p_mg_coarse_pc_type"
    config = valve_config(degree=degree, petsc={name: "jacobi"})
    problem = prepare_problem(config, comm)
    problem.magnetise(MIXED)
    order = problem.scheme("through").expand(1).orders[0]
    usual = prepare_problem(valve_config(degree=degree), comm)
    usual.magnetise(MIXED)
    expected = usual.scheme("through").expand(1).orders[0]
    pair = "right", "left"
    assert order.reading(pair) == pytest.approx(expected.reading(pair), rel=1e-9)
    assert order.iterations > expected.iterations
