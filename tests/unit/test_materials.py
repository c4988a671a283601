"""The material library, and the coefficients derived from it, against sums over the two channels."""

import math

import pytest
from click.testing import CliRunner
from scipy.constants import e, k

from thermospin.cli import main
from thermospin.materials import Material, library, library_material, references

T0 = 300.0
PROPERTIES = {
    "conductivity": "6e6 S/m",
    "polarisation": 0.4,
    "spin_diffusion_length": "12 nm",
    "seebeck": "-17 uV/K",
    "spin_seebeck": "5 uV/K",
    "thermal_conductivity": "70 W/m/K",
}
MATERIALS = {
    "made up": Material(**PROPERTIES).at(T0),
    "negative": Material(**{**PROPERTIES, "polarisation": -0.6, "seebeck": 0}).at(T0),
    **{name: library_material(name).at(T0) for name in ("Py", "Co", "Cu")},
}


@pytest.fixture(params=MATERIALS.values(), ids=MATERIALS.keys())
def material(request):
    return request.param


def test_every_number_has_a_source():
    assert set(library()) >= {"Py", "Co", "Cu", "Al", "Au", "Ag", "Pt", "SiO2", "Al2O3", "Si"}
    for name, properties in library().items():
        for key, entry in properties.items():
            assert entry.source in references(), f"{name}.{key}"
            assert key in Material.model_fields


def test_no_reference_is_idle():
    assert {entry.source for values in library().values() for entry in values.values()} == set(references())


@pytest.mark.parametrize("name", library())
def test_every_material_is_complete_and_positive_definite(name):
    material = library_material(name).at(T0)
    assert material.open_circuit_margin(T0) > 0
    needed = {"conductivity", "thermal_conductivity"}
    if material.is_conductor:
        needed |= {"spin_diffusion_length"}
        notes = " ".join(entry.note for entry in library()[name].values())
        assert "seebeck" in library()[name] or "no seebeck is given, so it is 0" in notes
    assert needed <= set(library()[name])


def test_materials_that_people_use():
    metals = {"Fe", "Ni", "CoFe", "CoFeAl", "CoFeB", "Ta", "W", "Ti", "Ru", "Cr", "Nb", "Constantan"}
    insulators = {"MgO", "AlOx", "SiNx", "Si_of_T", "GaAs", "YIG", "Sapphire"}
    assert metals | insulators <= set(library())
    assert {name for name in metals if library_material(name).is_magnetic} == {
        "Fe",
        "Ni",
        "CoFe",
        "CoFeAl",
        "CoFeB",
    }
    assert not any(library_material(name).is_conductor for name in insulators)


@pytest.mark.parametrize("name", [name for name in library() if "L0 σ T at 300 K" in str(library()[name])])
def test_estimated_heat_conductivities_follow_wiedemann_and_franz(name):
    material = library_material(name)
    lorenz = (math.pi * k / e) ** 2 / 3
    assert material.thermal_conductivity == pytest.approx(lorenz * material.conductivity * 300, rel=5e-3)


def test_the_values_of_slachter_2010():
    py, cu, au = (library_material(name) for name in ("Py", "Cu", "Au"))
    assert (py.conductivity, cu.conductivity, au.conductivity) == (4.32e6, 4.26e7, 2.2e7)
    assert (py.seebeck, cu.seebeck, au.seebeck) == (-20e-6, 1.6e-6, 1.7e-6)
    assert (py.spin_seebeck, py.polarisation) == (-3.8e-6, 0.25)
    assert (py.spin_diffusion_length, cu.spin_diffusion_length) == (5e-9, 350e-9)
    assert (py.thermal_conductivity, cu.thermal_conductivity, au.thermal_conductivity) == (30, 300, 300)


def test_channel_seebecks_define_the_two_seebecks(material):
    (sigma_up, sigma_down), (s_up, s_down) = material.channel_conductivity, material.channel_seebeck
    assert s_up - s_down == pytest.approx(material.spin_seebeck, rel=1e-12, abs=1e-20)
    mean = (sigma_up * s_up + sigma_down * s_down) / (sigma_up + sigma_down)
    assert mean == pytest.approx(material.seebeck, rel=1e-12, abs=1e-20)


def test_electrical_pair_is_sum_and_difference_of_channels(material):
    up, down = material.channel_conductivity
    assert material.electrical == pytest.approx((up + down, up - down), rel=1e-12, abs=0)
    assert material.electrical.difference == pytest.approx(
        material.polarisation * material.conductivity, rel=1e-12
    )


