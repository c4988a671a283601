"""Spin injection, spin valves and the spin Peltier effect in bars (solver/physics.md §§8.1–8.5)."""

import closed_forms
import numpy as np
import pytest
from bars import NM, Bar, Layer, Profile, driven
from closed_forms import CoupledJunction

from thermospin.fields import THETA, S
from thermospin.materials.library import library_material

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
MAGNET, METAL = 100 * NM, 3600 * NM
"""Lengths that count as infinite: more than 10 relaxation lengths."""
STEEP = 50e6
"""Temperature gradient in the magnets, K/m."""
DENSE = 1e11
"""Current density, A/m²."""
ACCURACY = 3e-4

junction = (Layer("F", "Py", MAGNET), Layer("N", "Cu", METAL))


def valve(distance):
    return Layer("F1", "Py", MAGNET), Layer("N", "Cu", distance), Layer("F2", "Py", MAGNET)


def warmed(layers):
    """The temperature rise of the right end that makes the gradient in the magnets STEEP."""
    conductivity = {"Py": PY.thermal_conductivity, "Cu": CU.thermal_conductivity}
    heat = STEEP * PY.thermal_conductivity
    return heat * sum(layer.length / conductivity[layer.material] for layer in layers)


def test_thermal_spin_injection(comm):
    bar = Bar(junction, sinks=(0.0, warmed(junction)))
    problem = bar.problem(comm)
    fields = dict(driven(problem, 0.0))
    expected = closed_forms.thermal_spin_injection(PY, CU, STEEP)
    for configuration, sign in {"P": 1, "AP": -1}.items():
        s = Profile.of(problem, fields[configuration], S)
        assert 2 * s.at(MAGNET) == pytest.approx(sign * expected, rel=ACCURACY)


def test_electrical_spin_injection(comm):
    bar = Bar(junction)
    problem = bar.problem(comm)
    fields = dict(driven(problem, DENSE * bar.area))
    expected = closed_forms.electrical_spin_injection(PY, CU)
    ohmic = MAGNET / PY.conductivity + METAL / CU.conductivity
    for configuration, sign in {"P": 1, "AP": -1}.items():
        s = Profile.of(problem, fields[configuration], S)
        assert 2 * s.at(MAGNET) / DENSE == pytest.approx(sign * expected, rel=ACCURACY, abs=0)
        extra = fields[configuration].reading(("left", "right")) / DENSE - ohmic
        assert extra == pytest.approx(PY.polarisation * expected / 2, rel=1e-3, abs=0)


@pytest.mark.parametrize("distance", [15 * NM, 100 * NM, 500 * NM])
def test_magnetoresistance(comm, distance):
    bar = Bar(valve(distance))
    voltage = {
        name: fields.reading(("left", "right"))
        for name, fields in driven(bar.problem(comm), DENSE * bar.area)
    }
    expected = closed_forms.magnetoresistance(PY, CU, distance)
    assert (voltage["AP"] - voltage["P"]) / DENSE == pytest.approx(expected, rel=ACCURACY, abs=0)


@pytest.mark.parametrize("distance", [15 * NM, 100 * NM])
def test_thermal_spin_valve(comm, distance):
    layers = valve(distance)
    bar = Bar(layers, sinks=(0.0, warmed(layers)))
    voltage = {name: fields.reading(("left", "right")) for name, fields in driven(bar.problem(comm), 0.0)}
    expected = closed_forms.thermal_spin_valve(PY, CU, distance, STEEP)
    assert voltage["AP"] - voltage["P"] == pytest.approx(expected, rel=ACCURACY)


COUPLED = {
    "Py": {},
    "Py without a charge Seebeck coefficient": {"base": "Py", "seebeck": 0},
    "strongly coupled": {"base": "Py", "seebeck": "-40 uV/K", "spin_seebeck": "-150 uV/K"},
}
"""Magnets with Z = 1.5e-4, 1.5e-4 and 0.25 at 300 K."""


@pytest.mark.parametrize("values", COUPLED.values(), ids=COUPLED)
def test_coupled_spin_and_heat(comm, values):
    layers = (Layer("F", "Magnet", MAGNET), Layer("N", "Cu", METAL))
    bar = Bar(layers, temperature=300.0, materials={"Magnet": {"base": "Py"} | values})
    problem = bar.problem(comm)
    exact = CoupledJunction.of(problem.config.material("Magnet"), CU, (MAGNET, METAL), 300.0, DENSE)
    fields = dict(driven(problem, DENSE * bar.area))["P"]
    s, rise = (Profile.of(problem, fields, field) for field in (S, THETA))
    slope, start = rise.line(0, MAGNET / 2)
    assert slope == pytest.approx(exact.slope, rel=1e-3)
    assert s.at(MAGNET) == pytest.approx(exact.s, rel=ACCURACY)
    excess = rise.at(MAGNET) - (start + slope * MAGNET)
    assert excess == pytest.approx(exact.excess, rel=1e-3)
    assert decay_length(s) == pytest.approx(exact.decay_length, rel=1e-3)


def decay_length(s):
    """The length over which s decays from F|N into F."""
    near = (s.x > MAGNET - 15 * NM) & (s.x < MAGNET)
    return 1 / np.polyfit(s.x[near], np.log(s.values[near]), 1)[0]
