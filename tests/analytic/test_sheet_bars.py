"""Sheets on a bar along x: Ohm, Fourier, Seebeck and Joule, and spins that diffuse along a sheet."""

import numpy as np
import pytest
from bars import NM
from support import prepare_problem

from thermospin.fields import TAU, THETA, S
from thermospin.linear.request import Request

LENGTH, WIDTH, THICKNESS = 120 * NM, 20 * NM, 10 * NM
SHEET = {
    "region": "bar",
    "face": "zmax",
    "sheet_conductance": "1e-4 S",
    "spin_diffusion_length": "40 nm",
    "seebeck": "70 uV/K",
    "sheet_thermal_conductance": "1e-7 W/K",
}
FILM = {
    "conductivity": 1e5,
    "spin_diffusion_length": "50 nm",
    "seebeck": "-20 uV/K",
    "thermal_conductivity": 5,
}
GLASS = {"conductivity": 0, "thermal_conductivity": 1e-7}
PAD = {"conductivity": 1e10, "spin_diffusion_length": "1 mm", "thermal_conductivity": 1e5}
"""A metal beside which a sheet resists: its own resistance is 1e-6 of that of the sheet."""


def box(start, end):
    return {"min": [start, 0, 0], "max": [end, WIDTH, THICKNESS]}


def device(solids, sheet=None, **others):
    """Solids along x with terminals at both ends, which hold the temperature, and a sheet."""
    names = list(solids)
    return {
        "geometry": {
            "solids": [{"name": name, "material": name, "box": box(*ends)} for name, ends in solids.items()]
        },
        "mesh": {"interface_size": "10 nm", "max_size": "10 nm", "elements_across_film": 1},
        "materials": {"bar": FILM, "left": PAD, "right": PAD},
        "sheets": {"strip": SHEET | (sheet or {})},
        "terminals": {
            "left": {"region": names[0], "face": "xmin", "sink": True},
            "right": {"region": names[-1], "face": "xmax", "sink": True},
        },
        "schemes": {"along": {"left": {"current": "equipotential"}, "right": "ground"}},
        "probes": {"along": ["left", "right"]},
    } | others


def film(**others):
    """A film with a sheet on it; the terminals touch both."""
    return device({"bar": (0, LENGTH)}, **others)


def alone(degree=2, **others):
    """A sheet on glass between two metal pads."""
    ends = {"left": (-10 * NM, 0), "bar": (0, LENGTH), "right": (LENGTH, LENGTH + 10 * NM)}
    materials = {"bar": GLASS, "left": PAD, "right": PAD}
    return device(ends, materials=materials, solver={"degree": degree, "orders": 2}, **others)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_resistance_of_a_sheet_alone(degree, comm):
    problem = prepare_problem(alone(degree, sheet={"seebeck": 0}), comm)
    found = problem.solve("along", "P")
    resistance = LENGTH / WIDTH / 1e-4
    assert found.harmonics(("left", "right"))[0] == pytest.approx(resistance, rel=2e-6)
    assert found.orders[1].generated == pytest.approx(resistance, rel=2e-6)
    assert sum(found.orders[1].heat.values()) == pytest.approx(found.orders[1].generated, rel=1e-6)


@pytest.mark.parametrize(
    "options", [{"spin": "vector"}, {"spin_heat": True}, {"spin": "vector", "spin_heat": True}]
)
def test_resistance_of_a_sheet_alone_with_more_unknowns(options, comm):
    config = alone(sheet={"seebeck": 0, "spin_heat_ratio": 2})
    config["materials"] |= {end: PAD | {"spin_heat_ratio": 2} for end in ("left", "right")}
    found = prepare_problem(config | {"solver": {"orders": 1} | options}, comm).solve("along", "P")
    assert found.harmonics(("left", "right"))[0] == pytest.approx(LENGTH / WIDTH / 1e-4, rel=2e-6)


def test_blocks_of_two_fields_leave_idle_unknowns_alone(comm):
    """They have other entries than the diagonal blocks, which hold each such unknown by itself."""
    config = alone(sheet={"seebeck": 0, "spin_heat_ratio": 2})
    config["materials"] |= {end: PAD | {"spin_heat_ratio": 2} for end in ("left", "right")}
    problem = prepare_problem(config | {"solver": {"orders": 1, "spin_heat": True}}, comm)
    blocks = problem.system.blocks([S, TAU])
    entries = [
        np.diff(block.getValuesCSR()[0])[problem.spaces.idle] for block in (blocks[0][0], blocks[0][1])
    ]
    assert len(problem.spaces.idle) and np.all(entries[0] == 1)
    assert np.all(entries[1] == 0)


