"""Slabs with heat transfer to the surroundings, given heat at faces and given heat in regions."""

from copy import deepcopy

import numpy as np
import pytest
from bars import NM, Profile
from support import SilentProgress, prepare_problem

from thermospin.device import Device
from thermospin.fields import THETA
from thermospin.runs.numbers import configuration_data
from thermospin.runs.simulation import solve
from thermospin.runs.workbench import operator_key
from thermospin.validation import load_config

EXACT = 1e-8
T0, LENGTH, WIDTH = 300.0, 90 * NM, 12 * NM
AREA = WIDTH**2
K = 20.0
TRANSFER = 3e8
"""W/(m² K): a Biot number g L/k of 1.35."""
METAL = {"conductivity": 1e5, "thermal_conductivity": K, "spin_diffusion_length": "50 nm"}


def slab(left, right, heating=None, degree=2, **solver):
    """A slab with conditions on its two ends."""
    half = WIDTH / 2
    box = {"min": [0, -half, -half], "max": [LENGTH, half, half]}
    return {
        "temperature": T0,
        "geometry": {"solids": [{"name": "slab", "material": "M", "box": box}]},
        "mesh": {"max_size": 15 * NM, "interface_size": 15 * NM, "elements_across_film": 1},
        "materials": {"M": METAL},
        "terminals": {
            "left": {"region": "slab", "face": "xmin"} | left,
            "right": {"region": "slab", "face": "xmax"} | right,
            "side": {"region": "slab", "face": "ymin"},
        },
        "heating": heating or {},
        "schemes": {"rest": {"left": "ground"}},
        "probes": {"along": ["left", "right"]},
        "solver": {"degree": degree, "orders": 1, "tolerance": 1e-12} | solver,
    }


def rest(config, comm):
    problem = prepare_problem(config, comm)
    problem.magnetise({})
    return problem, problem.scheme("rest").expand(1).rest


def profile(problem, solution):
    return Profile.of(problem, solution, THETA)


def assert_rise(problem, solution, exact):
    found = profile(problem, solution)
    expected = exact(found.x)
    np.testing.assert_allclose(found.values, expected, rtol=0, atol=EXACT * np.abs(expected).max())


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_heat_transfer_in_series(comm, degree):
    """Two transfers and a slab: ``q = ΔT/(1/g1 + L/k + 1/g2)``."""
    warm = {"heat_transfer": TRANSFER, "ambient": T0 + 8}
    cool = {"heat_transfer": 2 * TRANSFER, "ambient": T0 - 4}
    problem, found = rest(slab(warm, cool, degree=degree), comm)
    flux = 12 / (1 / TRANSFER + LENGTH / K + 1 / (2 * TRANSFER))
    assert_rise(problem, found, lambda x: 8 - flux / TRANSFER - flux * x / K)
    assert found.heat["right"] == pytest.approx(flux * AREA, rel=EXACT, abs=0)
    assert found.heat["left"] == pytest.approx(-flux * AREA, rel=EXACT, abs=0)


@pytest.mark.parametrize("degree", [1, 2, 3])
@pytest.mark.parametrize("given", [{"power": 2e-6}, {"power_density": 2e-6 / AREA}])
def test_given_heat_at_a_face(comm, degree, given):
    problem, found = rest(slab(given, {"heat_transfer": TRANSFER}, degree=degree), comm)
    flux = 2e-6 / AREA
    assert_rise(problem, found, lambda x: flux / TRANSFER + flux * (LENGTH - x) / K)
    assert found.heat["right"] == pytest.approx(2e-6, rel=EXACT, abs=0)
    assert found.heat["left"] == pytest.approx(-2e-6, rel=EXACT, abs=0)
    assert found.generated == 0


@pytest.mark.parametrize("degree", [2, 3])
@pytest.mark.parametrize("key", ["power", "power_density"])
def test_given_heat_in_a_region(comm, degree, key):
    """``ϑ = h (L/g + L²/2k − x²/2k)`` with an adiabatic face at x = 0."""
    density = 1e15
    heat = {key: {"slab": density * AREA * LENGTH if key == "power" else density}}
    config = slab({}, {"heat_transfer": TRANSFER}, heating=heat, degree=degree)
    problem, found = rest(config, comm)
    assert_rise(problem, found, lambda x: density * (LENGTH / TRANSFER + (LENGTH**2 - x**2) / 2 / K))
    power = density * AREA * LENGTH
    assert found.generated == pytest.approx(power, rel=EXACT, abs=0)
    assert found.heat["right"] == pytest.approx(power, rel=EXACT, abs=0)


def test_a_cooling_fin(comm):
    """A rod that loses heat at one side, ``ϑ'' = g ϑ/(k w)``, as thin as a fin must be: Biot number 1e-3."""
    transfer = 1e-3 * K / WIDTH
    config = slab({"sink": T0 + 10}, {})
    config["terminals"]["side"]["heat_transfer"] = transfer
    _, found = rest(config, comm)
    m = (transfer / K / WIDTH) ** 0.5
    assert found.heat["side"] == pytest.approx(10 * K * m * np.tanh(m * LENGTH) * AREA, rel=1e-3, abs=0)
    assert found.heat["left"] == pytest.approx(-found.heat["side"], rel=EXACT, abs=0)


