"""Ohm, Fourier, Seebeck, Peltier and Joule in bars of normal metals, which quadratic elements hold."""

import numpy as np
import pytest
from bars import COLD, NM, THERMOELECTRIC, Bar, Layer, Profile, driven
from closed_forms import open_circuit_conductivity
from support import prepare_problem

from thermospin.fields import THETA

EXACT = 1e-9
LAYERS = (Layer("first", "A", 60 * NM), Layer("second", "B", 100 * NM), Layer("third", "C", 40 * NM))


def bar(layers, **options):
    return Bar(layers, width=8 * NM, materials=THERMOELECTRIC, **options)


def in_layers(problem, layers, quantity):
    """A quantity of the material of each layer."""
    return np.array([quantity(problem.config.material(layer.material)) for layer in layers])


def lengths(layers):
    return np.array([layer.length for layer in layers])


def test_resistances_in_series(comm):
    rod = bar(LAYERS, temperature=COLD)
    problem = rod.problem(comm)
    ((_, fields),) = driven(problem, 1e-3)
    expected = (
        np.sum(lengths(LAYERS) / in_layers(problem, LAYERS, lambda metal: metal.conductivity)) / rod.area
    )
    # Peltier heat adds the order T0 S² σ/k = 1e-5 of a resistance.
    assert fields.reading(("left", "right")) / 1e-3 == pytest.approx(expected, rel=2e-5)


@pytest.mark.parametrize("temperature", [COLD, 300.0])
def test_thermal_resistances_and_thermovoltages_in_series(comm, temperature):
    rod = bar(LAYERS, temperature=temperature, sinks=(0.0, 30.0))
    problem = rod.problem(comm)
    ((_, fields),) = driven(problem, 0.0)
    kappa = in_layers(problem, LAYERS, lambda metal: open_circuit_conductivity(metal, temperature))
    seebeck = in_layers(problem, LAYERS, lambda metal: metal.seebeck)
    resistances = lengths(LAYERS) / kappa
    rises = np.cumsum([0.0, *resistances]) * 30 / resistances.sum()
    found = Profile.of(problem, fields, THETA)
    np.testing.assert_allclose([found.at(x) for x in rod.ends], rises, rtol=0, atol=30 * EXACT)
    assert fields.reading(("left", "right")) == pytest.approx(seebeck @ np.diff(rises), rel=EXACT)
    assert fields.heat["left"] == pytest.approx(30 / resistances.sum() * rod.area, rel=EXACT, abs=0)
    assert fields.heat["right"] == pytest.approx(-fields.heat["left"], rel=EXACT, abs=0)


def test_joule_heat_between_two_sinks(comm):
    """``T = h x (L − x)/2k`` with ``h = ζ J²/σ``; half of ``ζ R I²`` leaves through either end."""
    rod, scale = bar([Layer("only", "C", 200 * NM)]), 2.5
    problem = prepare_problem(rod.config() | {"heating": {"scale": scale}}, comm)
    problem.magnetise({})
    expansion = problem.scheme("along").expand(2)
    second, metal, length = expansion.orders[1], problem.config.material("C"), 200 * NM
    source = scale / metal.conductivity / rod.area**2
    rise = Profile.of(problem, second, THETA)
    quadratic = source * rise.x * (length - rise.x) / 2 / open_circuit_conductivity(metal, rod.temperature)
    np.testing.assert_allclose(rise.values, quadratic, rtol=0, atol=1e-7 * quadratic.max())
    power = scale * length / metal.conductivity / rod.area
    for end in ("left", "right"):
        assert second.heat[end] == pytest.approx(power / 2, rel=EXACT)
    assert expansion.at(2e-3).generated == pytest.approx(power * 4e-6, rel=EXACT)


def test_heated_junction(comm):
    """A Peltier element: A|B between two sinks, with all heat, order by order.

    With ``K = κ_A/L_A + κ_B/L_B`` and the Joule heat ``h`` that reaches the junction, its rise is
    ``ϑ = ((S_A−S_B) j T0 + h j²)/(K − (S_A−S_B) j)``; it adds ``(S_A−S_B) ϑ`` to the voltage.
    """
    layers, temperature = LAYERS[:2], 300.0
    rod = bar(layers, temperature=temperature)
    config = rod.config() | {"heating": {"model": "conserving"}}
    problem = prepare_problem(config, comm)
    problem.magnetise({})
    found = problem.scheme("along").expand(4).harmonics(("left", "right"))

    sigma = in_layers(problem, layers, lambda metal: metal.conductivity)
    kappa = in_layers(problem, layers, lambda metal: open_circuit_conductivity(metal, temperature))
    seebeck = problem.config.material("A").seebeck - problem.config.material("B").seebeck
    conductance = np.sum(kappa / lengths(layers))
    resistance, heat = np.sum(lengths(layers) / sigma), np.sum(lengths(layers) / sigma) / 2
    first = seebeck * temperature / conductance
    second = (seebeck * first + heat) / conductance
    rises = np.array([first, second, second * seebeck / conductance, second * (seebeck / conductance) ** 2])
    expected = seebeck * rises + [resistance, 0, 0, 0]
    np.testing.assert_allclose(found, expected / rod.area ** np.arange(1, 5), rtol=1e-8)


def test_thermocouple(comm):
    """Two metals on a hot block that conducts heat well, cold at the other ends: ``V = (S_A − S_B) ΔT``."""
    legs = (Layer("first", "A", 100 * NM), Layer("block", "Block", 40 * NM), Layer("second", "B", 100 * NM))
    rod = Bar(
        legs, width=8 * NM, materials=THERMOELECTRIC | {"Block": {"base": "C", "thermal_conductivity": 1e5}}
    )
    config, rise = rod.config(), 25.0
    for side in ("ymin", "ymax", "zmin", "zmax"):
        config["terminals"][side] = {"region": "block", "face": side, "sink": rod.temperature + rise}
    problem = prepare_problem(config, comm)
    ((_, fields),) = driven(problem, 0.0)
    seebeck = in_layers(problem, legs, lambda metal: metal.seebeck)
    assert fields.reading(("left", "right")) == pytest.approx(rise * (seebeck[0] - seebeck[2]), rel=1e-4)