@pytest.mark.parametrize("options", [{}, {"spin": "vector", "spin_heat": True}])
def test_resistance_of_a_sheet_beside_one_that_carries_heat_only(options, comm):
    """Cells in the corner of the glass touch both; no electrons are on the other one."""
    config = alone(sheet={"seebeck": 0, "spin_heat_ratio": 2})
    config["sheets"]["cool"] = {"region": "bar", "face": "ymax", "sheet_thermal_conductance": 1e-8}
    config["materials"] |= {end: PAD | {"spin_heat_ratio": 2} for end in ("left", "right")}
    problem = prepare_problem(config | {"solver": {"orders": 1} | options}, comm)
    for field, block in zip(problem.spaces.fields, problem.system.diagonal, strict=True):
        assert block.getDiagonal().min()[1] > 0, field.symbol
    found = problem.solve("along", "P")
    assert found.harmonics(("left", "right"))[0] == pytest.approx(LENGTH / WIDTH / 1e-4, rel=2e-6)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_resistances_in_parallel(degree, comm):
    config = film(temperature="1 mK", solver={"degree": degree})
    found = prepare_problem(config, comm).solve("along", "P").harmonics(("left", "right"))
    conductance = (1e5 * THICKNESS + 1e-4) * WIDTH / LENGTH
    assert found[0] == pytest.approx(1 / conductance, rel=1e-8)


def test_heat_and_thermoelectric_current_in_parallel(comm):
    """Between ends at 0 V ``I = (Σ S_s + σ t S) w ΔT/L``, and ``(K + k t) w ΔT/L`` of heat is conducted."""
    rise = 30.0
    config = film(solver={"degree": 2}, schemes={"along": {"left": {"voltage": 0}, "right": "ground"}})
    config["terminals"]["left"]["sink"] = 300.0 + rise
    rest = prepare_problem(config, comm).solve("along", "P").rest
    current = (1e-4 * 70e-6 - 1e5 * THICKNESS * 20e-6) * WIDTH / LENGTH * rise
    assert rest.currents["left"] == pytest.approx(current, rel=1e-8)
    assert rest.currents["right"] == pytest.approx(-current, rel=1e-8)
    heat = (1e-7 + 5 * THICKNESS) * WIDTH / LENGTH * rise
    assert rest.heat["left"] == pytest.approx(-heat, rel=1e-8)
    assert rest.heat["right"] == pytest.approx(heat, rel=1e-8)


def test_joule_heat_of_a_sheet_alone(comm):
    """``ϑ = r x (L − x)/2K`` with ``r = I²/(Σ w²)``, from the temperature of the pads."""
    problem = prepare_problem(alone(sheet={"seebeck": 0}), comm)
    second = problem.solve("along", "P").orders[1]
    place = problem.spaces.spaces[THETA].tabulate_dof_coordinates()
    part = problem.spaces.ranges[THETA]
    values, place = second.vector.array_r[part], place[: part.stop - part.start]
    on = (place[:, 2] > THICKNESS * (1 - 1e-6)) & (place[:, 0] >= 0) & (place[:, 0] <= LENGTH)
    x = place[on, 0]
    expected = x * (LENGTH - x) / (2 * 1e-7 * 1e-4 * WIDTH**2)
    np.testing.assert_allclose(values[on], expected, rtol=0, atol=1e-4 * LENGTH**2 / (8e-11 * WIDTH**2))


@pytest.mark.parametrize("degree", [2, 3])
def test_spins_diffuse_along_a_sheet(degree, comm):
    """``s = sinh((L − x)/λ)/sinh(L/λ)`` between a pad with s = 1 V and one with s = 0."""
    problem = prepare_problem(alone(degree, temperature="1 mK"), comm)
    solver = problem.scheme("along")
    field, x = problem.spaces.ranges[S], problem.linear.matrix.createVecLeft()
    with x as array:
        array[problem.terminals.by_name["left"].dofs[S] + field.start] = 1.0
    rhs = x.duplicate()
    rhs.set(0.0)
    problem.linear.solve(Request(rhs, x, solver.constraint, 1e-12))
    places = problem.spaces.spaces[S].tabulate_dof_coordinates()[: field.stop - field.start]
    on = (places[:, 2] > THICKNESS * (1 - 1e-6)) & (places[:, 0] >= 0) & (places[:, 0] <= LENGTH)
    length = 40 * NM
    expected = np.sinh((LENGTH - places[on, 0]) / length) / np.sinh(LENGTH / length)
    found = x.array_r[field][on]
    np.testing.assert_allclose(found, expected, rtol=0, atol={2: 3e-4, 3: 2e-5}[degree])


def test_newton_agrees_with_the_series(comm):
    """With a law too weak to matter, Newton's method and the demodulated readings replace the expansion."""
    config = film(heating={"model": "conserving"}, solver={"orders": 3})
    config["terminals"]["right"]["sink"] = False
    series = prepare_problem(config, comm)
    expected = series.solve("along", "P").harmonics(("left", "right"))
    law = {"conductivity": {"linear": "1e5 S/m", "temperature_coefficient": "1e-12 /K", "reference": "300 K"}}
    currents = [sign * k * 1e-6 for k in (1, 2, 3) for sign in (1, -1)]
    solver = {"orders": 3, "method": "demodulate", "currents": currents, "tolerance": 1e-12}
    newton = prepare_problem(config | {"solver": solver, "materials": {"bar": FILM | law}}, comm)
    found = newton.solve("along", "P").harmonics(("left", "right"))
    np.testing.assert_allclose(found[:2], expected[:2], rtol=1e-6)
