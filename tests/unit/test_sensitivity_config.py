"""Numbers of materials and interfaces that sensitivities are by, and devices without sensitivities."""

from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from valve import MATERIALS, valve_config

from thermospin.config.numbers import material_numbers, with_number
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.materials import Material
from thermospin.materials.interface import InterfaceValues
from thermospin.materials.sheet import SheetValues
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


EVERY_LAW = """
conductivity: {resistivity: 2e-8, temperature_coefficient: 0.0039, reference: 300}
seebeck: {polynomial: [1.6 uV/K, 5 nV/K^2, 0], reference: 300}
spin_diffusion_length: {linear: 350 nm, temperature_coefficient: -1e-3, reference: 300}
thermal_conductivity: {wiedemann_franz: 0.9, phonons: 10}
spin_seebeck: {proportional: -3 uV/K, reference: 300}
polarisation: {table: [[250, 0.4], [350, 0.3]], range: [260, 340]}
"""


def test_numbers_of_laws():
    """All but ranges and the temperatures of tables."""
    entry = {"Magnet": yaml.safe_load(EVERY_LAW)}
    own = config(materials=MATERIALS | entry)
    found = {n.key: (n.value, n.unit) for n in material_numbers(own) if n.key.startswith("materials.Magnet")}
    expected = {
        "conductivity.resistivity": (2e-8, "ohm m"),
        "conductivity.temperature_coefficient": (0.0039, "K^-1"),
        "conductivity.reference": (300, "K"),
        "seebeck.polynomial[0]": (1.6e-6, "V/K"),
        "seebeck.polynomial[1]": (5e-9, "V/K/K"),
        "seebeck.reference": (300, "K"),
        "spin_diffusion_length.linear": (3.5e-7, "m"),
        "spin_diffusion_length.temperature_coefficient": (-1e-3, "K^-1"),
        "spin_diffusion_length.reference": (300, "K"),
        "thermal_conductivity.wiedemann_franz": (0.9, ""),
        "thermal_conductivity.phonons": (10, "W/(m K)"),
        "spin_seebeck.proportional": (-3e-6, "V/K"),
        "spin_seebeck.reference": (300, "K"),
        "polarisation.table[0][1]": (0.4, ""),
        "polarisation.table[1][1]": (0.3, ""),
    }
    assert {key.removeprefix("materials.Magnet."): value for key, value in found.items()} == {
        key: (pytest.approx(value), unit) for key, (value, unit) in expected.items()
    }
    place = ("materials", "Magnet", "seebeck", "polynomial", 1)
    changed = with_number(own, place, 7e-9).material_entry("Magnet").seebeck
    assert changed.derivatives(np.array([310.0]))[0] == pytest.approx(1.6e-6 + 10 * 7e-9)


NO_COEFFICIENTS = {"magnetic", "tensor_diffusion", "nanoclusters"}
"""Keys of a material that hold no number of their own: truth, and sections with numbers inside."""


@pytest.mark.parametrize("model", [Material, InterfaceValues, SheetValues])
def test_every_number_of_the_schema_is_one(model):
    """A new key of a material, interface or sheet is found as a number with the unit of its type."""
    keys = model.model_fields.keys() - NO_COEFFICIENTS
    given = model.model_construct(**dict.fromkeys(keys, 0.25))
    own = SimpleNamespace(
        geometry=SimpleNamespace(materials={"A": "A"} if model is Material else {}),
        material_entry=lambda name: given,
        interfaces=[given] if model is InterfaceValues else [],
        sheets={"g": given} if model is SheetValues else {},
        heating=SimpleNamespace(model="conserving"),
        all_terminals={},
    )
    found = {number.place[-1] for number in material_numbers(own)}

    assert found == keys


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
        {"heating": {"power": {"N": "1 uW"}}},
        {"materials": MATERIALS | {"Oxide": WITH_A_LAW}},
    ],
    ids=["heat", "law"],
)
def test_devices_without_adjoints(sections):
    assert has_adjoints(Device.of(config()))
    assert has_adjoints(Device.of(config(solver={"spin": "vector"})))
    assert not has_adjoints(Device.of(config(**sections)))


def test_the_largest_come_first():
    parameters = [{"key": key} for key in "abcd"]
    reading = {"derivatives": [1.0, 2.0, 3.0, 4.0], "relative": [0.1, -3.1, 1e-9, 0.2]}
    assert [row[0]["key"] for row in largest(reading, parameters, 2)] == ["b", "d"]
    assert largest(reading | {"relative": None}, parameters, 2) == []
