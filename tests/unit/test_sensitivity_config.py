"""Numbers of materials and interfaces that sensitivities are by, and devices without sensitivities."""

import pytest
from valve import MATERIALS, valve_config

from thermospin.config.numbers import material_numbers, with_number
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.output.sensitivities import largest
from thermospin.runs.coefficient_changes import find_changes
from thermospin.validation import load_config
from thermospin.validation.sensitivity import check_sensitivity, has_adjoints

pytestmark = pytest.mark.serial

RESISTANCE = {"between": ["N", "F1"], "area_resistance": "2 fohm m^2", "asymmetry": 0.6, "seebeck": 0}

LAW = {"linear": 1.4, "temperature_coefficient": 1e-3, "reference": 300}
WITH_A_LAW = {"conductivity": 0, "thermal_conductivity": LAW}


def config(**sections):
    return load_config(valve_config() | sections)


def test_numbers_that_are_given():
    found = {number.key: number for number in material_numbers(config(interfaces=[RESISTANCE]))}
    materials = {f"materials.{name}.{key}" for name, values in MATERIALS.items() for key in values}
    interface = {"interfaces[0].area_resistance", "interfaces[0].asymmetry"}
    assert found.keys() == materials - {"materials.Oxide.conductivity"} | interface | {"heating.scale"}
    assert found["materials.Magnet.spin_seebeck"].value == -8e-6
    assert found["materials.Magnet.spin_seebeck"].unit == "V/K"
    assert found["materials.Magnet.polarisation"].unit == ""
    assert found["interfaces[0].area_resistance"].unit == "ohm m^2"


def test_a_changed_interface_has_the_coefficients_of_its_numbers():
    """1/G = 2 AR* (1 − γ²)/2, although an interface keeps the coefficients that it once had."""
    before = config(interfaces=[RESISTANCE])
    assert before.interfaces[0].material.conductance == pytest.approx(1e15 / (1 - 0.36))
    after = with_number(before, ("interfaces", 0, "area_resistance"), 1e-15)
    assert after.interfaces[0].material.conductance == pytest.approx(2e15 / (1 - 0.36))
    assert before.interfaces[0].area_resistance == 2e-15


def test_derivatives_of_the_relaxation():
    """(1 − P²) σ/λ²: by λ, −2/λ of it; by P, −2 P/(1 − P²)."""
    own = config()
    for change in find_changes(own, Device.of(own), None):
        of = change.quantities(["F1"], lambda t0: [lambda m: m.spin_relaxation])[0, 0]
        value = 0.84 * 4.32e6 / 8e-9**2
        expected = {
            "materials.Magnet.spin_diffusion_length": -2 / 8e-9,
            "materials.Magnet.polarisation": -0.8 / 0.84,
            "materials.Magnet.conductivity": 1 / 4.32e6,
        }
        wanted = expected.get(change.number.key, 0.0)
        size = abs(value / change.number.value)
        assert of == pytest.approx(wanted * value, rel=1e-9, abs=1e-11 * size)


def test_nothing_is_read():
    own = config(probes={})
    with pytest.raises(InputError, match="probes: there is no reading; add a pair of terminals"):
        check_sensitivity(own, Device.of(own))


@pytest.mark.parametrize(
    "sections",
    [
        {"solver": {"spin": "vector"}},
        {"heating": {"power": {"N": "1 uW"}}},
        {"materials": MATERIALS | {"Oxide": WITH_A_LAW}},
    ],
    ids=["vector", "heat", "law"],
)
def test_devices_without_adjoints(sections):
    assert has_adjoints(Device.of(config()))
    assert not has_adjoints(Device.of(config(**sections)))


def test_the_largest_come_first():
    parameters = [{"key": key} for key in "abcd"]
    reading = {"derivatives": [1.0, 2.0, 3.0, 4.0], "relative": [0.1, -3.1, 1e-9, 0.2]}
    assert [row[0]["key"] for row in largest(reading, parameters, 2)] == ["b", "d"]
    assert largest(reading | {"relative": None}, parameters, 2) == []
