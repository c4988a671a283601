"""Coefficients too small or too far apart are one line, and nothing that is no number gets out (row 37)."""

import math

import pytest

from thermospin.errors import ConvergenceError, InputError
from thermospin.output import SilentProgress
from thermospin.runs.numbers import check_balances
from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config


def sandwich(metal=(), **changes):
    """Copper, another metal, copper."""
    layers = [
        {"name": name, "material": material, "thickness": "100 nm", "elements": 2}
        for name, material in (("A", "Cu"), ("B", "X"), ("C", "Cu"))
    ]
    other = {"conductivity": 1e7, "spin_diffusion_length": "10 nm", "thermal_conductivity": 300}
    return {
        "geometry": {"template": "layer_stack", "width": "100 nm", "layers": layers},
        "mesh": {"max_size": "100 nm"},
        "materials": {"X": other | dict(metal)},
        "schemes": {"t": {"bottom": "ground", "top": "current"}},
        "probes": {"v": ["top", "bottom"]},
    } | changes


def between(first, second, conductance):
    return {"between": [first, second], "conductance": conductance, "polarisation": 0}


@pytest.mark.serial
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 1e-300}, "temperature: must be at least 1e-06 K"),
        (
            {"metal": {"conductivity": 1e-300}},
            r"X.conductivity: must be 0 or at least 1e-10 S/m",
        ),
        (
            {"metal": {"thermal_conductivity": 1e-300}},
            r"X.thermal_conductivity: must be at least 1e-09 W/\(m K\)",
        ),
        (
            {"metal": {"conductivity": 1e-5}},
            r"X.conductivity: conductivities differ by 13 orders of magnitude \(Cu, X\); treat X as an",
        ),
        (
            {"interfaces": [between("A", "B", 1e20), between("B", "C", 1e-10)]},
            r"interfaces\[1\].conductance: the interface of B and C conducts 24 orders of magnitude less",
        ),
    ],
)
def test_row_37_one_line_for_what_no_solver_can_tell_apart(changes, message):
    with pytest.raises(InputError, match=message):
        load_config(sandwich(**changes))


@pytest.mark.serial
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"temperature": "1 mK"},
        {"metal": {"conductivity": 1e2}},
        {"metal": {"conductivity": 0, "spin_diffusion_length": None}, "schemes": {"t": {"bottom": "ground"}}},
        {"interfaces": [{"between": ["A", "B"], "area_resistance": "1e-6 ohm m^2", "asymmetry": 0}]},
    ],
)
def test_row_37_good_devices_are_not_refused(changes):
    if "schemes" in changes:
        changes = changes | {"terminals": {"top": {"region": "C", "face": "zmax", "sink": "310 K"}}}
        changes["metal"] = {"conductivity": 0}
    load_config(sandwich(**changes))


def solved(comm, **changes):
    config, progress = load_config(sandwich(**changes)), SilentProgress()
    _, device = prepare(config, comm, progress)
    return solve(Problem(config, device, progress), progress).data


@pytest.mark.parametrize("conductivity", [1.0, 0.1])
def test_row_37_the_bar_holds_what_rounding_takes(comm, conductivity):
    """A poor conductor between copper: its own resistance, 100 nm thick on 100 x 10 nm², within the bar."""
    found = solved(comm, metal={"conductivity": conductivity})["schemes"]["t"]["configurations"]["P"]
    reading = found["probes"]["v"]
    expected = 1e-7 / (conductivity * 1e-15)
    assert abs(reading["R"][0] - expected) < reading["uncertainty"][0] < 2e-3 * expected


def test_row_37_a_failure_names_the_two_materials(comm, monkeypatch):
    """The solver fails or not; that it does so for another reason is not said."""
    monkeypatch.setattr("thermospin.response.accuracy.UNSOLVED", 1e-6)
    with pytest.raises(ConvergenceError, match=r"perhaps because conductivities differ by 10 .*\(Cu, X\)"):
        solved(comm, metal={"conductivity": 1e-2})


@pytest.mark.serial
@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_row_37_no_number_is_no_result(wrong):
    data = {
        "probes": {"v": {"R": [1.0, wrong], "uncertainty": [0.0, 0.0]}},
        "terminals": {},
        "sinks": {},
        "balances": {"charge": 0.0, "heat": None},
    }
    with pytest.raises(ConvergenceError, match="t, P: some numbers are infinite or undefined"):
        check_balances(data, 1e-10, "t, P")


@pytest.mark.serial
@pytest.mark.parametrize(("name", "value"), [("charge", 0.5), ("heat", 2e-3), ("energy", 1.0)])
def test_row_42_a_balance_above_the_limit_is_an_error(name, value):
    data = {
        "probes": {},
        "terminals": {},
        "sinks": {},
        "balances": {"charge": 0.0, "heat": None, name: value},
    }
    with pytest.raises(ConvergenceError, match=f"t, P: {name} does not balance .*allowed 0.001"):
        check_balances(data, 1e-10, "t, P")
    data["balances"][name] = 1e-4
    check_balances(data, 1e-10, "t, P")