def test_thermoelectric_pair_is_sum_and_difference_of_channels(material):
    (sigma_up, sigma_down), (s_up, s_down) = material.channel_conductivity, material.channel_seebeck
    expected = (sigma_up * s_up + sigma_down * s_down, sigma_up * s_up - sigma_down * s_down)
    assert material.thermoelectric == pytest.approx(
        expected, rel=1e-12, abs=1e-12 * material.conductivity * 1e-6
    )


def test_relaxation_is_the_parallel_of_the_channels(material):
    up, down = material.channel_conductivity
    expected = 4 * up * down / (up + down) / material.spin_diffusion_length**2
    assert material.spin_relaxation == pytest.approx(expected, rel=1e-12)


def test_margin_is_the_open_circuit_conductivity_of_separate_channels(material):
    channels = zip(material.channel_conductivity, material.channel_seebeck, strict=True)
    expected = material.thermal_conductivity - T0 * sum(sigma * s * s for sigma, s in channels)
    assert material.open_circuit_margin(T0) == pytest.approx(expected, rel=1e-12)


def test_electronic_heat_follows_wiedemann_franz_up_to_k():
    material = Material(**PROPERTIES).at(T0)
    assert material.electronic_heat(T0) == pytest.approx(
        (2.443e-8 * 6e6 * T0, 0.4 * 2.443e-8 * 6e6 * T0), rel=1e-3
    )
    assert material.electronic_heat(T0).sum + material.phonon_heat(T0) == pytest.approx(70)
    poor = Material(**{**PROPERTIES, "thermal_conductivity": 20}).at(T0)
    assert poor.electronic_heat(T0).sum == 20
    assert poor.phonon_heat(T0) == 0


def test_electronic_heat_can_be_given_either_way():
    electrons = Material(**PROPERTIES, electronic_thermal_conductivity=50).at(T0)
    assert electrons.phonon_heat(T0) == 20
    phonons = Material(**PROPERTIES, heat_polarisation=0.1, phonon_thermal_conductivity=50).at(T0)
    assert phonons.electronic_heat(T0) == (20, 2)


def test_what_is_magnetic():
    normal = {
        key: PROPERTIES[key] for key in ("conductivity", "spin_diffusion_length", "thermal_conductivity")
    }
    assert not Material(**normal).is_magnetic
    assert Material(**normal, magnetic=True).is_magnetic
    assert Material(**normal, polarisation=-0.1).is_magnetic
    assert Material(**normal, spin_seebeck="1 uV/K").is_magnetic


TURNING = {
    "anisotropic": ("Py", "Co", "Ni", "CoFeB"),
    "spin_hall": ("Pt", "Ta", "W", "Au", "Cu"),
}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in TURNING.items() for name in names]
)
def test_materials_that_turn_currents(kind, name):
    """They are their base with sourced angles whose range is said; the base turns nothing."""
    turning, base = library()[f"{name}_{kind}"], library()[name]
    own = {key: entry for key, entry in turning.items() if key not in base}
    needed = {"amr_ratio", "anomalous_hall_angle", "anomalous_nernst_ratio"}
    assert set(own) == (needed if kind == "anisotropic" else {"spin_hall_angle"})
    assert all(entry.range and entry.note and entry.source != "Assumed" for entry in own.values())
    assert {key: turning[key] for key in base} == base
    found = library_material(f"{name}_{kind}").at(T0)
    assert found.is_anisotropic == (kind == "anisotropic")
    assert not library_material(name).at(T0).is_anisotropic


def test_insulators_need_only_heat():
    glass = Material(conductivity=0, thermal_conductivity="1.4 W/m/K").at(T0)
    assert not glass.is_conductor
    assert glass.spin_relaxation == 0
    assert glass.electronic_heat(T0) == (0, 0)


def test_listing_shows_values_and_sources():
    everything = CliRunner().invoke(main, ["materials"]).output
    assert "SiO2" in everything
    assert "Nature Physics 6, 879" in everything
    one = CliRunner().invoke(main, ["materials", "Py"]).output
    assert "-3.8 uV/K" in one
    assert "Slachter" in one


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("py", ["-3.8 uV/K", "property", "See also: Py_"], ["Constantan"]),
        ("ermall", None, None),
        ("consta", ["-39 uV/K", "property"], ["See also"]),
        ("pt_", ["-0.056", "range", "from 0.01 to 0.2"], ["See also"]),
        ("SIO", ["SiO2", "SiO2_film", "Slachter"], ["Constantan", "property", "Mosendz"]),
    ],
)
def test_materials_are_found_by_a_part_of_the_name(text, shown, hidden):
    found = CliRunner().invoke(main, ["materials", text])
    if shown is None:
        assert found.exit_code == 2 and f"unknown material '{text}'" in found.stderr
        return
    assert found.exit_code == 0
    assert all(word in found.output for word in shown)
    assert not any(word in found.output for word in hidden)
