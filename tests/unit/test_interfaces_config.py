"""Interfaces in a configuration: values against sums over the channels, and which regions they join."""

import json
import math

import pytest
from click.testing import CliRunner

from thermospin.cli import main
from thermospin.device import Device, ResistiveInterface
from thermospin.errors import InputError
from thermospin.materials import (
    ChannelPair,
    InterfaceMaterial,
    interface_library,
    interface_references,
    references,
)
from thermospin.materials.interface import InterfaceValues
from thermospin.validation import load_config

T0 = 300.0
L0 = (math.pi * 1.380649e-23 / 1.602176634e-19) ** 2 / 3
REGIONS = {"F1": "Py", "N1": "Cu", "F2": "Py", "N2": "Cu", "F3": "Co", "Substrate": "SiO2"}
RESISTS = {"area_resistance": "1 fohm m^2"}


def device(*interfaces, regions=REGIONS, **sections):
    """A row of blocks, 10 nm each, with these interfaces."""
    solids = [
        {
            "name": region,
            "material": material,
            "box": {"min": [f"{10 * i} nm", 0, 0], "max": [f"{10 * i + 10} nm", "10 nm", "10 nm"]},
        }
        for i, (region, material) in enumerate(regions.items())
    ]
    terminals = {
        "left": {"region": "F1", "face": "xmin", "sink": True},
        "right": {"region": "N1", "face": "ymax"},
    }
    schemes = {"through": {"left": "current", "right": "ground"}}
    return load_config(
        {"geometry": {"solids": solids}, "terminals": terminals, "schemes": schemes, **sections}
        | {"interfaces": list(interfaces)}
    )


def resistive(*interfaces, **sections):
    """The resistive interfaces of a device by name."""
    return Device.of(device(*interfaces, **sections)).resistive_interfaces


def one_interface(entry, pair=("F1", "N1"), **sections):
    (found,) = resistive({"between": list(pair), **entry}, **sections).values()
    return found


@pytest.mark.parametrize("gamma", [0.0, 0.77, -0.7, 0.025])
def test_area_resistance_is_the_mean_resistance_of_the_channels(gamma):
    r_up, r_down = 1.02e-15 * (1 - gamma), 1.02e-15 * (1 + gamma)
    values = InterfaceValues(area_resistance="1.02 fohm m^2", asymmetry=gamma)
    assert values.material.channel_conductance == pytest.approx((1 / r_up, 1 / r_down), rel=1e-12)
    parallel = r_up * r_down / (r_up + r_down)
    assert 1 / values.material.conductance == pytest.approx(parallel, rel=1e-12, abs=0)
    assert parallel == pytest.approx(0.51e-15 * (1 - gamma**2), rel=1e-12, abs=0)  # AR*(1 − γ²)


def test_cobalt_and_nickel_have_the_channels_that_were_published():
    up, down = (1 / g for g in one_interface({"library": "Co/Ni", "magnet": "F1"}).law.channel_conductance)
    assert (up, down) == pytest.approx((0.03e-15, 1.00e-15), rel=0.01, abs=0)


def test_a_pair_of_normal_metals_has_half_of_the_listed_number():
    law = one_interface({"library": "Ag/Cu"}).law
    assert 1 / law.conductance == pytest.approx(0.044e-15, rel=1e-12, abs=0)


def test_both_ways_of_writing_agree():
    by_resistance = InterfaceValues(
        area_resistance="1 fohm m^2", asymmetry=0.7, kapitza_resistance="2e-8 m^2 K/W"
    )
    g = 1 / (1e-15 * 0.3) + 1 / (1e-15 * 1.7)
    by_conductance = InterfaceValues(conductance=g, polarisation=0.7, phonon_heat_conductance="50 MW/(m^2 K)")
    assert by_resistance.material.electrical == pytest.approx(by_conductance.material.electrical, rel=1e-12)
    assert by_resistance.material.phonon_heat_conductance == pytest.approx(5e7, rel=1e-12)


