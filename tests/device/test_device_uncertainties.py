"""Errors of readings by uncertain numbers, against draws of the numbers and whole runs."""

import numpy as np
import pytest
from support import prepare_problem
from test_device_sensitivity import JOULE, MAGNET, METAL, by_seebeck, heated, read, stack

from thermospin.config.inputs import with_value
from thermospin.output import SilentProgress
from thermospin.output.layout.documents import Inputs
from thermospin.output.layout.schemes import Scheme
from thermospin.runs.sensitivity import sensitivity
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

UNCERTAIN = {
    "parameters": {"jump": "-3.0 +/- 0.1 uV/K"},
    "materials": {
        "F": MAGNET | {"spin_seebeck": "-8.0(4) uV/K", "polarisation": "0.40 +/- 0.02"},
        "N": METAL | {"conductivity": "4.26(9)e7 S/m"},
    },
    "interfaces": [{"between": ["A", "C"], "area_resistance": "1e-15 ohm m^2", "seebeck": "jump"}],
}


@pytest.fixture(scope="module")
def solved(comm):
    problem = prepare_problem(stack(JOULE, degree=1, orders=2) | UNCERTAIN, comm)
    return problem, solve(problem, SilentProgress(), keep_fields=False).data


def test_errors_stand_beside_those_of_the_solver(solved):
    _, data = solved
    Inputs.model_validate(data["inputs"])
    Scheme.model_validate(data["schemes"]["t"])
    inputs = data["inputs"]
    assert {n["key"]: n["uncertainty"] for n in inputs["numbers"]} == pytest.approx(
        {
            "parameters.jump": 0.1,
            "materials.F.spin_seebeck": 4e-7,
            "materials.F.polarisation": 0.02,
            "materials.N.conductivity": 9e5,
        }
    )
    errors = np.sqrt(np.diag(inputs["covariance"]))
    found = data["schemes"]["t"]
    for reading, error in zip(inputs["readings"], errors, strict=True):
        name, n = reading["name"], reading["order"]
        if name in ("baseline", "spin"):
            kept = found["signals"]["v"]["error"][name]
        else:
            kept = found["configurations"][name]["probes"]["v"]["error"]
        assert kept["materials"][n - 1] == pytest.approx(error, rel=1e-12)


def test_correlations_are_those_of_the_signals(solved):
    """Var(P − AP) is Var P + Var AP − 2 Cov(P, AP)."""
    inputs = solved[1]["inputs"]
    at = {(r["name"], r["order"]): i for i, r in enumerate(inputs["readings"])}
    covariance = np.array(inputs["covariance"])
    for n in (1, 2):
        p, ap, spin = at["P", n], at["AP", n], at["spin", n]
        whole = covariance[p, p] + covariance[ap, ap] - 2 * covariance[p, ap]
        assert covariance[spin, spin] == pytest.approx(whole, rel=1e-6)


def test_errors_are_those_of_differences(solved):
    """Every number moved by its uncertainty, one after another, and the changes added in squares."""
    problem, data = solved
    squares = {}
    for given in data["inputs"]["numbers"]:
        key, value, unit, size = given.values()
        ends = [
            read(problem, with_value(problem.config, key, value + sign * 0.05 * size, unit))
            for sign in (1, -1)
        ]
        for case in ends[0]:
            squares[case] = squares.get(case, 0) + ((ends[0][case] - ends[1][case]) / 0.1) ** 2
    for (scheme, probe, name), square in squares.items():
        errors = data["schemes"][scheme]["configurations"][name]["probes"][probe]["error"]["materials"]
        np.testing.assert_allclose(errors, np.sqrt(square), rtol=1e-4)


def test_spins_as_vectors(solved, comm):
    """Vector spin with magnets along one axis has the readings of collinear spins, and so their errors."""
    config = stack(JOULE, degree=1, orders=2, spin="vector") | UNCERTAIN
    data = solve(prepare_problem(config, comm), SilentProgress(), keep_fields=False).data
    collinear = solved[1]["inputs"]
    assert data["inputs"]["readings"] == collinear["readings"]
    expected, found = (np.array(inputs["derivatives"]) for inputs in (collinear, data["inputs"]))
    sizes = np.array([given["uncertainty"] for given in collinear["numbers"]])
    errors = np.sqrt(np.diag(collinear["covariance"]))
    assert np.all(np.abs(found - expected) * sizes < 1e-4 * errors[:, None])


@pytest.mark.slow
def test_draws_have_the_errors_of_linear_propagation(comm):
    """Small uncertainties; 60 draws have the deviation to 9 %, of which four times are allowed."""
    small = {"uncertainties": {"materials.F.spin_seebeck": 1e-7, "materials.N.conductivity": "2e5 S/m"}}
    config = load_config(stack(JOULE, degree=1, orders=2, estimate=False) | small)
    found = sensitivity(config, draws=60, comm=comm).data["sampling"]
    assert found["refused"] == 0
    for reading in found["readings"]:
        assert reading["deviation"] == pytest.approx(reading["linear"], rel=4 / np.sqrt(120))


@pytest.mark.slow
def test_errors_of_a_voltage_without_a_drive(comm):
    """S of one metal is uncertain: its derivative times its uncertainty."""
    uncertain = {"uncertainties": {"materials.N.seebeck": "0.1 uV/K"}}
    data = solve(prepare_problem(heated() | uncertain, comm), SilentProgress(), keep_fields=False).data
    error = data["schemes"]["t"]["configurations"]["P"]["probes"]["v"]["error_R0"]
    assert error["materials"] == pytest.approx(1e-7 * abs(by_seebeck("N")), rel=1e-5)
    Scheme.model_validate(data["schemes"]["t"])
    Inputs.model_validate(data["inputs"])
