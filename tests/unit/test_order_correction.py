"""Readings corrected for the residual of the order before: against the heat source, and tight solutions."""

import pytest
from contact_blocks import block_problem
from support import prepare_problem
from valve import MIXED, TERMINALS, Vectors, valve_config

from thermospin.discretisation.heat_source import HeatSource
from thermospin.response.accuracy import Precision
from thermospin.response.work import finish

MODELS = {"joule": 3.2, "conserving": 1.0}
LOOSE = Precision(reading=1.0, difference=1.0)


def vector_config():
    return valve_config(spin="vector", spin_heat=True) | {
        "magnetisation": {"F1": [1, 2, 2], "F2": [0, -0.6, 0.8]},
        "configurations": {"P": {}},
    }


def check_weighted(problem, interfaces, model):
    """``z·h(u, v)``: the heat of u and v as a load, times z, and the weighted heat of u, times v."""
    heat = HeatSource(problem.spaces, problem.coefficients, model, MODELS[model], interfaces)
    vectors = Vectors(problem)
    u, v, z = (vectors.noise(*problem.spaces.fields) for _ in range(3))
    load = u.duplicate()
    load.set(0.0)
    heat.add(load, u, v)
    scale = load.norm() * z.norm()
    assert heat.weighted(u, z).dot(v) == pytest.approx(load.dot(z), abs=1e-13 * scale)
    assert abs(load.dot(z)) > 1e-6 * scale


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", ["collinear", "spin heat", pytest.param("vector", marks=pytest.mark.slow)])
def test_weighted_heat(kind, model, comm):
    configs = {
        "collinear": valve_config(),
        "spin heat": valve_config(degree=2, spin_heat=True),
        "vector": vector_config(),
    }
    problem = prepare_problem(configs[kind], comm)
    problem.magnetise(next(iter(problem.states.values())) if kind == "vector" else MIXED)
    check_weighted(problem, (), model)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("spin", ["collinear", "vector"])
def test_weighted_heat_at_interfaces(spin, model, comm, tmp_path):
    problem = block_problem("row", 1, tmp_path, comm, spin_heat=True, spin=spin)
    problem.magnetise(next(iter(problem.states.values())))
    check_weighted(problem, problem.interfaces, model)


def test_order_correction_of_an_order_on_the_next(problem, monkeypatch):
    """``R3 = 2 z·h(u₁, u₂) = w·A u₂``, and R2 half of ``w·A u₁``."""
    monkeypatch.setattr("thermospin.response.accuracy.CORRECTION_TOLERANCE", 1e-9)
    monkeypatch.setattr("thermospin.response.accuracy.ADJOINT_TOLERANCE", 1e-9)
    problem.magnetise(MIXED)
    solver = problem.scheme("through")
    orders = solver.expand(3).orders
    finish(problem.linear, solver._correction.begin(orders[0]))
    flow = orders[0].vector.duplicate()
    for pair, found in solver._correction.found.items():
        for n, factor in ((1, 2.0), (2, 1.0)):
            problem.system.matrix.mult(orders[n - 1].vector, flow)
            assert found.vector.dot(flow) == pytest.approx(factor * orders[n].reading(pair), rel=1e-7)


@pytest.fixture(params=MODELS)
def heated(request, problem):
    """The device with either heat source."""
    before = problem.config
    problem.adopt(
        before.model_copy(update={"heating": before.heating.model_copy(update={"model": request.param})})
    )
    yield problem
    problem.adopt(before)


@pytest.mark.parametrize("tolerance", [1e-6, 1e-8, 1e-10])
def test_harmonics_at_a_loose_tolerance(heated, tolerance):
    """Readings within their uncertainty, and R2 better by orders of magnitude than the tolerance."""
    problem, orders = heated, {}
    problem.magnetise(MIXED)
    for name, asked in (("exact", 1e-14), ("loose", tolerance)):
        solver = problem.scheme("through", LOOSE)
        solver._tolerance = asked
        orders[name] = solver.expand(4).orders
    for n in (2, 3, 4):
        exact, loose = (found[n - 1] for found in orders.values())
        for pair in problem.config.probes.values():
            error = abs(loose.reading(pair) - exact.reading(pair))
            assert error <= loose.uncertainty[pair] + exact.uncertainty[pair]
            assert n != 2 or error <= max(1e-3 * tolerance, 1e-12) * abs(exact.reading(pair))


@pytest.fixture(scope="module")
def with_lead(comm):
    """The device with a lead of the same metal at its injector, whose heat follows the temperature."""
    end = {key: value for key, value in TERMINALS["right"].items() if key != "sink"}
    conserving = {"heating": {"model": "conserving"}, "terminals": TERMINALS | {"right": end}}
    problem = prepare_problem(valve_config(degree=1) | conserving, comm)
    assert problem.device.leads["right"].follows_temperature
    problem.magnetise(MIXED)
    return problem


def test_order_correction_with_heat_of_leads(with_lead, monkeypatch):
    """``R3 = 2 z·h(u₁, u₂)`` and the heat that the lead brings with ϑ of u₂, together ``w·A u₂``."""
    monkeypatch.setattr("thermospin.response.accuracy.CORRECTION_TOLERANCE", 1e-9)
    monkeypatch.setattr("thermospin.response.accuracy.ADJOINT_TOLERANCE", 1e-9)
    solver = with_lead.scheme("through")
    orders = solver.expand(3).orders
    finish(with_lead.linear, solver._correction.begin(orders[0]))
    flow = orders[1].vector.duplicate()
    with_lead.system.matrix.mult(orders[1].vector, flow)
    for pair, found in solver._correction.found.items():
        assert found.vector.dot(flow) == pytest.approx(orders[2].reading(pair), rel=1e-7)


def test_r2_at_a_loose_tolerance_with_heat_of_leads(with_lead):
    """R2 within its uncertainty of a tight solution, and better by orders of magnitude than the tolerance."""
    found = {}
    for asked in (1e-14, 1e-3):
        solver = with_lead.scheme("through", LOOSE)
        solver._tolerance = asked
        found[asked] = solver.expand(3).orders[1]
    exact, loose = found.values()
    for pair in with_lead.config.probes.values():
        error = abs(loose.reading(pair) - exact.reading(pair))
        assert error <= loose.uncertainty[pair] + exact.uncertainty[pair]
        assert error <= 3e-8 * abs(exact.reading(pair))
