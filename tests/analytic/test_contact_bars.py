"""Ohm, Kapitza, Seebeck, Peltier and Joule at interfaces that do not see spin; the elements are exact."""

import numpy as np
import pytest
from bars import NM, THERMOELECTRIC, Bar, Layer, driven
from closed_forms import open_circuit_conductivity
from contact_bars import problem_with, profile_in, sides
from interface_forms import HeatedContact

from thermospin.constants import LORENZ_NUMBER
from thermospin.fields import THETA, V

EXACT = 1e-9
HOT = 300.0
METALS = {
    "A": THERMOELECTRIC["A"],
    "B": THERMOELECTRIC["B"],
    "Oxide": {"conductivity": 0, "thermal_conductivity": 1.4},
}
PLAIN = {name: values | {"seebeck": 0} for name, values in METALS.items() if name != "Oxide"}
"""The metals without a Seebeck effect."""
FIRST, SECOND = 60 * NM, 100 * NM
LAYERS = (Layer("first", "A", FIRST), Layer("second", "B", SECOND))


def bar(materials=METALS, layers=LAYERS, **options):
    return Bar(layers, width=8 * NM, materials=materials, **options)


def one(problem, current):
    ((_, fields),) = driven(problem, current)
    return fields


def halves(problem):
    """The two materials."""
    return tuple(problem.config.material(layer.material) for layer in LAYERS)


@pytest.mark.parametrize("conductance", [1e7, 1e11, 1e13, 1e15, 1e17, 1e19])
def test_resistances_in_series(comm, conductance):
    """From a barrier that lets nothing through to one that is not there."""
    rod = bar(PLAIN)
    problem = problem_with(rod, {"first|second": {"conductance": conductance}}, comm)
    a, b = halves(problem)
    density = 1e11
    fields = one(problem, density * rod.area)
    expected = FIRST / a.conductivity + SECOND / b.conductivity + 1 / conductance
    here, there = sides(problem, fields, V, "first", "second", FIRST)
    # What is left of ∇·(σ∇V) by rounding, over elements of nm, makes the potential of a side drift against G:
    # a jump of 1 V dissipates so much more or less in the matrix than G times the area.
    drift = 1e-15 * b.conductivity / NM / conductance
    found = fields.reading(("left", "right")) / density
    assert found == pytest.approx(expected, rel=EXACT + drift, abs=0)
    rounding = 1e-13 * density * expected
    assert here - there == pytest.approx(density / conductance, rel=EXACT + drift, abs=rounding)


@pytest.mark.parametrize("conductance", [1e6, 1e8, 1e10, 1e14])
def test_thermal_resistances_in_series(comm, conductance):
    """Metal | metal: electrons and phonons cross; the temperature jumps, straight lines are on both sides."""
    rod = bar(PLAIN, temperature=HOT, sinks=(0.0, 30.0))
    crossing = {"conductance": 1e12, "phonon_heat_conductance": conductance}
    problem = problem_with(rod, {"first|second": crossing}, comm)
    fields = one(problem, 0.0)
    a, b = halves(problem)
    total = conductance + LORENZ_NUMBER * 1e12 * HOT
    parts = np.array([FIRST / a.thermal_conductivity, 1 / total, SECOND / b.thermal_conductivity])
    here, there, _ = np.cumsum(parts) * 30 / parts.sum()
    assert sides(problem, fields, THETA, "first", "second", FIRST) == pytest.approx((here, there), rel=EXACT)
    assert fields.heat["left"] == pytest.approx(30 / parts.sum() * rod.area, rel=EXACT, abs=0)
    for region, start, slope in (("first", 0.0, here / FIRST), ("second", there, (30 - there) / SECOND)):
        line = profile_in(problem, fields, THETA, region)
        np.testing.assert_allclose(line.values, start + slope * (line.x - line.x[0]), atol=30 * EXACT)


@pytest.mark.parametrize("resistance", [1e-10, 1e-8, 1e-6])
def test_kapitza_resistances_at_a_film(comm, resistance):
    """Metal | insulator | metal: phonons alone cross; current flows in the first metal only."""
    layers = (LAYERS[0], Layer("oxide", "Oxide", 20 * NM), LAYERS[1])
    rod = bar(layers=layers, temperature=HOT, sinks=(0.0, 30.0))
    config = rod.config()
    config["terminals"]["top"] = {"region": "first", "face": "zmax"}
    sections = {
        "terminals": config["terminals"],
        "schemes": {"along": {"top": "current", "left": "ground", "right": "ground"}},
        "probes": {"far": ["left", "top"]},
    }
    kapitza = {"kapitza_resistance": resistance}
    problem = problem_with(rod, {"first|oxide": kapitza, "second|oxide": kapitza}, comm, **sections)
    fields = one(problem, 0.0)
    kappa = [open_circuit_conductivity(metal, HOT) for metal in halves(problem)]
    oxide = problem.config.material("Oxide").thermal_conductivity
    parts = np.array([FIRST / kappa[0], resistance, 20 * NM / oxide, resistance, SECOND / kappa[1]])
    rises = np.cumsum(parts) * 30 / parts.sum()
    left = sides(problem, fields, THETA, "first", "oxide", FIRST)
    right = sides(problem, fields, THETA, "oxide", "second", FIRST + 20 * NM)
    np.testing.assert_allclose([*left, *right], rises[:4], rtol=EXACT)
    assert fields.heat["left"] == pytest.approx(30 / parts.sum() * rod.area, rel=EXACT, abs=0)


