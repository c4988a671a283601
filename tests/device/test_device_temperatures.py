"""Heat sinks at two temperatures as the only drive, and beside a current (row 23 of the cases)."""

import csv
import io
import math

import numpy as np
import pytest
from rich.console import Console

from thermospin.errors import InputError
from thermospin.output import SilentProgress, print_table
from thermospin.output.readings import write_readings
from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

WARM = 301.0
PROBE = {"v": ["top", "bottom"]}


def valve(d="15 nm", **changes):
    """A spin valve of two magnets, 100 times as long as their spin diffusion length, with warm top."""
    magnet = {
        "conductivity": 4.32e6,
        "polarisation": 0.25,
        "spin_seebeck": "-3.8 uV/K",
        "spin_diffusion_length": "5 nm",
        "thermal_conductivity": "30 W/(m K)",
    }
    normal = {
        "conductivity": 4.26e7,
        "spin_diffusion_length": "350 nm",
        "thermal_conductivity": "300 W/(m K)",
    }
    layers = [
        {"name": name, "material": material, "thickness": thickness, "elements": elements}
        for name, material, thickness, elements in (
            ("A", "F", "100 nm", 40),
            ("N", "M", d, 4),
            ("B", "F", "100 nm", 40),
        )
    ]
    return {
        "temperature": "300 K",
        "geometry": {"template": "layer_stack", "width": "20 nm", "layers": layers},
        "mesh": {"max_size": "20 nm"},
        "materials": {"F": magnet, "M": normal},
        "terminals": {
            "bottom": {"region": "A", "face": "zmin", "sink": True},
            "top": {"region": "B", "face": "zmax", "sink": WARM},
        },
        "schemes": {"thermal": {"bottom": "ground"}},
        "probes": PROBE,
        "solver": {"degree": 2, "estimate": False},
    } | changes


def solved(config, comm):
    """The numbers of a run."""
    loaded, progress = load_config(config), SilentProgress()
    _, device = prepare(loaded, comm, progress)
    return solve(Problem(loaded, device, progress), progress).data


@pytest.fixture(scope="module")
def found(comm):
    """The valve, driven by its temperatures alone."""
    return solved(valve(), comm)


def test_row_23_thermal_spin_valve(found):
    """Closed form 4 of the physics: ``V_AP − V_P`` of the cold end less the hot one."""
    p, s_s, sigma, length, k = 0.25, -3.8e-6, 4.32e6, 5e-9, 30.0
    thickness, d = 100e-9, 15e-9
    gradient = (WARM - 300.0) / (2 * thickness + d * k / 300.0)
    g_f, g_n, delta = (1 - p**2) * sigma / (2 * length), 4.26e7 / (2 * 350e-9), d / (2 * 350e-9)
    hidden = g_f / (g_f + g_n * math.tanh(delta)) - g_f / (g_f + g_n / math.tanh(delta))
    expected = -p * length * s_s * gradient * hidden
    signals = found["schemes"]["thermal"]["signals"]["v"]
    assert signals["spin_R0"] == pytest.approx(expected, rel=3e-3)


def test_row_23_the_voltage_is_everywhere(found, comm, tmp_path):
    """In the table, in the CSV and in the data, with a bar."""
    scheme = found["schemes"]["thermal"]
    read = scheme["configurations"]["P"]["probes"]["v"]
    assert read["R"] == [] and 0 < read["uncertainty_R0"] < 1e-9 * abs(read["R0"])
    assert scheme["drive"] == {"quantity": "temperature", "unit": "K"}
    if comm.rank == 0:
        text = io.StringIO()
        print_table(found, Console(file=text, width=200))
        assert "R0" in text.getvalue() and "R1" not in text.getvalue()
        write_readings(tmp_path / "results.csv", found)
        with (tmp_path / "results.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [(row["configuration or signal"], row["order"], row["unit"]) for row in rows] == [
            (name, "0", "V") for name in ("P", "AP", "baseline", "spin")
        ]
        assert float(rows[3]["value"]) == scheme["signals"]["v"]["spin_R0"]


