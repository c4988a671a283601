"""Multigrid and conjugate gradients: symmetric, positive, equal to a direct solution on any ranks."""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg
from support import prepare_problem
from valve import MIXED, Vectors, gather, linear, valve_config

from thermospin.compat import MPI, PETSc, fem
from thermospin.errors import ConvergenceError
from thermospin.fields import FIELDS, THETA
from thermospin.harmonics import Voltmeters
from thermospin.linear import LinearSolver
from thermospin.spaces import interpolation_matrix

SCHEMES = ["through", "up"]


def global_matrix(matrix, comm):
    """The operator on all ranks, in the order of the distributed vector (collective)."""
    rows = matrix.convert("aij", PETSc.Mat())
    starts, columns, values = rows.getValuesCSR()
    lengths = gather(comm, np.diff(starts))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    size = rows.getSize()[0]
    return sp.csr_matrix((gather(comm, values), gather(comm, columns), starts), shape=(size, size))


class Direct:
    """Direct solution of the system for a scheme, the same on all ranks (collective).

    Args:
        problem: A magnetised problem.
        constraint: The fixed unknowns.
    """

    def __init__(self, problem, constraint):
        self.comm = problem.spaces.comm
        first = problem.linear.matrix.getOwnershipRange()[0]
        self.matrix = global_matrix(problem.linear.matrix, self.comm)
        fixed = gather(self.comm, constraint.fixed + first)
        self.free = np.setdiff1d(np.arange(self.matrix.shape[0]), fixed)
        inner = self.matrix[self.free][:, self.free].tocsc()
        options = {"SymmetricMode": True}
        self.factors = scipy.sparse.linalg.splu(inner, "MMD_AT_PLUS_A", 0.0, options=options)

    def solve(self, rhs, x):
        """The solution with the fixed unknowns of ``x``, refined once."""
        b, solution = gather(self.comm, rhs.array_r), gather(self.comm, x.array_r)
        solution[self.free] = 0.0
        for _ in range(3):
            solution[self.free] += self.factors.solve((b - self.matrix @ solution)[self.free])
        return solution


@pytest.fixture
def magnetised(problem):
    problem.magnetise(MIXED)
    return problem


def load(problem):
    """A right-hand side with current and heat, and a start with potentials and temperatures at the sinks."""
    rhs, x = (problem.linear.matrix.createVecLeft() for _ in range(2))
    problem.circuit.inject(rhs, {"right": 1e-3, "top": -3e-4})
    vectors = Vectors(problem)
    rhs.axpy(1e-10, vectors.of(theta=np.abs(vectors.part(vectors.noise(THETA), THETA))))
    problem.circuit.hold(x, {"left": 2e-3})
    problem.circuit.warm(x, {"left": 1.0, "bottom": -3.0})
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
        magnetised.linear.apply(None, r, z)
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
    multigrid = magnetised._multigrid._multigrids[field]
    matrix = multigrid.block.matrix
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


@pytest.mark.parametrize("valve", [2], ids=["P2"], indirect=True)
def test_interpolation_from_the_lowest_order(problem, spaces, comm):
    """Linear functions are in both spaces: every unknown of the finer one is reached, on any rank."""
    for field in FIELDS:
        matrix = interpolation_matrix(problem._low.spaces[field], problem.spaces.spaces[field])
        coarse, fine = fem.Function(problem._low.spaces[field]), fem.Function(spaces.spaces[field])
        coarse.interpolate(linear(1.0, (2, -3, 4)))
        fine.interpolate(linear(1.0, (2, -3, 4)))
        x, y = matrix.createVecRight(), matrix.createVecLeft()
        with x as array:
            array[:] = coarse.x.array[: len(array)]
        matrix.mult(x, y)
        wrong = np.abs(y.array_r - fine.x.array[: len(y.array_r)]) > 1e-12
        assert comm.allreduce(wrong.sum(), MPI.SUM) == 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_solution_is_the_direct_one(magnetised, spaces, comm, scheme):
    constraint = magnetised.scheme(scheme).constraint
    rhs, x = load(magnetised)
    expected = Direct(magnetised, constraint).solve(rhs, x)
    scale = magnetised.linear.norm(rhs, x, constraint)
    pairs = [("right", "left"), ("top", "left")]
    meters = Voltmeters(magnetised.circuit, pairs)
    report = magnetised.linear.solve(rhs, x, constraint, scale, meters)
    magnetised.circuit.raise_potential(x, meters.offset)
    assert report.residual <= 1e-10
    first = magnetised.linear.matrix.getOwnershipRange()[0]
    for field in FIELDS:
        part = spaces.ranges[field]
        found = gather(comm, x.array_r[part])
        known = gather(comm, expected[first + part.start : first + part.stop])
        np.testing.assert_allclose(found, known, rtol=0, atol=1e-9 * np.abs(known).max())


def test_readings_are_the_direct_ones(magnetised, comm):
    """R1 of a scheme, from the configuration to the probe."""
    solver = magnetised.scheme("through")
    order = solver.expand(1).orders[0]
    rhs, x = (magnetised.linear.matrix.createVecLeft() for _ in range(2))
    magnetised.circuit.inject(rhs, {"right": 1.0})
    whole = Direct(magnetised, solver.constraint).solve(rhs, x)
    first, last = magnetised.linear.matrix.getOwnershipRange()
    with x as array:
        array[:] = whole[first:last]
    known = magnetised.circuit.readings(x)
    for plus, minus in magnetised.config.probes.values():
        assert order.reading((plus, minus)) == pytest.approx(known[plus] - known[minus], rel=1e-10)


def test_fixed_unknowns_are_kept(magnetised):
    constraint = magnetised.scheme("through").constraint
    rhs, x = load(magnetised)
    before = x.array_r[constraint.fixed].copy()
    scale = magnetised.linear.norm(rhs, x, constraint)
    magnetised.linear.solve(rhs, x, constraint, scale, Voltmeters(magnetised.circuit, []))
    np.testing.assert_array_equal(x.array_r[constraint.fixed], before)


def test_start_does_not_matter(magnetised, comm):
    """A later solve that starts from an earlier, different solution gives the same."""
    solver = magnetised.scheme("through")
    once = solver.expand(2)
    again = solver.expand(2)
    for first, second in zip(once.orders, again.orders, strict=True):
        assert second.iterations <= first.iterations
        for probe in magnetised.config.probes.values():
            assert second.reading(probe) == pytest.approx(first.reading(probe), rel=1e-10)


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
    solver = LinearSolver(indefinite, magnetised._multigrid, 1e-10, 100)
    rhs, x = load(magnetised)
    scale = solver.norm(rhs, x, constraint)
    with pytest.raises(ConvergenceError, match="not positive definite"):
        solver.solve(rhs, x, constraint, scale, Voltmeters(magnetised.circuit, []))
