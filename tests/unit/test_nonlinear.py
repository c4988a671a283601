"""Coefficients that follow the temperature: exact Jacobian, Newton's method, orders, balances, ranks."""

import numpy as np
import pytest
from heated import GLASS, IN_FIELD, METALS, PROBE, device
from support import COMPARES_RANKS, prepare_problem

from thermospin.compat import MPI
from thermospin.errors import ConvergenceError, InputError
from thermospin.fields import THETA
from thermospin.linear.krylov import LinearSolver
from thermospin.runs.numbers import configuration_data
from thermospin.validation import load_config


def prepared(comm, **changes):
    problem = prepare_problem(device(**changes), comm)
    problem.magnetise(problem.states["AP"])
    return problem


@pytest.mark.parametrize("changes", [{}, IN_FIELD], ids=["formulas", "table and clusters"])
def test_jacobian(comm, changes):
    """Central differences of the residual, whose error is of the second order in the step."""
    problem = prepared(comm, solver={"spin_heat": True}, **changes)
    equations = problem.scheme("along")._equations
    rng = np.random.default_rng(comm.rank)
    fields, change = (problem.system.matrix.createVecLeft() for _ in range(2))
    for vector in (fields, change):
        with vector as array:
            array[:] = rng.normal(size=len(array)) * 1e-3
            for field in problem.spaces.fields:
                if field in problem.spaces.unknowns.temperatures:
                    array[problem.spaces.ranges[field]] *= 1e4
    equations.linearise(fields)
    exact, errors = equations.jacobian * change, []
    for step in (1e-2, 1e-3):
        found = equations.residual(fields + step * change) - equations.residual(fields - step * change)
        found.scale(1 / (2 * step))
        found.axpy(-1.0, exact)
        errors.append([])
        for part in problem.spaces.ranges.values():
            sums = [np.sum(v.array_r[part] ** 2) for v in (found, exact)]
            errors[-1].append(np.sqrt(np.divide(*comm.allreduce(np.array(sums), MPI.SUM))))
    coarse, fine = np.array(errors)
    assert np.all(fine < 1e-5) and np.all(coarse < 110 * fine)


def test_jacobian_at_base_temperature(comm):
    """Without a field, the matrix of the linear problem."""
    problem = prepared(comm)
    equations = problem.scheme("along")._equations
    fields = problem.system.matrix.createVecLeft()
    equations.linearise(fields)
    fields.setRandom()
    expected = problem.system.matrix * fields
    difference = equations.jacobian * fields - expected
    assert difference.norm() < 1e-12 * expected.norm()


@pytest.mark.parametrize("terminal", ["uniform", "equipotential"])
def test_newton_converges_quadratically(comm, terminal):
    schemes = {"along": {"left": {"current": terminal}, "right": "ground"}}
    problem = prepared(comm, schemes=schemes)
    solver = problem.scheme("along")
    solution = solver.at(2e-3)
    theta = solution.vector.array_r[problem.spaces.ranges[THETA]]
    assert comm.allreduce(theta.max(), MPI.MAX) > 40
    history = np.array(solver.newton.history) / solver.newton.history[0]
    assert len(history) <= 6 and history[-1] < 1e-9
    digits = np.log(history[1:4])
    assert np.all(digits[1:] < 1.7 * digits[:-1])
    assert solution.currents["left"] == pytest.approx(2e-3, rel=1e-10, abs=0)
    assert solution.currents["right"] == pytest.approx(-2e-3, rel=1e-10, abs=0)
    leaving = sum(solution.heat.values())
    assert solution.generated == pytest.approx(leaving, rel=1e-8, abs=0)
    assert solution.power == pytest.approx(leaving, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("model", "spin_heat"),
    [
        ("joule", False),
        ("conserving", True),
        pytest.param("joule", True, marks=pytest.mark.slow),
        pytest.param("conserving", False, marks=pytest.mark.slow),
    ],
)
def test_expansion_and_demodulation(comm, model, spin_heat):
    problem = prepared(comm, heating={"model": model}, solver={"spin_heat": spin_heat})
    solver, config = problem.scheme("along"), problem.config
    fitted = solver.demodulate(config.solver.currents, 4)
    expanded = solver.expand(4)
    found, expected = (expansion.harmonics(PROBE) for expansion in (fitted, expanded))
    uncertainty = [order.uncertainty[PROBE] for order in fitted.orders]
    assert np.all(abs(found - expected) <= uncertainty)
    np.testing.assert_allclose(found, expected, rtol=2e-4)
    np.testing.assert_allclose(found[:3], expected[:3], rtol=1e-6)
    data = configuration_data(fitted, config.probes, 1e-3, model == "conserving")
    if model == "conserving":
        assert data["balances"]["energy"] < 1e-9
        balances = configuration_data(expanded, config.probes, 1e-3, True)["balances"]
        assert balances["energy"] < 1e-9


def test_expansion_and_demodulation_of_a_table_and_clusters(comm):
    solver = prepared(comm, **IN_FIELD, solver={"spin_heat": True}).scheme("along")
    fitted = solver.demodulate([sign * k * 3e-4 for k in range(1, 7) for sign in (1, -1)], 4)
    found, expected = (expansion.harmonics(PROBE) for expansion in (fitted, solver.expand(4)))
    assert np.all(abs(found - expected) <= [order.uncertainty[PROBE] for order in fitted.orders])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def written(values):
    """The values of a material as a configuration has them."""
    found = {name: value for name, value in vars(values).items() if value is not None}
    return found | {"magnetic": found.pop("is_magnetic")}


