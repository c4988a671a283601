"""Readings of a scheme: those of a direct solution, and how the adjoint corrects them."""

import pytest
from direct import Direct
from support import prepare_problem
from valve import MIXED, PARALLEL, valve_config

from thermospin.errors import ConvergenceError
from thermospin.response.accuracy import EXACT, Precision
from thermospin.response.linear_response import LinearResponse

PAIRS = [("right", "left"), ("top", "left")]


@pytest.fixture
def magnetised(problem):
    problem.magnetise(MIXED)
    return problem


def direct(problem, constraint, injected):
    """V at every terminal for currents, from a direct solution (collective)."""
    rhs, x = (problem.linear.matrix.createVecLeft() for _ in range(2))
    problem.terminals.inject(rhs, injected)
    whole = Direct(problem, constraint).solve(rhs, x)
    first, last = problem.linear.matrix.getOwnershipRange()
    with x as array:
        array[:] = whole[first:last]
    return problem.terminals.readings(x)


def respond(problem, scheme, tolerance, precision=EXACT):
    """A new response of a scheme, and its first order."""
    drive = problem.device.drives[scheme]
    response = LinearResponse(problem.linear, problem.terminals, drive, PAIRS, precision=precision)
    source = response.source()
    return response, response.solve(source, drive.uniform, drive.potentials, None, "first", tolerance)


def test_readings_are_the_direct_ones(magnetised):
    """R1 of a scheme, from the configuration to the probe."""
    solver = magnetised.scheme("through")
    order = solver.expand(1).orders[0]
    known = direct(magnetised, solver.constraint, {"right": 1.0})
    for plus, minus in magnetised.config.probes.values():
        assert order.reading((plus, minus)) == pytest.approx(known[plus] - known[minus], rel=1e-10)


def test_start_does_not_matter(magnetised):
    """A later solve that starts from an earlier, different solution gives the same."""
    solver = magnetised.scheme("through")
    once, again = solver.expand(2), solver.expand(2)
    for first, second in zip(once.orders, again.orders, strict=True):
        assert second.iterations <= first.iterations
        for probe in magnetised.config.probes.values():
            assert second.reading(probe) == pytest.approx(first.reading(probe), rel=1e-10)


def test_corrected_readings_are_better_than_the_fields(magnetised):
    """At a loose tolerance the correction removes most of the error, and the estimate covers the rest."""
    solver = magnetised.scheme("through")
    known = direct(magnetised, solver.constraint, {"right": 1.0})
    _, order = respond(magnetised, "through", 1e-3, Precision(reading=1.0))
    for pair in PAIRS:
        expected = known[pair[0]] - known[pair[1]]
        error = abs(order.reading(pair) - expected)
        uncorrected = abs(order.terminals[pair[0]] - order.terminals[pair[1]] - expected)
        assert uncorrected > 1e-8 * abs(expected)
        assert error < 0.1 * uncorrected
        assert error <= 10 * order.uncertainty[pair]


def test_readings_decide_when_to_stop(magnetised):
    """A loose tolerance on the residual does not loosen the readings."""
    _, loose = respond(magnetised, "through", 1e-2)
    _, tight = respond(magnetised, "through", 1e-12)
    for pair in PAIRS:
        assert loose.reading(pair) == pytest.approx(tight.reading(pair), rel=1e-9)
    assert loose.iterations < tight.iterations


def test_exchanged_experiment_is_the_direct_one(magnetised):
    response, driven = respond(magnetised, "through", 1e-10)
    for plus, minus in PAIRS[1:]:
        known = direct(magnetised, response.constraint, {plus: 1.0, minus: -1.0})
        found = response.exchanged((plus, minus), driven)
        assert found == pytest.approx(known["right"] - known["left"], rel=1e-10)


def test_adjoint_follows_the_magnets(problem):
    problem.magnetise(PARALLEL)
    problem.scheme("through")
    response, _ = respond(problem, "through", 1e-10)
    first = response.adjoint(PAIRS[0])
    assert response.adjoint(PAIRS[0]) is first
    problem.magnetise(MIXED)
    assert response.adjoint(PAIRS[0]) is not first


@pytest.mark.parametrize(("conductance", "solved"), [(1e6, True), (1e3, False)])
def test_rounding_is_no_convergence(comm, conductance, solved):
    """A contact that hardly conducts: the resistance within its uncertainty, or an error."""
    config = valve_config(orders=1) | {"interfaces": [{"between": ["N", "F2"], "conductance": conductance}]}
    problem = prepare_problem(config, comm)
    scheme = problem.scheme("through")
    problem.magnetise(PARALLEL)
    if not solved:
        with pytest.raises(ConvergenceError, match="differ by too many orders"):
            scheme.expand(1)
        return
    order = scheme.expand(1).orders[0]
    area = 30e-9 * 12e-9
    error = order.reading(("right", "left")) - 1 / (conductance * area)
    assert abs(error) <= order.uncertainty["right", "left"] <= 1e-4 / (conductance * area)


def test_looking_at_a_solution_leaves_the_magnetic_state_alone(problem):
    """Coefficients stay those of the operator, and counting iterations solves nothing."""
    parallel = problem.solve("through", "P")
    solver, antiparallel = problem._prepared[1], problem.solve("through", "AP")
    spent = solver.adjoint_iterations
    problem.observe(parallel, order=1)
    assert problem.system.state == problem.states["AP"]
    heated = solver.expand(2).orders[1]
    assert heated.reading(PAIRS[0]) == pytest.approx(antiparallel.orders[1].reading(PAIRS[0]), rel=1e-8)
    assert solver.adjoint_iterations == spent