@pytest.mark.parametrize("conductance", [1e11, 1e13, 1e15])
def test_thermovoltage(comm, conductance):
    """``V = S_A ΔT_A + S_i ΔT_i + S_B ΔT_B``; without current the contact conducts ``K − T0 G S_i²``."""
    rod = bar(temperature=HOT, sinks=(0.0, 30.0))
    crossing = {
        "conductance": conductance,
        "seebeck": "-40 uV/K",
        "electronic_heat_conductance": 2e8,
        "phonon_heat_conductance": 3e8,
    }
    if conductance > 1e14:
        crossing |= {"electronic_heat_conductance": 5e9}
    problem = problem_with(rod, {"first|second": crossing}, comm)
    fields = one(problem, 0.0)
    a, b = halves(problem)
    kappa = [open_circuit_conductivity(metal, HOT) for metal in (a, b)]
    contact = crossing["electronic_heat_conductance"] + 3e8 - HOT * conductance * 40e-6**2
    drops = np.array([FIRST / kappa[0], 1 / contact, SECOND / kappa[1]])
    drops *= 30 / drops.sum()
    here, there = sides(problem, fields, THETA, "first", "second", FIRST)
    np.testing.assert_allclose([here, there - here, 30 - there], drops, rtol=EXACT)
    expected = np.array([a.seebeck, -40e-6, b.seebeck]) @ drops
    assert fields.reading(("left", "right")) == pytest.approx(expected, rel=EXACT)


CONTACT = {"conductance": 1e14, "seebeck": "120 uV/K", "phonon_heat_conductance": 1e9}


def heated(problem):
    law = problem.device.resistive_interfaces["first|second"].law
    total = law.heat_conductance(HOT)
    return HeatedContact(halves(problem), (FIRST, SECOND), law.conductance, law.seebeck, total, HOT)


@pytest.mark.parametrize("materials", [PLAIN, METALS], ids=["plain metals", "thermoelectric metals"])
def test_peltier_heat(comm, materials):
    """Without Joule heat: ``T0 S_i j`` is taken from one side and given to the other."""
    rod, density = bar(materials, temperature=HOT), 1e10
    problem = problem_with(rod, {"first|second": CONTACT}, comm)
    fields = one(problem, density * rod.area)
    known = heated(problem)
    rises = known.rises(density, heating=0.0)
    found = sides(problem, fields, THETA, "first", "second", FIRST)
    np.testing.assert_allclose(found, rises, rtol=1e-8)
    assert fields.reading(("left", "right")) == pytest.approx(known.voltage(density, rises), rel=EXACT, abs=0)


@pytest.mark.parametrize("materials", [PLAIN, METALS], ids=["plain metals", "thermoelectric metals"])
def test_joule_heat(comm, materials):
    """The second order with ζ: half of ``ζ j²/G`` is left on either side, and Joule heat in the metals."""
    rod, scale, plain = bar(materials, temperature=HOT), 2.5, {"conductance": 1e13, "seebeck": "50 uV/K"}
    problem = problem_with(rod, {"first|second": plain}, comm, heating={"scale": scale})
    problem.magnetise({})
    second = problem.scheme("along").expand(2).orders[1]
    known = heated(problem)
    a, b = (open_circuit_conductivity(metal, HOT) for metal in known.metals)
    crossing = known.heat_conductance - HOT * known.conductance * known.seebeck**2
    # No temperature changes the currents, so that heat is conducted as in open circuit.
    sources = [
        scale * (length / metal.conductivity + 1 / known.conductance) / 2
        for metal, length in zip(known.metals, known.lengths, strict=True)
    ]
    matrix = [[a / FIRST + crossing, -crossing], [-crossing, b / SECOND + crossing]]
    expected = np.linalg.solve(matrix, sources) / rod.area**2
    found = sides(problem, second, THETA, "first", "second", FIRST)
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    resistance = sum(d / m.conductivity for d, m in zip(known.lengths, known.metals, strict=True)) + 1e-13
    assert second.generated == pytest.approx(scale * resistance / rod.area, rel=EXACT)


@pytest.mark.parametrize("materials", [PLAIN, METALS], ids=["plain metals", "thermoelectric metals"])
def test_all_heat_at_a_current(comm, materials):
    """Peltier heat at the local temperature and the dissipation of the contact, both ways."""
    rod, contact = bar(materials, temperature=HOT), CONTACT | {"conductance": 1e13}
    problem = problem_with(rod, {"first|second": contact}, comm, heating={"model": "conserving"})
    known = heated(problem)
    for density in (2e11, -2e11):
        fields = one(problem, density * rod.area)
        rises = known.rises(density)
        found = sides(problem, fields, THETA, "first", "second", FIRST)
        np.testing.assert_allclose(found, rises, rtol=1e-7)
        assert fields.reading(("left", "right")) == pytest.approx(known.voltage(density, rises), rel=1e-8)
        assert sum(fields.heat.values()) == pytest.approx(fields.power, rel=1e-8, abs=0)