def test_thermoelectric_pair_is_sum_and_difference_of_channels():
    law = InterfaceMaterial(conductance=1e15, polarisation=0.4, seebeck="-17 uV/K", spin_seebeck="5 uV/K")
    (g_up, g_down), (s_up, s_down) = law.channel_conductance, law.channel_seebeck
    assert (g_up + g_down, g_up - g_down) == pytest.approx((1e15, 0.4e15), rel=1e-12)
    assert s_up - s_down == pytest.approx(5e-6, rel=1e-12, abs=0)
    expected = g_up * s_up + g_down * s_down, g_up * s_up - g_down * s_down
    assert law.thermoelectric == pytest.approx(expected, rel=1e-12)
    assert law.thermoelectric.sum == pytest.approx(1e15 * -17e-6, rel=1e-12)
    assert law.seebeck_heat(T0) == pytest.approx(T0 * (g_up * s_up**2 + g_down * s_down**2))


def test_heat_follows_wiedemann_franz_by_default():
    law = InterfaceMaterial(conductance=1e15, polarisation=0.4, phonon_heat_conductance="100 MW/(m^2 K)")
    assert law.electronic_heat(T0) == pytest.approx((L0 * 1e15 * T0, 0.4 * L0 * 1e15 * T0), rel=1e-3)
    assert law.electronic_heat(100.0).sum == pytest.approx(law.electronic_heat(T0).sum / 3, rel=1e-12)
    assert law.heat_conductance(T0) == pytest.approx(L0 * 1e15 * T0 + 1e8, rel=1e-3)
    given = InterfaceMaterial(
        conductance=1e15, polarisation=0.4, electronic_heat_conductance=2e9, heat_polarisation=-0.1
    )
    assert given.electronic_heat(T0) == pytest.approx((2e9, -0.2e9), rel=1e-12)


@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_what_is_positive_definite(factor):
    """With Wiedemann–Franz heat alone, an interface without spin asymmetry needs S² < L0."""
    law = InterfaceMaterial(conductance=1e15, seebeck=factor * math.sqrt(L0))
    assert law.is_positive(T0) == (factor < 1)


def test_a_kapitza_surface_carries_only_heat():
    law = one_interface({"kapitza_resistance": "1e-8 m^2 K/W"}, ("F1", "Substrate")).law
    assert not law.is_conducting
    assert not law.is_spin_dependent
    assert law.electrical == law.thermoelectric == law.electronic_heat(T0) == ChannelPair(0, 0)
    assert law.heat_conductance(T0) == pytest.approx(1e8, rel=1e-12)
    assert law.is_positive(T0)


def test_a_rule_for_two_materials_meets_all_their_regions():
    found = resistive({"between": ["Cu", "Py"], **RESISTS})
    assert list(found) == ["N1|F1", "N1|F2", "N2|F1", "N2|F2"]
    assert list(resistive({"between": ["N1", "Py"], **RESISTS})) == ["N1|F1", "N1|F2"]
    assert list(resistive({"between": ["Cu", "Cu"], **RESISTS})) == ["N1|N2"]


def test_the_first_region_is_the_first_that_is_written():
    found = one_interface(RESISTS, ("N1", "F1"))
    assert found == ResistiveInterface("N1", "F1", InterfaceMaterial(conductance=2 / 1e-15))
    assert found.name == "N1|F1"


@pytest.mark.parametrize("order", [1, -1])
def test_entries_that_name_more_regions_win(order):
    entries = [
        {"between": ["Py", "Cu"], "conductance": 1e15},
        {"between": ["N1", "Py"], "conductance": 2e15},
        {"between": ["F1", "N1"], "conductance": 3e15},
        {"between": ["F2", "N2"], "transparent": True},
    ]
    found = resistive(*entries[::order])
    assert {name: interface.law.conductance for name, interface in found.items()} == {
        "F1|N1": 3e15,
        "N1|F2": 2e15,
        "F1|N2": 1e15,
    }
    assert {entries[::order][item.entry]["conductance"] for item in found.values()} == {1e15, 2e15, 3e15}


def test_rivals_are_no_mistake_where_a_pair_of_regions_decides():
    found = resistive(
        {"between": ["N1", "Py"], **RESISTS},
        {"between": ["Cu", "F1"], **RESISTS},
        {"between": ["F1", "N1"], "transparent": True},
    )
    assert set(found) == {"N1|F2", "N2|F1"}


def test_a_region_wins_over_a_material_of_its_name():
    regions = {"F1": "Py", "N1": "Cu", "Cu": "Cu"}
    assert list(resistive({"between": ["Cu", "F1"], **RESISTS}, regions=regions)) == ["Cu|F1"]