def test_third_harmonic_is_that_of_the_resistivity(comm):
    """R3 is there with joule heat alone, and gone with constant coefficients."""
    with_laws = prepared(comm, heating={"model": "joule"}, solver={"method": "expansion"})
    numbers = {name: written(with_laws.config.material(name)) for name in METALS}
    without = prepared(
        comm,
        heating={"model": "joule"},
        solver={"method": "expansion"},
        materials=numbers | {"glass": GLASS},
    )
    found, constant = (p.scheme("along").expand(3).harmonics(PROBE) for p in (with_laws, without))
    np.testing.assert_allclose(found[:1], constant[:1], rtol=1e-12)
    assert found[2] > 100 * abs(constant[2])


def test_thermal_runaway(comm):
    magnet = METALS["F"] | {"polarisation": 0.4, "seebeck": "-20 uV/K"}
    problem = prepared(comm, materials=METALS | {"glass": GLASS, "F": magnet})
    solver = problem.scheme("along")
    with pytest.raises(ConvergenceError, match=r"runaway.*the last good current is \S+ A; lower") as error:
        solver.at(20e-3)
    last = float(str(error.value).split("the last good current is ")[1].split(" A")[0])
    assert 1e-3 < last < 20e-3
    solver.at(last * 0.999)


def test_end_of_a_law(comm):
    law = METALS["N"]["conductivity"] | {"range": ["290 K", "310 K"]}
    materials = METALS | {"glass": GLASS, "N": METALS["N"] | {"conductivity": law}}
    solver = prepared(comm, materials=materials).scheme("along")
    with pytest.raises(ConvergenceError, match="materials.N.conductivity.*holds from 290 K to 310 K"):
        solver.at(3e-3)


@COMPARES_RANKS
def test_any_number_of_ranks(comm):
    together = read(prepared(comm).scheme("along"))
    if comm.rank == 0:
        np.testing.assert_allclose(together, read(prepared(MPI.COMM_SELF).scheme("along")), rtol=1e-9)


def read(solver):
    """The voltage at a current, and harmonics (collective)."""
    return [solver.at(1e-3).reading(PROBE), *solver.expand(4).harmonics(PROBE)]


@pytest.mark.serial
def test_vector_spin_is_refused():
    with pytest.raises(InputError, match="solver.spin"):
        prepare_problem(device(solver={"spin": "vector"}, configurations={}), MPI.COMM_SELF)


CONSTANT = {
    "N": {
        "conductivity": METALS["N"]["conductivity"] | {"temperature_coefficient": 0},
        "seebeck": {"polynomial": ["-5 uV/K", 0], "reference": "280 K"},
        "thermal_conductivity": {"linear": 100, "temperature_coefficient": 0, "reference": "300 K"},
        "spin_diffusion_length": "60 nm",
    },
    "F": METALS["F"] | {"polarisation": 0.4, "seebeck": "-20 uV/K", "conductivity": 5e6},
}
NUMBERS = {"N": {"conductivity": 1 / 2e-8, "seebeck": "-5 uV/K", "thermal_conductivity": 100}}
"""The same metals by numbers."""


@pytest.mark.parametrize("method", ["expansion", "demodulate"])
def test_constant_laws_cost_nothing(comm, monkeypatch, method):
    """As many linear solves as with numbers, one of them for R1, and on one rank the same bits.

    Several ranks add up in any order, so that their last digits are those of no run before.
    """
    iterations, solve = [], LinearSolver.solve

    def counting(*args, **options):
        report = solve(*args, **options)
        iterations.append(report.iterations)
        return report

    monkeypatch.setattr(LinearSolver, "solve", counting)
    found = []
    numbers = CONSTANT | {"N": CONSTANT["N"] | NUMBERS["N"]}
    for metals in (CONSTANT, numbers):
        problem = prepared(comm, materials=metals | {"glass": GLASS}, solver={"method": method})
        iterations.clear()
        scheme = problem.scheme("along")
        first = scheme.expand(1).harmonics(PROBE).tolist()
        assert len(iterations) == 2  # the first order, and the adjoint of the probe
        all_orders = (
            scheme.expand(4)
            if method == "expansion"
            else scheme.demodulate(problem.config.solver.currents[:4], 4)
        )
        found.append((first, all_orders.harmonics(PROBE).tolist(), list(iterations)))
    for law, number in zip(*found, strict=True):
        assert law == number if comm.size == 1 else len(law) == len(number)
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-12)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-6)


def test_first_order_takes_one_solve(comm, monkeypatch):
    """With laws too: R1 is that of the coefficients at T0."""
    count, solve = [], LinearSolver.solve
    monkeypatch.setattr(
        LinearSolver, "solve", lambda *args, **options: count.append(0) or solve(*args, **options)
    )
    solver = {"method": "expansion", "orders": 1, "currents": []}
    prepared(comm, solver=solver).scheme("along").expand(1)
    assert len(count) == 2


def test_another_heating_with_the_same_operator(comm):
    """A sweep keeps operator and preconditioner: what it then finds is what a new problem finds."""
    few = {"solver": {"orders": 2, "currents": ["-0.3 mA", "0.3 mA"]}}
    first, second = (device(heating=heating, **few) for heating in ({"scale": 1}, {"scale": 2}))

    def harmonics(problem):
        scheme = problem.scheme("along")
        problem.magnetise({"Magnet": -1})
        return scheme.demodulate(problem.config.solver.currents, 2).harmonics(PROBE)

    kept = prepare_problem(first, comm)
    before = harmonics(kept)
    kept.adopt(load_config(second))
    found = harmonics(kept)
    np.testing.assert_allclose(found, harmonics(prepare_problem(second, comm)), rtol=1e-8)
    assert abs(found[1]) > 1.5 * abs(before[1])