@pytest.mark.parametrize("model", [pytest.param("joule", marks=pytest.mark.slow), "conserving"])
def test_row_23_expansion_about_the_fields_at_rest(comm, model):
    """A current through a valve with a warm end: the expansion is what a fit finds."""
    config = valve(
        schemes={"driven": {"bottom": "ground", "top": "current"}},
        heating={"model": model},
        configurations={"AP": {"B": -1}},
    )
    config["terminals"]["top"] = config["terminals"]["top"] | {"sink": 340.0}
    currents = [sign * part * 1e-3 for part in (1, 0.5) for sign in (1, -1)]
    fit = {"method": "demodulate", "currents": currents, "orders": 3, "degree": 1}
    expand = {"orders": 3, "degree": 1}
    reads = [
        solved(config | {"solver": options}, comm)["schemes"]["driven"]["configurations"]["AP"]
        for options in (expand, fit)
    ]
    expanded, fitted = (read["probes"]["v"] for read in reads)
    assert expanded["R0"] == pytest.approx(fitted["R0"], rel=1e-10)
    error = np.abs(np.array(expanded["R"]) - fitted["R"])
    assert np.all(error <= np.add(expanded["uncertainty"], fitted["uncertainty"]))
    np.testing.assert_allclose(expanded["R"][:2], fitted["R"][:2], rtol=1e-7)
    for read in reads:
        assert read["balances"]["heat"] < 1e-8


def test_row_42_bars_beside_fields_at_rest(comm):
    """Heat of the fields at rest adds to R1 too: that power is fitted, and R4 must not lose its bar to it."""
    config = valve(schemes={"driven": {"bottom": "ground", "top": "current"}})
    config["terminals"]["top"] = config["terminals"]["top"] | {"sink": 340.0}
    fit = {"method": "demodulate", "currents": [1e-3, -1e-3, 0.5e-3, -0.5e-3]}
    expanded, fitted = (
        solved(config | {"solver": options | {"orders": 4, "degree": 1, "estimate": False}}, comm)["schemes"][
            "driven"
        ]
        for options in ({}, fit)
    )
    expanded, fitted = (found["configurations"]["P"]["probes"]["v"] for found in (expanded, fitted))
    error = np.abs(np.array(expanded["R"]) - fitted["R"])
    assert np.all(error <= np.add(expanded["uncertainty"], fitted["uncertainty"]))
    assert fitted["uncertainty"][3] < 0.05 * abs(fitted["R"][3])


@pytest.mark.serial
def test_row_23_nothing_drives_without_a_warm_sink():
    terminals = {"bottom": {"region": "A", "face": "zmin", "sink": True}}
    with pytest.raises(InputError, match=r"schemes.thermal: nothing drives .*'sink: 310 K'"):
        load_config(valve(terminals=terminals))


def test_row_23_with_laws_of_the_temperature(comm):
    """S ∝ T: the voltage of a bar is the integral of S dT, by Newton's method under `method: expansion`."""
    config = valve(
        materials={
            "F": {
                "conductivity": 4e6,
                "seebeck": {"proportional": "-20 uV/K", "reference": "300 K"},
                "spin_diffusion_length": "5 nm",
                "thermal_conductivity": "3000 W/(m K)",
            }
        },
        heating={"model": "conserving"},
        solver={"degree": 1},
    )
    config["geometry"]["layers"] = [{"name": "A", "material": "F", "thickness": "100 nm", "elements": 8}]
    config["terminals"]["top"] = {"region": "A", "face": "zmax", "sink": 330.0}
    read = solved(config, comm)["schemes"]["thermal"]["configurations"]["P"]["probes"]["v"]
    assert read["R0"] == pytest.approx(20e-6 / 300 * (330**2 - 300**2) / 2, rel=1e-3)


def test_open_circuit_heat_conductivity_divides_the_temperature(comm):
    """A thermoelectric leg before one with S = 0 and the same heat conductivity without a current."""
    metal = {"conductivity": "2e6 S/m", "spin_diffusion_length": "5 nm"}
    leg = {**metal, "seebeck": "-39 uV/K", "thermal_conductivity_open_circuit": "20 W/m/K"}
    plain = {**metal, "thermal_conductivity": "20 W/m/K"}
    geometry = valve()["geometry"]
    for layer, material in zip(geometry["layers"], ("F", "M", "M"), strict=True):
        layer["material"] = material
    found = solved(valve(geometry=geometry, materials={"F": leg, "M": plain}), comm)
    read = found["schemes"]["thermal"]["configurations"]["P"]["probes"]["v"]["R0"]
    assert read == pytest.approx(39e-6 * (WARM - 300.0) * 100 / 215, rel=1e-6)