def test_values_of_the_library_can_be_overridden():
    published = one_interface({"library": "Py/Cu"}).law
    assert published.electrical == pytest.approx((2 / (1e-15 * 0.51), 0.7 * 2 / (1e-15 * 0.51)), rel=1e-12)
    less = one_interface({"library": "Py/Cu", "asymmetry": 0.5, "phonon_heat_conductance": 1e8}).law
    assert less.channel_conductance == pytest.approx((1 / 0.5e-15, 1 / 1.5e-15), rel=1e-12)
    assert less.phonon_heat_conductance == 1e8
    other_way = one_interface({"library": "Py/Cu", "conductance": 1e15, "polarisation": 0.1}).law
    assert other_way.electrical == pytest.approx((1e15, 1e14), rel=1e-12)


def test_the_magnet_gives_the_sign():
    assert one_interface({"library": "Py/Cu"}).magnet == "F1"
    assert one_interface({"library": "Py/Cu"}, ("N2", "F2")).magnet == "F2"
    assert one_interface({**RESISTS}).magnet is None
    assert one_interface({"library": "Co/Ni", "magnet": "F3"}, ("F1", "F3")).magnet == "F3"
    assert one_interface({"library": "Co/Ni", "magnet": "Py"}, ("F1", "F3")).magnet == "F1"
    found = resistive({"between": ["Py", "Co"], "library": "Co/Ni", "magnet": "Co"})
    assert [interface.magnet for interface in found.values()] == ["F3", "F3"]


def test_materials_may_become_magnetic():
    entry = {"between": ["N1", "N2"], "conductance": 1e15, "polarisation": 0.2, "magnet": "N1"}
    with pytest.raises(InputError, match="not the one magnetic side"):
        device(entry)
    regions = {"F1": "Py", "N1": "Moment", "N2": "Cu"}
    materials = {"Moment": {"base": "Cu", "magnetic": True}}
    assert resistive(entry, regions=regions, materials=materials)["N1|N2"].magnet == "N1"


def test_the_temperature_decides_what_is_positive_definite():
    entry = {"between": ["F1", "N1"], "conductance": 1e15, "seebeck": "150 uV/K"}
    assert resistive(entry, temperature=4.2)  # both sides are proportional to T0
    fixed = entry | {"electronic_heat_conductance": "6 GW/(m^2 K)"}
    assert resistive(fixed, temperature=200)
    with pytest.raises(InputError, match=r"interfaces\[0\].electronic_heat_conductance: .* at 300 K"):
        device(fixed)


G, P = 1e15, 0.4
ONE_CHANNEL = {"conductance": G, "polarisation": P, "electronic_heat_conductance": "7 GW/(m^2 K)"}
"""K_↑ and K_↓ are 4.9e9 and 2.1e9 W/(m² K) with the default P_K = P_G."""
SPIN_HEAT = {
    "materials": {name: {"base": name, "spin_heat_ratio": 2} for name in ("Py", "Cu", "Co")},
    "solver": {"spin_heat": True},
}


@pytest.mark.parametrize(
    ("channel", "heat", "share"), [("↑", 4.9e9, (1 + P) / 2), ("↓", 2.1e9, (1 - P) / 2)], ids=["up", "down"]
)
@pytest.mark.parametrize("factor", [0.99, 1.01])
@pytest.mark.parametrize("place", ["between", "surface"])
def test_every_channel_must_conduct_heat(channel, heat, share, factor, place):
    """With τ each ``K_σ > T0 G_σ S_σ²``; without, the sum over the channels counts. One S_σ is 0."""
    seebeck = factor * math.sqrt(heat / (T0 * G * share))
    values = {"seebeck": share * seebeck, "spin_seebeck": seebeck if channel == "↑" else -seebeck}
    entry = ONE_CHANNEL | values
    expected = (seebeck, 0.0) if channel == "↑" else (0.0, seebeck)
    assert InterfaceValues(**entry).material.channel_seebeck == pytest.approx(expected, rel=1e-12, abs=1e-18)
    where = {"between": ["F1", "N1"]} if place == "between" else {"surface": "lid"}
    assert not device(where | entry).solver.spin_heat
    if factor < 1:
        assert device(where | entry, **SPIN_HEAT).solver.spin_heat
        return
    words = rf"^interfaces\[0\].electronic_heat_conductance: with 'solver.spin_heat' .* 300 K, K_{channel} is"
    with pytest.raises(InputError, match=words) as caught:
        device(where | entry, **SPIN_HEAT)
    assert "\n" not in str(caught.value)


