"""Materials that follow laws: their numbers, their lifted coefficients with derivatives, configurations."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from thermospin.cli import main
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.materials import Material, library_material
from thermospin.materials.laws import Polynomial, RangeError, Resistivity
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

NUMBERS = {
    "conductivity": 6e6,
    "polarisation": 0.4,
    "spin_diffusion_length": 12e-9,
    "seebeck": -17e-6,
    "spin_seebeck": 5e-6,
    "thermal_conductivity": 70.0,
    "electronic_thermal_conductivity": 40.0,
    "heat_polarisation": 0.3,
    "spin_heat_diffusion_length": 6e-9,
}
LAWS = {
    "conductivity": {"resistivity": 1 / 6e6, "temperature_coefficient": 2e-3, "reference": 300},
    "polarisation": {"polynomial": [0.4, -3e-4, -1e-7], "reference": 300},
    "spin_diffusion_length": {"table": [[200, "15 nm"], [290, "12.2 nm"], [310, "11.7 nm"], [500, "9 nm"]]},
    "seebeck": {"proportional": "-17 uV/K", "reference": "300 K"},
    "spin_seebeck": {"linear": "5 uV/K", "temperature_coefficient": 1e-3, "reference": 300},
    "thermal_conductivity": {"polynomial": [70, -0.01], "reference": 300},
    "electronic_thermal_conductivity": {"wiedemann_franz": 0.9},
    "heat_polarisation": {"polynomial": [0.3, -1e-4], "reference": 300},
    "spin_heat_diffusion_length": {"linear": "6 nm", "temperature_coefficient": -1e-3, "reference": 300},
}
CLUSTERS = {
    "relaxation_time_up": "5 fs",
    "relaxation_time_down": "9 fs",
    "spin_flip_time": "0.5 ps",
    "spin": 300,
    "fermi_velocity": "1.57e6 m/s",
    "density_of_states": "5.6e46 /(J m^3)",
}
MATERIALS = {
    "all laws": Material(**LAWS),
    "wiedemann_franz": Material(
        **NUMBERS
        | LAWS
        | {
            "thermal_conductivity": {"wiedemann_franz": 1.1, "phonons": 3},
            "electronic_thermal_conductivity": None,
        }
    ),
    "default electrons": Material(**LAWS | {"electronic_thermal_conductivity": None}),
    "phonons": Material(
        **LAWS
        | {
            "electronic_thermal_conductivity": None,
            "phonon_thermal_conductivity": {"proportional": 9, "reference": 300},
        }
    ),
    "clusters": Material(
        nanoclusters=CLUSTERS,
        thermal_conductivity={"wiedemann_franz": 1},
        spin_diffusion_length="40 nm",
        spin_heat_ratio=4,
    ),
}
TEMPERATURES = np.array([[255.0, 270.0, 283.0], [301.0, 330.0, 440.0]])
STENCIL = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}
FIELD = 1.5
TENSOR = ("X", "across", "turning")


@pytest.fixture(params=MATERIALS.values(), ids=MATERIALS.keys())
def material(request):
    return request.param


def parts(derivatives):
    """Every array of the derivatives, by name."""
    for name, value in vars(derivatives).items():
        if name in ("conduction", "thermoelectric_tensor"):
            yield from ((f"{name}.{part}", array) for part, array in zip(TENSOR, value, strict=True))
        elif isinstance(value, tuple):
            yield f"{name}.sum", value.sum
            yield f"{name}.difference", value.difference
        else:
            yield name, value


def lifted(values, t):
    """The same coefficients of a material at a temperature."""
    return {
        **{f"conduction.{part}": getattr(values.conduction(0.0), part) for part in TENSOR},
        **{
            f"thermoelectric_tensor.{part}": getattr(values.thermoelectric_tensor(0.0), part)
            for part in TENSOR
        },
        "electrical.sum": values.electrical.sum,
        "electrical.difference": values.electrical.difference,
        "thermoelectric.sum": values.thermoelectric.sum,
        "thermoelectric.difference": values.thermoelectric.difference,
        "electronic_heat.sum": values.electronic_heat(t).sum,
        "electronic_heat.difference": values.electronic_heat(t).difference,
        "phonon_heat": values.phonon_heat(t),
        "thermal_conductivity": values.thermal_conductivity,
        "relaxation": values.spin_relaxation,
        "heat_relaxation": values.spin_heat_relaxation(t),
        "transverse_relaxation": values.transverse_relaxation,
        "exchange_precession": values.exchange_precession,
        "larmor": values.larmor,
    }


def test_the_values_are_those_of_the_material_at_each_temperature(material):
    found = dict(parts(material.derivatives(TEMPERATURES, 0, FIELD)))
    for index, t in np.ndenumerate(TEMPERATURES):
        for name, value in lifted(material.at(t, FIELD), t).items():
            assert found[name][(0, *index)] == pytest.approx(value, rel=1e-13, abs=1e-12), name


def test_each_derivative_is_the_slope_of_the_one_before(material):
    found, step = dict(parts(material.derivatives(TEMPERATURES, 4, FIELD))), 0.25
    near = {i: dict(parts(material.derivatives(TEMPERATURES + i * step, 3, FIELD))) for i in STENCIL}
    for name, values in found.items():
        assert values.shape == (5, 2, 3)
        slopes = sum(weight * near[i][name] for i, weight in STENCIL.items()) / step
        for k in range(4):
            roundoff = 1e-14 * max(np.abs(values[k]).max() / step, np.abs(values[0]).max() / 100 ** (k + 1))
            assert values[k + 1] == pytest.approx(slopes[k], rel=1e-5, abs=roundoff), (name, k)


def test_derivatives_of_numbers_vanish():
    material = Material(**NUMBERS)
    assert material.is_constant
    assert material.at(412.0, 3.0) == material.at(300.0)
    for name, values in parts(material.derivatives(TEMPERATURES, 2)):
        assert (values[0] == lifted(material.at(300.0), 300.0)[name]).all(), name
        assert (values[1:] == 0).all(), name


def test_default_electrons_of_numbers_are_those_at_the_base_temperature():
    material = Material(**NUMBERS | {"electronic_thermal_conductivity": None})
    heat = material.derivatives(TEMPERATURES, 1, base=300.0).electronic_heat.sum
    assert (heat[0] == material.at(300.0).electronic_heat(300.0).sum).all()
    assert (heat[1] == 0).all()
    local = material.derivatives(TEMPERATURES, 1).electronic_heat.sum
    assert local[0] == pytest.approx(2.443e-8 * 6e6 * TEMPERATURES, rel=1e-14)
    follows = MATERIALS["default electrons"]
    assert follows.derivatives(TEMPERATURES, 1, base=300.0).electronic_heat.sum.tolist() == (
        follows.derivatives(TEMPERATURES, 1).electronic_heat.sum.tolist()
    )


def test_default_electrons_stop_at_k():
    material = Material(
        **NUMBERS
        | {"electronic_thermal_conductivity": None, "thermal_conductivity": 44}
        | {"conductivity": {"linear": 6e6, "temperature_coefficient": 0, "reference": 300}}
    )
    t = np.array([250.0, 350.0])
    heat = material.derivatives(t, 1)
    wf = 2.443e-8 * 6e6
    assert heat.electronic_heat.sum == pytest.approx(np.array([[wf * 250, 44], [wf, 0]]), rel=1e-14)
    assert heat.phonon_heat[0, 1] == 0


def test_without_a_spin_heat_length_there_is_no_heat_relaxation():
    material = Material(**NUMBERS | {"spin_heat_diffusion_length": None, "seebeck": LAWS["seebeck"]})
    assert material.derivatives(TEMPERATURES, 1).heat_relaxation is None
    glass = Material(
        conductivity=0,
        thermal_conductivity={"linear": 1.4, "temperature_coefficient": 1e-3, "reference": 300},
    )
    heat = glass.derivatives(TEMPERATURES, 1)
    assert (heat.heat_relaxation == 0).all()
    assert (heat.electrical.sum == 0).all()
    assert (heat.thermal_conductivity[1] == 1.4e-3).all()


def test_numbers_of_laws_at_the_reference_are_the_numbers():
    numbers = MATERIALS["all laws"].at(300.0)
    for name, expected in NUMBERS.items():
        if not name.endswith("thermal_conductivity") and name != "spin_diffusion_length":
            assert getattr(numbers, name) == pytest.approx(expected, rel=1e-14, abs=0), name
    assert numbers.electronic_thermal_conductivity == pytest.approx(0.9 * 2.443e-8 * 6e6 * 300, rel=1e-14)
    assert numbers == MATERIALS["all laws"].at(300.0)


def test_laws_can_be_given_as_objects():
    law = Resistivity(resistivity=2e-8, temperature_coefficient=0.004, reference=300)
    material = Material(
        conductivity=law,
        thermal_conductivity=300,
        spin_diffusion_length=1e-7,
        seebeck={"polynomial": [1e-6]} | {"reference": 300},
    )
    assert material.at(300).conductivity == pytest.approx(5e7, rel=1e-14)
    assert isinstance(material.seebeck, Polynomial)


@pytest.mark.parametrize(
    ("laws", "key", "says"),
    [
        (
            {"seebeck": LAWS["seebeck"] | {"range": [250, 400]}},
            "seebeck",
            "from 250 K to 400 K, not at 440 K",
        ),
        (
            {"polarisation": {"polynomial": [0.9, 1e-3], "reference": 300}},
            "polarisation",
            "gives 1.04 at 440 K",
        ),
        (
            {"conductivity": LAWS["conductivity"] | {"temperature_coefficient": -0.008}},
            "conductivity",
            "S/m at 440 K; must be greater than 0 S/m",
        ),
        (
            {
                "electronic_thermal_conductivity": {
                    "linear": 69,
                    "temperature_coefficient": 1e-3,
                    "reference": 300,
                }
            },
            "electronic_thermal_conductivity",
            "exceeds thermal_conductivity at 330 K",
        ),
    ],
)
def test_temperatures_where_a_law_fails(laws, key, says):
    material = Material(**NUMBERS | laws)
    with pytest.raises(RangeError) as caught:
        material.placed("materials.Py", "device.yaml").derivatives(TEMPERATURES, 2)
    assert str(caught.value).startswith(f"device.yaml: materials.Py.{key}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


# configurations


def device(**sections):
    solids = [
        {"name": "N", "material": "Cu", "box": {"min": [0, 0, 0], "max": ["50 nm", "20 nm", "10 nm"]}},
        {
            "name": "C",
            "material": "CoCu",
            "box": {"min": ["50 nm", 0, 0], "max": ["150 nm", "20 nm", "10 nm"]},
        },
    ]
    return {
        "geometry": {"solids": solids},
        "terminals": {
            "left": {"region": "N", "face": "xmin", "sink": True},
            "right": {"region": "C", "face": "xmax"},
        },
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "magnetic_field": [0, 0, "1 T"],
        "materials": {
            "Cu": {"conductivity": LAWS["conductivity"], "seebeck": LAWS["seebeck"]},
            "CoCu": {"base": "Cu", "nanoclusters": CLUSTERS, "thermal_conductivity": {"wiedemann_franz": 1}},
        },
        **sections,
    }


def test_a_configuration_gives_numbers_and_laws():
    config = load_config(device(temperature="280 K"))
    assert config.material("Cu").conductivity == pytest.approx(6e6 / (1 - 0.04), rel=1e-14)
    assert config.material("Cu").seebeck == pytest.approx(-17e-6 * 280 / 300, rel=1e-14, abs=0)
    assert config.material("Cu").thermal_conductivity == 300
    assert not config.material_laws("Cu").is_constant
    assert config.material("CoCu") == config.materials["CoCu"].at(280.0, 1.0)
    assert config.material("CoCu").polarisation < 0
    assert Device.of(config).magnets == []
    assert Device.of(config).states == {"P": {}}


def test_a_material_without_laws_has_the_numbers_of_the_library():
    config = load_config(device(materials={"CoCu": {"base": "Cu", "nanoclusters": CLUSTERS}}))
    assert config.material("Cu") == library_material("Cu").at(412.0)
    with pytest.raises(RangeError, match=r"^materials.Cu2.seebeck: .*not at 500 K"):
        load_config(
            device(
                materials=device()["materials"]
                | {"Cu2": {"base": "Cu", "seebeck": LAWS["seebeck"] | {"range": [200, 400]}}}
            )
        ).material_laws("Cu2").derivatives(np.array([500.0]))


def test_the_resolved_configuration_has_the_laws():
    config = load_config(device())
    again = load_config(json.loads(json.dumps(config.resolved())))
    assert again.resolved() == config.resolved()
    assert again.materials["Cu"] == config.materials["Cu"]
    assert again.material("CoCu") == config.material("CoCu")


def test_clusters_take_the_field_along_the_spins():
    with pytest.raises(InputError, match=r"^magnetic_field: .*'CoCu' are polarised along z.*\[0, 0, B\]"):
        load_config(device(magnetic_field=["1 T", 0, 0]))
    assert load_config(device(solver={"spin": "vector", "orders": 1})).material("CoCu").polarisation < 0
    assert load_config(device(magnetic_field=[0, 0, "-1 T"])).material("CoCu").polarisation > 0


def test_the_schema_describes_every_key_of_the_laws():
    schema = json.loads(CliRunner().invoke(main, ["schema"]).output)["$defs"]
    laws = {
        name: entry
        for name, entry in schema.items()
        if name.startswith(("Polynomial", "Linear", "Proportional", "Table", "Resistivity", "WiedemannFranz"))
    }
    assert {"Resistivity_conductivity", "Table_relaxation_length", "Linear_seebeck"} <= laws.keys()
    for name, entry in [*laws.items(), ("Nanoclusters", schema["Nanoclusters"])]:
        for key, value in entry["properties"].items():
            assert value.get("description"), f"{name}.{key}"
