"""Interfaces that hardly resist: multigrid of the fields without jumps, and a smoother of the jumps."""

import numpy as np
import pytest
from support import prepare_problem
from valve import MIXED, Vectors, side, valve_config

from thermospin.compat import MPI
from thermospin.discretisation.spaces import interpolation_matrix
from thermospin.fields import FIELDS, THETA, S, V
from thermospin.linear.jumps import MergedMultigrid
from thermospin.linear.merger import Merger
from thermospin.linear.merger import _representatives as representatives
from thermospin.linear.multigrid import AggregationMultigrid, DegreeMultigrid

DEGREES = pytest.mark.parametrize(
    "degree", [1, 2, pytest.param(3, marks=pytest.mark.slow)], ids=["P1", "P2", "P3"]
)
STIFF = 1e19
"""S/m²; the heat conductances are those of Wiedemann and Franz."""
LORENZ = 2.44e-8 * 300


def stiff_problem(comm, degree, conductance, *, phonons=None):
    """The valve with interfaces at all faces between its regions; three meet at the lower edge of F2.

    The sink at the end of N fixes ϑ on one side of the interface with the substrate.
    """
    config = valve_config(degree=degree)
    phonons = LORENZ * conductance if phonons is None else phonons
    config["interfaces"] = [
        {"between": ["F1", "N"], "conductance": conductance, "polarisation": 0.5},
        {"between": ["N", "F2"], "conductance": conductance, "polarisation": 0.5},
        {"between": ["N", "Sub"], "phonon_heat_conductance": phonons},
        {"between": ["F2", "Sub"], "phonon_heat_conductance": phonons},
    ]
    problem = prepare_problem(config, comm)
    problem.magnetise(MIXED)
    return problem


def kinds(problem):
    """Preconditioners of V, s and ϑ."""
    return [type(problem.preconditioning.preconditioner._parts[field,]) for field in (V, S, THETA)]


@DEGREES
@pytest.mark.parametrize("conductance", [1e9, 1e13, 1e15, 1e16, 1e17, 3e17, 1e18, STIFF, 1e20])
def test_iterations_hardly_depend_on_the_conductance(comm, degree, conductance):
    orders = stiff_problem(comm, degree, conductance).scheme("through").expand(2).orders
    assert max(solution.iterations for solution in orders) <= 50


@DEGREES
def test_only_stiff_interfaces_are_merged(comm, degree):
    plain = AggregationMultigrid if degree == 1 else DegreeMultigrid
    assert kinds(stiff_problem(comm, degree, 1e15)) == [plain] * 3
    assert kinds(stiff_problem(comm, degree, 1e15, phonons=1e14)) == [plain, plain, MergedMultigrid]
    assert kinds(stiff_problem(comm, degree, STIFF, phonons=1e6)) == [MergedMultigrid] * 3


@DEGREES
@pytest.mark.parametrize("scheme", ["through", "up"])
def test_preconditioner_is_symmetric_and_positive(comm, degree, scheme):
    problem = stiff_problem(comm, degree, STIFF)
    solver, vectors, matrix = problem.scheme(scheme), Vectors(problem), problem.linear.matrix
    problem.linear._constraint = solver.constraint

    def pair():
        r, z = (matrix.createVecLeft() for _ in range(2))
        matrix.mult(vectors.noise(*FIELDS), r)
        solver.constraint.project(r)
        problem.linear.precondition(r, z)
        return r, z

    for _ in range(3):
        (r, z), (q, w) = pair(), pair()
        size = (r.dot(z) * q.dot(w)) ** 0.5
        assert r.dot(z) > 0 and q.dot(w) > 0
        assert q.dot(z) == pytest.approx(r.dot(w), abs=1e-12 * size)
        assert not z.array_r[solver.constraint.fixed].any()


@DEGREES
def test_merged_blocks_are_those_without_interfaces(comm, degree):
    """Springs vanish and the same elements remain: equal size, trace and norm, on any ranks."""
    problems = stiff_problem(comm, degree, STIFF), prepare_problem(valve_config(degree=degree), comm)
    merged, transparent = (problem.preconditioning.preconditioner._parts for problem in problems)
    for field in FIELDS:
        inner = merged[field,]._multigrid
        levels = [getattr(part, "blocks", None) or [part.block] for part in (inner, transparent[field,])]
        assert len(levels[0]) == degree
        for found, known in ((f._block, k._block) for f, k in zip(*levels, strict=True)):
            assert found.getSize() == known.getSize()
            assert found.getDiagonal().sum() == pytest.approx(known.getDiagonal().sum(), rel=1e-9, abs=0)
            assert found.norm() == pytest.approx(known.norm(), rel=1e-9, abs=0)


def test_merged_interpolation_is_the_same_on_both_sides(comm):
    """Interpolation and taking the jumps out commute, on any ranks."""
    problem = stiff_problem(comm, 2, STIFF)
    for (field,), multigrid in problem.preconditioning.preconditioner._parts.items():
        high, low = multigrid._mergers
        merged = multigrid._multigrid.pc.getMGInterpolation(1)
        cut = interpolation_matrix(
            problem.preconditioning.levels[1].spaces.spaces[field], problem.spaces.spaces[field]
        )
        first, second = cut.matMult(low.injection), high.injection.matMult(merged)
        first.axpy(-1.0, second)
        assert second.norm() > 1.0
        assert first.norm() <= 1e-12 * second.norm()


@DEGREES
def test_resistance_of_a_stiff_interface(comm, degree):
    """It adds ``∫ (j² + j_s²) dA / (G I²)``: at least ``1/(G A)``, and no more than ``1 + P²`` times that.

    The substrate is cut off as well: nodes that it joins would let current pass the interface.
    """
    cuts = [{"between": ["N", "F2"], "conductance": STIFF}]
    cuts += [{"between": [name, "Sub"], "phonon_heat_conductance": 1e16} for name in ("N", "F2")]
    resistances = []
    for interfaces in ([], cuts):
        problem = prepare_problem(
            valve_config(degree=degree, tolerance=1e-9) | {"interfaces": interfaces}, comm
        )
        problem.magnetise(MIXED)
        expansion = problem.scheme("through").expand(1)
        resistances.append(expansion.harmonics(problem.config.probes["local"])[0])
    added = (resistances[1] - resistances[0]) * STIFF * side("right")[2]
    assert 1.0 <= added <= 1.0 + 0.4**2


@pytest.mark.serial
def test_copies_are_found_along_chains():
    numbers, lowest = representatives(np.array([[7, 3], [7, 9], [4, 8], [12, 9]]))
    np.testing.assert_array_equal(numbers, [3, 4, 7, 8, 9, 12])
    np.testing.assert_array_equal(lowest, [3, 4, 3, 4, 3, 3])


@DEGREES
def test_a_copy_that_is_fixed_fixes_all(comm, degree):
    """Every unknown by itself fixes its own merged unknown, and copies the same one."""
    problem = stiff_problem(comm, degree, STIFF)
    merger: Merger = problem.preconditioning.preconditioner._parts[THETA,]._mergers[0]
    everything = np.arange(merger.injection.getLocalSize()[0])
    assert len(merger.images(everything)) == merger.injection.getLocalSize()[1]
    copied = merger.images(merger.copies)
    sums = merger.injection.createVecRight()
    ones = merger.injection.createVecLeft()
    ones.set(1.0)
    merger.injection.multTranspose(ones, sums)
    np.testing.assert_array_equal(copied, np.flatnonzero(sums.array_r > 1.5))
    assert comm.allreduce(int(sums.array_r.max(initial=0.0)), MPI.MAX) == 3