def test_margins_of_the_channels():
    law = InterfaceMaterial(conductance=G, polarisation=P, seebeck="-17 uV/K", spin_seebeck="30 uV/K")
    s_up, s_down = -17e-6 + (1 - P) * 15e-6, -17e-6 - (1 + P) * 15e-6
    expected = G * (1 + P) / 2 * T0 * (L0 - s_up**2), G * (1 - P) / 2 * T0 * (L0 - s_down**2)
    assert law.channel_margins(T0) == pytest.approx(expected, rel=1e-3)
    assert min(law.channel_margins(T0)) > 0


def test_a_kapitza_surface_needs_no_electrons_with_spin_heat():
    entry = {"between": ["F1", "Substrate"], "kapitza_resistance": "1e-8 m^2 K/W"}
    assert resistive(entry, **SPIN_HEAT)


def test_the_resolved_configuration_gives_the_same_interfaces():
    config = device(
        {"between": ["Py", "Cu"], "library": "Py/Cu", "seebeck": "3 uV/K"},
        {"between": ["F1", "N1"], "transparent": True},
        {"between": ["F3", "F1"], "conductance": "1e14 S/m^2", "polarisation": 0.3, "magnet": "F3"},
        {"between": ["Cu", "Substrate"], "library": "Cu/SiO2"},
    )
    resolved = json.loads(json.dumps(config.resolved()))
    assert resolved["interfaces"][0]["area_resistance"] == 1e-15
    again = load_config(resolved)
    assert Device.of(again).resistive_interfaces == Device.of(config).resistive_interfaces
    assert again.resolved() == config.resolved()


def test_without_interfaces_all_are_transparent():
    config = device()
    assert (config.interfaces, Device.of(config).resistive_interfaces) == ((), {})


def test_every_number_has_a_source_and_no_reference_is_idle():
    used = {entry.source for values in interface_library().values() for entry in values.values()}
    assert used == set(interface_references())
    both = set(references()) & set(interface_references())
    assert all(references()[key] == interface_references()[key] for key in both)


ON_MAGNETS = ["Pt/YIG", "Al/YIG"]


@pytest.mark.parametrize("name", ON_MAGNETS)
def test_every_insulating_magnet_of_the_library_can_be_used(name):
    sections = {
        "regions": {"F1": "Pt", "N1": "YIG_magnetic"},
        "terminals": {
            "left": {"region": "F1", "face": "xmin", "sink": True},
            "right": {"region": "F1", "face": "ymax"},
        },
        "solver": {"spin": "vector"},
    }
    law = one_interface({"library": name}, **sections).law
    assert not law.is_conducting
    assert 1e12 < law.spin_conductance < law.mixing_conductance < 1e15
    assert law.is_positive(T0)


@pytest.mark.parametrize("name", [name for name in interface_library() if name not in ON_MAGNETS])
def test_every_interface_of_the_library_can_be_used(name):
    metals = {"F1": "Py", "N1": "Cu"}
    insulating = name.split("/")[1] in ("SiO2", "Al2O3", "Sapphire")
    regions = {"F1": "Py", "N1": name.split("/")[1]} if insulating else metals
    entry = {"between": ["F1", "N1"], "library": name}
    terminals = {
        "left": {"region": "F1", "face": "xmin", "sink": True},
        "right": {"region": "F1", "face": "ymax"},
    }
    law = resistive(entry, regions=regions, terminals=terminals)["F1|N1"].law
    assert law.is_conducting != insulating
    assert law.is_positive(T0)
    if not insulating:  # all published metals lie between 0.01 and 10 fΩ m²
        assert 1e-17 < 1 / law.conductance < 1e-14


def test_listing_shows_interfaces_and_sources():
    everything = CliRunner().invoke(main, ["materials"]).output
    assert "Interfaces" in everything
    assert "8.5 fohm m^2" in everything
    one = CliRunner().invoke(main, ["materials", "Co/Ni"]).output
    assert "0.515 fohm m^2" in one
    assert "1012.4388" in one


def test_the_schema_lists_the_keys():
    schema = json.loads(CliRunner().invoke(main, ["schema"]).output)
    entry = schema["$defs"][schema["properties"]["interfaces"]["items"]["$ref"].split("/")[-1]]
    assert set(entry["properties"]) == {*InterfaceValues.model_fields} | {
        "between",
        "surface",
        "library",
        "transparent",
        "magnet",
    }
    assert "required" not in entry
    assert all("description" in value for value in entry["properties"].values())