def test_conductivity_that_follows_the_temperature(comm):
    """Kirchhoff's transformation: ``k0 (ϑ + α ϑ²/2)`` is linear, from ``ϑ = q/g`` at the cooled end on."""
    slope, flux, transfer = 2e-3, 5e9, 1e8
    config = slab({"power_density": flux}, {"heat_transfer": transfer}, method="demodulate", currents=[1.0])
    law = {"linear": K, "temperature_coefficient": slope, "reference": T0}
    config["materials"] = {"M": METAL | {"thermal_conductivity": law}}
    config["mesh"] |= {"max_size": 4 * NM, "interface_size": 4 * NM}
    problem = prepare_problem(config, comm)
    problem.magnetise({})
    found = problem.scheme("rest").at(0.0)
    cool = flux / transfer
    transformed = cool + slope * cool**2 / 2 + flux * LENGTH / K
    hot = ((1 + 2 * slope * transformed) ** 0.5 - 1) / slope
    rise = profile(problem, found)
    assert rise.values[0] == pytest.approx(hot, rel=1e-7)
    assert rise.values[-1] == pytest.approx(cool, rel=1e-7)
    assert found.heat["right"] == pytest.approx(flux * AREA, rel=EXACT, abs=0)


LEG = {
    "hot": METAL | {"seebeck": "200 uV/K", "conductivity": 1e6},
    "cold": METAL | {"seebeck": "-100 uV/K", "conductivity": 1e6},
}
"""Metals that heat at rest makes a voltage in."""


def couple(**solver):
    """Two thermoelectric legs, cooled by transfer, with heat in one of them and through a side."""
    half = WIDTH / 2
    solids = [
        {
            "name": name,
            "material": name,
            "box": {"min": [x, -half, -half], "max": [x + LENGTH / 2, half, half]},
        }
        for name, x in (("hot", 0.0), ("cold", LENGTH / 2))
    ]
    return {
        "temperature": T0,
        "geometry": {"solids": solids},
        "mesh": {"max_size": 8 * NM, "interface_size": 8 * NM, "elements_across_film": 1},
        "materials": LEG,
        "terminals": {
            "left": {"region": "hot", "face": "xmin", "heat_transfer": TRANSFER, "ambient": T0 + 5},
            "right": {"region": "cold", "face": "xmax", "heat_transfer": TRANSFER},
            "side": {"region": "hot", "face": "ymin", "power": 1e-7},
        },
        "heating": {"model": "conserving", "power": {"cold": 1e-7}},
        "schemes": {"along": {"left": "current", "right": "ground"}},
        "probes": {"along": ["left", "right"]},
        "solver": {"degree": 2, "orders": 3} | solver,
    }


def test_energy_balances_without_a_sink(comm):
    with prepare_problem(couple(), comm) as problem:
        found = problem.solve("along", next(iter(problem.states)))
    data = configuration_data(found, problem.device.probes, None, conserving=True)
    assert data["balances"]["heat"] <= 1e-9
    assert data["sinks"]["side"]["heat0"] == pytest.approx(-1e-7, rel=EXACT, abs=0)
    assert data["sinks"]["side"]["heat"] == [0.0, 0.0, 0.0]
    assert data["balances"]["power"][2] > 0


def test_expansion_agrees_with_fields_at_currents(comm):
    """R0 to R2 of an open thermocouple of two legs, from series and from fits."""
    currents = [-2e-6, -1e-6, 1e-6, 2e-6]
    found = []
    for solver in ({}, {"method": "demodulate", "currents": currents}):
        with prepare_problem(couple(**solver), comm) as problem:
            expansion = problem.solve("along", next(iter(problem.states)))
            found.append([part.reading(("left", "right")) for part in expansion.by_power.values()][:3])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


def test_voltage_of_the_couple(comm):
    """``R0 = Σ S ΔT`` over the legs, with rises at their ends from the one-dimensional heat equation."""
    config = couple(orders=1)
    config["terminals"]["side"].pop("power")
    with prepare_problem(config, comm) as problem:
        rest = problem.solve("along", next(iter(problem.states))).rest
        numbers = [problem.device.materials[name] for name in ("hot", "cold")]
    half, density = LENGTH / 2, 1e-7 / AREA / (LENGTH / 2)
    first, second = (
        metal.thermal_conductivity - T0 * metal.conductivity * metal.seebeck**2 for metal in numbers
    )
    # Unknowns: the rises at both ends and at the junction; fluxes balance at all three.
    matrix = [
        [TRANSFER + first / half, -first / half, 0],
        [-first / half, first / half + second / half, -second / half],
        [0, -second / half, TRANSFER + second / half],
    ]
    left, middle, right = np.linalg.solve(matrix, [5 * TRANSFER, density * half / 2, density * half / 2])
    expected = -numbers[0].seebeck * (left - middle) - numbers[1].seebeck * (middle - right)
    assert rest.reading(("left", "right")) == pytest.approx(expected, rel=1e-7)


def test_estimate_of_given_heat(comm):
    """The error bar of R0 at degree 1 holds the difference to degree 2, and is small."""
    read = {}
    for degree in (1, 2):
        config = couple(degree=degree, orders=1, estimate=degree == 1)
        with prepare_problem(config, comm) as problem:
            table = solve(problem, SilentProgress()).readings
        read[degree] = table[table.order == 0].iloc[0]
    step = read[2].value - read[1].value
    assert abs(step) > 1e-7 * abs(read[2].value)
    assert abs(step) <= read[1].mesh_error <= 0.01 * abs(read[1].value)


def test_sweeps_renew_the_operator():
    """The coefficient of heat transfer is in the operator; ambient and given heat are not."""
    keys = []
    for change in ({}, {"power": 2e-7}, {"heat_transfer": TRANSFER}):
        config = deepcopy(couple())
        config["terminals"]["side"] = {"region": "hot", "face": "ymin", "power": 1e-7} | change
        if "heat_transfer" in change:
            config["terminals"]["side"].pop("power")
        loaded = load_config(config)
        keys.append(operator_key(loaded, Device.of(loaded)))
    assert keys[0] == keys[1] != keys[2]
