"""Several right-hand sides and signs of magnets in one solve: against direct solutions, one by one."""

from functools import partial

import numpy as np
import pytest
from direct import Direct
from stretched import configuration, graded, prepare
from structured import structured_device
from valve import gather

from thermospin.fields import S
from thermospin.linear import simultaneous
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.request import Request
from thermospin.linear.simultaneous import SimultaneousSolver
from thermospin.output import SilentProgress
from thermospin.response import adjoints, starts
from thermospin.runs.problem import Problem

STATES = [{"F": 1}, {"F": -1}]


@pytest.fixture(scope="module")
def problem(comm, tmp_path_factory):
    return prepare(comm, comm.bcast(tmp_path_factory.mktemp("columns")), 1, graded)


def requests_of(problem, constraint):
    """Currents and heat, at several tolerances, in both magnetic states."""
    found = []
    for i, state in enumerate(STATES):
        for tolerance, heat in ((1e-12, 0.0), (1e-6, 1e-9)):
            rhs, x = (problem.linear.matrix.createVecLeft() for _ in range(2))
            problem.terminals.inject(rhs, {"right": 1e-3 * (1 + i)})
            with rhs as array:
                array[problem.spaces.ranges[problem.spaces.fields[-1]]] += heat
            problem.terminals.hold(x, {"left": 2e-3})
            found.append((state, Request(rhs, x, constraint, tolerance)))
    return found


def test_columns_are_the_direct_solutions_of_their_states(problem, comm):
    constraint = problem.scheme("through").constraint
    asked, expected = requests_of(problem, constraint), []
    for state, request in asked:
        problem.magnetise(state)
        expected.append(Direct(problem, constraint).solve(request.rhs, request.x))
    signed = [
        Request(r.rhs, r.x, constraint, r.tolerance, signs=problem.system.signs(state)) for state, r in asked
    ]
    answers = problem.linear.answer(signed)
    for request, answer, known in zip(signed, answers, expected, strict=True):
        assert answer.report.residual <= request.tolerance
        found = gather(comm, request.x.array_r)
        for part in (gather(comm, part) for part in places(problem)):
            scale = abs(known[part]).max()
            np.testing.assert_allclose(found[part], known[part], rtol=0, atol=1e4 * request.tolerance * scale)
    for (state, request), answer in zip(asked, answers, strict=True):
        problem.magnetise(state)
        remainder = request.rhs - problem.linear.matrix * request.x
        remainder.axpy(-1.0, answer.remainder)
        assert remainder.norm() <= 1e-12 * request.rhs.norm()


def places(problem):
    """Places of the unknowns of every field in a vector of all ranks."""
    first, last = problem.linear.matrix.getOwnershipRange()
    return [np.arange(first, last)[problem.spaces.ranges[field]] for field in problem.spaces.fields]


def test_elimination_halves_the_iterations(problem):
    """Those of conjugate gradients with the same factors side by side, to within one."""
    constraint, iterations = problem.scheme("through").constraint, []
    problem.magnetise(STATES[0])
    given = problem.preconditioning.preconditioner, 100, problem.options
    for linear in (LinearSolver(problem.linear.matrix, *given), problem.linear):
        _, request = requests_of(problem, constraint)[0]
        iterations.append(linear.solve(request).iterations)
    assert iterations[1] <= iterations[0] / 2 + 1


def test_states_side_by_side_are_those_alone(problem):
    """One solve an order for both, adjoints and all; readings to the tolerance asked for them."""
    config = problem.config
    problem.side_by_side = ()
    together = list(problem.expansions(problem.scheme("through")))
    assert len(problem.side_by_side) == 2
    for state, expansion in zip(problem.states, together, strict=True):
        alone, pair = problem.solve("through", state), config.probes["across"]
        assert len(problem.side_by_side) == 1
        for n in range(1, 5):
            found, known = (part.by_power[n] for part in (expansion, alone))
            allowed = found.uncertainty[pair] + known.uncertainty[pair]
            assert abs(found.reading(pair) - known.reading(pair)) <= allowed
            spins = [part.vector.array_r[problem.spaces.ranges[S]] for part in (found, known)]
            scale = np.abs(spins[1]).max(initial=1e-300)
            np.testing.assert_allclose(*spins, rtol=0, atol=1e-7 * scale)


def test_states_share_every_solve(problem, monkeypatch):
    """The first order of two states, and the adjoint of the probe in both: one solve of four."""
    asked, solve = [], SimultaneousSolver.solve

    def counting(self, requests):
        asked.append(len(requests))
        return solve(self, requests)

    monkeypatch.setattr(SimultaneousSolver, "solve", counting)
    list(problem.expansions(problem.scheme("through")))
    assert asked[0] == 4 and set(asked[1:]) == {2}


def test_all_probes_have_their_adjoints_at_once(problem, monkeypatch):
    """As many as there are probes and states, however few are kept else; the readings are opposite."""
    monkeypatch.setattr(adjoints, "KEPT", 1)
    monkeypatch.setattr(simultaneous, "MOST_COLUMNS", 4)
    monkeypatch.setattr(problem, "_adjoints", adjoints.KnownAdjoints(problem.system.identify))
    config, forwards, backwards = problem.config, ("right", "left"), ("left", "right")
    problem.adopt(config.model_copy(update={"probes": {"forwards": forwards, "backwards": backwards}}))
    for expansion in problem.expansions(problem.scheme("through")):
        for order in expansion.orders:
            allowed = order.uncertainty[forwards] + order.uncertainty[backwards]
            assert abs(order.reading(forwards) + order.reading(backwards)) <= allowed
    problem.adopt(config)


def test_drives_one_after_another_keep_few_starts(problem, monkeypatch):
    """As many fields as allowed, however many drives there were; what is read does not depend on them."""
    monkeypatch.setattr(starts, "KEPT", 3)
    monkeypatch.setattr(problem, "_starts", {})
    scheme, pair = problem.scheme("through"), problem.config.probes["across"]
    found = [scheme.at(drive) for drive in (1e-6, 2e-6, 3e-6, 1e-6)]
    assert len(problem._starts["through"][1]) == 3
    allowed = found[0].uncertainty[pair] + found[3].uncertainty[pair]
    assert abs(found[0].reading(pair) - found[3].reading(pair)) <= allowed


def test_options_of_the_user_are_petscs(comm, shared_directory):
    config = configuration(1, petsc={"ksp_type": "fcg"})
    device = structured_device(config, 10e-9, shared_directory, comm, partial(graded))
    assert not Problem(config, device, SilentProgress()).linear.takes_signs
