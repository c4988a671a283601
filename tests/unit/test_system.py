"""The coupled operator: symmetric, positive definite, and what reversing magnets does to it."""

import numpy as np
import pytest
from valve import BOXES, MIXED, PARALLEL, REVERSED, Vectors, apply, gather, volume

from thermospin.compat import MPI
from thermospin.discretisation.spaces import MAGNETS
from thermospin.fields import FIELDS, THETA, S, V


@pytest.fixture
def system(problem):
    problem.magnetise(MIXED)
    return problem.system


@pytest.fixture
def vectors(problem):
    return Vectors(problem)


def test_symmetric(system, vectors):
    x, y = vectors.noise(*FIELDS), vectors.noise(*FIELDS)
    ax, ay = apply(system, x), apply(system, y)
    scale = (x.dot(ax) * y.dot(ay)) ** 0.5
    assert y.dot(ax) == pytest.approx(x.dot(ay), abs=1e-13 * scale)


@pytest.mark.parametrize("first", FIELDS, ids=lambda field: field.symbol)
@pytest.mark.parametrize("second", FIELDS, ids=lambda field: field.symbol)
def test_symmetric_field_by_field(system, vectors, first, second):
    """Onsager: what one field drives in another's equation, the other drives in the first's."""
    x, y = vectors.noise(first), vectors.noise(second)
    ax, ay = vectors.only(apply(system, x), second), vectors.only(apply(system, y), first)
    assert ax.norm() > 0
    assert y.dot(ax) == pytest.approx(x.dot(ay), abs=1e-14 * ax.norm() * y.norm())


def test_positive_on_admissible_vectors(problem, system, vectors):
    constraint = problem.scheme("through").constraint
    for _ in range(5):
        x = vectors.noise(*FIELDS)
        constraint.project(x)
        assert x.dot(apply(system, x)) > 0


def test_diagonal_blocks_are_positive_semidefinite(system, vectors):
    for field, block in zip(FIELDS, system.diagonal, strict=True):
        x, y = block.createVecRight(), block.createVecLeft()
        x.array[:] = vectors.part(vectors.noise(field), field)
        block.mult(x, y)
        assert x.dot(y) > 0


@pytest.mark.parametrize("field", [V, THETA], ids=lambda field: field.symbol)
def test_constants_drive_nothing(system, vectors, field):
    flow = apply(system, vectors.of(**{field.symbol: 1.0}))
    assert flow.norm() <= 1e-12 * system.diagonal[FIELDS.index(field)].norm()


def test_constant_spin_only_relaxes(problem, system, vectors, comm):
    """Σ of the rows: ``∫ (1−P²) σ/λ² dx`` over the conductors."""
    flow = apply(system, vectors.of(s=1.0))
    scale = system.diagonal[FIELDS.index(S)].norm()
    for field in (V, THETA):
        assert np.abs(vectors.part(flow, field)).max(initial=0.0) <= 1e-12 * scale
    expected = sum(
        problem.config.material(material).spin_relaxation * volume(region)
        for region, (material, _, _) in BOXES.items()
    )
    total = comm.allreduce(vectors.part(flow, S).sum(), MPI.SUM)
    assert total == pytest.approx(expected, rel=1e-10)


def test_reversal_changes_the_magnetic_blocks_only(problem, vectors, comm):
    """V–s and s–ϑ change sign, everything else stays as it is."""
    for source in FIELDS:
        x = vectors.noise(source)
        flows = []
        for signs in (PARALLEL, REVERSED):
            problem.magnetise(signs)
            flows.append(apply(problem.system, x))
        for target in FIELDS:
            before, after = (gather(comm, vectors.part(flow, target)) for flow in flows)
            magnetic = (source == S) != (target == S)
            assert before.any()
            np.testing.assert_array_equal(after, -before if magnetic else before)


def test_reversal_acts_on_magnets_only(problem, vectors, spaces, comm):
    """Between P and AP the rows of unknowns outside the reversed magnet stay as they are."""
    x, flows = vectors.noise(*FIELDS), []
    for signs in (PARALLEL, MIXED):
        problem.magnetise(signs)
        flows.append(apply(problem.system, x))
    changed = flows[0] - flows[1]
    cells = spaces.sub_cells[spaces.device.cells(["F2"])]
    inside = np.zeros(len(spaces.functions().V.x.array), dtype=bool)
    inside[spaces.spaces[V].dofmap.list[cells].ravel()] = True
    for field in (V, S):
        part = vectors.part(changed, field)
        assert not part[~inside[: len(part)]].any()
    assert comm.allreduce(np.count_nonzero(vectors.part(changed, S)), MPI.SUM) > 0


def test_reversing_everything_is_a_change_of_sign_of_s(problem, vectors):
    x = vectors.noise(*FIELDS)
    problem.magnetise(MIXED)
    flow = apply(problem.system, x)
    problem.magnetise({region: -sign for region, sign in MIXED.items()})
    mirrored = vectors.flip(apply(problem.system, vectors.flip(x)))
    assert (flow - mirrored).norm() <= 1e-14 * flow.norm()


def test_magnetise_is_repeatable(problem, vectors):
    x = vectors.noise(*FIELDS)
    flows = []
    for signs in (MIXED, PARALLEL, MIXED):
        problem.magnetise(signs)
        flows.append(apply(problem.system, x))
    np.testing.assert_array_equal(flows[0].array_r, flows[2].array_r)


def test_magnets_are_magnets(spaces, comm):
    """The measure on which the magnetic blocks are assembled holds the magnets' cells."""
    subdomains = dict(spaces.dx.subdomain_data())
    assert comm.allreduce(len(subdomains[MAGNETS]), MPI.SUM) == comm.allreduce(
        len(spaces.device.owned(spaces.device.cells(["F1", "F2"]))), MPI.SUM
    )
